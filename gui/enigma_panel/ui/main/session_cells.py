"""The cells of a session that need nothing but its records."""

from decimal import Decimal

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.money import to_nano
from enigma_panel.ui.main.cells import Cell
from enigma_panel.ui.status_words import (
    NONE,
    Severity,
    is_life_assumed,
    money,
    spoken,
    spoken_duration,
    time_left,
)
from enigma_panel.ui.words import shorten, tr

AMBER_LEFT_MS = 90_000
RED_LEFT_MS = 30_000
FAR = 1 << 62
"""Sorts behind every time."""

_MARKS = {TaskStatus.DONE: "✓ ", TaskStatus.FAILED: "✗ ", TaskStatus.STOPPED: "■ "}


def task_cell(session: Session, task: Task | None, now: str) -> Cell:
    """What was asked for and, dimmed behind it, what the agent does now, if it is known."""
    if task is None:
        return Cell(text=NONE, severity=Severity.DIM, said=spoken(NONE), sort="")
    text = shorten(task.spec.text)
    mark = _MARKS.get(task.status, "") if session.phase is Phase.OPEN else ""
    tip = shorten(task.spec.text, 600)
    return Cell(
        text=mark + text,
        tail=f"· {now}" if now else "",
        steady=True,
        severity=Severity.DIM if session.is_ended else Severity.PLAIN,
        said=tr("{task}, now: {now}", task=text, now=now) if now else text,
        sort=text,
        tip=f"{tip}\n{now}" if now else tip,
    )


def left_cell(session: Session, now_ms: int) -> Cell:
    """A number with a bar."""
    text = time_left(session, now_ms)
    if text == NONE or session.expires_ms is None:
        return Cell(text=NONE, severity=Severity.DIM, said=spoken(NONE), sort=FAR)
    left = max(0, session.expires_ms - now_ms)
    life = max(1, session.expires_ms - session.created_ms)
    severity = (
        Severity.RED
        if left < RED_LEFT_MS
        else Severity.AMBER
        if left < AMBER_LEFT_MS
        else Severity.PLAIN
    )
    said = spoken_duration(left)
    if is_life_assumed(session):
        said = tr("about {time}", time=said)
    return Cell(text=text, bar=min(1.0, left / life), severity=severity, said=said, sort=left)


def cost_cell(session: Session, cost: Decimal | None) -> Cell:
    """What its tasks cost so far, as far as it was told."""
    spent = session.opened_ms is not None  # a browser was open for some time: that costs
    text = money(cost, more_to_come=not session.is_ended, spent=spent)
    nano = to_nano(cost)
    severity = Severity.DIM if cost is None else Severity.PLAIN
    return Cell(
        text=text,
        right=True,
        severity=severity,
        said=spoken(text),
        sort=-1 if nano is None else nano,
    )
