"""How long each row of a table has stood where it is."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QSize
from PySide6.QtWidgets import QTableView

from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.table.column_sizing import visible_rows
from enigma_panel.ui.widgets.table.model import KeyedTableModel


class RowPlaces(QObject):
    """Notes where the visible rows stand in the window, and when we moved one.

    What the person moves – by scrolling, or by giving window or table another size – has its new
    place from then on, and counts as having stood there as long as before. column: what is clicked.
    """

    def __init__(
        self, table: QTableView, rows: KeyedTableModel, column: int, now_ms: Callable[[], int]
    ) -> None:
        super().__init__(table)
        self._table = table
        self._rows = rows
        self._column = column
        self._now_ms = now_ms
        self._places: dict[int, QPoint] = {}
        self._moved_ms: dict[int, int] = {}
        self._set_by_person = self._setting()
        self._arranged_ms: int | None = None
        self.refresh_soon = Debounce(self, self.refresh, 0)
        self._watch()

    def stood_ms(self, key: int) -> int | None:
        """Return how long (ms) a row has stood there; None where we never moved it."""
        self.refresh()
        moved = self._moved_ms.get(key)
        return None if moved is None else self._now_ms() - moved

    def refresh(self) -> None:
        """Note where the rows stand; we moved them unless the person set something anew."""
        self._note(by_us=self._setting() == self._set_by_person)

    def follow_scrolling(self, *_of_signal: object) -> None:
        """Note that the person scrolled the page that the table is on."""
        self._note(by_us=False)

    # -- inside ------------------------------------------------------------------------------

    def _watch(self) -> None:
        model, table = self._rows, self._table
        for about_to in (
            model.rowsAboutToBeInserted,
            model.rowsAboutToBeRemoved,
            model.layoutAboutToBeChanged,
        ):
            about_to.connect(self._begin)
        for done in (model.rowsInserted, model.rowsRemoved, model.layoutChanged):
            done.connect(self.refresh_soon.trigger)
        table.verticalScrollBar().rangeChanged.connect(self._follow_range)
        table.verticalScrollBar().valueChanged.connect(self.refresh_soon.trigger)
        table.horizontalScrollBar().valueChanged.connect(self.refresh_soon.trigger)
        table.horizontalHeader().sectionResized.connect(self.refresh_soon.trigger)

    def _begin(self) -> None:
        """Note the start of a new order.

        It may take many moves; what counts is where a row stood before and after all of them.
        """
        if self._arranged_ms is None:
            self.refresh()
        self._arranged_ms = self._now_ms()

    def _follow_range(self, _least: int, most: int) -> None:
        """Follow another scroll range: a table that becomes higher scrolls back by itself."""
        is_same_window = self._setting()[0] == self._set_by_person[0]
        if is_same_window and self._table.verticalScrollBar().value() > most:
            self._arranged_ms = self._now_ms()
            self.refresh_soon.trigger()

    def _setting(self) -> tuple[QSize, int, int, int]:
        """Return what only the person changes.

        Scroll bars are also moved to keep rows in their place.
        """
        table = self._table
        return (
            table.window().size(),
            table.width(),
            table.verticalScrollBar().value(),
            table.horizontalScrollBar().value(),
        )

    def _note(self, *, by_us: bool) -> None:
        places = self._current()
        if by_us or self._arranged_ms is not None:
            at = self._now_ms() if self._arranged_ms is None else self._arranged_ms
            moved = (key for key, place in places.items() if self._places.get(key) != place)
            self._moved_ms.update(dict.fromkeys(moved, at))
        self._places, self._set_by_person = places, self._setting()
        self._arranged_ms = None

    def _current(self) -> dict[int, QPoint]:
        table = self._table
        origin = table.viewport().mapTo(table.window(), QPoint())
        origin += QPoint(table.columnViewportPosition(self._column), 0)
        keys = ((row, self._rows.key_at(row)) for row in visible_rows(table))
        return {
            key: origin + QPoint(0, table.rowViewportPosition(row))
            for row, key in keys
            if key is not None
        }
