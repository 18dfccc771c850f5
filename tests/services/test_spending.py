"""What today has cost, and how far a balance goes."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.money import sum_money
from enigma_panel.core.observation import OTHER_TASK, Kind, Usage
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.clock import local_date, local_day
from enigma_panel.services.spending import LAST, Price, Spending
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.errors import InterruptedReadError, LedgerError
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.kit.builders import a_task
from tests.kit.clock import NOW, HandClock
from tests.kit.fakes import FakeScope
from tests.services.commands.bench import Bench

HOUR_MS = 3_600_000


class FakeStore(QObject):
    """Records, and what a ledger that has them all would answer."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[int, Task] = {}
        self.asked: list[int] = []
        self.deleted: dict[str, TaskSum] = {}
        self.error: LedgerError | None = None
        self.meanwhile: Callable[[], object] | None = None

    def task(self, key: int) -> Task | None:
        return self.tasks.get(key)

    def put(self, *tasks: Task) -> None:
        self.tasks |= {task.key: task for task in tasks}
        self.changed.emit(Diff(tasks=frozenset(task.key for task in tasks)))

    async def spent_on(self, day: str, from_ms: int, to_ms: int) -> TaskSum:
        self.asked.append(from_ms)
        if self.error is not None:
            raise self.error
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        tasks = [t for t in self.tasks.values() if from_ms <= (t.sent_ms or t.created_ms) < to_ms]
        costs = [t.counted_cost for t in tasks if t.counted_cost is not None]
        untold = sum(t.sent_ms is not None and t.counted_cost is None for t in tasks)
        there = TaskSum(count=len(tasks), cost=sum_money(costs), unknown=untold)
        return there.plus(self.deleted.get(day, TaskSum()))


class Scene:
    """Spending over such a store, with a clock that stands still."""

    def __init__(self) -> None:
        self.store = FakeStore()
        self.clock = HandClock()
        self.scope = FakeScope()
        self.spending = Spending(self.store, self.clock, self.scope, self.store.spent_on)  # type: ignore[arg-type]

    def tell(self) -> None:
        day = local_day(self.clock.now_ms())

        async def tell() -> None:
            try:
                today = await self.store.spent_on(local_date(day[0]), *day)
            except LedgerError as error:
                if isinstance(error, InterruptedReadError):
                    return
                today = None
            self.spending.show(day, today)

        self.scope.spawn("tell", tell())

    def today(self) -> TaskSum:
        self.tell()
        self.spending.refresh()
        assert self.spending.today is not None
        return self.spending.today


@pytest.fixture
def scene(qapp: object) -> Scene:
    return Scene()


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The person lives there. A rule in POSIX's words: that of a real place may change any day."""
    with monkeypatch.context() as there:
        there.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def ended(key: int, cost: str | None, **fields: object) -> Task:
    facts = {"status": TaskStatus.DONE, "sent_ms": NOW, "ended_ms": NOW + key}
    return a_task(key, cost=cost, **facts | fields)


def test_a_task_counts_to_the_day_on_which_it_was_started(scene: Scene) -> None:
    begin, end = local_day(NOW)
    scene.store.put(
        ended(1, "0.1", sent_ms=begin - 1, ended_ms=begin + 5),
        ended(2, "0.02", created_ms=begin - HOUR_MS, sent_ms=begin),
        a_task(3, cost="0.003", created_ms=begin, sent_ms=None),
        ended(4, None, sent_ms=end - 1),
        ended(5, "7", created_ms=end, sent_ms=end),
    )
    today = scene.today()
    assert (today.count, today.cost, today.unknown) == (3, Decimal("0.023"), 1)


def test_nothing_is_read_before_the_records_are_loaded(scene: Scene) -> None:
    scene.spending.refresh()
    assert not scene.store.asked
    scene.store.changed.emit(Diff())
    assert scene.today() == TaskSum()


