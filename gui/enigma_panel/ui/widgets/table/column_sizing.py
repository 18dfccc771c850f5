"""Widths of a table's columns: by the font, or by the person; the longest texts share the rest."""

from collections.abc import Callable, Collection
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHeaderView, QTableView

from enigma_panel.services.types import ColumnSettings, TableSettings
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.debounce import Debounce
from enigma_panel.ui.widgets.table.delegates import cell_width
from enigma_panel.ui.widgets.table.model import ColumnDef, KeyedTableModel
from enigma_panel.ui.widgets.table.table_font import TableFont

LEAD = 8
"""Additional room before the first column, which is never hidden: it begins where the card's
heading does."""
TEXT_FAIR, TEXT_POOR, TEXT_LEAST = 200, 112, 48
"""Widths of a text that shares the rest, in the usual font: below the first, other columns are
narrowed; below the second, it gives way where it can; it is never narrower than the third.
"""


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
    Texts have none of their own: they share what the others leave; where none is shown, the first
    column has it.
    """

    def __init__(
        self, table: QTableView, rows: KeyedTableModel, table_font: Callable[[], TableFont]
    ) -> None:
        super().__init__(table)
        self._table_font = table_font
        self._table = table
        self._header = table.horizontalHeader()
        self._columns = columns = rows.columns
        self._own_widths: dict[int, int] = {}
        self._given: dict[int, int] = {}
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
        for key in self._left_out:
            header.setSectionHidden(key, False)  # a hidden one has no heading to measure
        shown = [c for c in self._columns.values() if not header.isSectionHidden(c.key)]
        widths = self._fit(shown)
        self._left_out = {column.key for column in shown} - widths.keys()
        for key in self._left_out:
            header.setSectionHidden(key, True)
        self._given = self._own_widths | widths
        for key, width in self._given.items():
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
        self.resize_columns()

    # -- inside ------------------------------------------------------------------------------

    def _fit(self, shown: list[ColumnDef[Any]]) -> dict[int, int]:
        """Return the widths of these columns; those that are left out have none.

        The first of four layouts is taken in which the texts have room: for wide cells, for usual
        ones, narrow and without the figures that give way, and without the texts that do.
        """
        for layout, enough in enumerate((TEXT_FAIR, TEXT_FAIR, TEXT_POOR, TEXT_LEAST)):
            kept = [column for column in shown if not self._gives_way(column, layout)]
            widths = {column.key: self._width(column, layout) for column in kept}
            texts = [column.key for column in kept if column.width is None]
            rest = self._room() - sum(widths.values())
            if rest >= len(texts) * theme.scaled(enough - TEXT_LEAST):
                break
        least, shared = theme.scaled(TEXT_LEAST if texts else TEXT_POOR), texts or [0]
        for place, key in enumerate(shared):
            share = rest // (len(shared) - place)
            widths[key] = max(least, widths[key] + share)
            rest -= share
        return widths

    def _gives_way(self, column: ColumnDef[Any], layout: int) -> bool:
        goes_from = 3 if column.width is None else 2
        return column.gives_way and layout >= goes_from and column.key not in self._asked_for

    def _settings_of(self, column: ColumnDef[Any]) -> ColumnSettings:
        return ColumnSettings(
            key=column.name,
            hidden=self._header.isSectionHidden(column.key) and column.key not in self._left_out,
            width=self._own_widths.get(column.key),
        )

    def _set_up(self, column: ColumnDef[Any]) -> None:
        mode = QHeaderView.ResizeMode
        is_fixed = column.width is None or isinstance(column.width, int)
        self._header.setSectionHidden(column.key, column.hidden)
        self._header.setSectionResizeMode(column.key, mode.Fixed if is_fixed else mode.Interactive)

    def _width(self, column: ColumnDef[Any], layout: int) -> int:
        if column.key in self._own_widths:
            return self._own_widths[column.key]
        if column.width is None:
            return theme.scaled(TEXT_LEAST)
        if isinstance(column.width, int):
            return column.width
        narrow = column.width if column.least is None else column.least
        cells = (column.wide or column.width, column.width, narrow, narrow)[layout]
        heading = 0 if self._header.isHidden() else self._header.sectionSizeHint(column.key)
        widths = (cell_width(cell, self._table_font()) for cell in cells)
        return max(heading, *widths, 0) + (0 if column.key else LEAD)

    def _room(self) -> int:
        """Return the room for columns: a scroll bar that comes or goes pushes none aside."""
        table = self._table
        return table.contentsRect().width() - table.verticalScrollBar().sizeHint().width()

    def _note_person(self, column: int, old: int, new: int) -> None:
        is_shown_or_hidden = not old or not new
        if new != self._given.get(column) and not is_shown_or_hidden and self._is_free(column):
            self._own_widths[column] = new
            self.resize_columns()

    def _is_free(self, column: int) -> bool:
        return self._header.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive

    def _give_back(self, column: int) -> None:
        """Give up the person's width after two clicks on the edge of a column."""
        self._own_widths.pop(column, None)
        self.resize_columns()
