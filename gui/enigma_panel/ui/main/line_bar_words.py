"""Words of the bar above the Tasks table: what the line as a whole waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from enigma_panel.api.errors import ApiError
from enigma_panel.services.types import PauseReason, QueueEntry, WaitReason
from enigma_panel.ui.errors_words import explain
from enigma_panel.ui.words import tr, tr_n


class QueueBarAction(StrEnum):
    """What the bar above the Tasks table offers."""

    GO_ON = "go_on"
    ADD_FUNDS = "add_funds"
    FUNDS_ADDED = "funds_added"
    ENTER_KEY = "enter_key"
    REMOVE_ALL = "remove_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """The line as a whole.

    error: what the service said when it made us hold. at_work: sessions with a task at work.
    has_page: the account's page is known.
    """

    pause_reason: PauseReason
    limit: int
    entries: Sequence[QueueEntry]
    error: ApiError | None = None
    at_work: int = 0
    has_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueBarText:
    """One sentence about the line. grave: it needs the person."""

    text: str
    actions: tuple[QueueBarAction, ...] = ()
    grave: bool = False


def queue_bar_action_label(offer: QueueBarAction) -> str:
    """The label of an offer of the bar."""
    match offer:
        case QueueBarAction.GO_ON:
            return tr("Go on")
        case QueueBarAction.ADD_FUNDS:
            return tr("Add funds")
        case QueueBarAction.FUNDS_ADDED:
            return tr("I have added funds")
        case QueueBarAction.ENTER_KEY:
            return tr("Enter the key")
        case QueueBarAction.REMOVE_ALL:
            return tr("Remove all")


def concerned(state: QueueState) -> list[int]:
    """Keys of the tasks that the bar speaks of: after a restart those of the last run alone."""
    old = state.pause_reason is PauseReason.RESTARTED
    return [e.task_key for e in state.entries if not old or e.why is WaitReason.STOPPED]


def queue_bar_text(state: QueueState) -> QueueBarText | None:
    """What to say above the table; None where the rows say it all."""
    n = len(concerned(state))
    if n == 0:
        return None
    match state.pause_reason:
        case PauseReason.RESTARTED:
            text = tr(
                "{wait} since the last run. Nothing is started until you say so.", wait=_wait(n)
            )
            return QueueBarText(text=text, actions=_with_remove(QueueBarAction.GO_ON), grave=True)
        case PauseReason.FUNDS:
            text = _because(state, tr("The balance is used up"), _works(state.at_work))
            page = (QueueBarAction.ADD_FUNDS,) if state.has_page else ()
            offers = (*page, QueueBarAction.FUNDS_ADDED, QueueBarAction.REMOVE_ALL)
            return QueueBarText(text=text, actions=offers, grave=True)
        case PauseReason.KEY:
            text = _because(state, tr("The API key was refused"))
            return QueueBarText(
                text=text, actions=_with_remove(QueueBarAction.ENTER_KEY), grave=True
            )
        case PauseReason.FORBIDDEN:
            text = _because(state, tr("This account may not do that"))
            return QueueBarText(text=text, actions=_with_remove(QueueBarAction.GO_ON), grave=True)
        case _:
            reason = _shared_reason(state)
            text = tr("{wait}: {reason}.", wait=_wait(n), reason=reason)
            return QueueBarText(text=text) if reason else None


def _with_remove(first: QueueBarAction) -> tuple[QueueBarAction, ...]:
    return first, QueueBarAction.REMOVE_ALL


def _because(state: QueueState, otherwise: str, works: str = "") -> str:
    """What the service said, and how many tasks wait for it."""
    what = explain(state.error).what.rstrip(".") if state.error is not None else otherwise
    wait = _wait(len(state.entries))
    return tr("{what}; {works}{wait}.", what=what, works=works, wait=wait)


def _works(n: int) -> str:
    return tr_n("1 session works on, ", "{n} sessions work on, ", n) if n else ""


def _wait(n: int) -> str:
    return tr("1 task waits here") if n == 1 else tr("{n} tasks wait here", n=f"{n:,}")


def _shared_reason(state: QueueState) -> str:
    """One task's reason stands in its row; only what holds up several is said here."""
    reasons = {entry.why for entry in state.entries} if len(state.entries) > 1 else set()
    if WaitReason.LEDGER in reasons:
        return tr("the ledger cannot be written at the moment")
    if WaitReason.NO_SLOT in reasons:
        return tr("as many browsers are open as may be ({n})", n=state.limit)
    if WaitReason.NO_BROWSER in reasons:
        return tr("the service has no free browser at the moment")
    if WaitReason.LIMITED in reasons or WaitReason.BUDGET in reasons:
        return tr("the calls of this minute are used up")
    return tr("there is no connection") if WaitReason.CONNECTION in reasons else ""


def remove_all_question(n: int) -> str:
    """Asked once before all tasks leave the line."""
    return tr_n(
        "Remove this task from the line? Nothing of it was sent.",
        "Remove these {n} tasks from the line? Nothing of them was sent.",
        n,
    )


def remove_all_text(n: int) -> str:
    """The button that does it."""
    return tr_n("Remove 1 task", "Remove {n} tasks", n)
