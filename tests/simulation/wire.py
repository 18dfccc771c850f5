"""One live channel, both ends of it.

As with REST only the way is made up. Events pass as bytes through the program's own reader, and
what is emitted is what the program would write.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from enigma_panel.api.protocols import LiveError, LiveFault, OnObservation
from enigma_panel.api.wire import requests
from enigma_panel.api.wire.socket_events import read_event
from enigma_panel.api.wire.values import parse
from enigma_panel.core.verbs import CommandVerb

if TYPE_CHECKING:
    from tests.simulation.channel import Channel
    from tests.simulation.life import Life


class Event(Struct, frozen=True):
    """One event on its way. number: stands in the text of what the agent thinks."""

    number: int
    session_id: str
    name: str
    raw: bytes


class Wire:
    """`LiveConnection`: one channel, both ends of it."""

    def __init__(
        self, channel: "Channel", life: "Life", session_id: str, on_observation: OnObservation
    ) -> None:
        self.channel = channel
        self.life = life
        self.session_id = session_id
        self.is_cut = False
        self.is_broken = False
        self.is_up = False
        self.frozen_until = 0.0
        self._on_observation = on_observation
        self._down = asyncio.Event()
        self._last = 0.0
        self._unwatch: Callable[[], None] = lambda: None

    @property
    def is_down(self) -> bool:
        """Whether the program knows that nothing passes any more."""
        return self._down.is_set()

    @property
    def passes(self) -> bool:
        """Whether what is sent now gets through."""
        return not self.is_cut and self.channel.now >= self.frozen_until

    # -- the program's end ---------------------------------------------------------------------

    async def send_state(self, verb: CommandVerb) -> None:
        if self.is_down or self.life.loop.dead:
            raise LiveError(LiveFault.LOST)
        self.channel.emit(self, requests.state(self.session_id, verb))
        await asyncio.sleep(0)

    async def until_lost(self) -> None:
        await self._down.wait()

    async def aclose(self) -> None:
        self.hang_up()
        await asyncio.sleep(0)

    def hang_up(self) -> None:
        self.cut()
        self._down.set()

    # -- the network's end ---------------------------------------------------------------------

    def open(self) -> None:
        """The service has let it in: from now on it tells of the session."""
        self._unwatch = self.channel.world.model.watch(self.session_id, self._tell)

    def cut(self) -> None:
        self.is_cut = True
        self._unwatch()
        self.channel.forget(self)

    def found_out(self) -> None:
        """The program's end finds that it was cut."""
        if self.is_up and not self.is_down and not self.life.loop.dead:
            self.channel.world.trace("channel lost")
            self._down.set()
            self.channel.world.checks.channel_lost(self)

    def _tell(self, name: str, payload: dict[str, object]) -> None:
        if not self.passes:
            return
        event = self.channel.event(self.session_id, name, payload)
        way, now = self.channel.weather.way(), self.channel.now
        due = now + way.seconds
        if way.in_order:
            due = self._last = max(self._last, due)
        timeline = self.channel.world.timeline
        timeline.at(due, lambda: self._come_in(event))
        if way.again is not None:
            timeline.at(due + way.again, lambda: self._come_in(event))

    def _come_in(self, event: Event) -> None:
        if self.is_down or not self.passes or self.life.loop.dead:
            return
        self.life.touch("event")
        observation = read_event(event.name, parse(event.raw))
        if observation is None or self.life.loop.dead:
            return
        self.channel.world.trace("event", event.number, observation.kind)
        self.channel.world.checks.live.comes_in(self, event, observation)
        self._on_observation(observation)
        self.channel.haste.comes_in(self, observation)
