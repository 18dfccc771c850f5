"""The live channel's events: what each is a fact of, and when it wakes a poll."""

from collections.abc import Iterable

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.attribution import is_unnamed, may_be_of_another, unnamed_live
from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.services.state.foreign_ids import is_of_other
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.state.timeline import Timeline

REPORTED_EXPIRED = "reported_expired"
"""Kind of a line for an error that speaks of an expired session, which proves no end."""

_OF_SESSION = frozenset({Kind.SESSION_ENDED, Kind.ORPHANED, Kind.RECONNECTED, Kind.LIFETIME_OVER})


class EventRouter(QObject):
    """Takes events in order. poll_wanted: the key of a session whose task is to be asked for.

    Of a task that the service has named nothing is recorded but its steps.
    """

    poll_wanted = Signal(int)

    def __init__(self, store: SessionStore, timeline: Timeline, starts: StartsUnderWay) -> None:
        super().__init__()
        self._store = store
        self._timeline = timeline
        self._starts = starts

    async def handle(self, session_key: int, observation: Observation) -> None:
        """Record what one event shows."""
        session = self._store.session(session_key)
        if session is None or is_of_other(self._store, observation, session):
            return
        kind = observation.kind
        if kind in STEP_KINDS:
            await self._take_step(session, observation)
            return
        if kind is Kind.COMPLETED:
            await self._take_name(session, observation.task_id)
        elif kind is Kind.QUESTION:
            await self._take_question(session, observation)
        elif kind in _OF_SESSION:
            await self._about_session(session, observation)
        self.poll_wanted.emit(session_key)

    def holds_name_of(self, task_keys: Iterable[int]) -> bool:
        """Whether an id is held for one of these tasks."""
        return not self._starts.heard.keys().isdisjoint(task_keys)

    async def give_names(self) -> None:
        """Give the ids that are held to tasks whose reply does not come any more."""
        for key, task_id in list(self._starts.heard.items()):
            task = self._store.task(key)
            if task is None or not is_unnamed(task):  # its reply named it, or refused it
                self._starts.heard.pop(key, None)
            elif not self._starts.is_awaiting_reply(key):
                self._starts.heard.pop(key, None)
                accepted = Observation(kind=Kind.ACCEPTED, task_id=task_id)
                await self._store.record(task.session_key, key, accepted)
                self.poll_wanted.emit(task.session_key)

    async def _take_name(self, session: Session, task_id: str | None) -> None:
        """Keep the id of a result for the one task that may have it; a poll brings the result."""
        tasks = self._store.tasks_of(session.key)
        unnamed = [task for task in tasks if is_unnamed(task)]
        is_known = any(task.service_id == task_id for task in tasks)
        if task_id is None or is_known or self._store.records.may_run_a_text(session):
            return
        if len(unnamed) == 1 and not unnamed[0].is_final:
            self._starts.heard[unnamed[0].key] = task_id
            await self.give_names()

    async def _take_question(self, session: Session, observation: Observation) -> None:
        """Record it of the unnamed task that was sent first; of any other a poll brings it.

        A question that a poll brought first belongs to the task that was polled.
        """
        tasks = self._store.tasks_of(session.key)
        unnamed = unnamed_live(tasks)
        asking = (t for t in tasks if t.service_id is not None and t.status is TaskStatus.ASKS)
        if session.is_final or any(task.question == observation.text for task in asking):
            return
        if unnamed and not self._store.records.may_run_a_text(session):
            asks = replace(observation, task_id=None)  # no page shows one in a question
            await self._store.record(session.key, unnamed[0].key, asks)

    async def _take_step(self, session: Session, observation: Observation) -> None:
        task, kind = self._store.current_task(session), observation.kind
        if session.is_final or task is None or not task.may_be_at_work:
            return
        shows: Kind | None = kind if task.status is TaskStatus.STARTING else None
        if task.status is TaskStatus.ASKS and task.answer_unconfirmed:
            shows = Kind.ANSWER_SENT  # who waits for an answer takes no step: it arrived
        if shows is not None and self._is_alone(session, task):
            await self._store.record(session.key, task.key, Observation(kind=shows))
        self._timeline.note(task.key, kind.value, observation.text or "")

    def _is_alone(self, session: Session, task: Task) -> bool:
        """Whether nothing else can be at work there."""
        tasks = self._store.tasks_of(session.key)
        return not (may_be_of_another(task, tasks) or self._store.records.may_run_a_text(session))

    async def _about_session(self, session: Session, observation: Observation) -> None:
        """Record that the browser is lost or back, or the session's end."""
        is_strange = observation.session_id not in {None, session.service_id}
        if is_strange and observation.kind is Kind.SESSION_ENDED:
            return  # it would prove an end, and take the Terminate away
        task = self._store.current_task(session)
        await self._store.record(session.key, None, observation)
        if task is None or task.is_final or self._store.session(session.key) is session:
            return
        # Without a report it is our own clock that says so.
        is_report = observation.kind is Kind.LIFETIME_OVER
        kind = REPORTED_EXPIRED if is_report else observation.kind.value
        self._timeline.note(task.key, kind, observation.code or "")
