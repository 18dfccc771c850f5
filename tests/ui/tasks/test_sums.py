"""The sums beside the filter: exact, in time, in the same room whatever they say."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.tasks.sums import TaskSums
from tests.kit.fakes import FakeScope

ROOM = 480
SHOWN = TaskSum(count=100, cost=Decimal("4.8712"))


class FakeSearch(QObject):
    """What is shown, and what each task costs."""

    counted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.figures = SimpleNamespace(shown=SHOWN, total=100)
        self.costs: dict[int, Decimal] = {}
        self.error: LedgerError | None = None

    async def sum_of(self, keys: Sequence[int]) -> TaskSum:
        if self.error is not None:
            raise self.error
        cost = sum((self.costs[key] for key in keys), Decimal())
        return TaskSum(count=len(keys), cost=cost, took_ms=len(keys) * 10_000)


@pytest.fixture
def search() -> FakeSearch:
    search = FakeSearch()
    search.costs = {key: Decimal("0.02") for key in range(1, 31)}
    return search


@pytest.fixture
def sums(qapp: QApplication, search: FakeSearch) -> Iterator[TaskSums]:
    services = SimpleNamespace(task_search=search, scope=FakeScope())
    sums = TaskSums(cast("Services", services))
    sums.resize(ROOM, sums.sizeHint().height())
    sums.show()
    qapp.processEvents()
    yield sums
    sums.close()
    sums.deleteLater()


def words(sums: TaskSums) -> list[str]:
    return [label.text() for label in sums.findChildren(QLabel) if label.isVisible()]


def test_it_tells_what_is_shown_and_what_is_selected(sums: TaskSums, search: FakeSearch) -> None:
    told: list[TaskSum | None] = []
    sums.summed.connect(told.append)
    assert words(sums) == ["100 shown · $4.87"]
    sums.show_selected([1])
    assert words(sums) == ["100 shown · $4.87"]
    sums.show_selected(range(1, 13))
    assert words(sums) == ["100 shown · $4.87", "12 selected · $0.2400 · 2:00 min"]
    assert told[-1] == TaskSum(count=12, cost=Decimal("0.24"), took_ms=120_000)
    search.figures.shown = TaskSum(count=7, cost=Decimal(3))
    search.costs[1] = Decimal("0.03")
    search.counted.emit()
    assert words(sums) == ["7 shown · $3.00", "12 selected · $0.2500 · 2:00 min"]
    sums.show_selected([])
    assert words(sums) == ["7 shown · $3.00"]
    assert told[-1] is None


def test_where_there_is_no_task_it_says_nothing(sums: TaskSums, search: FakeSearch) -> None:
    search.figures = SimpleNamespace(shown=TaskSum(), total=0)
    search.counted.emit()
    assert words(sums) == []


def test_a_screen_reader_hears_full_words_and_all_of_it(sums: TaskSums) -> None:
    sums.show_selected([1, 2])
    shown, selected = sums.findChildren(QLabel)
    assert shown.accessibleName() == "100 tasks are shown. Together they cost $4.87."
    assert shown.accessibleDescription() == "Exactly $4.8712."
    assert shown.toolTip() == f"{shown.accessibleName()}\nExactly $4.8712."
    assert selected.toolTip() == selected.accessibleName()
    assert selected.accessibleName() == (
        "2 tasks are selected. Together they cost $0.0400 and took 20 seconds."
    )


def test_an_answer_that_comes_late_is_not_shown_for_others(sums: TaskSums) -> None:
    sums.show_selected([1, 2])
    late = sums._keys
    sums.show_selected([3, 4, 5])
    FakeScope().spawn("late", sums._sum(late))
    assert words(sums)[-1].startswith("3 selected · $0.0600")


def test_what_cannot_be_told_is_not_shown(sums: TaskSums, search: FakeSearch) -> None:
    search.error = LedgerError(Path("ledger"), "gone")
    sums.show_selected([1, 2])
    assert words(sums) == ["100 shown · $4.87"]
    search.error = None
    search.counted.emit()
    assert words(sums)[-1].startswith("2 selected · $0.0400")


def test_it_has_the_same_room_whatever_it_says(
    sums: TaskSums, search: FakeSearch, qapp: QApplication
) -> None:
    sizes = {(sums.sizeHint().toTuple(), sums.minimumSizeHint().toTuple())}
    for total in (TaskSum(), TaskSum(count=100_412, cost=Decimal("8123.5"), unknown=3)):
        search.figures.shown = total
        search.counted.emit()
        for keys in ([], [1, 2], range(1, 31)):
            sums.show_selected(keys)
            qapp.processEvents()
            sizes.add((sums.sizeHint().toTuple(), sums.minimumSizeHint().toTuple()))
            assert all(label.width() >= label.sizeHint().width() for label in shown_labels(sums))
    assert len(sizes) == 1


@pytest.mark.parametrize("width", [640, 900, 1280])
def test_in_the_window_nothing_jumps_as_rows_are_selected(
    window: MainWindow, services: Any, qapp: QApplication, width: int
) -> None:
    for key in range(1, 10):
        services.sessions.add(key, cost="0.0214")
    window.resize(width, 560)
    qapp.processEvents()
    field, sums = window.filter_bar.field, window.sums
    assert "9 shown · $0.1926" in words(sums)
    before = field.geometry(), sums.geometry()
    assert field.width() >= 200
    window.selection.tasks.selectAll()
    qapp.processEvents()
    assert words(sums)[-1].startswith("9 selected · $0.1926")
    assert (len(words(sums)) == 2) is (width > 640)
    assert (field.geometry(), sums.geometry()) == before
    assert all(label.width() >= label.sizeHint().width() for label in shown_labels(sums))


def shown_labels(sums: TaskSums) -> list[QLabel]:
    return [label for label in sums.findChildren(QLabel) if label.isVisible()]


def test_without_room_it_is_said_in_fewer_words(sums: TaskSums, qapp: QApplication) -> None:
    sums.show_selected(range(1, 13))
    seen: list[Any] = []
    for width in range(ROOM, sums.minimumSizeHint().width() - 1, -1):
        sums.resize(width, sums.height())
        qapp.processEvents()
        for label in shown_labels(sums):
            assert label.geometry().right() < width
            assert label.width() >= label.sizeHint().width(), label.text()
        if words(sums) not in seen:
            seen.append(words(sums))
    assert seen == [
        ["100 shown · $4.87", "12 selected · $0.2400 · 2:00 min"],
        ["12 selected · $0.2400 · 2:00 min"],
        ["12 selected · $0.2400"],
        ["$0.2400"],
    ]
    sums.show_selected([])
    assert words(sums) == ["$4.87"]
