"""The limit of calls a minute: each counted call takes a Pass first, the most urgent before others.

    with await rate_limiter.turn(Endpoint.SEND_MESSAGE, Rank.STOP) as call:
        call.sent()
        ...  # the call; its end, whatever it is, ends the Pass

Uses no time but the clock's and no task of its own: waiting calls also look after the queue.
"""

import asyncio
from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Self

from msgspec import Struct, field
from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import ApiError, FailureKind, NotConnectedError
from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.rate_limit import (
    LONG_POLL_MARGIN_MS,
    Buckets,
    CallWindow,
    Endpoint,
    Rank,
    RateHeaders,
    Slot,
)
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.retry_policy import classify, reply_of

PERIOD_MS = 60_000
"""The window in which the service counts calls, in ms."""

ENDPOINTS: Mapping[ApiCall, Endpoint] = {
    ApiCall.START_SESSION: Endpoint.START_SESSION,
    ApiCall.RUN_TASK: Endpoint.RUN_TASK,
    ApiCall.NEW_TASK: Endpoint.SEND_MESSAGE,
    ApiCall.STATE: Endpoint.SEND_MESSAGE,
    ApiCall.ANSWER: Endpoint.SEND_MESSAGE,
}
"""Endpoints by counted call; calls that are not named are free."""


class Pass:
    """The right to one call; its slot has no end until it is sent. Its methods may be repeated.

    As a context manager it ends itself: given back where nothing was sent, else answered.
    """

    def __init__(self, rate_limiter: "RateLimiter", slot: Slot) -> None:
        self._rate_limiter = rate_limiter
        self._slot = slot
        self._over = False

    def sent(self) -> None:
        """Note that the call goes out now."""
        if not self._over:
            self._rate_limiter.note_sent(self._slot)

    def answered(self) -> None:
        """Note that the reply is here, or that none comes any more."""
        if not self._over:
            self._over = True
            self._rate_limiter.note_heard(self._slot)

    def give_back(self) -> None:
        """Give the slot back: the call never got to the service."""
        if not self._over:
            self._over = True
            self._rate_limiter.note_unused(self._slot)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._slot.sent_ms is None:
            self.give_back()
            return
        self._slot.is_sure = error is None
        self.answered()


class _Waiter(Struct, order=True):
    rank: Rank
    since_ms: int
    arrival: int  # no two are equal, so the later fields do not count
    endpoint: Endpoint
    tag: object
    alarm: asyncio.Event = field(default_factory=asyncio.Event)
    granted: Pass | None = None


