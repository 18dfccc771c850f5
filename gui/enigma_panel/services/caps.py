"""The caps at work: a task that has reached its own is ended, and what is done at the day's."""

from decimal import Decimal

from enigma_panel.core.caps import is_near, raised
from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.money import exact_money
from enigma_panel.core.observation import AT_CAP
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.spending import DayCap
from enigma_panel.services.types import Diff, NoticeKind
from enigma_panel.store.settings import TERMINATE_RUNNING

RISES_IN_VAIN = 2
"""Reports with a higher cost after the delivery of a Stop, until it counts as without effect."""


class Caps(Service):
    """Looks at each report of a cost, in the moment in which it is known, and at the settings.

    A Stop and a Terminate go the way of a person's, without the time to take them back: from there
    on what may go wrong is the business of `Commands`. What holds starts is `DayCap`, which the
    queue asks itself.
    """

    def __init__(
        self,
        context: ServiceContext,
        settings: SettingsBook,
        day_cap: DayCap,
        sessions: Sessions,
        queue: TaskQueue,
    ) -> None:
        super().__init__(context)
        self._settings = settings
        self._day_cap = day_cap
        self._sessions = sessions
        self._queue = queue
        self._stood = (settings.value.cap_per_day, False)
        self._capped: set[int] = set()
        self._rises: dict[int, int] = {}
        self._said_near: tuple[int, Decimal] | None = None
        self._ended_for: Decimal | None = None
        context.store.costs_changed.connect(self._follow)
        context.store.changed.connect(self._say_stopped)
        settings.changed.connect(self._look_at_all)
        context.account.changed.connect(self._look_at_all)  # also: the first key of a run

    # -- reading -------------------------------------------------------------------------------

    def spent(self) -> Decimal:
        """Dollars of today so far, as the cap of the day counts them."""
        return self._store.spent_today()

    def is_reached(self) -> bool:
        """Whether the cap of the day holds all starts."""
        return self._day_cap.is_reached()

    def uncounted(self) -> int:
        """How many tasks are at work whose cost no cap knows: none was reported yet, and none is
        while a task asks. A service may tell the cost of all only at their end."""
        at_work = [t for t in self._store.tasks() if t.is_at_work]
        return sum(t.counted_cost is None or t.status is TaskStatus.ASKS for t in at_work)

    def dearest(self) -> Task | None:
        """The task of today that has cost most."""
        key = self._store.day_costs.dearest
        return self._store.task(key) if key is not None else None

    def raised(self) -> Decimal | None:
        """What `raise_day` would set; None where that is not enough for another start."""
        return raised(self._settings.value.cap_per_day or Decimal(0), self.spent())

    # -- the person ----------------------------------------------------------------------------

    def raise_day(self) -> Decimal | None:
        """Raise the cap of the day to `raised` and return that."""
        if (cap := self.raised()) is not None:
            self._settings.change(cap_per_day=cap)
        return cap

    def lower_again(self, cap: Decimal, raised: Decimal) -> None:
        """Undo `raise_day` unless the person has set another one; what has started goes on."""
        if self._settings.value.cap_per_day == raised:
            self._ended_for = cap
            self._settings.change(cap_per_day=cap)

    def terminate_running(self) -> None:
        """Terminate all open browsers. A task that was not sent there waits on in the queue."""
        ending = self._sessions.command(self._sessions.terminable_keys(), CommandVerb.TERMINATE)
        self._scope.spawn("terminate at the cap", ending)

    # -- following -----------------------------------------------------------------------------

    def _follow(self, task_key: int) -> None:
        task = self._store.task(task_key)
        if task is not None:
            self._look_at(task)
            self._follow_up(task)
        self._look_at_day()

    def _look_at_all(self) -> None:
        for task in self._store.tasks():
            self._look_at(task)
        self._look_at_day()

    def _look_at(self, task: Task) -> None:
        """End a task at its cap, once: what was refused is not repeated."""
        cap, session = self._settings.value.cap_per_task, self._store.session(task.session_key)
        if cap is None or session is None or not _has_reached(task, cap):
            return
        if (task.code, task.error) == (AT_CAP, exact_money(cap)):
            return
        closes = session.close_after and self._is_last(task)  # a Stop would leave it idle
        verb = CommandVerb.TERMINATE if closes else CommandVerb.STOP
        current = self._store.current_task(session)
        is_current = current is not None and current.key == task.key
        if is_current and self._sessions.can(session.key, verb):
            self._store.note_cap(task, cap)
            self._capped.add(task.key)
            self._give(task, verb)

    def _follow_up(self, task: Task) -> None:
        """Follow a Stop that was delivered: where the cost still rises, only a Terminate helps."""
        cap = self._settings.value.cap_per_task
        if cap is None or task.stop_sent_ms is None or not _has_reached(task, cap):
            self._rises.pop(task.key, None)
            return
        self._rises[task.key] = self._rises.get(task.key, 0) + 1
        if self._rises[task.key] != RISES_IN_VAIN:
            return
        if self._settings.value.at_cap == TERMINATE_RUNNING:
            self._store.note_cap(task, cap)  # the Stop may have been the person's
            self._give(task, CommandVerb.TERMINATE)
            return
        self._notices.notify(
            NoticeKind.STOP_IN_VAIN,
            task.session_key,
            task.key,
            cost=exact_money(task.counted_cost or cap),
            cap=exact_money(cap),
        )

    def _give(self, task: Task, verb: CommandVerb) -> None:
        giving = self._sessions.command([task.session_key], verb)
        self._scope.spawn(f"{verb.value} at the cap {task.key}", giving)

    def _say_stopped(self, diff: Diff) -> None:
        """Say that a task was stopped at its cap, and its browser is still billing."""
        for key in self._capped & diff.tasks:
            task = self._store.task(key)
            session = self._store.session(task.session_key) if task is not None else None
            if task is None or session is None or not task.is_final:
                continue
            self._capped.discard(key)
            stays = not session.is_ended and self._is_last(task)
            if stays and task.status is TaskStatus.STOPPED:
                self._notices.notify(NoticeKind.STOPPED_AT_CAP, session.key, key, None)

    def _look_at_day(self) -> None:
        settings, is_reached = self._settings.value, self._day_cap.is_reached()
        cap = settings.cap_per_day
        if self._stood != (cap, is_reached):
            self._stood = (cap, is_reached)
            self._queue.wake()
        if not is_reached or settings.at_cap != TERMINATE_RUNNING:
            self._ended_for = None
        elif cap and self._ended_for != cap:
            self._ended_for = cap
            for task in self._store.tasks():
                can = self._sessions.can(task.session_key, CommandVerb.TERMINATE)
                if can and task.was_seen_at_work and task.code is None:
                    self._store.note_cap(task, None)
            self.terminate_running()
        this = (self._store.day_costs.day[0], cap or Decimal(0))
        if cap is not None and self._said_near != this and is_near(self.spent(), cap):
            self._said_near = this
            self._notices.notify(NoticeKind.CAP_NEAR, cap=exact_money(cap))

    def _is_last(self, task: Task) -> bool:
        others = (one for one in self._store.tasks_of(task.session_key) if one.key != task.key)
        return all(one.is_final for one in others)


def _has_reached(task: Task, cap: Decimal) -> bool:
    cost = task.counted_cost
    return task.is_at_work and cost is not None and cost >= cap
