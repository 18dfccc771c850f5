"""The views of a structured result: a tree of a JSON value, a table of a CSV text."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QTreeView

from enigma_panel.features.results.models import (
    WHOLE_TEXT,
    JsonModel,
    RowsModel,
    TreeColumn,
    find_cells,
    find_values,
)
from enigma_panel.features.results.structured_output import StructuredResult
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import set_role

tr = Translations("Details")

Path = tuple[int, ...]
"""Where a value or a cell is."""
MOST_ROWS = 14
OPENED_ROWS = 60
"""Levels are opened at first as long as there are no more rows than that."""
WIDEST_NAME, WIDEST_COLUMN = 150, 220
"""Widths of columns at first, in pixels; a person may make them wider."""
MEASURED_COLUMNS, MEASURED_ROWS = 30, 20


class ResultTree(QTreeView):
    """A JSON value, as high as it needs up to some rows, or as there is room.

    copy_asked: with a value, by Ctrl+C.
    """

    copy_asked = Signal(str)

    def __init__(self, result: StructuredResult, *, fits: bool = True) -> None:
        super().__init__()
        self._value = result.value
        self.setModel(JsonModel(result.value, self))
        self.setAccessibleName(tr("Result as a tree"))
        self.setUniformRowHeights(True)
        self.setIndentation(14)
        _configure(self)
        self._open_levels()
        header = self.header()
        header.setSectionResizeMode(TreeColumn.NAME, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.resizeColumnToContents(TreeColumn.NAME)
        width = min(WIDEST_NAME, self.columnWidth(TreeColumn.NAME) + 8)
        header.resizeSection(TreeColumn.NAME, width)
        if fits:
            self.expanded.connect(self._fit)
            self.collapsed.connect(self._fit)
            self._fit()

    def finder(self, sought: str) -> Callable[[], Sequence[Path]]:
        """A call, for any thread, that finds the values in which these words stand."""
        return partial(find_values, self._value, sought)

    def show_place(self, places: Sequence[Path], number: int) -> None:
        """Go to one of those that were found."""
        model = self.model()
        if places and isinstance(model, JsonModel):
            index = model.index_of(places[number])
            self.scrollTo(index)  # opens what is above it
            self.setCurrentIndex(index.siblingAtColumn(TreeColumn.VALUE))

    def _open_levels(self) -> None:
        """Level by level, as long as all fits into some rows."""
        model = self.model()
        level, rows = [QModelIndex()], model.rowCount()
        while level:
            inner = [
                model.index(row, 0, parent)
                for parent in level
                for row in range(min(model.rowCount(parent), OPENED_ROWS))
            ]
            level = [index for index in inner if model.hasChildren(index)]
            for index in level:
                rows += model.rowCount(index)
                if rows > OPENED_ROWS:
                    return
                self.expand(index)

    def _fit(self) -> None:
        rows, index = 0, self.model().index(0, 0)
        while index.isValid() and rows < MOST_ROWS:
            rows, index = rows + 1, self.indexBelow(index)
        _fix_height(self, self.header(), rows, self.sizeHintForRow(0))

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ignore Qt's "*", which opens all rows below: for a long result that takes minutes."""
        if event.key() != Qt.Key.Key_Asterisk:
            super().keyPressEvent(event)


class ResultTable(QTableView):
    """The rows of a CSV text, heights as of a tree. copy_asked: with a cell's text, by Ctrl+C."""

    copy_asked = Signal(str)

    def __init__(self, result: StructuredResult, *, fits: bool = True) -> None:
        super().__init__()
        self._rows = result.rows
        model = RowsModel(result.rows, self)
        self.setModel(model)
        self.setAccessibleName(tr("Result as a table"))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        _configure(self)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMaximumSectionSize(WIDEST_COLUMN)
        header.setResizeContentsPrecision(MEASURED_ROWS)
        for column in range(min(MEASURED_COLUMNS, model.columnCount())):
            self.resizeColumnToContents(column)
        header.setMaximumSectionSize(-1)
        height = self.fontMetrics().lineSpacing() + 8
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        if fits:
            _fix_height(self, header, min(MOST_ROWS, model.rowCount()), height)

    def finder(self, sought: str) -> Callable[[], Sequence[Path]]:
        """A call, for any thread, that finds the cells in which these words stand."""
        return partial(find_cells, self._rows, sought)

    def show_place(self, places: Sequence[Path], number: int) -> None:
        """Go to one of those that were found."""
        if places:
            row, column = places[number]
            self.setCurrentIndex(self.model().index(row, column))


def view_of(result: StructuredResult, *, fits: bool = True) -> ResultTree | ResultTable:
    """The one for its form. fits: as high as it needs; else it takes the room there is."""
    return ResultTable(result, fits=fits) if result.rows else ResultTree(result, fits=fits)


def _configure(view: ResultTree | ResultTable) -> None:
    set_role(view, "reading")
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), view)
    copy.setContext(Qt.ShortcutContext.WidgetShortcut)
    copy.activated.connect(lambda: _copy(view))


def _copy(view: ResultTree | ResultTable) -> None:
    index = view.currentIndex()
    if index.isValid():
        view.copy_asked.emit(index.data(WHOLE_TEXT))


def _fix_height(view: QAbstractItemView, header: QHeaderView, rows: int, row_height: int) -> None:
    bar = view.horizontalScrollBar().sizeHint().height() if isinstance(view, QTableView) else 0
    view.setFixedHeight(header.sizeHint().height() + rows * row_height + bar + 4)
