"""The faults as they look on the wire: an ASGI layer around the simulator."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from enigma_panel.sim.faults import Fault, FaultBook, name_of

Cutter = Callable[[tuple[str, int]], None]
"""Closes the TCP connection that comes from this address, after what was already written."""


class FaultInjector:
    """Passes requests on to ``app``, or breaks them as the fault book says.

    ``arrived`` counts the requests that came, ``answered`` the replies that went, by name and
    status, whatever became of them.
    """

    def __init__(self, app: ASGIApp, book: FaultBook, cut: Cutter) -> None:
        self._app = app
        self._book = book
        self._cut = cut
        self.arrived: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] != "http" or scope["path"].startswith("/_sim/"):
            await self._app(scope, receive, send)
            return
        raw = await read_all(receive)
        name = name_of(scope["path"], raw)
        self.arrived[name] += 1
        fault = self._book.find(scope["path"], raw)
        inner = replay(raw, receive)
        sent = self._counting(name, send)
        if fault is None:
            await self._app(scope, inner, sent)
        else:
            await self._break(fault, scope, inner, receive, sent)

    def _counting(self, name: str, send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.answered[f"{name} {message['status']}"] += 1
            await send(message)

        return sent

    async def _break(
        self, fault: Fault, scope: Scope, inner: Receive, receive: Receive, send: Send
    ) -> None:
        match fault.kind:
            case "refuse-before":
                await self._hang_up(scope, receive)
            case "silence-before":
                await until_gone(receive)
            case "drop-after":
                await collect(self._app, scope, inner)
                await self._hang_up(scope, receive)
            case "silence":
                await collect(self._app, scope, inner)
                await until_gone(receive)
            case "truncated":
                status, body = await collect(self._app, scope, inner)
                await respond(send, status, body[: len(body) // 2], length=len(body))
                await self._hang_up(scope, receive)
            case "notjson":
                status, _ = await collect(self._app, scope, inner)
                await respond(send, status, b"OK, done.")
            case "delay":
                await asyncio.sleep(fault.seconds)
                await self._app(scope, inner, send)
            case _:
                await respond(send, *fault.reply())

    async def _hang_up(self, scope: Scope, receive: Receive) -> None:
        self._cut(tuple(scope["client"]))
        # Returning before the server has noticed would make it send an error page.
        await until_gone(receive)


async def read_all(receive: Receive) -> bytes:
    """Read a whole request body."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def replay(raw: bytes, receive: Receive) -> Receive:
    """Give a body that was already read once more, then what really comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


async def until_gone(receive: Receive) -> None:
    """Wait until the other side has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        continue


async def collect(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, bytes]:
    """Let the request take effect and keep its reply (status, body) back."""
    status = 0
    parts: list[bytes] = []

    async def keep(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, keep)
    return status, b"".join(parts)


async def respond(
    send: Send,
    status: int,
    body: bytes,
    headers: dict[str, str] | None = None,
    length: int | None = None,
) -> None:
    """Send a reply; with a ``length`` above the body's the reply stays unfinished."""
    sent = len(body) if length is None else length
    fields = {"content-type": "application/json", **(headers or {}), "content-length": str(sent)}
    encoded = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body, "more_body": sent > len(body)})
