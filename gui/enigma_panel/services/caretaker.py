"""What has to happen without a click: lifetimes run out, sessions that nobody else would close."""

from collections.abc import Awaitable, Callable

from enigma_panel.core.models import FINAL_PHASES, Phase, Session, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.reducer import IDLE_MS
from enigma_panel.loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.history import ASSUMED_FOR_MS, is_long_ended
from enigma_panel.services.nameless import UnnamedTasks, is_recent
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.views import NoticeKind

CLOSE_AGAIN_MS = 10_000
"""Pause between two tries to terminate a session whose task failed."""

LATE_END_MS = 5_000
"""So long after its time the news of a session's end may still be on its way; the service closes
session and channel together."""


class Housekeeping:
    """Looks after all sessions once a second."""

    def __init__(
        self,
        registry: SessionStore,
        account: Account,
        clock: Clock,
        scope: TaskScope,
        *,
        notify: Callable[..., None],
        terminate: Callable[[int], Awaitable[None]],
        is_ending: Callable[[int], bool],
        is_stopping: Callable[[int], bool],
        is_awaiting_reply: Callable[[int], bool],
        is_up: Callable[[int], bool],
        is_speaking: Callable[[int], bool],
    ) -> None:
        """is_ending: a Terminate is on its way to this session; is_stopping: a Stop is. For the
        others see Nameless."""
        self._is_up = is_up
        self._is_held = is_awaiting_reply
        self._nameless = UnnamedTasks(
            registry,
            is_stopping=is_stopping,
            is_awaiting_reply=is_awaiting_reply,
            is_up=is_up,
            is_speaking=is_speaking,
        )
        self._registry = registry
        self._account = account
        self._clock = clock
        self._scope = scope
        self._notify = notify
        self._terminate = terminate
        self._is_ending = is_ending
        self._close_due: dict[int, int] = {}
        self._emptied: set[int] = set()

    async def tick(self) -> None:
        """Once a second: figures to the ledger, lifetimes, sessions that should have closed."""
        await self._registry.flush()
        now = self._clock.now_ms()
        self._registry.forget_history(now)
        for session in self._registry.sessions():
            if session.phase in FINAL_PHASES:
                await self._end_tasks(session, now)
                continue
            await self._nameless.tick(session, now)
            if _life_over(session, now):
                await self._outlive(session, now)
            elif is_long_ended(session, now):
                await self._give_up(session)
            elif self._should_close(session, now):
                self._close_due[session.key] = now + CLOSE_AGAIN_MS
                closing = self._close_failed(session.key)
                self._scope.spawn(f"close {session.key}", closing, exclusive=True)

    async def _end_tasks(self, session: Session, now: int) -> None:
        """The channel told of the session's end; a task of it of which nothing came is lost."""
        age_ms = now - (session.ended_ms or 0)
        if is_recent(session, now) or session.key in self._emptied:
            return
        lives = [task for task in self._registry.tasks_of(session.key) if not task.is_final]
        lives = [task for task in lives if task.status is not TaskStatus.QUEUED]
        if not lives:
            self._emptied.add(session.key)
        for task in lives:
            if task.service_id is None and not self._is_held(task.key):
                gone = Observation(kind=Kind.SESSION_GONE)
                await self._registry.record(session.key, task.key, gone)
            elif age_ms >= ASSUMED_FOR_MS:
                given_up = Observation(kind=Kind.GIVEN_UP)
                await self._registry.record(session.key, task.key, given_up)

    async def _outlive(self, session: Session, now: int) -> None:
        """Its time is over by our clock. While its channel is open, the news of its end may be on
        its way; where an agent waits for an answer there, our clock was wrong."""
        kind = Kind.LIFETIME_OVER
        if self._is_up(session.key):
            if now - (session.expires_ms or 0) < LATE_END_MS:
                return
            task = self._registry.current_task(session)
            asks = task is not None and task.status is TaskStatus.ASKS
            asked_ms = task.asked_ms if task is not None and asks else None
            if asked_ms is not None and now - asked_ms < IDLE_MS:
                kind = Kind.OUTLIVED
        await self._registry.record(session.key, None, Observation(kind=kind))

    async def _give_up(self, session: Session) -> None:
        task = self._registry.current_task(session)
        lives = task is not None and not task.is_final
        if task is not None and (lives or self._registry.unconfirmed(session.key)):
            given_up = Observation(kind=Kind.GIVEN_UP)
            await self._registry.record(session.key, task.key, given_up)

    def _should_close(self, session: Session, now: int) -> bool:
        """A task failed in a session that was to close after it: nobody else will close it."""
        if not session.close_after or session.phase is not Phase.OPEN:
            return False
        if self._is_ending(session.key):  # somebody does, and says why
            return False
        task = self._registry.current_task(session)
        ended = task is not None and task.status in {TaskStatus.FAILED, TaskStatus.STOPPED}
        return (
            ended
            and self._close_due.get(session.key, 0) <= now
            and (self._account.client_for(session) is not None)
        )

    async def _close_failed(self, key: int) -> None:
        session = self._registry.session(key)
        await self._terminate(key)
        after = self._registry.session(key)
        task = self._registry.current_task(session) if session is not None else None
        failed = task is not None and task.status is TaskStatus.FAILED
        if session is not None and after is not None and after.is_ended and failed:
            self._notify(NoticeKind.CLOSED_FOR_FAILED_TASK, key, session.current_task, None)


def _life_over(session: Session, now: int) -> bool:
    running = session.phase in {Phase.OPEN, Phase.CONNECTION_LOST, Phase.UNCONFIRMED}
    return running and session.expires_ms is not None and now >= session.expires_ms
