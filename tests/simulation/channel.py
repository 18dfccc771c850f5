"""All live channels of a seed: the model's events to the program, emits to the model."""

import asyncio
import json
from collections import Counter
from typing import TYPE_CHECKING

from enigma_panel.api.address import live_origin
from enigma_panel.api.protocols import ApiCall, LiveError, LiveFault, OnObservation
from tests.simulation import weather
from tests.simulation.calls import Sent, Verdict
from tests.simulation.channel_weather import ChannelWeather, Knock, Sky
from tests.simulation.haste import Haste
from tests.simulation.wire import Event, Wire

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

PING_S = 45.0
"""So long after a silent break the client finds it: interval and time-out of the pings."""

CONNECT_S = 10.0
"""So long a try to connect waits for somebody who says nothing."""

PATH = "channel"
"""In place of a path, for what was emitted."""


class Channel:
    """All channels of a seed, of whichever process."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.weather = ChannelWeather(world.source("channel"), world.source("late copies"))
        self.haste = Haste(world, world.source("haste"))
        self.emits: list[Sent] = []
        self._cut_until = 0.0
        self._wires: list[Wire] = []
        self._broken: list[Wire] = []
        self._count = 0
        self._due = 0.0

    @property
    def now(self) -> float:
        """World seconds."""
        return self.world.timeline.now

    def connector(self, life: "Life") -> "SimConnector":
        """A process's own connector. LiveError where its library is missing."""
        if self.weather.sky is Sky.NONE and self.weather.fault is LiveFault.MISSING:
            raise LiveError(LiveFault.MISSING)
        return SimConnector(self, life)

    @property
    def is_cut(self) -> bool:
        return self.now < self._cut_until

    def cut_all(self, seconds: float = 0.0) -> None:
        """The network breaks under all channels, and is away for a while."""
        self._cut_until = self.now + seconds
        for wire in list(self._wires):
            self._drop(wire)

    def dead(self) -> list[Wire]:
        """Those that broke, which the program takes for open."""
        life = self.world.life
        return [w for w in self._broken if w.life is life and w.is_up and not w.is_down]

    def end_of(self, life: "Life") -> None:
        for wire in list(self._wires):
            if wire.life is life:
                wire.cut()

    def forget(self, wire: Wire) -> None:
        if wire in self._wires:
            self._wires.remove(wire)

    def opened(self, wire: Wire) -> None:
        """The service has let it in; from now on it may break or freeze."""
        self._wires.append(wire)
        wire.open()
        self.follow()
        timeline, skies = self.world.timeline, self.weather
        if (seconds := skies.drops_after()) < PING_S * 10:
            timeline.after(seconds, lambda: self._drop(wire), outside=True)
        if (seconds := skies.freezes_after()) < PING_S * 10:
            timeline.after(seconds, lambda: self._freeze(wire), outside=True)

    def event(self, session_id: str, name: str, payload: dict[str, object]) -> Event:
        self._count += 1
        if payload.get("type") == "agent":
            payload = {**payload, "content": f"{payload['content']} [{self._count}]"}
        raw = json.dumps(payload, default=float).encode()
        self.world.checks.live.told(self._count, session_id)
        return Event(self._count, session_id, name, raw)

    def follow(self) -> None:
        """Whatever the model does next by itself, it does at its time while somebody listens."""
        due = self.world.model.next_event_at() if self._wires else None
        if due is None or self.now < self._due <= due:
            return
        self._due = max(due, self.now + 0.001)
        self.world.timeline.at(self._due, self._advance, outside=True)

    def emit(self, wire: Wire, body: bytes) -> None:
        world = self.world
        fate = weather.Fate(weather.Kind.FINE, 0.0, 0.0)
        life = wire.life
        sent = Sent(
            len(self.emits), life.number, ApiCall.STATE, PATH, self.now, fate, json.loads(body)
        )
        sent.failure = Verdict.UNKNOWN  # for ever: nothing confirms it
        self.emits.append(sent)
        seconds = self.weather.emit_way() if wire.passes else None
        world.trace("emit", sent.number, sent.new_state, "" if seconds else "lost")
        world.checks.sent_live(sent)
        if seconds is not None:
            world.timeline.after(seconds, lambda: self._arrive(wire, sent), outside=True)

    def _arrive(self, wire: Wire, sent: Sent) -> None:
        if wire.is_broken:  # but what a process sent before it ended arrives
            return
        world, model = self.world, self.world.model
        before = Counter(model.applied)
        sent.stopped = world.link.at_work(sent.session_id) if sent.new_state == "stop" else 0
        model.receive(sent.session_id, sent.message)
        sent.arrived_at = self.now
        sent.applied = model.applied != before
        sent.stopped = sent.stopped if sent.applied else 0
        world.trace("service takes emit", sent.number, sent.applied)
        world.checks.took(sent)
        world.link.pump()
        self.follow()

    def _advance(self) -> None:
        self.world.model.advance()
        self.follow()

    def _drop(self, wire: Wire) -> None:
        if wire.is_cut:
            return
        silently, wire.is_broken = self.weather.is_silent(), True
        wire.cut()
        self._broken.append(wire)
        self.world.trace("channel drops", "silently" if silently else "")
        self.world.timeline.after(PING_S if silently else 0.001, wire.found_out)

    def _freeze(self, wire: Wire) -> None:
        if wire.is_cut or self.world.calm_since is not None:
            return
        wire.frozen_until = self.now + self.weather.frozen_for()
        self.world.trace("channel freezes", f"{wire.frozen_until:.1f}")


class SimConnector:
    def __init__(self, channel: Channel, life: "Life") -> None:
        self._channel = channel
        self._life = life

    async def connect(
        self, session_id: str, socket_url: str, base_url: str, on_observation: OnObservation
    ) -> Wire:
        live_origin(socket_url, base_url)
        skies = self._channel.weather
        self._channel.world.trace("channel knocks")
        if skies.sky is Sky.NONE:
            await asyncio.sleep(skies.handshake())
            raise LiveError(skies.fault)
        knock = skies.knock()
        if knock is Knock.SILENT:
            await asyncio.sleep(CONNECT_S)
            raise LiveError(LiveFault.UNREACHABLE)
        await asyncio.sleep(skies.handshake())
        if knock is Knock.UNREACHABLE or self._channel.is_cut:
            raise LiveError(LiveFault.UNREACHABLE)
        if knock is Knock.REFUSED or not self._channel.world.model.knows(session_id):
            raise LiveError(LiveFault.REFUSED)
        wire = Wire(self._channel, self._life, session_id, on_observation)
        self._channel.opened(wire)
        try:
            await asyncio.sleep(skies.handshake())
        except asyncio.CancelledError:
            wire.hang_up()
            raise
        if wire.is_cut:
            raise LiveError(LiveFault.UNREACHABLE)
        wire.is_up = True
        self._channel.world.trace("channel up")
        return wire

    async def aclose(self) -> None:
        self._channel.end_of(self._life)
