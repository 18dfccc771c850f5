"""The Tasks table, whose columns can be shown and hidden."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.model import Column, TasksModel
from enigma_panel.ui.widgets.delegates import RowDelegate
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table import KeyedTable

tr = Translations("Tasks")

_ALWAYS = frozenset({Column.STATUS, Column.TASK})


class TasksTable(KeyedTable):
    """The header's context menu shows and hides columns."""

    rows: TasksModel

    def __init__(self, model: TasksModel, hold: PointerHold, parent: QWidget | None = None) -> None:
        super().__init__(model, tr("Tasks"), hold, parent)
        self._menu = QMenu(self)
        model.answered.connect(self._say_why_empty)
        self._say_why_empty()
        self.use_delegate(RowDelegate(self))
        header = self.horizontalHeader()
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self.show_column_menu)

    def show_column_menu(self, point: QPoint) -> None:
        """Which columns are shown; Status and Task always are."""
        self._menu.clear()
        for key, column in self.rows.columns.items():
            if key in _ALWAYS:
                continue
            action = self._menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(key))
            action.toggled.connect(lambda shown, key=key: self._show_column(key, shown))
        self._menu.popup(self.horizontalHeader().mapToGlobal(point))

    def _say_why_empty(self) -> None:
        text = tr("No task fits the filter.")
        if self.rows.is_without_tasks:
            text = tr("Nothing was asked for yet.\nWhat you start is listed here, with its result.")
        self.set_empty_text(text)

    def _show_column(self, column: int, shown: bool) -> None:
        self.setColumnHidden(column, not shown)
        self.columns.refit()
