"""The errors of calls to the service, as types and facts without texts for people.

Every error says what it means for the money: `nothing_happened` is True only where a request can
certainly not have taken effect: never connected, or refused as `PROOFS` in
`api.wire.error_responses` has it.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class FailureKind(StrEnum):
    """Whether other tries are in vain: all (FAIL), in this DIALECT, or those without TEXT."""

    FAIL = "fail"
    CONNECTION = "connection"
    LIMITED = "limited"
    NO_BROWSER = "no_browser"
    PLACES = "places"
    BUSY = "busy"
    FUNDS = "funds"
    KEY = "key"
    FORBIDDEN = "forbidden"
    DIALECT = "dialect"
    TEXT = "text"
    SESSION_ENDED = "session_ended"


REFUSALS: Mapping[str, FailureKind | None] = {
    "INVALID_PARAMS": None,
    "INVALID_PARAMETER": None,
    "MISSING_REQUIRED_FIELD": None,
    "INVALID_TASK_DETAILS": None,
    "INVALID_API_KEY": None,
    "API_KEY_EXPIRED": None,
    "UNAUTHORIZED": None,
    "INSUFFICIENT_BALANCE": None,
    "PAYMENT_FAILED": None,
    "SPENDING_LIMIT_REACHED": None,
    "SESSION_NOT_FOUND": None,
    "SESSION_EXPIRED": None,
    "TASK_NOT_FOUND": None,
    "SESSION_LIMIT_REACHED": FailureKind.PLACES,
    "TASK_ALREADY_RUNNING": FailureKind.BUSY,
    "RATE_LIMIT_EXCEEDED": None,
    "NO_INSTANCES_AVAILABLE": FailureKind.NO_BROWSER,
    "INSTANCE_UNAVAILABLE": FailureKind.NO_BROWSER,
}
"""Documented codes of refusals (api.md §8.2) and what they say of other tries; None: status."""


class Reply(Struct, frozen=True, kw_only=True):
    """A refusal of the service. Times in seconds, balance in dollars.

    retry_after_s comes from Retry-After, 0…60; None when not given. message is one redacted line;
    it begins with the field of the request that the service names.
    """

    status: int
    code: str | None = None
    message: str | None = None
    retry_after_s: float | None = None
    balance: Decimal | None = None
    limit: int | None = None


class ApiError(Exception):
    """A call without a usable answer.

    session_id: of a session that an error to start-session or run-task named: it may be open and
    billed, and can be ended by it. A secret: never part of the error's text.
    """

    nothing_happened: bool = False
    session_id: str | None = None


class NotConnectedError(ApiError):
    """The call sent nothing. `reason`: dns, tls, refused, timeout, proxy, closed (by us)."""

    nothing_happened = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InterruptedCallError(ApiError):
    """The call may have been sent and got no whole answer. `reason`: timeout, cut, closed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RejectedError(ApiError):
    """The service answered with an error status or `success: false` outside a task's own report."""

    def __init__(self, reply: Reply, *, nothing_happened: bool) -> None:
        super().__init__(f"{reply.status} {reply.code or ''}".strip())
        self.reply = reply
        self.nothing_happened = nothing_happened


class SessionGoneError(RejectedError):
    """401 or 404 about the session: it ended, expired, never was ours, or the answer is wrong."""


class ProtocolError(ApiError):
    """An answer that fits nothing documented. excerpt: short and redacted. reply: of an error
    status; its headers may still say how long to wait."""

    def __init__(
        self,
        status: int,
        excerpt: str,
        *,
        reply: Reply | None = None,
        nothing_happened: bool = False,
    ) -> None:
        super().__init__(f"HTTP {status}: {excerpt}")
        self.status = status
        self.excerpt = excerpt
        self.reply = reply
        self.nothing_happened = nothing_happened


def http_status(error: ApiError) -> int | None:
    """The status of the answer that brought the error; None where none came."""
    match error:
        case RejectedError():
            return error.reply.status
        case ProtocolError():
            return error.status
        case _:
            return None
