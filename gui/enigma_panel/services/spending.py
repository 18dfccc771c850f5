"""Spending of today, whether its cap is reached, and the recent cost of a task."""

from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from heapq import nlargest

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import Task
from enigma_panel.core.money import affordable
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import Clock, local_date, local_day
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.errors import InterruptedReadError, LedgerError

SpentOn = Callable[[str, int, int], Awaitable[TaskSum]]
"""Function that sums tasks started on a day, which lasted from when to when (epoch ms)."""
LAST = 20
"""How many recent tasks a forecast goes by."""
LEAST_KNOWN = 3
"""How many tasks must have told their cost before a price is guessed."""


class Forecast(Struct, frozen=True, kw_only=True):
    """How many tasks a balance pays for at what the last ones (`like`) cost on average."""

    tasks: int
    like: int


class Price(Struct, frozen=True, kw_only=True):
    """What a task may cost: as the median of the last ones, and as most of them, low to high."""

    median: Decimal
    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, costs: Iterable[Decimal]) -> "Price | None":
        """The price by these costs; None where they are too few."""
        known = sorted(costs)
        if len(known) < LEAST_KNOWN:
            return None
        low, median, high = (_percentile(known, percent) for percent in (20, 50, 80))
        return cls(median=median, low=low, high=high)


def _percentile(ordered: list[Decimal], percent: int) -> Decimal:
    at, part = divmod((len(ordered) - 1) * percent, 100)
    rest = ordered[min(at + 1, len(ordered) - 1)] - ordered[at]
    return ordered[at] + rest * part / 100


class DayCap:
    """Whether the cap of the day is reached: then nothing is started.

    It stays reached until the person sets another one or the day ends. The sum may fall: the last
    poll's cost of a task that is done is dropped, and the final one is less, late, or never given.
    So it is looked at whenever records change, also when they have just been read.
    """

    def __init__(self, settings: SettingsBook, store: SessionStore) -> None:
        self._settings = settings
        self._store = store
        self._reached: tuple[Decimal, int] | None = None
        store.changed.connect(lambda _diff: self.is_reached())

    def is_reached(self) -> bool:
        """Whether it is, as the records in memory say now."""
        cap = self._settings.value.cap_per_day
        if cap is None:
            return False
        spent, this = self._store.spent_today(), (cap, self._store.day_costs.day[0])
        if spent >= cap:
            self._reached = this
        return self._reached == this


class Spending(QObject):
    """The cost of today's tasks by the ledger; a task counts to the local day on which it was sent,
    or asked for while it was not.

    today: None while unknown. The search brings it with its own figures, of the same moment.
    """

    changed = Signal()

    def __init__(
        self, store: SessionStore, clock: Clock, scope: TaskScope, spent_on: SpentOn
    ) -> None:
        super().__init__()
        self._store = store
        self._clock = clock
        self._scope = scope
        self._spent_on = spent_on
        self._day: tuple[int, int] | None = None
        self._is_loaded = self._is_stale = False
        self._last: dict[int, tuple[int, Decimal]] = {}
        self.today: TaskSum | None = None
        store.changed.connect(self._follow)

    def refresh(self) -> None:
        """Ask the ledger where another day began, or where it failed; once a second."""
        day = local_day(self._clock.now_ms())
        self._is_stale |= day != self._day
        self._day = day
        if self._is_stale and self._is_loaded:
            self._scope.spawn("spent today", self._ask(*day), exclusive=True)

    def forecast(self, balance: Decimal) -> Forecast | None:
        """The forecast for the balance; None while no ended task is known to have cost anything."""
        costs = [cost for _, cost in self._last.values()]
        tasks = affordable(balance, costs)
        return None if tasks is None else Forecast(tasks=tasks, like=len(costs))

    def price(self) -> Price | None:
        """What one more task may cost; None while too few have ended."""
        return Price.of(cost for _, cost in self._last.values())

    def show(self, day: tuple[int, int], today: TaskSum | None) -> None:
        """Take the day's cost from the ledger, or that it could not be read."""
        if day == local_day(self._clock.now_ms()):
            self._day, self._is_stale = day, today is None
            self._show(today)

    async def _ask(self, from_ms: int, to_ms: int) -> None:
        self._is_stale = False
        try:
            today = await self._spent_on(local_date(from_ms), from_ms, to_ms)
        except LedgerError as error:
            self._is_stale = True
            if not isinstance(error, InterruptedReadError):
                self._show(None)
            return
        if (from_ms, to_ms) == self._day:
            self._show(today)

    def _show(self, today: TaskSum | None) -> None:
        if today != self.today:
            self.today = today
            self.changed.emit()

    def _follow(self, diff: Diff) -> None:
        if not self._is_loaded:
            self._is_loaded = self._is_stale = True
        for key in diff.tasks:
            task = self._store.task(key)
            if task is not None:
                self._note(task)
        if len(self._last) > LAST:
            newest = nlargest(LAST, ((ended, key) for key, (ended, _) in self._last.items()))
            self._last = {key: self._last[key] for _, key in newest}

    def _note(self, task: Task) -> None:
        cost = task.counted_cost
        if task.is_final and task.ended_ms is not None and cost is not None:
            self._last[task.key] = task.ended_ms, cost
        else:
            self._last.pop(task.key, None)
