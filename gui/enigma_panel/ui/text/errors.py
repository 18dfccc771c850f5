"""Texts for errors, one table: what happened, what it means for the money, what to do.

`explain` is for a call that failed, `explain_code` for what a task itself reports. The service's
own message is quoted where it helps, never instead of our words.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.money import MoneyKind, format_money, is_sane
from enigma_panel.core.observation import OTHER_DIALECT, STATUS_PREFIX
from enigma_panel.services.retry_policy import reply_of
from enigma_panel.services.types import (
    REFUSALS,
    TOO_MANY,
    ApiError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    SessionGoneError,
)
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.money import spoken_money

tr = Translations("Errors")

QUOTE_LIMIT = 200


class Call(StrEnum):
    """What was asked of the service when the error came."""

    START = "start"  # the browser of a new session, or session and task in one call
    NEW_TASK = "new_task"  # a task in an open session
    COMMAND = "command"
    ANSWER = "answer"
    OTHER = "other"


class ErrorContext(Struct, frozen=True, kw_only=True):
    """What the words may mention. Amounts in dollars, times as they are to be read ("14:37").

    has_page: the account page is known; stays_open: the session can be given another task.
    is_closed: the session has ended. dialect: the name of the one that the service asked for.
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
    is_closed: bool = False
    dialect: str = ""


class ErrorText(Struct, frozen=True):
    """Up to three short sentences; one is empty where there is nothing to say."""

    what: str
    money: str = ""
    todo: str = ""

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.what, self.money, self.todo) if part)


class ErrorDetails(Struct, frozen=True, kw_only=True):
    """What a row of the table gets to see."""

    context: ErrorContext
    status: int = 0
    message: str = ""
    reason: str = ""
    wait_s: int | None = None
    balance: Decimal | None = None
    limit: int | None = None


NO_CONTEXT = ErrorContext()
Row = Callable[[ErrorDetails], ErrorText]
_LOST = {Call.START: "lost start", Call.NEW_TASK: "lost newTask"}
_REASONS: dict[str, Callable[[], str]] = {
    "dns": lambda: tr("the service's address was not found"),
    "tls": lambda: tr("no secure connection"),
    "refused": lambda: tr("the connection was refused"),
    "timeout": lambda: tr("no answer in time"),
    "proxy": lambda: tr("the proxy blocked it"),
}


def explain(error: ApiError, context: ErrorContext = NO_CONTEXT) -> ErrorText:
    """Return the words for a call that brought no usable answer."""
    return TABLE[row_of(error, context.call)](_details(error, context))


def explain_code(
    code: str | None, message: str | None, context: ErrorContext = NO_CONTEXT
) -> ErrorText:
    """Return the words for the error that a task reports of itself."""
    status = _status_in(code)
    row = TABLE.get(_ROW_OF_STATUS.get(status, (code or "").upper()))
    if row is None:
        row = other_refusal if status else unknown_task_error
    if status and not message and status not in _CLEAR_STATUSES:
        row = nonsense  # a refusal in the words of a gateway: it says nothing about key or account
    return row(ErrorDetails(context=context, status=status, message=_quote(message)))


def explain_lost(context: ErrorContext) -> ErrorText:
    """Return the words for a lost reply to a start or, where the call was that, to a new task."""
    return TABLE[_LOST.get(context.call, "lost start")](ErrorDetails(context=context))


def row_of(error: ApiError, call: Call = Call.OTHER) -> str:
    """Return the table's row for an error. The status decides, the code refines."""
    if call in _LOST and not error.nothing_happened:
        return _LOST[call]
    if isinstance(error, SessionGoneError):
        return "SESSION_NOT_FOUND"
    if isinstance(error, NotConnectedError):
        return "no connection"
    if isinstance(error, ProtocolError):
        return "RATE_LIMIT_EXCEEDED" if error.status == TOO_MANY else "nonsense"
    if not isinstance(error, RejectedError):
        return "interrupted"
    code, status = (error.reply.code or "").upper(), error.reply.status
    if code in REFUSALS or code in OTHER_DIALECT:
        return code
    return _ROW_OF_STATUS.get(status, "nonsense" if status >= 500 else "other refusal")


