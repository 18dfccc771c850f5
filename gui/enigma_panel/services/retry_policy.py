"""Rules for retries: the kind of an error, what is waited for, and how long."""

import random

from msgspec import Struct

from enigma_panel.api.errors import (
    REFUSALS,
    ApiError,
    FailureKind,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    Reply,
    SessionGoneError,
)
from enigma_panel.core.observation import OTHER_DIALECT, STATUS_PREFIX, Kind, Observation
from enigma_panel.core.service_rules import Field, ServiceRules
from enigma_panel.services.types import WaitReason

TRIES = 3
"""Sends of one start to a service that is busy (seed: three, then it is given up or waits)."""

NO_BROWSER_STEP_MS, NO_BROWSER_WORST_MS = 2_000, 30_000
"""Wait after a 503 and without a connection, in ms, times the number of tries (seed), and the
longest wait."""

LIMITED_STEP_MS, LIMITED_WORST_MS = 5_000, 60_000
"""Wait after a 429 that gives no time, in ms, times the number of refusals (seed)."""

FIRST_BACKOFF_MS, WORST_BACKOFF_MS = 1_000, 30_000


FOR_GOOD = frozenset(
    {
        FailureKind.FAIL,
        FailureKind.FORBIDDEN,
        FailureKind.DIALECT,
        FailureKind.SESSION_ENDED,
        FailureKind.BUSY,
    }
)
"""Refusals of a first task that another browser need not be asked about. One that is busy may be at
work on that very task."""

WAITS = {
    FailureKind.PLACES: WaitReason.NO_SLOT,
    FailureKind.LIMITED: WaitReason.LIMITED,
    FailureKind.NO_BROWSER: WaitReason.NO_BROWSER,
    FailureKind.CONNECTION: WaitReason.CONNECTION,
    FailureKind.BUSY: WaitReason.BUSY,
}
"""The reason of the wait after a refusal that another try may overcome."""


class Refusal(Struct, frozen=True, kw_only=True):
    """A start that certainly did nothing. kept: its task is queued again."""

    failure: FailureKind
    error: ApiError
    kept: bool


_BY_STATUS = {
    401: FailureKind.KEY,
    402: FailureKind.FUNDS,
    403: FailureKind.FORBIDDEN,
    429: FailureKind.LIMITED,
    503: FailureKind.NO_BROWSER,
}


def classify(error: ApiError) -> FailureKind:
    """The kind of an error with `nothing_happened`. Status first, the code refines it.

    Only the service can say that no browser is free; a gateway's 503 is a ProtocolError.
    """
    match error:
        case NotConnectedError():
            return FailureKind.CONNECTION
        case SessionGoneError():
            return FailureKind.SESSION_ENDED
        case RejectedError(reply=reply):
            code = (reply.code or "").upper()
            return REFUSALS.get(code) or _BY_STATUS.get(reply.status, FailureKind.FAIL)
        case ProtocolError(status=429):  # a gateway's page; the headers say how long
            return FailureKind.LIMITED
        case _:
            return FailureKind.FAIL


def wants_text(error: ApiError, rules: ServiceRules) -> bool:
    """Whether a start-session may be taken once it has a text (api.md §1.3, §11.1)."""
    if not rules.opens_page or not isinstance(error, RejectedError):
        return False
    if error.reply.status != 400 or error.reply.code in rules.switches:
        return False
    message = (error.reply.message or "").lower()
    named = {field for field, name in rules.names.items() if name.lower() in message}
    return classify(error) is FailureKind.FAIL and (not named or Field.TASK in named)


def retry_after_ms(error: ApiError, failure: FailureKind, attempt: int) -> int:
    """How long to wait after the attempt-th refusal in a row, in ms."""
    reply = reply_of(error)
    if failure is FailureKind.LIMITED:
        if reply is not None and reply.retry_after_s is not None:
            return round(reply.retry_after_s * 1000)
        return min(LIMITED_STEP_MS * attempt, LIMITED_WORST_MS)
    return min(NO_BROWSER_STEP_MS * attempt, NO_BROWSER_WORST_MS)


def backoff_ms(attempt: int, rng: random.Random) -> int:
    """A random wait after the n-th failure, in ms, below a bound that doubles with each."""
    return rng.randrange(min(FIRST_BACKOFF_MS << min(attempt - 1, 10), WORST_BACKOFF_MS) + 1)


def reply_of(error: ApiError | None) -> Reply | None:
    """The service's reply, where it answered at all."""
    return error.reply if isinstance(error, RejectedError | ProtocolError) else None


def refused_fact(error: ApiError, kind: Kind) -> Observation:
    """The fact that a start did nothing, with the service's words where it gave some.

    code: a documented one or ours, else HTTP_ and the status: a gateway's own code says less.
    """
    if isinstance(error, RejectedError):
        code = (error.reply.code or "").upper()
        known = code in REFUSALS or code in OTHER_DIALECT
        code = code if known else f"{STATUS_PREFIX}{error.reply.status}"
        return Observation(kind=kind, text=error.reply.message, code=code)
    if isinstance(error, ProtocolError):
        return Observation(kind=kind, code=f"{STATUS_PREFIX}{error.status}")
    return Observation(kind=kind, code="NOT_CONNECTED")
