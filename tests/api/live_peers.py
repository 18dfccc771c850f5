"""Other ends of the live channel: the library's own server, and one that can misbehave."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import socketio
from aiohttp import WSMsgType, web

from enigma_panel.api.socketio_client import SocketConnector
from enigma_panel.core.observation import Observation

ID = "sess-Secret-4711"
OPEN = '0{"sid":"e1","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}'
WELCOME = '40{"sid":"s1"}'
Play = Callable[[web.WebSocketResponse], Awaitable[None]]


def silent() -> logging.Logger:
    """For the server: it shares the process with what is tested."""
    logger = logging.Logger("server")  # noqa: LOG001
    logger.disabled = True
    return logger


HELD_UP_S = 8.0
"""Shorter than what the library, our CONNECT_S or our PING_S would wait, and long enough for a
machine that has other work."""


class Seen(list[Observation]):
    def __init__(self) -> None:
        super().__init__()
        self._more = asyncio.Event()

    def __call__(self, observation: Observation) -> None:
        self.append(observation)
        self._more.set()

    async def wait(self, count: int) -> "Seen":
        """Return once so many came in."""
        while len(self) < count:
            self._more.clear()
            await self._more.wait()
        return self

    @property
    def texts(self) -> list[str | None]:
        return [observation.text for observation in self]


@asynccontextmanager
async def connector(**options: Any) -> AsyncIterator[SocketConnector]:
    """Closed at the end, and nothing may be left of it then."""
    made = SocketConnector(**options)
    try:
        yield made
    finally:
        async with asyncio.timeout(HELD_UP_S):
            await made.aclose()
        assert library_tasks() == []


def library_tasks() -> list[str]:
    names = [repr(task.get_coro()) for task in asyncio.all_tasks() if not task.done()]
    return [name for name in names if "AsyncClient" in name or "_Client" in name]


@asynccontextmanager
async def listening(app: web.Application, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@dataclass
class Service:
    """The library's own server. `refusal`: what it says instead of yes."""

    url: str = ""
    refusal: str | None = None
    auths: list[object] = field(default_factory=list)
    sids: list[str] = field(default_factory=list)
    heard: list[object] = field(default_factory=list)
    hears: asyncio.Event = field(default_factory=asyncio.Event)
    sio: Any = None

    async def tell(self, payload: object, event: str = "message") -> None:
        await self.sio.emit(event, payload)


@asynccontextmanager
async def service(**options: Any) -> AsyncIterator[Service]:
    tls = options.pop("tls", None)
    made = Service()
    made.sio = sio = socketio.AsyncServer(
        async_mode="aiohttp", logger=silent(), engineio_logger=silent(), **options
    )

    async def connect(sid: str, _environ: object, auth: object) -> None:
        made.auths.append(auth)
        if made.refusal is not None:
            raise socketio.exceptions.ConnectionRefusedError(made.refusal)
        made.sids.append(sid)

    async def message(_sid: str, data: object) -> None:
        made.heard.append(data)
        made.hears.set()

    sio.on("connect", connect)
    sio.on("message", message)
    app = web.Application()
    sio.attach(app)
    async with listening(app, tls) as url:
        made.url = url
        try:
            yield made
        finally:
            for sid in made.sids:
                await sio.disconnect(sid)


@asynccontextmanager
async def hand_made(play: Play, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server whose every web socket is played; returning from the play closes it."""

    async def serve(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        await play(ws)
        await ws.close()
        return ws

    app = web.Application()
    app.router.add_get("/socket.io/", serve)
    async with listening(app, tls) as url:
        yield url


async def welcome(ws: web.WebSocketResponse) -> str:
    """Let a client in; gives what it said."""
    await ws.send_str(OPEN)
    said = await ws.receive_str()
    await ws.send_str(WELCOME)
    return said


async def stay(ws: web.WebSocketResponse) -> None:
    """Hear without answering until the client leaves."""
    while (await ws.receive()).type not in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING}:
        continue


def frames(*texts: str) -> Play:
    """Let the client in, send these frames, stay."""

    async def play(ws: web.WebSocketResponse) -> None:
        await welcome(ws)
        for text in texts:
            await ws.send_str(text)
        await stay(ws)

    return play


def step(text: str) -> str:
    return '42["message",{"type":"agent","content":"%s"}]' % text  # noqa: UP031
