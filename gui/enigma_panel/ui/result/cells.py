"""A result that is a table of rows."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QTableView,
)

from enigma_panel.ui.i18n import Translations, plain_tip, shorten
from enigma_panel.ui.result.formats import FIGURE
from enigma_panel.ui.widgets.basics import put_on_clipboard, set_role

tr = Translations("Result")

MOST_ROWS = 14
WIDEST_COLUMN = 260
"""Width of a column at first, in pixels; a person may make it wider."""
MEASURED_COLUMNS, MEASURED_ROWS = 30, 20
ROW_ROOM = 16
"""Room above and below the words of a row, in pixels."""
TIP_CHARS = 1_000
WHOLE_TEXT = int(Qt.ItemDataRole.UserRole) + 1
"""The role of what is copied: a value as it is kept."""
Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class ResultTable(QTableView):
    """Rows below the names of their columns. fits: as high as it needs up to some rows; else as
    there is room."""

    def __init__(self, rows: Sequence[Sequence[str]], *, fits: bool) -> None:
        super().__init__()
        model = RowsModel(rows, self)
        self.setModel(model)
        self.setAccessibleName(tr("Result as a table"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        set_role(self, "reading")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self._copy)
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
            body = min(MOST_ROWS, model.rowCount()) * height
            bar = self.horizontalScrollBar().sizeHint().height()
            self.setFixedHeight(header.sizeHint().height() + body + bar + 4)
        else:
            self.setCurrentIndex(model.index(0, 0))

    def matches(self, words: str) -> Iterator[QModelIndex]:
        """The cells in which these words stand."""
        model, sought = self.model(), words.casefold()
        for row, column in product(range(model.rowCount()), range(model.columnCount())):
            cell = model.index(row, column)
            if sought in str(cell.data(WHOLE_TEXT)).casefold():
                yield cell

    def go_to(self, match: QModelIndex) -> None:
        """Select one of those."""
        self.setCurrentIndex(match)

    def _copy(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            put_on_clipboard(index.data(WHOLE_TEXT))


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


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _tip(text: str) -> str:
    return plain_tip(text if len(text) <= TIP_CHARS else text[:TIP_CHARS] + "…")
