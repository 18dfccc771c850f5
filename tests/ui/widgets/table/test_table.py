"""What stands on the screen is what a table would paint anew."""

from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.table.table import KeyedTable, row_height
from tests.kit.person import move_to

LEFT = Qt.MouseButton.LeftButton


def on_screen(table: KeyedTable) -> QImage:
    """The rows as they have been painted so far, bit by bit."""
    QApplication.processEvents()
    rows = rows_rect(table)
    rows.moveTo(table.viewport().mapTo(table.window(), QPoint()))
    shown = table.screen().grabWindow(table.window().winId(), *rows.getRect())
    return shown.toImage().convertToFormat(QImage.Format.Format_RGB32)


def painted_anew(table: KeyedTable) -> QImage:
    """The rows with nothing left from before."""
    shown = table.viewport().grab(rows_rect(table))
    return shown.toImage().convertToFormat(QImage.Format.Format_RGB32)


def rows_rect(table: KeyedTable) -> QRect:
    return QRect(0, 0, table.viewport().width(), table.rows.rowCount() * row_height())


def click_row(table: KeyedTable, row: int) -> None:
    move_to(table, row)
    QApplication.processEvents()
    point = table.visualRect(table.rows.index(row, 2)).center()
    QTest.mouseClick(table.viewport(), LEFT, pos=point)
    QApplication.processEvents()


def test_the_row_that_was_the_current_one_keeps_no_line_of_it(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    window.activateWindow()
    for key in (1, 2, 3):
        services.sessions.add(key, status=TaskStatus.DONE)
    table = window.selection.tasks
    table.setFocus()
    qapp.processEvents()
    click_row(table, 0)
    below = QPoint(200, table.viewport().height() - 20)
    QTest.mouseClick(table.viewport(), LEFT, pos=below)
    assert table.selected_keys() == []
    click_row(table, 2)
    assert on_screen(table) == painted_anew(table)


def test_a_row_is_tinted_to_the_edge_of_its_card_and_leaves_nothing_there(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    for key in (1, 2):
        services.sessions.add(key, status=TaskStatus.DONE)
    table = window.selection.tasks
    table.select_key(1)
    middle = table.visualRect(table.rows.index(table.rows.row_of(1), 0)).center().y()
    edge = table.viewport().width() - 1
    tinted = on_screen(table)
    assert tinted.pixelColor(edge, middle).name() == theme.colours().tint
    table.clearSelection()
    assert on_screen(table).pixelColor(edge, middle).name() == theme.colours().card
    assert on_screen(table) == painted_anew(table)
