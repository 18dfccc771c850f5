"""Invariants of starts: nothing is lost, nothing is billed twice."""

from typing import TYPE_CHECKING

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import Task
from enigma_panel.simulator.task import Task as ModelTask
from tests.simulation.calls import STARTS, Sent, Verdict, mark_of
from tests.simulation.service import url_of
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

SLOT_S = 2.0
"""A session that was opened for a task gets it within so many seconds."""

_KINDS = {
    ApiCall.START_SESSION: "start_session",
    ApiCall.RUN_TASK: "run_task",
    ApiCall.NEW_TASK: "new_task",
    ApiCall.ANSWER: "answer",
}
_OPEN_INTENT = (
    "SELECT count(*) FROM intents JOIN tasks ON tasks.key = intents.task_key"
    " WHERE outcome IS NULL AND kind = ? AND max_duration_ms % 1000 = ?"
)
_UNCLEAR = (
    "SELECT max_duration_ms % 1000 FROM intents JOIN tasks ON tasks.key = intents.task_key"
    " WHERE (outcome IS NULL OR outcome = 'unknown') AND kind IN ('start_session', 'run_task')"
)
_NAMED = "SELECT service_id FROM sessions WHERE service_id IS NOT NULL"


class Starts:
    """Follows every start from its intent to the model's session and task."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._began: dict[int, ModelTask] = {}
        self._waiting: dict[int, Sent] = {}
        self._opened: dict[str, int] = {}

    def intent_comes_first(self, sent: Sent) -> None:
        """The ledger holds the open intent of a start before its first byte is sent."""
        life = self._world.life
        if sent.verb not in STARTS or life is None or life.parts is None:
            return
        rows = life.parts.ledger._db.rows(_OPEN_INTENT, (_KINDS[sent.verb], sent.mark))
        if rows[0][0] != 1:
            self._world.fail("the intent comes first", f"{rows[0][0]} open intents for {sent}")

    def sent_once(self, sent: Sent) -> None:
        """A start is sent once, unless it is certain that the earlier one did nothing."""
        if sent.verb not in STARTS:
            return
        for earlier in self._world.link.book.starts_of(sent.mark, sent.verb):
            if earlier is not sent and not self._may_repeat(earlier):
                self._world.fail("a start is sent once", f"{sent} after {earlier}")

    def _may_repeat(self, earlier: Sent) -> bool:
        if earlier.failure is Verdict.REFUSED:
            return True
        if earlier.verb is not ApiCall.START_SESSION or earlier.failure is not Verdict.KNOWN:
            return False
        tasks = self._world.link.book.starts_of(earlier.mark, ApiCall.NEW_TASK)
        return all(task.failure is Verdict.REFUSED for task in tasks)

    def started_once(self, sent: Sent) -> None:
        """The service works on a task once: the ground truth behind `sent_once`."""
        if sent.opened is not None:
            self._one_browser_each(sent, sent.opened)
            self._opened[sent.opened] = sent.mark
        if sent.began is None:
            return
        if sent.mark in self._began:
            self._world.fail("nothing is billed twice", f"the task of {sent} runs already")
        self._began[sent.mark] = sent.began

    def _one_browser_each(self, sent: Sent, opened: str) -> None:
        """No second browser for a task while the first is open, if the key in use reaches that."""
        sessions, changes = self._world.model.sessions, self._world.settings_changes
        for other, mark in self._opened.items():
            session = sessions.get(other)
            is_open = session is not None and session.ended is None
            if mark == sent.mark and is_open and not changes.is_out_of_reach(other):
                self._world.fail("one browser for a task", f"{opened} beside {other} for {sent}")

    def begins_at_its_address(self, sent: Sent) -> None:
        """A start tells the address of its task, but for a newTask in the browser that is there."""
        if sent.verb not in STARTS or not self._world.settings.needs_text:
            return
        place = sent.message or sent.body
        told, url = place.get("startingUrl"), url_of(sent.mark)
        is_there = self._opened.get(sent.session_id) == sent.mark
        if told != url and not (told is None and is_there):
            self._world.fail("a task begins at its address", f"{sent} with {told}")

    def model_task(self, mark: int) -> ModelTask | None:
        """The service's task of that mark; None where it never began."""
        return self._began.get(mark)

    def name_of(self, mark: int) -> str | None:
        """What the service calls the task of that mark; None where it never began."""
        task = self._began.get(mark)
        return task.id if task is not None else None

    def mark_of(self, task_id: str) -> int:
        """The mark of the task that the service calls so; 0 where it is none of ours."""
        return next((mark for mark, task in self._began.items() if task.id == task_id), 0)

    def is_of(self, task: Task, mark: int) -> bool:
        return mark_of(task.spec) == mark

    def refused_means_nothing_happened(self, sent: Sent) -> None:
        """What the program takes for refused has had no effect."""
        if sent.failure is Verdict.REFUSED and sent.applied:
            self._world.fail("refused means that nothing happened", str(sent))

    def every_session_is_covered(self, life: "Life") -> None:
        """Each session of the model is in the ledger, or an unclear start may be it."""
        model = self._world.model
        alive = [key for key, session in model.sessions.items() if session.ended is None]
        if not alive or life.parts is None:
            return
        ledger = life.parts.ledger._db
        named = {row[0] for row in ledger.rows(_NAMED)}
        missing = [key for key in alive if key not in named]
        if not missing:
            return
        unclear = {row[0] for row in ledger.rows(_UNCLEAR)}
        lost = [self._opened.get(key) for key in missing if self._opened.get(key) not in unclear]
        if lost and not life.parts.services.writer.is_behind:
            self._world.fail("no session is lost", f"those of the tasks {lost}")

    def opened(self, sent: Sent) -> None:
        """A session was opened for a task, which has to follow; or it did."""
        is_own = sent.fate.kind is not Kind.OTHERS
        if sent.verb is ApiCall.START_SESSION and sent.failure is Verdict.KNOWN and is_own:
            self._waiting[sent.mark] = sent

    def no_session_waits_for_its_task(self, life: "Life") -> None:
        """No browser stands idle because the call for its task has no slot."""
        world = self._world
        for mark, sent in list(self._waiting.items()):
            assert sent.judged_at is not None
            age = world.timeline.now - sent.judged_at
            if sent.life != life.number or self._is_followed(sent):
                del self._waiting[mark]
            elif age > SLOT_S:
                del self._waiting[mark]
                if not self._excused(sent):
                    world.fail("no session idles for want of a slot", f"{sent} for {age:.1f} s")

    def _is_followed(self, sent: Sent) -> bool:
        session = self._world.model.sessions.get(sent.opened)
        if session is not None and session.ended is not None:
            return True  # the channel may have ended it
        after = [s for s in self._world.link.book.all[sent.number :] if s.at >= sent.at]
        ends = any(s.verb is ApiCall.STATE and s.session_id == sent.opened for s in after)
        return ends or any(s.verb is ApiCall.NEW_TASK and s.mark == sent.mark for s in after)

    def _excused(self, sent: Sent) -> bool:
        """Where others use up the calls, disk or key are in the way, or the person ended it."""
        world = self._world
        assert sent.judged_at is not None
        trouble = max(world.storm.last_sleep, world.storm.last_full)
        if trouble > sent.at - SLOT_S or world.weather.disk_full:
            return True
        changes = world.settings_changes
        if changes.is_in_the_way or changes.is_out_of_reach(sent.opened):
            return True
        last = next(s for s in reversed(world.link.book.all))
        return world.checks.calls.disturbed(last) or world.checks.commands.waits_for(sent.opened)
