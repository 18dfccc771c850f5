"""What the tasks of a local day cost, as the records in memory say at this very moment."""

from collections.abc import Iterable
from decimal import Decimal

from enigma_panel.core.models import Task
from enigma_panel.core.money import NANO, to_nano

Day = tuple[int, int]
"""A local day, as from when to when it lasts (epoch ms)."""


class DayCosts:
    """The figure of `Figures.day`, before the ledger has it: each record that changes is noted.

    A day of this run needs no ledger: what is started on it is in memory.
    """

    def __init__(self) -> None:
        self.day: Day = (0, 0)
        self._nano: dict[int, int] = {}
        self._sum = 0

    def begin(self, day: Day, costs: dict[int, int], tasks: Iterable[Task] = ()) -> None:
        """Begin a day with what tasks have cost already: nano-dollars by key, and these records."""
        self.day = day
        self._nano, self._sum = dict(costs), sum(costs.values())
        for task in tasks:
            self._count(task, _nano(task))

    def note(self, task: Task, before: Task | None) -> bool:
        """Note a record and the record before it; True where the cost of the task changed."""
        nano, was = _nano(task), _nano(before) if before is not None else 0
        self._count(task, nano)
        return nano != was

    @property
    def spent(self) -> Decimal:
        """Dollars of the day so far."""
        return self._sum / NANO

    @property
    def dearest(self) -> int | None:
        """The key of the task of the day that has cost most."""
        return max(self._nano, key=self._nano.__getitem__, default=None)

    def _count(self, task: Task, nano: int) -> None:
        from_ms, to_ms = self.day
        started_ms = task.created_ms if task.sent_ms is None else task.sent_ms
        nano = nano if from_ms <= started_ms < to_ms else 0
        self._sum += nano - self._nano.pop(task.key, 0)
        if nano:
            self._nano[task.key] = nano


def _nano(task: Task) -> int:
    return to_nano(task.counted_cost) or 0
