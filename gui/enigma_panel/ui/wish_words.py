"""Words for commands on their way: what stands on a session's row, what can be taken back."""

from collections.abc import Sequence

from enigma_panel.services.types import PendingCommand, WaitReason
from enigma_panel.ui.line_words import WaitText, left_s
from enigma_panel.ui.status_words import (
    duration,
    spoken_duration,
    verb_going,
    verb_pending,
    verb_word,
)
from enigma_panel.ui.words import tr, tr_n


def pending_text(pending: PendingCommand, now_ms: int) -> WaitText:
    """'Terminating in 3 s', 'Terminate waits, 0:12', 'Terminate waits for the key'."""
    if pending.sent_live and pending.why is not WaitReason.SENDING:
        return _once_more(pending, now_ms)
    verb = verb_word(pending.verb)
    left = left_s(pending.due_ms, now_ms)
    spoken = spoken_duration((left or 0) * 1000)
    match pending.why:
        case WaitReason.SENDING:
            return _same(verb_pending(pending.verb))
        case WaitReason.UNDO:
            going = verb_going(pending.verb)
            if left is None:
                return _same(going)
            words = "{going} in {time}"
            return WaitText(
                text=tr(words, going=going, time=tr("{n} s", n=left)),
                said=tr(words, going=going, time=spoken),
            )
        case WaitReason.CONNECTION:
            return _same(tr("{verb} will be sent when there is a connection", verb=verb))
        case WaitReason.KEY:
            return _same(tr("{verb} waits for the key", verb=verb))
        case WaitReason.NAME:
            return _same(tr("{verb} waits for the start", verb=verb))
        case _ if left is not None:
            words = "{verb} waits, {time}"
            return WaitText(
                text=tr(words, verb=verb, time=duration(left * 1000)),
                said=tr(words, verb=verb, time=spoken),
            )
        case _:
            return _same(tr("{verb} waits", verb=verb))


def _once_more(pending: PendingCommand, now_ms: int) -> WaitText:
    """'Terminate sent over the live channel; sent once more in 0:12'."""
    head = tr("{verb} sent over the live channel", verb=verb_word(pending.verb))
    left = left_s(pending.due_ms, now_ms)
    if pending.why is WaitReason.CONNECTION:
        return _same(tr("{sent}; sent once more when there is a connection", sent=head))
    if pending.why is WaitReason.KEY:
        return _same(tr("{sent}; sent once more when there is a key", sent=head))
    if left is None:
        return _same(tr("{sent}; it is sent once more", sent=head))
    words = "{sent}; sent once more in {time}"
    return WaitText(
        text=tr(words, sent=head, time=duration(left * 1000)),
        said=tr(words, sent=head, time=spoken_duration(left * 1000)),
    )


def _same(text: str) -> WaitText:
    return WaitText(text=text, said=text)


def undo_text(all_pending: Sequence[PendingCommand]) -> str:
    """The label of what takes these commands back: 'Undo Terminate', 'Undo 3 commands'."""
    verbs = {pending.verb for pending in all_pending}
    if len(verbs) == 1:
        return tr("Undo {verb}", verb=verb_word(verbs.pop()))
    return tr("Undo {n} commands", n=len(all_pending)) if verbs else tr("Undo")


def undo_tip() -> str:
    """What Undo does."""
    return tr("Takes the command back: it is not sent.")


def count_text(all_pending: Sequence[PendingCommand], now_ms: int) -> str:
    """'2 commands wait, next 0:12', empty when none does."""
    waiting = [pending for pending in all_pending if pending.why is not WaitReason.SENDING]
    if not waiting:
        return ""
    words = tr_n("1 command waits", "{n} commands wait", len(waiting))
    times = [left for pending in waiting if (left := left_s(pending.due_ms, now_ms)) is not None]
    if not times:
        return words
    return tr("{words}, next {time}", words=words, time=duration(min(times) * 1000))
