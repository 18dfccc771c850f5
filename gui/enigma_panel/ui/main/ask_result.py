"""The question for a result that was lost: a new task in the session that may have done it."""

from enigma_panel.core.models import Task, TaskSpec
from enigma_panel.ui.words import shorten

QUOTED_CHARS = 400

_QUESTION = (
    "Only report, do nothing: shortly before this you were given the task “{task}”. "
    "Its result was lost on the way to me. Tell me that result in full, with every figure and "
    "link that belongs to it. If it was only partly done, or never begun, say exactly how far it "
    "came. Do not start that task again and do not repeat any of its steps; do not buy, order, "
    "book, send, submit, change or delete anything."
)
"""The agent reads these words, so they are not translated."""


def result_question(lost: Task) -> TaskSpec:
    """The task that asks for it. Its session stays open, as it would have."""
    quoted = shorten(lost.spec.text, QUOTED_CHARS).replace("“", "'").replace("”", "'")
    return TaskSpec(text=_QUESTION.replace("{task}", quoted), close_after=False)
