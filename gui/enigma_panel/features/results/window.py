"""The windows *Result*: where their *Previous* and *Next* go on, and which one shows a task."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.selection import Selection
from enigma_panel.ui.main_window.window import MainWindow

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

    def _make(self) -> "ResultDialog":
        from enigma_panel.features.results.dialog import ResultDialog  # noqa: PLC0415 - when first needed

        window = self._window
        rows = TaskRows(window.selection)
        dialog = ResultDialog(window.services, rows, window.app_actions, window)
        self._made.append(dialog)
        self._dialogs.others.append(dialog)
        return dialog


class TaskRows:
    """The rows of Tasks as they are now."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._row_left = 0  # where the task stands or stood whose result is being read

    def neighbour(self, key: int, by: int) -> int | None:
        """The key of the task `by` rows further down, None where there is none.

        Of a task whose row has gone, those that stood beside it are next.
        """
        rows = self._selection.task_rows
        row = rows.row_of(key)
        if row is not None:
            self._row_left = row
        elif by > 0:
            by -= 1  # another one has its row
        found = self._row_left + by
        return rows.key_at(found) if found >= 0 else None

    def select_task(self, key: int) -> None:
        """Make that task the subject."""
        self._selection.select_task(key)
