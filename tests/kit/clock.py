"""Clocks of services: moved by hand, in virtual time, shifted, or ten times as fast."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from itertools import pairwise
from typing import Any, TypeVar

from enigma_panel.services.clock import SystemClock
from tests.kit.wait import settle

T = TypeVar("T")
NOW = 1_790_000_000_000
"""When every clock of a test begins; records that a test builds are of this time."""


class HandClock:
    """Time stands still until the test moves it."""

    def __init__(self, now: int = NOW) -> None:
        self._now = now
        self._dues = dict[asyncio.Timeout, int]()

    @property
    def now(self) -> int:
        """Milliseconds; moved on at once, whoever waits finds out at the next turn of the loop."""
        return self._now

    @now.setter
    def now(self, now: int) -> None:
        self._now = now
        for timeout, due in self._dues.items():
            if due <= now and not timeout.expired():
                timeout.reschedule(0)

    def now_ms(self) -> int:
        return self.now

    def pass_ms(self, ms: int) -> None:
        self.now += ms

    async def advance(self, ms: int) -> None:
        """Move on from one to the next that somebody waits for; each is served at its own."""
        end = self.now + ms
        await settle()
        while self.now < end:
            dues = (due for due in self._dues.values() if due > self.now)
            self.now = min((end, *dues))
            await settle()

    async def sleep_until(self, due_ms: int) -> None:
        await self.wait(asyncio.Event(), due_ms)

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None) as timeout:
                self._dues[timeout] = due_ms
                try:
                    if self.now < due_ms:
                        await event.wait()
                finally:
                    del self._dues[timeout]


def gaps(moments: list[int]) -> list[int]:
    return [later - earlier for earlier, later in pairwise(moments)]


class StuckError(Exception):
    """Everybody waits and no timer runs."""


class VirtualLoop(asyncio.BaseEventLoop):
    """No sockets, no threads; when nothing is ready, time jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._selector = self

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise StuckError
        self._now += max(timeout, 0.0)
        return []

    def _process_events(self, event_list: list[object]) -> None:
        pass

    def _write_to_self(self) -> None:
        pass


class VirtualClock:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def run(self, test: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine in this time. Fails where it waits for what never comes."""
        return self._loop.run_until_complete(test)

    def now_ms(self) -> int:
        return NOW + round(self._loop.time() * 1000)

    async def sleep_until(self, due_ms: int) -> None:
        await asyncio.sleep(max(0, due_ms - self.now_ms()) / 1000)

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        while (left := due_ms - self.now_ms()) > 0 and not event.is_set():
            try:
                async with asyncio.timeout(left / 1000):
                    await event.wait()
            except TimeoutError:
                continue


@contextlib.contextmanager
def virtual_clock() -> Iterator[VirtualClock]:
    with contextlib.closing(VirtualLoop()) as loop:
        yield VirtualClock(loop)


def in_virtual_time(test: Callable[[VirtualClock], Coroutine[Any, Any, T]]) -> T:
    with virtual_clock() as clock:
        return clock.run(test(clock))


class FastClock(SystemClock):
    """Time that runs ten times as fast; with a simulator at --speed 10 all stays in proportion."""

    FACTOR = 10

    def __init__(self) -> None:
        super().__init__()
        self._zero = super().now_ms()

    def now_ms(self) -> int:
        """Epoch milliseconds of the fast clock."""
        return self._zero + (super().now_ms() - self._zero) * self.FACTOR

    async def sleep_until(self, due_ms: int) -> None:
        """As the system's, in a tenth of the time."""
        while (left := due_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(left / 1000 / self.FACTOR)

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        """As the system's, in a tenth of the time."""
        while (left := due_ms - self.now_ms()) > 0 and not event.is_set():
            try:
                await asyncio.wait_for(event.wait(), left / 1000 / self.FACTOR)
            except TimeoutError:
                continue
