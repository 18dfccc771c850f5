"""The question shown where a file is to be written and one of its name exists already."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton

from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.widgets.basics import make_button, make_label, make_row, set_role

tr = Translations("Widgets")

NAME_CHARS = 80


class TakenQuestion(QFrame):
    """Asks whether to replace the file or keep both; takes no room until then.

    no: a button of the owner's that does neither. answered: whether the file is to be replaced.
    """

    answered = Signal(bool)

    def __init__(self, no: QPushButton | None = None) -> None:
        super().__init__()
        set_role(self, "notice")
        self.text = make_label(wrap=True)
        self.replace = make_button(tr("Replace"))
        self.keep_both = make_button(tr("Keep both"))
        self._safe = no or self.keep_both
        row = make_row(self.text, self.replace, self.keep_both, *([no] if no else []))
        row.setStretch(0, 1)
        row.setContentsMargins(10, 6, 10, 6)
        self.setLayout(row)
        self.replace.clicked.connect(lambda: self.answered.emit(True))
        self.keep_both.clicked.connect(lambda: self.answered.emit(False))
        self.hide()

    def ask(self, name: str) -> None:
        """Ask about the file of that name; the focus is on the button that loses nothing."""
        self.text.setText(taken_text(name))
        for button in (self.replace, self.keep_both, self._safe):
            button.setAccessibleDescription(self.text.text())
        self.show()
        self._safe.setFocus(Qt.FocusReason.OtherFocusReason)


def taken_text(name: str) -> str:
    """Return that the file exists."""
    return tr("“{name}” already exists.", name=shorten(name, NAME_CHARS))
