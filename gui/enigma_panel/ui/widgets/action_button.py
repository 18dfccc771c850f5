"""A button that shows an action."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from enigma_panel.ui.widgets.actions import description
from enigma_panel.ui.widgets.basics import make_button

SHORT = "short"
"""A property of a button: there is no room for more than the action's `iconText`."""


def action_button(
    action: QAction,
    role: str = "",
    home: QWidget | None = None,
    call: Callable[[], object] | None = None,
) -> QPushButton:
    """A button that shows an action: its words, whether it is possible, what it does.

    A tool button would drop the dots of "Terminate all…" and place its icon off the middle.
    home: gets the keyboard's focus when the button cannot keep it. Else Qt would give it to the
    next button, and the next press of Space would Terminate where it was meant to Stop again.
    call: what a press does where that is not the same as for the keyboard.
    """
    button = make_button(action.text(), role)
    button.setIconSize(QSize(20, 12))
    button.clicked.connect(call or action.trigger)

    def shown() -> bool:
        return bool(action.isVisible())

    def follow() -> None:
        text = action.iconText() if button.property(SHORT) else action.text()
        button.setText(text)
        button.setAccessibleName(text)
        button.setAccessibleDescription(description(action))
        button.setToolTip(action.toolTip())
        button.setIcon(action.icon())
        if home is not None and button.hasFocus() and not (shown() and action.isEnabled()):
            home.setFocus(Qt.FocusReason.OtherFocusReason)
        button.setEnabled(action.isEnabled())
        if not shown():
            button.hide()
        elif button.parent() is not None:  # else it would become a window
            button.show()

    action.changed.connect(follow)
    follow()
    return button
