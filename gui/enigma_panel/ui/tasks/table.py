"""The Tasks table, which can be sorted, and whose columns can be shown and hidden."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from enigma_panel.core.task_filter import NEWEST_FIRST, Order
from enigma_panel.ui.announcements import announce
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.model import SORTED_BY, Column, TasksModel
from enigma_panel.ui.tasks.sorting import arrow
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.table import KeyedTable

tr = Translations("Tasks")


class TasksTable(KeyedTable):
    """The table of tasks.

    A click on a heading sorts; its context menu does, too, and shows and hides columns.
    filter_action: stands on top of that menu. results_wanted: Ctrl+C while the tasks with these
    keys are selected.
    """

    results_wanted = Signal(object)
    rows: TasksModel
    optional_columns = frozenset(Column) - {Column.STATUS, Column.TASK}

    def __init__(self, model: TasksModel, hold: PointerHold) -> None:
        super().__init__(model, tr("Tasks"), hold)
        self.column_menu = QMenu(tr("Columns"), self)
        self.column_menu.aboutToShow.connect(self._fill_column_menu)
        self.filter_action: QAction | None = None
        load_ahead = Debounce(self, self._load_ahead, 0)
        self.verticalScrollBar().valueChanged.connect(load_ahead.trigger)
        model.answered.connect(self._say_why_empty)
        self._say_why_empty()
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.sectionClicked.connect(self.sort_by)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(
            lambda point: self.column_menu.popup(header.mapToGlobal(point))
        )

    def _fill_column_menu(self) -> None:
        menu = self.column_menu
        menu.clear()
        if self.filter_action is not None:
            menu.addAction(self.filter_action)
            menu.addSeparator()
        self._add_orders(menu.addMenu(tr("Sort by")))
        menu.addSeparator()
        for key, column in self.rows.columns.items():
            if key not in self.optional_columns:
                continue
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self.isColumnHidden(key))
            action.toggled.connect(
                lambda shown, key=key: self.columns.show_column(key, shown=shown)
            )

    def _load_ahead(self) -> None:
        """Load a page above and below the visible rows, for when somebody scrolls on."""
        seen = self.visible_rows()
        self.rows.load(range(seen.start - len(seen), seen.stop + len(seen)))

    def _add_orders(self, menu: QMenu) -> None:
        """Add the orders of the headings to a menu, for the keyboard."""
        order = self.rows.order
        newest = menu.addAction(tr("Newest first"))
        newest.setCheckable(True)
        newest.setChecked(not order)
        newest.triggered.connect(lambda: self._set_order(NEWEST_FIRST))
        for key, column in self.rows.columns.items():
            mark = arrow(order, SORTED_BY[Column(key)])
            action = menu.addAction(f"{column.title} {mark}".rstrip())
            action.setCheckable(True)
            action.setChecked(bool(mark))
            action.triggered.connect(lambda _=False, key=key: self.sort_by(key))

    def copy(self) -> None:
        """Copy the cell, or the results of several tasks."""
        if self.selected_count() > 1:
            self.results_wanted.emit(self.selected_keys())
        else:
            super().copy()

    def sort_by(self, column: int) -> None:
        self.rows.sort_by(column)
        self._tell_order()

    def _set_order(self, order: Order) -> None:
        self.rows.set_order(order)
        self._tell_order()

    def _tell_order(self) -> None:
        self.columns.resize_columns()
        announce(self.window(), self.rows.order_text())

    def _say_why_empty(self) -> None:
        text = tr("No task matches the filter.")
        if self.rows.is_without_tasks:
            text = tr("No tasks yet. What you start is listed here, with its result.")
        self.set_empty_text(text)
