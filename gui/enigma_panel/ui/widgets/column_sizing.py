"""Columns as wide as what stands in them; those that the person has set stay as they are."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QTimer
from PySide6.QtWidgets import QHeaderView, QTableView

from enigma_panel.store.settings import ColumnSettings, TableSettings
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.delegates import cell_width
from enigma_panel.ui.widgets.face import Face
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table_model import ColumnDef, ColumnLimits, KeyedTableModel

BARS_FROM = 900
"""With less width than this, in the usual face, there is no room for bars, and for the first
sample alone."""
STEP = 8
"""Widths are rounded up to this, so that a pixel more or less moves nothing."""
SLACK, CALM_MS = 24, 3_000
"""So much room that nothing needs is given back, but only after a while: it may be needed again."""
TEXT_LEAST = 92
"""Two columns that share what is left have so much at least, in the usual face; then the table can
be scrolled."""


def visible_rows(table: QTableView) -> range:
    """The rows that can be seen now."""
    rows = table.verticalHeader()
    first = rows.visualIndexAt(0)
    if first < 0:
        return range(0)
    last = rows.visualIndexAt(table.viewport().height() - 1)
    return range(first, (last if last >= 0 else table.model().rowCount() - 1) + 1)


class ColumnSizing(QObject):
    """Looks at the rows that are seen and widens columns whose content lacks room.

    They get narrower only when rows have come or gone, or when much of one has stood empty for a
    while; while somebody aims at a row, all of them stay as they are. What they leave goes to the
    last column without a width of its own, which stretches; where there are two, each gets half,
    whatever stands in them.
    """

    def __init__(
        self,
        table: QTableView,
        rows: KeyedTableModel,
        hold: PointerHold,
        face: Callable[[], Face],
    ) -> None:
        super().__init__(table)
        self._face = face
        self._hold = hold
        self._table = table
        self._header = table.horizontalHeader()
        self._rows = rows
        self._columns = columns = rows.columns
        self._fits = {c.key: c.width for c in columns.values() if isinstance(c.width, ColumnLimits)}
        rest = [c.key for c in columns.values() if c.width is None]
        self._share = (rest[0], rest[1]) if len(rest) > 1 else None
        self._needs: dict[int, int] = {column: fit.least for column, fit in self._fits.items()}
        self._stale: set[int] = set()
        self._may_shrink = False
        self._is_ours = False
        self._has_bars = True
        self._own_widths: dict[int, int] = {}
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._look)
        self._calm = QTimer(self, singleShot=True, interval=CALM_MS)
        self._calm.timeout.connect(self.refit)
        for column in columns.values():
            self._set_up(column)
        self._watch()
        self.refit()

    # -- for the table -----------------------------------------------------------------------

    def resize_columns(self) -> None:
        """The table has another width, or other columns are shown: the person's doing, so what
        waits for the hold is laid out with it."""
        has_bars = self._table.viewport().width() >= theme.scaled(BARS_FROM)
        if has_bars is not self._has_bars:
            self._has_bars = has_bars
            self._may_shrink = True
        self._measure_changed()
        widths = {column: self._allowed(column, fit) for column, fit in self._fits.items()}
        if self._share is None:
            self._make_room(widths)
        for column, width in widths.items():
            self._resize(column, width)
        if self._share is not None:
            self._divide(*self._share)

    def fit_headings(self) -> None:
        """The headings say something else, by the person's doing."""
        self._stale.update(self._needs)
        self.resize_columns()

    def refit(self) -> None:
        """What is shown has another size: a font, a column, the number of rows."""
        self._may_shrink = True
        self._look_soon(self._needs)

    def settings(self) -> TableSettings:
        """The columns from left to right; which are hidden, and how wide the person made some."""
        header = self._header
        shown = [self._columns[header.logicalIndex(place)] for place in range(header.count())]
        return TableSettings(columns=tuple(map(self._settings_of, shown)))

    def restore(self, saved: TableSettings, optional: Collection[int] = ()) -> None:
        """Put back what was saved; columns that nobody has set are fitted anew, and those that
        there were not then stand where they usually do. optional: those that can be hidden."""
        known = {column.name: column for column in self._columns.values()}
        given = {each.key: each for each in saved.columns if each.key in known}
        with self._by_ourselves():
            self._arrange(list(given))
            self._own_widths.clear()
            for name, column in known.items():
                self._set_up(column)
                if name in given and column.key in optional:
                    self._header.setSectionHidden(column.key, given[name].hidden)
                width = given[name].width if name in given else None
                if width is not None and self._is_fitted(column.key):
                    self._header.resizeSection(column.key, width)
                    self._own_widths[column.key] = width
        self.resize_columns()
        self.refit()

    # -- inside ------------------------------------------------------------------------------

    def _settings_of(self, column: ColumnDef[Any]) -> ColumnSettings:
        return ColumnSettings(
            key=column.name,
            hidden=self._header.isSectionHidden(column.key),
            width=self._own_widths.get(column.key),
        )

    def _arrange(self, names: list[str]) -> None:
        """Columns in this order; a new one behind the one that it usually stands behind."""
        before = None
        for column in self._columns.values():
            if column.name not in names:
                names.insert(names.index(before) + 1 if before is not None else 0, column.name)
            before = column.name
        places = {column.name: column.key for column in self._columns.values()}
        for place, name in enumerate(names):
            self._header.moveSection(self._header.visualIndex(places[name]), place)

    def _set_up(self, column: ColumnDef[Any]) -> None:
        mode = QHeaderView.ResizeMode
        self._header.setSectionHidden(column.key, column.hidden)
        if isinstance(column.width, int):
            self._header.setSectionResizeMode(column.key, mode.Fixed)
            self._header.resizeSection(column.key, column.width)
        elif column.width is None and self._share is None:
            self._header.setSectionResizeMode(column.key, mode.Stretch)

    def _watch(self) -> None:
        model, header = self._table.model(), self._header
        model.dataChanged.connect(self._follow_data)
        model.rowsInserted.connect(self.refit)
        model.rowsRemoved.connect(self.refit)
        for moved in (
            model.layoutChanged,
            self._table.verticalScrollBar().valueChanged,
            self._table.verticalScrollBar().rangeChanged,
        ):
            moved.connect(lambda: self._look_soon(self._needs))
        self._hold.released.connect(self._look)
        header.sectionResized.connect(self._note_person)
        header.sectionHandleDoubleClicked.connect(self._give_back)

    def _follow_data(self, first: QModelIndex, last: QModelIndex) -> None:
        columns = range(first.column(), last.column() + 1)
        self._look_soon(column for column in columns if column in self._needs)

    def _look_soon(self, columns: Iterable[int]) -> None:
        self._stale.update(columns)
        if self._stale and not self._soon.isActive():
            self._soon.start()

    def _look(self) -> None:
        if not self._hold.is_held:
            self.resize_columns()

    def _measure_changed(self) -> None:
        """What nobody can see says nothing."""
        shrink, self._may_shrink = self._may_shrink, False
        columns = self._needs if shrink else self._stale
        for column in columns:
            if column not in self._own_widths and not self._table.isColumnHidden(column):
                needs = self._measure(column)
                if needs < self._needs[column] - SLACK and not shrink and not self._calm.isActive():
                    self._calm.start()
                self._needs[column] = needs if shrink else max(needs, self._needs[column])
        self._stale.clear()

    def _measure(self, column: int) -> int:
        """The width of heading, samples and of every cell that is seen, whichever is most."""
        face, fit = self._face(), self._fits[column]
        rows = () if fit.is_fixed else visible_rows(self._table)
        cells = (self._rows.cell_at(row, column) for row in rows)
        samples = fit.samples if self._has_bars else fit.samples[:1]
        widths = [cell_width(c, face, with_bar=self._has_bars) for c in (*samples, *cells)]
        widths += [fit.least, self._header.sectionSizeHint(column)]
        return max(-(-width // STEP) * STEP for width in widths)

    def _allowed(self, column: int, fit: ColumnLimits) -> int:
        most = fit.most
        room = self._table.viewport().width()
        needs = self._needs[column]
        return needs if most is None else min(needs, max(fit.least, round(most * room)))

    def _make_room(self, widths: dict[int, int]) -> None:
        """The column that stretches has room for its heading; what may be cut gives way."""
        header = self._header
        shown = [c for c in self._columns if not header.isSectionHidden(c)]
        taken = sum(
            header.sectionSizeHint(c)
            if self._columns[c].width is None
            else widths.get(c, header.sectionSize(c))
            for c in shown
        )
        lack = taken - self._table.viewport().width()
        for column, fit in self._fits.items():
            if fit.most is not None and lack > 0 and column in shown:
                spare = max(
                    0, min(lack, widths[column] - max(fit.least, header.sectionSizeHint(column)))
                )
                widths[column] -= spare
                lack -= spare

    def _divide(self, first: int, second: int) -> None:
        header = self._header
        taken = sum(
            header.sectionSize(c) for c in range(header.count()) if c not in {first, second}
        )
        rest, least = self._table.viewport().width() - taken, theme.scaled(TEXT_LEAST)
        self._resize(first, rest if header.isSectionHidden(second) else max(least, rest // 2))
        fits = rest - header.sectionSize(first) >= least
        mode = QHeaderView.ResizeMode.Stretch if fits else QHeaderView.ResizeMode.Interactive
        with self._by_ourselves():
            if header.sectionResizeMode(second) is not mode:
                header.setSectionResizeMode(second, mode)
        if not fits:
            self._resize(second, least)

    def _resize(self, column: int, width: int) -> None:
        if column in self._own_widths or self._header.isSectionHidden(column):
            return
        if self._header.sectionSize(column) != width:
            with self._by_ourselves():
                self._header.resizeSection(column, width)

    @contextmanager
    def _by_ourselves(self) -> Iterator[None]:
        before, self._is_ours = self._is_ours, True
        try:
            yield
        finally:
            self._is_ours = before

    def _note_person(self, column: int, old: int, new: int) -> None:
        is_shown_or_hidden = not old or not new
        is_free = self._header.sectionResizeMode(column) is QHeaderView.ResizeMode.Interactive
        if not (self._is_ours or is_shown_or_hidden) and is_free and self._is_fitted(column):
            self._own_widths[column] = new
            self.resize_columns()

    def _is_fitted(self, column: int) -> bool:
        """Whether its width is ours unless the person sets it."""
        return column in self._needs or column in (self._share or ())

    def _give_back(self, column: int) -> None:
        """Two clicks on the edge of a column: it is fitted from now on."""
        self._own_widths.pop(column, None)
        self.refit()
