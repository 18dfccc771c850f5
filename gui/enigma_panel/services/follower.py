"""The task for which a session was opened: sent at once, and tried again there while that helps.

Three tries to a service that is busy; then the session, which would only cost money, is closed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from enigma_panel.api.errors import ApiError
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.loop import TaskScope
from enigma_panel.services.budget import Pass
from enigma_panel.services.clock import Clock
from enigma_panel.services.refusals import TRIES, FailureKind, Refusal, refused_fact, retry_after_ms
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.starter import Attempt, Say, Starter
from enigma_panel.services.views import NoticeKind
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import IntentKind

NextPass = Callable[[], Awaitable[Pass]]
Waits = Callable[[int, FailureKind, int, int, ApiError], None]


class Follower:
    """Sends first tasks.

    is_ending: a Terminate waits for the session. decided: returns once that cannot be taken back
    any more. close: terminates it. closing: sessions that are being closed from here.
    """

    def __init__(
        self,
        registry: SessionStore,
        starter: Starter,
        clock: Clock,
        scope: TaskScope,
        *,
        notify: Say,
        is_ending: Callable[[int], bool],
        decided: Callable[[int], Awaitable[None]],
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        self._registry = registry
        self._starter = starter
        self._clock = clock
        self._scope = scope
        self._notify = notify
        self._is_ending = is_ending
        self._decided = decided
        self._close = close
        self._alarms: dict[int, asyncio.Event] = {}
        self.closing: set[int] = set()
        self._connections = 0
        registry.changed.connect(self.wake)

    async def follow(self, attempt: Attempt, next_pass: NextPass, waits: Waits) -> Refusal | None:
        """Give the session that was just opened the task that it was opened for.

        next_pass: waits for another newTask call. waits: told when the task is going to be tried
        again: task key, verdict, tries so far, when (epoch ms), error.
        """
        task, session, _ = self._starter.parts(attempt.task_key)
        if session.service_id is None or attempt.message is None:
            return None
        taken, tries = attempt.message, 0
        while (refusal := await self._follow_once(task.key, taken)) is not None:
            tries += 1
            if not self._may_try_again(session.key, refusal.failure, tries):
                await self._give_up(session.key, task.key, refusal)
                return refusal
            due = self._clock.now_ms() + retry_after_ms(refusal.error, refusal.failure, tries)
            waits(task.key, refusal.failure, tries, due, refusal.error)
            await self._rest(task.key, due, refusal.failure)
            taken = await next_pass()
        return None

    def wake(self, _what: object = None) -> None:
        """Something changed: who waits for another try looks whether that is still wanted."""
        for alarm in self._alarms.values():
            alarm.set()

    def connected(self) -> None:
        """Something answers again: what waits for that need not wait."""
        self._connections += 1
        self.wake()

    async def _rest(self, task_key: int, due_ms: int, failure: FailureKind) -> None:
        """Wait for the next try, or until there is reason to look at once."""
        alarm, before = asyncio.Event(), self._connections
        self._alarms[task_key] = alarm
        try:
            while self._clock.now_ms() < due_ms and self._is_wanted(task_key):
                if failure is FailureKind.CONNECTION and self._connections > before:
                    return
                alarm.clear()
                await self._clock.wait(alarm, due_ms)
        finally:
            del self._alarms[task_key]

    def _is_wanted(self, task_key: int) -> bool:
        """Whether a task waits for another try in the session that was opened for it."""
        task, session, _ = self._starter.parts(task_key)
        is_open = session.phase is Phase.OPEN and not self._is_ending(session.key)
        return is_open and not task.is_final

    async def _follow_once(self, task_key: int, taken: Pass) -> Refusal | None:
        """One try in the session opened for it. A refusal leaves the task in line meanwhile."""
        await self._decided(self._starter.parts(task_key)[1].key)
        task, session, client = self._starter.parts(task_key)
        if client is None or not self._is_wanted(task_key):
            taken.give_back()
            await self._leave_unsent(task, session)
            return None
        try:
            intent = await self._registry.intend(IntentKind.NEW_TASK, session, task)
        except LedgerError as error:
            taken.give_back()
            await self._close_for_ledger(session.key, task.key, error)
            return None
        return await self._starter.send_task(intent, task, client, taken, _keep)

    async def _leave_unsent(self, task: Task, session: Session) -> None:
        """Who terminated the session wants its task no more; else the task stays in line."""
        yours = session.terminate_sent_ms is not None or session.phase is Phase.ENDED_BY_YOU
        if yours or self._is_ending(session.key):
            kind = Kind.TAKEN_BACK if task.status is TaskStatus.QUEUED else Kind.STOPPED
            fact = Observation(kind=kind, code="TERMINATED_BEFORE_TASK")
        else:
            fact = Observation(kind=Kind.BACK_IN_QUEUE)
        await self._registry.record(session.key, task.key, fact)

    def _may_try_again(self, session_key: int, failure: FailureKind, tries: int) -> bool:
        session = self._registry.session(session_key)
        if session is None or session.phase is not Phase.OPEN or self._is_ending(session_key):
            return False
        if failure is FailureKind.CONNECTION:  # it is open and billed: nothing better can be done
            return True
        return (
            failure in {FailureKind.LIMITED, FailureKind.NO_BROWSER, FailureKind.BUSY}
            and tries < TRIES
        )

    async def _give_up(self, session_key: int, task_key: int, refusal: Refusal) -> None:
        """The session was made for this task alone; without it, it would only cost money."""
        session = self._registry.session(session_key)
        if session is None or refusal.failure in {FailureKind.FUNDS, FailureKind.KEY}:
            return  # the line puts the task into a new planned session and closes this one
        self.closing.add(session_key)
        failed = refused_fact(refusal.error, Kind.REFUSED)
        await self._registry.record(session_key, task_key, failed)
        self._notify(NoticeKind.START_REFUSED, session_key, task_key, refusal.error)
        self.close_unused(session_key, task_key, refusal.error)

    def close_unused(self, session_key: int, task_key: int, error: ApiError) -> None:
        """Terminate a session whose task was refused, and say so. Nobody waits for it."""
        self.closing.add(session_key)
        closing = self._close_unused(session_key, task_key, error)
        self._scope.spawn(f"close unused {session_key}", closing, exclusive=True)

    def close_idle(self, session_key: int) -> None:
        """Terminate a session whose task was not sent. Nobody waits for it."""
        closing = self._close_idle(session_key)
        self._scope.spawn(f"close idle {session_key}", closing, exclusive=True)

    async def _close_unused(self, session_key: int, task_key: int, error: ApiError) -> None:
        session = self._registry.session(session_key)
        try:
            if session is None or session.is_ended:
                return
            # close_after makes the caretaker try again if this Terminate should fail.
            await self._registry.update(replace(session, close_after=True))
            await self._close(session_key)
        finally:
            self.closing.discard(session_key)
        after = self._registry.session(session_key)
        if after is not None and after.is_ended:
            self._notify(NoticeKind.CLOSED_FOR_REFUSED_TASK, session_key, task_key, error)

    async def _close_idle(self, session_key: int) -> None:
        session = self._registry.session(session_key)
        if session is not None and not session.is_ended:
            await self._registry.update(replace(session, close_after=True))
            await self._close(session_key)

    async def _close_for_ledger(self, session_key: int, task_key: int, error: LedgerError) -> None:
        """The ledger cannot hold the task's intent: it is not sent, and its browser is closed."""
        self._notify(NoticeKind.LEDGER_FAILED, session_key, task_key, None, reason=str(error))
        refused = Observation(kind=Kind.REFUSED, code="LEDGER_FAILED")
        await self._registry.record(session_key, task_key, refused)
        self.close_idle(session_key)


def _keep(_verdict: FailureKind, _error: ApiError) -> bool:
    """What was refused here is tried again here, or put away by the follower."""
    return True
