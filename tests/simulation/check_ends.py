"""Invariants of ends: none is proven that has not come, and in the calm all that is shown is so."""

from typing import TYPE_CHECKING

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff
from enigma_panel.simulator.responses import dollars
from enigma_panel.simulator.task import Task as ModelTask, TaskState
from tests.simulation.calls import mark_of

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.world import World

_PROVEN = frozenset({Phase.CLOSED, Phase.ENDED_BY_YOU, Phase.ENDED_BY_LIMIT})
_SHOWN = {
    TaskState.COMPLETED: frozenset({TaskStatus.DONE}),
    # A Stop may meet a failure, and what the service documents of a stopped task is "failed".
    TaskState.FAILED: frozenset({TaskStatus.FAILED, TaskStatus.STOPPED}),
    TaskState.STOPPED: frozenset({TaskStatus.FAILED, TaskStatus.STOPPED}),
    TaskState.TERMINATED: frozenset({TaskStatus.STOPPED, TaskStatus.FAILED, TaskStatus.LOST}),
}


class Ends:
    def __init__(self, world: "World") -> None:
        self._world = world
        self._ended: set[int] = set()
        self._statuses: dict[int, TaskStatus] = {}
        self._put_away: set[int] = set()

    def changed(self, store: SessionStore, diff: Diff) -> None:
        for key in sorted(diff.sessions):
            session = store.session(key)
            if session is not None and session.phase in _PROVEN and key not in self._ended:
                self._ended.add(key)
                self._has_ended(session)
        for key in sorted(diff.tasks):
            task = store.task(key)
            before = self._statuses.get(key)
            if task is not None and task.status is not before:
                self._statuses[key] = task.status
                if task.status is TaskStatus.LOST:
                    if before is TaskStatus.UNCONFIRMED:
                        self._put_away.add(key)  # by the person, perhaps before a poll could ask
                    else:
                        self._is_lost(store, task)

    def settled(self, parts: "Parts") -> None:
        """All has settled: what is shown of a task is what became of it, and what it cost."""
        for task in parts.services.store.tasks():
            session = parts.services.store.session(task.session_key)
            own = self._own(task)
            if session is None or own is None or task.service_id is None:
                continue
            if task.status is not TaskStatus.LOST or task.key not in self._put_away:
                self._is_shown(session, task, own)

    # -- inside --------------------------------------------------------------------------------

    def _has_ended(self, session: Session) -> None:
        if self._works(session):
            self._world.fail("an end is proven", f"session {session.key} is {session.phase}")

    def _is_lost(self, store: SessionStore, task: Task) -> None:
        session, own = store.session(task.session_key), self._own(task)
        if session is None or own is None or own.over or not self._works(session):
            return
        if not self._world.storm.clock_was_set:  # then the program takes some for expired
            self._world.fail("nothing that works is given up", f"task {task.key}")

    def _is_shown(self, session: Session, task: Task, own: ModelTask) -> None:
        asked_to_end = task.stop_sent_ms or session.terminate_sent_ms
        if own.session_id not in self._world.model.sessions:
            return  # forgotten by the service: perhaps before the program could ask
        ended = asked_to_end and task.status in {TaskStatus.STOPPED, TaskStatus.LOST}
        if task.status not in _SHOWN.get(own.state, ()) and not ended:
            text = f"task {task.key} is {task.status}, and was {own.state}"
            self._world.fail("in the calm the truth is shown", text)
        cost = dollars(own.cost(own.ended or 0.0))
        if task.status is TaskStatus.DONE and task.cost not in {None, cost}:
            text = f"task {task.key} cost {cost}, not {task.cost}"
            self._world.fail("in the calm the truth is shown", text)

    def _works(self, session: Session) -> bool:
        self._world.model.advance()
        model = self._world.model.sessions.get(session.service_id or "")
        return model is not None and model.ended is None

    def _own(self, task: Task) -> ModelTask | None:
        return self._world.checks.starts.model_task(mark_of(task.spec))
