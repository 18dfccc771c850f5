"""Which of our tasks an event of the live channel is about, and what it shows of it.

Most events name no task. A session works on one task at a time, so they are about its current one,
unless one that no reply named was sent before; and they may come late, twice or in another order.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.services.clock import Clock
from enigma_panel.services.state.foreign_ids import is_of_other
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.state.timeline import UNCLEAR, Quota, Timeline
from enigma_panel.services.state.unnamed import (
    is_unnamed,
    may_be_of_another,
    unnamed_live,
)
from enigma_panel.services.types import Diff

LATE_MS = 5_000
"""So long after a task was sent an error may still be the end of the one before."""

MOST_KEPT = 50
"""So many ends of a session are kept, or said to be unclear; a flood of them says no more."""

KEPT_CHARS = 200_000
"""So much of a result stands in the time line while it is not clear whose it is."""
PAUSE_MS = 5_000
"""An action that begins so long after a Pause shows that it did not arrive, or does not hold."""
COPY_MS = 2_500
"""So much later an event may come once more, or one that was told before it."""
SIGN_MS = 500
"""A step that comes so soon after an answer was sent live was on its way before it."""
TOLD_EXPIRED = "told_expired"
"""A line for an error that speaks of an expired session, which proves no end."""
MANY = 20
"""So many of a task's questions are known again."""
_AWAY = frozenset({Phase.CONNECTION_LOST, Phase.EXPIRED_ASSUMED})


class TaskEnds:
    """Finds the task that a result or an error is about, and keeps what is unclear."""

    def __init__(
        self, store: SessionStore, timeline: Timeline, clock: Clock, starts: StartsUnderWay
    ) -> None:
        self._store = store
        self._timeline = timeline
        self._clock = clock
        self._starts = starts
        self._unclear: dict[int, list[Observation]] = {}
        self._said: dict[int, set[int]] = {}

    def waits(self, diff: Diff) -> list[int]:
        """Sessions of which something is kept that can perhaps be told apart now."""
        return [key for key in self._unclear if key in diff.sessions or self._is_of(key, diff)]

    def unclear(self) -> list[int]:
        """Sessions of which something is kept that nobody knows whose it is."""
        return list(self._unclear)

    def forget(self, session_key: int) -> None:
        """Nothing more comes of this session."""
        self._said.pop(session_key, None)

    def pop_unclear(self, session_key: int) -> list[Observation]:
        """What is kept of that session, to be looked at once more."""
        return self._unclear.pop(session_key, [])

    def put_back(self, session_key: int, ends: Iterable[Observation]) -> None:
        """They are still to be looked at."""
        kept = self._unclear.setdefault(session_key, [])
        kept[:0] = [observation for observation in ends if observation not in kept]
        if not kept:
            del self._unclear[session_key]

    async def completed(
        self, session: Session, task: Task | None, observation: Observation
    ) -> bool:
        """A result; task: the session's newest one. True where a poll has to tell more."""
        known = named(self._store.tasks_of(session.key), observation.task_id)
        if known is not None:
            await self._store.record(session.key, known.key, observation)
            return False
        unnamed = [t for t in self._store.tasks_of(session.key) if is_unnamed(t)]
        owners = _owners(unnamed)
        if observation.task_id is None and task is not None and task.service_id is not None:
            if owners and task.result != observation.text:  # of that one, or of one sent before
                self._doubt([task], observation)
            return True
        if owners and self._waits_for_reply(unnamed, owners, observation):
            self._keep(session.key, owners, observation)
        elif owners:
            if len(unnamed) > 1:
                self._doubt(owners, observation)
            await self._believe(owners[0], observation)
        return False

    async def failed(self, session: Session, task: Task, observation: Observation) -> bool:
        """An error of a task that is at work. True where a poll has to tell more."""
        tasks = self._store.tasks_of(session.key)
        if task.service_id is not None:
            return True
        sent = [t for t in tasks if t.sent_ms is not None]
        age_ms = self._clock.now_ms() - (task.sent_ms or 0)
        may_be_of_one_before = len(sent) > 1 and age_ms < LATE_MS
        if self._starts.is_awaiting_reply(task.key):
            if not may_be_of_one_before:  # its reply comes now, and tells more
                self._keep(session.key, [], observation)
            return False
        could = unnamed_live(tasks)
        if len(could) > 1:
            self._doubt(could, observation)
            return False
        if not may_be_of_one_before:
            await self._store.record(session.key, task.key, replace(observation, task_id=None))
        return False

    # -- inside ------------------------------------------------------------------------------

    def _waits_for_reply(
        self, unnamed: Sequence[Task], owners: Sequence[Task], observation: Observation
    ) -> bool:
        """Whether a reply will tell whose result this is, and it may be another one's."""
        if not any(self._starts.is_awaiting_reply(task.key) for task in owners):
            return False
        return len(unnamed) > 1 or self._was_told(owners[0].session_key, observation)

    def _was_told(self, session_key: int, observation: Observation) -> bool:
        """Whether a task before it had the same result: perhaps that one's comes again."""
        text = self._store.redaction.text_of(observation)
        tasks = self._store.tasks_of(session_key)
        return any(task.result == text for task in tasks if task.status is TaskStatus.DONE)

    async def _believe(self, task: Task, observation: Observation) -> None:
        """Its reply may name another one yet: see `SessionStore.settle`."""
        if observation.task_id is not None:
            self._store.unproven_names.add(task.key)
        await self._store.record(task.session_key, task.key, observation)

    def _keep(self, session_key: int, owners: Sequence[Task], observation: Observation) -> None:
        """Until the reply tells; a kill before that must not lose what was paid for."""
        kept = self._unclear.setdefault(session_key, [])
        if observation not in kept and len(kept) < MOST_KEPT:
            kept.append(observation)
            self._doubt(owners, observation)

    def _doubt(self, tasks: Sequence[Task], observation: Observation) -> None:
        """Say of each that it may be its end, and what was told; once, however often it comes."""
        for task in tasks:
            said = self._said.setdefault(task.session_key, set())
            this = hash((task.key, observation.kind, observation.task_id, observation.text))
            if this in said or len(said) >= MOST_KEPT:
                continue
            said.add(this)
            # Cut after redaction: a piece of a secret is not known as one.
            text = self._store.redaction.text_of(observation)[:KEPT_CHARS]
            self._timeline.note(task.key, UNCLEAR, text)

    def _is_of(self, session_key: int, diff: Diff) -> bool:
        return any(task.key in diff.tasks for task in self._store.tasks_of(session_key))


