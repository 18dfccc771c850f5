"""World time, and what happens in it by itself: arrivals, replies, cuts, a person's clicks."""

import heapq
from collections.abc import Callable

EPOCH_MS = 1_750_000_000_000
"""Wall time at world time zero, UTC epoch milliseconds."""

Call = Callable[[], None]


class Timeline:
    """Seconds since the beginning, and callbacks that are due at a time, oldest first."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, bool, Call]] = []
        self._count = 0

    def at(self, when: float, call: Call, *, outside: bool = False) -> None:
        """Let `call` happen at `when`; what is due at the same time keeps its order.

        outside: it happens also while this computer sleeps.
        """
        self._count += 1
        heapq.heappush(self._due, (when, self._count, outside, call))

    def after(self, seconds: float, call: Call, *, outside: bool = False) -> None:
        """Let `call` happen in so many seconds."""
        self.at(self.now + seconds, call, outside=outside)

    def pass_until(self, limit: float | None) -> bool:
        """Let the next thing happen, or go to `limit` where nothing is due before; False: never."""
        if self._due and (limit is None or self._due[0][0] <= limit):
            when, _, _, call = heapq.heappop(self._due)
            self.now = max(self.now, when)
            call()
            return True
        if limit is None:
            return False
        self.now = max(self.now, limit)
        return True

    def sleep(self, seconds: float) -> None:
        """Let time pass for the world outside alone; the rest is late."""
        until, late = self.now + seconds, []
        while self._due and self._due[0][0] <= until:
            entry = heapq.heappop(self._due)
            if entry[2]:
                self.now = max(self.now, entry[0])
                entry[3]()
            else:
                late.append(entry)
        self.now = until
        for entry in late:
            heapq.heappush(self._due, entry)

    def drop_all(self) -> None:
        self._due.clear()
