"""The widgets of New task and where they stand; what they do is the business of new_task_dialog."""

from PySide6.QtWidgets import QCheckBox, QWidget

from enigma_panel.core.validation import Field
from enigma_panel.services.sessions import Sessions
from enigma_panel.ui.dialogs.base import ModelessDialog
from enigma_panel.ui.dialogs.fields import LineField
from enigma_panel.ui.dialogs.limits_form import LimitsForm
from enigma_panel.ui.dialogs.parts import (
    FieldGrid,
    NoticeLabel,
    ProblemLabel,
    make_button,
    make_label,
    make_row,
)
from enigma_panel.ui.dialogs.run_in import RunInBox
from enigma_panel.ui.dialogs.scroll_body import ScrollArea
from enigma_panel.ui.dialogs.task_text import TaskTextField
from enigma_panel.ui.words import tr


class NewTaskView(ModelessDialog):
    """Fields, limits that fold, notice and buttons. problems: one label beside each field."""

    def __init__(self, fleet: Sessions, parent: QWidget | None) -> None:
        super().__init__(tr("New task"), parent)
        self.problems: dict[Field, ProblemLabel] = {}
        self._build_fields(fleet)
        self._build_limits()
        self._build_layout()

    def _build_fields(self, fleet: Sessions) -> None:
        self.task_text = TaskTextField()
        self.per_line = QCheckBox(tr("One task per line"))
        self.starting_url = LineField()
        self.starting_url.setPlaceholderText("https://")
        self.run_in = RunInBox(fleet)
        self.place_hint = make_label(role="dim", wrap=True)
        self.close_after = QCheckBox(tr("Close the session after this task"))
        grid = FieldGrid()
        hint = tr("↑ in the empty field brings back earlier texts.")
        self.problems[Field.TASK] = grid.add_field(tr("Task"), self.task_text, note=hint)
        grid.add_wide(self.per_line)
        self.problems[Field.STARTING_URL] = grid.add_field(tr("Starting URL"), self.starting_url)
        self.place_problem = grid.add_field(tr("Run in"), self.run_in)
        grid.add_below(self.place_hint)
        grid.add_wide(self.close_after)
        self._grid = grid

    def _build_limits(self) -> None:
        self.limits = LimitsForm()
        self.problems.update(self.limits.problems)
        self.more_button = make_button(tr("Limits and options"), "link")
        self.more_button.setCheckable(True)
        self.more_button.toggled.connect(self._show_more)
        self._show_more(shown=False)

    def _build_layout(self) -> None:
        self.restore_button = make_button(tr("Bring back what I had typed"), "link")
        self.restore_button.hide()
        self.notice = NoticeLabel()
        self.cancel_button = make_button(tr("Cancel"))
        self.another_button = make_button(tr("Start and add another"))
        self.start_button = make_button(tr("Start"), "primary")
        self.another_button.setToolTip(tr("Ctrl+Shift+Enter"))
        self.start_button.setToolTip(tr("Ctrl+Enter"))
        width = max(self._grid.label_width(), self.limits.grid.label_width())
        self._grid.setColumnMinimumWidth(0, width)
        self.limits.grid.setColumnMinimumWidth(0, width)
        self.scroll_body = ScrollArea()
        self.scroll_body.column.addLayout(self._grid, 1)
        self.scroll_body.column.addLayout(make_row(self.more_button, None, self.restore_button))
        self.scroll_body.column.addWidget(self.limits)
        self.body.addWidget(self.scroll_body, 1)
        self.body.addWidget(self.notice)
        self.add_buttons(self.cancel_button, None, self.another_button, self.start_button)
        self.setMinimumWidth(580)

    def field_widgets(self) -> dict[Field, QWidget]:
        """The fields by what they hold, from top to bottom."""
        fields: dict[Field, QWidget] = {
            Field.TASK: self.task_text,
            Field.STARTING_URL: self.starting_url,
        }
        return fields | dict(self.limits.field_widgets())

    def _show_more(self, shown: bool) -> None:
        self.limits.setVisible(shown)
        self.more_button.setText(("▾ " if shown else "▸ ") + tr("Limits and options"))
        if self.isVisible():
            self.fit()
