"""What a live channel wants of the library, and its hold on the web socket under it."""

import asyncio
import contextlib
import socket
from typing import Any, Protocol

from enigma_panel.api.ports_live import LiveFault

EMIT_S = 2.0
"""How long a message may take to be taken."""
SWEEP_S = 0.2
"""How long what was cut may take to notice."""

Options = dict[str, Any]


class WebSocket(Protocol):
    """As aiohttp makes it."""

    @property
    def closed(self) -> bool:
        """True after `close`, and once a read met the end."""
        ...

    def get_extra_info(self, name: str) -> Any:
        """ "socket" is the transport's."""
        ...

    async def send_str(self, data: str) -> None:
        """Raises OSError where the transport is closing: nothing was written then."""
        ...

    async def close(self) -> bool:
        """Say goodbye and wait for the answer."""
        ...


class Library(Protocol):
    """What a channel wants of the library."""

    @property
    def cookie_jar(self) -> Any:
        """The session's."""
        ...

    async def ws_connect(self, url: str, **options: Any) -> WebSocket:
        """A web socket."""
        ...

    def fault_of(self, error: Exception) -> LiveFault:
        """Why `ws_connect` failed."""
        ...

    def client(self, wire: "Wire", options: Options) -> Any:
        """A Socket.IO client that uses the wire."""
        ...

    def frame(self, message: dict[str, object]) -> str:
        """The frame of a "message" event."""
        ...

    def is_old(self, *data: object) -> bool:
        """Whether a refusal stands for a protocol that we do not speak."""
        ...

    def forget(self, client: Any) -> None:
        """Take a client out of what the library keeps for the whole process."""
        ...


class Wire:
    """Stands for the shared HTTP session in one client, and keeps hold of its web socket."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._socket: socket.socket | None = None
        self._ws: WebSocket | None = None
        self._fault: LiveFault | None = None
        self._is_cut = False
        self.cookie_jar = library.cookie_jar  # looked at by the client up to Engine.IO 4.11
        self.closed = False  # read by the client, which would close the session of all channels

    async def ws_connect(self, url: str, **options: Any) -> WebSocket:
        """Called by the client, which makes one nameless error of all that this raises."""
        try:
            self._ws = await self._library.ws_connect(url, **options)
        except Exception as error:
            self._fault = self._library.fault_of(error)
            raise
        self._socket = self._ws.get_extra_info("socket")
        return self._ws

    @property
    def fault(self) -> LiveFault:
        """Why it did not come up."""
        if self._fault is not None:
            return self._fault
        is_open = self._ws is not None and not self._ws.closed
        return LiveFault.PROTOCOL if is_open else LiveFault.UNREACHABLE

    async def send(self, frame: str) -> None:
        """Write a frame; raises OSError where it was not written, or not taken in time.

        The limit cuts the wire: a cancelled write leaves an error behind that nobody reads.
        """
        if self._ws is None:
            raise ConnectionError
        limit = asyncio.get_running_loop().call_later(EMIT_S, self.cut)
        try:
            await self._ws.send_str(frame)
        finally:
            limit.cancel()
        if self._is_cut:
            raise ConnectionError

    def cut(self) -> None:
        """Whoever reads or writes notices it at once. What is still unsent will never be sent."""
        self._is_cut = True
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it was closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    async def close(self) -> None:
        """Give the connection back to the session."""
        if self._ws is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_S):
                    await self._ws.close()
