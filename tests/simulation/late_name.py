"""A task whose session is terminated while the reply that names it is on its way; in some seeds."""

import random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.verbs import CommandVerb
from tests.simulation.calls import Sent
from tests.simulation.weather import Fate, Kind

if TYPE_CHECKING:
    from tests.simulation.world import World


class LateName:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._rate = rng.choice((*[0.0] * 9, 0.4))

    def fate(self, verb: ApiCall, fate: Fate) -> Fate:
        """Of a call: the reply to some of the tasks takes long."""
        fits = verb is ApiCall.NEW_TASK and fate.kind is Kind.FINE
        if self._rate == 0.0 or not fits or self._world.storm.is_over:
            return fate
        if self._rng.random() > self._rate:
            return fate
        return replace(fate, kind=Kind.SLOW, back=self._rng.uniform(2.0, 10.0))

    def comes(self, sent: Sent) -> None:
        """The reply to a call leaves the service."""
        if self._rate and sent.verb is ApiCall.NEW_TASK and sent.fate.kind is Kind.SLOW:
            seconds = self._rng.uniform(0.0, 1.0)
            self._world.timeline.after(seconds, lambda: self._terminate(sent.session_id))

    def _terminate(self, session_id: str) -> None:
        life = self._world.life
        if self._world.storm.is_over or life is None or not life.ready or life.parts is None:
            return
        sessions = life.parts.services.store.sessions()
        found = next((s for s in sessions if s.service_id == session_id), None)
        if found is not None and life.parts.services.sessions.can(found.key, CommandVerb.TERMINATE):
            self._world.person.command([found.key], CommandVerb.TERMINATE)
