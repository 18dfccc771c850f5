"""Invariants of what is given to the live channel, which proves nothing."""

from typing import TYPE_CHECKING

from msgspec import Struct

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import Session, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from tests.simulation.calls import Sent

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.life import Life
    from tests.simulation.world import World

_ENDS = frozenset({CommandVerb.STOP, CommandVerb.TERMINATE})


class _SentLive(Struct):
    sent: Sent
    task_key: int | None


class Emits:
    """Every Stop and Terminate that went by the channel and that nothing has confirmed."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._ends: list[_SentLive] = []

    def goes_on(self, session: Session) -> None:
        """The person answers a question of that session: no Stop before that is wanted any more."""
        stop = (session.service_id, CommandVerb.STOP)
        self._ends = [t for t in self._ends if (t.sent.session_id, t.sent.new_state) != stop]

    def begins(self) -> None:
        """A new process knows of the ledger's commands alone."""
        self._ends.clear()

    def sent_live(self, sent: Sent) -> None:
        parts = self._parts()
        session = _session(parts, sent.session_id)
        if sent.new_state not in _ENDS:
            self._world.fail("a Pause or Resume goes by REST", str(sent))
        if session is not None:
            self._ends.append(_SentLive(sent, session.current_task))

    def ends_are_repeated(self, life: "Life") -> None:
        """A Stop or Terminate sent live is sent by REST, too, unless its effect was seen."""
        assert life.parts is not None
        self._ends = [told for told in self._ends if not self._is_done(told, life.parts)]
        for told in self._ends:
            session = _session(life.parts, told.sent.session_id)
            pending = (
                life.parts.services.sessions.pending(session.key) if session is not None else None
            )
            if session is not None and (pending is None or pending.verb not in _ENDS):
                self._ends.remove(told)
                self._world.fail("what ends is sent by REST, too", str(told.sent))

    # -- inside --------------------------------------------------------------------------------

    def _states_since(self, session_id: str | None, since: float) -> list[Sent]:
        calls = self._world.link.book.all
        return [
            s for s in calls
            if s.verb is ApiCall.STATE and s.session_id == session_id and s.at >= since
        ]  # fmt: skip

    def _is_done(self, told: _SentLive, parts: "Parts") -> bool:
        session = _session(parts, told.sent.session_id)
        if session is None or session.is_ended:
            return True
        task = parts.services.store.task(told.task_key) if told.task_key is not None else None
        stops = told.sent.new_state == CommandVerb.STOP
        gone = task is None or task.is_final or task.status is TaskStatus.QUEUED
        if stops and (gone or session.current_task != told.task_key):
            return True
        later = self._states_since(told.sent.session_id, told.sent.at)
        undone = session.key in self._world.checks.commands.taken_back
        return undone or any(s.new_state in _ENDS for s in later)

    def _parts(self) -> "Parts":
        life = self._world.life
        assert life is not None
        assert life.parts is not None
        return life.parts


def _session(parts: "Parts", session_id: str) -> Session | None:
    sessions = parts.services.store.sessions()
    return next((s for s in sessions if s.service_id == session_id), None)
