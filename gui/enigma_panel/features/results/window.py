"""Opens the window *Result*, and says where its *Previous* and *Next* go on."""

from enigma_panel.features.results.colleague import ColleagueCopies
from enigma_panel.features.results.structured_results import StructuredResults
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.selection import Selection
from enigma_panel.ui.main_window.window import MainWindow


class ResultWindow:
    """The window *Result*, made when it is first opened."""

    def __init__(
        self,
        window: MainWindow,
        dialogs: Dialogs,
        reader: StructuredResults,
        copies: ColleagueCopies,
    ) -> None:
        self._window = window
        self._dialogs = dialogs
        self._reader = reader
        self._copies = copies
        self._rows = TaskRows(window.selection)

    def open(self, task_key: int) -> None:
        """Show that task's result."""
        from enigma_panel.features.results.dialog import ResultDialog  # noqa: PLC0415 - 45 ms

        def make() -> ResultDialog:
            dialog = ResultDialog(self._window.services, self._reader, self._window)
            dialog.colleague_asked.connect(self._copies.copy)
            return dialog

        dialog = self._dialogs.once(ResultDialog, make)
        dialog.ask(task_key, self._rows, self._window.app_actions)


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