def _details(error: ApiError, context: ErrorContext) -> ErrorDetails:
    reply = reply_of(error)
    if reply is not None:
        wait = reply.retry_after_s
        return ErrorDetails(
            context=context,
            status=reply.status,
            message=_quote(reply.message),
            wait_s=None if wait is None else max(1, round(wait)),
            balance=reply.balance,
            limit=reply.limit,
        )
    status = error.status if isinstance(error, ProtocolError) else 0
    reason = getattr(error, "reason", "")
    return ErrorDetails(context=context, status=status, reason=reason)


def _status_in(code: str | None) -> int:
    """Return the status of a refusal that came without a code: "HTTP_429" is 429."""
    head, _, number = (code or "").partition(STATUS_PREFIX)
    return int(number) if not head and len(number) == 3 and number.isdecimal() else 0


def _quote(message: str | None) -> str:
    return shorten(message or "", QUOTE_LIMIT)


def again(facts: ErrorDetails, otherwise: str) -> str:
    """Return when to try again, as the service said it, else `otherwise`."""
    if facts.wait_s is None:
        return otherwise
    return tr("Try again in {n} s.", n=facts.wait_s)


def with_message(what: str, facts: ErrorDetails) -> str:
    """Return our words with the service's own message behind them."""
    if not facts.message:
        return tr("{what}.", what=what)
    return tr("{what}: “{message}”.", what=what, message=facts.message.removesuffix("."))


def nothing_started(facts: ErrorDetails) -> str:
    """Return what is said of a start that is given up."""
    return {
        Call.START: tr("Nothing was started."),
        Call.NEW_TASK: tr("The task was not started."),  # its browser was, and may cost something
    }.get(facts.context.call, "")


# -- the request ----------------------------------------------------------------------------------


def bad_task(facts: ErrorDetails) -> ErrorText:
    if facts.context.call in {Call.COMMAND, Call.ANSWER}:
        return other_refusal(facts)
    what = with_message(tr("The service did not accept this task"), facts)
    return ErrorText(what, nothing_started(facts), tr("Change it and start it again."))


def other_dialect(facts: ErrorDetails) -> ErrorText:
    """The service looks for the task in another place of the request."""
    if not facts.context.dialect:
        return bad_task(facts)
    what = with_message(tr("The service does not understand this dialect"), facts)
    todo = tr("The service seems to speak {dialect}.", dialect=facts.context.dialect)
    return ErrorText(what, nothing_started(facts), todo)


def other_refusal(facts: ErrorDetails) -> ErrorText:
    what = with_message(tr("The service refused this ({status})", status=facts.status), facts)
    return ErrorText(what, nothing_started(facts))


def key_refused(_details: ErrorDetails) -> ErrorText:
    return ErrorText(tr("The API key was refused."), todo=tr("Enter another key."))


def no_balance(facts: ErrorDetails) -> ErrorText:
    what = tr("The balance is used up.")
    if facts.balance is not None:
        left = format_money(facts.balance, MoneyKind.BALANCE)
        what = tr("The balance is used up ({left} left).", left=spoken_money(left))
    n = facts.context.open_sessions
    money = tr.plural("1 session carries on.", "{n} sessions carry on.", n) if n else ""
    return ErrorText(what, money, tr("Add funds to your account, then start the task again."))


def forbidden(facts: ErrorDetails) -> ErrorText:
    return ErrorText(with_message(tr("This account can't do that"), facts), nothing_started(facts))


# -- sessions and tasks ---------------------------------------------------------------------------


def session_gone(facts: ErrorDetails) -> ErrorText:
    """The session is not found, which is never about the key and proves no end."""
    if facts.context.call is Call.NEW_TASK and facts.context.is_closed:
        what, todo = tr("The service lost its browser."), tr("Start it again.")
        return ErrorText(what, tr("Nothing is running."), todo)
    what = tr("The service does not find this session.")
    if facts.context.is_closed:
        return ErrorText(what, nothing_started(facts), tr("Start a new one."))
    money = nothing_started(facts) or tr("It may have ended, or still cost money.")
    return ErrorText(what, money, tr("Terminate it to be sure, or start a new one."))


