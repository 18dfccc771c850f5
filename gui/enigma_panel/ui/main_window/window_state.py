"""What the window remembers between runs: place, sizes, columns."""

from msgspec.structs import astuple
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.main_window.layout import MainLayout, Sizes
from enigma_panel.ui.widgets.table.table import KeyedTable

_BETWEEN = "|"
MOST_DIGITS = 5


class WindowState:
    """Saves and restores the state of the window; damaged values are ignored."""

    def __init__(
        self, book: SettingsBook, window: QMainWindow, body: MainLayout, tasks: KeyedTable
    ) -> None:
        self._book, self._window, self._body, self._tasks = book, window, body, tasks

    def restore(self) -> None:
        value = self._book.value
        self._window.restoreGeometry(QByteArray.fromBase64(value.window_geometry.encode()))
        self._tasks.columns.restore(value.tasks_columns, self._tasks.optional_columns)
        self._body.restore_sizes(_sizes(value.window_splitter))

    def save(self) -> None:
        fields: dict[str, object] = {
            "window_geometry": bytes(self._window.saveGeometry().toBase64().data()).decode("ascii"),
            "window_splitter": _BETWEEN.join(map(str, astuple(self._body.sizes))),
            "tasks_columns": self._tasks.columns.settings(),
        }
        if any(getattr(self._book.value, name) != value for name, value in fields.items()):
            self._book.change(**fields)


def _sizes(text: str) -> Sizes:
    found = [int(n) if n.isdecimal() and len(n) <= MOST_DIGITS else 0 for n in text.split(_BETWEEN)]
    return Sizes(**dict(zip(Sizes.__struct_fields__, found, strict=False)))
