"""Bare live channels: python-socketio alone, which hears of everything as early as anybody can."""

import asyncio
import http.client
import json
from collections.abc import Callable
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
