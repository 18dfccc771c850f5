"""The search in a result: a field, and which of the matches is selected."""

from itertools import islice
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.result.view import ResultView
from enigma_panel.ui.widgets.basics import make_label, make_row
from enigma_panel.ui.widgets.inputs import WordsField

tr = Translations("Result")

MOST_MATCHES = 1_000
"""Most matches that are found: a letter stands a hundred thousand times in a megabyte."""
FIELD_WIDTH = 168


class FindBar(QWidget):
    """Finds with each letter; Enter goes to the next match and past the last to the first."""

    def __init__(self, view: ResultView) -> None:
        super().__init__()
        self._view = view
        self._matches: list[Any] = []
        self._number = 0
        self.field = SearchField(tr("Find"))
        self.field.setFixedWidth(FIELD_WIDTH)
        self.field.setProperty("small", True)
        self.found = make_label(role="dim")
        row = make_row(self.found, self.field)
        row.setContentsMargins(0, 0, 0, 8)
        self.setLayout(row)
        self.field.textChanged.connect(self._search)
        view.shown.connect(self._search)
        self.field.asked.connect(lambda back: self._go(-1 if back else 1))
        self.field.left.connect(view.take_focus)

    def begin(self) -> None:
        """Put the cursor into the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # -- inside --------------------------------------------------------------------------------

    def _search(self) -> None:
        self.field.setModified(False)  # it acts with each letter: no word of it waits
        words = self.field.text().strip()
        found = self._view.matches(words) if words else iter(())
        self._matches, self._number = list(islice(found, MOST_MATCHES)), 0
        self._go(0)

    def _go(self, by: int) -> None:
        n = len(self._matches)
        if n:
            self._number = (self._number + by) % n
            self._view.go_to(self._matches[self._number])
        is_sought = bool(self.field.text().strip())
        self.found.setText(found_text(self._number + 1 if n else None, n) if is_sought else "")


class SearchField(WordsField):
    """The search field. Enter: next match, Shift+Enter: back; Escape empties, then leaves it."""

    asked = Signal(bool)
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setToolTip(tr("Enter goes to the next match, Shift+Enter to the one before."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.asked.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Escape:
                self.left.emit()
            case _:
                super().keyPressEvent(event)


def found_text(place: int | None, total: int) -> str:
    """'3 of 143': which of the matches is selected."""
    if not total:
        return tr("not found")
    if place is None:
        return tr("{n} found", n=total)
    return tr("{n} of {all}", n=place, all=total)
