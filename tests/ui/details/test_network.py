"""Network addresses in Details."""

from typing import Any

from PySide6.QtGui import QGuiApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.person import button

ADDRESSES = ("https://a.example/1", "https://a.example/" + "long" * 100)


def test_the_addresses_are_counted_and_copied_whole(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, status=TaskStatus.DONE, result="Here", network=ADDRESSES)
    window.selection.sessions.select_key(1)
    network = window.details.network
    assert network.count.text() == "2 addresses"
    assert network.lines.toPlainText().splitlines()[0] == ADDRESSES[0]
    button(network, "Copy addresses").click()
    assert QGuiApplication.clipboard().text() == "\n".join(ADDRESSES)
    services.sessions.change_task(1, network=())
    assert not network.isVisible()
