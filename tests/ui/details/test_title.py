"""The title of Details, and the whole text below it where the title has no room for it."""

from typing import Any

from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.ui.main_window.window import MainWindow

TEXT = "Log in to bank.example and download the statement"


def test_a_text_stands_below_its_title_only_where_that_does_not_hold_it(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    window.resize(1280, 800)
    long = " ".join([TEXT] * 4)
    for key, text in ((1, TEXT), (2, long), (3, TEXT.replace(" and ", "\nand "))):
        services.sessions.add(key, text=text, status=TaskStatus.DONE, result="4 messages")
    details, title = window.details, window.details.head.title
    window.selection.tasks.select_key(1)
    qapp.processEvents()
    assert title.is_whole
    assert title.height() > 2 * title.fontMetrics().height()
    assert not title.toolTip()
    assert not details.task_text.isVisible()
    window.selection.tasks.select_key(2)
    qapp.processEvents()
    assert not title.is_whole
    assert title.accessibleName() == long
    assert title.toolTip()
    assert details.task_text.toPlainText() == long
    assert details.task_text.geometry().bottom() < details.result.y()
    window.selection.tasks.select_key(3)
    qapp.processEvents()
    assert details.task_text.isVisible(), "its lines stand there as they were written"
    window.selection.sessions.select_key(1)
    qapp.processEvents()
    assert details.task_text.toPlainText() == TEXT
