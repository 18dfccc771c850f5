"""A session that is said not to be there, in the service's own words, although it works.

In some seeds.

One such reply proves nothing; the program looks three more times before it believes it. So never
four come in a row.
"""

import json
import random
from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.verbs import CommandVerb
from tests.kit.gateways import GatewayReply
from tests.simulation.calls import session_of
from tests.simulation.weather import Fate, Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST = 3
"""So many in a row for a task, and for a session, before a poll tells the truth again."""

_WORDS = (
    (404, {"message": "Session not found"}),
    (401, {"message": "Session not found or unauthorized"}),
    (404, {"error": "Session not found", "code": "SESSION_NOT_FOUND"}),
    (404, {"error": "The session has expired", "code": "SESSION_EXPIRED"}),
)
REPLIES = [
    GatewayReply("the service", status, json.dumps({"success": False, **words}), None, "api.md §8")
    for status, words in _WORDS
]


class NotFound:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._polls = rng.choice((*[0.0] * 5, 0.05, 0.3, 0.8))
        self._others = rng.choice((0.0, 0.0, 0.2)) if self._polls else 0.0
        self._count: Counter[str] = Counter()

    def __str__(self) -> str:
        return f"not found {self._polls:.0%} of polls, {self._others:.0%} of other calls"

    def fate(self, verb: ApiCall, path: str, raw: bytes | None, fate: Fate) -> Fate:
        """What becomes of a call to a session: it is turned down."""
        rate = self._rate(verb, raw)
        if not rate or self._world.storm.is_over or fate.kind is not Kind.FINE:
            return fate
        marks = {path, session_of(path, raw)}
        if self._rng.random() > rate or any(self._count[mark] >= MOST for mark in marks):
            return fate
        self._count.update(marks)
        return replace(fate, kind=Kind.NOT_FOUND, gateway=self._rng.choice(REPLIES))

    def told(self, path: str) -> None:
        self._count.pop(path, None)
        self._count.pop(session_of(path, None), None)

    def _rate(self, verb: ApiCall, raw: bytes | None) -> float:
        """In answer to a Terminate it is believed at once, and has to be true."""
        if verb is ApiCall.POLL:
            return self._polls
        ends = verb is ApiCall.STATE and json.loads(raw or b"{}")["message"]["newState"]
        is_to_session = verb in {ApiCall.NEW_TASK, ApiCall.STATE, ApiCall.ANSWER}
        return self._others if is_to_session and ends != CommandVerb.TERMINATE else 0.0
