"""What the live channel tells, and which of our tasks it is about (api.md §6).

Most events name no task. A session works on one task at a time, so they are about the one that is
its current one here; but they may come late, twice or in another order. So an end is believed by
its id; else a poll or the reply that is still held is asked first, and only where neither can tell
it goes to the task that was sent first.
"""

from collections.abc import Callable
from dataclasses import replace

from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.core.records import Phase, Session, StateVerb, Task, TaskStatus
from enigma_panel.services.clock import Clock
from enigma_panel.services.registry import Registry
from enigma_panel.services.timeline import Timeline
from enigma_panel.services.views import Diff

LATE_MS = 5_000
"""So long after a task was sent an error may still be the end of the one before."""

PAUSE_MS = 5_000
"""An action that begins so long after a Pause was emitted shows that it did not arrive."""

UNCLEAR = "unclear"
"""A line for a result of which the service did not say whose it is."""


class LiveFacts:
    """Takes events in the order in which they came.

    is_held: whether the call that started this task still waits for its reply, which will name it.
    wake: ask for the session's task at once. doubt: the agent of this session was told to pause by
    the channel, and works on.
    """

    def __init__(
        self,
        registry: Registry,
        timeline: Timeline,
        clock: Clock,
        *,
        is_held: Callable[[int], bool],
        wake: Callable[[int], None],
        doubt: Callable[[int], None],
    ) -> None:
        self._doubt = doubt
        self._registry = registry
        self._timeline = timeline
        self._clock = clock
        self._is_held = is_held
        self._wake = wake
        self._asked: dict[int, set[str]] = {}
        self._unclear: dict[int, list[Observation]] = {}

    async def take(self, session_key: int, seen: Observation) -> None:
        """Fold one event into the records."""
        session = self._registry.session(session_key)
        if session is None or (session.is_final and seen.kind is not Kind.COMPLETED):
            return
        task = self._registry.current_task(session)
        if seen.task_id is not None and seen.kind is not Kind.COMPLETED:
            task = self._of_id(session.key, seen.task_id, task)
        if seen.kind in STEP_KINDS:
            await self._step(session, task, seen)
        elif seen.kind is Kind.QUESTION:
            await self._question(session, task, seen)
        elif seen.kind is Kind.COMPLETED:
            await self._completed(session, task, seen)
        elif seen.kind is Kind.FAILED:
            await self._failed(session, task, seen)
        else:
            await self._about_session(session, task, seen)

    def waits(self, diff: Diff) -> list[int]:
        """Sessions of which something is kept that can perhaps be told apart now."""
        return [key for key in self._unclear if key in diff.sessions or self._is_of(key, diff)]

    async def look_again(self, session_key: int) -> None:
        """Whose results and errors those were of which it was not clear."""
        for seen in self._unclear.pop(session_key, []):
            await self.take(session_key, seen)

    def unclear(self) -> list[int]:
        """Sessions of which something is kept that nobody knows whose it is."""
        return list(self._unclear)

    def forget(self, session_key: int) -> None:
        """Nothing more comes of this session."""
        for task in self._registry.tasks_of(session_key):
            self._asked.pop(task.key, None)

    # -- by kind -----------------------------------------------------------------------------

    async def _step(self, session: Session, task: Task | None, seen: Observation) -> None:
        if task is None or not _is_at_work(task):
            return  # late: its task is over
        waits = task.status is TaskStatus.STARTING or task.unproven is StateVerb.RESUME
        alone = task.service_id is None and not self._is_held(task.key)
        works_on = alone and task.answered_ms is not None  # nothing else can tell that
        if waits or works_on or session.phase is Phase.CONNECTION_LOST:
            bare = replace(seen, text=None, task_id=None)
            await self._registry.record(session.key, task.key, bare)
        age_ms = self._clock.now_ms() - task.since_ms
        if task.unproven is StateVerb.PAUSE and seen.kind is Kind.ACTION and age_ms > PAUSE_MS:
            self._doubt(session.key)
        self._timeline.tell(session.key, task.key, seen.kind.value, seen.text or "")

    async def _question(self, session: Session, task: Task | None, seen: Observation) -> None:
        if task is None or not _is_at_work(task):
            return
        text, asked = seen.text or "", self._asked.setdefault(task.key, set())
        is_known = text in asked or self._registry.is_question_of(task, text)
        asked.add(text)
        if is_known and task.status is TaskStatus.ASKS:
            return
        if is_known and task.service_id is not None:
            self._wake(session.key)  # told twice or asked twice? The poll knows
            return
        await self._registry.record(session.key, task.key, replace(seen, task_id=None))

    async def _completed(self, session: Session, task: Task | None, seen: Observation) -> None:
        known = self._named(session.key, seen.task_id)
        if known is not None:
            await self._registry.record(session.key, known.key, seen)
            return
        unnamed = [t for t in self._registry.tasks_of(session.key) if _is_unnamed(t)]
        live = [t for t in unnamed if not t.is_final or t.status is TaskStatus.LOST]
        if not live:
            if seen.task_id is None and task is not None and not task.is_final:
                self._wake(session.key)
        elif len(unnamed) > 1 and any(self._is_held(t.key) for t in live):
            self._unclear.setdefault(session.key, []).append(seen)  # a reply will tell
        else:
            owner = task if task in live and _was_seen(task) else live[0]
            if len(unnamed) > 1:
                self._timeline.note(owner.key, UNCLEAR, str(len(unnamed)))
            await self._registry.record(session.key, owner.key, seen)

    async def _failed(self, session: Session, task: Task | None, seen: Observation) -> None:
        if task is None or not _is_at_work(task):
            return
        if task.service_id is not None:
            self._wake(session.key)
            return
        if self._is_held(task.key):  # its reply comes now, and tells more
            self._unclear.setdefault(session.key, []).append(seen)
            return
        sent = [t for t in self._registry.tasks_of(session.key) if t.sent_ms is not None]
        age_ms = self._clock.now_ms() - (task.sent_ms or 0)
        if len(sent) == 1 or age_ms >= LATE_MS:
            await self._registry.record(session.key, task.key, replace(seen, task_id=None))

    async def _about_session(self, session: Session, task: Task | None, seen: Observation) -> None:
        """Its browser is lost or back, or it has ended; what became of the task, a poll tells."""
        await self._registry.record(session.key, None, seen)
        after = self._registry.session(session.key)
        lives = task is not None and not task.is_final
        if task is not None and lives and after is not session:
            self._timeline.note(task.key, seen.kind.value, seen.code or "")
        self._wake(session.key)

    # -- inside ------------------------------------------------------------------------------

    def _named(self, session_key: int, task_id: str | None) -> Task | None:
        if task_id is None:
            return None
        tasks = self._registry.tasks_of(session_key)
        return next((task for task in tasks if task.service_id == task_id), None)

    def _of_id(self, session_key: int, task_id: str, current: Task | None) -> Task | None:
        """No page shows an id in other events than results; where there is one, it counts."""
        named = self._named(session_key, task_id)
        nameless = [t for t in self._registry.tasks_of(session_key) if _is_unnamed(t)]
        return named or (current if nameless == [current] else None)

    def _is_of(self, session_key: int, diff: Diff) -> bool:
        return any(task.key in diff.tasks for task in self._registry.tasks_of(session_key))


def _is_at_work(task: Task) -> bool:
    """Sent and not over: an event of its session can be about it."""
    waits = task.status is TaskStatus.QUEUED or task.sent_ms is None
    return not task.is_final and not waits


def _is_unnamed(task: Task) -> bool:
    """Sent, and the service may know it under an id that we do not."""
    return task.service_id is None and task.sent_ms is not None and not _never_ran(task)


def _was_seen(task: Task) -> bool:
    """The channel has told of it, so that it is the one at work."""
    return task.question_n > 0 or task.status in {TaskStatus.WORKING, TaskStatus.ASKS}


def _never_ran(task: Task) -> bool:
    """Put back in line, or refused: no task of the service's."""
    return task.status in {TaskStatus.QUEUED, TaskStatus.FAILED}
