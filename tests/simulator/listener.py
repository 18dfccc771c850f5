"""A Socket.IO client of the simulator's live channel, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import socketio
from socketio.exceptions import ConnectionError as NotConnectedError

NAMES = ("message", "end_session", "instance:disconnected", "instance:reconnected")
MOST_BYTES = 32 * 1024 * 1024
LONGEST = 60.0


@dataclass(frozen=True)
class Heard:
    """An event, when it came (monotonic seconds), and its payload."""

    at: float
    name: str
    payload: Any

    @property
    def kind(self) -> str:
        """The type of a message, else the event's name."""
        return str(self.payload["type"]) if self.name == "message" else self.name


class Listener:
    """One client. ``connect`` raises ``NotConnectedError`` if it is not let in."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.lost: str | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._http: aiohttp.ClientSession | None = None
        self._client: Any = None

    def connect(self, url: str, auth: object, **more: Any) -> Listener:
        """Open the channel."""
        self._run(self._connect(url, auth, more))
        return self

    def emit(self, *arguments: Any) -> None:
        """Emit a message."""
        self._run(self._client.emit("message", *arguments))

    def call(self, message: object, seconds: float) -> object:
        """Emit a message and wait for an acknowledgement."""
        answer: object = self._run(self._client.call("message", message, timeout=seconds))
        return answer

    def kinds(self) -> list[str]:
        """Name what was heard, in order."""
        return [heard.kind for heard in list(self.heard)]

    def until(self, true: Callable[[], object], seconds: float = LONGEST) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"heard only {self.kinds()}, lost {self.lost}"
            time.sleep(0.005)

    def until_heard(self, kind: str, times: int = 1) -> Heard:
        """Wait until a kind of event has come so often; give the last one."""
        self.until(lambda: self.kinds().count(kind) >= times)
        return [heard for heard in self.heard if heard.kind == kind][-1]

    def until_lost(self, seconds: float = LONGEST) -> str:
        """Wait until the channel is closed; give the reason."""
        self.until(lambda: self.lost is not None, seconds)
        return str(self.lost)

    def close(self) -> None:
        """Leave and end the thread."""
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(LONGEST)

    async def _connect(self, url: str, auth: object, more: dict[str, Any]) -> None:
        self._http = aiohttp.ClientSession()
        options = {"max_msg_size": MOST_BYTES, "timeout": aiohttp.ClientWSTimeout(ws_close=0.2)}
        self._client = socketio.AsyncClient(
            reconnection=False,
            http_session=self._http,
            websocket_extra_options=options,
            handle_sigint=False,
        )
        for name in NAMES:
            self._client.on(name, self._hearing(name))
        self._client.on("disconnect", self._gone)
        await self._client.connect(url, auth=auth, transports=["websocket"], **more)

    def _hearing(self, name: str) -> Callable[..., None]:
        def hear(payload: object = None) -> None:
            self.heard.append(Heard(time.monotonic(), name, payload))

        return hear

    def _gone(self, reason: str) -> None:
        self.lost = reason

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.shutdown()
            if self._client.eio.ws is not None:
                # The library leaves a web socket alone that broke or was refused.
                await self._client.eio.ws.close()
        if self._http is not None:
            await self._http.close()


@contextmanager
def listening(url: str, session_id: str) -> Generator[Listener, None, None]:
    """Listen to a session."""
    with anyone() as listener:
        yield listener.connect(url, {"sessionId": session_id})


@contextmanager
def anyone() -> Generator[Listener, None, None]:
    """Give a client that is not connected yet."""
    listener = Listener()
    try:
        yield listener
    finally:
        listener.close()


__all__ = ["Heard", "Listener", "NotConnectedError", "anyone", "listening"]
