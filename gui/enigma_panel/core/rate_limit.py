"""The rules of the rate limit: how many calls may go out, which goes first, what replies teach.

The service counts calls per user and endpoint in a sliding window of 60 s, failed ones too
(api.md §8.3). All times are UTC epoch milliseconds handed in.
"""

from bisect import insort
from collections.abc import Iterable
from enum import IntEnum, StrEnum

from msgspec import Struct

LONG_POLL_MARGIN_MS = 1_000
"""A long poll arrives at the service at most this time after it was sent; an assumption."""
QUICK_MARGIN_MS = 100
"""Added to a quick call's period: two machines' clocks differ a little, and times are rounded."""
MAX_WAIT_S = 60.0
"""The longest wait that a header can cause, in seconds: the service's window is 60 s."""
MAX_LIMIT = 100_000
"""The highest limit that is believed: calls of others are noted one by one, up to that number."""
FRESH_S = 2.0
"""How old a reply's count may be, in seconds; slower ones count calls that are forgotten."""
UNKNOWN_WAIT_S = 5.0
"""Wait after a 429 that does not say how long, in seconds (api.md §8.2)."""
_KEEP_MS = 5_000


class Endpoint(StrEnum):
    """The calls that the service counts."""

    START_SESSION = "start-session"
    SEND_MESSAGE = "send-message"
    RUN_TASK = "run-task"


class Rank(IntEnum):
    """How urgent a call is, 0 = most. PAUSE: commands that end no cost; START: run-task, too."""

    TERMINATE = 0
    STOP = 1
    ANSWER = 2
    PAUSE = 3
    NEW_TASK = 4
    START = 5


URGENT = frozenset({Rank.TERMINATE, Rank.STOP, Rank.ANSWER})
"""Ranks that may use the reserve."""
_LONG_POLL = frozenset({Rank.NEW_TASK, Rank.START})


class RateHeaders(Struct, frozen=True, kw_only=True):
    """What the headers of one reply say of the limit; None where they do not. Times in seconds.

    limit, remaining: calls per window, and how many are left. reset_in_s, retry_after_s: read
    against the reply's own Date, 0…60; the latter for a 429 alone. took_s: how long the call took:
    the service counted when it began, so what a long poll's reply says is that old.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_in_s: float | None = None
    retry_after_s: float | None = None
    took_s: float = 0.0


class Slot(Struct, eq=False):
    """One call in a window. It ends a period after the service counted the call.

    sent_ms, answered_ms: when it was sent, and when its reply was here. ends_ms is None while that
    is not known: not sent yet, or a quick call without a reply yet. is_sure: the service has
    certainly counted it; a refused or a lost call perhaps not.
    """

    endpoint: Endpoint
    rank: Rank
    sent_ms: int | None = None
    answered_ms: int | None = None
    ends_ms: int | None = None
    is_sure: bool = True

    def send(self, now_ms: int, period_ms: int) -> None:
        """Note that the call goes out: a long poll's reply may come too late to count from."""
        if self.sent_ms is None:
            self.sent_ms = now_ms
            if self.rank in _LONG_POLL:
                self.ends_ms = now_ms + LONG_POLL_MARGIN_MS + period_ms

    def answered(self, now_ms: int, period_ms: int) -> None:
        """Note that the reply is here, or never will be: the call was counted before now."""
        self.send(now_ms, period_ms)
        if self.answered_ms is None:
            self.answered_ms = now_ms
            counted = now_ms + QUICK_MARGIN_MS + period_ms
            self.ends_ms = counted if self.ends_ms is None else min(self.ends_ms, counted)

    def is_open(self, at_ms: int) -> bool:
        """Whether the service may still count the call at that moment."""
        return self.ends_ms is None or self.ends_ms > at_ms


