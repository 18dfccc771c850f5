"""A button that shows an action."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QToolButton

from enigma_panel.ui.widgets.actions import description
from enigma_panel.ui.widgets.basics import Button, ToolButton, make_button, set_role


def action_button(action: QAction, role: str = "") -> Button:
    """Return a button that shows an action: its words, whether it is possible, what it does.

    A tool button would place its icon off the middle.
    """
    button = make_button(action.text(), role)
    button.clicked.connect(action.trigger)

    def follow() -> None:
        show_words(button, action.text())
        button.setAccessibleDescription(description(action))
        button.setToolTip(action.toolTip())
        button.setEnabled(action.isEnabled())

    action.changed.connect(follow)
    follow()
    return button


def show_words(button: QPushButton, text: str) -> None:
    """Give a button other words, seen and spoken."""
    button.setText(text)
    button.setAccessibleName(text)


def icon_button(action: QAction) -> QToolButton:
    """Return a button of an action's icon; its words are spoken and in the tool tip."""
    button = ToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setAccessibleName(action.text())
    button.setIconSize(QSize(16, 16))
    set_role(button, "plain")
    return button
