"""Which tasks wait in the queue, and in which order."""

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff


class QueuedTasks:
    """Tasks with status QUEUED, in the order of their places."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._order: list[Task] | None = None
        self.keys: set[int] = set()

    def in_order(self) -> list[Task]:
        """The tasks that wait, the next one first."""
        if self._order is None:
            found = (self._store.task(key) for key in self.keys)
            tasks = [task for task in found if task is not None]
            self._order = sorted(tasks, key=lambda task: (task.queue_position, task.key))
        return self._order

    def follow(self, diff: Diff) -> bool:
        """Records changed; False where that does not concern the queue."""
        if not self.keys and not any(map(self.is_queued, diff.tasks)):
            return False
        for key in diff.tasks:
            if self.is_queued(key):
                self.keys.add(key)
            else:
                self.keys.discard(key)
        self._order = None
        return True

    def is_queued(self, task_key: int) -> bool:
        """Whether it waits now; one that was taken out leaves the order once that is written."""
        task = self._store.task(task_key)
        return task is not None and task.status is TaskStatus.QUEUED
