"""A result that is a table of rows."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableWidget, QTableWidgetItem

from enigma_panel.ui.i18n import Translations, plain_tip, shorten, without_hidden
from enigma_panel.ui.result.formats import FIGURE
from enigma_panel.ui.widgets.basics import set_role

tr = Translations("Result")

MOST_ROWS = 14
WIDEST_COLUMN = 260
"""Width of a column at first, in pixels; a person may make it wider."""
MEASURED_COLUMNS, MEASURED_ROWS = 30, 20
ROW_ROOM = 16
"""Room above and below the words of a row, in pixels."""
SHORT_CHARS, TIP_CHARS = 20, 1_000
"""Length of a text that needs no tool tip, and of the longest tip."""


class ResultTable(QTableWidget):
    """Rows below the names of their columns, figures at the right; Ctrl+C copies a cell.

    fits: as high as it needs up to some rows; else as there is room.
    """

    def __init__(self, rows: Sequence[Sequence[str]], *, fits: bool) -> None:
        super().__init__(len(rows) - 1, max(map(len, rows)))
        for column in range(self.columnCount()):
            self._fill(column, [row[column] if column < len(row) else "" for row in rows])
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
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        header.setMaximumSectionSize(WIDEST_COLUMN)
        header.setResizeContentsPrecision(MEASURED_ROWS)
        for column in range(min(MEASURED_COLUMNS, self.columnCount())):
            self.resizeColumnToContents(column)
        header.setMaximumSectionSize(-1)
        height = self.fontMetrics().lineSpacing() + ROW_ROOM
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        if fits:
            body = min(MOST_ROWS, self.rowCount()) * height
            bar = self.horizontalScrollBar().sizeHint().height()
            self.setFixedHeight(header.sizeHint().height() + body + bar + 4)
        else:
            self.setCurrentCell(0, 0)

    def matches(self, words: str) -> list[QTableWidgetItem]:
        found = self.findItems(words, Qt.MatchFlag.MatchContains)
        return sorted(found, key=lambda cell: (cell.row(), cell.column()))

    def go_to(self, match: QTableWidgetItem) -> None:
        self.setCurrentItem(match)

    def _fill(self, column: int, texts: Sequence[str]) -> None:
        """Fill a column with its name and its cells."""
        cells = [text.strip() for text in texts[1:] if text.strip()]
        has_figures = bool(cells) and all(map(FIGURE.fullmatch, cells))
        for row, text in enumerate(texts, -1):
            item = QTableWidgetItem(shorten(text) if row < 0 else without_hidden(text))
            if has_figures:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if len(text) > SHORT_CHARS:
                tip = text if len(text) <= TIP_CHARS else text[:TIP_CHARS] + "…"
                item.setToolTip(plain_tip(without_hidden(tip)))
            if row < 0:
                self.setHorizontalHeaderItem(column, item)
            else:
                self.setItem(row, column, item)