def session_limit(facts: ErrorDetails) -> ErrorText:
    what = tr("All browsers are in use.")
    if facts.limit:
        what = tr.plural("The only browser is in use.", "All {n} browsers are in use.", facts.limit)
    return ErrorText(what, nothing_started(facts), tr("Start it again when one is free."))


def timed_out(facts: ErrorDetails) -> ErrorText:
    """The task took longer than its own limit."""
    cost = facts.context.cost
    money = ""
    if cost is not None and is_sane(cost):
        money = tr("It cost {amount}.", amount=spoken_money(format_money(cost)))
    what = tr("The task took longer than its limit.")
    return ErrorText(what, money, tr("Give it more time or make it smaller."))


def crashed(facts: ErrorDetails) -> ErrorText:
    """The browser's page crashed; the browser may live on."""
    left = facts.context.left
    if not left:
        return ErrorText(tr("The page crashed."), todo=tr("Run it again."))
    money = tr("The browser is open, {left} left.", left=left)
    return ErrorText(tr("The page crashed."), money, tr("Run it again here, or terminate."))


def ledger_failed(_details: ErrorDetails) -> ErrorText:
    """The ledger could not be written: what cannot be kept is not sent."""
    what = tr("The history could not be saved, so the task was not sent.")
    return ErrorText(what, tr("Its browser is being closed."), tr("Free some space on the disk."))


def unknown_task_error(facts: ErrorDetails) -> ErrorText:
    """The task's code is not documented, or there is none."""
    what = with_message(tr("The task failed"), facts)
    return ErrorText(what, todo=tr("Run it again, or try other words."))


def too_many_calls(facts: ErrorDetails) -> ErrorText:
    """The limit of calls per minute is reached."""
    todo = again(facts, tr("Try again in a minute."))
    return ErrorText(tr("Rate limit reached."), nothing_started(facts), todo)


def no_browser(facts: ErrorDetails) -> ErrorText:
    todo = again(facts, tr("Try again in a moment."))
    return ErrorText(tr("The service has no free browser."), nothing_started(facts), todo)


def nonsense(facts: ErrorDetails) -> ErrorText:
    """The answer was no JSON, cut short, or a 5xx; a start that may be lost is none of these."""
    what = tr("The service answered in a way that makes no sense ({status}).", status=facts.status)
    money = nothing_started(facts)
    return ErrorText(what, money, "" if money else tr("The program keeps checking."))


def no_connection(facts: ErrorDetails) -> ErrorText:
    """There is no connection, so nothing was sent."""
    what = tr("No connection.")
    if facts.reason in _REASONS:
        what = tr("No connection: {reason}.", reason=_REASONS[facts.reason]())
    return ErrorText(what, nothing_started(facts))


def interrupted(_details: ErrorDetails) -> ErrorText:
    """The call was sent and the answer lost; the call starts nothing."""
    what = tr("The connection broke before the service answered.")
    return ErrorText(what, todo=tr("It may or may not have arrived. Watch the session."))


def lost_start(facts: ErrorDetails) -> ErrorText:
    """A start was sent and the answer lost: a browser may be open."""
    what = tr("The start of “{task}” is unconfirmed.", task=shorten(facts.context.task, 60))
    money = tr("It may be running and cost money.")
    if facts.context.ends_at:
        money = tr(
            "It may be running and cost money. If so, the service ends it by {time}.",
            time=facts.context.ends_at,
        )
    todo = tr("Start it again (may run twice) or dismiss it.")
    if facts.context.has_page:
        todo = tr("Check the account page. Then dismiss it, or start it again (may run twice).")
    return ErrorText(what, money, todo)


