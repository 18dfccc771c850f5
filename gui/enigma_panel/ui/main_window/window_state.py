"""What the window remembers between runs: place, sizes, columns."""

import base64
import binascii
import zlib
from collections.abc import Callable

from msgspec.structs import astuple
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.main_window.layout import MainLayout, Sizes
from enigma_panel.ui.widgets.table.table import KeyedTable

_BETWEEN = "|"
_AFTER_SUM = ":"
_SIZE = lazy_compile("[0-9]{1,5}")


class WindowState:
    """Saves and restores the state of the window; damaged values are ignored."""

    def __init__(
        self, book: SettingsBook, window: QMainWindow, body: MainLayout, tasks: KeyedTable
    ) -> None:
        self._book, self._window, self._body, self._tasks = book, window, body, tasks

    def restore(self) -> None:
        """Put everything back where it was."""
        value = self._book.value
        _restore(value.window_geometry, self._window.restoreGeometry)
        self._tasks.columns.restore(value.tasks_columns, self._tasks.optional_columns)
        self._body.restore_sizes(_sizes(value.window_splitter))

    def save(self) -> None:
        """Save how it is now."""
        fields: dict[str, object] = {
            "window_geometry": _text(self._window.saveGeometry()),
            "window_splitter": _BETWEEN.join(map(str, astuple(self._body.sizes))),
            "tasks_columns": self._tasks.columns.settings(),
        }
        if any(getattr(self._book.value, name) != value for name, value in fields.items()):
            self._book.change(**fields)


def _sizes(text: str) -> Sizes:
    """Read the saved sizes.

    An earlier version saved Qt's own state there, which holds for one size of the window.
    """
    found = [int(n) if _SIZE.fullmatch(n) else 0 for n in text.split(_BETWEEN)]
    return Sizes(**dict(zip(Sizes.__struct_fields__, found, strict=False)))


def _text(state: QByteArray) -> str:
    """Return a state as text, with a checksum in front: Qt crashes over some damaged states."""
    raw = bytes(state.data())
    return _sum(raw) + _AFTER_SUM + base64.b64encode(raw).decode("ascii")


def _sum(raw: bytes) -> str:
    return f"{zlib.crc32(raw):08x}"


def _restore(text: str, restore: Callable[[QByteArray], bool]) -> None:
    """Restore a state whose checksum is right; an earlier version saved none."""
    checksum, _, state = text.rpartition(_AFTER_SUM)
    try:
        raw = base64.b64decode(state, validate=True)
    except (binascii.Error, ValueError):
        return
    if raw and checksum in {"", _sum(raw)}:
        restore(QByteArray(raw))
