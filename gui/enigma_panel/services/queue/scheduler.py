"""Scheduler of the queue: begins tasks and learns from the service's replies.

A session is opened only when the call for its task is taken in the same minute, so no browser idles
because of our own limit of calls. While the service refuses starts, one at a time tries.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from PySide6.QtCore import Signal

from enigma_panel.api.errors import ApiError, FailureKind
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.queue.blockers import Blocker, Blockers, StartGate
from enigma_panel.services.queue.queued_tasks import QueuedTasks
from enigma_panel.services.queue.starter import Attempt, FirstTaskSender, Starter
from enigma_panel.services.rate_limiter import Pass
from enigma_panel.services.retry_policy import TRIES, WAITS, Refusal, retry_after_ms
from enigma_panel.services.types import NoticeKind, WaitReason
from enigma_panel.store.ledger.errors import LedgerError

LEDGER_AGAIN_MS = 5_000
STAYS_AGAIN_MS = 30_000
"""Time between tries in a browser that took no task and was not closed, in ms."""
RECHECK_MS = 60_000
"""Longest time between two looks of the loop, in ms."""

_FAILS = frozenset({FailureKind.FAIL, FailureKind.FORBIDDEN, FailureKind.DIALECT})
_PAUSES = frozenset({FailureKind.FUNDS, FailureKind.KEY, FailureKind.DIALECT})


class Scheduler(Service):
    """Decides which task goes next. moved: a start has ended or waits for another try."""

    moved = Signal()

    def __init__(
        self,
        context: ServiceContext,
        *,
        queued: QueuedTasks,
        gate: StartGate,
        blockers: Blockers,
        starter: Starter,
        first_tasks: FirstTaskSender,
        poller: Poller,
    ) -> None:
        super().__init__(context)
        self._queued = queued
        self._gate = gate
        self._blockers = blockers
        self._starter = starter
        self._first_tasks = first_tasks
        self._poller = poller
        self._alarm = asyncio.Event()
        self._tries: dict[int, tuple[FailureKind, int]] = {}
        self._replanning: set[int] = set()
        self._stays: set[int] = set()  # sessions that were asked to end for a task, and did not

    # -- moving ------------------------------------------------------------------------------

    def wake(self) -> None:
        """Look again which task may go."""
        self._alarm.set()
        self._scope.spawn("queue", self._loop(), exclusive=True)

    async def _loop(self) -> None:
        while any(task.key not in self._blockers.under_way for task in self._queued.in_order()):
            self.schedule()
            self._alarm.clear()  # after it: what it takes and gives back itself is no news
            await self._clock.wait(self._alarm, self._next_due())

    def _next_due(self) -> int:
        now = self._clock.now_ms()
        calls = (
            (Endpoint.START_SESSION, Rank.START),
            (Endpoint.RUN_TASK, Rank.START),
            (Endpoint.SEND_MESSAGE, Rank.NEW_TASK),
        )
        dues = [self._gate.due_ms, *(self._rate_limiter.free_at(*call) for call in calls)]
        dues += [blocker.due_ms for blocker in self._blockers.own.values()]
        return min((due for due in dues if due is not None and due > now), default=now + RECHECK_MS)

    def schedule(self) -> None:
        """Begin whatever may begin now, in order."""
        self._gate.note_open(self._blockers.open_now())
        is_blocked, visited = False, set[int]()
        for task in list(self._queued.in_order()):
            session = self._store.session(task.session_key)
            if session is None or session.key in visited or not self._queued.is_queued(task.key):
                continue
            visited.add(session.key)
            if task.key in self._blockers.under_way or (session.is_planned and is_blocked):
                continue
            lets_others = self._try(task, session)
            is_blocked = is_blocked or (session.is_planned and not lets_others)

    def _try(self, task: Task, session: Session) -> bool:
        """Begin the task if it may; False where those behind must wait for it."""
        blocker = self._blockers.of(task, session)
        if blocker is not None:
            if session.key not in self._stays and self._may_move(task, session, blocker.why):
                self._scope.spawn(f"move {task.key}", self._move(task), exclusive=True)
            return blocker.is_own
        passes = self._take(task, session)
        if passes is None:
            return False
        self._begin(task, passes)
        return True

    def _take(self, task: Task, session: Session) -> tuple[Pass | None, Pass | None] | None:
        """The passes of all calls that the task needs, or none of them."""
        rate_limiter = self._rate_limiter
        if session.is_planned and task.verb is TaskVerb.RUN_TASK:
            single = rate_limiter.try_acquire(Endpoint.RUN_TASK, Rank.START)
            return None if single is None else (single, None)
        message = rate_limiter.try_acquire(Endpoint.SEND_MESSAGE, Rank.NEW_TASK)
        if message is None or not session.is_planned:
            return None if message is None else (None, message)
        first = rate_limiter.try_acquire(Endpoint.START_SESSION, Rank.START)
        if first is None:
            message.give_back()
            return None
        return first, message

    def _begin(self, task: Task, passes: tuple[Pass | None, Pass | None]) -> None:
        first, message = passes
        begun_ms, opens = self._clock.now_ms(), first is not None

        def keeps(failure: FailureKind, error: ApiError) -> bool:
            """Learn before others are notified: a freed place must not start the next one."""
            kept = failure not in _FAILS
            if opens or failure in _PAUSES:
                self._learn(Refusal(failure=failure, error=error, kept=kept), begun_ms)
            return kept

        attempt = Attempt(task_key=task.key, keeps=keeps, first=first, message=message)
        self._blockers.under_way.add(task.key)
        self._blockers.own.pop(task.key, None)
        if self._scope.spawn(f"start {task.key}", self._run(attempt, task)) is None:
            self._blockers.under_way.discard(task.key)

    async def _run(self, attempt: Attempt, task: Task) -> None:
        with self._under_way(task), ExitStack() as stack:  # a pass that was not used is free again
            for taken in filter(None, (attempt.first, attempt.message)):
                stack.enter_context(taken)
            await self._send(attempt)
        self._poller.wake(task.session_key)

    @contextmanager
    def _under_way(self, task: Task) -> Iterator[None]:
        """Mark, in a block, that calls for the task are made; it waits where the ledger fails."""
        self._blockers.under_way.add(task.key)
        try:
            yield
        except LedgerError as error:
            reason = str(error)
            self._notices.notify(
                NoticeKind.LEDGER_FAILED, task.session_key, task.key, None, reason=reason
            )
            due = self._clock.now_ms() + LEDGER_AGAIN_MS
            self._blockers.own[task.key] = Blocker(why=WaitReason.LEDGER, due_ms=due, is_own=True)
        finally:
            self._blockers.under_way.discard(task.key)
            self.moved.emit()

    async def _send(self, attempt: Attempt) -> None:
        key, begun_ms = attempt.task_key, self._clock.now_ms()
        task, session, _ = self._starter.parts(key)
        if attempt.first is not None:
            if await self._starter.open(attempt) is not None:
                return
            self._note_opened(key, begun_ms)
            if attempt.message is None:
                return
        elif not self._first_tasks.is_unused(session.key):
            await self._send_in(attempt, task)
            return
        refusal = await self._first_tasks.send(attempt)
        if refusal is not None:
            await self._after_first_task(key, refusal, begun_ms)
            return
        self._tries.pop(key, None)

    async def _send_in(self, attempt: Attempt, task: Task) -> None:
        """Send a task in a session that others have used, too."""
        refusal = await self._starter.run_in(attempt)
        self._learn_in(task.key, refusal)
        if refusal is not None and refusal.failure is FailureKind.SESSION_ENDED:
            # No proof: it may cost money, and a Terminate shows it. No more tasks go there, though.
            with self._closing(task, refusal.error):
                await self._first_tasks.close(task)
                doubted = Observation(kind=Kind.SESSION_DOUBTED)
                await self._store.record(task.session_key, None, doubted)

    async def _after_first_task(self, key: int, refusal: Refusal, begun_ms: int) -> None:
        task, session, client = self._starter.parts(key)
        if self._waits_there(session, key, refusal.failure):
            self._try_again(key, refusal)
            return
        self._tries.pop(key, None)
        concerns_all = refusal.kept or refusal.failure in _PAUSES
        is_news = client is not None or refusal.failure is not FailureKind.KEY
        if concerns_all and is_news:  # before its browser is closed, which lets another one open
            self._learn(refusal, begun_ms)
        if not refusal.kept:
            await self._first_tasks.give_up(session.key, key, refusal)
            return
        if refusal.failure in {FailureKind.NO_BROWSER, FailureKind.PLACES}:
            self._gate.took_no_task(self._clock.now_ms(), begun_ms=begun_ms)
        if await self.change_browser(task, refusal.error):
            notice = NoticeKind.CLOSED_FOR_WAITING_TASK
            self._notices.notify(notice, session.key, key, refusal.error)
        elif self._queued.is_queued(key):  # its browser stays: no other try there at once
            why, due = WAITS.get(refusal.failure, WaitReason.STOPPED), begun_ms + STAYS_AGAIN_MS
            self._blockers.own[key] = Blocker(why=why, due_ms=due, error=refusal.error, is_own=True)

    def _waits_there(self, session: Session, key: int, failure: FailureKind) -> bool:
        """Whether a first task waits in its browser: nothing there is at fault, or it is busy."""
        if failure is not FailureKind.BUSY:
            return failure in {FailureKind.LIMITED, FailureKind.CONNECTION}
        before, tries = self._tries.get(key, (failure, 0))
        may_run_a_text = self._store.records.may_run_a_text(session)
        return before is not failure or tries < TRIES - 1 or may_run_a_text

    def _may_move(self, task: Task, session: Session, why: WaitReason) -> bool:
        """Whether a task leaves a browser that took none: at the cap, which may last, and where it
        ran out."""
        if why is WaitReason.CAP:
            return self._first_tasks.is_unused(session.key)
        failure, _ = self._tries.get(task.key, (None, 0))
        is_safe = failure is not FailureKind.BUSY or self._store.records.may_run_a_text(session)
        is_over = why is WaitReason.SESSION_ENDED and self._first_tasks.ran_out_unused(session)
        return is_over and is_safe

    async def _move(self, task: Task) -> None:
        session = self._store.session(task.session_key)
        if session is not None and session.is_ended:
            self._gate.took_no_task(self._clock.now_ms(), begun_ms=session.since_ms)
        with self._under_way(task):
            if await self.change_browser(task):
                self._tries.pop(task.key, None)
            else:
                self._stays.add(task.session_key)

    async def change_browser(self, task: Task, error: ApiError | None = None) -> bool:
        """Plan another browser for a waiting task, but only once its own is closed. LedgerError."""
        with self._closing(task, error):
            is_closed = await self._first_tasks.close(task)
            now = self._store.task(task.key) or task
            if not is_closed or now.status is not TaskStatus.QUEUED:
                return False
            await self._replan(now)
        return True

    @contextmanager
    def _closing(self, task: Task, error: ApiError | None) -> Iterator[None]:
        """Mark, in a block, that a task waits for its browser to be closed."""
        self._blockers.own[task.key] = Blocker(why=WaitReason.CLOSING, error=error)
        self.moved.emit()
        try:
            yield
        finally:
            self._blockers.own.pop(task.key, None)
            self.moved.emit()

    async def close_unused(self, session_key: int) -> bool:
        """Close a browser that took no task and gets none: all were taken back. False: none."""
        if not all(task.is_final for task in self._store.tasks_of(session_key)):
            return False
        if not self._first_tasks.is_unused(session_key):
            return False
        await self._first_tasks.close_unused(session_key)
        return True

    async def _replan(self, task: Task) -> None:
        old = self._store.session(task.session_key)
        if old is None or old.is_planned or task.key in self._replanning:
            return
        self._replanning.add(task.key)
        try:
            await self._plan_another(task, old)
        finally:
            self._replanning.discard(task.key)

    async def _plan_another(self, task: Task, old: Session) -> None:
        now = self._clock.now_ms()
        planned = Session(
            base_url=old.base_url,
            key_fingerprint=old.key_fingerprint,
            site=old.site,
            phase=Phase.PLANNED,
            since_ms=now,
            created_ms=now,
            close_after=task.spec.close_after,
        )
        await self._store.plan([(planned, task)])
        is_gone = task.key not in {other.key for other in self._store.tasks_of(old.key)}
        if is_gone and old.current_task == task.key:
            await self._store.detach(old.key)

    # -- learning ------------------------------------------------------------------------------

    def connected(self) -> None:
        """Note that something answers again: tasks that waited for that need not wait."""
        own = self._blockers.own
        self._blockers.own = {k: b for k, b in own.items() if b.why is not WaitReason.CONNECTION}

    def _note_opened(self, key: int, begun_ms: int) -> None:
        task = self._store.task(key)
        session = self._store.session(task.session_key) if task is not None else None
        if session is not None and session.service_id is not None:
            self._gate.opened(begun_ms=begun_ms)

    def _learn(self, refusal: Refusal, begun_ms: int) -> None:
        """Learn from a refusal. begun_ms: when the call that was refused went out."""
        # The one that was refused is still counted as being opened.
        open_now, now = self._blockers.open_now() - 1, self._clock.now_ms()
        if self._gate.refused(refusal, open_now, now, begun_ms=begun_ms):
            self._notices.notify(NoticeKind.LIMIT_LOWERED, places=self._gate.limit)

    def _learn_in(self, key: int, refusal: Refusal | None) -> None:
        """Learn from a refusal in a session that is open: the queue itself may move."""
        if refusal is None:
            self._tries.pop(key, None)
            return
        if refusal.kept and refusal.failure in WAITS:
            self._try_again(key, refusal)

    def _try_again(self, key: int, refusal: Refusal) -> None:
        """Let the task wait for another try in the session that refused it."""
        failure, error = refusal.failure, refusal.error
        before, tries = self._tries.get(key, (failure, 0))
        tries = tries + 1 if before is failure else 1
        self._tries[key] = failure, tries
        due = self._clock.now_ms() + retry_after_ms(error, failure, tries)
        blocker = Blocker(why=WAITS[failure], due_ms=due, attempt=tries, error=error)
        self._blockers.own[key] = blocker
        self.moved.emit()
