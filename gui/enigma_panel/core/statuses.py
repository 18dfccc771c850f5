"""The statuses of a task: what commands need and lead to, and what tables of facts move."""

from enum import StrEnum


class TaskStatus(StrEnum):
    """Status of a task. QUEUED: it waits in our own queue, the service knows nothing of it."""

    QUEUED = "queued"
    STARTING = "starting"
    WORKING = "working"
    ASKS = "asks"
    PAUSED = "paused"
    UNCONFIRMED = "unconfirmed"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"


FINAL_STATUSES = frozenset(
    {TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.STOPPED, TaskStatus.LOST}
)
AT_WORK = frozenset({TaskStatus.STARTING, TaskStatus.WORKING, TaskStatus.ASKS, TaskStatus.PAUSED})
