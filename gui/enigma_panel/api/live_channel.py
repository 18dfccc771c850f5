"""One session's live channel, from the first byte to the last; the library itself is in `live`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from enigma_panel.api.live_wire import SWEEP_S, Library, Options, Wire
from enigma_panel.api.ports_live import LiveError, LiveFault, OnSeen
from enigma_panel.api.proxies import UnusableProxyError
from enigma_panel.api.wire.live import EVENTS, read_event
from enigma_panel.api.wire.writer_e import guardrail_message, state_message
from enigma_panel.core.models import AnswerVerb, StateVerb
from enigma_panel.core.observation import Kind, Observation

CONNECT_S = 10.0
"""Until the service has accepted the session's id, TCP and TLS included."""
BYE_S = 0.4
"""How long a channel's end is negotiated before it is cut."""

STATE_KINDS = {
    StateVerb.PAUSE: Kind.PAUSE_SENT_LIVE,
    StateVerb.RESUME: Kind.RESUME_SENT_LIVE,
    StateVerb.STOP: Kind.STOP_SENT_LIVE,
    StateVerb.TERMINATE: Kind.TERMINATE_SENT_LIVE,
}
ANSWER_KINDS = {
    AnswerVerb.RESUME: Kind.ANSWER_SENT_LIVE,
    AnswerVerb.STOP: Kind.ANSWER_STOP_SENT_LIVE,
}

log = logging.getLogger(__name__)


class Channel:
    """Implements `ports_live.LiveConnection`. on_over: told once nothing is left of it."""

    def __init__(
        self,
        library: Library,
        session_id: str,
        on_seen: OnSeen,
        on_over: Callable[["Channel"], None],
    ) -> None:
        self._library = library
        self._session_id = session_id
        self._on_seen = on_seen
        self._on_over = on_over
        self._wire = Wire(library)
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

    def _make_client(self, options: Options) -> Any:
        client = self._library.client(self._wire, options)
        client.on("connect", partial(self._answer, None))
        client.on("connect_error", self._refused)
        for name in EVENTS:
            client.on(name, partial(self._hear, name))
        return client

    def _answer(self, fault: LiveFault | None) -> None:
        if not self._answered.done():
            self._answered.set_result(fault)

    def _refused(self, *data: object) -> None:
        is_old = self._library.is_old(*data)
        self._answer(LiveFault.PROTOCOL if is_old else LiveFault.REFUSED)

    def _hear(self, name: str, *data: object) -> None:
        """Hand out what can be read and is about this session."""
        seen = read_event(name, data[0] if data else None)
        if seen is None or self._lost.is_set():
            return
        if seen.session_id is not None:
            if seen.session_id != self._session_id:
                return
            seen = replace(seen, session_id=None)
        try:
            self._on_seen(seen)
        except Exception:  # else the library would drop it without a word
            log.exception("an event could not be handed on")

    def _ended(self, task: asyncio.Task[None]) -> None:
        """One of the library's two loops is over, and so is the channel."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.debug("the live channel broke: %s", type(error).__name__)
        self._give_up()

    def _give_up(self) -> None:
        self._is_up = False
        self._wire.cut()
        self._answer(LiveFault.UNREACHABLE)
        self._lost.set()

    async def send_state(self, verb: StateVerb) -> Observation:
        """See the port."""
        return await self._emit(state_message(verb), STATE_KINDS[verb])

    async def send_answer(self, text: str, verb: AnswerVerb) -> Observation:
        """See the port."""
        return await self._emit(guardrail_message(text, verb), ANSWER_KINDS[verb])

    async def _emit(self, message: dict[str, object], kind: Kind) -> Observation:
        """Written by ourselves: the library's emit queues it and cannot tell what became of it."""
        frame = self._library.frame(message)
        try:
            if self._is_up:
                await self._wire.send(frame)
                return Observation(kind=kind)
        except OSError as error:  # a frame half taken is none, once the wire is cut
            log.debug("nothing was sent by the live channel: %s", type(error).__name__)
        self._give_up()
        raise LiveError(LiveFault.LOST)

    async def until_lost(self) -> None:
        """See the port."""
        await self._lost.wait()
        await self._sweep()

    async def aclose(self) -> None:
        """See the port."""
        if self._opening is not None and not self._opening.expired():
            self._opening.reschedule(asyncio.get_running_loop().time())
            await self._lost.wait()
        elif self._is_up:
            self._is_up = False
            await self._say_goodbye()
        await self._sweep()

    async def _say_goodbye(self) -> None:
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
            if self._client is not None:
                self._library.forget(self._client)
            self._on_over(self)
