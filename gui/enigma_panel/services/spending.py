"""Whether the cap of the day is reached, and what a task has cost of late."""

from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal
from heapq import nlargest

from msgspec import Struct

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.money import affordable
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff, LedgerError

LAST = 20
"""How many recent tasks a price goes by."""
KEPT = 500
"""How many recent tasks are remembered, to find those of one site among them."""
LEAST_KNOWN = 3
"""How many tasks must have told their cost before anything is guessed by it."""


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
        store.changed.connect(self.is_reached)

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
    """What the last tasks that were done have cost, and what follows for the next."""

    def __init__(self, context: ServiceContext) -> None:
        self._context = context
        self._account = ("", "")
        self._last: dict[int, tuple[int, Decimal, str]] = {}
        context.store.changed.connect(self._follow)
        context.store.costs_changed.connect(self._note_cost)
        context.account.changed.connect(self._follow_account)

    def forecast(self, balance: Decimal) -> int | None:
        """How many tasks the balance pays for; None while too few are known to have cost what."""
        costs = [cost for _, cost, _ in self._newest()]
        return affordable(balance, costs) if len(costs) >= LEAST_KNOWN else None

    def price(self, site: str = "") -> Price | None:
        """What one more task may cost, by those of this site where enough are known; None while
        too few are done."""
        of_site = [last for last in self._last.values() if last[2] == site]
        return Price.of(cost for _, cost, _ in nlargest(LAST, of_site)) or Price.of(
            cost for _, cost, _ in self._newest()
        )

    def _newest(self) -> list[tuple[int, Decimal, str]]:
        return nlargest(LAST, self._last.values())

    def _follow(self, diff: Diff) -> None:
        for key in diff.tasks:
            task = self._context.store.task(key)
            if task is not None:
                self._note(task)
        if len(self._last) > 2 * KEPT:
            newest = nlargest(KEPT, self._last, key=lambda key: self._last[key])
            self._last = {key: self._last[key] for key in newest}

    def _note(self, task: Task) -> None:
        cost, session = task.counted_cost, self._context.store.session(task.session_key)
        if task.status is TaskStatus.DONE and task.ended_ms is not None and cost is not None:
            self._last[task.key] = task.ended_ms, cost, session.site if session is not None else ""
        else:
            self._last.pop(task.key, None)

    # -- the balance ---------------------------------------------------------------------------

    def _note_cost(self, task_key: int, rise: Decimal) -> None:
        task = self._context.store.task(task_key)
        if task is not None and task.sent_ms is not None:
            self._context.health.note_cost(rise, task.sent_ms)

    def _follow_account(self) -> None:
        """Look up what was left on another account, or by the last run on this one."""
        account = self._context.account
        this = (account.base_url, account.key_fingerprint)
        if this != self._account:
            self._account = this
            self._context.health.forget_balance()
            self._context.scope.spawn("recall the balance", self._recall())

    async def _recall(self) -> None:
        this = self._account
        with suppress(LedgerError):
            told = await self._context.store.read(lambda ledger: ledger.last_balance(*this))
            if told is not None and self._account == this:
                self._context.health.recall_balance(*told)
