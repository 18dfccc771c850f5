"""The list of steps: all that a person does with its rows."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.dialogs.parts import make_label
from enigma_panel.ui.main.steps_delegate import StepsDelegate, row_height
from enigma_panel.ui.main.steps_follow import Following
from enigma_panel.ui.main.steps_model import StepsModel
from enigma_panel.ui.words import tr

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
        self.following = Following(self)
        self.setModel(model)
        self.following.watch(model)
        self._empty = make_label("", "dim", wrap=True)
        self._delegate: StepsDelegate | None = None
        self.is_pressed = False
        self._dress()
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
        self.following.set_pointer_inside(False)
        self.following.follow()

    def set_empty_text(self, words: str) -> None:
        """What stands in the list while it has no rows."""
        self._empty.setText(words)
        self._place_empty()

    # -- inside ------------------------------------------------------------------------------

    def _dress(self) -> None:
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
        self.following.begin()
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
            with self.following.by_ourselves():
                self.scrollTo(index)

    def _hover(self, row: int) -> None:
        if self._delegate is not None and self._delegate.hovered != row:
            self._delegate.hovered = row
            self.viewport().update()

    def _place_empty(self) -> None:
        words = "" if self.steps.rowCount() else self._empty.text()
        about = tr(
            "Newest at the bottom. End goes there, Ctrl+C copies, Ctrl+F searches. "
            "The selected step is shown in full behind the list."
        )
        self._empty.setVisible(bool(words))
        self.setAccessibleDescription(words or about)
        self._empty.setGeometry(self.viewport().rect().adjusted(16, 8, -16, -8))

    # -- Qt ----------------------------------------------------------------------------------

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.following.heed_selection()
        self.read.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowDeactivate:
            self.following.set_pointer_inside(False)
            self._press(False)
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._hover(-1)
            self.following.set_pointer_inside(False)
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
        self.following.set_pointer_inside(row >= 0 and self.isActiveWindow())
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
            last, top = self.steps.rowCount() - 1, self.following.top_row()
            self._stand_on(last if self.following.follows else min(top + 1, last))
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            top = self.following.top_row()
            with self.following.by_ourselves():
                self._fit_rows()
            self.following.stand(top * self.following.row_height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        value = self.verticalScrollBar().value()
        super().resizeEvent(event)
        self.following.stand(value)
        self._keep_read(event.oldSize().height())
        self._place_empty()


def _rows(selection: QItemSelection) -> Iterator[int]:
    for part in selection.toList():
        yield from range(part.top(), part.bottom() + 1)