def test_it_is_told_once_and_asked_for_by_itself_on_another_day_alone(scene: Scene) -> None:
    scene.store.put(a_task(1, cost="0.01", sent_ms=NOW))
    assert scene.today().cost == Decimal("0.01")
    told: list[None] = []
    scene.spending.changed.connect(lambda: told.append(None))
    scene.store.put(a_task(1, cost="0.0123456789012345678901234567", sent_ms=NOW))
    assert scene.today().cost == scene.today().cost == Decimal("0.0123456789012345678901234567")
    assert len(told) == 1
    scene.store.asked.clear()
    scene.spending.refresh()
    assert not scene.store.asked
    _, scene.clock.now = local_day(NOW)
    scene.spending.refresh()
    assert scene.spending.today is not None
    assert scene.spending.today.count == 0


def test_at_midnight_it_begins_anew(scene: Scene) -> None:
    _, end = local_day(NOW)
    scene.store.put(ended(1, "0.5"))
    assert scene.today().cost == Decimal("0.5")
    scene.clock.now = end - 1
    assert scene.today().cost == Decimal("0.5")
    scene.clock.now = end
    assert (scene.today().count, scene.today().cost) == (0, 0)


def test_what_yesterday_has_cost_may_be_told_too_late(scene: Scene) -> None:
    _, end = local_day(NOW)
    scene.store.put(ended(1, "0.5"))

    def next_day() -> None:
        scene.clock.now = end
        scene.spending.refresh()

    scene.store.meanwhile = next_day
    assert scene.today().cost == 0


def test_a_clock_that_was_set_back_brings_tomorrow_into_no_sum(scene: Scene) -> None:
    scene.store.put(ended(1, "0.5", sent_ms=NOW + 26 * HOUR_MS), ended(2, "0.25"))
    assert (scene.today().count, scene.today().cost) == (1, Decimal("0.25"))


def test_a_ledger_that_fails_is_asked_again_and_nothing_is_said_meanwhile(scene: Scene) -> None:
    scene.store.put(ended(1, "0.5"))
    assert scene.today().cost == Decimal("0.5")
    scene.store.error = InterruptedReadError(Path("ledger"), "a filter is typed")
    scene.store.put(ended(2, "0.5"))
    assert scene.today().cost == Decimal("0.5")
    scene.store.error = LedgerError(Path("ledger"), "gone")
    scene.tell()
    for _ in range(5):
        scene.spending.refresh()
        assert scene.spending.today is None
    scene.store.error = None
    assert scene.today().cost == 1


CHANGES_AT_NIGHT = "CET-1CEST,M3.5.0,M10.5.0/3"
CHANGES_AT_MIDNIGHT = "CST5CDT,M3.2.0/0,M11.1.0/1"
CHANGES_HALF_AN_HOUR = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0"


