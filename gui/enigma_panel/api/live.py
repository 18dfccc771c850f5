"""The live channel over Socket.IO. The only module that imports socketio, engineio and aiohttp.

Importing it takes 0.1 s: not for a GUI thread. The library is kept on a short lead: no second try
of its own, no task per event, no log (its records hold ids and texts), and what it leaves behind at
the end of a channel is cleared away.
"""

import asyncio
import json
import logging
import ssl
from collections.abc import Callable
from typing import Any

import aiohttp
import engineio
import socketio
from engineio import base_client
from socketio import packet

from enigma_panel import __version__
from enigma_panel.api.live_address import live_origin
from enigma_panel.api.live_channel import BYE_S, Channel
from enigma_panel.api.live_wire import Options, Wire
from enigma_panel.api.ports_live import LiveError, LiveFault, OnSeen
from enigma_panel.api.proxies import proxy_for
from enigma_panel.api.tls import make_context_in_thread
from enigma_panel.api.wire.jsontext import parse

log = logging.getLogger(__name__)

MAX_EVENT_BYTES = 16 * 1024 * 1024
"""A longer event breaks the channel: the library reads whole frames into memory."""
PING_S = 10.0
"""A web socket that was silent for so long is pinged, and given up after half of that without an
answer: a connection that is dead but looks open would swallow a Pause until the service's own pings
are missed, 45 s."""
BREATH = 32
"""After so many events in a row others get their turn on the loop. From Python 3.12 on the library
does not let go of it while there is something to read."""

