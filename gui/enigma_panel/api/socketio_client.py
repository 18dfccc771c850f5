"""The live channel over Socket.IO. The only module that imports socketio, engineio and aiohttp.

Importing it takes 0.1 s: not for a GUI thread. The library may not reconnect by itself, start a
task per event or log (its records hold ids and texts), and what it leaves behind at the end of a
channel is cleared away.
"""

import asyncio
import contextlib
import json
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import engineio
import socketio
from engineio import base_client
from msgspec.structs import replace
from socketio import packet

from enigma_panel import __version__
from enigma_panel.api.address import UnusableProxyError, live_origin, proxy_for
from enigma_panel.api.client import make_context_in_thread
from enigma_panel.api.protocols import LiveError, LiveFault, OnObservation
from enigma_panel.api.wire.requests import state_message
from enigma_panel.api.wire.socket_events import EVENTS, read_event
from enigma_panel.api.wire.values import parse
from enigma_panel.core.verbs import CommandVerb

log = logging.getLogger(__name__)
for _name in ("aiohttp", "engineio", "socketio"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)
_SILENT = logging.Logger("silent")  # noqa: LOG001 - out of the tree, so that nothing turns it on
_SILENT.disabled = True

CONNECT_S = 10.0
"""How long the service may take to accept the session's id, in seconds, TCP and TLS included."""
BYE_S = 0.4
"""How long a channel's end is negotiated before it is cut, in seconds."""
EMIT_S = 2.0
"""How long a message may take to be written, in seconds."""
SWEEP_S = 0.2
"""How long the library's loops may take to end after the connection was cut, in seconds."""
MAX_EVENT_BYTES = 16 * 1024 * 1024
"""Longest event; a longer one breaks the channel, as the library reads whole frames into memory."""
PING_S = 10.0
"""Silence after which a web socket is pinged, in seconds; half of that later it is given up."""
YIELD_EVERY = 32
"""Events that are taken in one turn of the loop: from Python 3.12 on it is not let go."""

_ENGINE_MESSAGE = "4"
_OLD_PROTOCOL = "Socket.IO 2"

Options = dict[str, Any]


class SocketConnector:
    """All channels of a run, of one loop: `LiveConnector`. make_tls: else built in a thread."""

    def __init__(self, *, make_tls: Callable[[], ssl.SSLContext] | None = None) -> None:
        self._make_tls = make_tls
        self._tls: ssl.SSLContext | None = None
        self._building = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self._channels: set[Channel] = set()
        self._is_closed = False

    async def connect(
        self, session_id: str, socket_url: str, base_url: str, on_observation: OnObservation
    ) -> "Channel":
        """See LiveConnector. Events may come in before this returns."""
        origin = live_origin(socket_url, base_url)
        if self._is_closed:
            raise LiveError(LiveFault.UNREACHABLE)
        if self._session is None:
            self._session = _make_session()
        channel = Channel(self._session, session_id, on_observation, self._channels.discard)
        self._channels.add(channel)
        await channel.open(origin, self._options)
        return channel

    async def aclose(self) -> None:
        """See LiveConnector; takes no longer than one channel does."""
        self._is_closed = True
        closing = [channel.aclose() for channel in self._channels]
        try:
            for error in await asyncio.gather(*closing, return_exceptions=True):
                if isinstance(error, BaseException):  # its text may hold what is secret
                    log.warning("a live channel could not be closed: %s", type(error).__name__)
        finally:
            if self._session is not None:
                await self._session.close()

    async def _options(self, origin: str) -> Options:
        """Options of the web socket; a proxy and TLS only where it leaves this machine."""
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
    """Make a session without limit, redirects, .netrc, and cookies, which other sessions share."""
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
    _session: aiohttp.ClientSession, _context: object, redirect: aiohttp.TraceRequestRedirectParams
) -> None:
    """Refuse a redirect: the id, which belongs to this host, would go along."""
    redirect.response.close()
    raise ValueError("redirected")


