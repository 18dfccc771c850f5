"""The program's clock: UTC epoch milliseconds that run through suspend and ignore clock changes."""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, time as time_of_day, timedelta
from functools import partial
from typing import Protocol

JUMP_MS = 2_000
"""Lead of a clock over the other, in ms, beyond which the computer must have slept."""
BETWEEN_READS_NS = 100_000_000
"""Longest time between reading two clocks for which they count as read at one moment, in ns."""

FAR_MS = 86_400_000
"""The limit of a wait that only an event ends, in ms: a day."""

LONGEST_NAP_S = 5.0
"""Longest nap between two looks, in seconds: the loop's timers stand still in a sleep."""
EARLY = 0.06
"""How much earlier than asked for a timer may fire, as a share of the wait: Qt's coarse ones take
5 % (https://doc.qt.io/qt-6/qt.html#TimerType-enum) and whole milliseconds."""
LAST_NAP_MS = 300
"""Wait below which the loop is asked for that share more, in ms, so that it wakes up once."""

Nanoseconds = Callable[[], int]


class Clock(Protocol):
    """The services' view of time; the tests put their own in its place."""

    def now_ms(self) -> int:
        """UTC epoch milliseconds, never running backwards."""

    async def sleep_until(self, due_ms: int) -> None:
        """Return when now_ms() >= due_ms, and not before."""

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        """Return when the event is set or now_ms() >= due_ms."""


def _boot_clock() -> Nanoseconds | None:
    """The clock that counts on while the computer sleeps, where there is one."""
    if sys.platform != "linux":
        return None
    return partial(time.clock_gettime_ns, time.CLOCK_BOOTTIME)


BOOT_NS = _boot_clock()


class SleepMeter:
    """How long the computer slept since this object was made.

    awake_ns: a steady clock that stands still meanwhile. boot_ns: one that does not. Without one,
    each jump of the wall clock ahead counts as sleep: whether somebody set it is unknown, and
    an age that is too high is corrected by the service's next word, one that is too low is not.
    A wall clock set back counts as nothing.
    """

    def __init__(
        self,
        awake_ns: Nanoseconds = time.monotonic_ns,
        boot_ns: Nanoseconds | None = BOOT_NS,
        wall_ns: Nanoseconds = time.time_ns,
    ) -> None:
        self._awake_ns = awake_ns
        self._boot_ns = boot_ns
        self._wall_ns = wall_ns
        self._slept_ms = 0
        self._ahead_ms = self._read_ahead_ms()

    def slept_ms(self) -> int:
        """Milliseconds of sleep so far; naps below two seconds are left out."""
        ahead = self._read_ahead_ms()
        gap, self._ahead_ms = ahead - self._ahead_ms, ahead
        if gap > JUMP_MS:
            self._slept_ms += gap
        return self._slept_ms

    def _read_ahead_ms(self) -> int:
        """The lead of the other clock over the one that stands still, in ms."""
        other_ns = self._boot_ns or self._wall_ns
        while True:
            before, other, after = self._awake_ns(), other_ns(), self._awake_ns()
            if after - before < BETWEEN_READS_NS:
                return (other - before) // 1_000_000


class SystemClock:
    """Wall time at the start of the program plus steady time since then."""

    def __init__(
        self,
        awake_ns: Nanoseconds = time.monotonic_ns,
        boot_ns: Nanoseconds | None = BOOT_NS,
        wall_ns: Nanoseconds = time.time_ns,
    ) -> None:
        meter = SleepMeter(awake_ns, boot_ns, wall_ns)
        self._meter = meter if boot_ns is None else None
        self._steady_ns = boot_ns or awake_ns
        self._offset_ms = wall_ns() // 1_000_000 - self._steady_ns() // 1_000_000

    def now_ms(self) -> int:
        """UTC epoch milliseconds; where no clock counts through sleep, as SleepMeter guesses."""
        slept = self._meter.slept_ms() if self._meter is not None else 0
        return self._offset_ms + self._steady_ns() // 1_000_000 + slept

    async def sleep_until(self, due_ms: int) -> None:
        """Return when now_ms() >= due_ms: qasync's timers may fire early (measured: 147 ms)."""
        while (left := due_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(_nap_s(left))

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        """Do as `sleep_until`, cut short by the event."""
        while (left := due_ms - self.now_ms()) > 0 and not event.is_set():
            try:
                # Not wait_for: on Python 3.11 it may swallow a cancellation.
                async with asyncio.timeout(_nap_s(left)):
                    await event.wait()
            except TimeoutError:
                continue


def _nap_s(left_ms: int) -> float:
    """Time until the next look at the clock, in seconds."""
    if left_ms > LAST_NAP_MS:
        return min(left_ms / 1000, LONGEST_NAP_S)
    return (left_ms * (1 + EARLY) + 1) / 1000


def local_date(ms: int) -> str:
    """The local date of a moment (epoch ms): '2026-11-27'."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().date().isoformat()


def local_day(now_ms: int) -> tuple[int, int]:
    """The local day of a moment, from when to when (epoch ms): it may have 23 or 25 hours."""
    today = date.fromisoformat(local_date(now_ms))
    ends = (datetime.combine(day, time_of_day.min) for day in (today, today + timedelta(days=1)))
    begin, end = (int(moment.timestamp() * 1000) for moment in ends)
    return begin, end
