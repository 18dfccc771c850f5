"""Words for errors: one table. What happened, what it means for the money, what to do.

`explain` is for a call that failed, `explain_code` for what a task itself reports. The service's
own message is quoted where it helps, never instead of our words.
"""

from collections.abc import Callable

from enigma_panel.api.errors import (
    ApiError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    SessionGoneError,
)
from enigma_panel.ui import error_rows as rows
from enigma_panel.ui import error_rows_way as way
from enigma_panel.ui.error_rows import Call, ErrorContext, ErrorFacts, ErrorText
from enigma_panel.ui.words import shorten

__all__ = ["Call", "ErrorContext", "ErrorFacts", "ErrorText", "explain", "explain_code", "row_of"]

QUOTE_LIMIT = 200

Row = Callable[[ErrorFacts], ErrorText]
NO_CONTEXT = ErrorContext()


def explain(error: ApiError, context: ErrorContext = NO_CONTEXT) -> ErrorText:
    """Words for a call that brought no usable answer."""
    return TABLE[row_of(error, context.call)](_facts(error, context))


def explain_code(
    code: str | None, message: str | None, context: ErrorContext = NO_CONTEXT
) -> ErrorText:
    """Words for the error that a task reports of itself."""
    status = _status_in(code)
    row = TABLE.get(_ROW_OF_STATUS.get(status, code or ""))
    if row is None:
        row = rows.other_refusal if status else rows.unknown_task_error
    return row(ErrorFacts(context=context, status=status, message=_quote(message)))


_LOST = {Call.START: "lost start", Call.NEW_TASK: "lost newTask"}


def row_of(error: ApiError, call: Call = Call.OTHER) -> str:
    """Which row of the table an error belongs to. The status decides, the code refines."""
    if isinstance(error, SessionGoneError):
        return "SESSION_NOT_FOUND"
    if isinstance(error, NotConnectedError):
        return "no connection"
    if call in _LOST and not error.nothing_happened:
        return _LOST[call]
    if isinstance(error, ProtocolError):
        return "5xx"
    if not isinstance(error, RejectedError):
        return "interrupted"
    code, status = error.reply.code or "", error.reply.status
    if code in TABLE:
        return code
    return _ROW_OF_STATUS.get(status, "5xx" if status >= 500 else "4xx")


def _facts(error: ApiError, context: ErrorContext) -> ErrorFacts:
    if isinstance(error, RejectedError):
        reply = error.reply
        wait = reply.retry_after_s
        return ErrorFacts(
            context=context,
            status=reply.status,
            message=_quote(reply.message),
            wait_s=None if wait is None else max(1, round(wait)),
            balance=reply.balance,
            limit=reply.limit,
        )
    status = error.status if isinstance(error, ProtocolError) else 0
    reason = getattr(error, "reason", "")
    return ErrorFacts(context=context, status=status, reason=reason)


def _status_in(code: str | None) -> int:
    """The status of a refusal that came without a code: "HTTP_429" is 429."""
    head, _, number = (code or "").partition("HTTP_")
    return int(number) if not head and len(number) == 3 and number.isdecimal() else 0


def _quote(message: str | None) -> str:
    return shorten(message or "", QUOTE_LIMIT)


TABLE: dict[str, Row] = {
    "INVALID_PARAMS": rows.bad_task,
    "INVALID_PARAMETER": rows.bad_task,
    "MISSING_REQUIRED_FIELD": rows.bad_task,
    "INVALID_TASK_DETAILS": rows.bad_task,
    "4xx": rows.other_refusal,
    "INVALID_API_KEY": rows.key_refused,
    "UNAUTHORIZED": rows.key_refused,
    "API_KEY_EXPIRED": rows.key_expired,
    "INSUFFICIENT_BALANCE": rows.no_balance,
    "PAYMENT_FAILED": rows.payment_failed,
    "403": rows.forbidden,
    "SESSION_NOT_FOUND": rows.session_gone,
    "SESSION_EXPIRED": rows.session_gone,
    "TASK_NOT_FOUND": rows.task_gone,
    "SESSION_LIMIT_REACHED": rows.session_limit,
    "TASK_ALREADY_RUNNING": rows.busy,
    "TASK_TIMEOUT": rows.timed_out,
    "NAVIGATION_TIMEOUT": rows.page_did_not_load,
    "ELEMENT_NOT_FOUND": rows.not_found_on_page,
    "PAGE_CRASH": rows.crashed,
    "LEDGER_FAILED": rows.not_kept,
    "NOT_CONNECTED": way.no_connection,
    "TERMINATED_BEFORE_TASK": rows.ended_first,
    "TAKEN_BACK": rows.taken_back,
    "FROM_COPY": rows.from_copy,
    "RATE_LIMIT_EXCEEDED": way.too_many_calls,
    "NO_INSTANCES_AVAILABLE": way.no_browser,
    "INSTANCE_UNAVAILABLE": way.no_browser,
    "5xx": way.nonsense,
    "no connection": way.no_connection,
    "interrupted": way.interrupted,
    "lost start": way.lost_start,
    "lost newTask": way.lost_new_task,
}

_ROW_OF_STATUS = {
    400: "INVALID_PARAMS",
    401: "INVALID_API_KEY",
    402: "INSUFFICIENT_BALANCE",
    403: "403",
    404: "TASK_NOT_FOUND",
    409: "TASK_ALREADY_RUNNING",
    410: "SESSION_EXPIRED",
    429: "RATE_LIMIT_EXCEEDED",
    503: "NO_INSTANCES_AVAILABLE",
}
