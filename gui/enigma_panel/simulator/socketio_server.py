"""The live channel: a Socket.IO server over the model (api.md §6), and its faults.

A client connects with ``auth`` ``{"sessionId": …}`` and gets that session's events; it may emit
``message`` with the inner object of a send-message. Web sockets are the only transport.

While channels are open the model's time goes on by itself: a timer is set to its next event.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from enigma_panel.simulator.faults import Client
from enigma_panel.simulator.responses import Body
from enigma_panel.simulator.service import Service
from enigma_panel.simulator.socket_faults import Item, Mode, Order, Push, Reorderer

_ACCEPTED = "40"
"""How the packet begins with which Socket.IO accepts a client."""
END = "end_session"
_PATH = "/socket.io/"
MOST_BYTES = 32 * 1024 * 1024
_SHORTEST_WAIT = 0.001


class Live:
    """The ASGI layer that serves the live channel and passes everything else to ``app``.

    ``notify`` is called after a client's message took effect; it must call ``update_timer``.
    """

    def __init__(
        self,
        app: ASGIApp,
        service: Service,
        transports: Transports,
        notify: Callable[[], None],
        seed: int | None,
    ) -> None:
        self.connects = 0
        self.refused = 0
        self.sent: Counter[str] = Counter()
        self._app = app
        self._service = service
        self._transports = transports
        self._notify = notify
        self._rng = random.Random(seed)
        self._mode: Mode = service.settings.live
        self._reordering: frozenset[str] = service.settings.live_reordering
        self._channels: dict[str, Channel] = {}
        self._connections: set[SocketConnection] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._server: Any = None
        self._importing = asyncio.Lock()
        self._ping = (25.0, 20.0)
        self._drips: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        mine = scope["type"] in ("http", "websocket") and scope["path"].startswith(_PATH)
        if mine and self._mode.kind != "off":
            await self._serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await _not_found(send)
        else:
            await self._app(scope, receive, send)

    # --- for the rest of the simulator ---

    def update_timer(self) -> None:
        """Set the timer to the model's next event; call it after whatever may change that."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._service.next_event_at()
        if self._channels and due is not None:
            wait = max(_SHORTEST_WAIT, due - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait, self._tick)

    def obey(self, order: Order) -> int:
        """Do what a test wants; give the number of channels that its event goes to."""
        if order.reordering is not None:
            self._reordering = order.reordering
        if order.ping is not None:
            self._ping = order.ping
            self._set_ping()
        if order.mode is not None:
            self._set_mode(order.mode)
        if order.cut:
            self._cut(self._connections)
        return 0 if order.push is None else self._push(order.push)

    def state(self) -> Body:
        """Count channels and events."""
        return {
            "connects": self.connects,
            "refused": self.refused,
            "open": len(self._channels),
            "sent": dict(self.sent),
            "received": dict(self._service.received),
        }

    def channels_of(self, session_id: str) -> int:
        """Count the open channels of a session."""
        return sum(channel.session_id == session_id for channel in self._channels.values())

    def _set_mode(self, mode: Mode) -> None:
        self._mode = mode
        if mode.kind == "off":
            self._cut(self._connections)
        elif mode.kind != "freeze":
            self._cut({each for each in self._connections if each.frozen})
        for channel in list(self._channels.values()):
            channel.behave(mode)

    def _cut(self, connections: set[SocketConnection]) -> None:
        for connection in list(connections):
            connection.cut()

    # --- the model's time ---

    def _tick(self) -> None:
        self._service.advance()
        self.update_timer()

    # --- tests' events ---

    def _push(self, push: Push) -> int:
        channels = [
            channel
            for channel in self._channels.values()
            if push.sessions is None or channel.session_id in push.sessions
        ]
        for index, channel in enumerate(channels):
            offset = push.every * index / len(channels)
            self._spawn(self._drip(channel, push, offset))
        return len(channels)

    async def _drip(self, channel: Channel, push: Push, offset: float) -> None:
        began = time.monotonic() + offset
        for number in range(push.times):
            # From the beginning on, so that a late one does not make all others late.
            wait = began + push.every * number - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            channel.send(push.name, push.copy(number), self._reordering)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._drips.add(task)
        task.add_done_callback(self._drips.discard)

    # --- clients ---

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        server = await self._ready()
        if scope["type"] == "http":
            await server.handle_request(scope, receive, send)
            return
        connection = SocketConnection(scope, receive, send, self._transports)
        self._connections.add(connection)
        try:
            scope = {**scope, "connection": connection}
            await server.handle_request(scope, connection.receive, connection.send)
        except (ValueError, IndexError) as error:
            # What is no packet breaks the library: that ends this connection and no other.
            server.logger.warning("a web socket broke: %r", error)
        finally:
            await connection.finish()
            self._connections.discard(connection)

    async def _ready(self) -> Any:
        async with self._importing:
            if self._server is None:
                # Imported late and in a thread: most of the process's start-up time otherwise.
                module = await asyncio.to_thread(_import)
                self._server = self._make(module)
        return self._server

    def _make(self, module: Any) -> Any:
        quiet = quiet_logger()
        server = module.AsyncServer(
            async_mode="asgi",
            async_handlers=False,  # messages in the order in which they came
            max_http_buffer_size=MOST_BYTES,
            transports=["websocket"],
            cors_allowed_origins="*",
            monitor_clients=False,
            json=Json,
            logger=quiet,
            engineio_logger=quiet,
        )
        refusal = module.exceptions.ConnectionRefusedError

        async def connect(sid: str, environ: dict[str, Any], auth: object = None) -> None:
            if not self._let_in(sid, environ["asgi.scope"]["connection"], auth):
                raise refusal("Session not found or unauthorized")

        async def message(sid: str, *arguments: object) -> object:
            self._receive(sid, arguments[0] if arguments else None)
            return server.not_handled  # which sends no acknowledgement: none is documented

        async def disconnect(sid: str, _reason: str) -> None:
            self._leave(sid)

        for handler in (connect, message, disconnect):
            server.on(handler.__name__, handler)
        self._server = server
        self._set_ping()
        return server

    def _set_ping(self) -> None:
        if self._server is not None:
            self._server.eio.ping_interval, self._server.eio.ping_timeout = self._ping

    def _let_in(self, sid: str, connection: SocketConnection, auth: object) -> bool:
        session_id = auth.get("sessionId") if isinstance(auth, dict) else None
        known = isinstance(session_id, str) and self._service.knows(session_id)
        if self._mode.kind == "refuse" or not known:
            self.refused += 1
            return False
        self.connects += 1
        channel = Channel(str(session_id), connection, self._rng)
        self._channels[sid] = channel

        def send(name: str, payload: Body) -> None:
            channel.send(name, payload, self._reordering)

        def came_up() -> None:
            channel.up(sid, self._server, self.sent)
            channel.behave(self._mode)

        channel.unwatch = self._service.watch(channel.session_id, send)
        connection.came_up = came_up
        connection.left = lambda: self._leave(sid)
        self.update_timer()
        return True

    def _receive(self, sid: str, message: object) -> None:
        channel = self._channels.get(sid)
        if channel is not None:
            self._service.receive(channel.session_id, message)
            self._notify()

    def _leave(self, sid: str) -> None:
        channel = self._channels.pop(sid, None)
        if channel is not None:
            channel.close()
            self.update_timer()


