"""The caps that the person sets, in some seeds, and figures of polls that are none or too large."""

import json
import random
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.services.settings import SettingsBook
from enigma_panel.store.settings import HOLD, TERMINATE_RUNNING
from tests.simulation.calls import Sent
from tests.simulation.weather import Kind

if TYPE_CHECKING:
    from tests.simulation.world import World

CAPPED_SEEDS = 2_026_113_000_000
"""From there on some have caps; older seeds keep what they catch."""
RATE = 0.4
_PER_TASK = (None, Decimal("0.004"), Decimal("0.01"))
_PER_DAY = (None, Decimal("0.01"), Decimal("0.03"), Decimal("0.03"))
_TRUE = frozenset({Kind.FINE, Kind.SLOW, Kind.STALE})


class Caps:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self.is_capped = world.seed >= CAPPED_SEEDS and rng.random() < RATE
        self._lies = rng.choice((0.0, 0.0, 0.1, 0.3)) if self.is_capped else 0.0

    def __str__(self) -> str:
        return f"caps, {self._lies:.0%} of costs wrong" if self.is_capped else "no caps"

    def begin(self) -> None:
        """Put into the timeline what this seed has in store."""
        if not self.is_capped:
            return
        self._world.timeline.at(self._rng.choice((0.0, 5.0, 30.0)), self._set)
        for _ in range(self._rng.choice((0, 1, 2, 4))):
            what = self._rng.choice((self._set, self._raise))
            self._world.timeline.at(self._rng.uniform(0.0, self._world.storm.lasts), what)

    def told(self, sent: Sent, answer: Answer) -> Answer:
        """What the service's own reply to a poll becomes on its way, where its task goes on."""
        is_over = self._world.storm.is_over or answer.status != 200 or sent.fate.kind not in _TRUE
        if is_over or not self._lies or self._rng.random() >= self._lies:
            return answer
        body = json.loads(answer.body)
        if "usage" not in body or "type" in body or not body["success"]:
            return answer
        cost = body["usage"].pop("cost")
        wrong = self._rng.choice((None, -cost, 1000 * cost))
        body["usage"] |= {} if wrong is None else {"cost": wrong}
        return replace(answer, body=json.dumps(body).encode())

    # -- inside --------------------------------------------------------------------------------

    def _book(self) -> SettingsBook | None:
        life = self._world.life
        if life is None or life.parts is None or not life.ready or life.loop.dead:
            return None
        return life.parts.services.settings

    def _set(self) -> None:
        book = self._book()
        if book is None:
            self._world.timeline.after(1.0, self._set)
            return
        per_task, per_day = self._rng.choice(_PER_TASK), self._rng.choice(_PER_DAY)
        at_cap = self._rng.choice((HOLD, TERMINATE_RUNNING))
        self._world.trace("caps", per_task, per_day, at_cap)
        book.change(cap_per_task=per_task, cap_per_day=per_day, at_cap=at_cap)

    def _raise(self) -> None:
        book = self._book()
        if book is not None and (cap := book.value.cap_per_day) is not None:
            self._world.trace("raises the cap")
            book.change(cap_per_day=2 * cap)
