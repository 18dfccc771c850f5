"""When things go wrong, apart from single calls: kills, restarts, suspend, cuts, a full disk."""

import random
from functools import partial
from typing import TYPE_CHECKING

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.clock import JUMP_MS
from enigma_panel.simulator.service import Call
from enigma_panel.simulator.settings import DEMO_KEY
from tests.simulation.channel import PING_S
from tests.simulation.channel_weather import Sky
from tests.simulation.clicks import clicks_of
from tests.simulation.link import BASE

if TYPE_CHECKING:
    from tests.simulation.life import Life
    from tests.simulation.world import World

_KILL_AT = (
    ("disk before", 60), ("disk after", 60), ("send post", 25), ("handled", 25), ("reply post", 25),
)  # fmt: skip
_AT_EVENT, _MOST_EVENTS = 0.25, 30
"""In so many of the lives that are killed it is when the live channel tells something."""

_ENDPOINTS = ("/start/start-session", "/start/send-message", "/start/run-task")


class Storm:
    """What one seed has in store. `lasts`: world seconds until the calm."""

    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._kills = world.source("kill at an event")
        self._naps = world.source("nap")
        self._full = world.source("end on a full disk")
        self.lasts = rng.uniform(30.0, 90.0)
        self.kills = rng.choice((0, 0, 0, 1, 1, 2, 3))
        self.foreign_at: list[tuple[str, float]] = []
        self.cut_until = 0.0
        self.clock_was_set = False
        self.last_sleep = -1e9
        self.last_full = -1e9

    def begin(self) -> None:
        """Put into the timeline what this seed has in store."""
        self._world.timeline.at(self.lasts, self._calm)
        for rng, what in (
            (0.2, self._cut_all),
            (0.3, self._cut_some),
            (0.12, self._sleep),
            (0.12, self._fill_disk),
            (0.15, self._foreign),
            (0.15, self._restart),
            (0.05, self._kill),
            (0.1, self._end_in_the_dark),
            (0.15, self._late_stop),
        ):
            while self._rng.random() < rng:
                self._world.timeline.at(self._rng.uniform(0.0, self.lasts), what)
        if self._naps.random() < 0.06:
            self._world.timeline.at(self._naps.uniform(0.0, self.lasts), self._nap)
        if self._full.random() < 0.06:
            self._world.timeline.at(self._full.uniform(0.0, self.lasts), self._end_on_a_full_disk)

    def life_begins(self, life: "Life") -> None:
        if self.kills > life.number and not self.is_over:
            event, most = self._rng.choice(_KILL_AT)
            life.kill_at = (event, self._rng.randint(1, most))
            if self._kills.random() < _AT_EVENT and self._world.channel.weather.sky is not Sky.NONE:
                life.kill_at = ("event", self._kills.randint(1, _MOST_EVENTS))

    def between_lives(self) -> None:
        """A moment until the person starts the program again; the wall clock may be set."""
        self._world.timeline.sleep(self._rng.choice((0.5, 3.0, 40.0)))
        if self._rng.random() < 0.1 and not self.is_over:
            self.clock_was_set = True
            self._world.wall_ms += self._rng.choice((-3_600_000, -30_000, 30_000, 3_600_000))

    @property
    def is_over(self) -> bool:
        return self._world.calm_since is not None

    def _calm(self) -> None:
        self._world.calm_since = self._world.timeline.now
        self._world.weather.calm()
        self._world.channel.weather.calm()
        self._world.trace("calm")
        if self._world.life is not None:
            self._world.life.kill_at = None

    def _cut_all(self) -> None:
        if self.is_over:
            return
        self._world.trace("network cut")
        self._world.link.cut_all(silently=self._rng.random() < 0.5)
        seconds = self._rng.uniform(2.0, 25.0)
        self._cut(list(ApiCall), seconds)
        self._world.channel.cut_all(seconds)

    def _cut_some(self) -> None:
        if not self.is_over:
            verbs = self._rng.sample(list(ApiCall), self._rng.randint(1, 3))
            self._world.trace("cut", *verbs)
            self._cut(verbs, self._rng.uniform(2.0, 40.0))

    def _cut(self, verbs: list[ApiCall], seconds: float) -> None:
        cut = self._world.weather.cut
        cut.update(verbs)
        self.cut_until = max(self.cut_until, self._world.timeline.now + seconds)
        self._world.timeline.after(seconds, partial(cut.difference_update, verbs))

    def _sleep(self) -> None:
        if not self.is_over and self._world.life is not None:
            seconds = self._rng.choice((1.0, 8.0, 60.0, 400.0))
            self._sleep_for(self._world.life, seconds, is_cut=self._rng.random() < 0.5)

    def _nap(self) -> None:
        """Short enough for tasks and sessions to go on, long enough for channels to break."""
        if not self.is_over and self._world.life is not None:
            self._sleep_for(self._world.life, self._naps.uniform(3.0, 40.0), is_cut=True)

    def _sleep_for(self, life: "Life", seconds: float, *, is_cut: bool) -> None:
        """The computer sleeps: the world goes on, the program's timers do not."""
        self._world.trace("sleeps", f"{seconds:.1f}")
        if is_cut:
            self._world.link.cut_all(silently=False)
        self._world.timeline.sleep(seconds)
        self.last_sleep = self._world.timeline.now
        life.loop.slept += seconds
        if is_cut or seconds > PING_S:  # after it: the pings, too, slept
            self._world.channel.cut_all()
        if seconds * 1000 > JUMP_MS:
            self._world.checks.live.woke()

    def _fill_disk(self) -> None:
        if not self.is_over:
            self._fill_disk_for(self._rng.uniform(0.5, 12.0))

    def _fill_disk_for(self, seconds: float) -> None:
        self._world.trace("disk full")
        weather = self._world.weather
        weather.disk_full = True
        self.last_full = self._world.timeline.now + seconds
        self._world.timeline.at(self.last_full, lambda: setattr(weather, "disk_full", False))

    def _foreign(self) -> None:
        """Another program of the same user uses up calls."""
        if self.is_over:
            return
        path = self._rng.choice(_ENDPOINTS)
        for _ in range(self._rng.randint(3, 10)):
            call = Call("POST", path, f"Bearer {DEMO_KEY}", b'{"mode": "none"}', BASE)
            self._world.model.handle(call)
        self.foreign_at.append((path, self._world.timeline.now))
        self._world.trace("foreign calls", path)

    def _end_in_the_dark(self) -> None:
        """The network goes, the person ends everything, then the process is killed."""
        life = self._world.life
        if self.is_over or life is None or not life.ready:
            return
        self._cut_all()
        keys = life.parts.services.sessions.terminable_keys() if life.parts is not None else []
        self._world.person.command(keys, CommandVerb.TERMINATE)
        self._world.timeline.after(self._rng.uniform(1.0, 6.0), self._kill)

    def _end_on_a_full_disk(self) -> None:
        """The person ends everything while the disk is full."""
        life = self._world.life
        if self.is_over or life is None or not life.ready or life.parts is None:
            return
        full, after = self._full.uniform(0.5, 8.0), self._full.uniform(1.6, 5.0)
        self._world.channel.haste.use_up(life)
        self._world.channel.cut_all(full + after + 1.0)
        self._fill_disk_for(full)
        keys = life.parts.services.sessions.terminable_keys()
        self._world.person.command(keys, CommandVerb.TERMINATE)
        is_killed = self._full.random() < 0.5
        self._world.timeline.after(full + after, self._kill if is_killed else self._restart)

    def _late_stop(self) -> None:
        """A Stop that cannot be sent for a while; meanwhile its task may end."""
        life = self._world.life
        if self.is_over or life is None or not life.ready or life.parts is None:
            return
        seconds = self._rng.uniform(10.0, 40.0)
        self._cut([ApiCall.STATE], seconds)
        self._world.channel.cut_all(seconds)
        sessions = life.parts.services.sessions
        keys = [key for key in sessions.session_keys() if sessions.can(key, CommandVerb.STOP)]
        self._world.person.command(keys, CommandVerb.STOP)
        clicks_of(self._world.person)["run_after"](0)

    def _restart(self) -> None:
        life = self._world.life
        if not self.is_over and life is not None and life.ready:
            self._world.trace("quit")
            life.leave.set()

    def _kill(self) -> None:
        if not self.is_over and self._world.life is not None:
            self._world.life.kill()
