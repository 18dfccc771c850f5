"""Windows and dialogs over fakes; every window is gone after its test."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication

from tests.kit import doubles
from tests.kit.card_doubles import Acts
from tests.kit.fakes import World
from tests.services.conftest import running

__all__ = ["running"]

from enigma_panel.ui.main_window import selection
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme


@pytest.fixture(autouse=True)
def no_rest_for_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the tester's machine is, news of the line are shown at once."""
    monkeypatch.setattr(selection, "LIGHT_S", 10.0)


@pytest.fixture
def no_window_left(qapp: QApplication) -> Iterator[None]:
    """A window that stays would be dressed anew by every later test."""
    theme.apply(qapp, Qt.ColorScheme.Light)
    before = set(qapp.topLevelWidgets())
    yield
    for window in set(qapp.topLevelWidgets()) - before:
        window.hide()
        window.deleteLater()
    qapp.clipboard().clear()


@pytest.fixture
def services(no_window_left: None) -> Any:
    return doubles.services()


@pytest.fixture
def world(no_window_left: None) -> World:
    """What dialogs stand on, as fakes."""
    return World()


@pytest.fixture
def app_actions() -> Acts:
    return Acts()


@pytest.fixture
def dialogs() -> doubles.Dialogs:
    return doubles.Dialogs()


@pytest.fixture
def window(qapp: QApplication, services: Any, dialogs: doubles.Dialogs) -> Iterator[MainWindow]:
    theme.apply(qapp, Qt.ColorScheme.Light)
    window = MainWindow(services, dialogs)
    window.show()
    qapp.processEvents()
    yield window
    window.close_for_good()
    window.deleteLater()
    qapp.clipboard().clear()
    qapp.processEvents()
    # Else all windows stay until the end, and each change of theme dresses all of them.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
