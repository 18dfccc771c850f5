"""A click on a heading sorts Tasks, a second one turns it, a third shows newest first again."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.core.task_filter import SortBy, SortColumn
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.tasks.model import Column
from enigma_panel.ui.tasks.sorting import next_order
from tests.kit.clock import NOW
from tests.kit.person import button
from tests.kit.tables import SPOKEN

COST, TASK = SortColumn.COST, SortColumn.TASK


def down(column: SortColumn) -> SortBy:
    return SortBy(column, descending=True)


@pytest.mark.parametrize(
    ("clicks", "order"),
    [
        ((COST,), (down(COST),)),
        ((COST, COST), (SortBy(COST),)),
        ((COST, COST, COST), ()),
        ((TASK,), (SortBy(TASK),)),
        ((TASK, TASK), (down(TASK),)),
        ((TASK, COST), (down(COST),)),
    ],
)
def test_what_a_click_makes_of_the_order(clicks: Any, order: Any) -> None:
    now: Any = ()
    for column in clicks:
        now = next_order(now, column)
    assert now == order


@pytest.fixture
def three(window: MainWindow, services: Any) -> MainWindow:
    for number, text, cost in ((1, "b", "0.03"), (2, "c", "0.01"), (3, "a", "0.01")):
        usage = Usage(cost=Decimal(cost))
        services.sessions.add(
            number, text=text, usage=usage, status=TaskStatus.DONE, ended_ms=NOW, tell=number == 3
        )
    QApplication.processEvents()
    return window


def click(window: MainWindow, column: Column) -> None:
    header = window.selection.tasks.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def heading(window: MainWindow, column: Column, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
    return window.selection.task_rows.headerData(column, Qt.Orientation.Horizontal, role)


def test_a_heading_sorts_and_says_so(three: MainWindow) -> None:
    rows, table = three.selection.task_rows, three.selection.tasks
    table.select_key(1)
    click(three, Column.COST)
    assert (rows.keys(), heading(three, Column.COST)) == ([1, 3, 2], "Cost ↓")
    assert heading(three, Column.COST, SPOKEN) == "Cost, descending"
    assert rows.order_text() == "Sorted by Cost, descending"
    click(three, Column.COST)
    assert (rows.keys(), heading(three, Column.COST)) == ([3, 2, 1], "Cost ↑")
    assert (table.selected_keys(), heading(three, Column.TASK)) == ([1], "Task")
    click(three, Column.COST)
    assert (rows.keys(), heading(three, Column.COST)) == ([3, 2, 1], "Cost")


def test_every_column_can_be_sorted_by_from_the_menu(three: MainWindow) -> None:
    table, rows = three.selection.tasks, three.selection.task_rows
    button(three.tasks_card, "Filter and columns").click()
    menu = table.column_menu
    assert menu.actions()[0] is three.filter_bar.more
    sorting = menu.actions()[2]  # PySide 6.8 ends its menu with the last reference to it
    sort_by = sorting.menu()
    assert isinstance(sort_by, QMenu)
    titles = [column.title for column in rows.columns.values()]
    assert [a.text() for a in sort_by.actions()] == ["Newest first", *titles]
    assert [a.isChecked() for a in sort_by.actions()] == [True] + [False] * len(titles)
    for action, column in zip(sort_by.actions()[1:], SortColumn, strict=True):
        action.trigger()
        assert [by.column for by in rows.order] == [column]
    sort_by.actions()[0].trigger()
    assert rows.order == ()
    menu.hide()


def test_the_order_is_that_of_the_last_run(three: MainWindow, services: Any) -> None:
    click(three, Column.TASK)
    three.save_layout()
    assert services.settings.value.task_order == (SortBy(TASK),)


def test_whoever_scrolls_on_finds_the_next_page_there(
    window: MainWindow, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 121):
        services.sessions.add(number, status=TaskStatus.DONE, ended_ms=NOW, tell=number == 120)
    QApplication.processEvents()
    table, asked = window.selection.tasks, set[int]()
    table.verticalScrollBar().setValue(table.verticalScrollBar().maximum() // 2)
    QApplication.processEvents()
    task = services.sessions.task

    def note_asked(key: int) -> Any:
        asked.add(key)
        return task(key)

    monkeypatch.setattr(services.sessions, "task", note_asked)
    table.verticalScrollBar().setValue(table.verticalScrollBar().value() + 1)
    QApplication.processEvents()
    seen, keys = table.visible_rows(), table.rows.keys()
    assert {*keys[seen.start - len(seen) : seen.stop + len(seen)]} <= asked
