"""What a new task is to do: its text, or a list with one task on each line."""

from contextlib import suppress

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout

from enigma_panel.core.lazy_pattern import lazy_compile
from enigma_panel.core.validation import check_task_text, first_site
from enigma_panel.services.sessions import MOST_STARTS, Sessions
from enigma_panel.services.types import LedgerError
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.new_task.task_text_edit import TaskTextEdit
from enigma_panel.ui.new_task.text import too_many_text
from enigma_panel.ui.text.check import finding_text
from enigma_panel.ui.widgets.basics import ProblemLabel, make_label, make_row

tr = Translations("New task")

_PART_OF_ONE = lazy_compile(r"[-–—*+•‣◦·#>|(\[]|\d|[^\W\d_][.)]\s")
"""How a point of a list begins."""


class TaskForm(QVBoxLayout):
    """The field for the text, and the box that makes each of its lines a task.

    changed: the text or the number of tasks.
    """

    changed = Signal()

    def __init__(self, sessions: Sessions) -> None:
        super().__init__()
        self.field = TaskTextEdit()
        self.field.setObjectName("task")  # for the style sheet: its role says what is wrong
        self.field.setAccessibleName(tr("Task"))
        self.field.setPlaceholderText(tr("What should the agent do?"))
        self.per_line = QCheckBox(tr("One task per line"))
        self.per_line.setAccessibleName(self.per_line.text())
        self.keys_hint = make_label(role="dim")
        self.problem = ProblemLabel(self.field)
        self._sessions = sessions
        self._is_left_per_line = False
        self._replaced = ""
        self.setSpacing(12)
        self.addWidget(self.field, 1)
        self.addWidget(self.problem)
        self.addLayout(make_row(self.per_line, None, self.keys_hint))
        self.field.textChanged.connect(self._follow_text)
        self.field.pasted.connect(self._recognise_list)
        self.per_line.clicked.connect(self._leave_per_line)
        self.per_line.toggled.connect(self._follow_box)

    def text(self) -> str:
        return self.field.text().strip()

    def texts(self) -> list[str]:
        """Return the text of each task: one for each line, always one to be checked."""
        lines = numbered_lines(self.field.text()) if self.per_line.isChecked() else []
        return [line for _, line in lines] or [self.text()]

    def has_lines(self) -> bool:
        """Return whether the text could be several tasks."""
        return len(numbered_lines(self.field.text())) > 1

    def line_problem(self) -> str:
        """Return the sentence about the first line that cannot be started, if lines are tasks."""
        return per_line_problem(self.field.text()) if self.per_line.isChecked() else ""

    def fill(self, text: str) -> None:
        """Show the text of an earlier task, which is one task."""
        self.per_line.setChecked(False)
        self.field.fill(text)

    def clear(self) -> None:
        self.field.setPlainText("")

    def keep(self) -> None:
        """Keep the text that others replace: ↑ brings it back."""
        if self.field.text():
            self._replaced = self.field.text()
            self.field.add_earlier(self._replaced)

    async def load_earlier(self) -> None:
        texts: list[str] = []
        with suppress(LedgerError):  # the main window says what is wrong with the ledger
            texts = await self._sessions.recent_texts()
        self.field.set_earlier([*filter(None, [self._replaced]), *texts])
        self._show_keys()

    def _follow_text(self) -> None:
        if not self.field.text():
            self.per_line.setChecked(self._is_left_per_line)
        lines = len(numbered_lines(self.field.text()))
        list_text = tr.plural("One task per line", "{n} lines: one task each?", max(1, lines))
        self.per_line.setText(list_text)
        self.per_line.setAccessibleDescription(list_text if lines > 1 else "")
        self.problem.clear()
        self._show_keys()
        self.changed.emit()

    def _follow_box(self, is_on: bool) -> None:
        self.problem.clear()
        self.field.show_numbers(shown=is_on)
        self.changed.emit()

    def _recognise_list(self) -> None:
        """Make each line a task where that is certain of what was pasted, or was chosen."""
        was_chosen = self._is_left_per_line and self.per_line.isChecked()
        self.per_line.setChecked(was_chosen or is_list_of_tasks(self.field.text()))

    def _leave_per_line(self, is_on: bool) -> None:
        """Remember what the person chose, for the next text."""
        self._is_left_per_line = is_on

    def _show_keys(self) -> None:
        keys = tr("Ctrl+Enter to start") if self.field.text() else ""
        earlier = tr("↑ brings back earlier tasks")
        self.keys_hint.setText(earlier if self.field.offers_earlier() else keys)


def is_list_of_tasks(text: str) -> bool:
    """Whether each line is a task for certain: each names a site, or all begin with the same word.

    Bullets, numbers and a line that ends in ":" are parts of one task.
    """
    lines = [line for _, line in numbered_lines(text)]
    if len(lines) < 2 or any(_PART_OF_ONE.match(line) or line.endswith(":") for line in lines):
        return False
    return len({line.split()[0].casefold() for line in lines}) == 1 or all(map(first_site, lines))


def numbered_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines that hold a task, with their numbers as they are seen, from 1."""
    lines = enumerate(text.splitlines(), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def per_line_problem(text: str) -> str:
    """Return the sentence about the first line that cannot be started, empty when all can."""
    lines = numbered_lines(text)
    if len(lines) > MOST_STARTS:
        return too_many_text(len(lines))
    for number, line in lines:
        findings = check_task_text(line)
        if findings:
            return tr("Line {n}: {what}", n=number, what=finding_text(findings[0]))
    return ""
