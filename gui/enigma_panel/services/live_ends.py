"""Results and errors that the live channel tells, and which of our tasks they are of (api.md §6).

An end is believed by its id; else a poll or the reply that is still held is asked first, and only
where neither can tell, it goes to the task that was sent first, with a line that says so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import Observation
from enigma_panel.services.clock import Clock
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.timeline import UNCLEAR, Timeline
from enigma_panel.services.views import Diff

LATE_MS = 5_000
"""So long after a task was sent an error may still be the end of the one before."""

MOST_KEPT = 50
"""So many ends of a session are kept, or said to be unclear; a flood of them says no more."""

KEPT_CHARS = 200_000
"""So much of a result stands in the time line while it is not clear whose it is."""


class TaskEnds:
    """is_held: whether the call that started this task still waits for its reply, which will name
    it. wake: ask for the session's task at once."""

    def __init__(
        self,
        registry: SessionStore,
        timeline: Timeline,
        clock: Clock,
        *,
        is_awaiting_reply: Callable[[int], bool],
        wake: Callable[[int], None],
    ) -> None:
        self._registry = registry
        self._timeline = timeline
        self._clock = clock
        self._is_held = is_awaiting_reply
        self._wake = wake
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
        kept[:0] = [seen for seen in ends if seen not in kept]
        if not kept:
            del self._unclear[session_key]

    async def completed(self, session: Session, task: Task | None, seen: Observation) -> None:
        """A result; task: the session's current one."""
        known = named(self._registry.tasks_of(session.key), seen.task_id)
        if known is not None:
            await self._registry.record(session.key, known.key, seen)
            return
        unnamed = [t for t in self._registry.tasks_of(session.key) if is_unnamed(t)]
        owners = _owners(unnamed)
        if seen.task_id is None and task is not None and task.service_id is not None:
            if owners and task.result != seen.text:  # of that one, or of one sent before
                self._doubt([task], seen)
            self._wake(session.key)
        elif owners and self._waits_for_reply(unnamed, owners, seen):
            self._keep(session.key, owners, seen)
        elif owners:
            if len(unnamed) > 1:
                self._doubt(owners, seen)
            await self._believe(owners[0], seen)

    async def failed(self, session: Session, task: Task, seen: Observation) -> None:
        """An error of a task that is at work."""
        tasks = self._registry.tasks_of(session.key)
        if task.service_id is not None:
            self._wake(session.key)
            return
        if self._is_held(task.key):  # its reply comes now, and tells more
            self._keep(session.key, [], seen)
            return
        could = [t for t in tasks if is_unnamed(t) and not t.is_final]
        if len(could) > 1:
            self._doubt(could, seen)
            return
        sent = [t for t in tasks if t.sent_ms is not None]
        age_ms = self._clock.now_ms() - (task.sent_ms or 0)
        if len(sent) == 1 or age_ms >= LATE_MS:
            await self._registry.record(session.key, task.key, replace(seen, task_id=None))

    # -- inside ------------------------------------------------------------------------------

    def _waits_for_reply(
        self, unnamed: Sequence[Task], owners: Sequence[Task], seen: Observation
    ) -> bool:
        """Whether a reply will tell whose result this is, and it may be another one's."""
        if not any(self._is_held(task.key) for task in owners):
            return False
        return len(unnamed) > 1 or self._was_told(owners[0].session_key, seen)

    def _was_told(self, session_key: int, seen: Observation) -> bool:
        """Whether a task before it had the same result: perhaps that one's comes again."""
        text = self._registry.redaction.text_of(seen)
        tasks = self._registry.tasks_of(session_key)
        return any(task.result == text for task in tasks if task.status is TaskStatus.DONE)

    async def _believe(self, task: Task, seen: Observation) -> None:
        """Its reply may name another one yet: see `SessionStore.settle`."""
        if seen.task_id is not None:
            self._registry.told_names.add(task.key)
        await self._registry.record(task.session_key, task.key, seen)

    def _keep(self, session_key: int, owners: Sequence[Task], seen: Observation) -> None:
        """Until the reply tells; a kill before that must not lose what was paid for."""
        kept = self._unclear.setdefault(session_key, [])
        if seen not in kept and len(kept) < MOST_KEPT:
            kept.append(seen)
            self._doubt(owners, seen)

    def _doubt(self, tasks: Sequence[Task], seen: Observation) -> None:
        """Say of each that it may be its end, and what was told; once, however often it comes."""
        for task in tasks:
            said = self._said.setdefault(task.session_key, set())
            this = hash((task.key, seen.kind, seen.task_id, seen.text))
            if this in said or len(said) >= MOST_KEPT:
                continue
            said.add(this)
            # Cut behind the wall: a piece of a secret is not known as one.
            text = self._registry.redaction.text_of(seen)[:KEPT_CHARS]
            self._timeline.note(task.key, UNCLEAR, text)

    def _is_of(self, session_key: int, diff: Diff) -> bool:
        return any(task.key in diff.tasks for task in self._registry.tasks_of(session_key))


def named(tasks: Sequence[Task], task_id: str | None) -> Task | None:
    """The task that the service calls so."""
    return next((t for t in tasks if task_id is not None and t.service_id == task_id), None)


def is_unnamed(task: Task) -> bool:
    """Sent, and the service may know it under an id that we do not."""
    return task.service_id is None and task.sent_ms is not None and not _never_ran(task)


def _owners(unnamed: Sequence[Task]) -> list[Task]:
    """Whose a result without a known id can be, the one that was sent first in front: the service
    works on them in that order. One that was told to stop may have been quicker than that."""
    live = [t for t in unnamed if not t.is_final or t.status is TaskStatus.LOST]
    stopped = [t for t in unnamed if t.status is TaskStatus.STOPPED]
    return sorted(live or stopped, key=lambda t: t.sent_ms or 0)


def _never_ran(task: Task) -> bool:
    """Put back in line, or refused: no task of the service's."""
    return task.status in {TaskStatus.QUEUED, TaskStatus.FAILED}
