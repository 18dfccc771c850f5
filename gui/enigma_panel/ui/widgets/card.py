"""A quiet frame with a heading line."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from enigma_panel.ui.widgets.basics import make_row, set_role


class Card(QFrame):
    """A quiet frame with a heading line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(1, 1, 1, 1)
        self.column.setSpacing(0)

    def add_head(self, *items: QWidget | None) -> QHBoxLayout:
        """Add the heading line; None is the space that grows."""
        row = make_row(*items, gap=8)
        row.setContentsMargins(16, 6, 16, 2)
        self.column.addLayout(row)
        return row
