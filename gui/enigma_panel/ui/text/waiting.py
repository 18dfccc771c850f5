"""Texts for what a queued task or a command waits for, and for what can be done about it."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from enigma_panel.services.types import PauseReason, PendingCommand, QueueEntry, WaitReason
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.check import field_name
from enigma_panel.ui.text.states import MINUTE, duration
from enigma_panel.ui.text.verbs import sending_text, verb_label, verb_text
from enigma_panel.ui.theme.palette import Severity

tr = Translations("Waiting")

_SHARED = frozenset(
    {
        WaitReason.NO_SLOT,
        WaitReason.ANSWER,
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
    """What something waits for. Amber needs the person."""

    text: str
    severity: Severity = Severity.DIM


class QueueContext(Struct, frozen=True, kw_only=True):
    """What is said of a queued task. is_first: of those that wait for the same.

    is_long: its place is said in whole, "2nd in the queue, about 19 s".
    """

    pause_reason: PauseReason = PauseReason.NONE
    limit: int = 0
    session: str = ""
    is_first: bool = True
    is_offline: bool = False
    is_long: bool = False


class QueueAction(StrEnum):
    START_NEXT = "start_next"
    UP = "up"
    NEW_SESSION = "new_session"
    EDIT = "edit"
    REMOVE = "remove"


def entry_text(entry: QueueEntry, now_ms: int, facts: QueueContext) -> WaitText:
    """Return why a queued task waits: 'Next, about 19 s', 'Its session has ended'."""
    is_untimed = facts.is_offline and entry.why is not WaitReason.CONNECTION
    time = "" if is_untimed else _left(entry.due_ms, now_ms)
    is_slot_due = bool(time) and entry.why is WaitReason.NO_SLOT  # the time is worth more
    is_turn = is_slot_due or entry.why is WaitReason.TURN
    if is_turn or (entry.why in _SHARED and not facts.is_first):
        place = ordinal(entry.position)
        place = place if time and not facts.is_long else tr("{place} in the queue", place=place)
        text = _about(tr("Next") if entry.position == 1 else place, time)
    else:
        text = _reason(entry, facts, time)
    severity = Severity.AMBER if entry.why in _NEEDS_YOU else Severity.DIM
    return WaitText(text=text, severity=severity)


def _reason(entry: QueueEntry, facts: QueueContext, time: str) -> str:
    match entry.why:
        case WaitReason.NO_SLOT:
            return no_slot_text(facts.limit)
        case WaitReason.LIMITED | WaitReason.BUDGET:
            return tr("Rate limit, starts in {time}", time=time) if time else tr("Rate limit")
        case WaitReason.NO_BROWSER:
            return _next_try(tr("The service has no free browser"), time)
        case WaitReason.CONNECTION:
            return _next_try(tr("Offline"), time)
        case WaitReason.BUSY:
            return tr("Runs after the task in {session}", session=facts.session)
        case WaitReason.UNSUPPORTED:
            names = tr(", ").join(f"“{field_name(field)}”" for field in entry.unsupported)
            return tr("This service has no {fields}: edit the task", fields=names)
        case WaitReason.CLOSING:
            return tr("Waiting until {session} is closed", session=facts.session)
        case WaitReason.STOPPED:
            return pause_text(facts.pause_reason)
    return {
        WaitReason.ANSWER: tr("Next, once you answer"),
        WaitReason.LEDGER: tr("Waiting until the history can be saved"),
        WaitReason.SESSION_ENDED: tr("Its session has ended"),
        WaitReason.KEY: pause_text(PauseReason.KEY),
        WaitReason.FUNDS: pause_text(PauseReason.FUNDS),
        WaitReason.CAP: pause_text(PauseReason.CAP),
        WaitReason.SENDING: tr("Starting"),
    }.get(entry.why, tr("Queued"))


def _about(what: str, time: str) -> str:
    return tr("{what}, about {time}", what=what, time=time) if time else what


def _next_try(what: str, time: str) -> str:
    return tr("{what}, next try in {time}", what=what, time=time) if time else what


def pending_text(pending: PendingCommand, now_ms: int) -> str:
    """Return why a command waits: 'Terminating in 3 s', 'Terminate once online'."""
    time = _left(pending.due_ms, now_ms)
    verb = verb_label(pending.verb)
    if pending.why is WaitReason.SENDING:
        return sending_text(pending.verb)
    if pending.sent_live:
        verb = tr("{verb} sent, again", verb=verb)
    match pending.why:
        case WaitReason.UNDO:
            going = verb_text(pending.verb).going
            return tr("{going} in {time}", going=going, time=time) if time else going
        case WaitReason.CONNECTION:
            return tr("{verb} once online", verb=verb)
        case WaitReason.KEY:
            return tr("{verb} once there is a key", verb=verb)
        case WaitReason.NAME:
            return tr("{verb} once it has started", verb=verb)
    if not time and not pending.sent_live:
        return sending_text(pending.verb)
    return tr("{verb} in {time}", verb=verb, time=time) if time else tr("{verb} soon", verb=verb)


def _left(due_ms: int | None, now_ms: int) -> str:
    """Return the time until then, '43 s' or '3 min', rounded up; '' where over or not known."""
    left = left_s(due_ms, now_ms)
    if left is None:
        return ""
    return tr("{n} s", n=left) if left < MINUTE else tr("{n} min", n=-(-left // MINUTE))


def queue_action_label(verb: QueueAction) -> str:
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
    match verb:
        case QueueAction.START_NEXT:
            return tr("Moves it to the front of the queue.")
        case QueueAction.UP:
            return tr("Moves it up one place in the queue.")
        case QueueAction.REMOVE:
            return tr("It won't start and costs nothing.")
        case QueueAction.NEW_SESSION:
            return tr("Queues it for a new browser.")
        case QueueAction.EDIT:
            return tr("Removes it from the queue and opens it in New task.")


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
    """Return what is offered, possible or not: a button stays where it was pressed."""
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
    return tr("Takes the command back. It is not sent.")


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
    """Return that no browser is free: 'Waiting for a free browser (5 of 5 in use)'."""
    return tr("Waiting for a free browser ({n} of {n} in use)", n=limit)


def parked_text(n: int) -> str:
    """Return that so many tasks are parked, "" for none."""
    if n == 0:
        return ""
    return tr.plural("1 queued task is on hold.", "{n} queued tasks are on hold.", n)


def pause_text(reason: PauseReason) -> str:
    """Return why the whole queue is paused: 'The balance is used up'."""
    return {
        PauseReason.FUNDS: tr("The balance is used up"),
        PauseReason.CAP: tr("Daily cap reached"),
        PauseReason.KEY: tr("Waiting for an API key"),
        PauseReason.FORBIDDEN: tr("This account can't do that, on hold"),
        PauseReason.UNTAKEN: tr("Browsers open but take no task, on hold"),
        PauseReason.DIALECT: tr("The service dialect does not fit, on hold"),
    }.get(reason, tr("On hold"))
