"""The time line of a task in Details: what happened, a line each, to be read and copied."""

from PySide6.QtCore import QEvent, QItemSelection, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QListView

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.services.types import Step
from enigma_panel.ui.details.parts import FOCUS_EDGE, DetailsPanel
from enigma_panel.ui.details.text import thoughts_text, time_line
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.delegate import StepsDelegate, row_height
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.text.states import task_status_text
from enigma_panel.ui.text.steps import copied_step, copy_text, earlier_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.action_button import show_words
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    make_row,
    put_on_clipboard,
)
from enigma_panel.ui.widgets.table.model import Index

tr = Translations("Details")

LINES = 30
"""How many lines there are at most, the newest, until the earlier ones are asked for."""


class TimeLine(DetailsPanel):
    """The steps of a task, without its thoughts until they are asked for.

    Takes no room where there are none.
    """

    def __init__(self, model: StepsModel, loader: StepsLoader) -> None:
        super().__init__()
        self._steps = model
        self._loader = loader
        self._task: Task | None = None
        self._is_whole = False
        self.lines = StepsModel(self)
        self.view = _Lines(self.lines)
        self.thoughts = make_button(tr("Thoughts"), "plain")
        self.thoughts.setCheckable(True)
        self.thoughts.setToolTip(tr("Shows what the agent thought before each step."))
        self.thoughts.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # its chevron stands last
        self.copy = make_button(copy_text(is_selected=False), "link")
        self.copy.setToolTip(tr("Copies the time, kind and text of each step."))
        self.earlier = make_button("", "link")
        self.failed = make_label(tr("The steps could not be read."), "dim", wrap=True)
        heading = make_label(tr("Timeline"), "section")
        head = make_row(heading, self.copy, None, self.thoughts)
        lines = make_row(self.view)
        lines.setContentsMargins(0, 0, FOCUS_EDGE, 0)
        earlier = make_row(self.earlier, None)
        self.setLayout(make_column(head, self.failed, earlier, lines, gap=4))
        self._connect()

    def show_task(self, task: Task | None) -> None:
        """Show the steps of this task, which the loader has turned to."""
        if task is None or self._task is None or task.key != self._task.key:
            self._is_whole = False
        self._task = task
        self.refresh()

    def refresh(self) -> None:
        task = self._task
        if task is None:
            self.lines.show([])
            self.hide()
            return
        steps, is_open = self._steps.steps(), self.thoughts.isChecked()
        text = thoughts_text(steps, is_open=is_open)
        self.thoughts.setVisible(bool(text))
        if text:
            show_words(self.thoughts, text)
            self.thoughts.show_glyph(Glyph.UP if is_open else Glyph.DOWN)
        lines = time_line(task, steps, has_thoughts=is_open)
        earlier = 0 if self._is_whole else max(0, len(lines) - LINES)
        show_words(self.earlier, earlier_text(earlier))
        self.earlier.setVisible(earlier > 0)
        self.failed.setVisible(self._loader.has_failed)
        word = task_status_text(task)
        works = task.status is TaskStatus.WORKING
        self.view.show_now((word.glyph, word.mark) if works else None)
        self.setVisible(bool(lines) or self._loader.has_failed)
        if lines[earlier:] != self.lines.steps():
            self.lines.show(lines[earlier:])
            self.view.fit()
            if self.view.read_step() is None:
                self.view.read.emit()  # the line that was read may be gone

    # -- inside ------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.thoughts.toggled.connect(self.refresh)
        self._loader.changed.connect(self.refresh)
        self.earlier.clicked.connect(self._show_whole)
        self.copy.clicked.connect(self._copy)
        self.view.copy_asked.connect(self._copy)
        self.view.read.connect(self._show_copy)

    def _show_whole(self) -> None:
        self._is_whole = True
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh()

    def _show_copy(self) -> None:
        show_words(self.copy, copy_text(is_selected=bool(self.view.selected_steps())))

    def _copy(self) -> None:
        """Copy the selected steps, or all there are: thoughts and what is not shown as well."""
        steps = self.view.selected_steps() or self._steps.steps() or self.lines.steps()
        put_on_clipboard("\n".join(map(copied_step, steps)))


class _Lines(QListView):
    """The lines in their whole height: what is around them is scrolled.

    reached: the place of the line to which the keyboard came. read: another line is selected, or
    none; for a click, once the mouse button is released.
    """

    reached = Signal(QRect)
    read = Signal()
    copy_asked = Signal()

    def __init__(self, lines: StepsModel) -> None:
        super().__init__()
        self._steps = lines
        self._delegate = StepsDelegate(self, pad=0)
        self.setModel(lines)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Timeline"))
        self.setAccessibleDescription(tr("Ctrl+C copies. The selected step is in full below."))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        for policy in (self.setVerticalScrollBarPolicy, self.setHorizontalScrollBarPolicy):
            policy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed().connect(self.viewport().update)

    def show_now(self, now: tuple[Glyph, Severity] | None) -> None:
        """Show what the agent is at by this sign, or that it is at nothing."""
        if now != self._delegate.now:
            self._delegate.now = now
            self.viewport().update()

    def fit(self) -> None:
        self.setFixedHeight(self.model().rowCount() * row_height(self.fontMetrics()))

    def selected_steps(self) -> list[Step]:
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [step for step in map(self._steps.step, rows) if step is not None]

    def read_step(self) -> Step | None:
        """Return the step to show in full: the current one, if it is selected."""
        index = self.currentIndex()
        is_selected = self.selectionModel().isSelected(index)
        return self._steps.step(index.row()) if is_selected else None

    # -- Qt ----------------------------------------------------------------------------------

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus():  # not when the line with the focus went away
            self.reached.emit(self.visualRect(current))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if not QApplication.mouseButtons():
            self.read.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.read.emit()  # not at the press: the text that opens may move the line away from it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_asked.emit()
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.fit()
