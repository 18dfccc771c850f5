"""A table model over a list of keys that is never reset.

A reset would lose selection, scroll position and focus, so rows that come or go side by side are
inserted or removed there. Any other change is one change of layout with the lacking or superfluous
rows at the end, over which the tables keep all of it by key.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, IntEnum
from itertools import compress, count
from operator import ne
from typing import Any, Generic, TypeVar

from msgspec import Struct
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from enigma_panel.ui.i18n import Translations, plain_tip
from enigma_panel.ui.text.cells import NO_CELL, Cell

tr = Translations("Widgets")

_FIRST = int(Qt.ItemDataRole.UserRole)


class Role(IntEnum):
    """Our own roles: a row's record, key and cell."""

    RECORD = _FIRST + 1
    KEY = _FIRST + 2
    CELL = _FIRST + 3


Index = QModelIndex | QPersistentModelIndex
NO_PARENT = QModelIndex()
MOST_PAINTED = 500
"""How many rows are remembered as painted: more than a window shows."""
LOOKED_UP_SINGLY = 4
"""How many keys are looked up in the list itself; an index of 100,000 takes longer to make."""
ROWS_MOVE = QAbstractTableModel.LayoutChangeHint.VerticalSortHint
"""The hint that only rows move: else the columns' widths would go with the row on top."""
# PySide finds the signal with arguments by these names alone, of which its types know nothing.
_WITH_HINT = "QList<QPersistentModelIndex>", "QAbstractItemModel::LayoutChangeHint"

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

Record = TypeVar("Record")


class ColumnDef(Struct, Generic[Record], frozen=True):
    """A column. key: its place.

    width: in pixels; or the longest cells that usually stand in it, for which it has room; None:
    what the others leave. wide: those for which it has room in a wide table.
    least: those for which it has room in a narrow table, besides its heading; None: all of them.
    hidden: until the person shows it. gives_way: it is left out in a narrow table.
    """

    key: int
    title: str
    cell: Callable[[Record], Cell]
    align: Qt.AlignmentFlag = LEFT
    width: int | tuple[Cell, ...] | None = None
    wide: tuple[Cell, ...] = ()
    least: tuple[Cell, ...] | None = None
    hidden: bool = False
    gives_way: bool = False

    @property
    def name(self) -> str:
        """The column's name in the settings, whatever its place is."""
        return self.key.name.lower() if isinstance(self.key, Enum) else str(self.key)


