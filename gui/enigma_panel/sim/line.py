"""One web socket of the live channel, between uvicorn and python-socketio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from starlette.types import Message, Receive, Scope, Send

from enigma_panel.sim.connections import Client

_ACCEPTED = "40"
"""How the packet begins with which Socket.IO accepts a client."""


class Transports(Protocol):
    """What can be done to TCP connections."""

    def abort(self, client: Client) -> None:
        """Close a connection at once."""

    def deafen(self, client: Client) -> None:
        """Throw away whatever comes from it from now on."""


class SocketConnection:
    """A web socket that can be cut or frozen.

    ``came_up`` is called once the client is in, ``left`` once the web socket is done with.
    """

    def __init__(self, scope: Scope, receive: Receive, send: Send, wires: Transports) -> None:
        self.came_up: Callable[[], None] | None = None
        self.left: Callable[[], None] | None = None
        self.frozen = False
        self._client: Client = tuple(scope["client"])
        self._receive = receive
        self._send = send
        self._wires = wires
        self._gone = False

    def freeze(self) -> None:
        """Let nothing more through in either direction; the connection stays."""
        self.frozen = True
        self._wires.deafen(self._client)

    def cut(self) -> None:
        """Close the connection at once."""
        self._wires.abort(self._client)

    async def receive(self) -> Message:
        """Give what comes in."""
        message = await self._receive()
        self._gone = message["type"] == "websocket.disconnect"
        return message

    async def send(self, message: Message) -> None:
        """Send something, unless frozen."""
        if self.frozen:
            return
        await self._send(message)
        came_up = self.came_up
        if came_up is not None and (message.get("text") or "").startswith(_ACCEPTED):
            self.came_up = None
            came_up()

    async def finish(self) -> None:
        """Return when the connection may be closed: a frozen one is kept until it is gone."""
        if self.left is not None:
            self.left()
        while self.frozen and not self._gone:
            await self.receive()
