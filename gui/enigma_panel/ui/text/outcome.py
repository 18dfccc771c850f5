"""Texts for what became of an answer, or of something that could not be saved."""

from enigma_panel.services.types import (
    AnswerOutcome,
    AnswerResult,
    AnswerWait,
    DiskFullError,
    LedgerError,
    WaitReason,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.errors import Call, ErrorContext, explain
from enigma_panel.ui.text.states import duration

tr = Translations("Questions")

ANSWER_SENDS = 3
"""How often an answer is sent to a busy service before it is given up, with its text kept."""


def gone_text(*, has_text: bool, was_refused: bool = False) -> str:
    """Return that the agent no longer asks.

    was_refused: it did when the answer was sent, which was refused.
    """
    what = tr("This question is no longer open: the task went on or ended. Nothing was sent.")
    if was_refused:
        what = tr(
            "This question is no longer open: the task went on or ended. The answer was sent, and "
            "refused, while it was."
        )
    return what + " " + tr("Your text is still here.") if has_text else what


def answer_text(result: AnswerResult | None, *, has_text: bool) -> str:
    """Return what the person has to know about an answer; empty when there is nothing to say."""
    if result is None:
        return tr("Something went wrong. The answer may have been delivered.")
    match result.outcome:
        case AnswerOutcome.DELIVERED:
            return ""
        case AnswerOutcome.GONE:
            return gone_text(has_text=has_text, was_refused=result.error is not None)
        case AnswerOutcome.TAKEN_BACK:
            return tr("Taken back, nothing was delivered. Your text is still here.")
        case AnswerOutcome.FAILED:
            return _failed(result)
        case AnswerOutcome.SENT_LIVE:
            return sent_live_text()
        case AnswerOutcome.UNCONFIRMED:
            return tr(
                "The answer may have been delivered; it was not sent again. "
                "If the agent asks again, answer again."
            )


def sent_live_text() -> str:
    """Return that an answer went out by the live channel, which confirms nothing."""
    return tr(
        "The answer was sent over the live channel, because the calls of this minute are used up. "
        "The channel confirms nothing: if the agent still asks, the question comes back."
    )


def take_back_label() -> str:
    """Return the label of the button that keeps an answer from being sent."""
    return tr("Take back")


def wait_text(wait: AnswerWait | None, now_ms: int) -> str:
    """Return how far an answer is that was given and has not arrived."""
    if wait is None or wait.why is WaitReason.SENDING:
        return tr("Sending …")
    left = None if wait.due_ms is None else max(0, wait.due_ms - now_ms)
    if wait.why is WaitReason.NO_BROWSER:
        return _tries_again(tr("The service is busy"), left, wait.attempt)
    if wait.why is WaitReason.LIMITED:
        return _tries_again(tr("Too many calls this minute"), left, wait.attempt)
    if left is None:
        return tr("Waits for calls of this minute.")
    return tr("Waits for calls of this minute, {time}", time=duration(left + 999))


def asked_again_text() -> str:
    """Return what is said of a question that came back after its answer."""
    return tr("The agent asks again: your answer may not have been accepted.")


def maybe_answered_text() -> str:
    """Return what is said of a question whose answer was sent and never confirmed.

    That may have been in this run or before.
    """
    return tr(
        "This may have been answered already: an answer was sent, and nobody knows whether it "
        "arrived."
    )


def doubted_question_text() -> str:
    """Return what is said of a question that came with the ids of an unknown task."""
    return tr(
        "The service names another task with this question: perhaps it is not this agent that asks."
    )


def unknown_asker_text() -> str:
    """Return what is said of a question that any of several tasks of a session may ask."""
    return tr(
        "Several tasks of this session may ask this, and nothing says which one does. The answer "
        "goes to the one that asks: send a secret only if each of them may have it."
    )


def _tries_again(what: str, left_ms: int | None, attempt: int) -> str:
    tries = tr("{n} of {all}", n=attempt, all=ANSWER_SENDS)
    if left_ms is None:
        return tr("{what} – tries again ({tries})", what=what, tries=tries)
    seconds = -(-left_ms // 1000)
    return tr("{what} – tries again in {n} s ({tries})", what=what, n=seconds, tries=tries)


def _failed(result: AnswerResult) -> str:
    why = explain(result.error, ErrorContext(call=Call.ANSWER)).what if result.error else ""
    kept = tr("Your text is still here, you can send it again.")
    return " ".join(part for part in (tr("Not delivered."), why, kept) if part)


def not_saved_text(error: LedgerError) -> str:
    """Return that our own records could not be written, so nothing was sent."""
    if isinstance(error, DiskFullError):
        return tr("Nothing was sent: the disk is full. Your text is still here.")
    return tr(
        "Nothing was sent: the program's own records could not be written ({reason}). "
        "Your text is still here.",
        reason=error.reason,
    )
