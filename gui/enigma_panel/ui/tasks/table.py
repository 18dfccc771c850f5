"""The Tasks table, whose columns can be shown and hidden."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.model import HIDDEN_AT_FIRST, Column, TasksModel, headings
from enigma_panel.ui.widgets.column_sizing import ColumnLimits
from enigma_panel.ui.widgets.delegates import RowDelegate
from enigma_panel.ui.widgets.table import KeyedTable

tr = Translations("Tasks")

_FITS: dict[int, ColumnLimits] = {
    Column.STATUS: ColumnLimits(least=112),
    Column.COST: ColumnLimits(least=80),
    Column.TOOK: ColumnLimits(least=56),
    Column.ENDED: ColumnLimits(least=64),
    Column.TOKENS_IN: ColumnLimits(least=72),
    Column.TOKENS_OUT: ColumnLimits(least=72),
    Column.STARTED: ColumnLimits(least=64),
    Column.SESSION: ColumnLimits(least=96, most=0.16),
}
NEW_WIDTH = 48
TEXT_LEAST = 128
_ALWAYS = frozenset({Column.STATUS, Column.TASK})


class TasksTable(KeyedTable):
    """The header's context menu shows and hides columns."""

    def __init__(self, model: TasksModel, parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Tasks"), _FITS, rests=True, parent=parent)
        self._menu = QMenu(self)
        self._set_up_columns()

    def _set_up_columns(self) -> None:
        self.use_delegate(RowDelegate(self))
        header = self.horizontalHeader()
        header.setSectionResizeMode(Column.NEW, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(Column.NEW, NEW_WIDTH)
        for column in HIDDEN_AT_FIRST:
            self.setColumnHidden(column, True)
        self.columns.share(Column.TASK, Column.RESULT, TEXT_LEAST)
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
        self.columns.refit()
