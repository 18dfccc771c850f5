"""The live channel: every open session listens, and nothing depends on it.

One loop a session: connect, take events in their order, and after a loss wait and connect again.
The service does not repeat events of the gap (api.md §6): after it the task is asked for once, and
the gap stands in its time line.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator

from msgspec.structs import replace
from PySide6.QtCore import Signal

from enigma_panel.api.protocols import (
    LiveConnection,
    LiveConnector,
    LiveError,
    LiveFault,
    OnObservation,
)
from enigma_panel.core.attribution import LATE_RESULT_MS, PROVE_NO_LIFE
from enigma_panel.core.models import Session
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.live.event_router import EventRouter
from enigma_panel.services.state.history import is_long_ended
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.state.timeline import GAP, LIVE_KINDS, NO_LIVE, Timeline
from enigma_panel.services.types import Diff, LiveShare
from enigma_panel.store.ledger.intents import Step

FIRST_RETRY_MS, LAST_RETRY_MS = 1_000, 30_000
_HOPELESS = frozenset({LiveFault.ADDRESS, LiveFault.MISSING, LiveFault.BROKEN})
"""Faults for which another try in this run would end as the last one did."""
log = logging.getLogger(__name__)

AT_ONCE = 8
"""Most channels that are opened at a time."""
STEADY_MS = 10_000
"""How long a channel must stay up not to count as one more failure, in ms."""
OpenConnector = Callable[[], Awaitable[LiveConnector]]


class Channel:
    """The channel of a session. up_ms: when it came up last. heard_ms: when it last brought an
    event since then; alive_ms: when it last reported work, however often it broke since. lost_ms:
    since when it brings nothing, where it broke. fault: why it is down."""

    def __init__(self) -> None:
        self._connection: LiveConnection | None = None
        self._facts: deque[Observation] = deque()
        self._alarm = asyncio.Event()
        self._retry = asyncio.Event()
        self._over = False
        self.fault: LiveFault | None = None
        self.up_ms: int | None = None
        self.heard_ms: int | None = None
        self.alive_ms: int | None = None
        self.lost_ms: int | None = None

    @property
    def is_up(self) -> bool:
        """True while messages can be given to it."""
        return self._connection is not None and not self._over

    @property
    def is_over(self) -> bool:
        """True once it was lost and all its events were taken."""
        return self._over and not self._facts

    def put(self, observation: Observation) -> None:
        self._facts.append(observation)
        self._alarm.set()

    def attach(self, connection: LiveConnection) -> None:
        """Note that it is up."""
        self._connection, self._over, self.fault = connection, False, None
        self._retry.clear()  # that was for this try, not for the one after the next loss

    def drop(self) -> LiveConnection | None:
        """Listen no more; returns the connection where that may still be up."""
        connection, self._connection = self._connection, None
        self._over = True
        return connection

    def events(self) -> Iterator[Observation]:
        """The events that came in, oldest first; each is handed out once."""
        while self._facts:
            yield self._facts.popleft()

    async def wait(self) -> None:
        """Wait until something came in or it was lost."""
        if not self._facts and not self._over:
            self._alarm.clear()
            await self._alarm.wait()

    async def watch(self) -> None:
        """Return once it is lost; whatever ends this, the channel is not listened to any more."""
        try:
            if self._connection is not None:
                await self._connection.until_lost()
            self._connection = None  # nothing is left to take down
        finally:
            self._over = True
            self._alarm.set()

    async def hang_up(self) -> None:
        if self._connection is not None:
            await self._connection.aclose()

    async def send_state(self, verb: CommandVerb) -> None:
        if self._connection is None or self._over:
            raise LiveError(LiveFault.LOST)
        await self._connection.send_state(verb)

    def pause_ms(self, failures: int, rng: random.Random) -> int:
        """How long to wait before the next try, in ms: 1 to 30 s, doubling, half by chance."""
        if self.fault in _HOPELESS:
            return FAR_MS
        bound = min(FIRST_RETRY_MS << min(failures - 1, 10), LAST_RETRY_MS)
        return bound // 2 + rng.randrange(bound // 2 + 1)

    async def rest(self, clock: Clock, due_ms: int) -> None:
        """Wait before the next try, until there is reason to try at once."""
        await clock.wait(self._retry, due_ms)
        self._retry.clear()

    def retry_at_once(self) -> None:
        """Cut the wait short: there is reason to try now, or to look whether it is still wanted."""
        self._retry.set()


class Channels:
    """The channels of all open sessions. by_session: kept by `Live`."""

    def __init__(self) -> None:
        self.by_session: dict[int, Channel] = {}

    def is_up(self, session_key: int) -> bool:
        channel = self.by_session.get(session_key)
        return channel is not None and channel.is_up

    def is_alive_since(self, session_key: int, since_ms: int) -> bool:
        channel = self.by_session.get(session_key)
        return channel is not None and (channel.alive_ms or 0) >= since_ms


class Connector:
    """Opens channels by a library. fault: why none can be opened in this run, else None."""

    def __init__(self, open_connector: OpenConnector) -> None:
        self._open_connector = open_connector
        self._live_connector: LiveConnector | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._loading = asyncio.Lock()
        self.fault: LiveFault | None = None

    async def connect(
        self, session: Session, on_observation: OnObservation
    ) -> LiveConnection | LiveFault:
        """A channel to that session, or why there is none."""
        assert session.service_id is not None
        assert session.socket_url is not None
        async with self._turns:
            try:
                connector = self._live_connector or await self._load()
                return await connector.connect(
                    session.service_id, session.socket_url, session.base_url, on_observation
                )
            except LiveError as error:
                return error.fault
            except Exception:  # an unexpected error must not cause a storm of retries
                log.exception("no live channel")
                return LiveFault.PROTOCOL

    async def aclose(self) -> None:
        """Take all channels down."""
        if self._live_connector is not None:
            await self._live_connector.aclose()

    async def _load(self) -> LiveConnector:
        async with self._loading:  # sessions that open at once share one
            if self.fault is not None:
                raise LiveError(self.fault)
            try:
                self._live_connector = self._live_connector or await self._open_connector()
            except LiveError as error:
                self.fault = error.fault
                raise
            except Exception:  # half an installation, a disk that hangs: polls do without
                log.exception("the live channel cannot be used in this run")
                self.fault = LiveFault.BROKEN
                raise LiveError(LiveFault.BROKEN) from None
            return self._live_connector


class Live(Service):
    """The channels of all open sessions.

    changed: session key whose channel came up or went down, or whose "does now" is another.
    poll_wanted: see EventRouter.
    """

    changed = Signal(int)
    poll_wanted = Signal(int)

    def __init__(
        self,
        context: ServiceContext,
        channels: Channels,
        timeline: Timeline,
        starts: StartsUnderWay,
        open_connector: OpenConnector,
    ) -> None:
        super().__init__(context)
        self._timeline = timeline
        self._connector = Connector(open_connector)
        self._status = channels
        self._channels = channels.by_session
        self._doing: dict[int, tuple[int, str]] = {}  # by session: the task and the line
        self._events = EventRouter(context.store, timeline, starts)
        self._events.poll_wanted.connect(self.poll_wanted)
        self._untaken: list[tuple[int, Observation]] = []
        self._store.changed.connect(self._follow)
        self._account.changed.connect(self._key_changed)
        timeline.grown.connect(self._hear_steps)

    # -- reading -----------------------------------------------------------------------------

    def share(self) -> LiveShare:
        """The number of open sessions that listen."""
        could = [s for s in self._store.sessions() if self._wants(s)]
        channels = [self._channels.get(session.key) for session in could]
        up = sum(channel is not None and channel.is_up for channel in channels)
        faults = [c.fault for c in channels if c is not None and c.fault is not None]
        return LiveShare(up=up, of=len(could), fault=next(iter(faults), self._connector.fault))

    def is_up(self, session_key: int) -> bool:
        return self._status.is_up(session_key)

    def doing(self, session_key: int) -> str:
        """The line of its agent, "" where nothing is known, as after a Stop."""
        session = self._store.session(session_key)
        if session is None or not self.is_up(session_key):
            return ""
        task = self._store.current_task(session)
        if task is None or task.stop_sent_ms is not None:
            return ""
        task_key, line = self._doing.get(session_key, (0, ""))
        return line if task_key == task.key else ""

    # -- sending -----------------------------------------------------------------------------

    async def send_state(self, session_key: int, verb: CommandVerb) -> None:
        """Give a command to the channel, which proves nothing. LiveError: it was not given."""
        channel = self._channels.get(session_key)
        if channel is None:
            raise LiveError(LiveFault.LOST)
        await channel.send_state(verb)

    # -- time and the world --------------------------------------------------------------------

    def retry_now(self) -> None:
        """Try again now: the connection is back, or another key is used."""
        for channel in self._channels.values():
            if not channel.is_up:
                channel.retry_at_once()

    def renew(self) -> None:
        """Open all channels anew: the computer slept, and what looks open may be dead."""
        for key, channel in list(self._channels.items()):
            channel.retry_at_once()
            self._hang_up(key, channel)

    def tick(self) -> None:
        """Open and close channels as needed; called once a second."""
        now = self._clock.now_ms()
        for key, channel in self._channels.items():
            session = self._store.session(key)
            if session is None or is_long_ended(session, now):  # whether that was proven or not
                self._hang_up(key, channel)

    async def finish(self) -> None:
        """Take what is still to be taken: the program ends and no reply is waited for."""
        untaken, self._untaken = self._untaken, []
        for key, observation in untaken:
            await self._take(key, observation)
        await self._events.give_names()

    async def aclose(self) -> None:
        """Take all channels down; the loops have been ended by their scope."""
        await self._connector.aclose()

    # -- inside ------------------------------------------------------------------------------

    def _wants(self, session: Session) -> bool:
        if session.service_id is None or session.socket_url is None:
            return False
        return session.occupies_slot and self._account.client_for(session) is not None

    def _follow(self, diff: Diff) -> None:
        for key in diff.sessions:
            session, channel = self._store.session(key), self._channels.get(key)
            if session is None:
                continue
            if channel is None and self._wants(session) and self._connector.fault is None:
                self._channels[key] = channel = Channel()
                if self._scope.spawn(f"live {key}", self._listen(key, channel)) is None:
                    del self._channels[key]
            elif channel is not None and session.is_ended:
                self._follow_end(session, channel)
        if self._events.holds_name_of(diff.tasks):
            self._scope.spawn("names", self._events.give_names())

    def _key_changed(self) -> None:
        """Listen to sessions that were loaded before the key was found."""
        self.retry_now()
        self._follow(Diff(sessions=frozenset(s.key for s in self._store.sessions())))

    def _follow_end(self, session: Session, channel: Channel) -> None:
        """Follow a session's end: after a proven one the channel may bring the result, no more."""
        channel.retry_at_once()
        if session.is_final and channel.is_up:
            closing = self._hang_up_late(channel)
            self._scope.spawn(f"hang up {session.key}", closing, exclusive=True)

    def _hang_up(self, key: int, channel: Channel) -> None:
        if channel.is_up:
            self._scope.spawn(f"hang up {key}", channel.hang_up(), exclusive=True)

    async def _hang_up_late(self, channel: Channel) -> None:
        """Close a channel after a moment: a result may come after the end of its session."""
        await self._clock.sleep_until(self._clock.now_ms() + LATE_RESULT_MS)
        await channel.hang_up()

    async def _listen(self, key: int, channel: Channel) -> None:
        failures = 0
        try:
            while (session := self._store.session(key)) is not None and self._wants(session):
                was_steady = False
                if await self._connect(session, channel):
                    up_ms = self._clock.now_ms()
                    await self._hear(key, channel)
                    was_steady = self._clock.now_ms() - up_ms >= STEADY_MS
                elif not failures:
                    self._note(key, NO_LIVE)
                failures = 1 if was_steady else failures + 1
                pause_ms = channel.pause_ms(failures, self._rng)
                await channel.rest(self._clock, self._clock.now_ms() + pause_ms)
        finally:
            self._untaken += [(key, observation) for observation in channel.events()]
            self._forget(key)

    async def _connect(self, session: Session, channel: Channel) -> bool:
        opened = await self._connector.connect(session, channel.put)
        if isinstance(opened, LiveFault):
            channel.fault = opened
            for observation in channel.events():  # it may have brought something before it broke
                await self._take(session.key, observation)
            return False
        channel.attach(opened)
        return True

    async def _hear(self, key: int, channel: Channel) -> None:
        """Take events until the channel is lost."""
        self._came_up(key, channel)
        session = self._store.session(key)
        if session is not None and session.is_final:  # it ended while this was being opened
            self._follow_end(session, channel)
        watching = self._scope.spawn(f"live loss {key}", channel.watch())
        try:
            while not channel.is_over:
                for observation in channel.events():
                    channel.heard_ms = self._clock.now_ms()
                    await self._take(key, observation)
                await channel.wait()
        finally:
            if watching is not None:
                watching.cancel()
            self._release(key, channel)
        await self._went_down(key, channel)

    def _release(self, key: int, channel: Channel) -> None:
        """Close the channel and take its last events, whatever ended the listening."""
        self._untaken += [(key, observation) for observation in channel.events()]
        connection = channel.drop()
        if connection is not None:
            self._scope.spawn(f"let go {key}", connection.aclose())

    async def _take(self, key: int, observation: Observation) -> None:
        try:
            if observation.kind not in PROVE_NO_LIFE and key in self._channels:
                self._channels[key].alive_ms = self._clock.now_ms()
            if observation.kind is Kind.COMPLETED:  # a long one would keep questions waiting
                observation = replace(observation, text=None)
            await self._events.handle(key, self._store.redaction.clean(key, observation))
        except Exception:  # one bad event must not end the listening
            log.exception("an event could not be taken")

    def _came_up(self, key: int, channel: Channel) -> None:
        if channel.lost_ms is not None:
            self._note(key, GAP, str(channel.lost_ms))
        channel.up_ms, channel.heard_ms = self._clock.now_ms(), None
        self._ask_after_gap(key)
        self.changed.emit(key)

    async def _went_down(self, key: int, channel: Channel) -> None:
        # Not now: it may have been dead for long, as after a sleep.
        channel.lost_ms = channel.up_ms if channel.heard_ms is None else channel.heard_ms
        channel.fault = LiveFault.LOST
        session = self._store.session(key)
        if session is not None and session.lost_until_ms is not None:
            await self._store.record(key, None, Observation(kind=Kind.LIVE_LOST))
        self._doing.pop(key, None)
        self._ask_after_gap(key)
        self.changed.emit(key)

    def _ask_after_gap(self, key: int) -> None:
        """Ask for the task once: a poll brings the outcome of what came in the gap."""
        self.poll_wanted.emit(key)

    def _note(self, key: int, kind: str, text: str = "") -> None:
        """Write a line for the task that the session works on."""
        session = self._store.session(key)
        task = self._store.current_task(session) if session is not None else None
        if task is not None and not task.is_final:
            self._timeline.note(task.key, kind, text)

    def _hear_steps(self, task_key: int, steps: list[Step]) -> None:
        """Take steps that came in: the last one is what the agent does now."""
        task = self._store.task(task_key)
        told = [step.text for step in steps if step.kind in LIVE_KINDS]
        if not told or task is None or task.session_key not in self._channels:
            return
        now = task_key, told[-1]
        if self._doing.get(task.session_key) != now:
            self._doing[task.session_key] = now
            self.changed.emit(task.session_key)

    def _forget(self, key: int) -> None:
        self._channels.pop(key, None)
        self._doing.pop(key, None)
