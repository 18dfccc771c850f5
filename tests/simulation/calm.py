"""The calm: everything works again; the person answers, lets the rest run, then ends it all."""

from typing import TYPE_CHECKING, Any

from enigma_panel.core.service_rules import RULES
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.account import Account
from enigma_panel.services.types import KeyCheck
from tests.simulation.settled import unsettled

if TYPE_CHECKING:
    from tests.simulation.person import Person

PATIENCE_S = 100.0
"""So long the person lets tasks run before everything is terminated."""

SETTLES_S = 260.0
"""So long after the storm everything has settled, or the program is stuck. Where sessions end after
idle time, that comes on top: one may be taken for closed after a wrong "not found"."""


class Calm:
    """What the person does every two seconds after the storm."""

    def __init__(self, person: "Person") -> None:
        self._person = person
        self.is_done = False
        self._asked_again: set[tuple[int, int]] = set()

    def look(self) -> None:
        """Do what a patient person does; quit when all has settled."""
        world = self._person.world
        assert world.calm_since is not None
        age = world.timeline.now - world.calm_since
        rules = RULES[world.dialect]
        idle_s = 0 if rules.caps_session else rules.idle_ms / 1000
        world.checks.truth.questions_are_shown(self._person.parts)
        left = unsettled(world, self._person.parts)
        if not left and age > 3.0:
            world.trace("settled after", f"{age:.0f} s")
            world.checks.ends.settled(self._person.parts)
            self.is_done = True
            assert world.life is not None
            world.life.leave.set()
        elif age > SETTLES_S + idle_s:
            world.fail("settles", "; ".join(left[:5]))
        else:
            self._tidy(age)

    def _tidy(self, age: float) -> None:
        self._person.world.settings_changes.tidy()
        self._test_key()
        self._answer_all(age)
        self._move_queue(ends=age > PATIENCE_S)
        self._resume_all()
        if age > 20.0:
            self._put_away_all()
        if age > PATIENCE_S:
            keys = self._person.parts.services.sessions.terminable_keys()
            fresh = [key for key in keys if self._person.world.checks.may_click(key)]
            if fresh:
                self._person.command(fresh, CommandVerb.TERMINATE)

    def _test_key(self) -> None:
        """The window says that the key was refused; a gateway may have said so."""
        account = self._person.parts.services.account
        if account.last_check is KeyCheck.REFUSED:
            self._person.do("test key", _test(account))

    def _answer_all(self, age: float) -> None:
        for question in self._person.parts.services.inbox.questions():
            key = (question.task_key, question.question_n)
            again = age > 20.0 and key not in self._asked_again
            if again:
                self._asked_again.add(key)
            self._person.answer(question, again=again)

    def _move_queue(self, *, ends: bool) -> None:
        queue = self._person.parts.services.queue
        if queue.pause_reason.value == "funds":
            self._person.world.trace("adds funds")
            self._person.world.model.settings = _richer(self._person.world.model.settings)
            queue.funds_added()
        elif queue.pause_reason.value != "none":
            self._person.lets_go(None)
            queue.go_on()
        for entry in queue.entries():
            if ends:
                self._person.do(f"remove {entry.task_key}", queue.remove([entry.task_key]))
            elif entry.why.value == "session_ended" and not self._is_key_changing:
                self._person.lets_go(entry.task_key)
                do = queue.run_in_new_session(entry.task_key)
                self._person.do(f"new session for {entry.task_key}", do)

    @property
    def _is_key_changing(self) -> bool:
        """While another key is in use nothing can close the browser that a task leaves."""
        return self._person.world.settings_changes.is_in_the_way

    def _resume_all(self) -> None:
        sessions = self._person.parts.services.sessions
        for key in sessions.session_keys():
            if sessions.can(key, CommandVerb.RESUME) and sessions.pending_verb(key) is None:
                self._person.command([key], CommandVerb.RESUME)

    def _put_away_all(self) -> None:
        parts = self._person.parts
        for session in parts.services.store.sessions():
            unclear = parts.services.store.records.unconfirmed(session.key)
            if session.phase.value == "unconfirmed" or unclear:
                sessions = parts.services.sessions
                self._person.do(f"put away {session.key}", sessions.dismiss(session.key))


async def _test(account: Account) -> None:
    await account.check()


def _richer(settings: Any) -> Any:
    from msgspec.structs import replace

    return replace(settings, balance=settings.balance + 10)
