"""The list of steps, and how it scrolls along with the newest."""

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout

from enigma_panel.services.types import Step
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.delegate import row_height
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.widgets.basics import make_label
from enigma_panel.ui.widgets.table.model import Index
from enigma_panel.ui.widgets.table.table import show_whole_rows

tr = Translations("Steps")

HOLD_MS = 3_000
"""How long after its last move a pointer holds the rows."""
LEAST_HEIGHT = 60


class StepsList(QTableView):
    """Shows a StepsModel, newest at the bottom.

    It follows the newest while it is scrolled to its end and no row is selected; a pointer that
    moves over the rows holds it. Otherwise the visible rows stay where they are, and `new_count`
    counts what came in below. It is a table, as a QListView asks for each of 10,000 rows when one
    comes.

    read: another row is read, or none. counted: `new_count`.
    is_pressed: a mouse button is pressed on it, so that nothing may move.
    """

    read = Signal()
    copy_asked = Signal()
    counted = Signal(int)

    def __init__(self, model: StepsModel) -> None:
        super().__init__()
        self.steps = model
        self.new_count = 0
        self.is_pressed = False
        self._wants_end = True
        self._bar = self.verticalScrollBar()
        self._hold = QTimer(self, singleShot=True, interval=HOLD_MS)
        self._empty = make_label("", "dim", wrap=True)
        self.setModel(model)
        self._configure()
        self._bar.valueChanged.connect(self._note_place)
        self._bar.rangeChanged.connect(self._keep_end)
        self._hold.timeout.connect(self._release)
        for changed in (model.rowsInserted, model.modelReset):
            changed.connect(self._show_empty)
        model.modelReset.connect(self._follow)
        model.modelReset.connect(self.read)
        self._follow()

    # -- for the page ------------------------------------------------------------------------

    @property
    def is_following(self) -> bool:
        return self._wants_end and not self._hold.isActive()

    def is_at_end(self) -> bool:
        """Return whether the last row is visible."""
        return self._bar.value() >= self._bar.maximum()

    def top_row(self) -> int:
        return self._bar.value() // self._row_height()

    def selected_steps(self) -> list[Step]:
        parts = self.selectionModel().selection().toList()
        rows = sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})
        return [step for step in map(self.steps.step, rows) if step is not None]

    def read_row(self) -> int:
        """Return the row to show in full: the current one, if it is selected; else -1."""
        index = self.currentIndex()
        return index.row() if self.selectionModel().isSelected(index) else -1

    def read_step(self) -> Step | None:
        return self.steps.step(self.read_row())

    def go_to(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag
        index = self.steps.index(row, 0)
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)

    def jump(self) -> None:
        """Go to the newest step and follow it from now on; no row is selected any more."""
        self.clearSelection()
        self._stand_on(self.steps.rowCount() - 1)
        self._follow()

    def set_empty_text(self, text: str) -> None:
        self._empty.setText(text)
        self._show_empty()

    # -- following ---------------------------------------------------------------------------

    def _follow(self) -> None:
        self._hold.stop()
        self._wants_end = True
        self._bar.setValue(self._bar.maximum())
        self._count(0)

    def _release(self) -> None:
        """End the hold: the pointer aims at nothing any more."""
        self._hold.stop()
        if self._wants_end:
            self._follow()

    def _keep_end(self) -> None:
        """Keep the place when there are other rows, or there is other room."""
        if self.is_following:
            self._bar.setValue(self._bar.maximum())
        elif self.is_at_end():
            self._note_place()

    def _note_place(self) -> None:
        """Follow the newest once it was scrolled to the end, unless a row is selected."""
        self._wants_end = self.is_at_end() and not self.selectionModel().hasSelection()
        if self.is_at_end():
            self._count(0)

    def _count(self, new_count: int) -> None:
        if new_count != self.new_count:
            self.new_count = new_count
            self.counted.emit(new_count)

    # -- inside ------------------------------------------------------------------------------

    def _configure(self) -> None:
        self.setAccessibleName(tr("Steps"))
        show_whole_rows(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(LEAST_HEIGHT)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        columns.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._fit_rows()
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        ground = QVBoxLayout(self.viewport())
        ground.setContentsMargins(16, 8, 16, 8)
        ground.addWidget(self._empty)
        self._show_empty()

    def _row_height(self) -> int:
        return self.verticalHeader().defaultSectionSize()

    def _fit_rows(self) -> None:
        """Make rows as high as the font needs; the first visible row stays the first."""
        height, rows, top = row_height(self.fontMetrics()), self.verticalHeader(), self.top_row()
        if height != self._row_height():
            rows.setMinimumSectionSize(height)
            rows.setDefaultSectionSize(height)
            self.updateGeometries()
            if not self.is_following:
                self._bar.setValue(top * height)

    def _stand_on(self, row: int) -> None:
        flag = QItemSelectionModel.SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(self.steps.index(row, 0), flag)

    def _unpress(self) -> None:
        if self.is_pressed:
            self.is_pressed = False
            self.read.emit()

    def _show_empty(self) -> None:
        text = "" if self.steps.rowCount() else self._empty.text()
        about = tr(
            "Newest at the bottom. End jumps there, Ctrl+C copies. The selected step is in full "
            "below the list."
        )
        self._empty.setVisible(bool(text))
        self.setAccessibleDescription(text or about)

    # -- Qt ----------------------------------------------------------------------------------

    def rowsInserted(self, parent: Index, first: int, last: int) -> None:
        value, wants_end, count = self._bar.value(), self._wants_end, last - first + 1
        is_above = first <= self.top_row() and last + 1 < self.steps.rowCount()
        super().rowsInserted(parent, first, last)
        self.updateGeometries()  # else the bar knows of the new rows only later
        if is_above and not self.is_following:
            self._bar.setValue(value + count * self._row_height())
            self._wants_end = wants_end  # nobody scrolled
        if first and not self.is_at_end():
            self._count(self.new_count + count)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._note_place()
        self.read.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.WindowDeactivate:
            self._release()
            self._unpress()
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Leave:
            self._release()
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.is_pressed = True
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._unpress()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.rowAt(event.position().toPoint().y()) >= 0 and self.isActiveWindow():
            self._hold.start()
        else:
            self._release()
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
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _text: str) -> None:
        """Search nothing: Qt would ask every row for its words, one by one."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.currentIndex().isValid():
            last = self.steps.rowCount() - 1
            self._stand_on(last if self.is_at_end() else min(self.top_row() + 1, last))
        super().focusInEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._fit_rows()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        index = self.steps.index(self.read_row(), 0)
        if 0 <= self.visualRect(index).top() < event.oldSize().height():
            self.scrollTo(index)  # what is read stays in sight when there is less room
