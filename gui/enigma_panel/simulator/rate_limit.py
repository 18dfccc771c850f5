"""The simulator's rate limit: a sliding window that counts a user's requests.

Times are real seconds, never sped up.
"""

from __future__ import annotations

import math
from collections import deque

from msgspec import Struct


class RateDecision(Struct, frozen=True):
    """What the window says about one request.

    ``remaining`` is the number of calls left; ``resets_in`` and ``retry_after`` are seconds.
    ``retry_after`` is a whole number, at least 1, and 0 for an admitted request.
    """

    allowed: bool
    limit: int
    remaining: int
    resets_in: float
    retry_after: int


class SlidingWindow:
    """Admits at most ``limit`` requests within any ``period`` seconds.

    "Failed requests count" (api.md §8.3): the service asks here before it looks at the request, so
    that one refused with 400, 401 about the session, 402, 503 or for too many sessions counts.
    Whether a 429 counts itself is written nowhere. Our reading: it does not, else a client that
    keeps asking would never get in again.
    """

    def __init__(self, limit: int, period: float) -> None:
        self._limit = limit
        self._period = period
        self._hits: deque[float] = deque()

    def ask(self, now: float) -> RateDecision:
        """Count a request made at ``now`` (seconds) and say whether it may pass."""
        while self._hits and self._hits[0] + self._period <= now:
            self._hits.popleft()
        allowed = len(self._hits) < self._limit
        if allowed:
            self._hits.append(now)
        oldest = self._hits[0] if self._hits else now
        resets_in = oldest + self._period - now
        retry_after = 0 if allowed else max(1, math.ceil(resets_in))
        return RateDecision(
            allowed, self._limit, self._limit - len(self._hits), resets_in, retry_after
        )
