"""The sheet *Costs*: what it says of a real ledger, and where a click leads."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableWidget

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.task_filter import NO_FILTER, TaskFilter, TaskSum
from enigma_panel.features.costs.bars import axis_step
from enigma_panel.features.costs.sheet import DAYS, CostsSheet, last_days
from enigma_panel.features.costs.text import Outcome, outcomes, sum_cell
from enigma_panel.services.clock import local_day
from enigma_panel.store.ledger.errors import CorruptLedgerError
from enigma_panel.store.ledger.task_reader import Day, DayCosts
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.features.costs.world import CostsWorld, sheet_of
from tests.kit.clock import NOW
from tests.kit.person import CTRL, ENTER, active, click, key

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
TODAY, MONTH = 1, 2
OPEN = {"ended_ms": None, "session": {"phase": Phase.OPEN, "ended_ms": None}}


class Stage:
    """The window with the feature, and its sheet once it was opened."""

    def __init__(self, world: CostsWorld) -> None:
        self.world = world
        self.dialogs = Dialogs(world.services, lambda: self.window)
        self.window = MainWindow(world.services, self.dialogs)
        world.install(self.window, self.dialogs)

    async def open(self) -> CostsSheet:
        await active(self.window)
        click(self.window.money)
        await self.world.settle()
        return sheet_of(self.dialogs)

    def shown(self) -> TaskSum:
        return self.world.task_search.figures.shown


@pytest.fixture
def stage(qapp: QApplication, world: CostsWorld) -> Iterator[Stage]:
    stage = Stage(world)
    stage.window.show()
    yield stage
    stage.window.close_for_good()


def cells(table: QTableWidget) -> list[list[str]]:
    def text(row: int, column: int) -> str:
        item = table.item(row, column)
        return item.text() if item is not None else ""

    columns = range(table.columnCount())
    return [[text(row, column) for column in columns] for row in range(table.rowCount())]


def headings(table: QTableWidget) -> list[str]:
    model, across = table.model(), Qt.Orientation.Horizontal
    return [model.headerData(n, across) for n in range(model.columnCount())]


def click_cell(table: QTableWidget, row: int, column: int) -> None:
    place = table.visualRect(table.model().index(row, column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


async def test_the_money_the_menu_and_a_key_open_it(stage: Stage) -> None:
    sheet = await stage.open()
    assert (sheet.isVisible(), sheet.windowTitle()) == (True, "Costs")
    sheet.reject()
    key(stage.window, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    await stage.world.settle()
    assert sheet.isVisible()
    sheet.reject()
    [opener] = [a for a in stage.window.main_menu.menu.actions() if a.text() == "Costs"]
    opener.trigger()
    await stage.world.settle()
    assert sheet.isVisible()


async def test_no_task_costs_nothing(stage: Stage) -> None:
    stage.world.health.balance = None
    sheet = await stage.open()
    assert cells(sheet.by_outcome) == [["All tasks", "$0.000", "$0.000"]]
    assert (sheet.today.amount.text(), sheet.today.words.text()) == ("$0.00", "today")
    assert sheet.month.words.text() == "last 30 days, 0 tasks"
    assert not sheet.left.isVisible()
    assert not sheet.bars.grab().isNull()


async def test_what_became_of_tasks_and_what_is_not_known(stage: Stage) -> None:
    stage.world.put(1, "0.25")
    stage.world.put(2, "0.125", days_ago=3, status=TaskStatus.FAILED)
    stage.world.put(3, "0.5", days_ago=29, status=TaskStatus.LOST)
    stage.world.put(4, "9", days_ago=31)
    stage.world.put(5, None, status=TaskStatus.ASKS, **OPEN)
    stage.world.put(8, None, days_ago=2)
    stage.world.put(7, None, status=TaskStatus.STOPPED, sent_ms=None)
    stage.world.put(6, "0.0625", status=TaskStatus.WORKING, ended_ms=None)  # its session has ended
    sheet = await stage.open()
    assert cells(sheet.by_outcome) == [
        ["Done", "$0.250", "≥ $0.250"],
        ["Failed", "$0.000", "$0.125"],
        ["Unconfirmed", "$0.063", "$0.063"],
        ["Lost", "$0.000", "$0.500"],
        ["Not finished", "…", "…"],
        ["All tasks", "$0.313", "≥ $0.938"],  # as its parts are rounded: never less than one
    ]
    assert headings(sheet.by_outcome) == ["Where it went", "Today", "30 days"]
    assert headings(sheet.by_day) == ["Cost per day", "Tasks", "Cost"]
    assert (sheet.today.amount.text(), sheet.month.amount.text()) == ("$0.31", "≥ $0.93")
    assert sheet.month.amount.accessibleName() == "at least $0.93"
    assert sheet.today.words.text() == "today, 1 not finished"
    assert sheet.month.words.text() == "last 30 days, 7 tasks"
    left_out = "Not included: 1 running task, and 1 task of unknown cost."
    assert sheet.gaps.text() == left_out
    stage.world.spending.costs = [Decimal("0.03")] * 3
    stage.world.task_search.answer(by_person=False)
    await stage.world.settle()
    assert cells(sheet.by_outcome)[-2:] == [
        ["Not finished", "≈ $0.030", "…"],  # a row adds up to what stands below it
        ["All tasks", "≈ $0.343", "≥ $0.938"],
    ]
    assert sheet.gaps.text() == left_out
    assert (sheet.today.amount.text(), sheet.bars._bars[-1].cost) == ("≈ $0.34", Decimal("0.3125"))


def test_the_unknown_cost_of_idle_time_is_in_the_total_alone() -> None:
    done = TaskSum(count=1, cost=Decimal("0.25"), has_idle=True)
    day = DayCosts(day=(0, NOW), by_status={"done": done})
    shown = [sum_cell(one.sum_of([day]))[0] for one in (outcomes()[0], Outcome("All tasks"))]
    assert shown == ["$0.250", "≥ $0.250"]


async def test_a_click_filters_tasks_to_what_costs_exactly_that(stage: Stage) -> None:
    stage.world.put_a_month()
    sheet = await stage.open()
    rows = len(cells(sheet.by_outcome))
    for row in range(rows):
        for column in (TODAY, MONTH):
            sheet = await stage.open()
            outcome = sheet._outcomes[row]
            click_cell(sheet.by_outcome, row, column)
            assert not sheet.isVisible()
            days = sheet._days[-1:] if column == TODAY else sheet._days
            assert stage.shown() == outcome.sum_of(days)
            text = sum_cell(stage.shown())[0]
            assert cells(sheet.by_outcome)[row][column] == text
            shown = stage.window.filter_bar.panel.when.currentText()
            assert (shown == "Today") is (column == TODAY)


async def test_a_click_on_a_bar_or_enter_in_the_table_filters_tasks_to_that_day(
    stage: Stage,
) -> None:
    stage.world.put(1, "0.25", days_ago=2)
    stage.world.put(2, "0.5", days_ago=3)
    sheet = await stage.open()
    begin, end = local_day(NOW - 2 * 86_400_000)
    plot = sheet.bars._plot()
    place = QPoint(int(plot.width() * (DAYS - 2.5) / DAYS), sheet.bars.height() // 2)
    QTest.mouseMove(sheet.bars, place)
    assert sheet.bars.toolTip().endswith("· $0.25 · 1 task")
    QTest.mouseClick(sheet.bars, Qt.MouseButton.LeftButton, pos=place)
    assert stage.world.task_search.filter == TaskFilter(from_ms=begin, to_ms=end)
    assert (sheet.isVisible(), stage.shown().cost) == (False, Decimal("0.25"))
    stage.world.task_search.ask(NO_FILTER)
    sheet = await stage.open()
    click(sheet.table)
    assert (sheet.by_day.isVisible(), sheet.bars.isVisible()) == (True, False)
    assert [row[1:] for row in cells(sheet.by_day)] == [["1", "$0.250"], ["1", "$0.500"]]
    sheet.by_day.setCurrentCell(1, 0)
    key(sheet.by_day, ENTER)
    assert stage.shown().cost == Decimal("0.5")


async def test_the_table_is_copied_for_a_spreadsheet(stage: Stage) -> None:
    """As it is spoken, too."""
    stage.world.put(1, "0.25")
    stage.world.put(2, None, days_ago=3, status=TaskStatus.LOST)
    sheet = await stage.open()
    sheet.by_outcome.selectAll()
    key(sheet.by_outcome, Qt.Key.Key_C, CTRL)
    assert QApplication.clipboard().text() == (
        "Done\t$0.250\t$0.250\nLost\t$0.000\tcost unknown\nAll tasks\t$0.250\tat least $0.250"
    )
    all_tasks = sheet.by_outcome.model().index(2, MONTH)
    assert all_tasks.data() == "≥ $0.250"
    assert all_tasks.data(Qt.ItemDataRole.AccessibleTextRole) == "at least $0.250"


async def test_it_follows_the_ledger_while_it_is_open(stage: Stage) -> None:
    sheet = await stage.open()
    stage.world.put(1, "0.25")
    stage.world.task_search.answer(by_person=False)
    await stage.world.settle()
    assert sheet.today.amount.text() == "$0.25"
    sheet.reject()
    stage.world.put(2, "0.25")
    stage.world.task_search.answer(by_person=False)
    await stage.world.settle()
    assert sheet.today.amount.text() == "$0.25"


async def test_a_history_that_cannot_be_read_is_no_zero(stage: Stage, tmp_path: Path) -> None:
    stage.world.task_search.problem_of_costs = CorruptLedgerError(tmp_path, "disk I/O error")
    sheet = await stage.open()
    assert (sheet.isVisible(), sheet.today.amount.text()) == (True, "…")
    assert "could not be read" in sheet.notice.text()
    stage.world.task_search.problem_of_costs = None
    stage.world.task_search.counted.emit()
    await stage.world.settle()
    assert (sheet.today.amount.text(), sheet.notice.isVisible()) == ("$0.00", False)


@pytest.mark.parametrize("is_slow", [True, False])
async def test_it_opens_with_its_figures_unless_they_are_slow(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, is_slow: bool
) -> None:
    search, read = stage.world.task_search, asyncio.Event()

    async def costs_of(days: Sequence[Day]) -> list[DayCosts]:
        await read.wait()
        return search.reader.costs_of(days)

    monkeypatch.setattr(search, "costs_of", costs_of)
    monkeypatch.setattr("enigma_panel.features.costs.sheet.SLOW_S", 0 if is_slow else 60)
    sheet = await stage.open()
    assert (sheet.isVisible(), sheet.today.words.text()) == (is_slow, "today")
    read.set()
    await stage.world.settle()
    assert (sheet.isVisible(), sheet.today.amount.text()) == (True, "$0.00")


async def test_what_is_left_says_for_how_many_tasks(stage: Stage) -> None:
    stage.world.health.balance = Decimal("12.30")
    stage.world.spending.costs = [Decimal("0.03")] * 20
    sheet = await stage.open()
    assert sheet.left.amount.text() == "≈ $12.30"
    assert sheet.left.words.text() == "left, enough for about 410 tasks"
    stage.world.health.note_balance(Decimal("12.27"), NOW)  # no cost is counted yet
    assert (sheet.left.amount.text(), stage.window.money.left.text()) == (
        "≈ $12.27",
        "≈ $12.27 left",
    )


@pytest.mark.parametrize(
    ("most", "step"),
    [
        ("0", "0"),
        ("0.65", "0.25"),
        ("0.3", "0.1"),
        ("0.31", "0.2"),
        ("0.000001", "0.0000005"),
        ("29", "10"),
        ("4000000", "2000000"),
    ],
)
def test_the_lines_have_round_amounts(most: str, step: str) -> None:
    assert axis_step(Decimal(most)) == Decimal(step)


@pytest.mark.parametrize("zone", ["CET-1CEST,M3.5.0,M10.5.0/3", "CST5CDT,M3.2.0/0,M11.1.0/1"])
def test_each_day_follows_the_one_before(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as there:
        there.setenv("TZ", zone)
        time.tzset()
        now = round(datetime(2026, 11, 15, 12, tzinfo=UTC).timestamp() * 1000)
        days, today = last_days(now), local_day(now)
    time.tzset()
    assert [day[0] for day in days[1:]] == [day[1] for day in days[:-1]]
    assert (len(days), days[-1]) == (30, today)
    assert {(end - begin) // 3_600_000 for begin, end in days} == {24, 25}
