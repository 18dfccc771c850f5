"""Scroll areas as assistive technology gets them; with Qt's own object the process dies here."""

from typing import Any

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QHeaderView, QScrollArea

from enigma_panel.ui.accessibility import install_safe_scroll_areas
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.fakes import FakeDialogs

BEHIND = 20
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", "nvalid index")


def test_there_is_no_child_behind_the_last(
    qapp: QApplication, services: Any, dialogs: FakeDialogs
) -> None:
    install_safe_scroll_areas()
    window = MainWindow(services, dialogs)
    window.show()
    services.sessions.add(1)
    areas = window.findChildren(QAbstractScrollArea)
    for kind in (QScrollArea, QHeaderView):
        assert any(isinstance(area, kind) for area in areas)
    for area in areas:
        found = QAccessible.queryAccessibleInterface(area)
        children = [found.child(found.childCount() + n) for n in range(BEHIND)]
        assert not any(child is not None and child.isValid() for child in children)
    window.close_for_good()
