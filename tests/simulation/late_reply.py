"""Calls of ours whose effect is seen before their reply comes, or in its place; in some seeds.

Each such seed plays one row of the table: one kind of call, and what becomes of its replies. The
live channel and the polls tell of the effect meanwhile.
"""

import random
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from msgspec.structs import replace

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.verbs import CommandVerb
from tests.simulation.calls import Sent
from tests.simulation.weather import Fate, Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

SEEDS = 0.15
"""How many seeds play a row."""
RATE = 0.7
"""How many replies of such a seed come late or never."""
LOOKS_S = 3.0
MOST = 6
"""Clicks that a seed has more than others."""


class Reply(StrEnum):
    LATE = "late"
    LOST = "lost"


STOP_AS_ANSWER = "stop as answer"
CALLS = (
    *CommandVerb,
    STOP_AS_ANSWER,
    ApiCall.ANSWER,
    ApiCall.NEW_TASK,
    ApiCall.START_SESSION,
    ApiCall.RUN_TASK,
)
TABLE = tuple(product(CALLS, Reply))


class LateReply:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._clicks = 0
        self._row = rng.choice(TABLE) if rng.random() < SEEDS else None

    def __str__(self) -> str:
        return "" if self._row is None else f"{self._row[1]} replies to {self._row[0]}"

    def begin(self) -> None:
        """Put into the timeline what this seed has in store."""
        if self._row is not None:
            self._world.timeline.after(LOOKS_S, self._look)

    def fate(self, sent: Sent) -> Fate:
        if self._row is None or sent.fate.kind is not Kind.FINE or self._world.storm.is_over:
            return sent.fate
        call, reply = self._row
        if _call_of(sent) != call or self._rng.random() > RATE:
            return sent.fate
        if reply is Reply.LOST:
            return replace(sent.fate, kind=Kind.DROPPED_AFTER)
        return replace(sent.fate, kind=Kind.SLOW, back=self._rng.uniform(2.0, 10.0))

    def _look(self) -> None:
        """The person makes such a call where one can be made; the others come by themselves."""
        life = self._world.life
        if self._world.storm.is_over or self._row is None or self._clicks >= MOST:
            return
        self._world.timeline.after(LOOKS_S, self._look)
        if life is None or not life.ready or life.loop.dead or life.parts is None:
            return
        call, sessions = self._row[0], life.parts.services.sessions
        if isinstance(call, CommandVerb):
            keys = [key for key in sessions.session_keys() if sessions.can(key, call)]
            if keys:
                self._clicks += 1
                self._world.person.command([self._rng.choice(keys)], call)
        elif call == STOP_AS_ANSWER and (open_now := life.parts.services.inbox.questions()):
            self._clicks += 1
            self._world.person.answer(self._rng.choice(open_now), stop=True)


def _call_of(sent: Sent) -> str:
    if sent.verb is ApiCall.STATE:
        return sent.new_state
    is_stop = sent.verb is ApiCall.ANSWER and sent.new_state == CommandVerb.STOP
    return STOP_AS_ANSWER if is_stop else sent.verb
