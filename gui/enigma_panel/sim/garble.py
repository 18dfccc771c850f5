"""Events that come twice, and neighbours that change places. All seconds are real ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

_SHARE = 0.25
"""Of the events, so many are garbled."""
_LATEST_TWIN = 2.0
_HELD_BACK = 1.0

Item = tuple[str, Any]
"""An event's name and payload."""


class Timer(Protocol):
    """What a timer can do."""

    def cancel(self) -> None:
        """Do not go off."""


class Reorderer:
    """Passes events on to ``send``, some of them out of order or twice.

    ``later`` calls a function after so many seconds.
    """

    def __init__(
        self,
        send: Callable[[Item], None],
        later: Callable[[float, Callable[[], None]], Timer],
        rng: random.Random,
    ) -> None:
        self._send = send
        self._later = later
        self._rng = rng
        self._held: Item | None = None
        self._timers: list[Timer] = []

    def put(self, item: Item, kinds: frozenset[str]) -> None:
        """Take the next event; ``kinds`` of ``duplicate`` and ``reorder`` may befall it."""
        if self._held is None and "reorder" in kinds and self._hit():
            self._held = item
            self._timers.append(self._later(_HELD_BACK, self._release))
            return
        self._pass(item, kinds)
        self._release()

    def finish(self) -> None:
        """Pass on what is held back; no second copy comes any more."""
        self._release()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _release(self) -> None:
        long_poll, self._held = self._held, None
        if long_poll is not None:
            self._send(long_poll)

    def _pass(self, item: Item, kinds: frozenset[str]) -> None:
        self._send(item)
        if "duplicate" not in kinds or not self._hit():
            return
        if self._hit():
            self._send(item)
        else:
            wait = self._rng.uniform(0.0, _LATEST_TWIN)
            self._timers.append(self._later(wait, lambda: self._send(item)))

    def _hit(self) -> bool:
        return self._rng.random() < _SHARE
