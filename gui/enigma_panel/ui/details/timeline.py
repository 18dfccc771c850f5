"""The time line of a task in Details: what happened last, a line each."""

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.ui.details.parts import FOCUS_EDGE, DetailsPanel
from enigma_panel.ui.details.text import thoughts_text, time_line
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.delegate import StepsDelegate, row_height
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.text.states import task_status_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.theme.palette import Glyph, Severity
from enigma_panel.ui.widgets.action_button import show_words
from enigma_panel.ui.widgets.basics import make_button, make_column, make_label, make_row
from enigma_panel.ui.widgets.table.model import Index

tr = Translations("Details")


class TimeLine(DetailsPanel):
    """The steps of a task, without its thoughts until they are asked for.

    Takes no room where there are none.
    """

    def __init__(self, model: StepsModel, loader: StepsLoader) -> None:
        super().__init__()
        self._steps = model
        self._task: Task | None = None
        self.lines = StepsModel(self)
        self.view = _Lines(self.lines)
        self.thoughts = make_button(tr("Thoughts"), "plain")
        self.thoughts.setCheckable(True)
        self.thoughts.setToolTip(tr("Shows what the agent thought before each step."))
        self.thoughts.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # its chevron stands last
        heading = make_label(tr("Timeline"), "section")
        lines = make_row(self.view)
        lines.setContentsMargins(0, 0, FOCUS_EDGE, 0)
        self.setLayout(make_column(make_row(heading, None, self.thoughts), lines, gap=4))
        self.thoughts.toggled.connect(self.refresh)
        loader.changed.connect(self.refresh)

    def show_task(self, task: Task | None) -> None:
        """Show the steps of this task, which the loader has turned to."""
        self._task = task
        self.refresh()

    def refresh(self) -> None:
        """Show the steps as they are now."""
        task = self._task
        if task is None:
            self.hide()
            return
        steps, is_open = self._steps.steps(), self.thoughts.isChecked()
        text = thoughts_text(steps, is_open=is_open)
        self.thoughts.setVisible(bool(text))
        if text:
            show_words(self.thoughts, text)
            self.thoughts.show_glyph(Glyph.UP if is_open else Glyph.DOWN)
        lines = time_line(task, steps, has_thoughts=is_open)
        word = task_status_text(task)
        works = self.lines.is_at_work = task.status is TaskStatus.WORKING
        self.view.show_now((word.glyph, word.mark) if works else None)
        self.setVisible(bool(lines))
        if lines != self.lines.steps():
            self.lines.show(lines)
            self.view.fit()


class _Lines(QListView):
    """The lines in their whole height: what is around them is scrolled. reached: the place of the
    line to which the keyboard came.
    """

    reached = Signal(QRect)

    def __init__(self, lines: StepsModel) -> None:
        super().__init__()
        self._delegate = StepsDelegate(self, pad=0)
        self.setModel(lines)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Timeline"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
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
        """Be as high as all lines."""
        self.setFixedHeight(self.model().rowCount() * row_height(self.fontMetrics()))

    # -- Qt ----------------------------------------------------------------------------------

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.reached.emit(self.visualRect(current))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.fit()
