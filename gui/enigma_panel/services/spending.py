"""Whether the cap of the day is reached, and what a task has cost of late."""

from collections.abc import Iterable
from decimal import Decimal
from heapq import nlargest

from msgspec import Struct

from enigma_panel.core.models import Task
from enigma_panel.core.money import affordable
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff

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


class Spending:
    """What the last tasks that ended have cost, and what follows for the next."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._last: dict[int, tuple[int, Decimal]] = {}
        store.changed.connect(self._follow)

    def forecast(self, balance: Decimal) -> Forecast | None:
        """The forecast for the balance; None while no ended task is known to have cost anything."""
        costs = [cost for _, cost in self._last.values()]
        tasks = affordable(balance, costs)
        return None if tasks is None else Forecast(tasks=tasks, like=len(costs))

    def price(self) -> Price | None:
        """What one more task may cost; None while too few have ended."""
        return Price.of(cost for _, cost in self._last.values())

    def _follow(self, diff: Diff) -> None:
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