class Channel:
    """One session's `protocols.LiveConnection`. on_over: called once nothing is left of it."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        session_id: str,
        on_observation: OnObservation,
        on_over: Callable[["Channel"], None],
    ) -> None:
        self._session_id = session_id
        self._on_observation = on_observation
        self._on_over = on_over
        self._wire = Wire(session)
        self._client: Any = None
        self._answered: asyncio.Future[LiveFault | None]
        self._answered = asyncio.get_running_loop().create_future()
        self._opening: asyncio.Timeout | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._is_up = False
        self._lost = asyncio.Event()

    async def open(self, origin: str, options: Callable[[str], Awaitable[Options]]) -> None:
        """Connect and wait for the service's yes; raises LiveError."""
        fault: LiveFault | None = LiveFault.UNREACHABLE
        try:
            async with asyncio.timeout(CONNECT_S) as self._opening:
                fault = await self._try(origin, await options(origin))
        except (TimeoutError, OSError, UnusableProxyError):
            log.debug("no live channel: no way there, or no answer in time")
        finally:
            self._opening = None
            self._is_up = fault is None and not self._lost.is_set()
            if not self._is_up:
                await self._sweep()
        if not self._is_up:
            # Raised out here: as a context, the library's errors would carry the address.
            raise LiveError(fault or LiveFault.UNREACHABLE)

    async def _try(self, origin: str, options: Options) -> LiveFault | None:
        self._client = client = self._make_client(options)
        try:
            await client.connect(
                origin,
                auth={"sessionId": self._session_id},
                transports=["websocket"],
                namespaces=["/"],
                wait=False,
            )
        except Exception as error:  # noqa: BLE001 - a strange answer makes the library raise anything
            log.debug("no live channel: %s", type(error).__name__)
            return self._wire.fault
        self._tasks = [client.eio.read_loop_task, client.eio.write_loop_task]
        for task in self._tasks:
            task.add_done_callback(self._ended)
        if (opener := asyncio.current_task()) is not None and opener.cancelling():
            raise asyncio.CancelledError  # some way down in the libraries it was swallowed
        return await self._answered

    def _make_client(self, options: Options) -> "_Client":
        client = _Client(
            reconnection=False,
            handle_sigint=False,
            logger=_SILENT,
            engineio_logger=_SILENT,
            serializer=_Packet,
            http_session=self._wire,
            websocket_extra_options=options,
        )
        client.on("connect", partial(self._answer, None))
        client.on("connect_error", self._refused)
        for name in EVENTS:
            client.on(name, partial(self._on_event, name))
        return client

    def _answer(self, fault: LiveFault | None) -> None:
        if not self._answered.done():
            self._answered.set_result(fault)

    def _refused(self, *data: object) -> None:
        self._answer(LiveFault.PROTOCOL if _OLD_PROTOCOL in data else LiveFault.REFUSED)

    def _on_event(self, name: str, *data: object) -> None:
        """Hand out what can be read and is about this session."""
        observation = read_event(name, data[0] if data else None)
        if observation is None or self._lost.is_set():
            return
        if observation.session_id is not None:
            if observation.session_id != self._session_id:
                return
            observation = replace(observation, session_id=None)
        try:
            self._on_observation(observation)
        except Exception:  # else the library would drop it without a word
            log.exception("an event could not be handed on")

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Note that one of the library's two loops is over, and so is the channel."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.debug("the live channel broke: %s", type(error).__name__)
        self._give_up()

    def _give_up(self) -> None:
        self._is_up = False
        self._wire.cut()
        self._answer(LiveFault.UNREACHABLE)
        self._lost.set()

    async def send_state(self, verb: CommandVerb) -> None:
        await self._emit(state_message(verb))

    async def _emit(self, message: dict[str, object]) -> None:
        """Write a message: the library's emit queues it and cannot tell what became of it."""
        frame = _ENGINE_MESSAGE + str(_Packet(packet.EVENT, data=["message", message]).encode())
        try:
            if self._is_up:
                await self._wire.send(frame)
                return
        except OSError as error:  # a frame half written is none, once the wire is cut
            log.debug("nothing was sent by the live channel: %s", type(error).__name__)
        self._give_up()
        raise LiveError(LiveFault.LOST)

    async def until_lost(self) -> None:
        await self._lost.wait()
        await self._sweep()

    async def aclose(self) -> None:
        if self._opening is not None and not self._opening.expired():
            self._opening.reschedule(asyncio.get_running_loop().time())
            await self._lost.wait()
        elif self._is_up:
            self._is_up = False
            await self._negotiate_end()
        await self._sweep()

    async def _negotiate_end(self) -> None:
        try:
            async with asyncio.timeout(BYE_S):
                await self._client.shutdown()
        except Exception as error:  # noqa: BLE001 - whatever it was, the wire is cut next
            log.debug("the live channel's end was not answered: %s", type(error).__name__)

    async def _sweep(self) -> None:
        """Leave nothing behind, whatever state the library is in; within 2 × SWEEP_S."""
        try:
            self._give_up()
            if self._tasks:
                _done, late = await asyncio.wait(self._tasks, timeout=SWEEP_S)
                for task in late:
                    task.cancel()
            await self._wire.close()
        finally:
            self._wire.closed = True
            if self._client is not None and self._client.eio in base_client.connected_clients:
                base_client.connected_clients.remove(self._client.eio)
            self._on_over(self)