def lost_new_task(facts: ErrorDetails) -> ErrorText:
    """A task was sent and the answer lost: it may be working."""
    what = tr("The reply to “{task}” was lost.", task=shorten(facts.context.task, 60))
    money = tr(
        "It may or may not be running in {session}, and cost money.", session=facts.context.session
    )
    todo = tr("Wait until the session ends, or terminate it.")
    if facts.context.stays_open:
        todo = tr("Ask the session for its result, or terminate it.")
    return ErrorText(what, money, todo)


# Names in capitals are codes of the service; the others are cases of our own.
TABLE: dict[str, Row] = {
    "INVALID_PARAMS": bad_task,
    "INVALID_PARAMETER": bad_task,
    "MISSING_REQUIRED_FIELD": bad_task,
    "INVALID_TASK_DETAILS": bad_task,
    **dict.fromkeys(OTHER_DIALECT, other_dialect),
    "other refusal": other_refusal,
    "INVALID_API_KEY": key_refused,
    "UNAUTHORIZED": key_refused,
    "API_KEY_EXPIRED": lambda _: ErrorText(
        tr("The API key has expired."), todo=tr("Enter another key.")
    ),
    "INSUFFICIENT_BALANCE": no_balance,
    "PAYMENT_FAILED": lambda _: ErrorText(
        tr("The account's payment was declined."), todo=tr("Check it on the account page.")
    ),
    "SPENDING_LIMIT_REACHED": lambda _: ErrorText(
        tr("The account's spending limit is reached."), todo=tr("Raise it on the account page.")
    ),
    "forbidden": forbidden,
    "SESSION_NOT_FOUND": session_gone,
    "SESSION_EXPIRED": session_gone,
    "TASK_NOT_FOUND": lambda _: ErrorText(
        tr("The service no longer knows this task."), todo=tr("Its result can't be fetched.")
    ),
    "SESSION_LIMIT_REACHED": session_limit,
    "TASK_ALREADY_RUNNING": lambda _: ErrorText(
        tr("This session is busy."), todo=tr("Start it again when its task has ended.")
    ),
    "TASK_TIMEOUT": timed_out,
    "NAVIGATION_TIMEOUT": lambda _: ErrorText(
        tr("A page did not load in 30 s."), todo=tr("Run it again.")
    ),
    "ELEMENT_NOT_FOUND": lambda _: ErrorText(
        tr("The agent did not find what it needed."), todo=tr("Try other words.")
    ),
    "PAGE_CRASH": crashed,
    "LEDGER_FAILED": ledger_failed,
    "NOT_CONNECTED": no_connection,
    "TERMINATED_BEFORE_TASK": lambda _: ErrorText(
        tr("The session was terminated before the task was sent.")
    ),
    "TAKEN_BACK": lambda _: ErrorText(
        tr("It was removed from the queue."), tr("It was not started.")
    ),
    "AT_CAP": lambda _: ErrorText(tr("Stopped at your cap.")),
    "UNANSWERED": lambda _: ErrorText(tr("Nobody answered in time."), todo=tr("Run it again.")),
    "FROM_COPY": lambda _: ErrorText(
        tr("It was queued when this history was copied."),
        tr("It may have run since then."),
        tr("If it did not run, start it again."),
    ),
    "RATE_LIMIT_EXCEEDED": too_many_calls,
    "NO_INSTANCES_AVAILABLE": no_browser,
    "INSTANCE_UNAVAILABLE": no_browser,
    "nonsense": nonsense,
    "no connection": no_connection,
    "interrupted": interrupted,
    "lost start": lost_start,
    "lost newTask": lost_new_task,
}
_CLEAR_STATUSES = frozenset({429, 503})
"""Statuses that are clear without a message; the ledger has only the service's own 503."""
_ROW_OF_STATUS = {
    400: "INVALID_PARAMS",
    401: "INVALID_API_KEY",
    402: "INSUFFICIENT_BALANCE",
    403: "forbidden",
    429: "RATE_LIMIT_EXCEEDED",
    503: "NO_INSTANCES_AVAILABLE",
}
