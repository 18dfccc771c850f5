"""A main window over doubles."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication

from tests.services.conftest import running
from tests.ui.main import doubles

__all__ = ["running"]

from enigma_panel.ui.main_window import selection
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.theme import theme


@pytest.fixture(autouse=True)
def no_rest_for_a_busy_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the tester's machine is, news of the line are shown at once."""
    monkeypatch.setattr(selection, "LIGHT_S", 10.0)


@pytest.fixture
def services() -> Any:
    return doubles.services()


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
