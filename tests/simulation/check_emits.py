"""Invariants of what is given to the live channel, which proves nothing."""

from typing import TYPE_CHECKING

from msgspec import Struct

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import Session, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff
from tests.simulation.calls import Sent, Verdict

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.life import Life
    from tests.simulation.world import World

_ENDS = frozenset({CommandVerb.STOP, CommandVerb.TERMINATE})
_PAUSES = {TaskStatus.PAUSED: CommandVerb.PAUSE, TaskStatus.WORKING: CommandVerb.RESUME}


class _SentLive(Struct):
    sent: Sent
    task_key: int | None


class Emits:
    """Every state verb that went by the channel and that nothing has confirmed."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._last: dict[int, _SentLive] = {}
        self._ends: list[_SentLive] = []
        self._statuses: dict[int, TaskStatus] = {}

    def goes_on(self, session: Session) -> None:
        """The person answers a question of that session: no Stop before that is wanted any more."""
        stop = (session.service_id, CommandVerb.STOP)
        self._ends = [t for t in self._ends if (t.sent.session_id, t.sent.new_state) != stop]

    def begins(self) -> None:
        """A new process knows of the ledger's commands alone."""
        self._last.clear()
        self._ends.clear()

    def sent_live(self, sent: Sent) -> None:
        parts = self._parts()
        session = _session(parts, sent.session_id)
        stops = sent.verb is ApiCall.ANSWER and sent.new_state == AnswerVerb.STOP
        if session is None or not (stops or sent.verb is ApiCall.STATE):
            return
        told = _SentLive(sent, session.current_task)
        if stops or sent.new_state in _ENDS:
            self._ends.append(told)
        elif session.current_task is not None:
            self._last[session.current_task] = told

    def changed(self, store: SessionStore, diff: Diff) -> None:
        """A task that was paused or resumed by the channel is shown as "unconfirmed"."""
        for key in sorted(diff.tasks):
            task = store.task(key)
            if task is None:
                continue
            before, self._statuses[key] = self._statuses.get(key), task.status
            told = self._last.get(key)
            verb = _PAUSES.get(task.status)
            if told is None or before is None or before is task.status:
                continue
            session = store.session(task.session_key)
            assert session is not None
            fits = verb is not None and told.sent.new_state == verb
            if fits and task.unproven is not verb and not self._is_proven(session, told, verb):
                text = f"task {key} is {task.status} by {told.sent}"
                self._world.fail("a command sent live is shown as unproven", text)

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

    def _is_proven(self, session: Session, told: _SentLive, verb: CommandVerb | None) -> bool:
        """Whether a reply, a poll or the agent's own work has shown it."""
        if verb is CommandVerb.RESUME or self._world.settings.states == "rich":
            return True
        sent = self._states_since(session.service_id, told.sent.at)
        return any(s.failure is Verdict.KNOWN for s in sent)

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