class CallWindow:
    """The calls of one bucket: `limit` in any period_ms, the last `reserved` for the urgent.

    foreign: ends of calls that the service counts and that are not ours. blocked_ms: no call may go
    before this time.
    """

    def __init__(self, *, limit: int, period_ms: int, reserved: int) -> None:
        self.limit = limit
        self.period_ms = period_ms
        self.reserved = reserved
        self.slots: list[Slot] = []
        self.foreign: list[int] = []
        self.blocked_ms = 0

    def capacity(self, rank: Rank) -> int:
        """How many slots may be in use before a call of that rank has to wait."""
        return self.limit if rank in URGENT else max(1, self.limit - self.reserved)

    def used(self, now_ms: int) -> int:
        """Slots in use: ours, sent or not, and those of others."""
        self._forget(now_ms)
        return sum(slot.is_open(now_ms) for slot in self.slots) + len(self.foreign)

    def has_room(self, rank: Rank, now_ms: int) -> bool:
        """Whether a call of that rank may go now."""
        return self.room(rank, now_ms) > 0

    def room(self, rank: Rank, now_ms: int) -> int:
        """How many calls of that rank may go now."""
        left = self.capacity(rank) - self.used(now_ms)
        return max(0, left) if now_ms >= self.blocked_ms else 0

    def acquire(self, endpoint: Endpoint, rank: Rank) -> Slot:
        """Occupy a slot; it has no end until its call is sent."""
        self.slots.append(Slot(endpoint, rank))
        return self.slots[-1]

    def drop(self, slot: Slot) -> None:
        """Free the slot of a call that never got to the service."""
        if slot in self.slots:
            self.slots.remove(slot)

    def forecast(self, ranks: Iterable[Rank], now_ms: int) -> list[int]:
        """When calls of these ranks, most urgent first, can go; unknown ends count as latest."""
        self._forget(now_ms)
        open_ends = (slot.ends_ms for slot in self.slots if slot.is_open(now_ms))
        later = now_ms + self.period_ms
        ends = sorted([later if end is None else end for end in open_ends] + self.foreign)
        due: list[int] = []
        at_ms = max(now_ms, self.blocked_ms)
        for rank in ranks:
            over = len(ends) - self.capacity(rank)
            at_ms = max(at_ms, ends[over]) if over >= 0 else at_ms
            due.append(at_ms)
            insort(ends, at_ms + QUICK_MARGIN_MS + self.period_ms)
        return due

    def block(self, until_ms: int) -> None:
        """Let no call go before the time that the service asks to wait for."""
        self.blocked_ms = max(self.blocked_ms, until_ms)

    def at_most(self, since_ms: int) -> int:
        """How many of our calls the service can have counted at any moment since then."""
        return sum(s.sent_ms is not None and s.is_open(since_ms) for s in self.slots)

    def at_least(self, since_ms: int, now_ms: int) -> int:
        """How many of our calls it must have counted at every moment from then till now."""
        oldest_ms = now_ms - self.period_ms
        return sum(
            s.is_sure
            and s.sent_ms is not None
            and s.sent_ms > oldest_ms
            and s.answered_ms is not None
            and s.answered_ms <= since_ms
            for s in self.slots
        )

    def doubt_last(self, endpoint: Endpoint) -> None:
        """Mark the last call as perhaps not counted: no page says whether a refused one is."""
        sent = [s for s in self.slots if s.endpoint is endpoint and s.sent_ms is not None]
        doubtless = [s for s in sent if s.is_sure]
        if doubtless:
            max(doubtless, key=lambda s: s.sent_ms or 0).is_sure = False

    def learn_limit(self, limit: int | None) -> None:
        """Take over a limit that the service names."""
        if limit is not None:
            self.limit = min(max(limit, 1), MAX_LIMIT)

    def learn_foreign(self, count: int, headers: RateHeaders, now_ms: int) -> None:
        """Count calls that are not ours, each for a whole period, as their times are unknown."""
        self._forget(now_ms)
        counted_ms = now_ms - _ms(headers.took_s)
        new = [counted_ms + self.period_ms] * (count - len(self.foreign))
        self.foreign = sorted(self.foreign + new)[-count:] if count > 0 else []
        free_in_s = headers.reset_in_s if headers.retry_after_s is None else headers.retry_after_s
        if headers.remaining == 0 and free_in_s is not None and self.foreign:
            self._end_first(now_ms + bounded_ms(free_in_s), now_ms)

    def _end_first(self, reset_ms: int, now_ms: int) -> None:
        """Let the first foreign call end when the service frees one that cannot be ours."""
        ends = [s.ends_ms for s in self.slots if s.is_open(now_ms) and s.ends_ms is not None]
        if all(end > reset_ms + 2 * LONG_POLL_MARGIN_MS for end in ends):
            self.foreign[0] = min(self.foreign[0], reset_ms)

    def _forget(self, now_ms: int) -> None:
        """Drop slots a moment after they ended: a reply on its way may count them."""
        oldest = now_ms - _KEEP_MS
        self.slots = [slot for slot in self.slots if slot.is_open(oldest)]
        self.foreign = [end for end in self.foreign if end > now_ms]


