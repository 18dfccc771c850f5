"""What goes wrong with the live channel in one seed, drawn from a random source of its own."""

import math
import random
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.api.protocols import LiveFault
from tests.simulation.weather import Fate, Kind

FAR_S = 1e9


class Sky(StrEnum):
    """What a seed's channel is like."""

    NONE = "none"  # nobody in this seed ever has one
    GOOD = "good"
    BAD = "bad"


class Knock(StrEnum):
    FINE = "fine"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SILENT = "silent"  # nothing comes until the time limit


class Way(Struct, frozen=True):
    """Of one event. seconds: until it comes in; in_order: not before the one before it.

    again: so many seconds later it comes once more, None: it does not.
    """

    seconds: float
    in_order: bool = True
    again: float | None = None


class ChannelWeather:
    """The faults of one seed's channel."""

    def __init__(self, rng: random.Random, late: random.Random) -> None:
        self._rng = rng
        self._late = late
        self._late_copies = late.choice((*[0.0] * 6, 0.02, 0.2))
        self._freezes_long = late.random() < 0.3
        draw = rng.choice
        self.sky = draw((Sky.NONE, Sky.NONE, Sky.GOOD, Sky.GOOD, Sky.BAD, Sky.BAD, Sky.BAD))
        bad = self.sky is Sky.BAD
        self.fault = draw((LiveFault.MISSING, LiveFault.REFUSED, LiveFault.UNREACHABLE))
        self._refuse = draw((0.0, 0.0, 0.2, 0.6)) if bad else 0.0
        self._unreachable = draw((0.0, 0.0, 0.2)) if bad else 0.0
        self._silent = draw((0.0, 0.0, 0.2)) if bad else 0.0
        self._drop_s = draw((FAR_S, 60.0, 20.0, 5.0)) if bad else FAR_S
        self._freeze_s = draw((FAR_S, FAR_S, 30.0, 10.0)) if bad else FAR_S
        self._twice = draw((0.0, 0.1, 0.5)) if bad else 0.0
        self._mixed = draw((0.0, 0.1, 0.5)) if bad else 0.0
        self._slow = draw((0.0, 0.05, 0.2)) if bad else 0.0
        self._lost_emits = draw((0.0, 0.1, 0.5)) if bad else 0.0
        self._stays = rng.random() < 0.3
        self._slow_polls = draw((0.0, 0.0, 0.4)) if self.sky is not Sky.NONE else 0.0
        self._bad = bad
        self._is_calm = False

    def __str__(self) -> str:
        if self.sky is not Sky.BAD:
            return f"channel {self.sky}"
        return (
            f"channel bad: refused {self._refuse:.0%}, unreachable {self._unreachable:.0%},"
            f" silent {self._silent:.0%}, drops {self._drop_s:.0f} s, freezes"
            f" {self._freeze_s:.0f} s, twice {self._twice:.0%}, mixed {self._mixed:.0%},"
            f" slow {self._slow:.0%}, emits lost {self._lost_emits:.0%}, late copies"
            f" {self._late_copies:.0%}"
        )

    def calm(self) -> None:
        """From now on all works, but in some seeds: nobody needs the channel for the calm."""
        self._bad = self._bad and self._stays
        self._is_calm = True

    @property
    def has_late_copies(self) -> bool:
        """Whether an event may come once more many seconds later."""
        return self._late_copies > 0

    def overtakes(self, fate: Fate) -> Fate:
        """Of a poll: at times its reply is slow, and what the channel tells overtakes it."""
        is_late = not self._is_calm and self._rng.random() < self._slow_polls
        if not is_late or fate.kind is not Kind.FINE:
            return fate
        return replace(fate, kind=Kind.SLOW, back=self._rng.uniform(1.0, 8.0))

    def knock(self) -> Knock:
        """What becomes of a try to connect now."""
        if not self._bad:
            return Knock.FINE
        sure = self._rng.random()
        for kind, rate in (
            (Knock.REFUSED, self._refuse),
            (Knock.UNREACHABLE, self._unreachable),
            (Knock.SILENT, self._silent),
        ):
            if sure < rate:
                return kind
            sure -= rate
        return Knock.FINE

    def drops_after(self) -> float:
        """Seconds until a channel that comes up now breaks by itself; infinite: never."""
        return self._some_time(self._drop_s)

    def freezes_after(self) -> float:
        """Seconds until nothing passes any more for a while, although it seems up."""
        return self._some_time(self._freeze_s)

    def frozen_for(self) -> float:
        """Seconds."""
        return self._rng.uniform(2.0, 300.0 if self._freezes_long else 60.0)

    def is_silent(self) -> bool:
        """Whether a break is found by nothing but the next ping."""
        return self._rng.random() < 0.5

    def handshake(self) -> float:
        """Seconds of one way while connecting."""
        return self._rng.uniform(0.005, 0.1)

    def way(self) -> Way:
        seconds = self._rng.uniform(0.002, 0.06)
        if not self._bad:
            return Way(seconds)
        if self._rng.random() < self._slow:
            seconds = self._rng.uniform(0.2, 3.0)
        again = self._rng.uniform(0.0, 2.0) if self._rng.random() < self._twice else None
        if self._late_copies and self._late.random() < self._late_copies:
            again = self._late.uniform(2.0, 20.0)  # by then its session may be at the next task
        if self._rng.random() < self._mixed:
            return Way(self._rng.uniform(0.002, 1.0), in_order=False, again=again)
        return Way(seconds, again=again)

    def emit_way(self) -> float | None:
        """Seconds until what was emitted arrives; None: it never does."""
        seconds = self._rng.uniform(0.002, 0.06)
        is_lost = self._bad and self._rng.random() < self._lost_emits
        return None if is_lost else seconds

    def _some_time(self, mean: float) -> float:
        if not self._bad or mean >= FAR_S:
            return math.inf
        return self._rng.expovariate(1 / mean)
