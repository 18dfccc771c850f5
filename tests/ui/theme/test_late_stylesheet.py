"""The program makes its window first and puts the sheet on after that: nobody sees a difference."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme
from tests.kit.fakes import FakeDialogs, FakeScope
from tests.kit.world import World


def picture(app: QApplication, *, late: bool, scheme: Qt.ColorScheme) -> QImage:
    services: Any = World(FakeScope()).services
    if late:
        app.setStyleSheet("")
        theme.prepare(app, scheme)
    else:
        theme.apply(app, scheme)
    window = MainWindow(services, FakeDialogs())
    if late:
        assert app.styleSheet() == ""
        theme.apply_stylesheet(app)
    window.show()
    services.sessions.add(1, left_s=100)
    services.sessions.add(2, left_s=150, status=TaskStatus.PAUSED)
    window.selection.sessions.select_key(1)
    app.processEvents()
    image = window.grab().toImage()
    window.close_for_good()
    window.deleteLater()
    return image


@pytest.mark.parametrize("scheme", [Qt.ColorScheme.Light, Qt.ColorScheme.Dark])
def test_a_window_that_was_there_before_the_sheet_looks_the_same(
    qapp: QApplication, scheme: Qt.ColorScheme
) -> None:
    assert picture(qapp, late=True, scheme=scheme) == picture(qapp, late=False, scheme=scheme)


def test_a_scheme_that_comes_before_the_sheet_is_in_it(qapp: QApplication) -> None:
    theme.prepare(qapp, Qt.ColorScheme.Light)
    theme.prepare(qapp, Qt.ColorScheme.Dark)
    theme.apply_stylesheet(qapp)
    assert theme.DARK.ground in qapp.styleSheet()
    theme.apply(qapp, Qt.ColorScheme.Light)
    assert theme.LIGHT.ground in qapp.styleSheet()
