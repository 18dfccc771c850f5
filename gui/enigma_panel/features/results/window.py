"""The windows *Result*: which one shows a task."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.free_screen import keep_on_screen

if TYPE_CHECKING:
    from enigma_panel.features.results.dialog import ResultDialog


OFFSET = QPoint(32, 32)
"""Distance between two windows at first: the second does not cover the first."""


class ResultWindows:
    """A window for each result that is open, so that two can be compared; made when needed."""

    def __init__(self, window: MainWindow, dialogs: Dialogs) -> None:
        self._window = window
        self._dialogs = dialogs
        self._made: list[ResultDialog] = []

    def open(self, task_key: int) -> None:
        """Show that task's result: in the window that does, else in one of its own."""
        visible = [dialog for dialog in self._made if dialog.isVisible()]
        same = next((dialog for dialog in visible if dialog.task_key == task_key), None)
        free = (dialog for dialog in self._made if dialog not in visible)
        dialog = same or next(free, None) or self._make()
        dialog.ask(task_key)
        if dialog is not same and visible:
            dialog.move(visible[-1].pos() + OFFSET)
        side = self._window.body.side
        if dialog is not same and side.currentWidget() is not self._window.details:
            left = side.mapToGlobal(QPoint()).x() - dialog.frameGeometry().width()
            dialog.move(min(dialog.x(), left), dialog.y())  # a question stands there
            keep_on_screen(dialog)

    def _make(self) -> "ResultDialog":
        from enigma_panel.features.results.dialog import ResultDialog, TaskRows  # noqa: PLC0415 - when first needed

        window = self._window
        rows = TaskRows(window.selection)
        panels = [make() for make in window.details.panel_makers]
        dialog = ResultDialog(window.services, rows, window.app_actions, window, panels)
        self._made.append(dialog)
        self._dialogs.others.append(dialog)
        return dialog
