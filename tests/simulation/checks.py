"""The hub of the invariants: hands everything that happens to each of them."""

import logging
from typing import TYPE_CHECKING

from enigma_panel.core.models import Session, Task
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import Diff
from tests.simulation.calls import Sent, mark_of
from tests.simulation.check_answers import Answers
from tests.simulation.check_calls import Calls
from tests.simulation.check_caps import Caps
from tests.simulation.check_commands import Commands
from tests.simulation.check_emits import Emits
from tests.simulation.check_ends import Ends
from tests.simulation.check_live import Live
from tests.simulation.check_queue import QueueInvariants
from tests.simulation.check_records import Records
from tests.simulation.check_starts import Starts
from tests.simulation.check_truth import Truth
from tests.simulation.check_words import Words

if TYPE_CHECKING:
    from tests.simulation.life import End, Life
    from tests.simulation.wire import Wire
    from tests.simulation.world import World


class Violation(Exception):  # noqa: N818 - the field's word
    def __init__(self, seed: int, check: str, text: str) -> None:
        super().__init__(f"seed {seed}: {check}: {text}")
        self.seed = seed
        self.check = check
        self.text = text


class Checks:
    """All invariants over one seed."""

    def __init__(self, world: "World") -> None:
        self.starts = Starts(world)
        self.calls = Calls(world)
        self.records = Records(world)
        self.commands = Commands(world)
        self.answers = Answers(world)
        self.queue = QueueInvariants(world)
        self.live = Live(world)
        self.emits = Emits(world)
        self.truth = Truth(world)
        self.ends = Ends(world)
        self.words = Words(world)
        self.caps = Caps(world)
        self._ticks = 0

    def begins(self, life: "Life") -> None:
        """A process has opened its ledger and done nothing with it yet."""
        assert life.parts is not None
        store = life.parts.services.store
        self.records.as_left_behind(life)
        self.commands.as_left_behind(life)
        self.queue.begins()
        self.live.begins(life)
        self.emits.begins()
        self.starts.every_session_is_covered(life)
        self.caps.begins(life)

        def changed(diff: Diff) -> None:
            if not life.loop.dead:
                self.records.changed(store, diff)
                self.truth.changed(store, diff)
                self.ends.changed(store, diff)
                self.words.changed(store, diff)

        store.changed.connect(changed)

    def sent(self, sent: Sent) -> None:
        """A call that counts goes out."""
        self.calls.within_the_limit(sent)
        self.calls.some_are_kept_for_the_urgent(sent)
        self.commands.the_urgent_go_first(sent)
        self.queue.waits_after_a_restart(sent)
        self.queue.asks_a_full_house_rarely(sent)
        self.starts.intent_comes_first(sent)
        self.starts.sent_once(sent)
        self.starts.begins_at_its_address(sent)
        self.answers.sent_once(sent)
        self.commands.sent(sent)
        self.caps.sent(sent)

    def sent_live(self, sent: Sent) -> None:
        self.emits.sent_live(sent)

    def took(self, sent: Sent) -> None:
        """The model has taken a message that came by the live channel."""
        self.answers.goes_to_its_question(sent)
        self.commands.stop_meets_its_task(sent)

    def channel_lost(self, wire: "Wire") -> None:
        self.live.lost(wire)

    def arrived(self, sent: Sent) -> None:
        self.calls.no_429_of_our_making(sent)
        self.calls.no_body_is_refused(sent)
        self.starts.started_once(sent)
        self.starts.refused_means_nothing_happened(sent)
        self.answers.goes_to_its_question(sent)
        self.commands.stop_meets_its_task(sent)

    def judged(self, sent: Sent) -> None:
        self.starts.refused_means_nothing_happened(sent)
        self.starts.opened(sent)
        self.truth.judged(sent)

    def tick(self, life: "Life") -> None:
        """Once a second while a process runs."""
        if life.loop.dead:
            return
        self.commands.terminates_go_out(life)
        self.commands.nobody_was_overtaken(life)
        self.starts.no_session_waits_for_its_task(life)
        self.queue.no_browser_is_left_to_idle(life)
        self.emits.ends_are_repeated(life)
        self.caps.tick(life)
        self._ticks += 1
        if self._ticks % 5 == 0:
            self.starts.every_session_is_covered(life)
            self.records.memory_is_on_the_disk(life)

    def killed(self, life: "Life") -> None:
        """The process was killed; its files lie as they are."""
        self.records.memory_is_on_the_disk(life)

    def quits(self, life: "Life") -> None:
        """Orderly: all is written, the ledger still open."""
        self.starts.every_session_is_covered(life)
        self.records.quits(life)

    def ended(self, life: "Life", end: "End") -> None:
        self.commands.life_ended(life)
        self.caps.life_ended()
        self.records.life_ended(end.value == "killed")

    def clicked(self, keys: list[int], verb: CommandVerb, grace_ms: int) -> None:
        self.commands.clicked(keys, verb, grace_ms)
        self.words.clicked(keys, verb)
        self.caps.clicked(keys, verb, grace_ms)

    def answered(self, session: Session, task: Task, verb: AnswerVerb, *, is_kept: bool) -> None:
        """is_kept: whether the disk has room. Without, a Stop may go out or not, as it was kept."""
        self.words.answered(task, verb)
        if verb is AnswerVerb.RESUME:
            self.emits.goes_on(session)
        if is_kept:
            self.commands.answered(session.key, mark_of(task.spec), verb)
            if verb is AnswerVerb.STOP:
                self.caps.stopped(task)

    def undone(self, key: int) -> None:
        """The person takes a command back."""
        self.commands.undone(key)
        self.caps.undone(key)
        self.words.undone(key)

    def may_click(self, key: int) -> bool:
        """Whether the person is not waiting for a Terminate of this session already."""
        return key not in self.commands.wanted


class NoErrors(logging.Handler):
    """What the program logs as an error is a defect, but for what a full disk makes it say."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.world: World | None = None

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        life = self.world.life if self.world is not None else None
        if self.world is None or life is None or life.loop.dead or "ledger" in text:
            return
        error = record.exc_info[1] if record.exc_info else ""
        self.world.fail("no_errors_logged", f"{text} {error!r}")
