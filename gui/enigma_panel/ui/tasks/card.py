"""The card of the tasks: heading with filter, chips and total, table."""

from PySide6.QtGui import QResizeEvent

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.filter_bar import FilterBar
from enigma_panel.ui.tasks.sums import TaskSums
from enigma_panel.ui.tasks.table import TasksTable
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_label, make_tool
from enigma_panel.ui.widgets.card import Card

tr = Translations("Tasks")

FIELD_WIDTH, NARROW_FIELD, NARROW = 160, 96, 800
"""Width of the filter field, also in a narrow card, and which that is, in the usual font."""
HEAD_HEIGHT = 32
"""Height of what stands in the heading, also kept without it."""


class TasksCard(Card):
    """The card of the tasks."""

    def __init__(self, table: TasksTable, filter_bar: FilterBar, *, sums: TaskSums) -> None:
        super().__init__()
        self._field = filter_bar.field
        self.more = make_tool(tr("Filter and columns"))
        self.more.setText("⋯")
        title = make_label(tr("Tasks"), "heading")
        head = self.add_head(title, self._field, filter_bar, self.more)
        head.setContentsMargins(16, 8, 8, 8)
        head.setStretchFactor(filter_bar, 1)
        head.addStrut(theme.line_height(HEAD_HEIGHT))
        self.column.addWidget(filter_bar.panel)
        self.column.addWidget(table)
        table.filter_action = filter_bar.more
        self.more.clicked.connect(
            lambda: table.column_menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
        )
        sums.summed.connect(filter_bar.refresh)  # whether there is room for all words

    # -- Qt ------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < theme.scaled(NARROW)
        self._field.setFixedWidth(theme.scaled(NARROW_FIELD if is_narrow else FIELD_WIDTH))
