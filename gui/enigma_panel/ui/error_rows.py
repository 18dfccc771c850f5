"""The rows of the table "words for errors": what happened, what it costs, what to do."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from enigma_panel.core.money import format_money
from enigma_panel.ui.words import tr, tr_n


class Call(StrEnum):
    """What was asked of the service when the error came."""

    START = "start"  # the browser of a new session, or session and task in one call
    NEW_TASK = "new_task"  # a task in an open session
    COMMAND = "command"
    ANSWER = "answer"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorContext:
    """What the words may mention. Amounts in dollars, times as they are to be read ("14:37").

    has_page: the account page is known; stays_open: the session can be given another task.
    """

    call: Call = Call.OTHER
    task: str = ""
    session: str = ""
    cost: Decimal | None = None
    open_sessions: int = 0
    left: str = ""
    ends_at: str = ""
    has_page: bool = False
    stays_open: bool = False


@dataclass(frozen=True, slots=True)
class ErrorText:
    """Up to three short sentences; empty where there is nothing to say."""

    what: str
    money: str = ""
    todo: str = ""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(part for part in (self.what, self.money, self.todo) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorFacts:
    """What a row of the table gets to see."""

    context: ErrorContext
    status: int = 0
    message: str = ""
    reason: str = ""
    wait_s: int | None = None
    balance: Decimal | None = None
    limit: int | None = None


def again(facts: ErrorFacts, otherwise: str) -> str:
    """When to try again, as the service said it, else otherwise."""
    if facts.wait_s is None:
        return otherwise
    return tr("Try again in {n} s.", n=facts.wait_s)


def with_message(what: str, facts: ErrorFacts) -> str:
    """Our words with the service's own message behind them."""
    return (
        tr("{what}: “{message}”", what=what, message=facts.message) if facts.message else what + "."
    )


def nothing_started(facts: ErrorFacts) -> str:
    """Said of a start that is given up."""
    starts = facts.context.call in {Call.START, Call.NEW_TASK}
    return tr("Nothing was started.") if starts else ""


# -- the request ----------------------------------------------------------------------------------


def bad_task(facts: ErrorFacts) -> ErrorText:
    """A field of the task is wrong."""
    what = with_message(tr("The service did not accept this task"), facts)
    return ErrorText(what, nothing_started(facts), tr("Change it and start it again."))


def other_refusal(facts: ErrorFacts) -> ErrorText:
    """A refusal that no other row knows."""
    what = with_message(tr("The service refused this ({status})", status=facts.status), facts)
    return ErrorText(what, nothing_started(facts))


def key_refused(_facts: ErrorFacts) -> ErrorText:
    """The key is wrong."""
    return ErrorText(tr("The API key was refused."), todo=tr("Enter another key."))


def key_expired(_facts: ErrorFacts) -> ErrorText:
    """The key was right once."""
    return ErrorText(tr("The API key has expired."), todo=tr("Enter another key."))


def no_balance(facts: ErrorFacts) -> ErrorText:
    """Nothing is left on the account."""
    what = tr("The balance is used up.")
    if facts.balance is not None:
        what = tr("The balance is used up ({left} left).", left=format_money(facts.balance))
    n = facts.context.open_sessions
    money = tr_n("1 session works on.", "{n} sessions work on.", n) if n else ""
    return ErrorText(what, money, tr("Add funds to your account, then start the task again."))


def payment_failed(_facts: ErrorFacts) -> ErrorText:
    """The account could not be charged."""
    return ErrorText(
        tr("The account's payment was declined."), todo=tr("Check it on the account page.")
    )


def forbidden(facts: ErrorFacts) -> ErrorText:
    """The account lacks a right."""
    return ErrorText(
        with_message(tr("This account may not do that"), facts), nothing_started(facts)
    )


# -- sessions and tasks ---------------------------------------------------------------------------


def session_gone(_facts: ErrorFacts) -> ErrorText:
    """About the session, never about the key."""
    return ErrorText(tr("The session has ended."), tr("It costs no more."), tr("Start a new one."))


def task_gone(_facts: ErrorFacts) -> ErrorText:
    """The task was cleaned up."""
    return ErrorText(
        tr("The service no longer knows this task."), todo=tr("Its result cannot be fetched.")
    )


def session_limit(facts: ErrorFacts) -> ErrorText:
    """As many sessions as the account may have."""
    what = tr("All places are in use.")
    if facts.limit:
        what = tr_n("The only place is in use.", "All {n} places are in use.", facts.limit)
    return ErrorText(what, nothing_started(facts), tr("Start it again when one is free."))


def busy(_facts: ErrorFacts) -> ErrorText:
    """One task at a time."""
    return ErrorText(
        tr("This session is busy."), todo=tr("Start it again when its task has ended.")
    )


def timed_out(facts: ErrorFacts) -> ErrorText:
    """Longer than its own limit."""
    cost = facts.context.cost
    money = tr("It cost {amount}.", amount=format_money(cost)) if cost is not None else ""
    what = tr("The task took longer than its limit.")
    return ErrorText(what, money, tr("Give it more time or make it smaller."))


def page_did_not_load(_facts: ErrorFacts) -> ErrorText:
    """A page was too slow."""
    return ErrorText(tr("A page did not load in 30 s."), todo=tr("Run it again."))


def not_found_on_page(_facts: ErrorFacts) -> ErrorText:
    """The page lacks what the task is about."""
    return ErrorText(tr("The agent did not find what it needed."), todo=tr("Say it differently."))


def crashed(facts: ErrorFacts) -> ErrorText:
    """The browser's page crashed; the browser may live on."""
    left = facts.context.left
    if not left:
        return ErrorText(tr("The page crashed."), todo=tr("Run it again."))
    money = tr("The browser is open, {left} left.", left=left)
    return ErrorText(tr("The page crashed."), money, tr("Run it again here, or terminate."))


def not_kept(_facts: ErrorFacts) -> ErrorText:
    """What cannot be kept is not sent."""
    what = tr("The ledger could not be written, so the task was not sent.")
    return ErrorText(what, tr("Its browser is being closed."), tr("Make room on the disk."))


def taken_back(_facts: ErrorFacts) -> ErrorText:
    """The person took it out of the line."""
    return ErrorText(tr("It was taken out of the line."), tr("Nothing was started."))


def from_copy(_facts: ErrorFacts) -> ErrorText:
    """It waited in line when the copy of the ledger was made that is in use now."""
    return ErrorText(
        tr("It waited in line when the copy of the ledger was made."),
        tr("Whether it ran since then is not known."),
        tr("If it did not, run it again."),
    )


def ended_first(_facts: ErrorFacts) -> ErrorText:
    """Terminated while its browser was being opened."""
    return ErrorText(tr("The session was terminated before the task was sent."))


def unknown_task_error(facts: ErrorFacts) -> ErrorText:
    """A code that is not documented, or none."""
    what = with_message(tr("The task failed"), facts)
    return ErrorText(what, todo=tr("Run it again, or say it differently."))
