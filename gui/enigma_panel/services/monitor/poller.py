"""Polling, the reference for all records: never more than one call in flight per task."""

import asyncio
from collections.abc import Iterable

from msgspec.structs import replace

from enigma_panel.api.errors import ApiError, InterruptedCallError
from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import POLL_MS
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.monitor.missing_tasks import MissingTasks
from enigma_panel.services.retry_policy import backoff_ms, reply_of
from enigma_panel.services.state.foreign_ids import is_of_other
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import Diff, LiveStatus

JITTER_MS = 300
COST_FOR_MS = 20_000
"""How long the cost of an ended task is asked for, in ms, where its end gave none."""
UNSEEN_MS = 30_000
"""Time without a report after which an end may have been earlier, in ms: longer than any wait
between polls that are answered."""
SOON_MS = 500
"""Shortest time between polls that `poll_soon` asked for, in ms."""


class _Alarm:
    """Cuts the wait for a turn short. rung: in any way; called: by a call, which does not wait."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()
        self.called = asyncio.Event()

    def call(self) -> None:
        self.rung.set()
        self.called.set()

    def clear(self) -> None:
        self.rung.clear()
        self.called.clear()


class Poller(Service):
    """Polls every task that is not final and that the service has named, each in its own time."""

    def __init__(self, context: ServiceContext, starts: StartsUnderWay, live: LiveStatus) -> None:
        super().__init__(context)
        self._starts = starts
        self._live = live
        self._missing = MissingTasks(context.store, live)
        self._alarms: dict[int, _Alarm] = {}
        self._locks: dict[int, asyncio.Lock] = {}
        self._heard: set[int] = set()
        self._seen_ms: dict[int, int] = {}
        self._began_ms = context.clock.now_ms()
        self._store.changed.connect(self._follow)
        self._account.changed.connect(self.wake_all)

    def wake(self, session_key: int) -> None:
        """Ask for the session's tasks at once: something was sent to one."""
        for alarm in self._alarms_of(session_key):
            alarm.call()

    def poll_soon(self, session_key: int) -> None:
        """Ask for its tasks soon, as the channel gave reason to; not before the service allows."""
        for alarm in self._alarms_of(session_key):
            alarm.rung.set()

    def wake_all(self) -> None:
        """Ask for everything at once: the key or the connection is back, or the computer woke."""
        for alarm in self._alarms.values():
            alarm.call()

    @property
    def is_polling(self) -> bool:
        """Whether any task is asked for."""
        return bool(self._alarms)

    def is_asking(self, task_key: int) -> bool:
        """True while a task is asked for and nothing was heard of it yet in this run."""
        return task_key in self._alarms and task_key not in self._heard

    def is_missing(self, task_key: int) -> bool:
        return self._missing.is_missing(task_key)

    def note_delivered(self, session_key: int) -> None:
        """Ask for the session's task at once: the service took a call to it, so it knows it."""
        self._missing.note_life(session_key)
        self.wake(session_key)

    async def note_session_gone(self, session_key: int) -> None:
        """Note that a call to this session, no Terminate, was answered with "Session not found".

        That proves no end: its task is asked for at once. Where there is none to ask for, and no
        reply will name one, the session is taken for closed, unless its live channel is up.
        """
        session = self._store.session(session_key)
        task_key = session.current_task if session is not None else None
        if task_key in self._alarms:
            self.wake(session_key)
        elif self._live.is_up(session_key):
            return  # its end would be told there
        elif task_key is None or not self._starts.is_awaiting_reply(task_key):
            doubted = Observation(kind=Kind.SESSION_DOUBTED)
            await self._store.record(session_key, None, doubted)

    async def poll_now(self, task_key: int) -> bool:
        """Ask once, after the call in flight if there is one; True when an answer came."""
        task, was_missing = self._store.task(task_key), self.is_missing(task_key)
        came = task is not None and await self._poll(task) is True
        alarm = self._alarms.get(task_key)
        if alarm is not None and was_missing and not self.is_missing(task_key):
            alarm.rung.set()  # it was found, so it need not wait for its next look
        return came

    def _alarms_of(self, session_key: int) -> list[_Alarm]:
        keys = (task.key for task in self._store.tasks_of(session_key))
        return [self._alarms[key] for key in keys if key in self._alarms]

    def _follow(self, diff: Diff) -> None:
        self._watch(diff.tasks)

    def _watch(self, keys: Iterable[int]) -> None:
        for key in keys:
            task = self._store.task(key)
            if task is None or key in self._alarms or not self._is_worth_asking(task):
                continue
            self._alarms[key] = _Alarm()
            self._scope.spawn(f"poll {key}", self._loop(key))

    def _is_worth_asking(self, task: Task) -> bool:
        """Whether to ask for it: while it may change, longer for its cost; once where a lost
        task was named after its end."""
        if task.service_id is None:
            return False
        if not task.is_final:
            return True
        if self._missing.is_missing(task.key):  # what it shows of its session is still open
            return True
        age_ms = self._clock.now_ms() - max(task.since_ms, task.ended_ms or 0)
        is_unknown = task.cost is None and task.status in {TaskStatus.DONE, TaskStatus.FAILED}
        is_unknown |= task.status is TaskStatus.LOST and task.key not in self._heard
        return is_unknown and age_ms < COST_FOR_MS

    async def _loop(self, key: int) -> None:
        failures = 0
        try:
            while (task := self._store.task(key)) is not None and self._is_worth_asking(task):
                asked_ms = self._clock.now_ms()
                came = await self._poll(task)
                error = came if isinstance(came, ApiError) else None
                failures = failures + 1 if error is not None else 0
                await self._wait(key, asked_ms, failures, error)
        finally:
            del self._alarms[key]
            self._locks.pop(key, None)
            self._missing.forget(key)
            self._seen_ms.pop(key, None)

    async def _wait(self, key: int, asked_ms: int, failures: int, error: ApiError | None) -> None:
        """Wait for the turn. A command cuts that short once it was sent, and unless polls fail
        `poll_soon` cuts it to SOON_MS."""
        task = self._store.task(key)
        if task is None or not self._is_worth_asking(task):
            return
        soonest_ms, jitter_ms = asked_ms + SOON_MS, self._rng.randrange(JITTER_MS)
        due_ms = max(asked_ms + POLL_MS, self._missing.due_ms(key) or 0) + jitter_ms
        if error is not None:
            rest_ms = max(backoff_ms(failures, self._rng), _requested_wait_ms(error))
            due_ms = soonest_ms = max(due_ms, self._clock.now_ms() + rest_ms)
        alarm = self._alarms[key]
        await self._clock.wait(alarm.rung, due_ms)
        await self._clock.wait(alarm.called, min(soonest_ms, due_ms))
        alarm.clear()

    async def _poll(self, task: Task) -> ApiError | bool:
        """Poll once. True: answered; an error: no usable answer; False: nothing was learnt."""
        session = self._store.session(task.session_key)
        client = self._account.client_for(session) if session else None
        if session is None or client is None or not session.service_id or not task.service_id:
            return False
        async with self._locks.setdefault(task.key, asyncio.Lock()):
            asked_ms = self._clock.now_ms()
            try:
                observation = await client.poll(session.service_id, task.service_id)
            except ApiError as error:
                if not isinstance(error, InterruptedCallError):  # one cut poll is no sign of much
                    self._health.note_error(error)
                self._account.note_error(error, client)
                return error
        self._health.note_answer()
        if is_of_other(self._store, observation, session, task):
            self._missing.forget(task.key)  # no report of its own, but no "not found" either
            return False
        if self._missing.is_fact(task, observation, asked_ms):
            is_late = self._is_late(task)
            self._seen_ms[task.key] = self._clock.now_ms()
            observation = replace(observation, asked_ms=asked_ms, is_late=is_late)
            await self._store.record(session.key, task.key, observation)
        if task.key not in self._heard:
            self._heard.add(task.key)
            self._store.touch(session.key)
        return True

    def _is_late(self, task: Task) -> bool:
        """Whether nobody looked for a while: the program was closed, offline or asleep."""
        seen_ms = self._seen_ms.get(task.key)
        if seen_ms is None:
            return task.sent_ms is not None and task.sent_ms < self._began_ms
        return self._clock.now_ms() - seen_ms > UNSEEN_MS


def _requested_wait_ms(error: ApiError) -> int:
    reply = reply_of(error)
    return int((reply.retry_after_s or 0) * 1000) if reply is not None else 0
