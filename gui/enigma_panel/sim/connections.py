"""The open TCP connections, so that a fault can close one or make it deaf."""

from __future__ import annotations

import asyncio
import importlib.util
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

Client = tuple[str, int]
"""The address that a connection comes from."""


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


def need_web_sockets() -> None:
    """Raise ``ImportError`` if what web sockets need is not there; imports nothing itself."""
    for name in ("wsproto", "socketio"):
        if importlib.util.find_spec(name) is None:
            raise ImportError(f"No module named {name!r}", name=name)


def _peer(transport: asyncio.Transport) -> Client:
    host, port = transport.get_extra_info("peername")[:2]
    return str(host), int(port)
