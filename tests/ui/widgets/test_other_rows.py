"""A table whose rows give way to others by the hundred keeps what it knows by their keys."""

import random

import pytest
from PySide6.QtCore import QPersistentModelIndex, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.model import ColumnDef, KeyedTableModel, Role
from enigma_panel.ui.widgets.table.table import KeyedTable, row_height
from tests.kit.tables import STRICT

MANY = list(range(500, 0, -1))


class Numbers(KeyedTableModel):
    def make_columns(self) -> list[ColumnDef[int]]:
        return [ColumnDef(place, f"column {place}", number_cell, width=60) for place in (0, 1)]

    def cell(self, key: int, column: int) -> Cell:
        return self.columns[column].cell(key)


def number_cell(key: int) -> Cell:
    return Cell(text=str(key))


@pytest.fixture
def table(no_window_left: None, hold: PointerHold) -> KeyedTable:
    model = Numbers()
    QAbstractItemModelTester(model, STRICT, model)
    table = KeyedTable(model, "Numbers", hold)
    table.resize(400, 10 * row_height())
    model.show_keys(MANY)
    table.show()
    QApplication.processEvents()
    return table


def seen_at(table: KeyedTable, key: int) -> int:
    row = table.rows.row_of(key)
    assert row is not None
    return table.rowViewportPosition(row)


def current_key(table: KeyedTable) -> int | None:
    return table.rows.key_at(table.currentIndex().row())


def test_the_selected_row_stays_where_it_is_seen(table: KeyedTable) -> None:
    table.select_key(200)
    told: list[list[int]] = []
    table.selected.connect(lambda: told.append(table.selected_keys()))
    place = seen_at(table, 200)
    shuffled = random.Random(1).sample(MANY, len(MANY))
    for keys in (MANY[::2], shuffled, [*MANY, 999], MANY):
        table.rows.show_keys(keys)
        assert (table.selected_keys(), current_key(table)) == ([200], 200)
        # At an end of the list there is nothing to scroll to.
        at_an_end = (table.rows.row_of(200) or 0) * row_height() < place
        assert seen_at(table, 200) == place or at_an_end
    assert told == []  # nobody selected anything else


def test_a_click_on_a_row_of_which_a_part_is_seen_moves_nothing(
    table: KeyedTable, qapp: QApplication
) -> None:
    """Qt would bring it into view, as late as after a double click."""
    bar, place, interval = (
        table.verticalScrollBar(),
        7 * row_height() + 15,
        qapp.doubleClickInterval(),
    )
    bar.setValue(place)
    qapp.setDoubleClickInterval(0)
    try:
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 3))
        QTest.qWait(250)
    finally:
        qapp.setDoubleClickInterval(interval)
    assert (table.currentIndex().row(), bar.value()) == (7, place)
    QTest.keyClick(table, Qt.Key.Key_Up)
    assert bar.value() == 6 * row_height(), "by keys it is brought into view"


def test_without_a_selection_the_row_on_top_stays_there(table: KeyedTable) -> None:
    table.verticalScrollBar().setValue(100 * row_height() + 7)
    assert seen_at(table, 400) == -7
    table.rows.show_keys(MANY[::2])
    assert seen_at(table, 400) == -7


def test_of_what_is_shown_no_more_the_first_rows_are_seen(table: KeyedTable) -> None:
    table.select_key(201)
    table.rows.show_keys([key for key in MANY if key % 10 == 0])
    table.rows.show_keys([key for key in MANY if key % 2 == 0])
    assert (table.selected_keys(), table.verticalScrollBar().value()) == ([], 0)


def test_where_all_rows_are_selected_others_that_come_are_not(table: KeyedTable) -> None:
    """A table of more than 1,000 cells may be selected as a whole.

    Qt takes it for one that stays so.
    """
    many = range(1, 1_501)
    odd, even = list(many[::2]), list(many[1::2])
    table.rows.show_keys(odd)
    table.selectAll()
    table.rows.show_keys(even)
    assert table.selected_keys() == []
    table.selectAll()
    table.rows.show_keys(many)
    assert table.selected_keys() == even


def test_the_keyboard_goes_on_where_its_row_was(table: KeyedTable) -> None:
    table.setFocus()
    table.select_key(400)
    table.rows.show_keys([key for key in MANY if key not in {400, 300, 200}])
    assert (table.selected_keys(), current_key(table)) == ([], 399)
    table.rows.show_keys([600, 2, 1])
    assert current_key(table) == 1


@pytest.mark.parametrize("seed", range(5))
def test_over_any_lists_what_was_selected_is_or_is_gone(table: KeyedTable, seed: int) -> None:
    rng = random.Random(seed)
    shown = MANY[:40]
    table.rows.show_keys(shown)
    for _ in range(40):
        selected = set(rng.sample(shown, rng.randrange(len(shown) + 1)))
        table.select_keys(selected)
        held = {k: QPersistentModelIndex(table.rows.index(n, 1)) for n, k in enumerate(shown)}
        shown = rng.sample(range(60), rng.randrange(60))
        table.rows.show_keys(shown)
        assert table.rows.keys() == shown
        for key, index in held.items():
            assert index.data(Role.KEY) == (key if key in shown else None)
        assert table.selected_keys() == [key for key in shown if key in selected]
