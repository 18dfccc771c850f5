"""Polling: the ground truth. One loop and never more than one call in flight per task."""

import asyncio
import logging
import random
from collections.abc import Iterable

from enigma_panel.api.errors import ApiError
from enigma_panel.core.records import Task, TaskStatus
from enigma_panel.loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.registry import Registry
from enigma_panel.services.views import Diff
from enigma_panel.services.vitals import Vitals

log = logging.getLogger(__name__)

EVERY_MS = 2_000
"""Documented poll interval (seed); never shorter while a task runs."""
JITTER_MS = 300
SLOW_MS = 10_000
"""Interval after an assumed end."""
WORST_MS = 30_000
COST_FOR_MS = 20_000
"""How long the cost of an ended task is asked for, where the reply that ended it told none."""


class Poller:
    """Polls every task that is not final and that the service has named."""

    def __init__(
        self,
        *,
        registry: Registry,
        account: Account,
        vitals: Vitals,
        clock: Clock,
        scope: TaskScope,
        chance: random.Random,
    ) -> None:
        self._registry = registry
        self._account = account
        self._vitals = vitals
        self._clock = clock
        self._scope = scope
        self._chance = chance
        self._alarms: dict[int, asyncio.Event] = {}
        self._locks: dict[int, asyncio.Lock] = {}
        registry.changed.connect(self._follow)
        account.changed.connect(self.wake_all)

    def wake(self, session_key: int) -> None:
        """Something was sent to this session: ask for its task at once."""
        session = self._registry.session(session_key)
        alarm = self._alarms.get(session.current_task or 0) if session else None
        if alarm is not None:
            alarm.set()

    def wake_all(self) -> None:
        """The key or the connection is back: ask for everything at once."""
        for alarm in self._alarms.values():
            alarm.set()

    async def poll_now(self, task_key: int) -> bool:
        """Ask once, after the call in flight if there is one; True when an answer came."""
        task = self._registry.task(task_key)
        return task is not None and await self._poll(task) is not None

    def _follow(self, diff: Diff) -> None:
        self._watch(diff.tasks)

    def _watch(self, keys: Iterable[int]) -> None:
        for key in keys:
            task = self._registry.task(key)
            if task is None or key in self._alarms or not self._is_worth_asking(task):
                continue
            self._alarms[key] = asyncio.Event()
            self._scope.spawn(f"poll {key}", self._loop(key))

    def _is_worth_asking(self, task: Task) -> bool:
        """While it may change, or for a moment after an end whose cost was not told."""
        if task.service_id is None:
            return False
        if not task.is_final:
            return True
        untold = task.cost is None and task.status in {TaskStatus.DONE, TaskStatus.FAILED}
        age_ms = self._clock.now_ms() - (task.ended_ms or 0)
        return untold and age_ms < COST_FOR_MS

    async def _loop(self, key: int) -> None:
        failures = 0
        try:
            while (task := self._registry.task(key)) is not None and self._is_worth_asking(task):
                asked_ms = self._clock.now_ms()
                answered = await self._poll(task)
                failures = failures + 1 if answered is False else 0
                await self._rest(key, asked_ms, failures)
        finally:
            del self._alarms[key]
            self._locks.pop(key, None)

    async def _rest(self, key: int, asked_ms: int, failures: int) -> None:
        """Wait for the next turn; a command cuts the wait short, but only after it was sent."""
        task = self._registry.task(key)
        session = self._registry.session(task.session_key) if task else None
        if session is None or task is None or not self._is_worth_asking(task):
            return
        wait = min(EVERY_MS * 2**failures, WORST_MS)
        if session.is_ended:
            wait = max(wait, SLOW_MS)
        due = asked_ms + wait + self._chance.randrange(JITTER_MS)
        alarm = self._alarms[key]
        await self._clock.wait(alarm, due)
        alarm.clear()

    async def _poll(self, task: Task) -> bool | None:
        """True: answered; False: no usable answer; None: nothing was asked."""
        session = self._registry.session(task.session_key)
        client = self._account.client_for(session) if session else None
        if session is None or client is None or not session.service_id or not task.service_id:
            return None
        async with self._locks.setdefault(task.key, asyncio.Lock()):
            try:
                seen = await client.poll(session.service_id, task.service_id)
            except ApiError as error:
                self._vitals.note_error(error)
                self._account.note_error(error)
                return False
        self._vitals.note_answer()
        await self._registry.record(session.key, task.key, seen)
        return True
