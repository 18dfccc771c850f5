"""Menus of actions."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QStyleOptionMenuItem

from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.actions import keys_text

SIDE, KEYS_PX = 12, 12


class Menu(QMenu):
    """A menu with its keys at the right edge; an action with the property "ends" is red."""

    def initStyleOption(self, option: QStyleOptionMenuItem, action: QAction) -> None:
        super().initStyleOption(option, action)
        option.text = option.text.partition("\t")[0]
        if action.property("ends"):
            option.menuItemType = QStyleOptionMenuItem.MenuItemType.DefaultItem  # for the sheet

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, colours, font = QPainter(self), theme.colours(), self.font()
        font.setPixelSize(theme.scaled(KEYS_PX))
        painter.setFont(font)
        place = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for action in self.actions():
            painter.setPen(QColor(colours.dim if action.isEnabled() else colours.faint))
            room = self.actionGeometry(action).adjusted(0, 0, -SIDE, 0)
            painter.drawText(room, place, keys_text(action.shortcut()))
