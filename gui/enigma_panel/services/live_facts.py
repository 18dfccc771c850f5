"""What the live channel tells, and which of our tasks it is about (api.md §6).

Most events name no task. A session works on one task at a time, so they are about the one that is
its current one here; but they may come late, twice or in another order. Ends: see `live_ends`.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from enigma_panel.core.models import Phase, Session, StateVerb, Task, TaskStatus
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.services.clock import Clock
from enigma_panel.services.live_ends import TaskEnds, is_unnamed, named
from enigma_panel.services.quota import Quota
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.timeline import Timeline
from enigma_panel.services.views import Diff

PAUSE_MS = 5_000
"""An action that begins so long after a Pause shows that it did not arrive, or does not hold."""

COPY_MS = 2_500
"""So much later an event may come once more, or one that was told before it."""

SIGN_MS = 500
"""A step that comes so soon after an answer was emitted was on its way before it."""

TOLD_EXPIRED = "told_expired"
"""A line for an error that speaks of an expired session, which proves no end."""

MANY = 20
"""So many of a task's questions are known again."""

_AWAY = frozenset({Phase.CONNECTION_LOST, Phase.EXPIRED_ASSUMED})


class EventRouter:
    """Takes events in the order in which they came.

    is_awaiting_reply: whether the call that started this task still waits for its reply, which will
    name it. wake: ask for the session's task at once. doubt: the agent of this session was told to
    pause, and works on.
    """

    def __init__(
        self,
        registry: SessionStore,
        timeline: Timeline,
        clock: Clock,
        *,
        is_awaiting_reply: Callable[[int], bool],
        wake: Callable[[int], None],
        doubt: Callable[[int], None],
    ) -> None:
        self._doubt = doubt
        self._registry = registry
        self._timeline = timeline
        self._clock = clock
        self._is_held = is_awaiting_reply
        self._wake = wake
        self._asked: dict[int, deque[int]] = {}
        self._quotas: dict[tuple[int, bool], Quota] = {}
        self._ends = TaskEnds(
            registry, timeline, clock, is_awaiting_reply=is_awaiting_reply, wake=wake
        )

    async def handle(self, session_key: int, seen: Observation) -> None:
        """Fold one event into the records."""
        session = self._registry.session(session_key)
        if session is None or (session.is_final and seen.kind is not Kind.COMPLETED):
            return
        task = self._registry.current_task(session)
        if seen.task_id is not None and seen.kind is not Kind.COMPLETED:
            task = self._of_id(session.key, seen.task_id, task)
        if seen.kind is Kind.COMPLETED:
            await self._ends.completed(session, task, seen)
        elif seen.kind in STEP_KINDS:
            await self._step(session, task, seen)
        elif seen.kind is Kind.FAILED:
            if task is not None and _is_at_work(task):
                await self._ends.failed(session, task, seen)
        elif seen.kind is Kind.QUESTION:
            await self._question(session, task, seen)
        elif seen.kind is Kind.SESSION_ENDED or self._may_tell(session, asks=False):
            await self._about_session(session, task, seen)

    def needs_text(self, session_key: int, seen: Observation) -> bool:
        """False for a result that concerns nobody here, or that its task has already."""
        if seen.kind is not Kind.COMPLETED or seen.task_id is None:
            return True
        tasks = self._registry.tasks_of(session_key)
        of = named(tasks, seen.task_id)
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
        for task in self._registry.tasks_of(session_key):
            self._asked.pop(task.key, None)

    # -- by kind -----------------------------------------------------------------------------

    async def _step(self, session: Session, task: Task | None, seen: Observation) -> None:
        if task is None or not _is_at_work(task):
            return  # late: its task is over
        bare = replace(seen, text=None, task_id=None)
        if self._moves(task, seen.kind):
            await self._registry.record(session.key, task.key, bare)
        elif session.phase in _AWAY:
            await self._registry.record(session.key, None, bare)
        age_ms = self._clock.now_ms() - task.since_ms
        paused = task.status is TaskStatus.PAUSED and not task.pause_confirmed
        if paused and seen.kind is Kind.ACTION and age_ms > PAUSE_MS:
            self._doubt(session.key)
        self._timeline.note_live(session.key, task.key, seen.kind.value, seen.text or "")

    def _moves(self, task: Task, kind: Kind) -> bool:
        """Whether a step shows of this task what nothing else has shown yet."""
        age_ms = self._clock.now_ms() - task.since_ms
        match task.status:
            case TaskStatus.STARTING:
                return True
            case TaskStatus.UNCONFIRMED:  # of whom else could it be?
                sent = [t for t in self._registry.tasks_of(task.session_key) if t.sent_ms]
                return sent == [task]
            case TaskStatus.ASKS:  # again, because its answer gave no sign of life until now
                doubted = task.service_id is None and task.answer_sent_live
                return doubted and kind is not Kind.UPDATE and age_ms > SIGN_MS
        return task.unproven is StateVerb.RESUME or self._shows_answered(task)

    def _shows_answered(self, task: Task) -> bool:
        """Whether the agent goes on after an answer, as nothing but a step of it can show."""
        if task.service_id is not None or task.answered_ms is None:
            return False
        age_ms = self._clock.now_ms() - task.answered_ms
        if task.answer_sent_live:
            return age_ms > SIGN_MS
        return age_ms > COPY_MS or not self._is_held(task.key)

    async def _question(self, session: Session, task: Task | None, seen: Observation) -> None:
        if task is None or not _is_at_work(task):
            return
        is_known = self._is_known(task, seen.text or "")
        if is_known and self._is_copy(task, seen.text or ""):
            return
        if (is_known and task.service_id is not None) or not self._may_tell(session, asks=True):
            self._wake(session.key)  # told twice or asked twice? The poll knows
            return
        if is_known and task.answered_ms is not None and not task.answer_sent_live:
            went_on = Observation(kind=Kind.ACTION)  # who asks again got its answer, and used it
            await self._registry.record(session.key, task.key, went_on)
        await self._registry.record(session.key, task.key, replace(seen, task_id=None))

    def _is_copy(self, task: Task, text: str) -> bool:
        """Whether a question that was asked before is no new one."""
        now = self._clock.now_ms()
        if task.status is TaskStatus.ASKS:
            is_open = self._registry.redaction.is_question_of(task, text)
            return is_open or now - (task.asked_ms or 0) <= COPY_MS
        answered_ms = task.answered_ms if task.service_id is None else None
        return answered_ms is not None and now - answered_ms <= COPY_MS

    def _is_known(self, task: Task, text: str) -> bool:
        """Whether the task asked that before; from now on it has."""
        asked, mark = self._asked.setdefault(task.key, deque(maxlen=MANY)), hash(text)
        if mark in asked:
            return True
        asked.append(mark)
        return self._registry.redaction.is_question_of(task, text)

    async def _about_session(self, session: Session, task: Task | None, seen: Observation) -> None:
        """Its browser is lost or back, or it has ended; what became of the task, a poll tells."""
        await self._registry.record(session.key, None, seen)
        after = self._registry.session(session.key)
        lives = task is not None and not task.is_final
        if task is not None and lives and after is not session:
            is_told = seen.kind is Kind.LIFETIME_OVER  # else that is what our own clock says
            kind = TOLD_EXPIRED if is_told else seen.kind.value
            self._timeline.note(task.key, kind, seen.code or "")
        self._wake(session.key)

    # -- inside ------------------------------------------------------------------------------

    def _may_tell(self, session: Session, *, asks: bool) -> bool:
        """What is written at once must not come by the thousand; questions have their own share."""
        now = self._clock.now_ms()
        return self._quotas.setdefault((session.key, asks), Quota(at_ms=now)).allows(now)

    def _of_id(self, session_key: int, task_id: str, current: Task | None) -> Task | None:
        """No page shows an id in other events than results; where there is one, it counts."""
        tasks = self._registry.tasks_of(session_key)
        nameless = [t for t in tasks if is_unnamed(t)]
        return named(tasks, task_id) or (current if nameless == [current] else None)


def _is_at_work(task: Task) -> bool:
    """Sent and not over: an event of its session can be about it."""
    waits = task.status is TaskStatus.QUEUED or task.sent_ms is None
    return not task.is_final and not waits
