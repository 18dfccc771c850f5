"""A Stop clicked in the moment in which its task ends, with the next task behind it; in some seeds.

In most of them the service is too busy for it until that next task is at work. By chance alone that
is rare: most of what holds up a Stop holds up the next task, too. In the others the Stop is on its
way when the end of its task becomes known.
"""

import random
from typing import TYPE_CHECKING

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import Phase, Session
from enigma_panel.core.verbs import CommandVerb
from tests.simulation.service import draw_spec

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.world import World

LOOKS_S, AGAIN_S = 0.5, 5.0
LONGEST_S = 20.0
A_MOMENT_S = 0.001

MOST = 3
"""So many Stops in a seed."""


class StaleStop:
    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._count = 0
        self._is_quick = False

    def begin(self) -> None:
        """Put into the timeline what this seed has in store."""
        lot = self._rng.random()
        self._is_quick = lot < 0.05
        if lot < 0.2:
            self._later(self._rng.uniform(1.0, self._world.storm.lasts / 2))

    def _later(self, seconds: float) -> None:
        self._world.timeline.after(seconds, self._look)

    def _look(self) -> None:
        """Is there a session that takes another task after the one that it works on?"""
        if self._world.storm.is_over or self._count >= MOST:
            return
        parts = self._parts()
        sessions = self._fitting(parts) if parts is not None else []
        if parts is None or not sessions:
            self._later(LOOKS_S)
            return
        self._count += 1
        session = self._rng.choice(sessions)
        person = self._world.person
        person.marks += 1
        spec = draw_spec(self._rng, person.marks, self._world.settings)
        start = parts.services.sessions.start(spec, where=session.key)
        person.do(f"start in {session.key} behind its task", start)
        self._wait(session, self._mark(session))

    def _fitting(self, parts: "Parts") -> list[Session]:
        """Those whose task can be stopped, and that stay open after it."""
        can, sessions = parts.services.sessions.can, parts.services.store.sessions()
        lasting = [s for s in sessions if s.phase is Phase.OPEN and not s.close_after]
        return [s for s in lasting if can(s.key, CommandVerb.STOP) and self._mark(s)]

    def _wait(self, session: Session, mark: int) -> None:
        """Until its task has ended by itself; the program does not know yet."""
        timeline, parts = self._world.timeline, self._parts()
        if self._world.storm.is_over:
            return
        if self._mark(session) == mark:
            due = self._world.model.next_event_at() or 0.0
            due = max(due, timeline.now) + A_MOMENT_S
            timeline.at(due, lambda: self._wait(session, mark))
        elif parts is not None and parts.services.sessions.can(session.key, CommandVerb.STOP):
            if not self._is_quick:
                self._world.weather.full.add(ApiCall.STATE)
            self._world.person.command([session.key], CommandVerb.STOP)
            self._hold(session, mark, timeline.now + LONGEST_S)
        else:
            self._later(AGAIN_S)

    def _hold(self, session: Session, mark: int, until: float) -> None:
        """No command is taken until the next task is at work."""
        world = self._world
        if world.storm.is_over:
            return
        if world.timeline.now > until or self._mark(session) not in {0, mark}:
            world.weather.full.discard(ApiCall.STATE)
            self._later(AGAIN_S)
            return
        world.storm.cut_until = max(world.storm.cut_until, world.timeline.now + LOOKS_S)
        world.timeline.after(LOOKS_S, lambda: self._hold(session, mark, until))

    def _parts(self) -> "Parts | None":
        life = self._world.life
        return life.parts if life is not None and life.ready and not life.loop.dead else None

    def _mark(self, session: Session) -> int:
        """The mark of the service's task that it works on now, 0 while there is none."""
        return self._world.link.at_work(session.service_id or "")
