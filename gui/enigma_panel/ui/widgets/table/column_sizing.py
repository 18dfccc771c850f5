"""Widths of a table's columns: by the font, or by the person; the longest texts share the rest."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from enigma_panel.services.types import ColumnSettings, TableSettings
from enigma_panel.ui.text.cells import Cell
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.table.delegates import cell_width
from enigma_panel.ui.widgets.table.model import ColumnDef, KeyedTableModel
from enigma_panel.ui.widgets.table_font import TableFont

LEAD = 8
"""Additional room before the first column, which is never hidden: it begins where the card's
heading does."""
TEXT_GOOD, TEXT_FAIR, TEXT_POOR = 230, 180, 112
"""Widths of a column that shares the rest, in the usual font: below the first, columns without a
least width give way; below the second, those with one are narrowed; below the third, it goes.
"""
TEXT_LEAST = 48
"""The least width of a column that shares the rest, in the usual font.

The others give way to it, from right to left, as far as they can; where that is not enough, the
table can be scrolled.
"""
WIDE = 1_000
"""The room from which a table is wide, in the usual font."""


def visible_rows(table: QTableView) -> range:
    rows = table.verticalHeader()
    first = rows.visualIndexAt(0)
    if first < 0:
        return range(0)
    last = rows.visualIndexAt(table.viewport().height() - 1)
    return range(first, (last if last >= 0 else table.model().rowCount() - 1) + 1)


class ColumnSizing(QObject):
    """Gives each column its width, which no content changes.

    A width is the person's, a fixed one, or that of the heading and samples in the table's font.
    What they leave is shared by the others, of which the person can set all but the last.
    """

    def __init__(
        self,
        table: QTableView,
        rows: KeyedTableModel,
        table_font: Callable[[], TableFont],
    ) -> None:
        super().__init__(table)
        self._table_font = table_font
        self._table = table
        self._header = table.horizontalHeader()
        self._columns = columns = rows.columns
        self._last = max((c.key for c in columns.values() if c.width is None), default=None)
        self._is_ours = False
        self._own_widths: dict[int, int] = {}
        self._left_out: set[int] = set()
        self._asked_for: set[int] = set()
        self._resize_debounce = Debounce(self, self.resize_columns, 0)
        self._header.sectionResized.connect(self._note_person)
        self._header.sectionHandleDoubleClicked.connect(self._give_back)
        for column in columns.values():
            self._set_up(column)
        self.refit()

    # -- for the table -----------------------------------------------------------------------

    def refit(self) -> None:
        """Resize the columns once a new font or style has reached the headings, too."""
        self._resize_debounce.trigger()

    def resize_columns(self) -> None:
        """Set the widths after the table has another width, other columns, or another heading."""
        header = self._header
        with self._by_ourselves():
            for key in self._left_out:
                header.setSectionHidden(key, False)  # a hidden one has no heading to measure
        self._left_out = set()
        shown = [c for c in self._columns.values() if not header.isSectionHidden(c.key)]
        widths = self._fit(shown)
        is_full = sum(widths.values()) > self._room()  # both bars then: none comes over a row
        policy = (
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
            if is_full
            else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        )
        self._table.setHorizontalScrollBarPolicy(policy)
        self._table.setVerticalScrollBarPolicy(policy)
        with self._by_ourselves():
            for key in self._left_out:
                header.setSectionHidden(key, True)
            for key, width in widths.items():
                header.resizeSection(key, width)

    def show_column(self, key: int, *, shown: bool) -> None:
        """Show or hide a column because the person says so; then it gives way to none."""
        self._left_out.discard(key)
        (self._asked_for.add if shown else self._asked_for.discard)(key)
        self._header.setSectionHidden(key, not shown)
        self.resize_columns()

    def settings(self) -> TableSettings:
        """Return which columns are hidden, and the person's widths."""
        return TableSettings(columns=tuple(map(self._settings_of, self._columns.values())))

    def restore(self, saved: TableSettings, optional: Collection[int] = ()) -> None:
        """Restore what was saved. optional: can be hidden."""
        given = {each.key: each for each in saved.columns}
        self._own_widths.clear()
        for column in self._columns.values():
            name = column.name
            self._set_up(column)
            if name in given and column.key in optional:
                self._left_out.discard(column.key)
                self._header.setSectionHidden(column.key, given[name].hidden)
            width = given[name].width if name in given else None
            if width is not None and self._is_free(column.key):
                self._own_widths[column.key] = width
                with self._by_ourselves():
                    self._header.resizeSection(column.key, width)  # also of a hidden one
        self.resize_columns()

    # -- inside ------------------------------------------------------------------------------

    def _fit(self, shown: list[ColumnDef[Any]]) -> dict[int, int]:
        """Return the widths of these columns; those that are left out are noted and have none."""
        shared = [c for c in shown if c.width is None and c.key not in self._own_widths]
        widths = {c.key: self._width(c) for c in shown if c not in shared}
        rest = self._room() - sum(widths.values())
        # What stays, narrower, gives way before a whole column does.
        narrowed = [column for column in shown if column.least is not None]
        for column in (*reversed(narrowed), *reversed(shown)):
            can_go = column.gives_way and column.key not in self._asked_for
            is_figure = column.least is None and column not in shared
            is_text = TEXT_POOR if column in shared else TEXT_FAIR
            wanted = theme.scaled(TEXT_GOOD if is_figure else is_text)
            if not can_go or rest >= len(shared) * wanted:
                continue
            rest += widths.pop(column.key, 0)
            if column.least is None:
                self._left_out.add(column.key)
                shared = [one for one in shared if one is not column]
            else:
                widths[column.key] = self._room_for(column, column.least)
                rest -= widths[column.key]
        least = len(shared) * theme.scaled(TEXT_LEAST)
        for column in reversed(shown):
            if column.least is not None and column.key in widths.keys() - self._own_widths.keys():
                spare = widths[column.key] - self._room_for(column, column.least)
                given = max(0, min(spare, least - rest))
                widths[column.key] -= given
                rest += given
        growing = [column.key for column in shown if column.wide]
        if growing and not shared and rest > 0:
            widths[growing[-1]] += rest
        for place, column in enumerate(shared):
            widths[column.key] = max(theme.scaled(TEXT_LEAST), rest // (len(shared) - place))
            rest -= widths[column.key]
        return widths

    def _settings_of(self, column: ColumnDef[Any]) -> ColumnSettings:
        return ColumnSettings(
            key=column.name,
            hidden=self._header.isSectionHidden(column.key) and column.key not in self._left_out,
            width=self._own_widths.get(column.key),
        )

    def _set_up(self, column: ColumnDef[Any]) -> None:
        mode = QHeaderView.ResizeMode
        is_fixed = isinstance(column.width, int) or column.key == self._last
        self._header.setSectionHidden(column.key, column.hidden)
        self._header.setSectionResizeMode(column.key, mode.Fixed if is_fixed else mode.Interactive)

    def _width(self, column: ColumnDef[Any]) -> int:
        if column.key in self._own_widths:
            return self._own_widths[column.key]
        if isinstance(column.width, int):
            return column.width
        is_wide = self._room() >= theme.scaled(WIDE)
        return self._room_for(column, (is_wide and column.wide) or column.width or ())

    def _room_for(self, column: ColumnDef[Any], cells: tuple[Cell, ...]) -> int:
        """Return the greatest width among a column's heading and these cells."""
        widths = [cell_width(cell, self._table_font()) for cell in cells]
        heading = 0 if self._header.isHidden() else self._header.sectionSizeHint(column.key)
        return max([heading, *widths]) + (0 if column.key else LEAD)

    def _room(self) -> int:
        """Return the room for columns: a scroll bar that comes or goes pushes none aside."""
        table = self._table
        return table.contentsRect().width() - table.verticalScrollBar().sizeHint().width()

    @contextmanager
    def _by_ourselves(self) -> Iterator[None]:
        self._is_ours = True
        try:
            yield
        finally:
            self._is_ours = False

    def _note_person(self, column: int, old: int, new: int) -> None:
        is_shown_or_hidden = not old or not new
        if not (self._is_ours or is_shown_or_hidden) and self._is_free(column):
            self._own_widths[column] = new
            self.resize_columns()

    def _is_free(self, column: int) -> bool:
        return self._header.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive

    def _give_back(self, column: int) -> None:
        """Give up the person's width after two clicks on the edge of a column."""
        self._own_widths.pop(column, None)
        self.resize_columns()
