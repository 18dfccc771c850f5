"""The sums beside the filter: exact, in time, in the same room whatever they say."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from enigma_panel.core.task_filter import NO_FILTER, TaskSum
from enigma_panel.services.container import Services
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.tasks.sums import TaskSums
from tests.kit.fakes import FakeScope, FakeSpending

ROOM = 480
SHOWN = TaskSum(count=100, cost=Decimal("4.8712"))


class FakeSearch(QObject):
    counted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.figures = SimpleNamespace(shown=SHOWN, total=100)
        self.filter = NO_FILTER
        self.problem: LedgerError | None = None
        self.costs: dict[int, Decimal] = {}
        self.error: LedgerError | None = None
        self.tells_selected = True

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
    parts = {"task_search": search, "spending": FakeSpending(), "scope": FakeScope()}
    services = SimpleNamespace(**parts)
    sums = TaskSums(cast("Services", services), lambda: search.tells_selected)
    sums.resize(ROOM, sums.sizeHint().height())
    sums.show()
    qapp.processEvents()
    yield sums
    sums.close()
    sums.deleteLater()


def test_it_tells_what_is_shown_or_what_is_selected(sums: TaskSums, search: FakeSearch) -> None:
    told: list[TaskSum | None] = []
    sums.summed.connect(told.append)
    assert sums.text() == "100 tasks · $4.87"
    sums.show_selected([1])
    assert sums.text() == "100 tasks · $4.87"
    sums.show_selected(range(1, 13))
    assert sums.text() == "12 tasks selected · $0.24"
    assert told[-1] == TaskSum(count=12, cost=Decimal("0.24"), took_ms=120_000)
    search.figures.shown = TaskSum(count=7, cost=Decimal(3))
    search.costs[1] = Decimal("0.03")
    sums.show_selected(range(12, 0, -1))  # rows moved
    assert sums.text() == "12 tasks selected · $0.24"  # it changes when the chips do
    search.counted.emit()
    assert sums.text() == "12 tasks selected · $0.25"
    sums.show_selected([])
    assert sums.text() == "7 of 100 tasks · $3.00"
    assert told[-1] is None


def test_details_tells_of_the_selected_and_all_stand_here(
    sums: TaskSums, search: FakeSearch
) -> None:
    search.tells_selected = False
    sums.show_selected(range(1, 13))
    assert sums.text() == "100 tasks · $4.87"


def test_where_there_is_no_task_it_says_nothing(sums: TaskSums, search: FakeSearch) -> None:
    search.figures = SimpleNamespace(shown=TaskSum(), total=0)
    search.counted.emit()
    assert sums.text() == sums.accessibleName() == ""


def test_a_screen_reader_hears_all_of_it(sums: TaskSums) -> None:
    assert sums.accessibleName() == "100 tasks · $4.87"
    assert sums.accessibleDescription() == "Exactly $4.8712."
    assert sums.toolTip() == "100 tasks · $4.87\nExactly $4.8712."


def test_an_answer_that_comes_late_is_not_shown_for_others(sums: TaskSums) -> None:
    sums.show_selected([1, 2])
    late = sums._keys
    sums.show_selected([3, 4, 5])
    FakeScope().spawn("late", sums._sum(late))
    assert sums.text().startswith("3 tasks selected · $0.06")


def test_what_cannot_be_told_is_not_shown(sums: TaskSums, search: FakeSearch) -> None:
    search.error = LedgerError(Path("ledger"), "gone")
    sums.show_selected([1, 2])
    assert sums.text() == "100 tasks · $4.87"
    search.error = None
    search.counted.emit()
    assert sums.text().startswith("2 tasks selected · $0.04")
