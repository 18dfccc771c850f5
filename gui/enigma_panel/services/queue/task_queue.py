"""The queue of waiting tasks, as a person sees and uses it; `scheduler` moves it."""

from collections.abc import Iterable

from msgspec.structs import replace
from PySide6.QtCore import Signal

from enigma_panel.api.errors import ApiError
from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.queue.blockers import Blockers, StartGate
from enigma_panel.services.queue.eta import Forecast
from enigma_panel.services.queue.queued_tasks import QueuedTasks
from enigma_panel.services.queue.scheduler import Scheduler
from enigma_panel.services.types import (
    MAY_BE_TRIED,
    Diff,
    PauseReason,
    QueueEntry,
    ServiceStatus,
    WaitReason,
)


class TaskQueue(Service):
    """The queue as a person sees and uses it. changed: an entry stands differently."""

    changed = Signal()

    def __init__(
        self,
        context: ServiceContext,
        *,
        queued: QueuedTasks,
        gate: StartGate,
        blockers: Blockers,
        scheduler: Scheduler,
        forecast: Forecast,
    ) -> None:
        super().__init__(context)
        self._queued = queued
        self._gate = gate
        self._blockers = blockers
        self._scheduler = scheduler
        self._forecast = forecast
        self._spoken = self._address_and_dialect()
        scheduler.moved.connect(self._update)
        context.store.changed.connect(self._follow)
        context.account.changed.connect(self._follow_account)
        context.health.changed.connect(self._follow_health)
        context.health.recovered.connect(self._connected)
        context.rate_limiter.changed.connect(self._update)

    # -- reading -----------------------------------------------------------------------------

    @property
    def pause_reason(self) -> PauseReason:
        """Why the queue, or its parked part, does not move by itself."""
        if self._gate.pause_reason is not PauseReason.NONE:
            return self._gate.pause_reason
        if self._blockers.day_cap.is_reached():
            return PauseReason.CAP
        return (
            PauseReason.RESTARTED if self._blockers.parked & self._queued.keys else PauseReason.NONE
        )

    @property
    def pause_error(self) -> ApiError | None:
        """The service's error that made us pause."""
        return self._gate.error if self._gate.pause_reason is not PauseReason.NONE else None

    @property
    def limit(self) -> int:
        return self._gate.limit

    @property
    def free_places(self) -> int:
        """How many more browsers may be open, below zero where too many are."""
        return self._gate.limit - self._blockers.open_now()

    def free_calls(self, *, single: bool) -> int:
        return self._forecast.free_calls(single=single)

    def all_done(self, n: int, *, single: bool) -> tuple[int, int] | None:
        """The time (ms) that n more tasks take, and in how many browsers at once; None where that
        is unknown, as while the queue is held."""
        is_held = self.pause_reason is not PauseReason.NONE or self.wants_browser
        is_held = is_held or self._blockers.is_held_by_questions()
        return None if is_held else self._forecast.all_done(n, single=single)

    @property
    def wants_browser(self) -> bool:
        """Whether the service had no free browser and is asked again."""
        if self._gate.why is not WaitReason.NO_BROWSER:
            return False
        waits = any(entry.why is WaitReason.NO_BROWSER for entry in self.entries())
        return waits or self._blockers.is_opening()

    def in_order(self) -> list[Task]:
        return self._queued.in_order()

    def entries(self) -> list[QueueEntry]:
        """All entries, in order."""
        return list(self._forecast.entries().values())

    def entry(self, task_key: int) -> QueueEntry | None:
        """Why that task waits; None when it does not."""
        if task_key not in self._queued.keys:
            return None
        return self._forecast.entries().get(task_key)

    # -- the person --------------------------------------------------------------------------

    async def add(self, drafts: Iterable[tuple[Session, Task]]) -> list[int]:
        """Queue tasks; returns their keys once the ledger holds them. Raises LedgerError."""
        last = max((task.queue_position for task in self.in_order()), default=0)
        pairs = [
            (session, replace(task, status=TaskStatus.QUEUED, queue_position=last + n))
            for n, (session, task) in enumerate(drafts, start=1)
        ]
        keys = await self._store.plan(pairs)
        self._scheduler.schedule()
        return keys

    async def start_next(self, task_key: int) -> None:
        """Move a task to the head of the queue; a parked one may start again."""
        order = self.in_order()
        self._blockers.parked.discard(task_key)
        task = self._waiting(task_key)
        if task is not None and order[0].key != task_key:
            first = min(other.queue_position for other in order)
            await self._store.update(replace(task, queue_position=first - 1))
        self._update()

    async def up(self, task_key: int) -> None:
        order = self.in_order()
        at = next((n for n, task in enumerate(order) if task.key == task_key), 0)
        before = self._waiting(order[at - 1].key) if at > 0 else None
        task = self._waiting(task_key)
        if before is not None and task is not None:
            await self._store.update(
                replace(task, queue_position=before.queue_position),
                replace(before, queue_position=task.queue_position),
            )

    async def remove(self, task_keys: Iterable[int]) -> list[int]:
        """Take tasks out of the queue: they are not started. A browser that was opened for them
        alone is closed. Returns the keys of the others that were still there, for
        `Sessions.restore`."""
        tasks = [task for key in task_keys if (task := self._waiting(key)) is not None]
        taken = Observation(kind=Kind.TAKEN_BACK, code="TAKEN_BACK")
        await self._store.record_all(tasks, taken)
        owners = {task.session_key for task in tasks}
        closed = {key for key in owners if await self._scheduler.close_unused(key)}
        return [task.key for task in tasks if task.session_key not in closed]

    async def run_in_new_session(self, task_key: int) -> None:
        """Plan a session for a task whose own has ended, if need be by a Terminate. LedgerError."""
        task = self._waiting(task_key)
        if task is not None:
            self._blockers.parked.discard(task_key)
            await self._scheduler.change_browser(task)

    def go_on(self) -> None:
        """Lift a pause that is neither for want of funds nor for a refused key."""
        self._blockers.parked.clear()
        for reason in (PauseReason.FORBIDDEN, PauseReason.UNTAKEN, PauseReason.DIALECT):
            self._gate.lift(reason)
        self._update()

    def funds_added(self) -> None:
        """Let one start try, then the rest."""
        self._gate.lift(PauseReason.FUNDS)
        self._update()

    def try_now(self) -> None:
        """Ask for a browser at once, without the wait after a refusal."""
        self._gate.try_now(self._clock.now_ms())
        self._update()

    @property
    def is_leaving(self) -> bool:
        """True while nothing more is started, as the program is about to end."""
        return self._blockers.is_leaving

    def set_leaving(self, leaving: bool) -> None:
        """Start nothing more, as the program is about to end; all stays queued."""
        self._blockers.is_leaving = leaving
        self._update()

    def set_held(self, held: bool) -> None:
        """Start nothing while the person is asked what is to end; what is parked stays so."""
        self._blockers.is_held = held
        self._update()

    def park(self) -> None:
        """Park the tasks that wait now: they go on when the person says so."""
        self._blockers.parked |= self._queued.keys
        self._update()

    def wake(self, _what: object = None) -> None:
        """Look again, as something changed that may let the queue go on."""
        self._update()

    # -- following ---------------------------------------------------------------------------

    def _follow(self, diff: Diff) -> None:
        if self._queued.follow(diff):
            self._update()

    def _follow_account(self) -> None:
        spoken, good = (
            self._address_and_dialect(),
            self._account.last_check in {None, *MAY_BE_TRIED},
        )
        if spoken != self._spoken:
            self._spoken = spoken
            self._gate.lift(PauseReason.DIALECT)
            self._update()
        if self._account.client is not None and good:
            self._gate.lift(PauseReason.KEY)
            self._update()

    def _address_and_dialect(self) -> tuple[str, Dialect]:
        return self._account.base_url, self._account.dialect

    def _follow_health(self) -> None:
        is_full = self._health.status is ServiceStatus.FULL
        self._gate.note_health(self._health.asked_ms, is_full=is_full)
        self._update()

    def _connected(self) -> None:
        self._gate.connected()
        self._scheduler.connected()
        self._update()

    def _update(self) -> None:
        self._forecast.forget()
        if self._queued.keys:
            self._scheduler.wake()
        self.changed.emit()

    def _waiting(self, task_key: int) -> Task | None:
        """The task, where it waits and no call for it is under way."""
        if task_key not in self._queued.keys or self._blockers.is_sending(task_key):
            return None
        task = self._store.task(task_key)  # the one in the order may be older
        return task if task is not None and task.status is TaskStatus.QUEUED else None
