"""A small table of figures whose cells lead on."""

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import put_on_clipboard, set_role

SPOKEN = Qt.ItemDataRole.AccessibleTextRole
ROW_ROOM = 14
"""Room above and below the words of a row, in pixels."""
LEAST_WIDTH = 120
"""The least width of a column, with the usual font."""


class Row(Struct, frozen=True):
    """Cells, each with what tip, screen reader and copy say if that is more; whether of totals."""

    cells: Sequence[tuple[str, str]]
    is_total: bool = False


class FigureTable(QTableWidget):
    """The table, as high as its rows. chosen: row and column of a click, or of Enter.

    Ctrl+C copies the selected cells, for a spreadsheet.
    """

    chosen = Signal(int, int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        set_role(self, "figures")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(theme.scaled(LEAST_WIDTH))
        self.cellClicked.connect(self._click)

    def show_rows(self, head: Sequence[str], rows: Sequence[Row]) -> None:
        """Show these rows; the selection stays."""
        self.setColumnCount(len(head))
        self.setRowCount(len(rows))
        for column, text in enumerate(head):
            self.setHorizontalHeaderItem(column, _item(column, text))
        for n, row in enumerate(rows):
            for column, (text, said) in enumerate(row.cells):
                item = _item(column, text, said)
                if row.is_total:
                    bold = QFont(self.font())
                    bold.setWeight(QFont.Weight.DemiBold)
                    item.setFont(bold)
                self.setItem(n, column, item)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        height = self.fontMetrics().lineSpacing() + ROW_ROOM
        self.verticalHeader().setDefaultSectionSize(height)
        self.setFixedHeight(header.sizeHint().height() + height * len(rows))

    def _click(self, row: int, column: int) -> None:
        """Lead on, but not where somebody selects what to copy."""
        if not QApplication.keyboardModifiers() and len(self.selectedIndexes()) == 1:
            self.chosen.emit(row, column)

    def _copy(self) -> None:
        rows: dict[int, list[str]] = {}
        for cell in sorted(self.selectedIndexes()):
            rows.setdefault(cell.row(), []).append(cell.data(SPOKEN))
        put_on_clipboard("\n".join("\t".join(cells) for cells in rows.values()))

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit(self.currentRow(), self.currentColumn())
        else:
            super().keyPressEvent(event)


def _item(column: int, text: str, said: str = "") -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(said)
    item.setData(SPOKEN, said or text)
    return item
