"""The search above the steps: a field, and which of the matches is selected."""

from bisect import bisect_left, bisect_right

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.list import StepsList
from enigma_panel.ui.text.steps import found_text, normalized
from enigma_panel.ui.widgets.basics import make_label, make_row
from enigma_panel.ui.widgets.inputs import WordsField

tr = Translations("Steps")


class StepsSearch(QWidget):
    """Marks the matches and selects the nearest; no row moves. changed: the text."""

    changed = Signal(str)

    def __init__(self, steps: StepsList) -> None:
        super().__init__()
        self.text = ""
        self.rows: list[int] = []
        self._list = steps
        self.field = SearchField(tr("Search the steps"))
        self.found = make_label(role="dim")
        row = make_row(self.field, self.found)
        row.setStretch(0, 1)
        self.setLayout(row)
        self._connect()
        self._show_found()

    def begin(self) -> None:
        """Put the cursor into the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # -- inside ------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.field.textChanged.connect(self._search)
        self.field.asked.connect(lambda back: self._go(back=back))
        self.field.left.connect(lambda: self._list.setFocus(Qt.FocusReason.OtherFocusReason))
        self._list.left.connect(self.field.clear)
        self._list.read.connect(self._show_found)
        model = self._list.steps
        for changed in (model.rowsInserted, model.modelReset):
            changed.connect(self._look)

    def _search(self, text: str) -> None:
        """Search with each letter, and go to the match nearest to the visible rows."""
        self.text = normalized(text)
        self.field.setModified(False)  # each letter is searched for at once: nothing is unsent
        self._look()
        self.changed.emit(self.text)
        if self.rows:
            at = bisect_left(self.rows, self._start_row())
            self._list.go_to(self.rows[min(at, len(self.rows) - 1)])

    def _look(self) -> None:
        """Find the matches among all rows; 10,000 take a millisecond."""
        entries = self._list.steps.entries if self.text else ()
        self.rows = [row for row, entry in enumerate(entries) if self.text in entry.searched]
        self._show_found()

    def _go(self, *, back: bool) -> None:
        """Go to the next match, or the one before; past the end it starts again."""
        if self.rows:
            find = bisect_left if back else bisect_right
            at = find(self.rows, self._start_row())
            self._list.go_to(self.rows[at - 1 if back else at % len(self.rows)])

    def _start_row(self) -> int:
        row = self._list.read_row()
        return row if row >= 0 else self._list.top_row()

    def _show_found(self) -> None:
        row, rows = self._list.read_row(), self.rows
        place = rows.index(row) + 1 if row in rows else None
        self.found.setText(found_text(place, len(rows)) if self.text else "")
        self.found.setVisible(bool(self.text))
        self._list.viewport().update()


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
