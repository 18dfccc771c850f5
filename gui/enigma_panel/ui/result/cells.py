"""A structured result: a tree of a JSON value, a table of rows."""

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QTreeWidget,
    QTreeWidgetItem,
)

from enigma_panel.ui.i18n import Translations, plain_tip, shorten
from enigma_panel.ui.result.formats import FIGURE, Json, Number, ReadResult, value_text
from enigma_panel.ui.widgets.basics import put_on_clipboard, set_role

tr = Translations("Result")

MOST_VALUES, MOST_LEVELS = 5_000, 100
"""Most values of a tree, and most levels; JSON with more is shown as text."""
MOST_ROWS = 14
OPENED_ROWS = 60
"""A tree of no more rows is shown open."""
WIDEST_NAME, WIDEST_COLUMN = 150, 260
"""Widths of columns at first, in pixels; a person may make them wider."""
MEASURED_COLUMNS, MEASURED_ROWS = 30, 20
ROW_ROOM = 16
"""Room above and below the words of a row, in pixels."""
TIP_CHARS = 1_000
WHOLE_TEXT = int(Qt.ItemDataRole.UserRole) + 1
"""The role of what is copied: a value as it is kept."""
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ResultTree(QTreeWidget):
    """A JSON value. fits: as high as it needs up to some rows; else as there is room."""

    def __init__(self, value: Json, *, fits: bool) -> None:
        super().__init__()
        self.setHeaderLabels([tr("Name"), tr("Value")])
        self.setAccessibleName(tr("Result as a tree"))
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        _configure(self)
        self.addTopLevelItems([_item(*entry) for entry in _entries(value)])
        if count_values(value) <= OPENED_ROWS:
            self.expandAll()
        header = self.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.resizeColumnToContents(0)
        header.resizeSection(0, min(WIDEST_NAME, self.columnWidth(0) + 8))
        if fits:
            self.expanded.connect(self._fit)
            self.collapsed.connect(self._fit)
            self._fit()
        else:
            self.setCurrentIndex(self.model().index(0, 0))

    def matches(self, words: str) -> Iterator[QModelIndex]:
        """The cells in which these words stand."""
        return _matches(self, words)

    def go_to(self, match: QModelIndex) -> None:
        """Select one of those, and open what is above it."""
        self.scrollTo(match)
        self.setCurrentIndex(match)

    def _fit(self) -> None:
        rows, index = 0, self.model().index(0, 0)
        while index.isValid() and rows < MOST_ROWS:
            rows, index = rows + 1, self.indexBelow(index)
        _fix_height(self, self.header(), rows, self.sizeHintForRow(0))

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore Qt's "*", which opens all rows below: with thousands that takes a second."""
        if event.key() != Qt.Key.Key_Asterisk:
            super().keyPressEvent(event)


