"""Reading of refusals: status, headers and error body, and what they mean for the money."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from enigma_panel.api.errors import ApiError, ProtocolError, RejectedError, Reply, SessionGoneError
from enigma_panel.api.wire import values as f
from enigma_panel.api.wire.excerpt import Scrub, make_excerpt
from enigma_panel.api.wire.reply_body import Body
from enigma_panel.core.observation import Kind
from enigma_panel.core.rate_limit import MAX_WAIT_S, RateHeaders

TOO_MANY = 429
_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,9})?")
_COUNT = re.compile(r"\d{1,9}")
_KEY_CODES = frozenset({"INVALID_API_KEY", "API_KEY_EXPIRED"})
_SESSION_CODES = frozenset({"SESSION_NOT_FOUND", "SESSION_EXPIRED"})
_GONE_STATUSES = frozenset({400, 401, 403, 404, 410})


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, headers (names in lower case), whole body.

    Only the status is free of secrets.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def retry_after_s(answer: Answer) -> float | None:
    """Seconds to wait, 0…60, or None when not given or not readable.

    Retry-After in seconds or as a date; on 429 else X-RateLimit-Reset (epoch seconds). Dates are
    read against the answer's own Date, so a wrong clock on this machine changes nothing.
    """
    text = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return _bounded(float(text))
    now = _date(answer.headers.get("date", ""))
    until = _date(text)
    if until is None and answer.status == TOO_MANY:
        until = _epoch(answer.headers.get("x-ratelimit-reset", ""))
    return None if now is None or until is None else _bounded(until - now)


def rate_headers(answer: Answer, took_s: float) -> RateHeaders:
    """What the reply to a call that took so many seconds says of the limit (api.md §8.3).

    Retry-After counts only on a 429: on a 503 it speaks of browsers. Unreadable means not given.
    """
    now = _date(answer.headers.get("date", ""))
    reset = _epoch(answer.headers.get("x-ratelimit-reset", ""))
    return RateHeaders(
        limit=_count(answer.headers.get("x-ratelimit-limit", "")),
        remaining=_count(answer.headers.get("x-ratelimit-remaining", "")),
        reset_in_s=None if now is None or reset is None else _bounded(reset - now),
        retry_after_s=retry_after_s(answer) if answer.status == TOO_MANY else None,
        took_s=took_s,
    )


def _count(text: str) -> int | None:
    text = text.strip()
    return int(text) if _COUNT.fullmatch(text) and text.isascii() else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_WAIT_S)


def _epoch(text: str) -> float | None:
    text = text.strip()
    return float(text) if _SECONDS.fullmatch(text) else None


def _date(text: str) -> float | None:
    """Epoch seconds of an HTTP date, None where it is none."""
    try:
        moment: datetime = parsedate_to_datetime(text)
        return moment.timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def is_envelope(body: Body, status: int) -> bool:
    """True for the service's own error body, in any of its spellings."""
    if body.succeeded is not None:
        return status >= 400 or body.succeeded is False
    has_error = body.error_text is not None or body.code is not None
    return has_error and (status >= 400 or body.top.get("error") is not None)


def nothing_happened(status: int, body: Body | None) -> bool:
    """True where a start certainly had no effect (design: 'Ledger first').

    A 4xx but 408, or a 503 with the service's own error body; never when an id is named.
    """
    if body is not None and body.names_an_id:
        return False
    if status == 503:
        return body is not None and is_envelope(body, status)
    return 400 <= status < 500 and status != 408


def gone_kind(body: Body, status: int) -> Kind | None:
    """SESSION_GONE or TASK_GONE where an error body says so, else None.

    Only the documented codes and messages count, "Session not found" where a message begins so:
    repeated, SESSION_GONE proves that nothing is billed any more, and a gateway's "Not found" must
    not pass for it. Text that names both proves less.
    """
    code = (body.code or "").upper()
    if status not in _GONE_STATUSES or code in _KEY_CODES:
        return None
    if code in _SESSION_CODES:
        return Kind.SESSION_GONE
    if code == "TASK_NOT_FOUND":
        return Kind.TASK_GONE
    texts = [text[: f.MAX_SHORT].strip().lower() for text in body.error_texts()]
    text = " ".join(texts)
    if status == 403 or "not found" not in text:
        return None
    if "task" in text and status == 404:
        return Kind.TASK_GONE
    is_gone = any(text.startswith("session not found") for text in texts)
    return Kind.SESSION_GONE if is_gone else None


def refusal(answer: Answer, body: Body | None, scrub: Scrub, *, about_session: bool) -> ApiError:
    """The error to raise for an answer that is no report and no success.

    about_session: the call named a session, so 401/404 may be about it. Else a session that the
    body names is news, and the error carries its id.
    """
    error = _refusal(answer, body, scrub, about_session=about_session)
    if body is not None and not about_session:
        error.session_id = body.id("sessionId")
    return error


def _refusal(answer: Answer, body: Body | None, scrub: Scrub, *, about_session: bool) -> ApiError:
    harmless = nothing_happened(answer.status, body)
    if body is None or not is_envelope(body, answer.status):
        return _misfit(answer, scrub, harmless=harmless)
    reply = _reply(answer, body, scrub)
    gone = about_session and gone_kind(body, answer.status) is Kind.SESSION_GONE
    return (SessionGoneError if gone else RejectedError)(reply, nothing_happened=harmless)


def _misfit(answer: Answer, scrub: Scrub, *, harmless: bool) -> ProtocolError:
    # A cut-off JSON text cannot be read, but if it names an id, something has started.
    hints = (b"taskId", b"sessionId")
    started = any(hint in answer.body for hint in hints)
    reply = None
    if answer.status >= 400:
        reply = Reply(status=answer.status, retry_after_s=retry_after_s(answer))
    return ProtocolError(
        answer.status,
        make_excerpt(answer.body, scrub),
        reply=reply,
        nothing_happened=harmless and not started,
    )


def _reply(answer: Answer, body: Body, scrub: Scrub) -> Reply:
    details = f.record(body.top.get("details"))
    balances = (body.top.get("balance"), details.get("balance"))
    names = (details.get("field"), details.get("parameter"))
    message = _message(body)
    return Reply(
        status=answer.status,
        code=_scrubbed(body.code, scrub),
        message=_scrubbed(message, scrub),
        retry_after_s=retry_after_s(answer),
        balance=next((m for m in map(f.money, balances) if m is not None), None),
        limit=f.whole(details.get("limit")),
        field_name=next((n for n in (f.short_text(v, 64) for v in names) if n), None),
    )


def _message(body: Body) -> str | None:
    """message ?? error ?? error.message (api.md §8.1), as one short line."""
    error = body.top.get("error")
    values = (body.top.get("message"), error, f.record(error).get("message"))
    return next((t for t in map(f.short_text, values) if t), f.short_text(body.error_text))


def _scrubbed(text: str | None, scrub: Scrub) -> str | None:
    return None if text is None else scrub(text)
