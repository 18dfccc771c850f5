"""Coroutines in virtual time: when nothing is ready, the clock jumps to the next timer."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
EPOCH_MS = 1_700_000_000_000


class StuckError(Exception):
    """Everybody waits and no timer runs."""


class VirtualLoop(asyncio.BaseEventLoop):
    """No sockets, no threads; `time` moves only when all wait."""

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
    """services.clock.Clock on that loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now_ms(self) -> int:
        return EPOCH_MS + round(self._loop.time() * 1000)

    async def sleep_until(self, due_ms: int) -> None:
        await asyncio.sleep(max(0, due_ms - self.now_ms()) / 1000)

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        while (left := due_ms - self.now_ms()) > 0 and not event.is_set():
            try:
                async with asyncio.timeout(left / 1000):
                    await event.wait()
            except TimeoutError:
                continue


def in_virtual_time(test: Callable[[VirtualClock], Coroutine[Any, Any, T]]) -> T:
    """Run test(clock) to its end. Fails where it waits for what never comes."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(test(VirtualClock(loop)))
    finally:
        loop.close()
