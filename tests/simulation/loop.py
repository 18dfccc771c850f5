"""An asyncio loop in virtual time: when nothing is ready, time jumps to what is due next.

No selector, no threads, no real clock. World events (see `timeline`) come in where a real loop
would wait for its sockets, so the program sees them as it sees bytes.
"""

import asyncio
from collections import deque
from typing import Any

from tests.simulation.timeline import Timeline


class DeadlockError(Exception):
    """Nothing is ready, no timer runs and nothing is due in the world."""


class Killed(BaseException):
    """The process ends here and now; no line of it runs after this."""


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop of one process. `dead` ends it at the next turn, `failure` with that error."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__()
        self._timeline = timeline
        self._selector = self  # BaseEventLoop asks it for events
        self._ready: deque[asyncio.Handle]  # BaseEventLoop's own: what is to be called now
        self.slept = 0.0
        self.turns = 0
        self.dead = False
        self.failure: Exception | None = None

    def time(self) -> float:
        """Monotonic seconds; they stand still while the computer sleeps."""
        return self._timeline.now - self.slept

    def select(self, timeout: float | None) -> list[object]:
        """Let things happen in the world until one of them concerns us, or `timeout` is over."""
        self.turns += 1
        limit = None if timeout is None else self._timeline.now + timeout
        while True:
            if self.failure is not None:
                raise self.failure
            if self.dead:
                raise Killed
            if not self._timeline.pass_until(limit):
                raise DeadlockError
            if self._ready or (limit is not None and self._timeline.now >= limit):
                return []

    def _process_events(self, event_list: list[object]) -> None:
        """There are none: what happened has already put its callbacks in line."""

    def _write_to_self(self) -> None:
        """Nobody calls from another thread."""

    def fail_on_noise(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Exception handler: what nobody caught is a defect."""
        error = context.get("exception")
        if not self.dead and self.failure is None:
            self.failure = RuntimeError(f"event loop: {context.get('message')}: {error!r}")
