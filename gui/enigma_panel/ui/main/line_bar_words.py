"""Words of the bar above the Tasks table: what the line as a whole waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from enigma_panel.api.errors import ApiError
from enigma_panel.services.views import Hold, LineEntry, Why
from enigma_panel.ui.errors_words import explain
from enigma_panel.ui.words import tr, tr_n


class LineOffer(StrEnum):
    """What the bar above the Tasks table offers."""

    GO_ON = "go_on"
    ADD_FUNDS = "add_funds"
    FUNDS_ADDED = "funds_added"
    ENTER_KEY = "enter_key"
    REMOVE_ALL = "remove_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """The line as a whole.

    error: what the service said when it made us hold. at_work: sessions with a task at work.
    has_page: the account's page is known.
    """

    hold: Hold
    ceiling: int
    entries: Sequence[LineEntry]
    error: ApiError | None = None
    at_work: int = 0
    has_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BarWords:
    """One sentence about the line. grave: it needs the person."""

    text: str
    offers: tuple[LineOffer, ...] = ()
    grave: bool = False


def offer_word(offer: LineOffer) -> str:
    """The label of an offer of the bar."""
    match offer:
        case LineOffer.GO_ON:
            return tr("Go on")
        case LineOffer.ADD_FUNDS:
            return tr("Add funds")
        case LineOffer.FUNDS_ADDED:
            return tr("I have added funds")
        case LineOffer.ENTER_KEY:
            return tr("Enter the key")
        case LineOffer.REMOVE_ALL:
            return tr("Remove all")


def concerned(state: LineState) -> list[int]:
    """Keys of the tasks that the bar speaks of: after a restart those of the last run alone."""
    old = state.hold is Hold.RESTARTED
    return [e.task_key for e in state.entries if not old or e.why is Why.STOPPED]


def bar_words(state: LineState) -> BarWords | None:
    """What to say above the table; None where the rows say it all."""
    n = len(concerned(state))
    if n == 0:
        return None
    match state.hold:
        case Hold.RESTARTED:
            text = tr(
                "{wait} since the last run. Nothing is started until you say so.", wait=_wait(n)
            )
            return BarWords(text=text, offers=_with_remove(LineOffer.GO_ON), grave=True)
        case Hold.FUNDS:
            text = _because(state, tr("The balance is used up"), _works(state.at_work))
            page = (LineOffer.ADD_FUNDS,) if state.has_page else ()
            offers = (*page, LineOffer.FUNDS_ADDED, LineOffer.REMOVE_ALL)
            return BarWords(text=text, offers=offers, grave=True)
        case Hold.KEY:
            text = _because(state, tr("The API key was refused"))
            return BarWords(text=text, offers=_with_remove(LineOffer.ENTER_KEY), grave=True)
        case Hold.FORBIDDEN:
            text = _because(state, tr("This account may not do that"))
            return BarWords(text=text, offers=_with_remove(LineOffer.GO_ON), grave=True)
        case _:
            reason = _shared_reason(state)
            text = tr("{wait}: {reason}.", wait=_wait(n), reason=reason)
            return BarWords(text=text) if reason else None


def _with_remove(first: LineOffer) -> tuple[LineOffer, ...]:
    return first, LineOffer.REMOVE_ALL


def _because(state: LineState, otherwise: str, works: str = "") -> str:
    """What the service said, and how many tasks wait for it."""
    what = explain(state.error).what.rstrip(".") if state.error is not None else otherwise
    wait = _wait(len(state.entries))
    return tr("{what}; {works}{wait}.", what=what, works=works, wait=wait)


def _works(n: int) -> str:
    return tr_n("1 session works on, ", "{n} sessions work on, ", n) if n else ""


def _wait(n: int) -> str:
    return tr("1 task waits here") if n == 1 else tr("{n} tasks wait here", n=f"{n:,}")


def _shared_reason(state: LineState) -> str:
    """One task's reason stands in its row; only what holds up several is said here."""
    reasons = {entry.why for entry in state.entries} if len(state.entries) > 1 else set()
    if Why.LEDGER in reasons:
        return tr("the ledger cannot be written at the moment")
    if Why.PLACES in reasons:
        return tr("as many browsers are open as may be ({n})", n=state.ceiling)
    if Why.NO_BROWSER in reasons:
        return tr("the service has no free browser at the moment")
    if Why.LIMITED in reasons or Why.BUDGET in reasons:
        return tr("the calls of this minute are used up")
    return tr("there is no connection") if Why.CONNECTION in reasons else ""


def remove_all_question(n: int) -> str:
    """Asked once before all tasks leave the line."""
    return tr_n(
        "Remove this task from the line? Nothing of it was sent.",
        "Remove these {n} tasks from the line? Nothing of them was sent.",
        n,
    )


def remove_all_words(n: int) -> str:
    """The button that does it."""
    return tr_n("Remove 1 task", "Remove {n} tasks", n)
