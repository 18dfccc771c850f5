"""Tasks that were sent and that no reply has named.

No poll can tell of them, and an event of their session that names no task may be about them.
"""

from collections.abc import Iterable, Sequence

from enigma_panel.core.models import Task, TaskStatus

_PROVES_WORK = frozenset({TaskStatus.ASKS, TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.STOPPED})


def is_unnamed(task: Task) -> bool:
    """Sent, and the service may know it under an id that we do not."""
    return task.service_id is None and task.sent_ms is not None and not _never_ran(task)


def unnamed_live(tasks: Iterable[Task]) -> list[Task]:
    """Those of a session that are not over, the one that was sent first in front: the service
    works on them in that order."""
    live = [task for task in tasks if is_unnamed(task) and not task.is_final]
    return sorted(live, key=lambda task: task.sent_ms or 0)


def seen_at_work(tasks: Iterable[Task]) -> Task | None:
    """The first that the channel showed at work and that is not over, as far as is known."""
    return next((task for task in unnamed_live(tasks) if task.was_seen_at_work), None)


def may_be_of_another(task: Task, tasks: Sequence[Task]) -> bool:
    """Whether what the channel told of a task may have been about another one of its session."""
    return any(_may_be_at_work(other) for other in tasks if other.key != task.key)


def is_disproved(task: Task, tasks: Iterable[Task]) -> bool:
    """Whether one that was sent later has a name and asks or is over, since this one was shown at
    work: then this one is over, or what was shown was the other's."""
    told = [t for t in tasks if t.service_id is not None and t.status in _PROVES_WORK]
    since = (t for t in told if t.since_ms >= task.since_ms)
    return any((t.sent_ms or 0) > (task.sent_ms or 0) for t in since)


def _may_be_at_work(task: Task) -> bool:
    """Lost means that nobody knows."""
    if is_unnamed(task):
        return not task.is_final or task.status is TaskStatus.LOST
    return task.service_id is not None and not task.is_final


def _never_ran(task: Task) -> bool:
    """Put back into the queue, or refused: no task of the service's."""
    return task.status in {TaskStatus.QUEUED, TaskStatus.FAILED}