def _import() -> Any:
    import engineio.async_drivers.asgi  # noqa: F401 - else it is found by name alone
    import socketio

    return socketio


async def _not_found(send: Send) -> None:
    await send({"type": "websocket.http.response.start", "status": 404, "headers": []})
    await send({"type": "websocket.http.response.body", "body": b""})


class Emitter(Protocol):
    """What we need of python-socketio's server, which has no types."""

    def emit(self, event: str, data: Any, to: str) -> Coroutine[Any, Any, None]:
        """Send an event to one client."""

    def disconnect(self, sid: str) -> Coroutine[Any, Any, None]:
        """End one client's connection, if it still is."""


class Channel:
    """A channel of one session. Events wait until the client knows that it was let in."""

    def __init__(self, session_id: str, connection: SocketConnection, rng: random.Random) -> None:
        self.session_id = session_id
        self.unwatch: Callable[[], None] | None = None
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Item | None] = asyncio.Queue()
        self._reorderer = Reorderer(self._queue.put_nowait, self._loop.call_later, rng)
        self._up_at: float | None = None
        self._cutting: asyncio.TimerHandle | None = None
        self._closed = False
        self._pump: asyncio.Task[None] | None = None

    def send(self, name: str, payload: Any, kinds: frozenset[str] = frozenset()) -> None:
        """Send an event, reordered by these kinds; the service hangs up after ``end_session``."""
        if self._closed:
            return
        self._reorderer.put((name, payload), kinds)
        if name == END:
            self._reorderer.finish()
            self._queue.put_nowait(None)

    def up(self, sid: str, emitter: Emitter, sent: Counter[str]) -> None:
        """Begin to send: the client was let in."""
        self._up_at = self._loop.time()
        self._pump = self._loop.create_task(self._send_all(sid, emitter, sent))

    def behave(self, mode: Mode) -> None:
        """Do to an open channel what the mode does."""
        if self._cutting is not None:
            self._cutting.cancel()
        if self._up_at is None:
            return
        if mode.kind == "freeze":
            self._connection.freeze()
        elif mode.kind == "drop":
            self._cutting = self._loop.call_at(self._up_at + mode.seconds, self._connection.cut)

    def close(self) -> None:
        """Note that the connection is over."""
        self._closed = True
        if self.unwatch is not None:
            self.unwatch()
        if self._cutting is not None:
            self._cutting.cancel()
        self._reorderer.finish()
        # Not cancelled: this may be called from within the pump, when it hangs up.
        self._queue.put_nowait(None)

    async def _send_all(self, sid: str, emitter: Emitter, sent: Counter[str]) -> None:
        while (item := await self._queue.get()) is not None and not self._closed:
            name, payload = item
            kind = payload.get("type", name) if isinstance(payload, dict) else name
            sent[str(kind) if name == "message" else name] += 1
            await emitter.emit(name, payload, to=sid)
        await emitter.disconnect(sid)


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

    def __init__(self, scope: Scope, receive: Receive, send: Send, transports: Transports) -> None:
        self.came_up: Callable[[], None] | None = None
        self.left: Callable[[], None] | None = None
        self.frozen = False
        self._client: Client = tuple(scope["client"])
        self._receive = receive
        self._send = send
        self._transports = transports
        self._gone = False

    def freeze(self) -> None:
        """Let nothing more through in either direction; the connection stays."""
        self.frozen = True
        self._transports.deafen(self._client)

    def cut(self) -> None:
        """Close the connection at once."""
        self._transports.abort(self._client)

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


class Json:
    """The standard library's JSON, with plain numbers for amounts."""

    @staticmethod
    def loads(text: str) -> Any:
        """Read a value; raises ``ValueError`` for whatever cannot be read."""
        try:
            return json.loads(text)
        except RecursionError:
            raise ValueError("nested too deeply") from None

    @staticmethod
    def dumps(value: Any, **more: Any) -> str:
        """Write a value; the only ones that json does not know are the amounts."""
        return json.dumps(value, default=float, **more)


def quiet_logger() -> logging.Logger:
    """Make a logger for the library, which writes about every client's mistake otherwise."""
    logger = logging.getLogger("enigma_panel.simulator.socketio_server")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
