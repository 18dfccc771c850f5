"""The search in a result: a field, how many places were found, and the ways to the next one."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.search import SearchField, tint_search
from enigma_panel.ui.text.steps import found_text, normalized
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_label, make_row, make_tool

tr = Translations("Result")

LIMIT_S = 10.0
"""A megabyte takes half a second at most."""


class Searched(Protocol):
    """A view of the result in which can be found. Only it knows what a place is."""

    def finder(self, sought: str) -> Callable[[], Sequence[Any]]:
        """A call, for any thread, that finds where these words stand."""
        ...

    def show_place(self, places: Sequence[Any], number: int) -> None:
        """Mark what was found, and go to one of it."""
        ...


class FindBar(QWidget):
    """Finds with each letter, in a thread: the window stays alive. left: Escape in the empty field,
    or End the search."""

    left = Signal()

    def __init__(self, scope: TaskScope) -> None:
        super().__init__()
        self._scope = scope
        self._view: Searched | None = None
        self._places: Sequence[Any] = ()
        self._number = 0
        self._searching: asyncio.Task[Any] | None = None
        self.field = SearchField(tr("Find"))
        self.field.setMinimumWidth(90)
        self.found = make_label(role="dim")
        self.before = make_tool(tr("Previous one found"))
        self.after = make_tool(tr("Next one found"))
        self.clear = make_tool(tr("End the search"))
        row = make_row(self.field, self.found, self.before, self.after, self.clear, gap=3)
        row.setStretch(0, 1)
        self.setLayout(row)
        self.field.textChanged.connect(self.refresh)
        self.field.asked.connect(lambda back: self._go(-1 if back else 1))
        self.field.left.connect(self.left)
        self.before.clicked.connect(lambda: self._go(-1))
        self.after.clicked.connect(lambda: self._go(1))
        self.clear.clicked.connect(self._end)
        theme.changed().connect(self._tint)
        self._tint()
        self._show_found()

    def begin(self) -> None:
        """Put the cursor into the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def look_in(self, view: Searched) -> None:
        """Find in this view from now on."""
        self._view = view
        self.refresh()

    def refresh(self, _text: str = "") -> None:
        """Find anew: other words, or another text."""
        self.field.setModified(False)  # it acts with each letter: no word of it waits
        if self._searching is not None:
            self._searching.cancel()
        self._places, self._number = (), 0
        sought = normalized(self.field.text())
        if self._view is not None:
            self._view.show_place((), 0)
            if sought:
                self._searching = self._scope.spawn("find", self._search(self._view, sought))
        self._show_found()

    # -- inside --------------------------------------------------------------------------------

    async def _search(self, view: Searched, sought: str) -> None:
        try:
            self._places = await blocking(view.finder(sought), time_limit=LIMIT_S)
        except BlockingTimeoutError:
            self._places = ()
        self._searching = None
        if self._places:
            view.show_place(self._places, 0)
        self._show_found()

    def _go(self, by: int) -> None:
        """Go to the next match or the one before, and past the end to the first."""
        if self._places and self._view is not None:
            self._number = (self._number + by) % len(self._places)
            self._view.show_place(self._places, self._number)
            self._show_found()

    def _end(self) -> None:
        self.field.clear()
        self.left.emit()

    def _show_found(self) -> None:
        is_sought, n = bool(normalized(self.field.text())), len(self._places)
        is_told = is_sought and self._searching is None
        self.found.setText(found_text(self._number + 1 if n else None, n) if is_told else "")
        for widget in (self.found, self.before, self.after, self.clear):
            widget.setVisible(is_sought)
        for arrow in (self.before, self.after):
            arrow.setEnabled(n > 0)

    def _tint(self) -> None:
        tint_search(self.before, self.after, self.clear)
