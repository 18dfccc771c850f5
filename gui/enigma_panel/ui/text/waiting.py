"""Texts for what a queued task or a command waits for, and for what can be done about it."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct

from enigma_panel.services.types import PauseReason, PendingCommand, QueueEntry, WaitReason
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.check import field_name
from enigma_panel.ui.text.states import duration, spoken_duration
from enigma_panel.ui.text.verbs import sending_text, verb_label, verb_text
from enigma_panel.ui.theme.palette import Severity

tr = Translations("Waiting")

_SHARED = frozenset(
    {
        WaitReason.NO_SLOT,
        WaitReason.BUDGET,
        WaitReason.LIMITED,
        WaitReason.NO_BROWSER,
        WaitReason.CONNECTION,
        WaitReason.LEDGER,
    }
)
"""Reasons that hold up the queue rather than one task of it."""
_NEEDS_YOU = frozenset({WaitReason.SESSION_ENDED, WaitReason.UNSUPPORTED, WaitReason.KEY})


class WaitText(Struct, frozen=True, kw_only=True):
    """What something waits for, as it is read and as it is spoken. Amber needs the person."""

    text: str
    spoken: str
    severity: Severity = Severity.PLAIN


class QueueContext(Struct, frozen=True, kw_only=True):
    """What the text about a queued task may mention.

    is_first: no other task before it waits for the same reason; those behind it say their position.
    """

    pause_reason: PauseReason = PauseReason.NONE
    limit: int = 0
    session: str = ""
    is_first: bool = True


class QueueAction(StrEnum):
    """An action on a queued task."""

    START_NEXT = "start_next"
    UP = "up"
    NEW_SESSION = "new_session"
    EDIT = "edit"
    REMOVE = "remove"


class _Times(Struct, frozen=True):
    """How seconds are written into a sentence: as a clock shows them, or as '4 s'."""

    clock: Callable[[int], str]
    seconds: Callable[[int], str]


_READ = _Times(lambda s: duration(s * 1000), lambda s: tr("{n} s", n=s))
_SPOKEN = _Times(*2 * (lambda s: spoken_duration(s * 1000),))


def entry_text(entry: QueueEntry, now_ms: int, facts: QueueContext) -> WaitText:
    """Return why a queued task waits: '2nd in the queue, about 0:19', 'all 5 places are in use'."""
    left = left_s(entry.due_ms, now_ms)
    return WaitText(
        text=_entry_words(entry, left, facts, _READ),
        spoken=_entry_words(entry, left, facts, _SPOKEN),
        severity=Severity.AMBER if entry.why in _NEEDS_YOU else Severity.PLAIN,
    )


def _entry_words(entry: QueueEntry, left: int | None, facts: QueueContext, times: _Times) -> str:
    if entry.why is WaitReason.TURN or (entry.why in _SHARED and not facts.is_first):
        return _about(tr("{place} in the queue", place=ordinal(entry.position)), left, times)
    if entry.why in _SHARED:
        return _shared_words(entry.why, left, facts.limit, times)
    return _own_words(entry, facts)


def _shared_words(why: WaitReason, left: int | None, limit: int, times: _Times) -> str:
    match why:
        case WaitReason.NO_SLOT:
            return _about(no_slot_text(limit), left, times)
        case WaitReason.LIMITED:
            return _again(tr("too many calls this minute"), tr("continues"), left, times)
        case WaitReason.NO_BROWSER:
            return _again(tr("no free browser"), tr("tries again"), left, times)
        case WaitReason.CONNECTION if left is not None:
            return _again(tr("no connection"), tr("tries again"), left, times)
        case WaitReason.CONNECTION:
            return tr("no connection")
        case WaitReason.BUDGET if left is not None:
            return tr("waits for calls of this minute, {time}", time=times.clock(left))
        case WaitReason.BUDGET:
            return tr("waits for calls of this minute")
    return tr("waits until the ledger can be written")


def _own_words(entry: QueueEntry, facts: QueueContext) -> str:
    match entry.why:
        case WaitReason.BUSY:
            return tr("runs after the task in {session}", session=facts.session)
        case WaitReason.SESSION_ENDED:
            return tr("its session has ended")
        case WaitReason.UNSUPPORTED:
            names = tr(", ").join(f"“{field_name(field)}”" for field in entry.unsupported)
            return tr("the service dialect has no {fields} – Edit", fields=names)
        case WaitReason.CLOSING:
            return tr("waits until {session} is closed", session=facts.session)
        case WaitReason.KEY:
            return tr("waits for a key")
        case WaitReason.FUNDS:
            return tr("the account cannot pay")
        case WaitReason.STOPPED:
            return pause_text(facts.pause_reason)
        case WaitReason.SENDING:
            return tr("is being started")
    return tr("queued")


def _about(what: str, left: int | None, times: _Times) -> str:
    """Add the forecast, where there is one."""
    if left is None:
        return what
    return tr("{what}, about {time}", what=what, time=times.clock(left))


def _again(what: str, then: str, left: int | None, times: _Times) -> str:
    """Return what failed and when it is tried again: 'no connection – tries again in 4 s'."""
    if left is None:
        return tr("{what} – {then} now", what=what, then=then)
    return tr("{what} – {then} in {time}", what=what, then=then, time=times.seconds(left))


def pending_text(pending: PendingCommand, now_ms: int) -> WaitText:
    """Return why a command waits: 'Terminating in 3 s', 'Terminate waits, 0:12'."""
    left = left_s(pending.due_ms, now_ms)
    words = _pending_words
    if pending.sent_live and pending.why is not WaitReason.SENDING:
        words = _once_more
    return WaitText(text=words(pending, left, _READ), spoken=words(pending, left, _SPOKEN))


def _pending_words(pending: PendingCommand, left: int | None, times: _Times) -> str:
    verb = verb_label(pending.verb)
    match pending.why:
        case WaitReason.SENDING:
            return sending_text(pending.verb)
        case WaitReason.UNDO:
            going = verb_text(pending.verb).going
            if left is None:
                return going
            return tr("{going} in {time}", going=going, time=times.seconds(left))
        case WaitReason.CONNECTION:
            return tr("{verb} will be sent when there is a connection", verb=verb)
        case WaitReason.KEY:
            return tr("{verb} waits for the key", verb=verb)
        case WaitReason.NAME:
            return tr("{verb} waits for the start", verb=verb)
    if left is None:
        return tr("{verb} waits", verb=verb)
    return tr("{verb} waits, {time}", verb=verb, time=times.clock(left))


def _once_more(pending: PendingCommand, left: int | None, times: _Times) -> str:
    """Return why a command is sent again: 'Terminate sent over …; sent once more in 0:12'."""
    head = tr("{verb} sent over the live channel", verb=verb_label(pending.verb))
    if pending.why is WaitReason.CONNECTION:
        return tr("{sent}; sent once more when there is a connection", sent=head)
    if pending.why is WaitReason.KEY:
        return tr("{sent}; sent once more when there is a key", sent=head)
    if left is None:
        return tr("{sent}; it is sent once more", sent=head)
    return tr("{sent}; sent once more in {time}", sent=head, time=times.clock(left))


def queue_action_label(verb: QueueAction) -> str:
    """Return the label of an action on a queued task."""
    match verb:
        case QueueAction.START_NEXT:
            return tr("Start next")
        case QueueAction.UP:
            return tr("Up")
        case QueueAction.REMOVE:
            return tr("Remove")
        case QueueAction.NEW_SESSION:
            return tr("Run in a new session")
        case QueueAction.EDIT:
            return tr("Edit")


def queue_action_tip(verb: QueueAction) -> str:
    """Return what an action on a queued task does."""
    match verb:
        case QueueAction.START_NEXT:
            return tr("It is the next to be started.")
        case QueueAction.UP:
            return tr("One place nearer to its start.")
        case QueueAction.REMOVE:
            return tr("It is not started and costs nothing.")
        case QueueAction.NEW_SESSION:
            return tr("Queues it for a browser of its own.")
        case QueueAction.EDIT:
            return tr("Takes it out of the queue and opens it in New task.")


def possible(entry: QueueEntry | None) -> frozenset[QueueAction]:
    """Return what can be done with a task; nothing where it is not queued."""
    if entry is None:
        return frozenset()
    if entry.why is WaitReason.SESSION_ENDED:
        return frozenset({QueueAction.NEW_SESSION, QueueAction.REMOVE})
    if entry.why is WaitReason.UNSUPPORTED:
        return frozenset({QueueAction.EDIT, QueueAction.REMOVE})
    ahead = {QueueAction.START_NEXT, QueueAction.UP} if entry.position > 1 else set()
    return frozenset({QueueAction.REMOVE, *ahead})


def offered(entry: QueueEntry | None) -> frozenset[QueueAction]:
    """Return what is offered, possible or not.

    A button that comes and goes cannot be pressed twice.
    """
    able = possible(entry)
    if entry is None or able & {QueueAction.NEW_SESSION, QueueAction.EDIT}:
        return able
    return frozenset({QueueAction.START_NEXT, QueueAction.UP, QueueAction.REMOVE})


def undo_text(all_pending: Sequence[PendingCommand]) -> str:
    """Return the label that takes these commands back: 'Undo Terminate', 'Undo 3 commands'."""
    verbs = {pending.verb for pending in all_pending}
    if len(verbs) == 1:
        return tr("Undo {verb}", verb=verb_label(verbs.pop()))
    if not verbs:
        return tr("Undo")
    return tr.plural("Undo {n} command", "Undo {n} commands", len(all_pending))


def undo_tip() -> str:
    """Return what Undo does."""
    return tr("Takes the command back: it is not sent.")


def count_text(all_pending: Sequence[PendingCommand], now_ms: int) -> str:
    """Return how many commands wait, '2 commands wait, next 0:12'; empty when none does."""
    waiting = [pending for pending in all_pending if pending.why is not WaitReason.SENDING]
    if not waiting:
        return ""
    text = tr.plural("1 command waits", "{n} commands wait", len(waiting))
    times = [left for pending in waiting if (left := left_s(pending.due_ms, now_ms)) is not None]
    if not times:
        return text
    return tr("{words}, next {time}", words=text, time=duration(min(times) * 1000))


def ordinal(n: int) -> str:
    """Return a place: '1st', '2nd', '3rd', '11th', '22nd'."""
    if n % 100 in {11, 12, 13}:
        return tr("{n}th", n=n)
    endings = {1: tr("{n}st", n=n), 2: tr("{n}nd", n=n), 3: tr("{n}rd", n=n)}
    return endings.get(n % 10, tr("{n}th", n=n))


def firsts(entries: Sequence[QueueEntry]) -> frozenset[int]:
    """Return the keys of the tasks that are the first to wait for their reason."""
    first: dict[WaitReason, int] = {}
    for entry in entries:
        first.setdefault(entry.why, entry.task_key)
    return frozenset(first.values())


def left_s(due_ms: int | None, now_ms: int) -> int | None:
    """Return the whole seconds until then, rounded up; None where it is over or not known."""
    if due_ms is None or due_ms <= now_ms:
        return None
    return -(-(due_ms - now_ms) // 1000)


def no_slot_text(limit: int) -> str:
    """Return that no browser is free: 'all 5 places are in use'."""
    if limit == 2:
        return tr("both places are in use")
    return tr.plural("the only place is in use", "all {n} places are in use", limit)


def pause_text(reason: PauseReason) -> str:
    """Return why the whole queue is paused: 'the account cannot pay'."""
    return {
        PauseReason.RESTARTED: tr("from the last run – Go on"),
        PauseReason.FUNDS: tr("the account cannot pay"),
        PauseReason.KEY: tr("waits for a key"),
        PauseReason.FORBIDDEN: tr("the account may not do that – Go on"),
        PauseReason.UNTAKEN: tr("browsers open, but take no task – Go on"),
        PauseReason.DIALECT: tr("the service does not understand this dialect – Go on"),
    }.get(reason, tr("queued"))
