"""What goes wrong in one seed: which faults and how often, and which endpoints are cut.

Everything is drawn from the seed's own random source. `calm` ends it all.
"""

import random
from enum import StrEnum

from msgspec import Struct

from enigma_panel.api.protocols import LONG_POLL, ApiCall
from tests.kit.gateways import GatewayReply


class Kind(StrEnum):
    FINE = "fine"
    REFUSED = "refused"  # no connection
    NO_CONNECTION = "no_connection"  # none within the connect limit
    DROPPED_BEFORE = "dropped_before"  # cut before the service saw it
    DROPPED_AFTER = "dropped_after"  # it took effect, the reply is lost
    SILENT_BEFORE = "silent_before"  # nothing comes until the time limit, nothing happened
    SILENT_AFTER = "silent_after"  # nothing comes until the time limit, it took effect
    SLOW = "slow"  # the reply takes seconds
    LIMITED = "429"  # said by a gateway: no Retry-After
    LIMITED_FOR = "429_for"  # with Retry-After
    FULL = "503"
    BROKEN = "500"
    HTML = "html502"
    TRUNCATED = "truncated"  # it took effect, half of the reply comes
    NOT_JSON = "not_json"  # it took effect, the reply makes no sense
    STALE = "stale"  # a poll is answered from a cache, with what was so some seconds ago
    GATEWAY = "gateway"  # something in between answers, and the service never sees it
    GATEWAY_AFTER = "gateway_after"  # it took effect, and something in between answers
    NOT_FOUND = "not_found"  # the service itself says so of a session that works
    OTHERS = "others"  # it took effect, and what comes back is about another task of ours
    UNDECODABLE = "undecodable"  # it took effect, and the reply's encoding cannot be undone


_FAULTS = (
    Kind.REFUSED, Kind.NO_CONNECTION, Kind.DROPPED_BEFORE, Kind.DROPPED_AFTER, Kind.SILENT_BEFORE,
    Kind.SILENT_AFTER, Kind.SLOW, Kind.LIMITED, Kind.LIMITED_FOR, Kind.FULL, Kind.BROKEN, Kind.HTML,
    Kind.TRUNCATED, Kind.NOT_JSON,
)  # fmt: skip
"""What a network and a busy service do. Replies that lie are drawn for themselves."""
_RATES = (0.01, 0.03, 0.1, 0.3, 0.3, 0.9)


class Fate(Struct, frozen=True):
    """Of one call. Seconds: out is the way to the service, back the way of the reply.

    gateway: what something in between says, where it speaks in the service's place.
    """

    kind: Kind
    out: float
    back: float
    retry_after: int = 0
    gateway: GatewayReply | None = None

    @property
    def name(self) -> str:
        """Of its kind, with the status where a gateway speaks."""
        return self.kind if self.gateway is None else f"{self.kind} {self.gateway.status}"


class _Fault(Struct, frozen=True):
    kind: Kind
    rate: float
    verbs: frozenset[ApiCall]


class Weather:
    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._faults = [self._draw_fault() for _ in range(rng.choice((0, 1, 2, 3, 5)))]
        if rng.random() < 0.2:  # so that tasks are refused after all tries, or named late
            kind, rate = rng.choice(((Kind.FULL, 0.9), (Kind.LIMITED, 0.9), (Kind.SLOW, 0.5)))
            self._faults.append(_Fault(kind, rate, frozenset({ApiCall.NEW_TASK})))
        self._cache = rng.choice((0.0, 0.0, 0.1, 0.3))
        self._slow_disk = rng.choice((0.0, 0.0, 0.02, 0.1))
        self._bad = True
        self.cut: set[ApiCall] = set()
        self.full: set[ApiCall] = set()
        self.disk_full = False

    def _draw_fault(self) -> _Fault:
        verbs = list(ApiCall)
        if self._rng.random() < 0.6:
            verbs = self._rng.sample(verbs, self._rng.randint(1, 3))
        return _Fault(self._rng.choice(_FAULTS), self._rng.choice(_RATES), frozenset(verbs))

    def __str__(self) -> str:
        faults = ", ".join(
            f"{f.kind} {f.rate:.0%} of {'/'.join(sorted(f.verbs))}" for f in self._faults
        )
        return faults or "no faults"

    def calm(self) -> None:
        self._bad = False
        self.cut.clear()
        self.full.clear()
        self.disk_full = False

    def fate(self, verb: ApiCall) -> Fate:
        if verb in self.cut:
            lost = self._rng.random() < 0.2
            return Fate(Kind.NO_CONNECTION if lost else Kind.REFUSED, self._way(verb), 0.0)
        kind = Kind.FULL if verb in self.full else self._kind(verb)
        back = self._rng.uniform(2.0, 13.0) if kind is Kind.SLOW else self._way(verb)
        return Fate(kind, self._way(verb), back, self._rng.choice((0, 1, 2, 5, 20)))

    def disk_delay(self) -> float:
        """Seconds that a ledger call waits for the disk; 0 mostly."""
        if self._bad and self._slow_disk and self._rng.random() < self._slow_disk:
            return self._rng.choice((0.001, 0.01, 0.3))
        return 0.0

    def _kind(self, verb: ApiCall) -> Kind:
        for fault in self._faults if self._bad else ():
            if verb in fault.verbs and self._rng.random() < fault.rate:
                return fault.kind
        cached = verb is ApiCall.POLL and self._bad and self._rng.random() < self._cache
        return Kind.STALE if cached else Kind.FINE

    def _way(self, verb: ApiCall) -> float:
        # Shorter than the second by which the program stretches the slot of a held call: a slower
        # way could make a 429 of nobody's making.
        longest = 0.8 if verb in LONG_POLL and self._bad and self._rng.random() < 0.1 else 0.06
        return self._rng.uniform(0.002, longest)
