"""The search above the steps: a field, how many were found, and the ways to the next one."""

from bisect import bisect_left, bisect_right
from time import perf_counter

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.list import StepsList
from enigma_panel.ui.steps.model import Entry, StepsModel
from enigma_panel.ui.text.states import ELLIPSIS
from enigma_panel.ui.text.steps import found_text, normalized
from enigma_panel.ui.theme import icons, theme
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import make_label, make_row, set_role

tr = Translations("Steps")

SLICE_S = 0.005
"""So long it looks at a stretch; the window must not miss a frame for a key."""
AT_ONCE = 50
"""Rows between two looks at the clock."""
PAUSE_MS = 120
"""So long after the last key the search begins."""
ROOM = 34
"""With less room than for so many letters the keyboard alone goes to the next one found."""


class StepsFinder(QObject):
    """Marks the rows in which a text stands, also those that come in later.

    changed: another text, or the number of rows found is another. done: all rows were looked at.
    """

    changed = Signal()
    done = Signal()

    def __init__(self, model: StepsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self.total = 0
        self._model = model
        self._search = 0
        self._next = 0
        self._rows: list[int] | None = None
        self._slices = QTimer(self, interval=0)
        self._slices.timeout.connect(self._look)
        model.rowsInserted.connect(self._look_at_new)
        model.rowsAboutToBeRemoved.connect(self._forget_rows)
        model.rowsRemoved.connect(self._count_removed)
        model.modelReset.connect(self._start)

    @property
    def is_looking(self) -> bool:
        """True while rows are left to look at."""
        return self._slices.isActive()

    def search(self, text: str) -> None:
        """Find the rows with this text, whatever its case; "" finds none."""
        wanted = normalized(text)
        if wanted != self.text:
            self.text = wanted
            self._start()

    def is_found(self, entry: Entry) -> bool:
        """Whether the text stands in this row."""
        return bool(self.text) and entry.found_by == self._search

    def rows(self) -> list[int]:
        """The rows that were found so far, from top to bottom."""
        if self._rows is None:
            entries, found = self._model.entries, self._search if self.text else -1
            self._rows = [row for row, entry in enumerate(entries) if entry.found_by == found]
        return self._rows

    def position(self, row: int) -> int | None:
        """Which of those found a row is, counted from 1; None where it was not found."""
        rows = self.rows()
        at = bisect_left(rows, row)
        return at + 1 if at < len(rows) and rows[at] == row else None

    def nearest_row(self, row: int) -> int | None:
        """The first one found from that row on, or the last one before it."""
        rows = self.rows()
        return rows[min(bisect_left(rows, row), len(rows) - 1)] if rows else None

    def next_row(self, row: int, *, back: bool = False) -> int | None:
        """The row found after that one, or before it; past the end it begins anew."""
        rows = self.rows()
        if not rows:
            return None
        if back:
            return rows[bisect_left(rows, row) - 1]
        return rows[bisect_right(rows, row) % len(rows)]

    def _start(self) -> None:
        self._search += 1
        self._rows = None
        self._next = self.total = 0
        if self.text:
            self._slices.start()
            self._look()
        else:
            self._slices.stop()
            self.changed.emit()

    def _look(self) -> None:
        """One slice: rows from `_next` on, until the time is over."""
        until = perf_counter() + SLICE_S
        entries = self._model.entries
        while self._next < len(entries):
            end = min(self._next + AT_ONCE, len(entries))
            self._mark(self._next, end)
            self._next = end
            if perf_counter() >= until:
                break
        is_done = self._next >= len(entries)
        if is_done:
            self._slices.stop()
        self.changed.emit()
        if is_done:
            self.done.emit()

    def _mark(self, start: int, end: int) -> None:
        self._rows = None
        for entry in self._model.entries[start:end]:
            if entry.has(self.text):
                entry.found_by = self._search
                self.total += 1

    def _look_at_new(self, _parent: object, first: int, last: int) -> None:
        """Rows that come in where it has looked already are looked at now, the others in turn."""
        self._rows = None
        if not self.text:
            return
        if first <= self._next:
            self._mark(first, last + 1)
            self._next += last + 1 - first
        self.changed.emit()

    def _forget_rows(self, _parent: object, first: int, last: int) -> None:
        gone = self._model.entries[first : last + 1]
        self.total -= sum(self.is_found(entry) for entry in gone)
        self._next -= max(0, min(last + 1, self._next) - first)

    def _count_removed(self) -> None:
        self._rows = None
        if self.text:
            self.changed.emit()


class StepsSearch(QWidget):
    """Marks what is found in the list; selects the one that is nearest, then the next ones.

    Rows are neither hidden nor moved: what happened before and after a step found stays beside it.
    """

    def __init__(
        self, finder: StepsFinder, steps: StepsList, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._finder = finder
        self._list = steps
        self._wants_first = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self.field = SearchField()
        self.found = make_label(role="dim")
        self._before = _tool(tr("Previous one found"))
        self._after = _tool(tr("Next one found"))
        self._clear = _tool(tr("End the search"))
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
        self.field.textChanged.connect(self._typed)
        self.field.asked.connect(lambda back: self._go(back=back))
        self.field.left.connect(self._leave)
        self._pause.timeout.connect(self._search)
        self._before.clicked.connect(lambda: self._go(back=True))
        self._after.clicked.connect(lambda: self._go(back=False))
        self._clear.clicked.connect(self._end)
        self._finder.changed.connect(self._show_found)
        self._finder.done.connect(self._go_to_first)
        self._list.left.connect(self.field.clear)
        self._list.read.connect(self._show_found)
        theme.changed().connect(self._tint)

    def _typed(self, text: str) -> None:
        """An emptied field stops the search at once; else the person may still be typing."""
        self._wants_first = bool(text)
        if text:
            self._pause.start()
        else:
            self._pause.stop()
            self._search()

    def _search(self) -> None:
        self._finder.search(self.field.text())

    def _end(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.clear()

    def _leave(self) -> None:
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_first(self) -> None:
        """The one nearest to what is seen; those that come in later are only counted."""
        if not self._wants_first:
            return
        self._wants_first = False
        row = self._finder.nearest_row(self._start_row())
        if row is not None:
            self._list.go_to(row)

    def _go(self, *, back: bool) -> None:
        if self._pause.isActive():  # Enter right after the last letter
            self._pause.stop()
            self._search()
            return
        row = self._finder.next_row(self._start_row(), back=back)
        if row is not None:
            self._list.go_to(row)

    def _start_row(self) -> int:
        is_read = self._list.read_step() is not None
        return self._list.currentIndex().row() if is_read else self._list.auto_scroll.top_row()

    def _show_found(self) -> None:
        finder = self._finder
        text = ""
        if finder.text and (finder.total or not finder.is_looking):
            is_read = self._list.read_step() is not None
            place = finder.position(self._list.currentIndex().row()) if is_read else None
            text = found_text(place, finder.total)
        elif finder.text:
            text = ELLIPSIS
        if self.found.text() != text:
            self.found.setText(text)
        has_room = self.width() >= ROOM * self.fontMetrics().averageCharWidth()
        for widget in (self.found, self._clear):
            widget.setVisible(bool(finder.text))
        for widget in (self._before, self._after):
            widget.setVisible(bool(finder.text) and has_room)
        for arrow in (self._before, self._after):
            arrow.setEnabled(finder.total > 0)
        self._list.viewport().update()

    def _tint(self) -> None:
        scheme, dim = theme.colours().name, QColor(theme.colours().dim)
        self._clear.setIcon(icons.icon(Glyph.CLOSE, dim, size=12))
        self._before.setIcon(QIcon(f":/marks/up-{scheme}.png"))
        self._after.setIcon(QIcon(f":/marks/down-{scheme}.png"))

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_found()


class SearchField(QLineEdit):
    """Enter goes on to the next, Shift+Enter back; Escape empties it, then leaves it."""

    asked = Signal(bool)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(tr("Search the steps"))
        self.setAccessibleName(tr("Search the steps"))
        self.setToolTip(tr("Ctrl+F. Enter goes to the next one found, Shift+Enter back."))

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


def _tool(text: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setIconSize(QSize(11, 11))
    set_role(button, "plain")
    return button
