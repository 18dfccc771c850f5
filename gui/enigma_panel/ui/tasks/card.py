"""The card of the tasks: heading with the filter, actions and bar of the queue, table."""

from collections.abc import Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.filter_bar import FilterBar
from enigma_panel.ui.tasks.queue_bar import QueueBar
from enigma_panel.ui.tasks.sums import TaskSums
from enigma_panel.ui.tasks.table import TasksTable
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.action_button import action_button
from enigma_panel.ui.widgets.basics import make_label
from enigma_panel.ui.widgets.card import Card

tr = Translations("Tasks")

FIELD_WIDTH, LEAST_WIDTH = 300, 90
"""Greatest and least width of the filter field, in the usual font."""
HEAD_HEIGHT = 28
"""Height of the heading with the field, also kept without it.

So what can be done with a selection does not push the table away, and the field is whole where
there is little room.
"""


class TasksCard(Card):
    """The card of the tasks: filter, queue bar and table.

    queue_actions: for the queued tasks that are selected.
    """

    def __init__(
        self,
        table: TasksTable,
        filter_bar: FilterBar,
        bar: QueueBar,
        *,
        sums: TaskSums,
        queue_actions: Sequence[QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Tasks"))
        buttons = [action_button(action, "link") for action in queue_actions]
        field, columns = filter_bar.field, filter_bar.columns
        field.setMinimumWidth(theme.scaled(LEAST_WIDTH))
        field.setMaximumWidth(theme.scaled(FIELD_WIDTH))
        title = make_label(tr("Tasks"), "heading")
        head = self.add_head(title, field, filter_bar.result, *buttons, sums, columns)
        for part in (field, sums):
            head.setStretchFactor(part, 1)
        head.addStrut(theme.line_height(HEAD_HEIGHT))
        self.column.addWidget(filter_bar)
        self.column.addWidget(bar)
        self.column.addWidget(table)
        columns.clicked.connect(
            lambda: table.show_column_menu(columns.mapToGlobal(columns.rect().bottomLeft()))
        )
        table.selected.connect(lambda: sums.show_selected(table.selected_keys()))
