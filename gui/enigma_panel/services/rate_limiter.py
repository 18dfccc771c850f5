"""The limit of calls a minute: each counted call takes a Pass first, the most urgent before others.

    with await rate_limiter.turn(Endpoint.SEND_MESSAGE, Rank.STOP) as call:
        call.sent()
        ...  # the call; its end, whatever it is, ends the Pass

Uses no time but the clock's and no task of its own: waiting calls also look after the queue.
"""

import asyncio
from bisect import insort
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Self

from msgspec import Struct, field
from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import ApiError, FailureKind, NotConnectedError
from enigma_panel.core.rate_limit import LONG_POLL_MARGIN_MS, CallWindow, Endpoint, Rank, Slot
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.retry_policy import classify, retry_after_ms

PERIOD_MS = 60_000
"""The window in which the service counts calls, in ms."""


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

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Wrap the call itself. A 429 lets its endpoint rest, a call never connected costs nothing.

        A 429 counts for the service, too, so its slot is not free again.
        """
        with self:
            self.sent()
            try:
                yield
            except NotConnectedError:
                self.give_back()
                raise
            except ApiError as error:
                if (failure := classify(error)) is FailureKind.LIMITED:
                    rest_ms = retry_after_ms(error, failure, 1)
                    self._rate_limiter.note_refused(self._slot.endpoint, rest_ms)
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._slot.sent_ms is None:
            self.give_back()
        else:
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
    send-message kept for the urgent ranks."""

    changed = Signal()

    def __init__(self, clock: Clock, *, limit: int = 10, reserved: int = 3) -> None:
        super().__init__()
        self._clock = clock
        kept = {Endpoint.SEND_MESSAGE: reserved}
        self._windows = {
            endpoint: CallWindow(limit=limit, period_ms=PERIOD_MS, reserved=kept.get(endpoint, 0))
            for endpoint in Endpoint
        }
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
        """When (epoch ms) these calls could go, all of them each time, for each of n times.

        They are of different endpoints, here and in `room`.
        """
        due = [now := self._clock.now_ms()] * n
        for endpoint, rank in calls:
            before = [w.rank for w in self._in(endpoint) if w.rank <= rank]
            times = self._windows[endpoint].forecast([*before, *[rank] * n], now)
            due = list(map(max, due, times[len(before) :]))
        return due

    def free_at(self, endpoint: Endpoint, rank: Rank) -> int:
        """Epoch ms of the earliest moment when a new call of that rank could go, >= now."""
        return self.free_times([(endpoint, rank)], 1)[0]

    def room(self, *calls: tuple[Endpoint, Rank]) -> int:
        """How often these calls could go now, all of them each time."""
        now = self._clock.now_ms()
        return min(self._windows[endpoint].room(rank, now) for endpoint, rank in calls)

    def due_of(self, tag: object) -> int | None:
        """When (epoch ms) the wait of that tag is expected to end; None when there is none."""
        waiter = next((w for w in self._waiters if w.tag == tag), None)
        if waiter is None:
            return None
        window, waiters = self._windows[waiter.endpoint], self._in(waiter.endpoint)
        times = window.forecast([w.rank for w in waiters], self._clock.now_ms())
        return times[waiters.index(waiter)]

    def remember(self, endpoint: Endpoint, times_ms: Sequence[int]) -> None:
        """Count calls that an earlier run of the program made, as the service does."""
        for at_ms in times_ms:
            slot = self._windows[endpoint].acquire(endpoint, Rank.TERMINATE)
            slot.send(at_ms, PERIOD_MS)
            slot.answered(at_ms + LONG_POLL_MARGIN_MS, PERIOD_MS)
        self._move()

    def note_refused(self, endpoint: Endpoint, rest_ms: int) -> None:
        """Send nothing there for so long after a 429 about the rate; other endpoints go on."""
        self._windows[endpoint].rest(self._clock.now_ms() + rest_ms)
        self._move()

    # -- for Pass ----------------------------------------------------------------------------

    def note_sent(self, slot: Slot) -> None:
        slot.send(self._clock.now_ms(), PERIOD_MS)
        self._move()

    def note_heard(self, slot: Slot) -> None:
        slot.answered(self._clock.now_ms(), PERIOD_MS)
        self._move()

    def note_unused(self, slot: Slot) -> None:
        self._windows[slot.endpoint].drop(slot)
        self._move()

    # -- inside ------------------------------------------------------------------------------

    def _in(self, endpoint: Endpoint) -> list[_Waiter]:
        return [w for w in self._waiters if w.endpoint is endpoint]

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
        """When a wait looks again (epoch ms): only the first of an endpoint; it wakes all."""
        now = self._clock.now_ms()
        if self._in(waiter.endpoint)[0] is not waiter:
            return now + FAR_MS
        return self._windows[waiter.endpoint].forecast([waiter.rank], now)[0]

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
