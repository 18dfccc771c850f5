"""The list of steps, and how it scrolls along with the newest."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QObject,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.delegate import StepsDelegate, row_height
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.widgets.basics import make_label

tr = Translations("Steps")

REST_MS = 3_000
"""A pointer that has not moved for so long aims at nothing."""
END = 1 << 30
"""Further down than any list reaches."""
LEAST_HEIGHT = 60


class StepsList(QTableView):
    """Shows a StepsModel, newest at the bottom.

    read: another row is read, or none. left: Escape, with nothing selected. is_pressed: somebody
    presses a mouse button on it, so that nothing may move.
    """

    read = Signal()
    copy_asked = Signal()
    left = Signal()

    def __init__(self, model: StepsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = model
        self.auto_scroll = AutoScroll(self)
        self.setModel(model)
        self.auto_scroll.watch(model)
        self._empty = make_label("", "dim", wrap=True)
        self._delegate: StepsDelegate | None = None
        self.is_pressed = False
        self._configure()
        model.modelReset.connect(self._begin)
        model.rowsInserted.connect(self._place_empty)
        model.rowsRemoved.connect(self._place_empty)

    # -- for the page ------------------------------------------------------------------------

    @property
    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(part.height() for part in self.selectionModel().selection().toList())

    def use_delegate(self, delegate: StepsDelegate) -> None:
        """Paint rows by this."""
        self._delegate = delegate
        self.setItemDelegate(delegate)

    def selected_steps(self) -> list[Step]:
        """The selected steps from top to bottom."""
        rows = sorted(set(_rows(self.selectionModel().selection())))
        return [step for step in map(self.steps.step, rows) if step is not None]

    def read_step(self) -> Step | None:
        """The step to show in full: the current one, if it is selected."""
        index = self.currentIndex()
        is_selected = index.isValid() and self.selectionModel().isSelected(index)
        return self.steps.step(index.row()) if is_selected else None

    def go_to(self, row: int) -> None:
        """Select one row and bring it into sight."""
        flags = QItemSelectionModel.SelectionFlag
        index = self.steps.index(row, 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)

    def jump(self) -> None:
        """To the newest, and along with it from now on: nothing is read any more."""
        self.clearSelection()
        self._stand_on(self.steps.rowCount() - 1)
        self.auto_scroll.set_pointer_inside(False)
        self.auto_scroll.follow()

    def set_empty_text(self, text: str) -> None:
        """What stands in the list while it has no rows."""
        self._empty.setText(text)
        self._place_empty()

    # -- inside ------------------------------------------------------------------------------

    def _configure(self) -> None:
        self.setAccessibleName(tr("Steps"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(LEAST_HEIGHT)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        columns.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._fit_rows()
        self._empty.setParent(self.viewport())
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._place_empty()

    def _begin(self) -> None:
        self.auto_scroll.begin()
        self._place_empty()
        self.read.emit()

    def _fit_rows(self) -> None:
        height, rows = row_height(self.fontMetrics()), self.verticalHeader()
        if rows.defaultSectionSize() != height:
            rows.setMinimumSectionSize(height)
            rows.setDefaultSectionSize(height)

    def _stand_on(self, row: int) -> None:
        """Let the keyboard go on from there."""
        if 0 <= row < self.steps.rowCount():
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self.steps.index(row, 0), flag)

    def _press(self, pressed: bool) -> None:
        was_pressed, self.is_pressed = self.is_pressed, pressed
        if was_pressed and not pressed:
            self.read.emit()

    def _keep_read(self, height: int) -> None:
        """What is read stays in sight when there is less room; height: what there was before."""
        index = self.currentIndex()
        if self.read_step() is not None and 0 <= self.visualRect(index).top() < height:
            with self.auto_scroll.by_ourselves():
                self.scrollTo(index)

    def _hover(self, row: int) -> None:
        if self._delegate is not None and self._delegate.hovered != row:
            self._delegate.hovered = row
            self.viewport().update()

    def _place_empty(self) -> None:
        text = "" if self.steps.rowCount() else self._empty.text()
        about = tr(
            "Newest at the bottom. End goes there, Ctrl+C copies, Ctrl+F searches. "
            "The selected step is shown in full behind the list."
        )
        self._empty.setVisible(bool(text))
        self.setAccessibleDescription(text or about)
        self._empty.setGeometry(self.viewport().rect().adjusted(16, 8, -16, -8))

    # -- Qt ----------------------------------------------------------------------------------

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.auto_scroll.follow_selection()
        self.read.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowDeactivate:
            self.auto_scroll.set_pointer_inside(False)
            self._press(False)
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._hover(-1)
            self.auto_scroll.set_pointer_inside(False)
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(True)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._press(False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self.rowAt(event.position().toPoint().y())
        self._hover(row)
        self.auto_scroll.set_pointer_inside(row >= 0 and self.isActiveWindow())
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in {
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        }
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        elif event.key() == Qt.Key.Key_End and plain:
            self.jump()
        elif event.key() == Qt.Key.Key_Home and plain and self.steps.rowCount():
            self.go_to(0)
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _text: str) -> None:
        """Letters search nothing here: Qt would ask every row for its words, one by one."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid():
            last, top = self.steps.rowCount() - 1, self.auto_scroll.top_row()
            self._stand_on(last if self.auto_scroll.follows else min(top + 1, last))
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            top = self.auto_scroll.top_row()
            with self.auto_scroll.by_ourselves():
                self._fit_rows()
            self.auto_scroll.restore_position(top * self.auto_scroll.row_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        value = self.verticalScrollBar().value()
        super().resizeEvent(event)
        self.auto_scroll.restore_position(value)
        self._keep_read(event.oldSize().height())
        self._place_empty()


class AutoScroll(QObject):
    """Moves the scroll bar of a table whose rows are all of one height.

    It follows the newest while the table is scrolled to its end and no row is selected; a pointer
    that moves over the rows holds it. Else the rows that are seen stay where they are, and
    `new_count` counts what came in below. changed: the number of these.
    """

    changed = Signal(int)

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self.follows = True
        self.new_count = 0
        self._table = table
        self._bar = table.verticalScrollBar()
        self._is_pointer_inside = False
        self._is_ours = False
        self._place = 0
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(lambda: self.set_pointer_inside(False))
        self._bar.valueChanged.connect(self._scrolled)

    # -- what the table tells -----------------------------------------------------------------

    def watch(self, model: QAbstractItemModel) -> None:
        """Follow this model, which the table knows already: the table has to learn first."""
        for about_to in (model.rowsAboutToBeInserted, model.rowsAboutToBeRemoved):
            about_to.connect(self._keep_place)
        model.rowsInserted.connect(lambda _parent, first, last: self._grew(first, last))
        model.rowsRemoved.connect(lambda _parent, first, last: self._shrank(first, last))

    def begin(self) -> None:
        """Other rows altogether: their newest are looked for at the end."""
        self.follows = True
        self._count(0)

    def follow(self) -> None:
        """To the newest, and along with it from now on."""
        self.follows = True
        self.to_end()
        self._count(0)

    def set_pointer_inside(self, pointer_inside: bool) -> None:
        """The pointer moves over the rows, or has left them."""
        if pointer_inside:
            self._rest.start()
        else:
            self._rest.stop()
        was_inside, self._is_pointer_inside = self._is_pointer_inside, pointer_inside
        if was_inside and not pointer_inside and self.follows:
            self.follow()

    def follow_selection(self) -> None:
        """What is selected is read; once nothing is, the end is the place to follow from."""
        if self._table.selectionModel().hasSelection():
            self.follows = False
        elif self.is_at_end():
            self.follows = True
            self._count(0)

    def restore_position(self, value: int) -> None:
        """The rows stand elsewhere: go to the end, or to where somebody reads.

        With more room that may be the end as well; then there is something to follow.
        """
        self._move_to(END if self.follows else value)
        self.follow_selection()

    def to_end(self) -> None:
        """Scroll to the end."""
        self._move_to(END)

    def is_at_end(self) -> bool:
        """Whether the last row is seen."""
        return self._bar.value() >= self._bar.maximum()

    def top_row(self) -> int:
        """The first row that is seen."""
        return self._bar.value() // self.row_height()

    def row_height(self) -> int:
        """The height of every row."""
        return self._table.verticalHeader().defaultSectionSize()

    @contextmanager
    def by_ourselves(self) -> Iterator[None]:
        """What moves meanwhile does not say that somebody scrolls."""
        before, self._is_ours = self._is_ours, True
        try:
            yield
        finally:
            self._is_ours = before

    # -- inside ------------------------------------------------------------------------------

    def _keep_place(self) -> None:
        self._place = self._bar.value()

    def _grew(self, first: int, last: int) -> None:
        count = last - first + 1
        goes_along = self.follows and not self._is_pointer_inside
        is_above = first * self.row_height() <= self._place
        is_last = last + 1 == self._table.model().rowCount()
        shift = count * self.row_height() if is_above and not is_last else 0
        self._move_to(END if goes_along else self._place + shift)
        if first and not self.is_at_end():
            self._count(self.new_count + count)

    def _shrank(self, first: int, last: int) -> None:
        is_above = first * self.row_height() <= self._place
        shift = (last - first + 1) * self.row_height() if is_above else 0
        self.restore_position(max(0, self._place - shift))

    def _move_to(self, value: int) -> None:
        with self.by_ourselves():
            self._table.updateGeometries()  # else the bar does not know of the new rows yet
            self._bar.setValue(value)

    def _scrolled(self, value: int) -> None:
        """The person scrolled: to the end, or to something that is read."""
        if self._is_ours:
            return
        if value < self._bar.maximum():
            self.follows = False
        elif self._table.selectionModel().hasSelection():
            self._count(0)
        else:
            self.follow()

    def _count(self, new_count: int) -> None:
        if new_count != self.new_count:
            self.new_count = new_count
            self.changed.emit(new_count)


def _rows(selection: QItemSelection) -> Iterator[int]:
    for part in selection.toList():
        yield from range(part.top(), part.bottom() + 1)