class KeyedTableModel(QAbstractTableModel):
    """Rows named by integer keys; subclasses say which columns there are.

    in_view: returns the visible rows of the table; without a table, all. is_hidden: whether its
    column of that key is; a screen reader would find its heading. replacing, replaced:
    before and after all rows are replaced at once; what is known of them by row meanwhile means
    nothing. arranged: other rows are shown, or in another order.
    """

    replacing = Signal()
    replaced = Signal()
    arranged = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = {column.key: column for column in self.make_columns()}
        self._keys: list[int] = []
        self._rows: dict[int, int | None] = {}
        self._looked_up = 0
        self._has_all_rows = False
        self._painted: dict[int, dict[int, Cell]] = {}
        self.stale_since_ms: int | None = None
        self.is_arranging = False
        self.in_view: Callable[[], range] = lambda: range(len(self._keys))
        self.is_hidden: Callable[[int], bool] = lambda _key: False

    # -- for subclasses ----------------------------------------------------------------------

    def make_columns(self) -> Iterable[ColumnDef[Any]]:
        raise NotImplementedError

    def cell(self, key: int, column: int) -> Cell:
        raise NotImplementedError

    def needs_you(self, key: int) -> bool:
        """Return whether the row needs the person; its cells say so, too."""
        del key  # no row does, unless a subclass says so
        return False

    # -- keys, rows and cells ----------------------------------------------------------------

    def keys(self) -> list[int]:
        return self._keys

    def key_at(self, row: int) -> int | None:
        """Return the key of a row, None when there is no such row."""
        return self._keys[row] if 0 <= row < len(self._keys) else None

    def row_of(self, key: int) -> int | None:
        """Return the row of a key, None when it is not shown."""
        if key not in self._rows and not self._has_all_rows:
            self._looked_up += 1
            if self._looked_up <= LOOKED_UP_SINGLY:
                self._rows[key] = self._keys.index(key) if key in self._keys else None
            else:
                # From the end: while rows are replaced, superfluous ones stand below.
                last = len(self._keys) - 1
                self._rows = dict(zip(reversed(self._keys), range(last, -1, -1), strict=True))
                self._has_all_rows = True
        return self._rows.get(key)

    def shown_of(self, keys: Sequence[int]) -> list[int]:
        if len(keys) <= LOOKED_UP_SINGLY:
            return [key for key in keys if self.row_of(key) is not None]
        present = set(self._keys)
        return [key for key in keys if key in present]

    def cell_at(self, row: int, column: int) -> Cell:
        key = self.key_at(row)
        return self.cell(key, column) if key is not None else NO_CELL

    def cell_to_paint(self, row: int, column: int) -> Cell:
        """Return a cell and remember it as painted: only another look of it is reported later."""
        key = self._keys[row]
        self._rows[key] = row
        cell = self.cell(key, column)
        if len(self._painted) > MOST_PAINTED:
            self._painted.clear()
        # A part of the cell may be painted before its change is reported: the first cell counts.
        self._painted.setdefault(key, {}).setdefault(column, cell)
        return cell

    def show_keys(self, wanted: Sequence[int]) -> None:
        wanted = list(wanted)
        if wanted == self._keys:
            return
        first = _same_at_the_start(self._keys, wanted)
        more = len(wanted) - len(self._keys)
        self.is_arranging = True
        try:
            if more > 0 and wanted[first + more :] == self._keys[first:]:
                self._insert(first, wanted[first : first + more])
            elif more < 0 and self._keys[first - more :] == wanted[first:]:
                self._remove(first, -more)
            else:
                self._replace(wanted)
        finally:
            self.is_arranging = False
        self.arranged.emit()

    def notify_changed(self, keys: Collection[int], column: int | None = None) -> None:
        """Report that cells of these rows changed, all or those of one column.

        Only visible rows are reported, and of a row that was painted only cells that look
        different: to paint them takes much longer than to make them. Each is reported by itself,
        for several Qt paints the whole view. What is out of view is made when it is seen.
        """
        columns = list(self.columns) if column is None else [column]
        rows = self._rows_in_view(keys)
        for row in rows:
            if self._keys[row] in self._painted:
                self._notify_cells(row, columns)
        self._notify_rows([row for row in rows if self._keys[row] not in self._painted], columns)

    def notify_filled(self, keys: Collection[int]) -> None:
        """Report that rows which were empty so far are filled: all of each is painted anew."""
        for key in keys:
            self._painted.pop(key, None)
        self.notify_changed(keys)

    def show_stale(self, since_ms: int | None) -> None:
        """Show rows as last known at a time since which nothing was heard; None: as of now."""
        if since_ms != self.stale_since_ms:
            self.stale_since_ms = since_ms
            seen = self.in_view()
            self._painted.clear()
            self.notify_changed(self._keys[seen.start : seen.stop])

    # -- inside ------------------------------------------------------------------------------

    def _rows_in_view(self, keys: Collection[int]) -> list[int]:
        """Return the visible rows of these keys.

        How the others were painted is forgotten.
        """
        if not keys:
            return []
        seen = self.in_view()
        shown = self._keys[seen.start : seen.stop]
        wanted = set(keys)
        for key in wanted.intersection(self._painted).difference(shown):
            del self._painted[key]
        return [row for row, key in enumerate(shown, seen.start) if key in wanted]

    def _notify_rows(self, rows: Sequence[int], columns: Sequence[int]) -> None:
        for start, end in runs(rows):
            self.dataChanged.emit(self.index(start, columns[0]), self.index(end, columns[-1]))

    def _notify_cells(self, row: int, columns: Iterable[int]) -> None:
        key = self._keys[row]
        painted = self._painted[key]
        for column in columns:
            cell = self.cell(key, column)
            if painted.get(column) != cell:
                painted[column] = cell
                self.dataChanged.emit(self.index(row, column), self.index(row, column))

    def _forget_rows(self) -> None:
        self._rows, self._looked_up, self._has_all_rows = {}, 0, False

    def _remove(self, first: int, n: int) -> None:
        self.beginRemoveRows(NO_PARENT, first, first + n - 1)
        del self._keys[first : first + n]
        self._forget_rows()
        self.endRemoveRows()

    def _insert(self, first: int, keys: list[int]) -> None:
        self.beginInsertRows(NO_PARENT, first, first + len(keys) - 1)
        self._keys[first:first] = keys
        self._forget_rows()
        self.endInsertRows()

    def _replace(self, wanted: list[int]) -> None:
        """Replace all rows at once; every single change would notify all views."""
        self.replacing.emit()
        n, before = len(wanted), len(self._keys)
        if n > before:
            self._insert(before, wanted[before:])
        with self._new_layout():
            self._keys[:n] = wanted
            self._forget_rows()
        if n < before:
            self._remove(n, before - n)
        self.replaced.emit()

    @contextmanager
    def _new_layout(self) -> Iterator[None]:
        """Change the order; indexes of rows stay with their keys."""
        self.layoutAboutToBeChanged[_WITH_HINT].emit([], ROWS_MOVE)  # type: ignore[index]
        old = self.persistentIndexList()
        keys = [self._keys[index.row()] for index in old]
        yield
        rows = {key: self.row_of(key) for key in set(keys)}
        places = [(rows[key], i.column()) for key, i in zip(keys, old, strict=True)]
        new = [QModelIndex() if row is None else self.index(row, col) for row, col in places]
        self.changePersistentIndexList(old, new)
        self.layoutChanged[_WITH_HINT].emit([], ROWS_MOVE)  # type: ignore[index]

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
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        column = self.columns.get(section)
        if orientation is not Qt.Orientation.Horizontal or column is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return None if self.is_hidden(section) else column.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return None if self.is_hidden(section) else column.title or tr("Verbs")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column.align
        return None


def _value(cell: Cell, role: int, heading: str) -> Any:
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return cell.text
        case Role.CELL:
            return cell
        case Qt.ItemDataRole.AccessibleTextRole:
            return cell.accessible_text
        case Qt.ItemDataRole.AccessibleDescriptionRole:
            return ". ".join(filter(None, (heading, cell.hint)))
        case Qt.ItemDataRole.ToolTipRole:
            return plain_tip(cell.tool_tip) or None
        case _:
            return None


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Group rising numbers into runs without gaps: [1, 2, 5] is [(1, 2), (5, 5)]."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def _same_at_the_start(one: Sequence[int], other: Sequence[int]) -> int:
    return next(compress(count(), map(ne, one, other)), min(len(one), len(other)))
