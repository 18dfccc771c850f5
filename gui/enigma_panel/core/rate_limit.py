"""The rules of the rate limit: how many calls may go out, and which goes first.

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


class Slot(Struct, eq=False):
    """One call in a window. It ends a period after the service counted the call.

    sent_ms: when it was sent. ends_ms is None while that is not known: not sent yet, or a quick
    call without a reply yet.
    """

    endpoint: Endpoint
    rank: Rank
    sent_ms: int | None = None
    ends_ms: int | None = None

    def send(self, now_ms: int, period_ms: int) -> None:
        """Note that the call goes out: a long poll's reply may come too late to count from."""
        if self.sent_ms is None:
            self.sent_ms = now_ms
            if self.rank in _LONG_POLL:
                self.ends_ms = now_ms + LONG_POLL_MARGIN_MS + period_ms

    def answered(self, now_ms: int, period_ms: int) -> None:
        """Note that the reply is here, or never will be: the call was counted before now."""
        self.send(now_ms, period_ms)
        counted = now_ms + QUICK_MARGIN_MS + period_ms
        self.ends_ms = counted if self.ends_ms is None else min(self.ends_ms, counted)

    def is_open(self, at_ms: int) -> bool:
        """Whether the service may still count the call at that moment."""
        return self.ends_ms is None or self.ends_ms > at_ms


class CallWindow:
    """The calls of one endpoint: `limit` in any period_ms, the last `reserved` for the urgent.

    rests_until_ms: no call may go before this time.
    """

    def __init__(self, *, limit: int, period_ms: int, reserved: int) -> None:
        self.limit = limit
        self.period_ms = period_ms
        self.reserved = reserved
        self.slots: list[Slot] = []
        self.rests_until_ms = 0

    def capacity(self, rank: Rank) -> int:
        """How many slots may be in use before a call of that rank has to wait."""
        return self.limit if rank in URGENT else max(1, self.limit - self.reserved)

    def used(self, now_ms: int) -> int:
        """Slots in use, sent or not; those that have ended are forgotten."""
        self.slots = [slot for slot in self.slots if slot.is_open(now_ms)]
        return len(self.slots)

    def has_room(self, rank: Rank, now_ms: int) -> bool:
        """Whether a call of that rank may go now."""
        return self.room(rank, now_ms) > 0

    def room(self, rank: Rank, now_ms: int) -> int:
        """How many calls of that rank may go now."""
        left = self.capacity(rank) - self.used(now_ms)
        return max(0, left) if now_ms >= self.rests_until_ms else 0

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
        later = now_ms + self.period_ms
        ends = sorted(later if s.ends_ms is None else s.ends_ms for s in self.slots)
        due: list[int] = []
        at_ms = max(now_ms, self.rests_until_ms)
        for rank in ranks:
            over = len(ends) - self.capacity(rank)
            at_ms = max(at_ms, ends[over]) if over >= 0 else at_ms
            due.append(at_ms)
            insort(ends, at_ms + QUICK_MARGIN_MS + self.period_ms)
        return due

    def rest(self, until_ms: int) -> None:
        """Let no call go before the time that the service asks to wait for."""
        self.rests_until_ms = max(self.rests_until_ms, until_ms)
