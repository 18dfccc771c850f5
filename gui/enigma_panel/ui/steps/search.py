"""The search above the steps: a field, how many match, and the ways to the next match."""

from bisect import bisect_left, bisect_right

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.list import StepsList
from enigma_panel.ui.text.steps import found_text, normalized
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import ToolButton, make_label, make_row, make_tool

tr = Translations("Steps")

ROOM = 34
"""Width in letters below which only the keyboard goes to the next match."""


class StepsSearch(QWidget):
    """Marks the matches in the list; selects the nearest one, then the next ones.

    Rows are neither hidden nor moved: what happened before and after a match stays beside it. text:
    what is searched for, normalized. rows: the matching rows, from top to bottom. changed: the
    text.
    """

    changed = Signal(str)

    def __init__(self, steps: StepsList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self.rows: list[int] = []
        self._list = steps
        self.field = SearchField(tr("Search the steps"))
        self.found = make_label(role="dim")
        self._before = make_tool(tr("Previous match"))
        self._after = make_tool(tr("Next match"))
        self._clear = make_tool(tr("Clear the search"))
        row = make_row(self.field, self.found, self._before, self._after, self._clear, gap=3)
        row.setStretch(0, 1)
        self.setLayout(row)
        self._connect()
        self._tint()
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
        self._before.clicked.connect(lambda: self._go(back=True))
        self._after.clicked.connect(lambda: self._go(back=False))
        self._clear.clicked.connect(self._end)
        self._list.left.connect(self.field.clear)
        self._list.read.connect(self._show_found)
        model = self._list.steps
        for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            changed.connect(self._look)
        theme.changed().connect(self._tint)

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

    def _end(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.clear()

    def _start_row(self) -> int:
        row = self._list.read_row()
        return row if row >= 0 else self._list.top_row()

    def _show_found(self) -> None:
        row, rows = self._list.read_row(), self.rows
        place = rows.index(row) + 1 if row in rows else None
        self.found.setText(found_text(place, len(rows)) if self.text else "")
        has_room = self.width() >= ROOM * self.fontMetrics().averageCharWidth()
        for widget in (self.found, self._clear):
            widget.setVisible(bool(self.text))
        for arrow in (self._before, self._after):
            arrow.setVisible(bool(self.text) and has_room)
            arrow.setEnabled(bool(rows))
        self._list.viewport().update()

    def _tint(self) -> None:
        tint_search(self._before, self._after, self._clear)

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_found()


class SearchField(QLineEdit):
    """The search field.

    Enter goes to the next match, Shift+Enter back; Escape empties it, then leaves it.
    """

    asked = Signal(bool)
    left = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setPlaceholderText(name)
        self.setAccessibleName(name)
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


def tint_search(before: ToolButton, after: ToolButton, clear: ToolButton) -> None:
    """Give the buttons pictures in the colours in use."""
    scheme, dim = theme.colours().name, QColor(theme.colours().dim)
    clear.setIcon(icons.icon(Glyph.CLOSE, dim, size=12))
    before.setIcon(QIcon(f":/marks/up-{scheme}.png"))
    after.setIcon(QIcon(f":/marks/down-{scheme}.png"))
