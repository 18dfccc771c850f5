"""The cells of a task that need nothing but its record, and those of one that waits in line."""

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.money import to_nano
from enigma_panel.ui.errors_words import ErrorContext, explain_code
from enigma_panel.ui.line_words import WaitText
from enigma_panel.ui.main.cells import Cell
from enigma_panel.ui.status_words import ELLIPSIS, NONE, Severity, money, spoken, task_status_text
from enigma_panel.ui.words import shorten, tr

TAKEN_BACK, FROM_COPY = "TAKEN_BACK", "FROM_COPY"
"""The code of a task that left the line because the person said so."""


def status_cell(task: Task) -> Cell:
    """The status with its sign."""
    word = task_status_text(task.status, task.unproven)
    said = tr("{status}, new", status=word.word) if task.is_new else word.word
    return Cell(
        text=word.short,
        glyph=word.glyph,
        mark=word.mark,
        severity=word.severity,
        bold=word.bold,
        said=said,
        sort=word.short,
        tip=word.word if word.tip else "",
        hint=word.tip,
    )


_FATE_UNTOLD = frozenset({TaskStatus.LOST, TaskStatus.STOPPED})


def cost_cell(task: Task) -> Cell:
    """What it cost so far; nothing was told is not nothing."""
    unknown = task.status in _FATE_UNTOLD and task.sent_ms is not None
    was_sent = task.service_id is not None or unknown  # then it cost something, told or not
    may_cost = not task.is_final and task.status is not TaskStatus.QUEUED
    text = money(task.cost, more_to_come=may_cost, spent=was_sent)
    nano = to_nano(task.cost)
    severity = Severity.DIM if task.cost is None else Severity.PLAIN
    return Cell(
        text=text,
        right=True,
        severity=severity,
        said=spoken(text),
        sort=-1 if nano is None else nano,
    )


def count_cell(number: int | None, task: Task) -> Cell:
    """A number of tokens."""
    if number is None:
        told = task.is_final or task.status is TaskStatus.QUEUED
        text = NONE if told else ELLIPSIS
        return Cell(text=text, right=True, severity=Severity.DIM, said=spoken(text), sort=-1)
    # A float for what no 64-bit integer holds: the service may send any number.
    sort = number if abs(number) < 1 << 62 else float(number)
    return Cell(text=f"{number:,}", right=True, sort=sort)


def result_cell(task: Task) -> Cell:
    """What came out, in one line."""
    match task.status:
        case TaskStatus.DONE:
            text = shorten(task.result or "") or tr("done, without a text")
        case TaskStatus.FAILED:
            text = explain_code(task.code, task.error, ErrorContext(cost=task.cost)).what
        case TaskStatus.STOPPED if task.code == FROM_COPY:
            text = tr("in line when the ledger's copy was made; whether it ran is not known")
        case TaskStatus.STOPPED if task.code == TAKEN_BACK:
            text = tr("taken out of the line, nothing was sent")
        case TaskStatus.STOPPED:
            by_you = task.stop_sent_ms is not None
            text = tr("stopped by you") if by_you else tr("stopped, its session was ended")
        case TaskStatus.LOST:
            text = tr("the result cannot be fetched")
        case TaskStatus.UNCONFIRMED:
            text = tr("may be running and cost money")
        case TaskStatus.ASKS:
            text = tr("asks: “{question}”", question=shorten(task.question or ""))
        case _:
            return Cell(text=ELLIPSIS, severity=Severity.DIM, said=spoken(ELLIPSIS), sort="")
    severity = (
        Severity.DIM if task.status in {TaskStatus.STOPPED, TaskStatus.LOST} else Severity.PLAIN
    )
    return Cell(text=text, severity=severity, sort=text, tip=shorten(task.result or text, 600))


def waiting_cell(waiting: WaitText) -> Cell:
    """Why a task waits here."""
    return Cell(
        text=waiting.text,
        severity=waiting.severity,
        bold=waiting.severity is Severity.AMBER,
        said=waiting.said,
        sort=waiting.text,
        tip=waiting.text,
    )


def none_cell(*, right: bool = False) -> Cell:
    """Nothing, and nothing to come before it is sent."""
    return Cell(
        text=NONE, right=right, severity=Severity.DIM, said=spoken(NONE), sort=-1 if right else 0
    )
