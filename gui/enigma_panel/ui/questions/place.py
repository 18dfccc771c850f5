"""Where the question stands: in Details' place in the main window, or in a window of its own."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QStackedWidget

from enigma_panel.ui.widgets.free_screen import free_size, keep_on_screen

WIDTH = 520
"""The least width of a window of its own."""
LARGEST = QSize(16_777_215, 16_777_215)
"""Qt's word for no limit."""


class QuestionPlace:
    """Moves the dialog between its two places."""

    def __init__(self, dialog: QDialog) -> None:
        self._dialog = dialog
        self._own_window = (dialog.parentWidget(), dialog.windowFlags())
        dialog.setMinimumWidth(WIDTH)

    def take(self, side: QStackedWidget | None) -> None:
        """Stand in that part of the main window, or in a window of its own."""
        dialog = self._dialog
        if (side is None) is dialog.isWindow():
            return  # it is there already
        self.leave()
        dialog.setMaximumSize(LARGEST)
        dialog.setMinimumSize(WIDTH if side is None else 1, 0)  # it takes what Details had
        if side is None:
            parent, flags = self._own_window
            dialog.setParent(parent, flags)
            dialog.resize(WIDTH, dialog.height())
        else:
            dialog.setParent(side)

    def leave(self) -> None:
        """Give Details its place back, and take no room there."""
        side = self._dialog.parentWidget()
        if isinstance(side, QStackedWidget):
            side.removeWidget(self._dialog)

    def come_up(self) -> None:
        dialog, side = self._dialog, self._dialog.parentWidget()
        if isinstance(side, QStackedWidget) and not dialog.isWindow():
            if side.indexOf(dialog) < 0:
                side.addWidget(dialog)
            side.setCurrentWidget(dialog)
        dialog.show()

    def come_forward(self) -> None:
        """Come before other windows, without the focus and with the question that stands here."""
        self._dialog.window().raise_()
        QApplication.alert(self._dialog.window())

    def centre(self) -> None:
        """Stand over the middle of the main window, wherever it stood last."""
        parent = self._dialog.parentWidget()
        if parent is not None and parent.isVisible() and not parent.isMinimized():
            self._dialog.move(parent.frameGeometry().center() - self._dialog.rect().center())
            keep_on_screen(self._dialog)

    def is_in_sight(self) -> bool:
        """Whether it stands on the screen, as far as we know."""
        return self._dialog.isVisible() and not self._dialog.window().isMinimized()

    def room(self) -> int:
        """Return the height of what it stands in."""
        dialog = self._dialog
        return (free_size(dialog) if dialog.isWindow() else dialog.window().size()).height()
