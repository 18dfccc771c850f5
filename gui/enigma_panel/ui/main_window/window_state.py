"""What the window remembers between runs: place, sizes, columns."""

import base64
import binascii
import re
import zlib
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import astuple
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.main_window.layout import MainLayout, Sizes
from enigma_panel.ui.widgets.table import KeyedTable

_BETWEEN = "|"
_AFTER_SUM = ":"
_SIZE = re.compile("[0-9]{1,5}")


class Layout(Struct, frozen=True, kw_only=True):
    """The things that have a state to remember."""

    window: QMainWindow
    body: MainLayout
    sessions: KeyedTable
    tasks: KeyedTable


class WindowState:
    """Saves and restores Qt's own states, as text. Rubbish is ignored."""

    def __init__(self, book: SettingsBook) -> None:
        self._book = book

    def restore(self, layout: Layout) -> None:
        """Put everything back where it was."""
        value = self._book.value
        _restore(value.window_geometry, layout.window.restoreGeometry)
        _restore_columns(value.sessions_header, layout.sessions)
        _restore_columns(value.tasks_header, layout.tasks)
        layout.body.restore_sizes(_sizes(value.window_splitter))

    def save(self, layout: Layout) -> None:
        """Remember how it is now."""
        fields = {
            "window_geometry": _text(layout.window.saveGeometry()),
            "window_splitter": _BETWEEN.join(map(str, astuple(layout.body.sizes))),
            "sessions_header": _columns(layout.sessions),
            "tasks_header": _columns(layout.tasks),
        }
        if any(getattr(self._book.value, name) != text for name, text in fields.items()):
            self._book.change(**fields)


def _sizes(text: str) -> Sizes:
    """An earlier version saved Qt's own state there, which is of one size of the window."""
    found = [int(n) if _SIZE.fullmatch(n) else 0 for n in text.split(_BETWEEN)]
    return Sizes(**dict(zip(Sizes.__struct_fields__, found, strict=False)))


def _text(state: QByteArray) -> str:
    """With a checksum in front: Qt believes a damaged state, and crashes over some."""
    raw = bytes(state.data())
    return _sum(raw) + _AFTER_SUM + base64.b64encode(raw).decode("ascii")


def _sum(raw: bytes) -> str:
    return f"{zlib.crc32(raw):08x}"


def _restore(text: str, restore: Callable[[QByteArray], bool]) -> None:
    """What an earlier version saved has no checksum."""
    checksum, _, state = text.rpartition(_AFTER_SUM)
    try:
        raw = base64.b64decode(state, validate=True)
    except (binascii.Error, ValueError):
        return
    if raw and checksum in {"", _sum(raw)}:
        restore(QByteArray(raw))


def _columns(table: KeyedTable) -> str:
    """The state of the columns, and behind it which ones the person has made as wide as they are.

    All others have another width as soon as other rows are shown. At the end stands how many
    columns there are: a later version may have more.
    """
    own = ",".join(map(str, sorted(table.columns.set_by_person)))
    count = table.model().columnCount()
    return _BETWEEN.join((_text(table.horizontalHeader().saveState()), own, str(count)))


def _restore_columns(text: str, table: KeyedTable) -> None:
    state, own, saved_count, *_ = [*text.split(_BETWEEN), "", ""]
    count = table.model().columnCount()
    known = {str(column): column for column in range(count)}  # a hand may have written anything
    by_person = [known[column] for column in own.split(",") if column in known]
    before = known.get(saved_count, count)
    _restore(state, lambda raw: table.columns.restore(raw, by_person, before))