@pytest.mark.parametrize(
    ("zone", "noon", "hours"),
    [
        (CHANGES_AT_NIGHT, "2026-03-29 12:00", 23),
        (CHANGES_AT_NIGHT, "2026-10-25 12:00", 25),
        (CHANGES_AT_NIGHT, "2026-11-27 12:00", 24),
        (CHANGES_AT_MIDNIGHT, "2026-03-08 12:00", 23),
        (CHANGES_AT_MIDNIGHT, "2026-11-01 12:00", 25),
        ("<+0545>-5:45", "2026-11-27 12:00", 24),
        (CHANGES_HALF_AN_HOUR, "2026-04-05 12:00", 24.5),
    ],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_a_day_is_as_long_as_it_is(noon: str, hours: float) -> None:
    when = datetime.fromisoformat(noon)
    begin, end = local_day(int(when.timestamp() * 1000))
    assert end - begin == hours * HOUR_MS
    for moment, day in ((begin - 1, -1), (begin, 0), (end - 1, 0), (end, 1)):
        date = datetime.fromtimestamp(moment / 1000, UTC).astimezone().date()
        assert (date - when.date()).days == day
    assert local_day(begin) == local_day(end - 1) == (begin, end)
    assert local_day(end)[0] == end


def test_the_last_tasks_whose_cost_is_known_stand_for_the_next(scene: Scene) -> None:
    store, spending = scene.store, scene.spending
    assert spending.forecast(Decimal(5)) is None
    store.put(
        *(ended(key, "100", ended_ms=NOW - key) for key in range(1, 30)),  # longer ago
        *(ended(key, "0.10") for key in range(100, 100 + LAST)),
        ended(200, None),
        ended(201, "-5"),
        ended(202, "9", code=OTHER_TASK),
        a_task(203, cost="3"),
    )
    forecast = spending.forecast(Decimal("7.41"))
    assert forecast is not None
    assert (forecast.tasks, forecast.like) == (74, LAST)
    store.put(ended(119, "2.10"))  # the service told it later
    forecast = spending.forecast(Decimal("7.41"))
    assert forecast is not None
    assert forecast.tasks == 37
    store.put(ended(119, "2.10", code=OTHER_TASK))  # it may be another task's
    forecast = spending.forecast(Decimal("7.41"))
    assert forecast is not None
    assert (forecast.tasks, forecast.like) == (74, LAST - 1)


def test_a_price_is_the_median_and_most_of_the_last_twenty(scene: Scene) -> None:
    store, spending = scene.store, scene.spending
    store.put(*(ended(key, "100", ended_ms=NOW - key) for key in range(200, 230)))
    store.put(*(ended(n, f"0.{n:02}") for n in range(1, LAST + 1)))
    price = Price(median=Decimal("0.105"), low=Decimal("0.048"), high=Decimal("0.162"))
    assert spending.price() == price


def test_of_fewer_than_three_tasks_there_is_no_price(scene: Scene) -> None:
    scene.store.put(ended(1, "0.01"), ended(2, "0.02"), ended(3, None), ended(4, "-1"))
    assert scene.spending.price() is None
    scene.store.put(ended(5, "0.05"))
    price = scene.spending.price()
    assert price is not None
    assert price.median == Decimal("0.02")


@pytest.mark.parametrize("balance", ["NaN", "-1", "1E+30"])
def test_of_a_foolish_balance_nothing_is_forecast(scene: Scene, balance: str) -> None:
    scene.store.put(ended(1, "0.1"))
    assert scene.spending.forecast(Decimal(balance)) is None


def test_of_tasks_that_cost_nothing_nothing_is_forecast(scene: Scene) -> None:
    scene.store.put(ended(1, "0"), ended(2, "1E-12"))
    assert scene.spending.forecast(Decimal(5)) is None
    scene.store.put(a_task(3, status=TaskStatus.DONE, ended_ms=NOW, usage=Usage(cost=Decimal(2))))
    forecast = scene.spending.forecast(Decimal(5))
    assert forecast is not None
    assert forecast.tasks == 7


async def test_the_ledger_tells_it_as_the_figures_rise(bench: Bench) -> None:
    search = TaskSearch(
        bench.store, TaskReader(bench.ledger.path), bench.executor, bench.scope, bench.clock
    )
    spending = Spending(bench.store, bench.clock, bench.scope, search.spent_on)
    search.tell_day(spending.show)

    async def today() -> TaskSum | None:
        search.ask()
        await asyncio.sleep(0.2)
        return spending.today

    try:
        await bench.store.load()
        assert await today() == TaskSum()
        first, second = await bench.open(), await bench.open()
        sent = [replace(task, sent_ms=bench.clock.now_ms()) for task in bench.store.tasks()]
        await bench.store.save(*sent)
        await bench.store.load()
        assert await today() == TaskSum(count=2, unknown=2)
        for cost in ("0.01", "0.0214", "0.0213"):  # what falls is not believed
            await bench.see(first, Kind.ACTIVE, usage=Usage(cost=Decimal(cost)))
        await bench.see(second, Kind.ACTIVE, usage=Usage(cost=Decimal("1E+30")))
        await bench.store.flush()
        assert await today() == TaskSum(count=2, cost=Decimal("0.0214"), unknown=1)
        await bench.see(second, Kind.COMPLETED, text="x", usage=Usage(cost=Decimal("0.3")))
        total = await today()
        assert total is not None
        assert (total.cost, total.unknown) == (Decimal("0.3214"), 0)
        forecast = spending.forecast(Decimal(1))
        assert forecast is not None
        assert (forecast.tasks, forecast.like) == (3, 1)
    finally:
        await bench.scope.close()
        await search.aclose()