class ResultTable(QTableView):
    """Rows below the names of their columns. fits: as of a tree."""

    def __init__(self, rows: Sequence[Sequence[str]], *, fits: bool) -> None:
        super().__init__()
        model = RowsModel(rows, self)
        self.setModel(model)
        self.setAccessibleName(tr("Result as a table"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        _configure(self)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setMaximumSectionSize(WIDEST_COLUMN)
        header.setResizeContentsPrecision(MEASURED_ROWS)
        for column in range(min(MEASURED_COLUMNS, model.columnCount())):
            self.resizeColumnToContents(column)
        header.setMaximumSectionSize(-1)
        height = self.fontMetrics().lineSpacing() + ROW_ROOM
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        if fits:
            _fix_height(self, header, min(MOST_ROWS, model.rowCount()), height)
        else:
            self.setCurrentIndex(model.index(0, 0))

    def matches(self, words: str) -> Iterator[QModelIndex]:
        """The cells in which these words stand."""
        return _matches(self, words)

    def go_to(self, match: QModelIndex) -> None:
        """Select one of those."""
        self.setCurrentIndex(match)


class RowsModel(QAbstractTableModel):
    """The rows of a table, the names of its columns first. Figures stand at the right."""

    def __init__(self, rows: Sequence[Sequence[str]], parent: ResultTable) -> None:
        super().__init__(parent)
        self._names, self._rows = rows[0], rows[1:]
        self._columns = max(map(len, rows))
        self._figures = {n for n in range(self._columns) if self._has_figures(n)}

    # -- inside ------------------------------------------------------------------------------

    def _has_figures(self, column: int) -> bool:
        cells = [cell for row in self._rows if (cell := _cell(row, column).strip())]
        return bool(cells) and all(map(FIGURE.fullmatch, cells))

    # -- Qt ----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._columns

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._data(_cell(self._rows[index.row()], index.column()), index.column(), role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        return self._data(_cell(self._names, section), section, role)

    def _data(self, text: str, column: int, role: int) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shorten(text)
            case Qt.ItemDataRole.ToolTipRole:
                return _tip(text)
            case Qt.ItemDataRole.TextAlignmentRole:
                is_figure = column in self._figures
                side = Qt.AlignmentFlag.AlignRight if is_figure else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
            case _ if role == WHOLE_TEXT:
                return text
        return None


def view_of(result: ReadResult, *, as_table: bool, fits: bool) -> ResultTree | ResultTable | None:
    """The view for one of its forms; None where only text can show it."""
    if as_table:
        return ResultTable(result.rows, fits=fits)
    return (
        ResultTree(result.value, fits=fits) if count_values(result.value) <= MOST_VALUES else None
    )


def count_values(value: Json) -> int:
    """How many values stand in it, on all levels; more than MOST_VALUES where it is too deep."""
    count, level = 0, [value]
    for _ in range(MOST_LEVELS):
        level = [inner for each in level for _, inner in _entries(each)]
        count += len(level)
        if not level:
            return count
    return MOST_VALUES + 1


def _entries(value: Json) -> list[tuple[str, Json]]:
    if isinstance(value, dict):
        return list(value.items())
    return [(str(n), each) for n, each in enumerate(value)] if isinstance(value, list) else []


def _item(name: str, value: Json) -> QTreeWidgetItem:
    text = whole = value_text(value)
    if isinstance(value, str) and not isinstance(value, Number):
        text = f'"{shorten(text)}"'  # in quotes: else "49.99" would look like a number
    item = QTreeWidgetItem([shorten(name), text])
    for column, each in enumerate((name, whole)):
        item.setData(column, WHOLE_TEXT, each)
        item.setToolTip(column, _tip(each))
    item.addChildren([_item(*entry) for entry in _entries(value)])
    return item


def _matches(view: QAbstractItemView, words: str) -> Iterator[QModelIndex]:
    model, sought = view.model(), words.casefold()

    def below(parent: QModelIndex) -> Iterator[QModelIndex]:
        for row in range(model.rowCount(parent)):
            for column in range(model.columnCount(parent)):
                cell = model.index(row, column, parent)
                if sought in str(cell.data(WHOLE_TEXT)).casefold():
                    yield cell
            yield from below(model.index(row, 0, parent))

    return below(QModelIndex())


def _configure(view: ResultTree | ResultTable) -> None:
    set_role(view, "reading")
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), view)
    copy.setContext(Qt.ShortcutContext.WidgetShortcut)
    copy.activated.connect(lambda: _copy(view))


def _copy(view: ResultTree | ResultTable) -> None:
    index = view.currentIndex()
    if index.isValid():
        put_on_clipboard(index.data(WHOLE_TEXT))


def _fix_height(view: QAbstractItemView, header: QHeaderView, rows: int, row_height: int) -> None:
    bar = view.horizontalScrollBar().sizeHint().height() if isinstance(view, QTableView) else 0
    view.setFixedHeight(header.sizeHint().height() + rows * row_height + bar + 4)


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _tip(text: str) -> str:
    return plain_tip(text if len(text) <= TIP_CHARS else text[:TIP_CHARS] + "…")
