"""Windows and dialogs over fakes; every window is gone after its test."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QCursor, QFont
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.main_window import selection
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.stylesheet import sheet
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from tests.kit.fakes import FakeActions, FakeDialogs, FakeScope
from tests.kit.person import style
from tests.kit.world import World

LIGHT_SHEET = sheet(theme.LIGHT)


class _AtOnce(Debounce):
    def trigger(self, *_of_signal: object) -> None:
        self.timeout.emit()


@pytest.fixture(autouse=True)
def queue_is_shown_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "Debounce", _AtOnce)


@pytest.fixture(autouse=True)
def no_button_stays_pressed(qapp: QApplication) -> Iterator[None]:
    """Else the pointer of every later test drags, and hovers over nothing."""
    yield
    assert qapp.mouseButtons() == Qt.MouseButton.NoButton


@pytest.fixture
def light(qapp: QApplication) -> None:
    """The light theme is on. To put it on takes as long as to make a window."""
    dress = theme.colours().name, qapp.styleSheet(), qapp.font().pixelSize()
    if dress != ("light", LIGHT_SHEET, theme.FONT_PX):
        style(qapp, Qt.ColorScheme.Light)


@pytest.fixture
def large_font(qapp: QApplication, light: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The desktop's font has 14 pt; offscreen the program would take its own."""
    usual = QFont(qapp.font())
    font = QFont(usual)
    font.setPointSize(14)
    monkeypatch.setattr(qapp, "platformName", lambda: "a desktop")
    qapp.setFont(font)
    style(qapp, Qt.ColorScheme.Light)
    yield
    qapp.setFont(usual)
    style(qapp, Qt.ColorScheme.Light)


@pytest.fixture
def no_window_left(qapp: QApplication, light: None) -> Iterator[None]:
    """A window that stays would be dressed anew by every later test."""
    before = set(qapp.topLevelWidgets())
    yield
    for window in set(qapp.topLevelWidgets()) - before:
        window.hide()
        window.deleteLater()
    qapp.clipboard().clear()
    # Else all of them stay until the end, and each change of theme dresses them.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def world(no_window_left: None) -> World:
    """What dialogs stand on, as fakes, for tests on a loop."""
    return World()


@pytest.fixture
def services(no_window_left: None) -> Any:
    return World(FakeScope()).services


@pytest.fixture
def hold(services: Any) -> PointerHold:
    return PointerHold(services.clock.now_ms)


@pytest.fixture
def app_actions() -> FakeActions:
    return FakeActions()


@pytest.fixture
def dialogs() -> FakeDialogs:
    return FakeDialogs()


@pytest.fixture
def window(qapp: QApplication, services: Any, dialogs: FakeDialogs) -> Iterator[MainWindow]:
    """Dressed when it is made, as the program does it: see `theme.prepare`."""
    QCursor.setPos(0, 0)  # away from where an earlier test left it: a rest there is no aim
    sheet_on = qapp.styleSheet()
    qapp.setStyleSheet("")
    window = MainWindow(services, dialogs)
    qapp.setStyleSheet(sheet_on)
    window.show()
    qapp.processEvents()
    yield window
    window.close_for_good()
    window.deleteLater()
    qapp.processEvents()