for _name in ("aiohttp", "engineio", "socketio"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
_SILENT = logging.Logger("silent")  # noqa: LOG001 - out of the tree, so that nothing turns it on
_SILENT.disabled = True

_ENGINE_MESSAGE = "4"
_OLD_PROTOCOL = "Socket.IO 2"


class _Json:
    """Exact numbers, and no error but ValueError whatever comes in."""

    dumps = staticmethod(json.dumps)  # plain ASCII: half an emoji must not break the writer

    @staticmethod
    def loads(text: str) -> object:
        return parse(text.encode())


class _Packet(packet.Packet):  # type: ignore[misc]  # the library ships no types
    """Its own class, because the library sets a json module on the class, for the whole process."""

    json = _Json
    packet_type: int
    data: object

    def decode(self, encoded_packet: object) -> int:
        # Nothing documented is binary, and a head whose attachments never come would swallow all
        # that follows.
        if not isinstance(encoded_packet, str) or encoded_packet[:1] in {"5", "6"}:
            raise ValueError("binary")
        count = super().decode(encoded_packet)
        told = self.data if isinstance(self.data, dict) else {}
        if self.packet_type == packet.CONNECT and "sid" not in told:
            # Socket.IO 2 (Engine.IO 3) greets so, and would wait for pings that nobody sends.
            self.packet_type, self.data = packet.CONNECT_ERROR, [_OLD_PROTOCOL]
        return int(count or 0)


class _Engine(engineio.AsyncClient):  # type: ignore[misc]  # the library ships no types
    """Hears messages one after the other instead of in a task each, whose errors nobody reads."""

    _heard = 0

    async def _trigger_event(self, event: str, *args: Any, run_async: bool = False) -> Any:
        if event != "message":
            return await super()._trigger_event(event, *args, run_async=run_async)
        if args[0] == "1":  # the service ends it; the library would wait for the loop we are in
            await self.ws.close()
            return None
        self._heard += 1
        if self._heard % BREATH == 0:
            await asyncio.sleep(0)
        return await super()._trigger_event(event, *args)


class _Client(socketio.AsyncClient):  # type: ignore[misc]  # the library ships no types
    def _engineio_client_class(self) -> type[_Engine]:
        return _Engine


class _Library:
    """Implements `live_wire.Library`; the HTTP session is that of all channels."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.cookie_jar = session.cookie_jar

    async def ws_connect(self, url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        ws: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(url, **options)
        return ws

    def fault_of(self, error: Exception) -> LiveFault:
        match error:
            case aiohttp.ClientHttpProxyError():
                return LiveFault.UNREACHABLE
            case aiohttp.ClientResponseError(status=401 | 403):
                return LiveFault.REFUSED
            case aiohttp.ClientResponseError(status=status):
                busy = status == 429 or status >= 500
                return LiveFault.UNREACHABLE if busy else LiveFault.PROTOCOL
            case aiohttp.ClientError() | OSError():
                return LiveFault.UNREACHABLE
            case _:
                return LiveFault.PROTOCOL

    def client(self, wire: Wire, options: Options) -> _Client:
        return _Client(
            reconnection=False,
            handle_sigint=False,
            logger=_SILENT,
            engineio_logger=_SILENT,
            serializer=_Packet,
            http_session=wire,
            websocket_extra_options=options,
        )

    def frame(self, message: dict[str, object]) -> str:
        return _ENGINE_MESSAGE + str(_Packet(packet.EVENT, data=["message", message]).encode())

    def is_old(self, *data: object) -> bool:
        return _OLD_PROTOCOL in data

    def forget(self, client: _Client) -> None:
        if client.eio in base_client.connected_clients:
            base_client.connected_clients.remove(client.eio)


class SocketConnector:
    """All channels of a run; implements `ports_live.LiveDoor`.

    make_tls: gives the TLS context; without one it is built in a thread. Nothing is opened before
    the first `connect`; the object belongs to the event loop of that call.
    """

    def __init__(self, *, make_tls: Callable[[], ssl.SSLContext] | None = None) -> None:
        self._make_tls = make_tls
        self._tls: ssl.SSLContext | None = None
        self._building = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._channels: set[Channel] = set()
        self._is_closed = False

    async def connect(
        self, session_id: str, socket_url: str, base_url: str, on_seen: OnSeen
    ) -> Channel:
        """See the port. Events may come in before this returns."""
        origin = live_origin(socket_url, base_url)
        if self._is_closed:
            raise LiveError(LiveFault.UNREACHABLE)
        if self._session is None:
            self._session = _make_session()
        channel = Channel(_Library(self._session), session_id, on_seen, self._channels.discard)
        self._channels.add(channel)
        await channel.open(origin, self._options)
        return channel

    async def aclose(self) -> None:
        """See the port; takes no longer than one channel does."""
        self._is_closed = True
        closing = [channel.aclose() for channel in self._channels]
        try:
            for told in await asyncio.gather(*closing, return_exceptions=True):
                if isinstance(told, BaseException):  # its text may hold what is secret
                    log.warning("a live channel could not be closed: %s", type(told).__name__)
        finally:
            if self._session is not None:
                await self._session.close()

    async def _options(self, origin: str) -> Options:
        """What the web socket is opened with; a proxy and TLS only where it leaves this machine."""
        options: Options = {
            "max_msg_size": MAX_EVENT_BYTES,
            "timeout": aiohttp.ClientWSTimeout(ws_close=BYE_S / 2),
            "heartbeat": PING_S,
        }
        if origin.startswith("https:"):
            options["proxy"] = await asyncio.to_thread(proxy_for, origin)
            options["ssl"] = await self._context()
        return options

    async def _context(self) -> ssl.SSLContext:
        async with self._building:
            if self._tls is None:
                make = self._make_tls
                self._tls = make() if make is not None else await make_context_in_thread()
            return self._tls


def _make_session() -> aiohttp.ClientSession:
    """No limit, no cookies (one session's would go out with another's), no .netrc, no redirects."""
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_stay_here)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, resolver=aiohttp.ThreadedResolver()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trace_configs=[trace],
        trust_env=False,
        headers={"User-Agent": f"enigma-control-panel/{__version__}"},
    )


async def _stay_here(
    _session: aiohttp.ClientSession, _context: object, seen: aiohttp.TraceRequestRedirectParams
) -> None:
    """The id belongs to this host alone, and would be sent to whoever completes the handshake."""
    seen.response.close()
    raise ValueError("redirected")
