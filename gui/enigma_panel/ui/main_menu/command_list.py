"""The list that the sheet of keys and the palette of commands are made of."""

from collections.abc import Callable, Sequence

from msgspec import Struct
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import set_role

tr = Translations("Menu")

WIDTH = 540
ROW_HEIGHT = 28
"""Height of a row in the usual font."""


class CommandGroup(Struct, frozen=True):
    """Actions of the window that belong together. subject: the name of what they act on now."""

    title: str
    actions: tuple[QAction, ...]
    subject: str = ""


GetGroups = Callable[[], Sequence[CommandGroup]]
"""All commands of the window, as they are now."""


class CommandList(QTreeWidget):
    """A list of commands and their keys; as high as all rows, scrolled where that is too high."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        set_role(self, "commands")
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns = self.header()
        columns.setStretchLastSection(False)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        columns.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def add_heading(self, text: str) -> None:
        item = self.add_row(text)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        item.setFont(0, bold)
        item.setFirstColumnSpanned(True)

    def add_row(self, text: str, keys: str = "", note: str = "") -> QTreeWidgetItem:
        """Add a command and its keys, both spoken. note: stands behind the command."""
        shown = tr("{command} – {note}", command=text, note=note) if note else text
        item = QTreeWidgetItem([shown, keys])
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setForeground(1, QColor(theme.colours().dim))
        item.setSizeHint(0, QSize(0, _row_height()))
        spoken = tr("{command}: {keys}", command=shown, keys=keys) if keys else shown
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)
        self.addTopLevelItem(item)
        return item

    # -- Qt ----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        rows = self.topLevelItemCount() * _row_height()
        return QSize(WIDTH, rows + 2 * self.frameWidth() + 4)

    def updateGeometries(self) -> None:
        """Show whole rows alone."""
        super().updateGeometries()
        rest = (self.height() - 2 * self.frameWidth()) % _row_height()
        self.setViewportMargins(0, 0, 0, rest)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 3 * _row_height())


def _row_height() -> int:
    return theme.line_height(ROW_HEIGHT)
