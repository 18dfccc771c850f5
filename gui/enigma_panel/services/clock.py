"""The program's clock: UTC epoch milliseconds that run through suspend and ignore clock changes."""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """What services know of time; the tests put their own in its place."""

    def now_ms(self) -> int:
        """UTC epoch milliseconds, never running backwards."""
        ...

    async def sleep_until(self, due_ms: int) -> None:
        """Return when now_ms() >= due_ms, and not before."""
        ...

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        """Return when the event is set or now_ms() >= due_ms."""
        ...


def _steady_ms() -> int:
    """Milliseconds of a clock that counts on while the computer sleeps, where there is one."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.clock_gettime_ns(boot) if boot is not None else time.monotonic_ns()) // 1_000_000


class SystemClock:
    """Wall time at the start of the program plus steady time since then."""

    def __init__(self) -> None:
        self._offset = time.time_ns() // 1_000_000 - _steady_ms()

    def now_ms(self) -> int:
        """UTC epoch milliseconds."""
        return self._offset + _steady_ms()

    async def sleep_until(self, due_ms: int) -> None:
        """qasync's timers may fire early (measured: 147 ms), so the clock has the last word."""
        while (left := due_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(left / 1000)

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        """As `sleep_until`, cut short by the event."""
        while (left := due_ms - self.now_ms()) > 0 and not event.is_set():
            try:
                # Not wait_for: on Python 3.11 it may swallow a cancellation.
                async with asyncio.timeout(left / 1000):
                    await event.wait()
            except TimeoutError:
                continue
