"""A table model over a list of keys that is only ever changed by difference.

A reset would lose selection, scroll position and focus (design.md, 5.6), so a new order becomes the
fewest row removals, moves and insertions that lead to it; where that would be very many moves, one
change of layout, which keeps the selection, too.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Any, Generic, TypeVar

from msgspec import Struct
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.text.cells import NO_CELL, Cell

tr = Translations("Widgets")

_FIRST = int(Qt.ItemDataRole.UserRole)


class Role(IntEnum):
    """Our own roles: the whole record of a row, its key, its cell, and a plain value to sort by."""

    RECORD = _FIRST + 1
    KEY = _FIRST + 2
    CELL = _FIRST + 3
    SORT = _FIRST + 4


Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
MOST_MOVES = 40

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Record = TypeVar("Record")


class ColumnLimits(Struct, frozen=True, kw_only=True):
    """How wide a column may get. least: typical content has room, so that little moves later.

    most: the part of the table that it may take. None: what stands in it is never cut. samples: the
    longest of what usually stands in it; it has room for them, in any font, and for the first where
    the table is narrow. is_fixed: and for no more; else what is longer widens it.
    """

    least: int = 0
    most: float | None = None
    samples: tuple[Cell, ...] = ()
    is_fixed: bool = False


class ColumnDef(Struct, Generic[Record], frozen=True):
    """All that there is to say about a column. key: its place, also in what settings remember.

    width: always the same; or as wide as what stands in it, within limits; None: what the others
    leave. hidden: until the person shows it.
    """

    key: int
    title: str
    cell: Callable[[Record], Cell]
    align: Qt.AlignmentFlag = LEFT
    width: int | ColumnLimits | None = None
    hidden: bool = False


class KeyedTableModel(QAbstractTableModel):
    """Rows named by integer keys; subclasses say which columns there are."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = {column.key: column for column in self.make_columns()}
        self._keys: list[int] = []
        self._rows: dict[int, int] | None = None
        self.stale_since_ms: int | None = None

    # -- for subclasses ----------------------------------------------------------------------

    def make_columns(self) -> Iterable[ColumnDef[Any]]:
        """The columns; their keys are 0, 1, 2, …"""
        raise NotImplementedError

    def cell(self, key: int, column: int) -> Cell:
        """What stands in that cell."""
        raise NotImplementedError

    # -- keys, rows and cells ----------------------------------------------------------------

    def keys(self) -> list[int]:
        """The keys from top to bottom."""
        return self._keys

    def key_at(self, row: int) -> int | None:
        """The key of a row, None when there is no such row."""
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def row_of(self, key: int) -> int | None:
        """The row of a key, None when it is not shown."""
        if self._rows is None:
            self._rows = {key: row for row, key in enumerate(self._keys)}
        return self._rows.get(key)

    def cell_at(self, row: int, column: int) -> Cell:
        """What stands there; nothing where there is no such row."""
        key = self.key_at(row)
        return self.cell(key, column) if key is not None else NO_CELL

    def show_keys(self, wanted: Sequence[int]) -> None:
        """Show these keys in this order."""
        if self._keys == list(wanted):
            return
        self._remove_others(set(wanted))
        present = set(self._keys)
        self._reorder([key for key in wanted if key in present])
        self._insert_new(wanted, present)

    def notify_changed(self, keys: Sequence[int], column: int | None = None) -> None:
        """The cells of these rows changed, all or those of one column."""
        first, last = (0, len(self.columns) - 1) if column is None else (column, column)
        rows = sorted(row for row in map(self.row_of, keys) if row is not None)
        for start, end in _runs(rows):
            self.dataChanged.emit(self.index(start, first), self.index(end, last))

    def show_stale(self, since_ms: int | None) -> None:
        """Rows show the state of then, for nothing is heard since; None: that of now."""
        if since_ms != self.stale_since_ms:
            self.stale_since_ms = since_ms
            self.notify_changed(self._keys)

    # -- inside ------------------------------------------------------------------------------

    def _remove_others(self, keep: set[int]) -> None:
        gone = [row for row, key in enumerate(self._keys) if key not in keep]
        for start, end in reversed(_runs(gone)):
            self.beginRemoveRows(NO_PARENT, start, end)
            del self._keys[start : end + 1]
            self._rows = None
            self.endRemoveRows()

    def _reorder(self, wanted: list[int]) -> None:
        staying = _longest_rising([self.row_of(key) or 0 for key in wanted])
        if len(wanted) - len(staying) > MOST_MOVES:
            self._lay_out(wanted)
            return
        for place, key in enumerate(wanted):
            if place in staying:
                continue
            before = wanted[place - 1] if place else None
            self._move(key, before)

    def _lay_out(self, wanted: list[int]) -> None:
        """All rows in another order at once; every move by itself would tell all views."""
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        keys = [self._keys[index.row()] for index in old]
        self._keys = list(wanted)
        rows = {key: row for row, key in enumerate(wanted)}
        self._rows = rows
        new = [self.index(rows[key], i.column()) for key, i in zip(keys, old, strict=True)]
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def _move(self, key: int, before: int | None) -> None:
        """Put a row right behind the row of `before`, or on top."""
        source = self._keys.index(key)
        target = 0 if before is None else self._keys.index(before) + 1
        if source == target:
            return
        self.beginMoveRows(NO_PARENT, source, source, NO_PARENT, target)
        del self._keys[source]
        self._keys.insert(target - (source < target), key)
        self._rows = None
        self.endMoveRows()

    def _insert_new(self, wanted: Sequence[int], present: set[int]) -> None:
        new = [place for place, key in enumerate(wanted) if key not in present]
        for start, end in _runs(new):
            self.beginInsertRows(NO_PARENT, start, end)
            self._keys[start:start] = wanted[start : end + 1]
            self._rows = None
            self.endInsertRows()

    # -- Qt ----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._keys)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        key = self.key_at(index.row()) if index.isValid() else None
        if key is None:
            return None
        if role == Role.KEY:
            return key
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align
        return _value(self.cell(key, column.key), role, column.title)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        column = self.columns.get(section)
        if orientation is not Qt.Orientation.Horizontal or column is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return column.title or tr("Verbs")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align
        return None


def _value(cell: Cell, role: int, heading: str) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return cell.text
        case Role.CELL:
            return cell
        case Role.SORT:
            return cell.sort
        case Qt.ItemDataRole.AccessibleTextRole:
            return cell.accessible_text
        case Qt.ItemDataRole.AccessibleDescriptionRole:
            return f"{heading}. {cell.hint}" if cell.hint else heading
        case Qt.ItemDataRole.ToolTipRole:
            return plain_tip(cell.tool_tip) or None
        case _:
            return None


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as runs without gaps: [1, 2, 5] is [(1, 2), (5, 5)]."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def _longest_rising(values: Sequence[int]) -> set[int]:
    """Places of a longest rising subsequence: the rows that need not move."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int] = []
    for place, value in enumerate(values):
        at = bisect_left(tails, value)
        before.append(places[at - 1] if at else -1)
        if at == len(tails):
            tails.append(value)
            places.append(place)
        else:
            tails[at], places[at] = value, place
    chain: set[int] = set()
    place = places[-1] if places else -1
    while place >= 0:
        chain.add(place)
        place = before[place]
    return chain
