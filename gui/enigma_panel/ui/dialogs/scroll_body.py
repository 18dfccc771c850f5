"""The middle of a dialog: as high as its content, scrolled where the screen has no room for it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from enigma_panel.ui.dialogs.parts import set_role

LEAST_HEIGHT = 120


class ScrollArea(QScrollArea):
    """Fill `column`. The dialog's buttons stay outside, so that they are always in view."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget()
        set_role(content, "clear")
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(12)
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        self.column.activate()
        width = max(self.width(), self.column.minimumSize().width())
        high = self.column.hasHeightForWidth()
        height = self.column.totalHeightForWidth(width) if high else self.column.sizeHint().height()
        return QSize(self.column.sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        least = self.column.minimumSize()
        return QSize(least.width(), min(least.height(), LEAST_HEIGHT))
