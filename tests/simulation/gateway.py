"""A gateway that speaks in the service's place, before a call took effect or after it.

It may also spoil the encoding of what the service says.
"""

import random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from enigma_panel.api.protocols import ApiCall
from tests.kit.gateways import GATEWAYS
from tests.simulation.weather import Fate, Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

_EARLY = frozenset(range(400, 500)) - {408, 409, 425, 499}
"""Given before a call is passed on, whoever gives it: the program relies on that."""

AFTER = [reply for reply in GATEWAYS if reply.status not in _EARLY]
_RATES = (*[0.0] * 6, 0.02, 0.1, 0.4)


class Gateway:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._rate = rng.choice(_RATES)
        self._after = rng.choice((0.2, 0.5, 1.0))
        calls = list(ApiCall)
        self._calls = calls if rng.random() < 0.5 else rng.sample(calls, rng.randint(1, 3))
        self._known = rng.sample(GATEWAYS, rng.choice((1, 3, len(GATEWAYS))))
        self._spoils = rng.choice((*[0.0] * 6, 0.02, 0.1, 0.4))
        self.compresses = rng.random() < 0.1

    def __str__(self) -> str:
        calls = "/".join(sorted(self._calls))
        return f"gateway {self._rate:.0%}, undecodable {self._spoils:.0%} of {calls}"

    def fate(self, verb: ApiCall, fate: Fate) -> Fate:
        """Of a call: the gateway's reply, in place of the service's or on top of it."""
        is_hit = verb in self._calls and not self._world.storm.is_over
        if not is_hit or fate.kind is not Kind.FINE:
            return fate
        if self._spoils and self._rng.random() < self._spoils:
            return replace(fate, kind=Kind.UNDECODABLE)
        if not self._rate or self._rng.random() > self._rate:
            return fate
        reply = self._rng.choice(self._known)
        comes_after = reply in AFTER and self._rng.random() < self._after
        kind = Kind.GATEWAY_AFTER if comes_after else Kind.GATEWAY
        return replace(fate, kind=kind, gateway=reply)
