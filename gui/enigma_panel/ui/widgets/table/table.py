"""The base of the two tables: rows that stay put, keys instead of rows, a text when empty."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QPoint,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_label, set_role
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from enigma_panel.ui.widgets.table.column_sizing import LEAD, ColumnSizing, visible_rows
from enigma_panel.ui.widgets.table.delegates import CellDelegate, RowBackground
from enigma_panel.ui.widgets.table.model import NO_PARENT, Index, KeyedTableModel, runs
from enigma_panel.ui.widgets.table.table_font import TableFont

ROW_HEIGHT, HEAD_HEIGHT = 32, 32
"""Height of a row and of the headings in the usual font."""
FLASH_MS = 400
_MOVES = frozenset({QEvent.Type.Enter, QEvent.Type.MouseMove})
_PRESSES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick})


def row_height(height: int = ROW_HEIGHT) -> int:
    """Return the height of a row that is `height` in the usual font."""
    return theme.line_height(height)


class _Remembered(Struct, frozen=True, kw_only=True):
    """The selection while rows are replaced: keys, current cell and row, anchors to keep."""

    keys: list[int]
    current: int | None
    row: int
    column: int
    anchors: list[tuple[int, int]]


def _most_wanted(values: Sequence[int]) -> int:
    """Return the place to scroll to: where most rows keep theirs, else the first one."""
    value, n = Counter(values).most_common(1)[0]
    return value if 2 * n > len(values) else values[0]


class KeyedTable(QTableView):
    """Shows a KeyedTableModel, and reports clicks and keys to the window's PointerHold.

    opened: Enter or a double click on the row with that key. copy_wanted: Ctrl+C in a cell with
    that text. focus_changed: the keyboard came or went. optional_columns: can be hidden.
    tints_needs: as in `RowBackground`.
    """

    optional_columns: frozenset[int] = frozenset()
    row_px = ROW_HEIGHT
    tints_needs = False

    selected = Signal()
    focus_changed = Signal()
    opened = Signal(int)
    copy_wanted = Signal(str)

    def __init__(
        self, model: KeyedTableModel, name: str, hold: PointerHold, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setViewport(QWidget())  # to find the class of its own one PySide would make all
        self._hold = hold
        self.rows = model
        model.in_view = self.visible_rows
        model.is_hidden = self.isColumnHidden
        self._anchor: tuple[int, int] | None = None
        self._kept: _Remembered | None = None
        self._pointer: QPoint | None = None
        self.table_font = TableFont(self.font())
        self._flash = QTimer(self, singleShot=True, interval=FLASH_MS)
        self._empty = make_label("", "dim", wrap=True)
        self.row_background = RowBackground(tints_needs=self.tints_needs)
        self.setAccessibleName(name)
        self.setModel(model)
        self._delegates = dict.fromkeys(model.columns, CellDelegate(model, self))
        self.setItemDelegate(self._delegates[0])
        self._configure()
        self.horizontalScrollBar().rangeChanged.connect(self.updateGeometry)
        self.columns = ColumnSizing(self, model, lambda: self.table_font)
        self.columns.resize_columns()
        self._watch()

    # -- what is selected and seen ------------------------------------------------------------

    def selected_keys(self) -> list[int]:
        """Return the keys of the selected rows, whatever has the focus, from top to bottom."""
        if self._kept is not None:
            return self._kept.keys
        keys, found = self.rows.keys(), list[int]()
        for rows in self._selected_rows():
            found += keys[rows]
        return found

    def selected_count(self) -> int:
        """Return how many rows are selected; quick, also where all are."""
        if self._kept is not None:
            return len(self._kept.keys)
        return sum(rows.stop - rows.start for rows in self._selected_rows())

    def is_selected(self, key: int) -> bool:
        """Return whether the row of that key is selected; quick, also where all are."""
        if self._kept is not None:
            return key in self._kept.keys
        row = self.rows.row_of(key)
        return row is not None and self.selectionModel().isRowSelected(row, NO_PARENT)

    @property
    def shows_selection(self) -> bool:
        """Whether selected rows are marked: beside a question only those where the keyboard is."""
        return self.row_background.asked is None or self.window().focusWidget() is self

    def select_keys(self, keys: Collection[int]) -> None:
        """Select the rows of these keys, where they are shown, without scrolling."""
        flags, spans = QItemSelectionModel.SelectionFlag, self._spans(keys)
        self.setAutoScroll(False)
        if not spans.isEmpty():
            self.selectionModel().setCurrentIndex(spans.at(0).topLeft(), flags.NoUpdate)
        self.selectionModel().select(spans, flags.ClearAndSelect)
        self.setAutoScroll(True)

    def select_key(self, key: int) -> bool:
        """Select one row and scroll to it; returns False where it is not shown."""
        row = self.rows.row_of(key)
        if row is None:
            return False
        flags = QItemSelectionModel.SelectionFlag
        index = self.rows.index(row, 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)
        return True

    def copy(self) -> None:
        """Copy all of what stands in the cell that the keyboard is on."""
        current = self.currentIndex()
        text = self.rows.cell_at(current.row(), current.column()).copied_text
        if text:
            self.copy_wanted.emit(text)

    def visible_rows(self) -> range:
        return visible_rows(self)

    @property
    def row_height(self) -> int:
        return row_height(self.row_px)

    def set_related(self, keys: frozenset[int]) -> None:
        """Mark the rows that belong to what is selected in another table."""
        if self.row_background.related != keys:
            self.row_background.related = keys
            self.viewport().update()

    def set_asked(self, key: int | None) -> None:
        """Mark the row whose question stands in the window; None: none does."""
        if self.row_background.asked != key:
            self.row_background.asked = key
            self.viewport().update()

    def flash(self, key: int) -> None:
        """Mark a row for a moment: a click was seen, but did not count."""
        self._show_flash(key)
        self._flash.start()

    def set_empty_text(self, text: str) -> None:
        if self._empty.text() != text:
            self._empty.setText(text)
            self._place_empty()

    def use_delegate(self, delegate: CellDelegate, column: int) -> None:
        self._delegates[column] = delegate
        self.setItemDelegateForColumn(column, delegate)

    # -- inside ------------------------------------------------------------------------------

    def _selected_rows(self) -> list[slice]:
        """Return the selected rows from top to bottom, each once, adjacent ones as one slice."""
        selection, last = self.selectionModel().selection(), 0
        spans = sorted(
            (s.top(), s.bottom() + 1) for s in map(selection.at, range(selection.count()))
        )
        found = []
        for start, end in spans:
            if end > last:
                found.append(slice(max(start, last), end))
                last = end
        return found

    def _configure(self) -> None:
        set_role(self, "rows")
        show_whole_rows(self)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(self.row_height)
        rows.setDefaultSectionSize(self.row_height)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns = self.horizontalHeader()
        columns.setHighlightSections(False)
        # At each paint it asks whether all cells of a column are selected: of the table's, seconds.
        columns.setSelectionModel(QItemSelectionModel(self.rows, columns))
        columns.setMinimumSectionSize(28)
        columns.setFixedHeight(theme.line_height(HEAD_HEIGHT))
        self._empty.setParent(self.viewport())
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def _update_trail(self) -> None:
        """Paint the rows behind their last column anew; Qt does that for cells alone."""
        header, view = self.horizontalHeader(), self.viewport().rect()
        view.setLeft(header.length() - header.offset())
        self.viewport().update(view)

    def _watch(self) -> None:
        model = self.rows
        model.replacing.connect(self._keep)
        model.replaced.connect(self._restore)
        for about_to in (
            model.rowsAboutToBeInserted,
            model.rowsAboutToBeRemoved,
            model.layoutAboutToBeChanged,
        ):
            about_to.connect(self._keep_place)
        for done in (model.rowsInserted, model.rowsRemoved, model.layoutChanged):
            done.connect(self._restore_place)
        model.dataChanged.connect(self._update_trail)
        self._flash.timeout.connect(lambda: self._show_flash(None))
        self.verticalScrollBar().valueChanged.connect(lambda: self._follow_pointer(self._pointer))
        self.doubleClicked.connect(lambda index: self._open(self.rows.key_at(index.row())))

    def _keep(self) -> None:
        """Remember the selection before all rows are replaced, which Qt knows by row alone."""
        current = self.currentIndex()
        self._kept = _Remembered(
            keys=self.selected_keys(),
            current=self.rows.key_at(current.row()),
            row=current.row(),
            column=current.column(),
            anchors=self._anchors(),
        )
        with QSignalBlocker(self.selectionModel()):
            self.selectionModel().clear()

    def _restore(self) -> None:
        """Select shown rows again where they stood, or, where none is shown, the first."""
        kept, self._kept = self._kept, None
        if kept is None:
            return
        flags = QItemSelectionModel.SelectionFlag
        row = self.rows.row_of(kept.current) if kept.current is not None else None
        if row is None and self.hasFocus():  # the keyboard goes on from there
            row = min(kept.row, self.rows.rowCount() - 1)
        with QSignalBlocker(self.selectionModel()):
            if row is not None and row >= 0:
                index = self.rows.index(row, kept.column)
                self.selectionModel().setCurrentIndex(index, flags.NoUpdate)
            if kept.keys:
                self.selectionModel().select(self._spans(kept.keys), flags.Select)
        self._place_empty()
        self.updateGeometries()
        found = ((self.rows.row_of(key), above) for key, above in kept.anchors)
        values = [row * self.row_height + above for row, above in found if row is not None]
        self.verticalScrollBar().setValue(_most_wanted(values) if values else 0)

    def _anchors(self) -> list[tuple[int, int]]:
        """Return the rows to keep in place, the current and the visible; None at the top."""
        value, seen = self.verticalScrollBar().value(), self.visible_rows()
        if not value:
            return []
        lead = [row for row in (self.currentIndex().row(),) if row in seen]
        found = ((self.rows.key_at(row), row) for row in (*lead, *seen))
        return [(key, value - row * self.row_height) for key, row in found if key is not None]

    def _spans(self, keys: Collection[int]) -> QItemSelection:
        """Return these rows as a selection, adjacent ones as one range."""
        found = (self.rows.row_of(key) for key in keys)
        last, spans = self.rows.columnCount() - 1, QItemSelection()
        for start, end in runs(sorted(row for row in found if row is not None)):
            spans.append(QItemSelectionRange(self.rows.index(start, 0), self.rows.index(end, last)))
        return spans

    def _keep_place(self) -> None:
        """Remember which row stands at the upper edge, unless the table is scrolled to its top."""
        if self._kept is not None:
            return
        value = self.verticalScrollBar().value()
        row, above = divmod(value, self.row_height)
        key = self.rows.key_at(row)
        self._anchor = (key, above) if value > 0 and key is not None else None

    def _restore_place(self) -> None:
        if self._kept is not None:
            return
        self._place_empty()
        if self._anchor is not None:
            self.updateGeometries()
            row = self.rows.row_of(self._anchor[0])
            if row is not None:
                self.verticalScrollBar().setValue(row * self.row_height + self._anchor[1])
        self._anchor = None

    def _place_empty(self) -> None:
        text = "" if self.rows.rowCount() else self._empty.text()
        self._empty.setVisible(bool(text))
        self.setAccessibleDescription(text)  # what lies in a table is no child of it on the bus
        self._empty.setGeometry(self.viewport().rect().adjusted(24, 8, -24, -8))

    def _open_selected(self) -> None:
        """Open the one selected row; where none is, the one that the keyboard is on."""
        self._select_current()
        keys = self.selected_keys()
        if len(keys) == 1:
            self._open(keys[0])

    def _open(self, key: int | None) -> None:
        if key is not None:
            self.opened.emit(key)

    def _select_current(self) -> None:
        """Select the row that the keyboard is on, where none is: it is the one that is meant."""
        if not self.selectionModel().hasSelection():
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().select(self.currentIndex(), flags.Select | flags.Rows)

    def _follow_pointer(self, point: QPoint | None) -> None:
        """Follow the pointer, or rows that were scrolled below it; None: it left."""
        self._pointer = point
        row = -1 if point is None else self.rowAt(point.y())
        if self.row_background.hovered != row:
            self.row_background.hovered = row
            self.viewport().update()

    def _show_flash(self, key: int | None) -> None:
        self.row_background.flashed = key
        self.viewport().update()

    def _paint_row(
        self, painter: QPainter, row: int, line: QRect, cells: Iterable[tuple[int, QRect]]
    ) -> None:
        key = self.rows.key_at(row)
        assert key is not None
        self.row_background.paint(
            painter,
            line,
            row,
            key,
            is_selected=self.shows_selection
            and self.selectionModel().isSelected(self.rows.index(row, 0)),
            has_focus=row == self.currentIndex().row() and self.hasFocus(),
            needs_you=self.rows.needs_you(key),
        )
        for column, place in cells:
            self._delegates[column].paint_cell(painter, place, self.table_font, row, column)

    def _note_action(self) -> None:
        if self.isActiveWindow():
            self._hold.act()

    # -- Qt ----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        """Return room for the columns and one row."""
        header, bar = self.horizontalHeader(), self.horizontalScrollBar()
        height = self.row_height + 2 * self.frameWidth()
        height += 0 if header.isHidden() else header.height()
        height += bar.sizeHint().height() if bar.maximum() else 0
        return QSize(super().minimumSizeHint().width(), height)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        row = selected.at(0).top() if not selected.isEmpty() else -1
        if self.selected_count() == 1 and row not in {-1, self.currentIndex().row()}:
            # Assistive technology selects without the focus: one row has both marks.
            index = self.rows.index(row, max(0, self.currentIndex().column()))
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self._update_trail()
        self.selected.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()  # the focus is marked over whole rows; Qt repaints two cells

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self.table_font = TableFont(self.font())
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.table_font = TableFont(self.font())
            self.columns.refit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # Else Qt brings a row of which a part is seen into view, half a second later: what was
        # under the pointer would slide away from it.
        self.setAutoScroll(False)
        super().mousePressEvent(event)
        self.setAutoScroll(True)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._follow_pointer(None)
        elif event.type() in _MOVES:
            assert isinstance(event, QEnterEvent | QMouseEvent)
            self._follow_pointer(event.position().toPoint())
        elif event.type() in _PRESSES:
            if self.isActiveWindow():
                self._hold.aim()  # a hand that clicks is there, also where it rested for long
            self._note_action()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._note_action()
        if event.key() == Qt.Key.Key_Escape and self.selected_keys():
            self.clearSelection()
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not event.isAutoRepeat():
                self._open_selected()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.rows.rowCount():
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self.rows.index(0, 0), flag)
        self.viewport().update()
        if event.reason() in {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason}:
            self._select_current()
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
        self.focus_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint row by row: cell by cell, Qt comes back to Python, which takes longer."""
        region, height = event.region(), self.row_height
        header = self.horizontalHeader()
        columns = [
            (column, header.sectionViewportPosition(column), header.sectionSize(column), lead)
            for column in self.rows.columns
            if not header.isSectionHidden(column)
            for lead in (0 if column else LEAD,)
        ]
        width_of_rows = max(header.length(), self.viewport().width())
        with QPainter(self.viewport()) as painter:
            for row in self.visible_rows():
                top = self.rowViewportPosition(row)
                line = QRect(-header.offset(), top, width_of_rows, height)
                places = (
                    (column, QRect(left + lead, top, width - lead, height))
                    for column, left, width, lead in columns
                )
                if region.intersects(line):
                    cells = (each for each in places if region.intersects(each[1]))
                    self._paint_row(painter, row, line, cells)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.columns.resize_columns()
        self._place_empty()


def show_whole_rows(table: QTableView) -> None:
    """Let a table be a list of rows: no grid, no editing, selected by rows, scrolled by pixels."""
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setMouseTracking(True)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
