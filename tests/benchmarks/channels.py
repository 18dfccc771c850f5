"""Bare live channels: python-socketio alone, which hears of everything as early as anybody can."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

import socketio

Heard = Callable[[str, str, Any], None]
"""Takes session id, event name and payload."""
EVENTS = ("message", "end_session", "instance:disconnected", "instance:reconnected")
AT_ONCE = 8
EVENT = {
    "type": "action",
    "data": {"name": "click_element", "target": "the link to page {n} of the parish register"},
}
"""One of many, each with its number."""
MANY = 100_000


async def listen(url: str, session_id: str, heard: Heard) -> Any:
    """Open one session's channel; the client, to be disconnected in the end."""
    client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
    for name in EVENTS:
        client.on(name, lambda payload=None, name=name: heard(session_id, name, payload))
    await client.connect(url, auth={"sessionId": session_id}, transports=["websocket"])
    return client


async def listen_to_all(url: str, session_ids: list[str], heard: Heard) -> list[Any]:
    """As `listen`, a few at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(session_id: str) -> Any:
        async with turns:
            return await listen(url, session_id, heard)

    return list(await asyncio.gather(*map(one, session_ids)))


def push(url: str, payload: Any = None, **more: Any) -> None:
    """Have the simulator send an event to all channels."""
    order = {"push": {"name": "message", "payload": payload or EVENT, **more}}
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("POST", "/_sim/live", json.dumps(order))
    status = connection.getresponse().status
    connection.close()
    if status != 200:
        raise RuntimeError(f"the simulator said {status}")


def keep_speaking(url: str) -> None:
    """One event a second to each channel that is open now, not all in the same moment."""
    push(url, times=MANY, every=1.0)


class Listeners(threading.Thread):
    """Listens to sessions beside the program, in a loop and thread of its own.

    heard: (monotonic seconds, session id, event name, payload), in the order of their coming.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.heard: list[tuple[float, str, str, Any]] = []
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._clients: list[Any] = []

    def run(self) -> None:
        """Until `end`."""
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def listen(self, session_id: str) -> None:
        """From now on; does not wait for the channel to be up."""
        asyncio.run_coroutine_threadsafe(self._listen(session_id), self._loop)

    def end(self) -> None:
        """Take all channels down and end the thread."""
        self._wait(self._hang_up())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self.join(10)

    async def _listen(self, session_id: str) -> None:
        self._clients.append(await listen(self._url, session_id, self._note))

    def _note(self, session_id: str, name: str, payload: Any) -> None:
        self.heard.append((time.monotonic(), session_id, name, payload))

    async def _hang_up(self) -> None:
        async with asyncio.timeout(10):
            await asyncio.gather(*(client.disconnect() for client in self._clients))

    def _wait(self, coro: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coro, self._loop).result(20)
