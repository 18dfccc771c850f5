"""Invariants of the caps, by the records, the calls and the clock alone."""

from decimal import Decimal
from typing import TYPE_CHECKING

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.money import exact_money
from enigma_panel.core.observation import AT_CAP
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.clock import local_day
from enigma_panel.services.types import Diff, WaitReason
from enigma_panel.store.settings import TERMINATE_RUNNING, Settings
from tests.simulation.calls import STARTS, Sent, mark_of

if TYPE_CHECKING:
    from enigma_panel.services.container import Services
    from tests.simulation.life import Life
    from tests.simulation.world import World

MOST = Decimal(1_000_000)
SOON_S = 2.5
"""So long after a report a task is stopped, and settings are on the disk."""
POLLED_S = 5.0
"""So long after a report of a task at work its next poll is sent: two seconds, jitter, a reply."""
_ENDS = {CommandVerb.STOP, CommandVerb.TERMINATE}
_STOPS = (
    "SELECT task_key, count(*) FROM intents"
    " WHERE kind = 'state' AND verb = 'stop' AND task_key IS NOT NULL GROUP BY task_key"
)


class Caps:
    """Sums what tasks cost for itself, and knows what must be held or stopped then."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._reached: tuple[Decimal, int] | None = None
        self._ended_for: Decimal | None = None
        self._due: dict[int, float] = {}  # since when a task is to be stopped
        self._graced: set[int] = set()  # sessions with a command that may be taken back
        self._stops: dict[int, int] = {}  # by mark: how often the person stopped it
        self._told: dict[str, float] = {}  # when it was reported of what is not asked for since
        self._set = (Settings(), 0.0)
        self._sets = 0  # how often the cap of a task was another one
        self._ended_at = 0.0
        self._undone: set[int] = set()  # sessions whose end the person took back

    def begins(self, life: "Life") -> None:
        """A process has opened its ledger and its settings."""
        assert life.parts is not None
        services = life.parts.services
        for known in (self._due, self._graced, self._undone, self._told):
            known.clear()
        self._reached = self._ended_for = None
        settings, since = self._set
        trouble = max(since, self._world.storm.last_sleep)
        if self._ended_at - trouble > SOON_S and not self._same(settings, services):
            self._world.fail("caps are kept over a kill", f"not {settings.cap_per_day}")
        self._note_set(services, 0.0)

        def changed(_: Diff) -> None:
            if not life.loop.dead:
                self._see(services)

        def acts(*_: int) -> None:
            if not life.loop.dead:
                self._see(services)
                self._expect_ends(services)

        def is_set() -> None:
            if not life.loop.dead and not self._same(self._set[0], services):
                self._note_set(services, self._world.timeline.now)
            acts()

        services.store.changed.connect(changed)
        services.store.costs_changed.connect(acts)
        services.settings.changed.connect(is_set)
        services.account.changed.connect(acts)

    def sent(self, sent: Sent) -> None:
        life = self._world.life
        if sent.verb in STARTS and life is not None and life.parts is not None:
            self._see(life.parts.services)
            if self._is_reached(life.parts.services):
                self._world.fail("nothing starts at the cap of the day", str(sent))

    def asked(self, path: str) -> None:
        """A poll is sent."""
        self._told.pop(path, None)

    def told(self, path: str) -> None:
        """A report has come."""
        self._told[path] = self._world.timeline.now

    def clicked(self, keys: list[int], verb: CommandVerb, grace_ms: int) -> None:
        store = self._world.person.parts.services.store
        self._graced |= set(keys) if grace_ms else set()
        for key in keys if verb is CommandVerb.STOP else ():
            session = store.session(key)
            task = store.current_task(session) if session is not None else None
            if task is not None:
                self.stopped(task)

    def stopped(self, task: Task) -> None:
        """The person stops a task."""
        mark = mark_of(task.spec)
        self._stops[mark] = self._stops.get(mark, 0) + 1

    def undone(self, key: int) -> None:
        """A person wants it to go on: a cap acts at its next report that costs more.

        A Stop that a Terminate stood in for is sent again then.
        """
        self._undone.add(key)
        self.clicked([key], CommandVerb.STOP, 0)

    def life_ended(self) -> None:
        self._ended_at = self._world.timeline.now

    def tick(self, life: "Life") -> None:
        assert life.parts is not None
        services = life.parts.services
        if not services.settings.value.has_cap:
            return
        self._see(services)
        is_reached = self._is_reached(services)
        if is_reached != services.caps.is_reached():
            self._world.fail("the cap of the day is what tasks cost", f"reached: {is_reached}")
        self._are_stopped(services)
        self._are_polled(services)
        for pending in services.sessions.all_pending():
            session = services.store.session(pending.session_key)
            task = services.store.current_task(session) if session is not None else None
            is_capped = task is not None and task.code == AT_CAP and pending.verb in _ENDS
            can_undo = pending.why is WaitReason.UNDO or (is_capped and pending.can_undo)
            if can_undo and pending.session_key not in self._graced:
                self._world.fail("what a cap ends cannot be taken back", str(pending))
        self._once(life)

    # -- inside --------------------------------------------------------------------------------

    def _see(self, services: "Services") -> None:
        """Look at what tasks cost by now."""
        settings = services.settings.value
        for task in services.store.tasks():
            if self._must_stop(task, settings.cap_per_task):
                self._world.checks.commands.capped(task.session_key, mark_of(task.spec))
        cap = settings.cap_per_day
        if cap is not None and sum(map(_cost, self._of_today(services))) >= cap:
            self._reached = (cap, self._day(services)[0])

    def _expect_ends(self, services: "Services") -> None:
        """Where that is wanted, what runs is ended, once for a cap."""
        settings = services.settings.value
        cap = settings.cap_per_day
        if not self._is_reached(services) or settings.at_cap != TERMINATE_RUNNING:
            self._ended_for = None
        elif cap is not None and self._ended_for != cap:
            self._ended_for = cap
            keys = services.sessions.terminable_keys()
            begun = [key for key in keys if _has_begun(services, key)]
            self._world.checks.clicked(begun, CommandVerb.TERMINATE, 0)

    def _is_reached(self, services: "Services") -> bool:
        cap = services.settings.value.cap_per_day
        return cap is not None and self._reached == (cap, self._day(services)[0])

    def _day(self, services: "Services") -> tuple[int, int]:
        return local_day(services.clock.now_ms())

    def _of_today(self, services: "Services") -> list[Task]:
        from_ms, to_ms = self._day(services)
        tasks = services.store.tasks()
        return [t for t in tasks if from_ms <= (t.sent_ms or t.created_ms) < to_ms]

    def _must_stop(self, task: Task, cap: Decimal | None) -> bool:
        return cap is not None and task.is_at_work and _cost(task) >= cap

    def _are_stopped(self, services: "Services") -> None:
        now, cap = self._world.timeline.now, services.settings.value.cap_per_task
        for task in services.store.tasks():
            session = services.store.session(task.session_key)
            current = services.store.current_task(session) if session is not None else None
            can = services.sessions.can(task.session_key, CommandVerb.STOP)
            is_given = task.code == AT_CAP and cap and task.error == exact_money(cap)
            is_left = not is_given and current is not None and current.key == task.key
            is_left = is_left and can and task.session_key not in self._undone
            if not (is_left and self._must_stop(task, cap)):
                self._due.pop(task.key, None)
            elif now - self._due.setdefault(task.key, now) > SOON_S:
                self._world.fail("a task stops at its cap", f"task {task.key}")

    def _are_polled(self, services: "Services") -> None:
        now, storm = self._world.timeline.now, self._world.storm
        since = max(storm.last_sleep, self._set[1])
        for task in services.store.tasks():
            session = services.store.session(task.session_key)
            if session is None or session.is_ended or not task.is_at_work:
                continue
            if self._world.settings_changes.is_out_of_reach(session.service_id):
                continue
            path = f"/task/{session.service_id}/{task.service_id}"
            rests = self._world.checks.live.rests_until(path)
            if now - max(self._told.get(path, now), since, rests) > POLLED_S:
                self._world.fail("with a cap each task is asked for", f"task {task.key}")

    def _once(self, life: "Life") -> None:
        assert life.parts is not None
        store = life.parts.services.store
        for key, count in life.parts.ledger._db.rows(_STOPS):
            task = store.task(key)
            stops = self._stops.get(mark_of(task.spec), 0) if task is not None else 0
            if task is not None and count > max(1, self._sets) + stops:
                self._world.fail("a task stops at its cap once", f"task {key}: {count} times")

    def _note_set(self, services: "Services", now: float) -> None:
        self._sets += self._set[0].cap_per_task != services.settings.value.cap_per_task
        self._set = (services.settings.value, now)

    def _same(self, settings: Settings, services: "Services") -> bool:
        now = services.settings.value
        return (settings.cap_per_task, settings.cap_per_day, settings.at_cap) == (
            now.cap_per_task, now.cap_per_day, now.at_cap,
        )  # fmt: skip


def _cost(task: Task) -> Decimal:
    """What a task counts: nothing where its cost is unknown or cannot be one."""
    cost = task.usage.cost
    return cost if cost is not None and 0 <= cost <= MOST else Decimal(0)


def _has_begun(services: "Services", session_key: int) -> bool:
    tasks = services.store.tasks_of(session_key)
    return not tasks or any(task.status is not TaskStatus.QUEUED for task in tasks)
