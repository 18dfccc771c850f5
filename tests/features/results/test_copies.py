"""Copies of a result in Details: as it came at one click, in other forms by the menu beside it."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.features.results.structured_view import StructuredView
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.builders import ID, LINK
from tests.kit.clock import NOW
from tests.kit.person import button, click, key

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def show(window: MainWindow, services: Any, result: str, **facts: Any) -> None:
    spec = TaskSpec(text="Find a hub at shop.example")
    begun = {"status": TaskStatus.DONE, "ended_ms": NOW, "spec": spec}
    services.sessions.add(1, result=result, **begun | facts)
    window.selection.tasks.select_key(1)


def offered(viewer: StructuredView) -> list[str]:
    click(viewer.copy_as)
    assert viewer.copies.menu.isVisible()
    names = [a.text() for a in viewer.copies.menu.actions() if a.text()]
    viewer.copies.menu.close()
    return names


def choose(viewer: StructuredView, name: str) -> str:
    """Returns what is on the clipboard then."""
    menu = viewer.copies.menu
    next(action for action in menu.actions() if action.text() == name).trigger()
    return QGuiApplication.clipboard().text()


def test_the_menu_offers_the_forms_that_it_has(
    window: MainWindow, services: Any, viewer: StructuredView
) -> None:
    show(window, services, '{"price":49.90}')
    assert offered(viewer) == [
        "Copy as text",
        "Copy as Markdown",
        "Copy as JSON",
        "Copy for a colleague",
    ]
    assert choose(viewer, "Copy as JSON") == '{\n  "price": 49.90\n}'
    assert choose(viewer, "Copy as text") == '{"price":49.90}'
    services.sessions.change_task(1, result="$5")
    assert offered(viewer) == ["Copy as text", "Copy for a colleague"]


def test_copy_result_copies_at_one_click(
    window: MainWindow, services: Any, viewer: StructuredView
) -> None:
    show(window, services, '{"price":49.90}')
    click(button(window.details, "Copy result"))
    assert QGuiApplication.clipboard().text() == '{"price":49.90}'


def test_the_menu_comes_by_the_keyboard(
    window: MainWindow, services: Any, viewer: StructuredView
) -> None:
    show(window, services, "$5")
    viewer.copy_as.setFocus()
    key(viewer.copy_as, Qt.Key.Key_Return)
    assert viewer.copies.menu.isVisible()
    viewer.copies.menu.close()
    assert viewer.copy_as.accessibleName() == "Copy result as…"


def test_a_colleague_gets_what_was_asked_for_and_what_it_cost(
    window: MainWindow, services: Any, viewer: StructuredView
) -> None:
    show(window, services, f"$5, seen in {ID} at {LINK}")
    offered(viewer)
    lines = choose(viewer, "Copy for a colleague").splitlines()
    assert lines[:2] == ["Task: Find a hub at shop.example", "Site: shop.example"]
    assert [line.partition(":")[0] for line in lines[2:4]] == ["Date", "Took"]
    assert lines[-1].startswith("$5, seen in ")
    assert ID not in lines[-1]
    assert LINK not in lines[-1]


def test_without_a_result_there_is_nothing_to_copy(
    window: MainWindow, services: Any, viewer: StructuredView
) -> None:
    show(window, services, "", status=TaskStatus.WORKING, ended_ms=None)
    assert not viewer.copy_as.isVisible()
