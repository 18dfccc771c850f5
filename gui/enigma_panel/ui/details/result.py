"""The result of a task in Details, and what the task used."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from enigma_panel.core.models import Task
from enigma_panel.ui.details.parts import DetailsPanel, ResultViewer
from enigma_panel.ui.details.text import RESULT_HEAD
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
    show_text,
)
from enigma_panel.ui.widgets.inputs import ReadingText

tr = Translations("Details")

RESULT_LINES = 18
COPY_GAP = 2
"""Gap between *Copy result* and the button beside it, in pixels."""


class ResultText(DetailsPanel):
    """The result of a task as text, at first its beginning where it is long.

    Takes no room where there is none. copy_asked: with the text to be copied.
    """

    copy_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._task: Task | None = None
        self._whole_of: int | None = None
        self._viewer: ResultViewer | None = None
        heading = make_label(tr("Result"), "heading")
        heading.setContentsMargins(0, 8, 0, 0)
        self.copy = make_button(tr("Copy result"), "link")
        self.reading = ReadingText(RESULT_LINES)
        self.reading.setAccessibleName(tr("Result"))
        set_role(self.reading, "reading")
        self.cut = make_label(role="dim", wrap=True)
        self.whole = make_button(tr("Show all"), "link")
        self._row = make_row(heading, None, self.copy)
        self._row.setAlignment(self.copy, Qt.AlignmentFlag.AlignBottom)
        whole_row = make_row(self.whole, None)
        self._column = make_column(self._row, self.reading, self.cut, whole_row, gap=6)
        self.setLayout(self._column)
        self.copy.clicked.connect(self._copy)
        self.whole.clicked.connect(self._show_whole)

    def set_viewer(self, viewer: ResultViewer) -> None:
        """Let a viewer show results, too."""
        self._viewer = viewer
        self._row.insertWidget(2, viewer.switch)
        self._row.addSpacing(COPY_GAP - self._row.spacing())
        self._row.addWidget(viewer.copy_as)
        for button in (viewer.switch, viewer.copy_as):
            self._row.setAlignment(button, Qt.AlignmentFlag.AlignBottom)
        self._column.insertWidget(1, viewer)
        QWidget.setTabOrder(self.copy, viewer.switch)
        QWidget.setTabOrder(viewer.switch, self.copy)
        QWidget.setTabOrder(self.copy, viewer.copy_as)
        viewer.changed.connect(lambda: self.show_task(self._task))
        self.show_task(self._task)

    def show_task(self, task: Task | None) -> None:
        """Show the result of this task."""
        if task is None or self._task is None or task.key != self._task.key:
            self._whole_of = None
        self._task = task
        result = (task.result if task is not None else None) or ""
        self.setVisible(bool(result))
        if self._viewer is not None:  # a higher button would have its sign higher
            self._viewer.copy_as.setMaximumHeight(self.copy.sizeHint().height())
            self._viewer.show_task(task)
            if self._viewer.replaces_text:
                result = ""
        cut = len(result) > RESULT_HEAD and task is not None and self._whole_of != task.key
        self.reading.show_text(result[:RESULT_HEAD] if cut else result)
        self.whole.setVisible(cut)
        left = tr("The first {n} of {all} characters.", n=RESULT_HEAD, all=len(result))
        show_text(self.cut, left if cut else "")

    def _copy(self) -> None:
        """The whole result, also where only its beginning is shown."""
        if self._task is not None:
            self.copy_asked.emit(self._task.result or "")

    def _show_whole(self) -> None:
        self._whole_of = self._task.key if self._task is not None else None
        self.show_task(self._task)
