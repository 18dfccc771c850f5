"""An HTTP answer as the reader takes it, and what its headers tell of waiting and of the limit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from enigma_panel.core.rate_limit import MAX_WAIT_S, RateHeaders

TOO_MANY = 429
_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,9})?")
_COUNT = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case), whole body; only the status is free of secrets."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def retry_after_s(answer: Answer) -> float | None:
    """Seconds to wait, 0…60, or None when not told or not readable.

    Retry-After in seconds or as a date; on 429 else X-RateLimit-Reset (epoch seconds). Dates are
    read against the answer's own Date, so a wrong clock on this machine changes nothing.
    """
    told = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(told):
        return _bounded(float(told))
    now = _date(answer.headers.get("date", ""))
    until = _date(told)
    if until is None and answer.status == TOO_MANY:
        until = _epoch(answer.headers.get("x-ratelimit-reset", ""))
    return None if now is None or until is None else _bounded(until - now)


def rate_headers(answer: Answer, took_s: float) -> RateHeaders:
    """What the reply to a call that took so many seconds says of the limit (api.md §8.3).

    Retry-After counts only on a 429: on a 503 it speaks of browsers. Unreadable means not told.
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
