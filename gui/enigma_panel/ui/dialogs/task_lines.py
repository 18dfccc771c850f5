"""One task per line: several tasks from one text, pure."""

from dataclasses import replace

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.validation import check_task_text
from enigma_panel.ui.dialogs.check_words import finding_text
from enigma_panel.ui.words import tr

MOST_TASKS = 200
"""So many go into the line at once; more is rather a slip of the clipboard."""


def numbered(text: str) -> list[tuple[int, str]]:
    """The lines that hold a task, with their numbers as they are seen, from 1."""
    lines = enumerate(text.splitlines(), start=1)
    return [(number, line.strip()) for number, line in lines if line.strip()]


def specs_of(spec: TaskSpec, *, per_line: bool) -> list[TaskSpec]:
    """A task for each line, which share all the rest; never empty, so that it can be checked."""
    lines = [line for _, line in numbered(spec.text)] if per_line else []
    return [replace(spec, text=line) for line in lines] or [spec]


def lines_problem(text: str) -> str:
    """The sentence about the first line that cannot be started, empty when all can."""
    lines = numbered(text)
    if len(lines) > MOST_TASKS:
        return tr(
            "These are {n} tasks; {limit} at most can be started at once.",
            n=len(lines),
            limit=MOST_TASKS,
        )
    for number, line in lines:
        findings = check_task_text(line)
        if findings:
            return tr("Line {n}: {what}", n=number, what=finding_text(findings[0]))
    return ""