def named(tasks: Sequence[Task], task_id: str | None) -> Task | None:
    """The task that the service calls so."""
    return next((t for t in tasks if task_id is not None and t.service_id == task_id), None)


def _owners(unnamed: Sequence[Task]) -> list[Task]:
    """Whose a result without a known id can be, the one that was sent first in front: the service
    works on them in that order. One that was told to stop may have been quicker than that."""
    live = [t for t in unnamed if not t.is_final or t.status is TaskStatus.LOST]
    stopped = [t for t in unnamed if t.status is TaskStatus.STOPPED]
    return sorted(live or stopped, key=lambda t: t.sent_ms or 0)


class EventRouter(QObject):
    """Takes events in the order in which they came.

    poll_wanted: session key whose task a poll has to tell of. doubted: session key whose agent
    works on though it was told to pause.
    """

    poll_wanted = Signal(int)
    doubted = Signal(int)

    def __init__(
        self, store: SessionStore, timeline: Timeline, clock: Clock, starts: StartsUnderWay
    ) -> None:
        super().__init__()
        self._store = store
        self._timeline = timeline
        self._clock = clock
        self._starts = starts
        self._asked: dict[int, deque[int]] = {}
        self._quotas: dict[tuple[int, bool], Quota] = {}
        self._ends = TaskEnds(store, timeline, clock, starts)

    async def handle(self, session_key: int, observation: Observation) -> None:
        """Record what one event shows."""
        session = self._store.session(session_key)
        if session is None or (session.is_final and observation.kind is not Kind.COMPLETED):
            return
        if is_of_other(self._store, observation, session):
            return  # of another session or its task, which hears of it by its own channel
        is_named = observation.session_id in {None, session.service_id}
        if observation.kind is Kind.SESSION_ENDED and not is_named:
            return  # it would prove an end, and take the Terminate away
        ends = observation.kind in {Kind.COMPLETED, Kind.FAILED}
        task = self._store.newest_task(session) if ends else self._store.current_task(session)
        if observation.task_id is not None and observation.kind is not Kind.COMPLETED:
            task = self._of_id(session.key, observation.task_id, task)
        if observation.kind is Kind.COMPLETED:
            if await self._ends.completed(session, task, observation):
                self.poll_wanted.emit(session.key)
        elif observation.kind in STEP_KINDS:
            await self._step(session, task, observation)
        elif observation.kind is Kind.FAILED:
            await self._failed(session, task, observation)
        elif observation.kind is Kind.QUESTION:
            await self._question(session, task, observation)
        elif observation.kind is Kind.SESSION_ENDED or self._may_tell(session, asks=False):
            await self._about_session(session, task, observation)

    def needs_text(self, session_key: int, observation: Observation) -> bool:
        """False for a result that concerns nobody here, or that its task has already."""
        if observation.kind is not Kind.COMPLETED or observation.task_id is None:
            return True
        tasks = self._store.tasks_of(session_key)
        of = named(tasks, observation.task_id)
        if of is not None:
            return of.status is not TaskStatus.DONE
        return any(is_unnamed(task) for task in tasks)

    def waits(self, diff: Diff) -> list[int]:
        """Sessions of which something is kept that can perhaps be told apart now."""
        return self._ends.waits(diff)

    async def retry_unclear(self, session_key: int) -> None:
        """Whose results and errors those were of which it was not clear."""
        waits = deque(self._ends.pop_unclear(session_key))
        try:
            while waits:
                await self.handle(session_key, waits[0])
                waits.popleft()
        except Exception:
            waits.popleft()  # a bad one must not stand in the way of the others
            raise
        finally:  # one who is cancelled loses none
            self._ends.put_back(session_key, waits)

    def unclear(self) -> list[int]:
        """Sessions of which something is kept that nobody knows whose it is."""
        return self._ends.unclear()

    def forget(self, session_key: int) -> None:
        """Nothing more comes of this session."""
        for asks in (True, False):
            self._quotas.pop((session_key, asks), None)
        self._ends.forget(session_key)
        for task in self._store.tasks_of(session_key):
            self._asked.pop(task.key, None)

    # -- by kind -----------------------------------------------------------------------------

    async def _failed(self, session: Session, task: Task | None, observation: Observation) -> None:
        if task is None or not task.may_be_at_work:
            return
        if await self._ends.failed(session, task, observation):
            self.poll_wanted.emit(session.key)

    async def _step(self, session: Session, task: Task | None, observation: Observation) -> None:
        if task is None or not task.may_be_at_work:
            return  # late: its task is over
        bare = replace(observation, text=None, task_id=None)
        if self._moves(task, observation.kind):
            await self._store.record(session.key, task.key, bare)
        elif session.phase in _AWAY:
            await self._store.record(session.key, None, bare)
        age_ms = self._clock.now_ms() - task.since_ms
        paused = task.status is TaskStatus.PAUSED and not task.pause_confirmed
        if paused and observation.kind is Kind.ACTION and age_ms > PAUSE_MS:
            self.doubted.emit(session.key)
        self._timeline.note_live(
            session.key, task.key, observation.kind.value, observation.text or ""
        )

    def _moves(self, task: Task, kind: Kind) -> bool:
        """Whether a step shows of this task what nothing else has shown yet."""
        age_ms = self._clock.now_ms() - task.since_ms
        match task.status:
            case TaskStatus.STARTING:  # of one before it, perhaps, that no reply named
                return unnamed_live(self._store.tasks_of(task.session_key)) == [task]
            case TaskStatus.UNCONFIRMED:  # of whom else could it be?
                sent = [t for t in self._store.tasks_of(task.session_key) if t.sent_ms]
                return sent == [task]
            case TaskStatus.ASKS:  # again, because its answer gave no sign of life until now
                doubted = task.service_id is None and task.answer_sent_live
                return doubted and kind is not Kind.UPDATE and age_ms > SIGN_MS
        return task.is_work_unproven or self._shows_answered(task)

    def _shows_answered(self, task: Task) -> bool:
        """Whether the agent goes on after an answer, as nothing but a step of it can show."""
        if task.service_id is not None or task.answered_ms is None:
            return False
        age_ms = self._clock.now_ms() - task.answered_ms
        if task.answer_sent_live:
            return age_ms > SIGN_MS
        return age_ms > COPY_MS or not self._starts.is_awaiting_reply(task.key)

    async def _question(
        self, session: Session, task: Task | None, observation: Observation
    ) -> None:
        """Where several tasks may ask, it is kept with the one that was sent first, and the Inbox
        says the doubt; who has a name is asked by a poll."""
        tasks = self._store.tasks_of(session.key)
        unnamed = unnamed_live(tasks) if observation.task_id is None else []
        task = next(iter(unnamed), task)
        if task is None or not task.may_be_at_work:
            return
        is_known = self._is_known(task, observation.text or "")
        if is_known and self._is_copy(task, observation.text or ""):
            return
        is_unclear = is_known or may_be_of_another(task, tasks)
        if (is_unclear and task.service_id is not None) or not self._may_tell(session, asks=True):
            self.poll_wanted.emit(session.key)  # told twice or asked twice? The poll knows
            return
        if task.key != session.current_task:  # which has a name, perhaps
            self.poll_wanted.emit(session.key)
        if is_known and task.answered_ms is not None and not task.answer_sent_live:
            went_on = Observation(kind=Kind.ACTION)  # who asks again got its answer, and used it
            await self._store.record(session.key, task.key, went_on)
        await self._store.record(session.key, task.key, replace(observation, task_id=None))

    def _is_copy(self, task: Task, text: str) -> bool:
        """Whether a question that was asked before is no new one."""
        now = self._clock.now_ms()
        if now - (task.asked_ms or 0) <= COPY_MS:
            return True
        if task.status is TaskStatus.ASKS:
            return self._store.redaction.is_question_of(task, text)
        answered_ms = task.answered_ms if task.service_id is None else None
        return answered_ms is not None and now - answered_ms <= COPY_MS

    def _is_known(self, task: Task, text: str) -> bool:
        """Whether the task asked that before; from now on it has."""
        asked, mark = self._asked.setdefault(task.key, deque(maxlen=MANY)), hash(text)
        if mark in asked:
            return True
        asked.append(mark)
        return self._store.redaction.is_question_of(task, text)

    async def _about_session(
        self, session: Session, task: Task | None, observation: Observation
    ) -> None:
        """Its browser is lost or back, or it has ended; what became of the task, a poll tells."""
        await self._store.record(session.key, None, observation)
        after = self._store.session(session.key)
        lives = task is not None and not task.is_final
        if task is not None and lives and after is not session:
            is_told = observation.kind is Kind.LIFETIME_OVER  # else that is what our own clock says
            kind = TOLD_EXPIRED if is_told else observation.kind.value
            self._timeline.note(task.key, kind, self._store.redaction.code_of(observation) or "")
        self.poll_wanted.emit(session.key)

    # -- inside ------------------------------------------------------------------------------

    def _may_tell(self, session: Session, *, asks: bool) -> bool:
        """What is written at once must not come by the thousand; questions have their own share."""
        now = self._clock.now_ms()
        return self._quotas.setdefault((session.key, asks), Quota(at_ms=now)).allows(now)

    def _of_id(self, session_key: int, task_id: str, current: Task | None) -> Task | None:
        """No page shows an id in other events than results; where there is one, it counts."""
        tasks = self._store.tasks_of(session_key)
        unnamed = [t for t in tasks if is_unnamed(t)]
        return named(tasks, task_id) or (current if unnamed == [current] else None)
