"""Faults of the live channel, and the tests' orders to it.

A test sends an order as a JSON object to ``POST /_sim/live``; all of its fields are optional:

- ``mode``: from now on, for open channels, too: ``up``; ``off`` (nothing at that path: 404, and
  open channels are cut); ``refuse`` (every new channel is refused, open ones stay); ``drop:5``
  (each channel's connection is cut 5 s after it came up); ``freeze`` (accepted, then not a byte
  more in either direction, though the connection stays). Leaving ``freeze`` cuts what was frozen
- ``garble``: a list of ``duplicate`` (a quarter of the events come twice, the second at once or up
  to 2 s later) and ``reorder`` (a quarter change places with the next that comes within 1 s)
- ``cut``: ``true`` cuts every open channel now
- ``ping``: ``[interval, timeout]`` in seconds, for channels opened later ([25, 20])
- ``push``: send an event, real or nonsense: ``{"name": "message", "payload": …, "sessionId": …,
  "times": 1, "every": 0}``. ``sessionId`` is one id or a list (all open channels); ``times`` so
  many, ``every`` so many seconds, the channels evenly spread over that time. ``{n}`` in the payload
  becomes the event's number. ``end_session`` closes the channel after it, as the service does

All seconds in here are real ones, whatever the speed.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from typing import Any, Protocol

from msgspec import Struct

MODES = ("up", "off", "refuse", "drop", "freeze")
REORDERINGS = frozenset({"duplicate", "reorder"})
_FIELDS = {"mode", "garble", "cut", "ping", "push"}
_PUSH_FIELDS = {"name", "payload", "sessionId", "times", "every"}
_LONGEST = 3600.0
_SHARE = 0.25
"""The share of events that are reordered or sent twice."""
_LATEST_COPY_S = 2.0
_DELAY_S = 1.0

Item = tuple[str, Any]
"""An event's name and payload."""


class Mode(Struct, frozen=True):
    """How the channel behaves: one of ``MODES``; ``seconds`` is for ``drop``."""

    kind: str
    seconds: float = 0.0


UP = Mode("up")


class Push(Struct, frozen=True):
    """An event to send to the channels of some sessions (``None``: of all)."""

    name: str
    payload: Any
    sessions: frozenset[str] | None = None
    times: int = 1
    every: float = 0.0

    def copy(self, number: int) -> Any:
        """Give the payload of the event with this number."""
        raw = json.dumps(self.payload)
        return json.loads(raw.replace("{n}", str(number))) if "{n}" in raw else self.payload


class Order(Struct, frozen=True):
    """What a test wants of the channel; ``None`` leaves a thing as it is."""

    mode: Mode | None = None
    reordering: frozenset[str] | None = None
    cut: bool = False
    ping: tuple[float, float] | None = None
    push: Push | None = None


def read_mode(text: str) -> Mode:
    """Parse a mode such as ``drop:5``; raises ``ValueError`` with a clear text."""
    kind, colon, rest = text.partition(":")
    if kind == "drop" and colon:
        return Mode(kind, _seconds(rest))
    if kind not in MODES or kind == "drop" or colon:
        raise ValueError(f"unknown mode {text!r}; known: up, off, refuse, drop:SECONDS, freeze")
    return Mode(kind)


def read_reordering(names: list[str]) -> frozenset[str]:
    """Check kinds of reordering; raises ``ValueError`` with a clear text."""
    kinds = frozenset(filter(None, names))
    if kinds - REORDERINGS:
        known = ", ".join(sorted(REORDERINGS))
        raise ValueError(f"unknown: {', '.join(sorted(kinds - REORDERINGS))}; known: {known}")
    return kinds


def read_order(raw: bytes) -> Order:
    """Parse an order; raises ``ValueError`` or ``TypeError`` with a clear text."""
    entry = _checked(json.loads(raw), _FIELDS)
    return Order(
        mode=read_mode(str(entry["mode"])) if "mode" in entry else None,
        reordering=read_reordering(list(entry["garble"])) if "garble" in entry else None,
        cut=bool(entry.get("cut", False)),
        ping=_ping(entry["ping"]) if "ping" in entry else None,
        push=_push(entry["push"]) if "push" in entry else None,
    )


def _ping(entry: Any) -> tuple[float, float]:
    interval, timeout = entry
    return _seconds(interval), _seconds(timeout)


def _push(entry: Any) -> Push:
    known = _checked(entry, _PUSH_FIELDS)
    sessions = known.get("sessionId")
    if isinstance(sessions, str):
        sessions = [sessions]
    return Push(
        name=str(known.get("name", "message")),
        payload=known.get("payload"),
        sessions=None if sessions is None else frozenset(sessions),
        times=int(known.get("times", 1)),
        every=float(known.get("every", 0.0)),
    )


def _checked(entry: Any, known: set[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise TypeError("an object is expected")
    if entry.keys() - known:
        raise ValueError(f"unknown fields: {', '.join(sorted(entry.keys() - known))}")
    return entry


def _seconds(value: Any) -> float:
    seconds = float(value)
    if not (math.isfinite(seconds) and 0 < seconds <= _LONGEST):
        raise ValueError(f"seconds must be above 0 and at most {_LONGEST:g}")
    return seconds


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
        self._delayed: Item | None = None
        self._timers: list[Timer] = []

    def put(self, item: Item, kinds: frozenset[str]) -> None:
        """Accept the next event; ``kinds`` of ``duplicate`` and ``reorder`` may befall it."""
        if self._delayed is None and "reorder" in kinds and self._hit():
            self._delayed = item
            self._timers.append(self._later(_DELAY_S, self._release))
            return
        self._pass(item, kinds)
        self._release()

    def finish(self) -> None:
        """Pass on what is delayed; no second copy comes any more."""
        self._release()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _release(self) -> None:
        item, self._delayed = self._delayed, None
        if item is not None:
            self._send(item)

    def _pass(self, item: Item, kinds: frozenset[str]) -> None:
        self._send(item)
        if "duplicate" not in kinds or not self._hit():
            return
        if self._hit():
            self._send(item)
        else:
            wait = self._rng.uniform(0.0, _LATEST_COPY_S)
            self._timers.append(self._later(wait, lambda: self._send(item)))

    def _hit(self) -> bool:
        return self._rng.random() < _SHARE