class Wire:
    """The shared HTTP session as one client of the library sees it, with its web socket."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._socket: socket.socket | None = None
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._fault: LiveFault | None = None
        self._is_cut = False
        self.cookie_jar = session.cookie_jar  # looked at by the client up to Engine.IO 4.11
        self.closed = False  # read by the client, which would close the session of all channels

    async def ws_connect(self, url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        """Open the web socket for the client, which makes a nameless error of what is raised."""
        try:
            ws: aiohttp.ClientWebSocketResponse = await self._session.ws_connect(url, **options)
        except Exception as error:
            self._fault = _fault_of(error)
            raise
        self._ws, self._socket = ws, ws.get_extra_info("socket")
        return ws

    @property
    def fault(self) -> LiveFault:
        """Why it did not come up."""
        if self._fault is not None:
            return self._fault
        is_open = self._ws is not None and not self._ws.closed
        return LiveFault.PROTOCOL if is_open else LiveFault.UNREACHABLE

    async def send(self, frame: str) -> None:
        """Write a frame; OSError where it was not written in time: the limit cuts the wire."""
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
        """Cut the connection, as its tasks notice at once. What is unsent will never be sent."""
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


def _fault_of(error: Exception) -> LiveFault:
    """Why a web socket could not be opened."""
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


class _Json:
    """Exact numbers, and no error but ValueError whatever comes in."""

    dumps = staticmethod(json.dumps)  # plain ASCII: half an emoji must not break the writer

    @staticmethod
    def loads(text: str) -> object:
        return parse(text.encode())


class _Packet(packet.Packet):  # type: ignore[misc]  # the library ships no types
    """A class of our own, as the library sets a json module on the class for the whole process."""

    json = _Json
    packet_type: int
    data: object

    def decode(self, encoded_packet: object) -> int:
        # Nothing documented is binary, and a head whose attachments never come would swallow all
        # that follows.
        if not isinstance(encoded_packet, str) or encoded_packet[:1] in {"5", "6"}:
            raise ValueError("binary")
        count = super().decode(encoded_packet)
        data = self.data if isinstance(self.data, dict) else {}
        if self.packet_type == packet.CONNECT and "sid" not in data:
            # Socket.IO 2 (Engine.IO 3) greets so, and would wait for pings that nobody sends.
            self.packet_type, self.data = packet.CONNECT_ERROR, [_OLD_PROTOCOL]
        return int(count or 0)


class _Engine(engineio.AsyncClient):  # type: ignore[misc]  # the library ships no types
    """Handles messages one after the other instead of in a task each, whose errors nobody reads."""

    _received = 0

    async def _trigger_event(self, event: str, *args: Any, run_async: bool = False) -> Any:
        if event != "message":
            return await super()._trigger_event(event, *args, run_async=run_async)
        if args[0] == "1":  # the service ends it; the library would wait for the loop we are in
            await self.ws.close()
            return None
        self._received += 1
        if self._received % YIELD_EVERY == 0:
            await asyncio.sleep(0)
        return await super()._trigger_event(event, *args)


class _Client(socketio.AsyncClient):  # type: ignore[misc]  # the library ships no types
    def _engineio_client_class(self) -> type[_Engine]:
        return _Engine
