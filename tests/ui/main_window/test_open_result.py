"""The window is asked for a result: its row is selected, seen and scrolled to."""

from typing import Any

from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.clock import NOW
from tests.kit.existing import existing


def add_ended(services: Any, n: int) -> None:
    for key in range(1, n + 1):
        fields = {"result": f"Result {key}", "ended_ms": NOW, "is_new": True}
        services.sessions.add(key, status=TaskStatus.DONE, **fields)


def is_new(services: Any, n: int) -> list[int]:
    return [key for key in range(1, n + 1) if services.sessions.tasks[key].is_new]


def test_the_row_is_selected_seen_and_scrolled_to(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    add_ended(services, 80)
    table = window.selection.tasks
    window.resize(900, 600)
    qapp.processEvents()
    window.body.set_details_open(False)
    assert not window.details.isVisible()
    window.selection.open_result(3)
    qapp.processEvents()
    assert table.selected_keys() == [3]
    row = table.visualRect(table.rows.index(existing(table.rows.row_of(3)), 0))
    assert table.viewport().rect().contains(row.center())
    assert window.details.result.reading.toPlainText() == "Result 3"
    assert window.details.isVisible()
    assert 3 not in is_new(services, 80)
    assert len(is_new(services, 80)) == 79


def test_one_that_is_selected_already_is_shown_in_details_again(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    add_ended(services, 80)
    window.selection.open_result(3)
    window.selection.sessions.select_key(7)  # Details turns to that session
    assert window.details.result.reading.toPlainText() == "Result 7"
    window.selection.tasks.scrollToTop()
    services.sessions.change_task(3, is_new=True)
    window.selection.open_result(3)
    qapp.processEvents()
    assert window.details.result.reading.toPlainText() == "Result 3"
    assert window.selection.tasks.verticalScrollBar().value() > 0
    assert 3 not in is_new(services, 80)


def test_one_that_has_no_row_yet_is_shown_in_details(window: MainWindow, services: Any) -> None:
    window.hold.aim()
    add_ended(services, 2)
    window.selection.open_result(2)
    assert window.details.result.reading.toPlainText() == "Result 2"
    assert is_new(services, 2) == [1]
