"""Words for the way in which news come, and for what an agent does now."""

from dataclasses import dataclass

from enigma_panel.api.protocols import LiveFault
from enigma_panel.services.types import LiveShare
from enigma_panel.ui.step_words import readable
from enigma_panel.ui.words import tr

NOW_CHARS = 120
"""What stands behind a task's text has little room."""


@dataclass(frozen=True, slots=True)
class Way:
    """The word in the status line, and what it means."""

    word: str
    tip: str


def way_text(share: LiveShare) -> Way:
    """'live', 'partly live (3 of 8)' or 'polling'; nothing while no session is open."""
    if share.of <= 0:
        return Way("", "")
    if share.up >= share.of:
        return Way(tr("live"), tr("News of all open sessions come at once."))
    why = _why(share.fault)
    if share.up > 0:
        word = tr("partly live ({n} of {all})", n=share.up, all=share.of)
        tip = tr("News of {n} of {all} open sessions come at once.", n=share.up, all=share.of)
        return Way(word, _joined(tip, _polls(), why))
    return Way(tr("polling"), _joined(_polls(), why))


def _polls() -> str:
    """While a start is held, or nothing answers, nothing is asked every 2 seconds."""
    return tr(
        "Without the channel a task is asked for every 2 seconds once the service has named it, "
        "less often while it does not answer."
    )


def now_text(text: str) -> str:
    """What an agent does now, short and in one plain line; empty when nothing is known."""
    return readable(text, NOW_CHARS)


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _why(fault: LiveFault | None) -> str:
    """Why there is no live channel, in a sentence of its own."""
    match fault:
        case LiveFault.REFUSED:
            return tr("The service refused the live channel.")
        case LiveFault.UNREACHABLE:
            return tr("The live channel could not be reached.")
        case LiveFault.LOST:
            return tr("The live channel broke off; it is tried again.")
        case LiveFault.PROTOCOL:
            return tr("What answered in the place of the live channel was not understood.")
        case LiveFault.ADDRESS:
            return tr("The address of the live channel leads to another host, so it is not used.")
        case LiveFault.MISSING:
            return tr("The part of this program for the live channel is not installed.")
        case LiveFault.BROKEN:
            return tr("The part of this program for the live channel could not be loaded.")
        case _:
            return ""