class Buckets:
    """A CallWindow for each endpoint, the same one for all where the service has one bucket.

    reserved: calls of send-message that are kept for the urgent ranks.
    """

    def __init__(self, *, limit: int, period_ms: int, reserved: int) -> None:
        self.reserved = reserved
        self._limit = limit
        self._period_ms = period_ms
        self._windows = {endpoint: self._window(endpoint) for endpoint in Endpoint}

    def __getitem__(self, endpoint: Endpoint) -> CallWindow:
        """The window in which that endpoint's calls count."""
        return self._windows[endpoint]

    @property
    def is_shared(self) -> bool:
        """Whether all endpoints count in one window."""
        return len(self.all()) == 1

    def all(self) -> list[CallWindow]:
        """Each window once."""
        return list({id(window): window for window in self._windows.values()}.values())

    def learn(self, endpoint: Endpoint, headers: RateHeaders, now_ms: int) -> None:
        """Correct our own count by a reply's headers.

        A 429 with calls left (no browser free) is not about the rate and blocks nothing.
        """
        self[endpoint].learn_limit(headers.limit)
        if headers.remaining is not None and headers.took_s <= FRESH_S:
            self._compare(endpoint, headers, headers.remaining, now_ms)
        if headers.retry_after_s is not None and not headers.remaining:
            self[endpoint].block(now_ms + bounded_ms(headers.retry_after_s))

    def refuse(self, endpoint: Endpoint, retry_after_s: float | None, now_ms: int) -> None:
        """Wait retry_after_s after a 429 about the rate."""
        window = self[endpoint]
        window.doubt_last(endpoint)
        # The refused call itself is among ours.
        if window.at_most(now_ms) <= window.limit < sum(w.at_most(now_ms) for w in self.all()):
            self._share()
        wait = UNKNOWN_WAIT_S if retry_after_s is None else retry_after_s
        self[endpoint].block(now_ms + bounded_ms(wait))

    def _compare(
        self, endpoint: Endpoint, headers: RateHeaders, remaining: int, now_ms: int
    ) -> None:
        """Compare the service's count with ours: one bucket or several, and who else calls."""
        since = now_ms - round(headers.took_s * 1000)
        own = self[endpoint]
        counted = max(0, own.limit - remaining)
        at_least = sum(window.at_least(since, now_ms) for window in self.all())
        at_most = sum(window.at_most(since) for window in self.all())
        if self.is_shared and counted < at_least:
            self._split()  # some of our calls are counted elsewhere
        elif not self.is_shared and own.at_most(since) < counted and at_least <= counted <= at_most:
            self._share()
        others = counted - self[endpoint].at_most(since)
        self[endpoint].learn_foreign(others, headers, now_ms)

    def _window(self, endpoint: Endpoint) -> CallWindow:
        reserved = self.reserved if endpoint is Endpoint.SEND_MESSAGE else 0
        return CallWindow(limit=self._limit, period_ms=self._period_ms, reserved=reserved)

    def _share(self) -> None:
        """Let all endpoints count in one window, as the service has one bucket for them."""
        windows, one = self.all(), self._window(Endpoint.SEND_MESSAGE)
        one.limit = min(window.limit for window in windows)
        one.slots = [slot for window in windows for slot in window.slots]
        one.foreign = max((window.foreign for window in windows), key=len)
        one.blocked_ms = max(window.blocked_ms for window in windows)
        self._windows = dict.fromkeys(self._windows, one)

    def _split(self) -> None:
        one = self.all()[0]
        self._windows = {endpoint: self._window(endpoint) for endpoint in self._windows}
        for endpoint, window in self._windows.items():
            window.limit = one.limit
            window.slots = [slot for slot in one.slots if slot.endpoint is endpoint]
            window.blocked_ms = one.blocked_ms


def bounded_ms(seconds: float) -> int:
    """A waiting time from a header in milliseconds, 0…60 s."""
    return _ms(min(max(seconds, 0.0), MAX_WAIT_S))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
