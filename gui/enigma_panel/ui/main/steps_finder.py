"""Finds words in thousands of steps, a few milliseconds at a time."""

from bisect import bisect_left, bisect_right
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from enigma_panel.ui.main.steps_model import Entry, StepsModel
from enigma_panel.ui.main.steps_words import folded

SLICE_S = 0.005
"""So long it looks at a stretch; the window must not miss a frame for a key."""
AT_ONCE = 50
"""Rows between two looks at the clock."""


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
        model.rowsRemoved.connect(self._tell_removed)
        model.modelReset.connect(self._start)

    @property
    def is_looking(self) -> bool:
        """True while rows are left to look at."""
        return self._slices.isActive()

    def search(self, text: str) -> None:
        """Find the rows with this text, whatever its case; "" finds none."""
        wanted = folded(text)
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

    def _tell_removed(self) -> None:
        self._rows = None
        if self.text:
            self.changed.emit()
