"""Cards and notices over doubles, in a window of their own."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.theme import theme
from tests.ui.cards.doubles import Acts
from tests.ui.main import doubles


@pytest.fixture
def services(qapp: QApplication) -> Iterator[Any]:
    """Doubles; every window is gone afterwards."""
    theme.apply(qapp, Qt.ColorScheme.Light)
    qapp.setQuitOnLastWindowClosed(False)
    before = set(qapp.topLevelWidgets())
    yield doubles.services()
    for window in set(qapp.topLevelWidgets()) - before:
        window.hide()
        window.deleteLater()


@pytest.fixture
def app_actions() -> Acts:
    return Acts()
