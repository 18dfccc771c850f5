"""Texts for what a queued task or a command waits for, and for what can be done about it."""

from collections.abc import Sequence
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


class WaitText(Struct, frozen=True, kw_only=True):
    """What something waits for, as it is read and as it is spoken. Amber needs the person."""

    text: str
    spoken: str
    severity: Severity = Severity.PLAIN


class QueueContext(Struct, frozen=True, kw_only=True):
    """What the text about a queued task may mention.

    is_first: no other task before it waits for the same; those behind it say their position.
    """

    pause_reason: PauseReason = PauseReason.NONE
    limit: int = 0
    session: str = ""
    is_first: bool = True


class QueueAction(StrEnum):
    """What can be done with a queued task."""

    START_NEXT = "start_next"
    UP = "up"
    NEW_SESSION = "new_session"
    EDIT = "edit"
    REMOVE = "remove"


def entry_text(entry: QueueEntry, now_ms: int, facts: QueueContext) -> WaitText:
    """'2nd in line, about 0:19', 'all 5 places are in use'."""
    if entry.why is WaitReason.TURN or (entry.why in _SHARED and not facts.is_first):
        return _position(entry, now_ms)
    match entry.why:
        case WaitReason.NO_SLOT:
            return _about(no_slot_text(facts.limit), entry, now_ms)
        case WaitReason.BUSY:
            return _plain(tr("runs after the task in {session}", session=facts.session))
        case WaitReason.SESSION_ENDED:
            return _needs_you(tr("its session has ended"))
        case WaitReason.UNSUPPORTED:
            names = tr(", ").join(f"“{field_name(field)}”" for field in entry.unsupported)
            return _needs_you(tr("the service dialect has no {fields} – Edit", fields=names))
        case WaitReason.CLOSING:
            return _plain(tr("waits until {session} is closed", session=facts.session))
        case WaitReason.KEY:
            return _needs_you(tr("waits for a key"))
        case WaitReason.FUNDS:
            return _plain(tr("the account cannot pay"))
        case WaitReason.STOPPED:
            return _plain(pause_text(facts.pause_reason))
        case WaitReason.LEDGER:
            return _plain(tr("waits until the ledger can be written"))
        case WaitReason.SENDING:
            return _plain(tr("is being started"))
        case _:
            return _counting(entry, now_ms)


def pending_text(pending: PendingCommand, now_ms: int) -> WaitText:
    """'Terminating in 3 s', 'Terminate waits, 0:12', 'Terminate waits for the key'."""
    if pending.sent_live and pending.why is not WaitReason.SENDING:
        return _once_more(pending, now_ms)
    verb = verb_label(pending.verb)
    left = left_s(pending.due_ms, now_ms)
    time = spoken_duration((left or 0) * 1000)
    match pending.why:
        case WaitReason.SENDING:
            return _plain(sending_text(pending.verb))
        case WaitReason.UNDO:
            going = verb_text(pending.verb).going
            if left is None:
                return _plain(going)
            text = tr("{going} in {time}")
            return WaitText(
                text=text.format(going=going, time=tr("{n} s", n=left)),
                spoken=text.format(going=going, time=time),
            )
        case WaitReason.CONNECTION:
            return _plain(tr("{verb} will be sent when there is a connection", verb=verb))
        case WaitReason.KEY:
            return _plain(tr("{verb} waits for the key", verb=verb))
        case WaitReason.NAME:
            return _plain(tr("{verb} waits for the start", verb=verb))
        case _ if left is not None:
            text = tr("{verb} waits, {time}")
            return WaitText(
                text=text.format(verb=verb, time=duration(left * 1000)),
                spoken=text.format(verb=verb, time=time),
            )
        case _:
            return _plain(tr("{verb} waits", verb=verb))


def queue_action_label(verb: QueueAction) -> str:
    """The label of what can be done with a queued task."""
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
    """What it does."""
    match verb:
        case QueueAction.START_NEXT:
            return tr("It is the next to be started.")
        case QueueAction.UP:
            return tr("One place nearer to its start.")
        case QueueAction.REMOVE:
            return tr("It is not started and costs nothing.")
        case QueueAction.NEW_SESSION:
            return tr("Waits in line for a browser of its own.")
        case QueueAction.EDIT:
            return tr("Takes it out of the line and opens it in New task.")


def possible(entry: QueueEntry | None) -> frozenset[QueueAction]:
    """What can be done with this task, nothing where it is not queued."""
    if entry is None:
        return frozenset()
    if entry.why is WaitReason.SESSION_ENDED:
        return frozenset({QueueAction.NEW_SESSION, QueueAction.REMOVE})
    if entry.why is WaitReason.UNSUPPORTED:
        return frozenset({QueueAction.EDIT, QueueAction.REMOVE})
    ahead = {QueueAction.START_NEXT, QueueAction.UP} if entry.position > 1 else set()
    return frozenset({QueueAction.REMOVE, *ahead})


def offered(entry: QueueEntry | None) -> frozenset[QueueAction]:
    """What is offered, possible or not: a button that comes and goes cannot be pressed twice."""
    able = possible(entry)
    if entry is None or able & {QueueAction.NEW_SESSION, QueueAction.EDIT}:
        return able
    return frozenset({QueueAction.START_NEXT, QueueAction.UP, QueueAction.REMOVE})


def undo_text(all_pending: Sequence[PendingCommand]) -> str:
    """The label of what takes these commands back: 'Undo Terminate', 'Undo 3 commands'."""
    verbs = {pending.verb for pending in all_pending}
    if len(verbs) == 1:
        return tr("Undo {verb}", verb=verb_label(verbs.pop()))
    if not verbs:
        return tr("Undo")
    return tr.plural("Undo {n} command", "Undo {n} commands", len(all_pending))


