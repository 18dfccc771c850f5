"""The coloured line across the top while the demo service plays."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QWidget

from enigma_panel.ui.dialogs.parts import make_button, make_label, make_row, set_role
from enigma_panel.ui.words import tr


class DemoBanner(QFrame):
    """Says that nothing is real, and leads to the person's own account."""

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "demo")
        words = make_label(tr("Demo – nothing here is real and nothing costs money."))
        button = make_button(tr("Use my account"))
        button.clicked.connect(self.left)
        row = make_row(None, words, button, None, gap=4)
        row.setContentsMargins(10, 3, 10, 3)
        self.setLayout(row)
