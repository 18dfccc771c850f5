"""The caps at work: a task that has reached its own is stopped, and what is done at the day's."""

from decimal import Decimal

from enigma_panel.core.caps import is_leap, is_near, raised
from enigma_panel.core.models import Task
from enigma_panel.core.money import MoneyKind, exact_money, format_money
from enigma_panel.core.observation import AT_CAP
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.spending import DayCap
from enigma_panel.services.types import NoticeKind
from enigma_panel.store.settings import TERMINATE_RUNNING


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
        self._asked: set[int] = set()
        self._said_near: tuple[int, Decimal] | None = None
        self._ended_for: Decimal | None = None
        context.store.costs_changed.connect(self._follow)
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
        """How many tasks are at work whose cost is unknown: no cap counts them. A service may tell
        the cost of all only at their end."""
        return sum(t.is_at_work and t.counted_cost is None for t in self._store.tasks())

    def raised(self) -> Decimal:
        """What `raise_day` would set; a figure that leapt makes it no larger."""
        cap = self._settings.value.cap_per_day or Decimal(0)
        return raised(cap, self._store.day_costs.trusted(cap))

    # -- the person ----------------------------------------------------------------------------

    def raise_day(self) -> None:
        """Raise the cap of the day to that."""
        self._settings.change(cap_per_day=self.raised())

    def terminate_running(self) -> None:
        """Terminate the browsers of tasks that run, ask or are paused, and idle ones. One whose
        first task was not sent is closed by the queue, where that task waits on; not one that
        an earlier run opened."""
        keys = [key for key in self._sessions.terminable_keys() if self._has_begun(key)]
        ending = self._sessions.command(keys, CommandVerb.TERMINATE)
        self._scope.spawn("terminate at the cap", ending)

    # -- following -----------------------------------------------------------------------------

    def _follow(self, task_key: int) -> None:
        task = self._store.task(task_key)
        if task is not None:
            self._look_at(task)
        self._look_at_day()

    def _look_at_all(self) -> None:
        for task in self._store.tasks():
            self._look_at(task)
        self._look_at_day()

    def _look_at(self, task: Task) -> None:
        """Stop a task at its cap, once: a Stop that was taken back or refused is not repeated."""
        cap, cost = self._settings.value.cap_per_task, task.counted_cost
        if cap is None or cost is None or cost < cap or not task.is_at_work:
            return
        if (task.code, task.error) == (AT_CAP, exact_money(cap)):
            return
        if is_leap(self._store.day_costs.rise_of(task.key), cap):
            self._ask(task, cost, cap)
        elif self._is_current(task) and self._sessions.can(task.session_key, CommandVerb.STOP):
            self._store.note_cap(task, cap)
            stop = self._sessions.command([task.session_key], CommandVerb.STOP)
            self._scope.spawn(f"stop at the cap {task.key}", stop)

    def _ask(self, task: Task, cost: Decimal, cap: Decimal) -> None:
        if task.key not in self._asked:
            self._asked.add(task.key)
            facts = {"cost": exact_money(cost), "cap": exact_money(cap)}
            kind = NoticeKind.COST_LEAPT
            self._notices.notify(kind, task.session_key, task.key, None, **facts)

    def _look_at_day(self) -> None:
        settings, is_reached = self._settings.value, self._day_cap.is_reached()
        cap = settings.cap_per_day
        if self._stood != (cap, is_reached):
            self._stood = (cap, is_reached)
            self._queue.wake()
        if not is_reached or settings.at_cap != TERMINATE_RUNNING:
            self._ended_for = None
        elif cap and self._ended_for != cap and self._store.day_costs.trusted(cap) >= cap:
            self._ended_for = cap
            for task in self._store.tasks():
                can = self._sessions.can(task.session_key, CommandVerb.TERMINATE)
                if can and task.was_seen_at_work and task.code is None:
                    self._store.note_cap(task, None)
            self.terminate_running()
        this = (self._store.day_costs.day[0], cap or Decimal(0))
        if cap is not None and self._said_near != this and is_near(self.spent(), cap):
            self._said_near = this
            facts = {"spent": format_money(self.spent(), MoneyKind.SUM), "cap": exact_money(cap)}
            self._notices.notify(NoticeKind.CAP_NEAR, None, None, None, **facts)

    def _is_current(self, task: Task) -> bool:
        session = self._store.session(task.session_key)
        current = self._store.current_task(session) if session is not None else None
        return current is not None and current.key == task.key

    def _has_begun(self, session_key: int) -> bool:
        tasks = self._store.tasks_of(session_key)
        return not tasks or any(task.sent_ms is not None for task in tasks)