class RateLimiter(QObject):
    """Decides when a call may go: `limit` calls per endpoint in any minute, `reserved` of
    send-message kept for the urgent ranks. One bucket for all endpoints once the service shows that
    it has one."""

    changed = Signal()

    def __init__(self, clock: Clock, *, limit: int = 10, reserved: int = 3) -> None:
        super().__init__()
        self._clock = clock
        self._windows = Buckets(limit=limit, period_ms=PERIOD_MS, reserved=reserved)
        self._waiters: list[_Waiter] = []
        self._arrivals = count()

    async def turn(
        self, endpoint: Endpoint, rank: Rank, *, tag: object = None, since_ms: int | None = None
    ) -> Pass:
        """Wait for a slot, by (rank, arrival). A cancelled wait leaves nothing behind.

        tag names this wait for `due_of`. since_ms: what is tried again keeps its place.
        """
        since_ms = self._clock.now_ms() if since_ms is None else since_ms
        waiter = _Waiter(rank, since_ms, next(self._arrivals), endpoint, tag)
        insort(self._waiters, waiter)
        try:
            self._move()
            while waiter.granted is None:
                waiter.alarm.clear()
                await self._clock.wait(waiter.alarm, self._look_again_ms(waiter))
                self._look()
        except BaseException:
            self._leave(waiter)
            raise
        return waiter.granted

    def try_acquire(self, endpoint: Endpoint, rank: Rank) -> Pass | None:
        """Take a slot at once or not at all: waiting calls that may go go first."""
        self._look()
        window = self._windows[endpoint]
        if not window.has_room(rank, self._clock.now_ms()):
            return None
        taken = Pass(self, window.acquire(endpoint, rank))
        self.changed.emit()
        return taken

    def free_times(self, calls: Sequence[tuple[Endpoint, Rank]], n: int) -> list[int]:
        """When (epoch ms) these calls could go, all of them each time, for each of n times."""
        due = [now := self._clock.now_ms()] * n
        for window in self._windows.all():
            ranks = [rank for endpoint, rank in calls if self._windows[endpoint] is window]
            if ranks:
                before = [w.rank for w in self._in(window) if w.rank <= max(ranks)]
                times = window.forecast([*before, *ranks * n], now)[len(before) :]
                due = list(map(max, due, times[len(ranks) - 1 :: len(ranks)]))
        return due

    def free_at(self, endpoint: Endpoint, rank: Rank) -> int:
        """Epoch ms of the earliest moment when a new call of that rank could go, >= now."""
        return self.free_times([(endpoint, rank)], 1)[0]

    def room(self, *calls: tuple[Endpoint, Rank]) -> int:
        """How often these calls could go now, all of them each time."""
        now, windows = self._clock.now_ms(), [self._windows[endpoint] for endpoint, _ in calls]
        return min(
            window.room(rank, now) // windows.count(window)
            for window, (_, rank) in zip(windows, calls, strict=True)
        )

    def due_of(self, tag: object) -> int | None:
        """When (epoch ms) the wait of that tag is expected to end; None when there is none."""
        waiter = next((w for w in self._waiters if w.tag == tag), None)
        if waiter is None:
            return None
        window = self._windows[waiter.endpoint]
        waiters = self._in(window)
        times = window.forecast([w.rank for w in waiters], self._clock.now_ms())
        return times[waiters.index(waiter)]

    def remember(self, endpoint: Endpoint, times_ms: Sequence[int]) -> None:
        """Count calls that an earlier run of the program made, as the service does."""
        for at_ms in times_ms:
            slot = self._windows[endpoint].acquire(endpoint, Rank.TERMINATE)
            slot.send(at_ms, PERIOD_MS)
            slot.answered(at_ms + LONG_POLL_MARGIN_MS, PERIOD_MS)
        self._move()

    # -- what replies teach ------------------------------------------------------------------

    def note_reply(self, verb: ApiCall, headers: RateHeaders) -> None:
        """Do as `note_rate`, for the client's hook; calls that are not counted teach nothing."""
        if verb in ENDPOINTS:
            self.note_rate(ENDPOINTS[verb], headers)

    def note_rate(self, endpoint: Endpoint, headers: RateHeaders) -> None:
        """Correct our own count by a reply's headers, for 60 s at most.

        A 429 with calls left (no browser free) is not about the rate and blocks nothing.
        """
        self._windows.learn(endpoint, headers, self._clock.now_ms())
        self._move()

    def note_refused(self, endpoint: Endpoint, retry_after_s: float | None) -> None:
        """Send nothing there for so long after a 429 about the rate (5 s where it names none)."""
        self._windows.refuse(endpoint, retry_after_s, self._clock.now_ms())
        self._move()

    # -- for Pass ----------------------------------------------------------------------------

    def note_sent(self, slot: Slot) -> None:
        """Note that the call of a Pass goes out."""
        slot.send(self._clock.now_ms(), PERIOD_MS)
        self._move()

    def note_heard(self, slot: Slot) -> None:
        """Note that the call of a Pass has ended."""
        slot.answered(self._clock.now_ms(), PERIOD_MS)
        self._move()

    def note_unused(self, slot: Slot) -> None:
        """Note that the call of a Pass never got to the service."""
        self._windows[slot.endpoint].drop(slot)
        self._move()

    # -- inside ------------------------------------------------------------------------------

    def _in(self, window: CallWindow) -> list[_Waiter]:
        return [w for w in self._waiters if self._windows[w.endpoint] is window]

    def _move(self) -> None:
        self._grant()
        self._wake_all()
        self.changed.emit()

    def _look(self) -> None:
        if self._grant():
            self._wake_all()
            self.changed.emit()

    def _wake_all(self) -> None:
        """Wake all waits: another may be first now, and look at the clock for all."""
        for waiter in self._waiters:
            waiter.alarm.set()

    def _look_again_ms(self, waiter: _Waiter) -> int:
        """When a wait looks again (epoch ms): only a window's first does; it wakes the others."""
        now, window = self._clock.now_ms(), self._windows[waiter.endpoint]
        if self._in(window)[0] is not waiter:
            return now + FAR_MS
        return window.forecast([waiter.rank], now)[0]

    def _grant(self) -> bool:
        """Grant slots, the most urgent first, up to one without room; True where any was."""
        now, before = self._clock.now_ms(), len(self._waiters)
        for waiter in list(self._waiters):
            window = self._windows[waiter.endpoint]
            if window.has_room(waiter.rank, now):
                self._waiters.remove(waiter)
                waiter.granted = Pass(self, window.acquire(waiter.endpoint, waiter.rank))
                waiter.alarm.set()
        return len(self._waiters) < before

    def _leave(self, waiter: _Waiter) -> None:
        """Remove a wait that was cancelled, perhaps just when its turn had come."""
        if waiter.granted is not None:
            waiter.granted.give_back()
        else:
            self._waiters.remove(waiter)
            self._wake_all()
            self.changed.emit()


@contextmanager
def calling(rate_limiter: RateLimiter, endpoint: Endpoint, taken: Pass) -> Iterator[None]:
    """Wrap the call itself. A 429 teaches the limiter, a call never connected costs nothing."""
    with taken:
        taken.sent()
        try:
            yield
        except NotConnectedError:
            taken.give_back()
            raise
        except ApiError as error:
            if classify(error) is FailureKind.LIMITED:
                reply = reply_of(error)
                rate_limiter.note_refused(
                    endpoint, reply.retry_after_s if reply is not None else None
                )
            raise
