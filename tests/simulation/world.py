"""One seed: the service's model, the network, a person, and the lives of the program in it."""

import hashlib
import random
import shutil
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

from enigma_panel.core.service_rules import Dialect
from enigma_panel.simulator.service import Service
from enigma_panel.simulator.settings import DEMO_KEY
from tests.simulation.bodies import Bodies
from tests.simulation.caps import Caps
from tests.simulation.channel import Channel
from tests.simulation.checks import Checks, Violation
from tests.simulation.gateway import Gateway
from tests.simulation.late_name import LateName
from tests.simulation.late_reply import LateReply
from tests.simulation.life import End, Life, copy_ledger
from tests.simulation.link import Link
from tests.simulation.logins import Logins
from tests.simulation.not_found import NotFound
from tests.simulation.person import Person
from tests.simulation.questions import Questions
from tests.simulation.service import draw_settings
from tests.simulation.settings_changes import OTHER_KEY, SettingsChanges
from tests.simulation.stale_stop import StaleStop
from tests.simulation.storm import Storm
from tests.simulation.timeline import EPOCH_MS, Timeline
from tests.simulation.weather import Weather

LIVES = 9
"""So many times a seed starts the program at most."""


class World:
    """Everything of one seed.

    root: an empty folder for its files; dialect: that of service and program.
    """

    def __init__(self, seed: int, root: Path, template: Path, dialect: Dialect) -> None:
        self.seed = seed
        self.dialect = dialect
        self._root = root
        self._template = template
        self._rng = random.Random(f"seed {seed}")
        self.timeline = Timeline()
        self.wall_ms = 0
        self.lines: list[str] = []
        self.failure: Violation | None = None
        self.life: Life | None = None
        self.calm_since: float | None = None
        self.settings = draw_settings(self.source("settings"), dialect)
        self.model = Service(
            lambda: self.timeline.now, self.source("model"), self.settings, EPOCH_MS / 1000
        )
        for key in (DEMO_KEY, OTHER_KEY):
            self.model.add_key(key)
        self.weather = Weather(self.source("weather"))
        self.gateway = Gateway(self, self.source("gateway"))
        self.not_found = NotFound(self, self.source("not found"))
        self.bodies = Bodies(self, self.source("bodies"))
        self.questions = Questions(self)
        self.link = Link(self)
        self.channel = Channel(self)
        self.checks = Checks(self)
        self.logins = Logins(self, self.source("logins"))
        self.person = Person(self, self.source("person"))
        self.storm = Storm(self, self.source("storm"))
        self.settings_changes = SettingsChanges(self, self.source("settings changes"))
        self.late_name = LateName(self, self.source("late name"))
        self.late_reply = LateReply(self, self.source("late reply"))
        self.stale_stop = StaleStop(self, self.source("stale stop"))
        self.caps = Caps(self, self.source("caps"))

    def source(self, name: str) -> random.Random:
        """A random source of its own for each part: one that draws more shifts no other."""
        return random.Random(f"{self.seed} {name}")

    def draw(self) -> int:
        """A seed for something that comes several times."""
        return self._rng.getrandbits(64)

    def run(self) -> None:
        """Storm, then calm. Raises Violation."""
        folder = self._root / "0"
        copy_ledger(self._template, folder)
        lies = (self.gateway, self.not_found, self.bodies)
        skies = (self.weather, *lies, self.channel.weather, self.late_reply, self.caps)
        self.trace("seed", self.seed, self.settings, *skies)
        self.storm.begin()
        self.stale_stop.begin()
        self.late_reply.begin()
        self.settings_changes.begin()
        self.caps.begin()
        for number in range(LIVES):
            self.life = Life(self, number, folder)
            self.storm.life_begins(self.life)
            end = self.life.run()
            folder = self.life.folder
            if self.failure is not None:
                raise self.failure
            self.checks.ended(self.life, end)
            if end is End.QUIT and self.person.is_done:
                return
            self.storm.between_lives()
        raise Violation(self.seed, "lives", "the program was started too often")

    def fail(self, check: str, text: str) -> None:
        if self.failure is None:
            self.failure = Violation(self.seed, check, text)
            self.trace("FAILED", check, text)
            if self.life is not None:
                self.life.loop.failure = self.failure

    def trace(self, *words: object) -> None:
        self.lines.append(" ".join((f"{self.timeline.now:9.3f}", *map(str, words))))

    def digest(self) -> str:
        """Tells two runs apart."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()

    def copy_ledger(self, folder: Path) -> Path:
        """The files of a process that was killed, where its open handles do not matter."""
        target = folder.with_name(str(int(folder.name) + 1))
        copy_ledger(folder, target)
        return target

    def every(self, seconds: float, call: Callable[[], None]) -> None:
        def again() -> None:
            call()
            self.timeline.after(seconds, again)

        self.timeline.after(seconds, again)

    def http_date(self) -> str:
        """The service's time for a Date header."""
        return formatdate(EPOCH_MS / 1000 + self.timeline.now, usegmt=True)

    def clear(self) -> None:
        self.timeline.drop_all()
        shutil.rmtree(self._root, ignore_errors=True)
