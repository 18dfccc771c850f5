"""One client's channel to one session: events on their way out, in order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from enigma_panel.sim.garble import Item, Reorderer
from enigma_panel.sim.line import SocketConnection
from enigma_panel.sim.live_orders import Mode

END = "end_session"


class Emitter(Protocol):
    """What we need of python-socketio's server, which has no types."""

    def emit(self, event: str, data: Any, to: str) -> Coroutine[Any, Any, None]:
        """Send an event to one client."""

    def disconnect(self, sid: str) -> Coroutine[Any, Any, None]:
        """End one client's connection, if it still is."""


class Channel:
    """A channel of one session. Events wait until the client knows that it was let in."""

    def __init__(self, session_id: str, line: SocketConnection, rng: random.Random) -> None:
        self.session_id = session_id
        self.unwatch: Callable[[], None] | None = None
        self._line = line
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue()
        self._garbler = Reorderer(self._queue.put_nowait, self._loop.call_later, rng)
        self._up_at: float | None = None
        self._cutting: asyncio.TimerHandle | None = None
        self._closed = False
        self._pump: asyncio.Task[None] | None = None

    def send(self, name: str, payload: Any, kinds: frozenset[str] = frozenset()) -> None:
        """Send an event, garbled by these kinds; the service hangs up after ``end_session``."""
        if self._closed:
            return
        self._garbler.put((name, payload), kinds)
        if name == END:
            self._garbler.finish()
            self._queue.put_nowait(None)

    def up(self, sid: str, emitter: Emitter, sent: Counter[str]) -> None:
        """Begin to send: the client was let in."""
        self._up_at = self._loop.time()
        self._pump = self._loop.create_task(self._send_all(sid, emitter, sent))

    def behave(self, mode: Mode) -> None:
        """Do to an open channel what the mode does."""
        if self._cutting is not None:
            self._cutting.cancel()
        if self._up_at is None:
            return
        if mode.kind == "freeze":
            self._line.freeze()
        elif mode.kind == "drop":
            self._cutting = self._loop.call_at(self._up_at + mode.seconds, self._line.cut)

    def close(self) -> None:
        """Note that the connection is over."""
        self._closed = True
        if self.unwatch is not None:
            self.unwatch()
        if self._cutting is not None:
            self._cutting.cancel()
        self._garbler.finish()
        # Not cancelled: this may be called from within the pump, when it hangs up.
        self._queue.put_nowait(None)

    async def _send_all(self, sid: str, emitter: Emitter, sent: Counter[str]) -> None:
        while (item := await self._queue.get()) is not None and not self._closed:
            name, payload = item
            kind = payload.get("type", name) if isinstance(payload, dict) else name
            sent[str(kind) if name == "message" else name] += 1
            await emitter.emit(name, payload, to=sid)
        await emitter.disconnect(sid)
