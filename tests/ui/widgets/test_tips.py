"""Tool tips of rows: narrow, and out of the way."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.widgets.table.table import KeyedTable
from enigma_panel.ui.widgets.tips import TIP_CHARS, short_lines
from tests.kit.tables import verb_point


def tip_at(table: KeyedTable, point: QPoint) -> QRect:
    QToolTip.hideText()
    port = table.viewport()
    event = QHelpEvent(QEvent.Type.ToolTip, point, port.mapToGlobal(point))
    QApplication.sendEvent(port, event)
    tips = [each for each in QApplication.topLevelWidgets() if is_tip(each)]
    assert len(tips) == 1
    return tips[0].geometry()


def is_tip(widget: QWidget) -> bool:
    return widget.metaObject().className() == "QTipLabel" and widget.isVisible()


@pytest.mark.parametrize("y", [0, 300])
def test_a_tip_covers_neither_its_row_nor_the_verbs(
    window: MainWindow, services: Any, qapp: QApplication, y: int
) -> None:
    """Also where the screen ends below the row."""
    for key in range(1, 5):
        services.sessions.add(key, result="A long result that says all there is. " * 9)
    window.resize(1000, 600)
    screen = window.screen().availableGeometry()
    window.move(0, screen.bottom() - 220 if y else 0)
    qapp.processEvents()
    table = window.selection.sessions
    row = table.visualRect(table.model().index(2, Column.SESSION))
    for top in (row.top() + 1, row.bottom() - 1):
        for point in (
            QPoint(row.left() + 20, top),
            verb_point(table, 2, CommandVerb.STOP),
            verb_point(table, 2, CommandVerb.TERMINATE),
        ):
            tip = tip_at(table, point)
            whole = QRect(table.viewport().mapToGlobal(QPoint(0, row.top())), row.size())
            whole.setWidth(table.viewport().width())
            assert not tip.intersects(whole), (point, tip, whole)
    verbs = table.visualRect(table.model().index(2, Column.VERBS))
    assert tip.right() < table.viewport().mapToGlobal(verbs.topLeft()).x()
    QToolTip.hideText()
    QTest.qWait(0)


def test_no_line_of_a_tip_is_long() -> None:
    text = short_lines("Ends the task. The browser stays open and costs money.\n\nAt once.")
    assert max(map(len, text.splitlines())) <= TIP_CHARS
    assert " ".join(text.split()) == (
        "Ends the task. The browser stays open and costs money. At once."
    )
