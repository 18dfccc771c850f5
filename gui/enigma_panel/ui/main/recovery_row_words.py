"""What stands in one row of the recovery card."""

from decimal import Decimal

from enigma_panel.core.models import (
    Session,
    StateVerb,
    Task,
    TaskStatus,
    shown_since_ms,
    shown_state,
)
from enigma_panel.services.types import ForeignSession
from enigma_panel.ui.icons import Glyph
from enigma_panel.ui.main.recovery_rows import Row
from enigma_panel.ui.main.recovery_words import Fate, RecoveredSession
from enigma_panel.ui.status_words import (
    NONE,
    Severity,
    StateWord,
    duration,
    money,
    session_state_text,
    spoken,
    time_left,
)
from enigma_panel.ui.wish_words import pending_text
from enigma_panel.ui.words import shorten, tr

_MARKS = {TaskStatus.DONE: "✓ ", TaskStatus.FAILED: "✗ "}


def row_of(seen: RecoveredSession, now_ms: int, *, can_terminate: bool) -> Row:
    """Words, signs and buttons for a session. can_terminate: a Terminate can be given now."""
    session, task, pending = seen.session, seen.task, seen.pending
    word = _word(seen)
    left = time_left(session, now_ms)
    cost = _row_cost(seen.cost, session, task)
    state = word.word if _is_still(seen) else f"{word.word} {_lasted(session, task, now_ms)}"
    said = state
    if pending is not None:
        going = pending_text(pending, now_ms)
        state, said = going.text, going.said
    note = _note(seen)
    undo = pending is not None and pending.verb is StateVerb.TERMINATE and pending.can_undo
    told = (session.name, said, _left_text(left), _cost_text(cost), note)
    return Row(
        key=session.key,
        glyph=word.glyph,
        mark=word.mark,
        severity=word.severity,
        state=state,
        name=session.name,
        note=note,
        left=left,
        cost=cost,
        spoken=", ".join(part for part in told if part),
        grave=seen.fate is Fate.UNSENT,
        can_keep=not session.is_ended,
        undo=undo,
        can_terminate=can_terminate and not session.is_ended,
        can_show=session.is_ended and task is not None,
    )


def _word(seen: RecoveredSession) -> StateWord:
    if seen.fate is Fate.ASKING:
        return StateWord(Glyph.RING, tr("still asking…"), Severity.DIM)
    return session_state_text(shown_state(seen.session, seen.task), seen.task)


def _is_still(seen: RecoveredSession) -> bool:
    return seen.session.is_ended or seen.fate is Fate.ASKING


def _lasted(session: Session, task: Task | None, now_ms: int) -> str:
    return duration(now_ms - shown_since_ms(session, task))


def _note(seen: RecoveredSession) -> str:
    if seen.fate is Fate.UNSENT:
        return tr("opened, but its task was never sent – it only costs money")
    own = [_stranger(seen)] if seen.foreign is not None and not seen.session.is_ended else []
    return " – ".join([*own, *_task(seen)])


def _stranger(seen: RecoveredSession) -> str:
    """Why there is no Terminate; one that the service did not name nobody can end anyway."""
    key = seen.foreign is ForeignSession.KEY
    what = tr("opened with another key") if key else tr("opened at another address")
    can_be_ended = seen.session.service_id is not None
    return tr("{what}: Terminate needs that one", what=what) if can_be_ended else what


def _task(seen: RecoveredSession) -> list[str]:
    if seen.task is None:
        return []
    return [_MARKS.get(seen.task.status, "") + shorten(seen.task.spec.text)]


def _row_cost(cost: Decimal | None, session: Session, task: Task | None) -> str:
    spent = task is not None and task.sent_ms is not None
    return money(cost, more_to_come=not session.is_ended, spent=spent)


def _left_text(left: str) -> str:
    return "" if left == NONE else tr("{time} left", time=left)


def _cost_text(cost: str) -> str:
    return tr("cost: {amount}", amount=spoken(cost))
