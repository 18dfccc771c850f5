"""The menu of Details."""

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import button

ADDRESSES = ("https://a.example/1", "https://a.example/" + "long" * 100)


@pytest.mark.parametrize("addresses", [ADDRESSES, ()])
def test_the_addresses_that_the_browser_asked_are_copied_whole(
    window: MainWindow, services: Any, addresses: tuple[str, ...]
) -> None:
    services.sessions.add(1, status=TaskStatus.DONE, result="Here", network=addresses)
    window.selection.tasks.select_key(1)
    QGuiApplication.clipboard().clear()
    button(window.details, "More").click()
    menu = window.menus.menu
    (copy,) = (action for action in menu.actions() if "addresses" in action.text())
    assert copy.isEnabled() is bool(addresses)
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "\n".join(addresses)
    menu.hide()
