"""What became of something that was sent or saved, in words."""

from enigma_panel.services.views import AnswerOutcome, AnswerResult
from enigma_panel.store.ledger.errors import DiskFullError, LedgerError
from enigma_panel.ui.words import tr


def gone(*, has_text: bool) -> str:
    """The agent no longer asks."""
    what = tr("This question is no longer open: the task went on or ended. Nothing was sent.")
    return what + " " + tr("Your text is still here.") if has_text else what


def answer_words(result: AnswerResult | None, *, has_text: bool) -> str:
    """What the person has to know about an answer; empty when there is nothing to say."""
    if result is None:
        return tr("Something went wrong. The answer may have been delivered.")
    match result.outcome:
        case AnswerOutcome.DELIVERED:
            return ""
        case AnswerOutcome.GONE:
            return gone(has_text=has_text)
        case AnswerOutcome.FAILED:
            return tr("Not delivered. Your text is still here, you can send it again.")
        case AnswerOutcome.UNCONFIRMED:
            return tr(
                "The answer may have been delivered; it was not sent again. "
                "If the agent asks again, answer again."
            )


def not_kept(error: LedgerError) -> str:
    """The program's own records could not be written, so nothing was sent."""
    if isinstance(error, DiskFullError):
        return tr("Nothing was sent: the disk is full. Your text is still here.")
    return tr(
        "Nothing was sent: the program's own records could not be written ({reason}). "
        "Your text is still here.",
        reason=error.reason,
    )
