"""The font is the desktop's: at 14 pt everything is larger."""

from typing import Any

import pytest
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
)

from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.fakes import FakeDialogs

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_headings_and_rows_follow_the_font(
    qapp: QApplication, large_font: None, services: Any
) -> None:
    services.sessions.add(1)
    window = MainWindow(services, FakeDialogs())
    window.show()
    qapp.processEvents()
    font = QFontInfo(qapp.font()).pixelSize()
    assert font == 19
    label = next(part for part in window.findChildren(QLabel) if part.text() == "Sessions")
    assert QFontInfo(label.font()).pixelSize() == font + 2
    table = window.selection.sessions
    assert QFontInfo(table.font()).pixelSize() == font
    assert table.rowHeight(0) >= table.fontMetrics().height() + 14
    assert table.horizontalHeader().height() >= table.fontMetrics().height() + 14
    window.close_for_good()
