"""Texts and rows of the recovery card, made of records alone."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.models import (
    Phase,
    Session,
    SessionState,
    Task,
    TaskStatus,
    shown_since_ms,
    shown_state,
)
from enigma_panel.core.money import MoneyKind, format_money, sum_money
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import ForeignSession, PendingCommand, WaitReason
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.money import exact_text, money, spoken_money
from enigma_panel.ui.text.states import (
    NONE,
    StateWord,
    duration,
    is_pause_confirmed,
    local_time,
    missing_word,
    session_state_text,
    time_left,
)
from enigma_panel.ui.text.verbs import verb_label
from enigma_panel.ui.text.waiting import pending_text
from enigma_panel.ui.theme.palette import Glyph, Severity

tr = Translations("Recovery")

Forms = tuple[str, str, str]
"""Words for the only one, for one of several, for many."""


class Outcome(StrEnum):
    """What became of a session meanwhile, in the order of the sentence."""

    UNSENT = "unsent"
    FINISHED = "finished"
    FAILED = "failed"
    WORKS = "works"
    ASKS = "asks"
    PAUSED = "paused"
    MAYBE_PAUSED = "maybe_paused"
    IDLE = "idle"
    MAYBE = "maybe"
    CUT_OFF = "cut_off"
    CLOSED = "closed"
    BY_YOU = "by_you"
    BY_LIMIT = "by_limit"
    EXPIRED = "expired"
    ASKING = "asking"
    UNCONFIRMED = "unconfirmed"


_LIVE = {
    SessionState.WORKING: Outcome.WORKS,
    SessionState.STARTING: Outcome.WORKS,
    SessionState.ASKS: Outcome.ASKS,
    SessionState.PAUSED: Outcome.PAUSED,
    SessionState.IDLE: Outcome.IDLE,
    SessionState.UNCONFIRMED: Outcome.MAYBE,
    SessionState.CONNECTION_LOST: Outcome.CUT_OFF,
}
_ENDS = {
    Phase.ENDED_BY_YOU: Outcome.BY_YOU,
    Phase.ENDED_BY_LIMIT: Outcome.BY_LIMIT,
    Phase.EXPIRED_ASSUMED: Outcome.EXPIRED,
    Phase.FAILED: Outcome.FAILED,
}
_FORMS = tr.mark(
    {
        Outcome.UNSENT: (
            "it was opened, but its task was never sent – it only costs money",
            "1 was opened, but its task was never sent – it only costs money",
            "{n} were opened, but their tasks were never sent – they only cost money",
        ),
        Outcome.FINISHED: (
            "it finished meanwhile",
            "1 finished meanwhile",
            "{n} finished meanwhile",
        ),
        Outcome.FAILED: ("it failed", "1 failed", "{n} failed"),
        Outcome.WORKS: ("it still works", "1 still works", "{n} still work"),
        Outcome.ASKS: ("it asks you", "1 asks you", "{n} ask you"),
        Outcome.PAUSED: ("it is paused", "1 is paused", "{n} are paused"),
        Outcome.MAYBE_PAUSED: ("it may be paused", "1 may be paused", "{n} may be paused"),
        Outcome.IDLE: (
            "it is idle and costs money",
            "1 is idle and costs money",
            "{n} are idle and cost money",
        ),
        Outcome.MAYBE: ("it may be working", "1 may be working", "{n} may be working"),
        Outcome.CUT_OFF: (
            "it lost its connection",
            "1 lost its connection",
            "{n} lost their connections",
        ),
        Outcome.CLOSED: ("it closed", "1 closed", "{n} closed"),
        Outcome.BY_YOU: ("it was ended by you", "1 was ended by you", "{n} were ended by you"),
        Outcome.BY_LIMIT: (
            "it was ended by its time limit",
            "1 was ended by its time limit",
            "{n} were ended by their time limits",
        ),
        Outcome.EXPIRED: ("it expired (assumed)", "1 expired (assumed)", "{n} expired (assumed)"),
        Outcome.ASKING: ("still asking about it", "still asking about 1", "still asking about {n}"),
    }
)
_AWAY_FORMS = tr.mark({Outcome.FINISHED: ("it finished", "1 finished", "{n} finished")})
_GOING = frozenset({WaitReason.SENDING, WaitReason.TURN, WaitReason.NAME})
_MARKS = {TaskStatus.DONE: "✓ ", TaskStatus.FAILED: "✗ "}


class RecoveredSession(Struct, frozen=True, kw_only=True):
    """One session as the card shows it. unsent: opened for a task that was never sent.

    asking: the service has not answered about it since; what is known is from before. missing: it
    answered that it does not find it, and is asked again.
    foreign: what it was opened with that is not in use now.
    """

    session: Session
    task: Task | None = None
    cost: Decimal | None = None
    unsent: bool = False
    asking: bool = False
    missing: bool = False
    foreign: ForeignSession | None = None
    pending: PendingCommand | None = None

    @property
    def outcome(self) -> Outcome:
        """What became of it, as far as is known."""
        if self.session.is_ended:
            return _end(self.session, self.task)
        if self.session.phase is Phase.UNCONFIRMED:
            return Outcome.UNCONFIRMED
        if self.unsent:
            return Outcome.UNSENT
        if self.asking or self.missing:
            return Outcome.ASKING
        outcome = _LIVE[shown_state(self.session, self.task)]
        if outcome is Outcome.PAUSED and not is_pause_confirmed(self.task):
            return Outcome.MAYBE_PAUSED
        return outcome


class RecoveryRow(Struct, frozen=True, kw_only=True):
    """What stands in a row. grave: its note is in amber; undo: Keep takes a Terminate back.

    can_*: which of its buttons are there.
    """

    key: int
    glyph: Glyph
    mark: Severity
    severity: Severity
    state: str
    name: str
    note: str
    left: str
    cost: str
    cost_hint: str
    spoken: str
    grave: bool = False
    can_keep: bool = False
    undo: bool = False
    can_terminate: bool = False
    can_show: bool = False

    @property
    def has_button(self) -> bool:
        """Whether there is anything to press in it."""
        return self.can_keep or self.can_terminate or self.can_show


def recovered_text(recovered: Sequence[RecoveredSession], *, queued: int) -> str:
    """The card after a start of the program. queued: tasks in a queue that stands still."""
    open_then = [entry for entry in recovered if entry.outcome is not Outcome.UNCONFIRMED]
    parts = []
    if open_then:
        parts.append(_were_open(open_then))
    parts.append(_unconfirmed(recovered))
    if not open_then and parts[-1]:
        parts.append(tr("Nothing was started twice."))
    parts += [_commands(recovered), _queued(queued)]
    return " ".join(part for part in parts if part)


def away_text(recovered: Sequence[RecoveredSession], slept_ms: int, *, queued: int = 0) -> str:
    """The card after the computer slept."""
    known = [entry for entry in recovered if entry.outcome is not Outcome.UNCONFIRMED]
    what = _outcomes(known, alone=False, forms={**_FORMS, **_AWAY_FORMS})
    parts = [
        tr("This computer slept for {time}.", time=duration(slept_ms)),
        tr("Meanwhile: {what}.", what=what) if what else "",
        _unconfirmed(recovered),
        _commands(recovered),
        _queued(queued),
    ]
    return " ".join(part for part in parts if part)


def recovery_row(recovered: RecoveredSession, now_ms: int, *, can_terminate: bool) -> RecoveryRow:
    """Words, signs and buttons for a session. can_terminate: a Terminate can be given now."""
    session, task, pending = recovered.session, recovered.task, recovered.pending
    word = _word(recovered)
    left = time_left(session, now_ms)
    cost = _row_cost(recovered.cost, session, task)
    lasted = "" if _is_still(recovered) else f" {_lasted(session, task, now_ms)}"
    state, spoken = word.word + lasted, word.accessible_text + lasted
    if pending is not None:
        going = pending_text(pending, now_ms)
        state, spoken = going.text, going.spoken
    note = _note(recovered)
    undo = pending is not None and pending.verb is CommandVerb.TERMINATE and pending.can_undo
    told = (session.name, spoken, _left_text(left), _cost_text(cost), note)
    return RecoveryRow(
        key=session.key,
        glyph=word.glyph,
        mark=word.mark,
        severity=word.severity,
        state=state,
        name=session.name,
        note=note,
        left=left,
        cost=cost,
        cost_hint=exact_text(recovered.cost) if recovered.cost is not None else "",
        spoken=", ".join(part for part in told if part),
        grave=recovered.outcome is Outcome.UNSENT,
        can_keep=not session.is_ended,
        undo=undo,
        can_terminate=can_terminate and not session.is_ended,
        can_show=session.is_ended and task is not None,
    )


def settled_row(row: RecoveryRow) -> RecoveryRow:
    """What stands there of a row that was settled, until it can leave: no button any more."""
    state = tr("kept") if row.can_keep else row.state
    return replace(
        row,
        mark=Severity.DIM,
        severity=Severity.DIM,
        state=state,
        note="",
        spoken=tr("{session}, {state}", session=row.name, state=state),
        can_keep=False,
        can_terminate=False,
        can_show=False,
    )


def _end(session: Session, task: Task | None) -> Outcome:
    """A result counts for more than the way in which its browser ended."""
    status = task.status if task is not None else None
    if status is TaskStatus.DONE:
        return Outcome.FINISHED
    if session.phase in _ENDS:
        return _ENDS[session.phase]
    return Outcome.FAILED if status is TaskStatus.FAILED else Outcome.CLOSED


def _were_open(recovered: Sequence[RecoveredSession]) -> str:
    return tr.plural(
        "1 browser was open: {what}; nothing was started twice.",
        "{n} browsers were open: {what}; nothing was started twice.",
        len(recovered),
        what=_outcomes(recovered, alone=len(recovered) == 1, forms=_FORMS),
    )


def _outcomes(
    recovered: Iterable[RecoveredSession], *, alone: bool, forms: Mapping[Outcome, Forms]
) -> str:
    groups: dict[Outcome, list[RecoveredSession]] = {}
    for entry in recovered:
        groups.setdefault(entry.outcome, []).append(entry)
    parts = (
        _outcome(forms[outcome], groups[outcome], alone=alone)
        for outcome in Outcome
        if outcome in groups
    )
    return ", ".join(parts)


def _outcome(forms: Forms, group: Sequence[RecoveredSession], *, alone: bool) -> str:
    it, one, many = forms
    text = tr(it) if alone else tr.plural(one, many, len(group))
    return text + (_cost(group) if group[0].outcome is Outcome.FINISHED else "")


def _cost(group: Sequence[RecoveredSession]) -> str:
    """' ($0.04)'; nothing where nobody told, and never 0 for what is not known."""
    known = [entry.cost for entry in group if entry.cost is not None]
    if not known:
        return ""
    amount = spoken_money(format_money(sum_money(known), MoneyKind.SUM))
    return f" ({amount})" if len(known) == len(group) else tr(" ({amount} and more)", amount=amount)


def _unconfirmed(recovered: Iterable[RecoveredSession]) -> str:
    """Starts of which nobody knows whether they happened."""
    starts = [entry.session for entry in recovered if entry.outcome is Outcome.UNCONFIRMED]
    if not starts:
        return ""
    ends = [session.expires_ms for session in starts if session.expires_ms is not None]
    text = tr.plural(
        "1 start is unconfirmed: it may be running and cost money",
        "{n} starts are unconfirmed: they may be running and cost money",
        len(starts),
    )
    if ends:
        text += tr.plural(
            "; if so, it ends by {time}",
            "; if so, they end by {time}",
            len(starts),
            time=local_time(max(ends)),
        )
    return text + "."


def _commands(recovered: Iterable[RecoveredSession]) -> str:
    """'1 Terminate is sent now.'"""
    all_pending = [entry.pending for entry in recovered if entry.pending is not None]
    waits = [pending.verb for pending in all_pending if pending.why is WaitReason.CONNECTION]
    going = [pending.verb for pending in all_pending if pending.why in _GOING]
    others = [
        w.verb for w in all_pending if w.why not in _GOING and w.why is not WaitReason.CONNECTION
    ]
    now = tr.plural("{what} is sent now.", "{what} are sent now.", len(going), what=_verbs(going))
    soon = tr.plural("{what} waits.", "{what} wait.", len(others), what=_verbs(others))
    later = tr.plural(
        "{what} waits for a connection.",
        "{what} wait for a connection.",
        len(waits),
        what=_verbs(waits),
    )
    return " ".join(text for text, n in ((now, going), (soon, others), (later, waits)) if n)


def _verbs(verbs: Iterable[CommandVerb]) -> str:
    counts = Counter(verbs)
    return ", ".join(
        f"{n} × {verb_label(verb)}" if n > 1 else f"1 {verb_label(verb)}"
        for verb, n in counts.items()
    )


def _queued(n: int) -> str:
    return tr.plural("1 task waits here.", "{n} tasks wait here.", n) if n else ""


def _word(recovered: RecoveredSession) -> StateWord:
    if recovered.outcome is Outcome.ASKING and recovered.missing:
        return missing_word()
    if recovered.outcome is Outcome.ASKING:
        return StateWord(Glyph.RING, tr("still asking…"), Severity.DIM)
    return session_state_text(shown_state(recovered.session, recovered.task), recovered.task)


def _is_still(recovered: RecoveredSession) -> bool:
    return recovered.session.is_ended or recovered.outcome is Outcome.ASKING


def _lasted(session: Session, task: Task | None, now_ms: int) -> str:
    return duration(now_ms - shown_since_ms(session, task))


def _note(recovered: RecoveredSession) -> str:
    if recovered.outcome is Outcome.UNSENT:
        return tr("opened, but its task was never sent – it only costs money")
    own = (
        [_foreign_text(recovered)]
        if recovered.foreign is not None and not recovered.session.is_ended
        else []
    )
    return " – ".join([*own, *_task(recovered)])


def _foreign_text(recovered: RecoveredSession) -> str:
    """Why there is no Terminate; one that the service did not name nobody can end anyway."""
    key = recovered.foreign is ForeignSession.KEY
    what = tr("opened with another key") if key else tr("opened at another address")
    can_be_ended = recovered.session.service_id is not None
    return tr("{what}: Terminate needs that one", what=what) if can_be_ended else what


def _task(recovered: RecoveredSession) -> list[str]:
    if recovered.task is None:
        return []
    return [_MARKS.get(recovered.task.status, "") + shorten(recovered.task.spec.text)]


def _row_cost(cost: Decimal | None, session: Session, task: Task | None) -> str:
    spent = task is not None and task.sent_ms is not None
    return money(cost, more_to_come=not session.is_ended, spent=spent)


def _left_text(left: str) -> str:
    return "" if left == NONE else tr("{time} left", time=left)


def _cost_text(cost: str) -> str:
    return tr("cost: {amount}", amount=spoken_money(cost))
