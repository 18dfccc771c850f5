"""Faults that tests switch on: which requests they hit, how often, and what happens.

A fault is a JSON object ``{"path": …, "kind": …}`` with these further fields:

- ``action``: only send-message bodies of this kind, ``newTask`` or ``state:terminate`` (optional)
- ``skip``: let so many matching requests pass first (0); ``times``: then hit so many (1, 0: all)
- ``seconds``: for ``delay``; ``retryAfter``: whole seconds, for ``429``
- ``body``, ``headers``: for ``status:N`` and ``after:N``

``path`` is a whole path, or the beginning of one if it ends with ``*``.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

KINDS = (
    "refuse-before", "drop-after", "silence", "silence-before", "html502", "truncated",
    "notjson", "delay", "429", "500", "503",
)  # fmt: skip
"""All kinds but ``status:N`` and ``after:N``. Those answer with status N and any body, ``after:N``
as a gateway that gives up on what it passed on. Only drop-after, silence, truncated, notjson, delay
and ``after:N`` let the request take effect."""

_TEXTS = {
    "429": "Rate limit exceeded. Please try again later.",
    "500": "Server error",
    "503": "No available instances.",
}


Client = tuple[str, int]
"""The address that a connection comes from."""

Cutter = Callable[[Client], None]
"""Closes the TCP connection that comes from this address, after what was already written."""


class Fault(Struct):
    """One fault; ``times`` counts down, ``None`` means for ever."""

    path: str
    kind: str
    action: str = ""
    skip: int = 0
    times: int | None = 1
    seconds: float = 0.0
    retry_after: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def hits(self, path: str, raw: bytes) -> bool:
        """Tell whether a request is one of those meant, and count it."""
        if self.times == 0 or not self._matches(path, raw):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    def _matches(self, path: str, raw: bytes) -> bool:
        start = self.path.removesuffix("*")
        fits = path == start or (start != self.path and path.startswith(start))
        return fits and (not self.action or self.action in actions_of(raw))

    def reply(self) -> tuple[int, bytes, dict[str, str]]:
        """Give status, body and headers of a fault that answers in the service's place."""
        if self.kind == "html502":
            page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
            return 502, page, {"content-type": "text/html"}
        headers = {"content-type": "application/json", **self.headers}
        if (status := _chosen_status(self.kind)) is not None:
            raw = self.body if isinstance(self.body, str) else json.dumps(self.body)
            return status, raw.encode(), headers
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        body = {"success": False, "message": _TEXTS[self.kind]}
        return int(self.kind), json.dumps(body).encode(), headers


def _chosen_status(kind: str) -> int | None:
    """Tell the N of ``status:N`` and ``after:N``; ``None`` for the other kinds."""
    name, _, number = kind.partition(":")
    return int(number) if name in {"status", "after"} and number.isdecimal() else None


def actions_of(raw: bytes) -> tuple[str, ...]:
    """Name what a send-message body asks for: ``("state", "state:pause")``, or nothing."""
    try:
        message = json.loads(raw)["message"]
        return message["actionType"], f"{message['actionType']}:{message.get('newState')}"
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return ()


def name_of(path: str, raw: bytes) -> str:
    """Name a request for counting: ``poll``, ``newTask``, ``state:pause``, else its last part."""
    if path.startswith("/task/"):
        return "poll"
    actions = actions_of(raw) if path.endswith("/send-message") else ()
    if actions:
        return "newTask" if actions[0] == "newTask" else actions[1]
    return path.rpartition("/")[2]


def read_faults(raw: bytes) -> list[Fault]:
    """Parse a JSON list of faults; raises ``ValueError`` with a clear text."""
    entries = json.loads(raw)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("a list of faults is expected")
    return [_read_fault(entry) for entry in entries]


def _read_fault(entry: dict[str, Any]) -> Fault:
    known = {"path", "kind", "action", "skip", "times", "seconds", "retryAfter", "body", "headers"}
    if entry.keys() - known:
        raise ValueError(f"unknown fields: {', '.join(sorted(entry.keys() - known))}")
    kind = str(entry.get("kind", ""))
    if kind not in KINDS and _chosen_status(kind) is None:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}, status:N, after:N")
    if not str(entry.get("path", "")).startswith("/"):
        raise ValueError("a fault needs a path")
    return Fault(
        path=str(entry["path"]),
        kind=kind,
        action=str(entry.get("action", "")),
        skip=int(entry.get("skip", 0)),
        times=int(entry.get("times", 1)) or None,
        seconds=float(entry.get("seconds", 0.0)),
        retry_after=entry.get("retryAfter"),
        body=entry.get("body"),
        headers=entry.get("headers", {}),
    )


class FaultBook:
    """The faults that are switched on; the first that fits a request hits it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def replace(self, faults: list[Fault]) -> None:
        """Forget all faults and take these."""
        self._faults = list(faults)

    def find(self, path: str, raw: bytes) -> Fault | None:
        """Find the fault that hits this request, and count it."""
        return next((fault for fault in self._faults if fault.hits(path, raw)), None)


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
                if fault.kind.startswith("after:"):
                    await collect(self._app, scope, inner)
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


class Connections:
    """The open connections by the address they come from."""

    def __init__(self) -> None:
        self._transports: dict[Client, asyncio.Transport] = {}
        self._deaf: set[Client] = set()
        self._web_socket: type[asyncio.Protocol] | None = None

    def http(self) -> type[H11Protocol]:
        """Make a protocol class that tells us about its connections."""
        connections = self

        class Protocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
                connections._transports[_peer(transport)] = transport
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.forget(_peer(self.transport))
                super().connection_lost(exc)

        return Protocol

    def web_socket(self, **arguments: Any) -> asyncio.Protocol:
        """Make a web socket's protocol; the classes are imported when the first one is needed."""
        if self._web_socket is None:
            self._web_socket = self._web_socket_class()
        return self._web_socket(**arguments)

    def _web_socket_class(self) -> type[asyncio.Protocol]:
        from uvicorn.protocols.websockets.wsproto_impl import WSProtocol

        connections = self

        class Protocol(WSProtocol):
            def data_received(self, data: bytes) -> None:
                if _peer(self.transport) not in connections._deaf:
                    super().data_received(data)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.forget(_peer(self.transport))
                super().connection_lost(exc)

        return Protocol

    def forget(self, client: Client) -> None:
        """Take a connection off the list: it is closed."""
        self._transports.pop(client, None)
        self._deaf.discard(client)

    def deafen(self, client: Client) -> None:
        """Throw away whatever comes from a web socket from now on."""
        if client in self._transports:
            self._deaf.add(client)

    def cut(self, client: Client) -> None:
        """Close a connection after what was already written to it."""
        transport = self._transports.get(client)
        if transport is not None:
            transport.close()

    def abort(self, client: Client) -> None:
        """Close a connection at once."""
        transport = self._transports.get(client)
        if transport is not None:
            transport.abort()

    def abort_all(self) -> None:
        """Close every connection at once."""
        for transport in list(self._transports.values()):
            transport.abort()


def _peer(transport: asyncio.Transport) -> Client:
    host, port = transport.get_extra_info("peername")[:2]
    return str(host), int(port)
