"""Table cells: what stands in one, and the cells that several screens show."""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.money import exact_money, is_sane
from enigma_panel.core.observation import AT_CAP
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.errors import ErrorContext, explain_code
from enigma_panel.ui.text.money import exact_text, money, spoken_money
from enigma_panel.ui.text.questions import asked_line, missed_text
from enigma_panel.ui.text.states import ELLIPSIS, UNKNOWN, known_until_ms, local_time, spoken_text
from enigma_panel.ui.theme.palette import Glyph, Severity

tr = Translations("Cells")

TAKEN_BACK, FROM_COPY = "TAKEN_BACK", "FROM_COPY"
"""Codes of queued tasks that were not sent: taken out, or of a copied ledger."""


SPOKEN_CHARS = 60
"""How much of a result or a question a screen reader says in its row: Details has all of it."""

USUAL_COST, USUAL_NAME = "< $0.001", "shop.example 12"
"""Samples as wide as nearly all costs of tasks and names of sessions."""


class Cell(Struct, frozen=True, kw_only=True):
    """A cell: text in its colour, a glyph before it, a dimmed tail behind, a bar (0…1) before all.

    dot: before the glyph, for what is new. needs_you: its whole row needs the person. steady: the
    tail changes often, so where not all has room, it begins in one place. tail_first: where there
    is no room for both, it stands alone. short: where there is no room for the tail, the text
    stands alone, and where there is none for that, this does. ending: how many of the text's last
    characters are never cut. spoken: what is spoken where it is not the text; copied: what is
    copied. tip: all of it, where there may be no room. hint: what it means; shown as a tip and
    described to a screen reader.
    """

    text: str = ""
    tail: str = ""
    steady: bool = False
    tail_first: bool = False
    short: str = ""
    ending: int = 0
    dot: bool = False
    needs_you: bool = False
    glyph: Glyph | None = None
    mark: Severity = Severity.DIM
    severity: Severity = Severity.PLAIN
    bold: bool = False
    bar: float | None = None
    spoken: str | None = None
    copied: str = ""
    tip: str = ""
    hint: str = ""

    @property
    def accessible_text(self) -> str:
        return self.text if self.spoken is None else self.spoken

    @property
    def copied_text(self) -> str:
        return self.copied or self.text

    @property
    def tool_tip(self) -> str:
        return "\n".join(part for part in (self.tip, self.hint) if part)


NO_CELL = Cell()


def stale_cell(cell: Cell, heard_ms: int | None) -> Cell:
    """Return the cell of what nothing is heard of, in grey. heard_ms: since when, or None."""
    old = tr("Service not reachable.")
    if heard_ms is not None:
        old = tr("Service not reachable: last known at {time}.", time=local_time(heard_ms))
    hint = f"{cell.hint}\n{old}" if cell.hint else old
    return replace(cell, severity=Severity.DIM, mark=Severity.DIM, bold=False, hint=hint)


def cost_cell(cost: Decimal | None, *, more_to_come: bool, spent: bool) -> Cell:
    """Return the cell of an amount, see `money`; spoken and copied whole."""
    text = money(cost, more_to_come=more_to_come, spent=spent)
    severity, copied, hint = Severity.DIM, "", ""
    if cost is not None:
        copied = exact_money(cost) + (UNKNOWN if text.endswith(UNKNOWN) else "")
        severity = Severity.PLAIN if is_sane(cost) else Severity.AMBER
        hint = exact_text(cost)
    return Cell(
        text=text, severity=severity, spoken=spoken_money(copied or text), copied=copied, hint=hint
    )


def _stopped_text(task: Task, session: Session | None) -> str:
    unsent = {
        FROM_COPY: tr("May have run since this history was copied"),
        TAKEN_BACK: tr("Never started"),
    }
    if task.code in unsent:
        return unsent[task.code]
    if task.code == AT_CAP and task.error is None:
        return tr("Stopped at your daily cap")
    if task.code == AT_CAP:
        cost = money(task.cost, more_to_come=False, spent=True)
        return tr("Stopped at your cap, {cost} of {cap}", cost=cost, cap=task.error)
    if task.stop_sent_ms is not None:
        return tr("Stopped by you")
    if session is not None and session.was_over_by(task.ended_ms or 0):
        from_here = session.phase is Phase.ENDED_BY_YOU or session.terminate_sent_ms is not None
        # If another task followed in that browser, the program may have closed it after that one.
        from_here = from_here and session.current_task in {None, task.key}
        return tr("You terminated it") if from_here else tr("Its browser was closed")
    return tr("Stopped")


def result_cell(task: Task, session: Session | None) -> Cell:
    """Return the session's task's result in one line."""
    match task.status:
        case _ if known_until_ms(task, session) is not None:
            text = tr("Its session has ended")
        case TaskStatus.DONE:
            text = shorten(task.result or "") or tr("Done, no text")
        case TaskStatus.FAILED | TaskStatus.LOST if task.question_missed:
            text = missed_text(task)
        case TaskStatus.FAILED:
            text = explain_code(task.code, task.error, ErrorContext(cost=task.cost)).what
        case TaskStatus.STOPPED:
            text = _stopped_text(task, session)
        case TaskStatus.LOST:
            text = tr("Its result is gone")
        case TaskStatus.UNCONFIRMED:
            text = tr("May be running and cost money")
        case TaskStatus.WORKING if task.stop_sent_ms is not None:
            text = tr("Stop sent, not confirmed")
        case TaskStatus.PAUSED:
            is_sure = task.pause_confirmed
            text = tr("Still billing") if is_sure else tr("Not confirmed · still billing")
        case TaskStatus.ASKS:
            question = task.question or ""
            text, words = asked_line("", question).lstrip(), shorten(question)
            text, tip = text[:1].upper() + text[1:], tr("Asks: “{question}”", question=words)
            return Cell(text=text, tip=tip, spoken=shorten(tip, SPOKEN_CHARS), copied=tip)
        case _:
            return Cell(text=ELLIPSIS, severity=Severity.DIM, spoken=spoken_text(ELLIPSIS))
    severity = (
        Severity.DIM if task.status in {TaskStatus.STOPPED, TaskStatus.LOST} else Severity.PLAIN
    )
    tip = shorten(task.result or text, 600)
    spoken = shorten(text, SPOKEN_CHARS) if task.status is TaskStatus.DONE else None
    return Cell(text=text, severity=severity, tip=tip, spoken=spoken, copied=task.result or "")
