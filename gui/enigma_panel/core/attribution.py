"""Tasks that were sent and that the service has not named: what the live channel is to them.

A task that the service has named is known by replies and polls alone; an event of its session only
wakes its poll. One without a name cannot be asked for. The channel can bring its question, and, by
the id in `task_completed`, its name (api.md §6). Pure.
"""

from collections.abc import Iterable, Sequence

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import Kind
from enigma_panel.core.service_rules import POLL_MS

SETTLE_MS = POLL_MS
"""How long after an event a poll may be older than it, in ms: one interval (api.md §1.6)."""

STALE_QUESTION_MS = 4 * POLL_MS
"""How long after its answer a poll may repeat a question, in ms (api.md §11.4): four polls."""

LATE_RESULT_MS = 15_000
"""How long after the session's end an unnamed task may get its name, in ms. Chosen."""

PROVE_NO_LIFE = frozenset({Kind.FAILED, Kind.SESSION_ENDED, Kind.LIFETIME_OVER})
"""Events that a service may send of a session that it does not know."""

_PROVES_WORK = frozenset({TaskStatus.ASKS, TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.STOPPED})


def is_unnamed(task: Task) -> bool:
    """Whether the task was sent and we lack the id that it may have: no poll can report on it."""
    return task.service_id is None and task.sent_ms is not None and not _never_ran(task)


def unnamed_live(tasks: Iterable[Task]) -> list[Task]:
    """The unnamed tasks that are not over, in the order in which they were sent."""
    live = [task for task in tasks if is_unnamed(task) and not task.is_final]
    return sorted(live, key=lambda task: task.sent_ms or 0)


def newest_task(session: Session, tasks: Iterable[Task]) -> Task | None:
    """The task that was given to the session last."""
    return next((t for t in tasks if t.key == session.current_task), None)


def seen_at_work(tasks: Iterable[Task]) -> Task | None:
    """The first unnamed task that the channel showed at work, and that is not over."""
    return next((task for task in unnamed_live(tasks) if task.was_seen_at_work), None)


def may_be_of_another(task: Task, tasks: Sequence[Task]) -> bool:
    """Whether a report of the channel may have been about another task of the session."""
    return any(_may_be_at_work(other) for other in tasks if other.key != task.key)


def is_disproved(task: Task, tasks: Iterable[Task]) -> bool:
    """Whether a later task asks or is over since this one was shown at work: this one is over."""
    known = [t for t in tasks if t.service_id is not None and t.status in _PROVES_WORK]
    since = (t for t in known if t.since_ms >= task.since_ms)
    return any((t.sent_ms or 0) > (task.sent_ms or 0) for t in since)


def shown_by_silence(
    session: Session, task: Task, tasks: Iterable[Task], now_ms: int, *, is_awaited: bool
) -> Kind | None:
    """The fact about a task of that session if it is unnamed and its reply does not come any more.

    tasks: all of its session. is_awaited: its reply may still name it.
    """
    if is_awaited or not is_unnamed(task) or task.is_final or task.status is TaskStatus.STARTING:
        return None
    if session.terminate_sent_ms is not None and session.is_ended:
        return None if is_just_ended(session, now_ms) else Kind.GIVEN_UP
    asks = task.status is TaskStatus.ASKS and not session.is_ended
    is_known = task.status is TaskStatus.UNCONFIRMED or (asks and not is_disproved(task, tasks))
    return None if is_known else Kind.LIVE_LOST


def is_just_ended(session: Session, now_ms: int) -> bool:
    """Whether a name may still come after the session's end; an end that lies ahead is old."""
    return 0 <= now_ms - (session.ended_ms or 0) < LATE_RESULT_MS


def _may_be_at_work(task: Task) -> bool:
    """Whether the task may run at the service; a lost one may, as its outcome is unknown."""
    if is_unnamed(task):
        return not task.is_final or task.status is TaskStatus.LOST
    return task.service_id is not None and not task.is_final


def _never_ran(task: Task) -> bool:
    """Whether the task was put back into the queue or refused: the service has none."""
    return task.status in {TaskStatus.QUEUED, TaskStatus.FAILED}
