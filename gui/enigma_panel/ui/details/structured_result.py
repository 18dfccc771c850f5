"""A structured result in Details: a tree or a table, and whether it is as it was asked for."""

import asyncio
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.core.models import OutputType, Task, TaskSpec
from enigma_panel.core.structured_output import StructuredResult
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.structured_results import StructuredResults
from enigma_panel.ui.details.result_models import WHOLE_TEXT, JsonModel, RowsModel, TreeColumn
from enigma_panel.ui.details.text import breakable
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.structured import comparing_text, doubt_text, fits_text, view_label
from enigma_panel.ui.widgets.basics import make_button, make_label, set_role

tr = Translations("Details")

MOST_ROWS = 14
OPENED_ROWS = 60
"""Levels are opened at first as long as there are no more rows than that."""
WIDEST_NAME, WIDEST_COLUMN = 150, 220
"""At first, in pixels; a person may make them wider."""
MEASURED_COLUMNS, MEASURED_ROWS = 30, 20


class StructuredView(QWidget):
    """What Details shows of a structured result, in place of its text or above it.

    Takes no room where the task asked for a text. switch: the button to the text and back, for the
    row of the heading; what was chosen stays for other tasks. changed: something else is to be
    shown now. copy_asked: with the text of a cell.
    """

    changed = Signal()
    copy_asked = Signal(str)

    def __init__(self, results: StructuredResults, scope: TaskScope) -> None:
        super().__init__()
        self._results = results
        self._scope = scope
        self._wanted: tuple[TaskSpec, str] | None = None
        self._result: StructuredResult | None = None
        self._reading: asyncio.Task[Any] | None = None
        self._as_text = False
        self._view: ResultTree | ResultTable | None = None
        self.doubt = make_label(wrap=True)
        self.doubt.setMinimumWidth(1)
        self.switch = make_button(view_label(OutputType.JSON, is_text=False), "link")
        self.switch.clicked.connect(self._switch)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.doubt)
        self._show()

    @property
    def replaces_text(self) -> bool:
        """Whether the text is not to be shown: the view is, or will be in a moment."""
        if self._wanted is None:
            return False
        return self._result is None or (self._result.has_structure and not self._as_text)

    def show_task(self, task: Task | None) -> None:
        """Show the result of this task; what is shown already is not read again."""
        wanted = None
        if task is not None and task.result and task.spec.output_type is not OutputType.TEXT:
            wanted = (task.spec, task.result)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._result = None
        if self._reading is not None:
            self._reading.cancel()
        self._fill()
        if wanted is not None:
            self._reading = self._scope.spawn("structured result", self._read(*wanted))

    async def _read(self, spec: TaskSpec, text: str) -> None:
        result = await self._results.read(spec, text)
        if self._wanted != (spec, text):
            return
        self._result = result
        self._fill()
        if spec.output_type is OutputType.JSON and result.doubt is None:
            self._say(comparing_text(), "dim")
            self.changed.emit()
            result = await self._results.compare(spec, text)
            if self._wanted != (spec, text):
                return
        doubt = doubt_text(result, text)
        self._say(doubt or fits_text(spec.output_type), "amber" if doubt else "dim")
        self.changed.emit()

    def _say(self, text: str, role: str) -> None:
        self.doubt.setText(breakable(text))
        set_role(self.doubt, role)

    def _switch(self) -> None:
        self._as_text = not self._as_text
        self._show()
        self.changed.emit()

    def _fill(self) -> None:
        """Make the view that fits; the one before goes with its model."""
        if self._view is not None:
            self._column.removeWidget(self._view)
            self._view.hide()
            self._view.deleteLater()
            self._view = None
        result = self._result
        if result is not None and result.has_structure:
            self._view = ResultTable(result) if result.rows else ResultTree(result)
            self._view.copy_asked.connect(self.copy_asked)
            self._column.addWidget(self._view)
            QWidget.setTabOrder(self.switch, self._view)
        self._show()

    def _show(self) -> None:
        self.setVisible(self._wanted is not None)
        self.doubt.setVisible(self._result is not None)
        self.switch.setVisible(self._view is not None)
        if self._view is not None and self._wanted is not None:
            self._view.setVisible(not self._as_text)
            label = view_label(self._wanted[0].output_type, is_text=self._as_text)
            self.switch.setText(label)
            self.switch.setAccessibleName(label)


class ResultTree(QTreeView):
    """A JSON value, as high as it needs up to some rows. copy_asked: with a value, by Ctrl+C."""

    copy_asked = Signal(str)

    def __init__(self, result: StructuredResult) -> None:
        super().__init__()
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
        self.expanded.connect(self._fit)
        self.collapsed.connect(self._fit)
        self._fit()

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
        """Without Qt's "*", which opens all there is below: of a long result that takes minutes."""
        if event.key() != Qt.Key.Key_Asterisk:
            super().keyPressEvent(event)


class ResultTable(QTableView):
    """The rows of a CSV text. copy_asked: with the text of a cell, by Ctrl+C."""

    copy_asked = Signal(str)

    def __init__(self, result: StructuredResult) -> None:
        super().__init__()
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
        _fix_height(self, header, min(MOST_ROWS, model.rowCount()), height)


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
