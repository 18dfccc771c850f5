"""The result of a task in Details."""

from collections.abc import Callable

from enigma_panel.core.models import Task
from enigma_panel.ui.details.parts import FOCUS_EDGE, DetailsPanel
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.result.view import ResultView
from enigma_panel.ui.theme.palette import Glyph
from enigma_panel.ui.widgets.basics import (
    make_button,
    make_column,
    make_label,
    make_row,
    put_on_clipboard,
)

tr = Translations("Details")

RESULT_LINES = 18


class ResultPart(DetailsPanel):
    """The result of a task in its best form; takes no room where there is none."""

    def __init__(self) -> None:
        super().__init__()
        self._task: Task | None = None
        self.view = ResultView(RESULT_LINES)
        self.reading = self.view.reading
        self.open = make_button(tr("Open"), "plain")
        self.open.show_glyph(Glyph.OPEN)
        self.open.hide()
        self.copy = make_button(tr("Copy"), "plain")
        self.copy.show_glyph(Glyph.COPY)
        self.copy.setToolTip(tr("Copies the result unchanged."))
        head = make_row(make_label(tr("Result"), "section"), None, self.open, self.copy, gap=8)
        head.setContentsMargins(FOCUS_EDGE, 0, 0, 0)
        for part in (self.view.doubt, self.view.part):
            part.setContentsMargins(FOCUS_EDGE, 0, FOCUS_EDGE, 0)
        self.setLayout(make_column(head, self.view, gap=6))
        self.copy.clicked.connect(self._copy)

    def set_opener(self, open_result: Callable[[int], object]) -> None:
        self.open.clicked.connect(lambda: self._task and open_result(self._task.key))
        self.open.show()

    def show_task(self, task: Task | None) -> None:
        self._task = task
        has_result = task is not None and bool(task.result)
        if task is not None and task.result:
            self.view.show_result(task.spec, task.result)
        self.setVisible(has_result)

    def _copy(self) -> None:
        if self._task is not None:
            put_on_clipboard(self._task.result or "")
