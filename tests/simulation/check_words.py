"""Invariants of the words for tasks and sessions: they never say an end that did not happen."""

from typing import TYPE_CHECKING

from enigma_panel.core.models import SessionState, Task, TaskStatus, shown_state
from enigma_panel.core.observation import AT_CAP, UNSENT
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff, WaitReason
from enigma_panel.simulator.task import TaskState
from enigma_panel.ui.text.cells import result_cell
from enigma_panel.ui.text.states import session_state_text
from tests.simulation.calls import mark_of

if TYPE_CHECKING:
    from tests.simulation.world import World

BY_YOU, PUT_AWAY = "Stopped by you", "Stopped"
TERMINATED, CLOSED = "You terminated it", "Its browser was closed"
_ENDED = frozenset({TaskStatus.STOPPED, TaskStatus.FAILED})


class Words:
    """Reads what rows say, and compares it with what the person did and what the service knows."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._stopped: set[int] = set()  # marks of tasks that the person stopped
        self._taken_back: set[int] = set()
        self._asked_again: set[int] = set()  # after that
        self._terminated: set[int] = set()  # keys of sessions

    def clicked(self, keys: list[int], verb: CommandVerb) -> None:
        store = self._world.person.parts.services.store
        for key in keys:
            session = store.session(key)
            task = store.current_task(session) if session is not None else None
            if verb is CommandVerb.TERMINATE:
                self._terminated.add(key)
            elif verb is CommandVerb.STOP and task is not None:
                self._asked(task)

    def answered(self, task: Task, verb: AnswerVerb) -> None:
        if verb is AnswerVerb.STOP:
            self._asked(task)
        else:  # it goes on: a Stop before is not sent any more
            self._taken_back.add(mark_of(task.spec))

    def undone(self, key: int) -> None:
        """What is not known to have been delivered is taken back."""
        store = self._world.person.parts.services.store
        self._taken_back |= {mark_of(task.spec) for task in store.tasks_of(key)}

    def changed(self, store: SessionStore, diff: Diff) -> None:
        tasks = {task.key for key in diff.sessions for task in store.tasks_of(key)} | diff.tasks
        for key in sorted(tasks):
            task = store.task(key)
            if task is not None and task.code not in UNSENT:
                self._of_task(store, task)
        for key in sorted(diff.sessions):
            self._of_session(store, key)

    # -- inside --------------------------------------------------------------------------------

    def _asked(self, task: Task) -> None:
        mark = mark_of(task.spec)
        self._stopped.add(mark)
        if mark in self._taken_back:
            self._taken_back.remove(mark)
            self._asked_again.add(mark)

    def _of_task(self, store: SessionStore, task: Task) -> None:
        if task.status not in _ENDED:
            return
        session = store.session(task.session_key)
        words = result_cell(task, session).text
        stopped = mark_of(task.spec) in self._stopped
        if session is None or session.service_id is None:
            return
        own = self._world.checks.truth.model_task(session.service_id, task)
        is_stop = own is not None and own.state is TaskState.STOPPED
        if words == BY_YOU and not stopped and not is_stop:
            self._fail(f"task {task.key} was not stopped by the person: {words}")
        model = self._world.model.sessions.get(session.service_id)
        is_open = model is not None and model.ended is None
        if words == TERMINATED and session.key not in self._terminated:
            self._fail(f"the browser of task {task.key} was not terminated by the person: {words}")
        if is_open and words in {TERMINATED, CLOSED}:
            self._fail(f"the session of task {task.key} is open: {words}")
        is_wanted = stopped and mark_of(task.spec) not in self._taken_back
        if mark_of(task.spec) in self._asked_again:
            # One that can still be taken back ended nothing. The Stop before did, whose fate was
            # unknown when the person took it back: the service's own words are shown.
            pending = self._world.person.parts.services.commands.pending(session.key)
            is_wanted &= pending is None or pending.why is not WaitReason.UNDO
        is_wanted &= task.code != AT_CAP  # its cap was reached before
        if is_stop and is_wanted and is_open and words not in {BY_YOU, PUT_AWAY}:
            self._fail(f"task {task.key} was stopped by the person: {words}")

    def _of_session(self, store: SessionStore, key: int) -> None:
        session = store.session(key)
        if session is None or session.service_id is None:
            return
        state = shown_state(session, store.current_task(session))
        by_you = session_state_text(SessionState.ENDED_BY_YOU).word
        if session_state_text(state).word == by_you and key not in self._terminated:
            self._fail(f"session {key} was not terminated by the person: {by_you}")

    def _fail(self, text: str) -> None:
        self._world.fail("the words never say an end that did not happen", text)
