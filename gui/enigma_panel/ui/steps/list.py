"""The list of steps, and how it scrolls along with the newest."""

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHeaderView, QTableView, QVBoxLayout

from enigma_panel.services.types import Step
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.delegate import row_height
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.widgets.basics import make_label
from enigma_panel.ui.widgets.table.table import show_whole_rows

tr = Translations("Steps")

LEAST_HEIGHT = 60


class StepsList(QTableView):
    """Shows a StepsModel, newest at the bottom.

    It follows the newest while it is scrolled to its end and no row is selected. Otherwise the
    visible rows stay where they are. It is a table, as a QListView asks for each of 10,000 rows
    when one comes.

    read: another row is read, or none; for a click, once the mouse button is released.
    """

    read = Signal()
    copy_asked = Signal()

    def __init__(self, model: StepsModel) -> None:
        super().__init__()
        self.steps = model
        self._is_following = True
        self._bar = self.verticalScrollBar()
        self._empty = make_label("", "dim", wrap=True)
        self.setModel(model)
        self._configure()
        self._bar.valueChanged.connect(self._note_place)
        self._bar.rangeChanged.connect(self._keep_end)
        for changed in (model.rowsInserted, model.modelReset):
            changed.connect(self._show_empty)
        model.modelReset.connect(self._follow)
        model.modelReset.connect(self.read)
        self._follow()

    # -- for the page ------------------------------------------------------------------------

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

    def set_empty_text(self, text: str) -> None:
        self._empty.setText(text)
        self._show_empty()

    # -- following ---------------------------------------------------------------------------

    def _jump(self) -> None:
        """Go to the newest step and follow it from now on; no row is selected any more."""
        self.clearSelection()
        self._stand_on_last()
        self._follow()

    def _follow(self) -> None:
        self._is_following = True
        self._bar.setValue(self._bar.maximum())

    def _keep_end(self) -> None:
        """Stay at the end when there are other rows, or there is other room."""
        if self._is_following:
            self._follow()
        else:
            self._note_place()

    def _note_place(self) -> None:
        """Follow the newest once it was scrolled to the end, unless a row is selected."""
        is_at_end = self._bar.value() >= self._bar.maximum()
        self._is_following = is_at_end and not self.selectionModel().hasSelection()

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

    def _fit_rows(self) -> None:
        """Make rows as high as the font needs."""
        height, rows = row_height(self.fontMetrics()), self.verticalHeader()
        rows.setMinimumSectionSize(height)
        rows.setDefaultSectionSize(height)

    def _stand_on_last(self) -> None:
        """Let the keyboard go on from the newest row; it is not selected."""
        last = self.steps.index(self.steps.rowCount() - 1, 0)
        self.selectionModel().setCurrentIndex(last, QItemSelectionModel.SelectionFlag.NoUpdate)

    def _show_empty(self) -> None:
        text = "" if self.steps.rowCount() else self._empty.text()
        about = tr(
            "Newest at the bottom. End jumps there, Ctrl+C copies. The selected step is in full "
            "below the list."
        )
        self._empty.setVisible(bool(text))
        self.setAccessibleDescription(text or about)

    # -- Qt ----------------------------------------------------------------------------------

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._note_place()
        if not QApplication.mouseButtons():
            self.read.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.read.emit()  # not at the press: the text that opens may move the row away from it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in {
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        }
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        elif event.key() == Qt.Key.Key_End and plain:
            self._jump()
        elif event.key() == Qt.Key.Key_Home and plain and self.steps.rowCount():
            self.go_to(0)
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _text: str) -> None:
        """Search nothing: Qt would ask every row for its words, one by one."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._is_following and not self.currentIndex().isValid():
            self._stand_on_last()
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
