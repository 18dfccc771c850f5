"""Texts for what became of an answer, or of something that could not be saved."""

from errno import EACCES, EDQUOT, ENOSPC

from enigma_panel.services.types import (
    AnswerOutcome,
    AnswerResult,
    AnswerWait,
    DiskFullError,
    LedgerError,
    PendingCommand,
    WaitReason,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.errors import Call, ErrorContext, explain
from enigma_panel.ui.text.states import spoken_duration

tr = Translations("Questions")

ANSWER_SENDS = 3
"""How often an answer is sent to a busy service before it is given up, with its text kept."""


def gone_text(*, has_text: bool, was_refused: bool = False) -> str:
    """Return that the agent no longer asks; was_refused: since the answer was."""
    what = tr("The agent no longer asks this. Nothing was sent.")
    if was_refused:
        what = tr("Your answer was sent and refused. The agent no longer asks this.")
    return what + " " + tr("Your text is still here.") if has_text else what


def answer_text(result: AnswerResult | None, *, has_text: bool) -> str:
    """Return what the person has to know about an answer; empty when there is nothing to say."""
    if result is None:
        return tr("Something went wrong. Your answer may have arrived.")
    match result.outcome:
        case AnswerOutcome.DELIVERED:
            return ""
        case AnswerOutcome.GONE:
            return gone_text(has_text=has_text, was_refused=result.error is not None)
        case AnswerOutcome.TAKEN_BACK:
            return tr("Taken back. Nothing was sent. Your text is still here.")
        case AnswerOutcome.FAILED:
            return _failed(result)
        case AnswerOutcome.UNCONFIRMED:
            return tr("Your answer may have arrived. If the agent asks again, answer again.")


def take_back_label() -> str:
    """Return the label of the button that keeps an answer from being sent."""
    return tr("Take back")


def wait_text(wait: AnswerWait | None, now_ms: int) -> str:
    """Return how far an answer is that was given and has not arrived."""
    if wait is None or wait.why is WaitReason.SENDING:
        return tr("Sending…")
    left = None if wait.due_ms is None else max(0, wait.due_ms - now_ms)
    if wait.why is WaitReason.NO_BROWSER:
        return _tries_again(tr("The service is busy"), left, wait.attempt)
    if wait.why is WaitReason.LIMITED:
        return _tries_again(tr("Rate limit"), left, wait.attempt)
    if left is None:
        return tr("Rate limit, sends as soon as possible")
    return tr("Rate limit, sends in {n} s", n=-(-left // 1000))


def asked_again_text() -> str:
    """Return what is said of a question that came back after its answer."""
    return tr("The agent asks again. It may not have accepted your answer.")


def cap_stop_text(pending: PendingCommand | None, now_ms: int) -> str:
    """Return that the task that asks is about to be stopped at its cap, whatever is answered."""
    if pending is None or not pending.at_cap:
        return ""
    if pending.due_ms is None or pending.due_ms <= now_ms:
        return tr("Stops at your cap.")
    return tr("Stops at your cap in {time}.", time=spoken_duration(pending.due_ms - now_ms))


def maybe_answered_text() -> str:
    """Return what is said of a question whose answer, of any run, was never confirmed."""
    return tr("An answer was sent, but it may not have arrived.")


def unknown_asker_text() -> str:
    """Return what is said of a question that any of several tasks of a session may ask."""
    return tr("It is unclear which task is asking. Any of them may read your answer.")


def _tries_again(what: str, left_ms: int | None, attempt: int) -> str:
    tries = tr("{n} of {all}", n=attempt, all=ANSWER_SENDS)
    if left_ms is None:
        return tr("{what}, trying again ({tries})", what=what, tries=tries)
    seconds = -(-left_ms // 1000)
    return tr("{what}, next try in {n} s ({tries})", what=what, n=seconds, tries=tries)


def _failed(result: AnswerResult) -> str:
    why = explain(result.error, ErrorContext(call=Call.ANSWER)).what if result.error else ""
    kept = tr("Your text is still here. Send it again.")
    return " ".join(part for part in (tr("Not sent."), why, kept) if part)


def not_saved_text(error: LedgerError) -> str:
    """Return that our own records could not be written, so nothing was sent."""
    if isinstance(error, DiskFullError):
        return tr("Nothing was sent: the disk is full. Your text is still here.")
    return tr(
        "Nothing was sent: the history could not be saved ({reason}). Your text is still here.",
        reason=error.reason,
    )


def no_file_text(error: OSError | LedgerError) -> str:
    """Return why a file was not made, and what to do."""
    match error:
        case LedgerError():
            return tr("Not saved: the history could not be read ({reason}).", reason=error.reason)
        case OSError(errno=code) if code in {ENOSPC, EDQUOT}:
            return tr("Not saved: the disk is full. Choose another folder.")
        case OSError(errno=code) if code == EACCES:
            return tr("Not saved: you can't write there. Choose another folder.")
        case FileNotFoundError() | NotADirectoryError():
            return tr("Not saved: that folder does not exist. Choose another one.")
    reason = error.strerror or tr("no reason given")
    return tr("Not saved ({reason}). Choose another folder.", reason=reason)
