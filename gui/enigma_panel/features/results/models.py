"""Structured results as models: JSON as a tree, made as far as it is opened, and CSV as a table."""

from collections.abc import Sequence
from enum import IntEnum
from itertools import islice
from typing import Any

from msgspec import Struct
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor

from enigma_panel.features.results.structured_output import Json
from enigma_panel.features.results.structured_text import range_text, shown_value, value_text
from enigma_panel.ui.i18n import Translations, plain_tip, shorten
from enigma_panel.ui.text.steps import normalized
from enigma_panel.ui.theme import theme

tr = Translations("Details")

PART = 1_000
"""How many values stand below one row; more are split into parts, as Qt asks for all at once."""
TIP_CHARS = 1_000
WHOLE_TEXT = int(Qt.ItemDataRole.UserRole) + 1
"""The role of what is copied: a value as it is kept."""
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class TreeColumn(IntEnum):
    """The columns of the tree."""

    NAME = 0
    VALUE = 1


class _Node(Struct):
    """One row. Below it stand the values first to end of its value; of a part of a long list not
    all. children: the numbers of the nodes below, None until somebody asks."""

    name: str
    value: Json
    parent: int
    row: int
    first: int
    end: int
    children: range | None = None

    @property
    def is_part(self) -> bool:
        return self.end - self.first < _size(self.value)


class JsonModel(QAbstractItemModel):
    """A JSON value. An index holds the number of its node, never the node: Qt keeps none alive."""

    def __init__(self, value: Json, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes = [_Node("", value, -1, 0, 0, _size(value))]

    def index_of(self, path: Sequence[int]) -> QModelIndex:
        """The row of a value: which of its list or object it is, and so on from the top."""
        index = QModelIndex()
        for number in path:
            node = self._node(index)
            row = number
            if node.end - node.first > PART:
                index, row = self.index(number // PART, 0, index), number % PART
            index = self.index(row, 0, index)
        return index

    # -- inside ------------------------------------------------------------------------------

    def _node(self, index: Index) -> _Node:
        return self._nodes[index.internalId() if index.isValid() else 0]

    def _children(self, index: Index) -> range:
        node = self._node(index)
        if node.children is None:
            number = index.internalId() if index.isValid() else 0
            first = len(self._nodes)
            self._nodes += _make_children(node, number)
            node.children = range(first, len(self._nodes))
        return node.children

    # -- Qt ----------------------------------------------------------------------------------

    def hasChildren(self, parent: Index = _NOWHERE) -> bool:
        return parent.column() <= 0 and self._node(parent).end > 0

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return len(self._children(parent)) if parent.column() <= 0 else 0

    def columnCount(self, _parent: Index = _NOWHERE) -> int:
        return len(TreeColumn)

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        children = self._children(parent)
        if 0 <= row < len(children) and 0 <= column < len(TreeColumn):
            return self.createIndex(row, column, children[row])
        return QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]  # QObject has one, too
        number = self._node(index).parent
        if number <= 0:
            return QModelIndex()
        return self.createIndex(self._nodes[number].row, 0, number)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        node = self._node(index)
        is_name = index.column() == TreeColumn.NAME
        match role:
            case Qt.ItemDataRole.DisplayRole if is_name:
                return shorten(node.name)
            case Qt.ItemDataRole.DisplayRole:
                return "" if node.is_part else shown_value(node.value)
            case Qt.ItemDataRole.ForegroundRole if is_name or node.end:
                return QColor(theme.colours().dim)
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(node.name if is_name else value_text(node.value))
            case _ if role == WHOLE_TEXT:
                return node.name if is_name else value_text(node.value)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return tr("Name") if section == TreeColumn.NAME else tr("Value")
        return None


class RowsModel(QAbstractTableModel):
    """The rows of a CSV text below the names of its columns."""

    def __init__(self, rows: Sequence[Sequence[str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names, self._rows = rows[0], rows[1:]
        self._columns = max(map(len, rows))

    # -- Qt ----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        text = row[index.column()] if index.column() < len(row) else ""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shorten(text)
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(text)
            case _ if role == WHOLE_TEXT:
                return text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        name = self._names[section] if section < len(self._names) else ""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shorten(name)
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(name)
            case Qt.ItemDataRole.TextAlignmentRole:
                return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


def find_values(value: Json, sought: str) -> list[tuple[int, ...]]:
    """The paths of all values that stand for these words, or whose names do; see `index_of`."""
    found: list[tuple[int, ...]] = []
    waiting: list[tuple[tuple[int, ...], str, Json]] = [((), "", value)]
    while waiting:
        path, name, each = waiting.pop()
        has_text = not isinstance(each, dict | list) and holds(value_text(each), sought)
        if path and (has_text or holds(name, sought)):
            found.append(path)
        if isinstance(each, dict):
            inner = list(enumerate(each.items()))
            waiting += [((*path, n), key, part) for n, (key, part) in reversed(inner)]
        elif isinstance(each, list):
            parts = list(enumerate(each))
            waiting += [((*path, n), "", part) for n, part in reversed(parts)]
    return found


def find_cells(rows: Sequence[Sequence[str]], sought: str) -> list[tuple[int, ...]]:
    """Row and column of all cells below the heading in which these words stand."""
    return [
        (row, column)
        for row, cells in enumerate(rows[1:])
        for column, cell in enumerate(cells)
        if holds(cell, sought)
    ]


def holds(text: str, sought: str) -> bool:
    """Whether these words stand in it; normalized as the search in steps does."""
    return sought in normalized(text)


def _size(value: Json) -> int:
    return len(value) if isinstance(value, dict | list) else 0


def _make_children(node: _Node, number: int) -> list[_Node]:
    if node.end - node.first > PART:
        spans = [(n, min(n + PART, node.end)) for n in range(node.first, node.end, PART)]
        return [
            _Node(range_text(first, end - 1), node.value, number, row, first, end)
            for row, (first, end) in enumerate(spans)
        ]
    return [
        _Node(name, value, number, row, 0, _size(value))
        for row, (name, value) in enumerate(_entries(node))
    ]


def _entries(node: _Node) -> list[tuple[str, Json]]:
    value, first, end = node.value, node.first, node.end
    if isinstance(value, dict):
        return list(islice(value.items(), first, end))
    values = value[first:end] if isinstance(value, list) else []
    return [(str(n), each) for n, each in enumerate(values, first)]


def _tip(text: str) -> str:
    return plain_tip(text if len(text) <= TIP_CHARS else text[:TIP_CHARS] + "…")
