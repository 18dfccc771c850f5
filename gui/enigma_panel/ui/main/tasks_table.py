"""The Tasks table: the common ground, plus columns that can be shown and hidden."""

from enum import IntEnum

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from enigma_panel.ui.main.delegates import RowDelegate
from enigma_panel.ui.main.tables import KeyedTable
from enigma_panel.ui.main.tasks_model import HIDDEN_AT_FIRST, Column, TasksModel, headings
from enigma_panel.ui.words import tr

_WIDTHS: dict[IntEnum, tuple[int, int]] = {
    Column.NEW: (48, 48),
    Column.STATUS: (132, 128),
    Column.TASK: (210, 150),
    Column.COST: (104, 98),
    Column.TOOK: (64, 58),
    Column.ENDED: (104, 100),
    Column.TOKENS_IN: (84, 80),
    Column.TOKENS_OUT: (88, 84),
    Column.STARTED: (104, 100),
    Column.SESSION: (130, 110),
}
RESULT_LEAST = 160
_ALWAYS = frozenset({Column.STATUS, Column.TASK})


class TasksTable(KeyedTable):
    """The header's context menu shows and hides columns."""

    def __init__(self, model: TasksModel, parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Tasks"), rests=True, parent=parent)
        self._menu = QMenu(self)
        self._set_up_columns()

    def _set_up_columns(self) -> None:
        self.use_delegate(RowDelegate(self))
        self.set_widths(_WIDTHS)
        header = self.horizontalHeader()
        header.setSectionResizeMode(Column.RESULT, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(Column.NEW, QHeaderView.ResizeMode.Fixed)
        for column in HIDDEN_AT_FIRST:
            self.setColumnHidden(column, True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self.show_column_menu)

    def show_column_menu(self, point: QPoint) -> None:
        """Which columns are shown; Status and Task always are."""
        self._menu.clear()
        for column, heading in enumerate(headings()):
            if column in _ALWAYS:
                continue
            action = self._menu.addAction(heading)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(column))
            action.toggled.connect(lambda shown, column=column: self._show_column(column, shown))
        self._menu.popup(self.horizontalHeader().mapToGlobal(point))

    def _show_column(self, column: int, shown: bool) -> None:
        self.setColumnHidden(column, not shown)
        self._fit_result()

    def _fit_result(self) -> None:
        """Result takes what the others leave, but never so little that nobody can read it."""
        header = self.horizontalHeader()
        others = sum(self.columnWidth(c) for c in Column if c is not Column.RESULT)
        fits = self.viewport().width() - others >= RESULT_LEAST
        mode = QHeaderView.ResizeMode.Stretch if fits else QHeaderView.ResizeMode.Interactive
        if header.sectionResizeMode(Column.RESULT) is not mode:
            header.setSectionResizeMode(Column.RESULT, mode)
        if not fits and self.columnWidth(Column.RESULT) < RESULT_LEAST:
            self.setColumnWidth(Column.RESULT, RESULT_LEAST)

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_result()
