"""The services' clock over world time."""

import asyncio

from tests.simulation.timeline import EPOCH_MS, Timeline


class WorldClock:
    """UTC epoch milliseconds. wall_ms: by how much this process's wall clock is wrong."""

    def __init__(self, timeline: Timeline, wall_ms: int = 0) -> None:
        self._timeline = timeline
        self._offset = EPOCH_MS + wall_ms

    def now_ms(self) -> int:
        return self._offset + int(self._timeline.now * 1000 + 1e-6)

    async def sleep_until(self, due_ms: int) -> None:
        """Timers stand still during suspend, so the clock has the last word."""
        while (left := due_ms - self.now_ms()) > 0:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(left / 1000)

    async def wait(self, event: asyncio.Event, due_ms: int) -> None:
        """As `sleep_until`, cut short by the event."""
        while (left := due_ms - self.now_ms()) > 0 and not event.is_set():
            try:
                async with asyncio.timeout(left / 1000):
                    await event.wait()
            except TimeoutError:
                continue
