"""A person who acts on what the live channel tells, the moment it comes in; in some seeds."""

import random
from typing import TYPE_CHECKING

from enigma_panel.core.models import Phase
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from tests.simulation.service import draw_spec

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.wire import Wire
    from tests.simulation.world import World

MOST = 4
"""So many tasks more than else are started in a seed."""

PAUSE_S = 130.0
"""Not more often: nothing waits for longer than a minute because of us."""


class Haste:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._follows = rng.choice((0.0, 0.9))
        self._tight = rng.choice((0.0, 0.0, 0.0, 0.7))
        self._started = 0
        self.used_up_at = -PAUSE_S

    def comes_in(self, wire: "Wire", observation: Observation) -> None:
        """An event comes in: a task's end asks for the next task, a question for an answer."""
        if self._world.calm_since is not None or not wire.life.ready:
            return
        if observation.kind in {Kind.COMPLETED, Kind.FAILED} and self._rng.random() < self._follows:
            seconds = self._rng.choice((0.0, 0.01, 0.3))
            self._world.timeline.after(seconds, lambda: self._start_another(wire))
        elif observation.kind is Kind.QUESTION and self._rng.random() < self._tight:
            self.use_up(wire.life)

    def _start_another(self, wire: "Wire") -> None:
        life = wire.life
        if life is not self._world.life or life.loop.dead or not life.ready or life.parts is None:
            return
        sessions = life.parts.services.store.sessions()
        found = next((s for s in sessions if s.service_id == wire.session_id), None)
        is_free = found is not None and found.phase is Phase.OPEN and not found.close_after
        if found is None or not is_free or self._started >= MOST:
            return
        self._started += 1
        person = self._world.person
        person.marks += 1
        spec = draw_spec(self._rng, person.marks, self._world.settings)
        start = life.parts.services.sessions.start(spec, where=found.key)
        person.do(f"start in {found.key} at once", start)

    def use_up(self, life: "Life") -> None:
        """The calls of this minute are used up, as after many clicks."""
        assert life.parts is not None
        if self._world.timeline.now - self.used_up_at < PAUSE_S:
            return
        self.used_up_at = self._world.timeline.now
        self._world.trace("calls used up")
        times = [life.now_ms] * 10
        life.parts.services.rate_limiter.remember(Endpoint.SEND_MESSAGE, times)