def undo_tip() -> str:
    """What Undo does."""
    return tr("Takes the command back: it is not sent.")


def count_text(all_pending: Sequence[PendingCommand], now_ms: int) -> str:
    """'2 commands wait, next 0:12', empty when none does."""
    waiting = [pending for pending in all_pending if pending.why is not WaitReason.SENDING]
    if not waiting:
        return ""
    text = tr.plural("1 command waits", "{n} commands wait", len(waiting))
    times = [left for pending in waiting if (left := left_s(pending.due_ms, now_ms)) is not None]
    if not times:
        return text
    return tr("{words}, next {time}", words=text, time=duration(min(times) * 1000))


def ordinal(n: int) -> str:
    """'1st', '2nd', '3rd', '11th', '22nd'."""
    if n % 100 in {11, 12, 13}:
        return tr("{n}th", n=n)
    endings = {1: tr("{n}st", n=n), 2: tr("{n}nd", n=n), 3: tr("{n}rd", n=n)}
    return endings.get(n % 10, tr("{n}th", n=n))


def firsts(entries: Sequence[QueueEntry]) -> frozenset[int]:
    """Keys of the tasks that are the first to wait for their reason."""
    first: dict[WaitReason, int] = {}
    for entry in entries:
        first.setdefault(entry.why, entry.task_key)
    return frozenset(first.values())


def left_s(due_ms: int | None, now_ms: int) -> int | None:
    """Whole seconds until then, rounded up; None where it is over or nobody can say."""
    if due_ms is None or due_ms <= now_ms:
        return None
    return -(-(due_ms - now_ms) // 1000)


def _plain(text: str) -> WaitText:
    return WaitText(text=text, spoken=text)


def _needs_you(text: str) -> WaitText:
    return WaitText(text=text, spoken=text, severity=Severity.AMBER)


def no_slot_text(limit: int) -> str:
    """'all 5 places are in use'."""
    if limit == 2:
        return tr("both places are in use")
    return tr.plural("the only place is in use", "all {n} places are in use", limit)


def pause_text(reason: PauseReason) -> str:
    """Why the whole queue does not move: 'the account cannot pay'."""
    return {
        PauseReason.RESTARTED: tr("from the last run – Go on"),
        PauseReason.FUNDS: tr("the account cannot pay"),
        PauseReason.KEY: tr("waits for a key"),
        PauseReason.FORBIDDEN: tr("the account may not do that – Go on"),
        PauseReason.UNTAKEN: tr("browsers open, but take no task – Go on"),
        PauseReason.DIALECT: tr("the service does not understand this dialect – Go on"),
    }.get(reason, tr("waits here"))


def _position(entry: QueueEntry, now_ms: int) -> WaitText:
    return _about(tr("{place} in line", place=ordinal(entry.position)), entry, now_ms)


def _about(what: str, entry: QueueEntry, now_ms: int) -> WaitText:
    """With the forecast, where there is one."""
    left = left_s(entry.due_ms, now_ms)
    if left is None:
        return _plain(what)
    text = tr("{what}, about {time}")
    return WaitText(
        text=text.format(what=what, time=duration(left * 1000)),
        spoken=text.format(what=what, time=spoken_duration(left * 1000)),
    )


def _counting(entry: QueueEntry, now_ms: int) -> WaitText:
    """Reasons that pass by themselves, with the time until then."""
    left = left_s(entry.due_ms, now_ms)
    time = spoken_duration((left or 0) * 1000)
    match entry.why:
        case WaitReason.BUDGET if left is not None:
            text = tr("waits for calls of this minute, {time}")
            return WaitText(
                text=text.format(time=duration(left * 1000)), spoken=text.format(time=time)
            )
        case WaitReason.BUDGET:
            return _plain(tr("waits for calls of this minute"))
        case WaitReason.LIMITED:
            return _again(tr("too many calls this minute"), tr("continues"), left, time)
        case WaitReason.NO_BROWSER:
            return _again(tr("no free browser"), tr("tries again"), left, time)
        case WaitReason.CONNECTION if left is not None:
            return _again(tr("no connection"), tr("tries again"), left, time)
        case WaitReason.CONNECTION:
            return _plain(tr("no connection"))
        case _:
            return _plain(tr("waits here"))


def _again(what: str, then: str, left: int | None, time: str) -> WaitText:
    """'no connection – tries again in 4 s'."""
    if left is None:
        return _plain(tr("{what} – {then} now", what=what, then=then))
    text = tr("{what} – {then} in {time}")
    return WaitText(
        text=text.format(what=what, then=then, time=tr("{n} s", n=left)),
        spoken=text.format(what=what, then=then, time=time),
    )


def _once_more(pending: PendingCommand, now_ms: int) -> WaitText:
    """'Terminate sent over the live channel; sent once more in 0:12'."""
    head = tr("{verb} sent over the live channel", verb=verb_label(pending.verb))
    left = left_s(pending.due_ms, now_ms)
    if pending.why is WaitReason.CONNECTION:
        return _plain(tr("{sent}; sent once more when there is a connection", sent=head))
    if pending.why is WaitReason.KEY:
        return _plain(tr("{sent}; sent once more when there is a key", sent=head))
    if left is None:
        return _plain(tr("{sent}; it is sent once more", sent=head))
    text = tr("{sent}; sent once more in {time}")
    return WaitText(
        text=text.format(sent=head, time=duration(left * 1000)),
        spoken=text.format(sent=head, time=spoken_duration(left * 1000)),
    )
