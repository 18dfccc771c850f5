"""The time line of a task in Details: what happened last, and the way to all steps."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from enigma_panel.core.models import Task
from enigma_panel.ui.details.parts import DetailsPanel
from enigma_panel.ui.details.text import all_steps_text, shown_steps, timeline_html
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_button, make_column, make_label, make_row

tr = Translations("Details")


class TimeLine(DetailsPanel):
    """The last steps of a task, a line each; takes no room where there is no task."""

    def __init__(self, model: StepsModel, loader: StepsLoader) -> None:
        super().__init__()
        self._model = model
        self._loader = loader
        self._task: Task | None = None
        heading = make_label(tr("Time line"), "heading")
        heading.setContentsMargins(0, 8, 0, 0)
        self.lines = QLabel()
        self.lines.setTextFormat(Qt.TextFormat.RichText)
        self.lines.setWordWrap(True)
        self.lines.setMinimumWidth(1)  # else its longest word decides how wide all is
        self.all_steps = make_button(tr("Show all"), "link")
        self.setLayout(make_column(heading, self.lines, make_row(self.all_steps, None), gap=6))
        loader.changed.connect(self.refresh)
        theme.changed().connect(self.refresh)

    def show_task(self, task: Task | None) -> None:
        """Show the steps of this task, which the loader has turned to."""
        self._task = task
        self.refresh()

    def refresh(self) -> None:
        """Show the steps as they are now."""
        task = self._task
        self.setVisible(task is not None)
        if task is None:
            return
        steps, has_older = self._model.steps(), self._loader.has_older
        html = timeline_html(task, steps, theme.colours().dim, has_older=has_older)
        if self.lines.text() != html:
            self.lines.setText(html)
        text = all_steps_text(len(steps), has_older=has_older)
        self.all_steps.setText(text)
        self.all_steps.setAccessibleName(text)
        self.all_steps.setVisible(has_older or len(shown_steps(steps)) < len(steps))
