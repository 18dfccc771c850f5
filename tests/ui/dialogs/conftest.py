"""Dialogs on fakes: a clock that stands still, no keychain, no service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.dialogs.fakes import World

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says at every raise() that it cannot; nobody can act on that."""
    quiet = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(quiet)


@pytest.fixture
def world(qapp: QApplication) -> Iterator[World]:
    """All fakes; every window is gone afterwards."""
    qapp.setQuitOnLastWindowClosed(False)
    before = set(qapp.topLevelWidgets())
    yield World()
    for window in set(qapp.topLevelWidgets()) - before:
        window.hide()
        window.deleteLater()
    qapp.clipboard().clear()
