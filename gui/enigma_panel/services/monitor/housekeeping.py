"""What has to happen without a click: lifetimes that run out, sessions to close, lost tasks."""

from enigma_panel.core.models import FINAL_PHASES, Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.reducer import STALE_QUESTION_MS
from enigma_panel.core.service_rules import RULES
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.state.session_store import (
    ASSUMED_FOR_MS,
    LATE_RESULT_MS,
    SessionStore,
    is_long_ended,
)
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.state.unnamed import is_disproved
from enigma_panel.services.types import LiveStatus, NoticeKind, SessionEnder, SessionStatus

UNHEARD_MS = 15_000
"""A channel that is away for so long may have missed the end of what it told of."""

SILENT_MS = 60_000
"""So long after its session's assumed end, a channel that tells nothing is no reason to wait; its
end may have been told while the channel was frozen."""

CLOSE_AGAIN_MS = 10_000
"""Pause between two tries to terminate a session whose task failed."""
LATE_END_MS = 5_000
"""So long after its time the news of a session's end may still be on its way; the service closes
session and channel together."""


class UnnamedTasks:
    """Looks once a second after tasks of which no poll can tell, as no reply named them."""

    def __init__(
        self, store: SessionStore, starts: StartsUnderWay, live: LiveStatus, status: SessionStatus
    ) -> None:
        self._store = store
        self._starts = starts
        self._live = live
        self._status = status
        self._unheard: dict[int, int] = {}

    async def tick(self, session: Session, now: int) -> None:
        """Once a second for each session whose end is not proven; now: epoch ms."""
        for task in self._store.tasks_of(session.key):
            if task.service_id is not None or not task.was_seen_at_work:
                self._unheard.pop(task.key, None)
            elif session.is_ended:
                await self._give_up(session, task, now)
            elif _is_answer_doubtful(task, now) and not self._status.is_stopping(session.key):
                await self._record(task, Kind.ANSWER_DOUBTED)
            elif self._is_out_of_sight(session, task, now) or self._is_disproved(task):
                await self._record(task, Kind.LIVE_LOST)

    async def _give_up(self, session: Session, task: Task, now: int) -> None:
        """The channel could tell of it, and is gone with its session or tells nothing. Where its
        time is over by our clock alone, or one call did not find it, it may be there still, and
        nobody knows what it does."""
        if is_recent(session, now) or self._starts.is_awaiting_reply(task.key):
            return
        is_up = self._live.is_up(session.key)
        if is_up and not self._is_silent(session, now):
            return
        was_closed = session.phase is Phase.CLOSED_ASSUMED
        is_over = session.terminate_sent_ms is not None if was_closed else not is_up
        await self._record(task, Kind.GIVEN_UP if is_over else Kind.LIVE_LOST)

    def _is_silent(self, session: Session, now: int) -> bool:
        is_long = now - (session.ended_ms or 0) >= SILENT_MS
        return is_long and not self._live.is_speaking(session.key)

    def _is_out_of_sight(self, session: Session, task: Task, now: int) -> bool:
        """Whether its end may have been told while the channel was away: no reply will tell, and
        nothing was heard since."""
        if task.status is not TaskStatus.WORKING or self._starts.is_awaiting_reply(task.key):
            self._unheard.pop(task.key, None)
        elif not self._live.is_up(session.key):
            self._unheard.setdefault(task.key, now)
        elif self._live.is_speaking(session.key):
            self._unheard.pop(task.key, None)
        return now - self._unheard.get(task.key, now) >= UNHEARD_MS

    def _is_disproved(self, task: Task) -> bool:
        return is_disproved(task, self._store.tasks_of(task.session_key))

    async def _record(self, task: Task, kind: Kind) -> None:
        await self._store.record(task.session_key, task.key, Observation(kind=kind))


def is_recent(session: Session, now: int) -> bool:
    """Whether a result may still come behind its end.

    An end that lies ahead is an old one: the clock was set back between two runs.
    """
    return 0 <= now - (session.ended_ms or 0) < LATE_RESULT_MS


def _is_answer_doubtful(task: Task, now: int) -> bool:
    """The channel took an answer, and the agent gives no sign that it got it."""
    waits = task.answer_sent_live and task.status is TaskStatus.WORKING
    answered = task.answered_ms if waits else None
    return answered is not None and not 0 <= now - answered < STALE_QUESTION_MS


class Housekeeping:
    """Looks after all sessions once a second."""

    def __init__(
        self,
        context: ServiceContext,
        starts: StartsUnderWay,
        live: LiveStatus,
        commands: SessionEnder,
    ) -> None:
        self._store = context.store
        self._account = context.account
        self._clock = context.clock
        self._scope = context.scope
        self._notices = context.notices
        self._starts = starts
        self._live = live
        self._commands = commands
        self._unnamed = UnnamedTasks(context.store, starts, live, commands)
        self._close_due: dict[int, int] = {}
        self._emptied: set[int] = set()

    async def tick(self) -> None:
        """Once a second: figures to the ledger, lifetimes, sessions that should have closed."""
        await self._store.flush()
        now = self._clock.now_ms()
        self._store.forget_history(now)
        for session in self._store.sessions():
            if session.phase in FINAL_PHASES:
                await self._end_tasks(session, now)
                continue
            await self._unnamed.tick(session, now)
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
        lives = [task for task in self._store.tasks_of(session.key) if not task.is_final]
        lives = [task for task in lives if task.status is not TaskStatus.QUEUED]
        if not lives:
            self._emptied.add(session.key)
        for task in lives:
            if task.service_id is None and not self._starts.is_awaiting_reply(task.key):
                gone = Observation(kind=Kind.SESSION_GONE)
                await self._store.record(session.key, task.key, gone)
            elif age_ms >= ASSUMED_FOR_MS:
                given_up = Observation(kind=Kind.GIVEN_UP)
                await self._store.record(session.key, task.key, given_up)

    async def _outlive(self, session: Session, now: int) -> None:
        """Its time is over by our clock. While its channel is open, the news of its end may be on
        its way; where an agent waits for an answer there, our clock was wrong."""
        kind = Kind.LIFETIME_OVER
        if self._live.is_up(session.key):
            if now - (session.expires_ms or 0) < LATE_END_MS:
                return
            task = self._store.current_task(session)
            asks = task is not None and task.status is TaskStatus.ASKS
            asked_ms = task.asked_ms if task is not None and asks else None
            idle_ms = RULES[session.dialect].idle_ms
            if asked_ms is not None and now - asked_ms < idle_ms:
                kind = Kind.OUTLIVED
        await self._store.record(session.key, None, Observation(kind=kind))

    async def _give_up(self, session: Session) -> None:
        task = self._store.current_task(session)
        lives = task is not None and not task.is_final
        if task is not None and (lives or self._store.unconfirmed(session.key)):
            given_up = Observation(kind=Kind.GIVEN_UP)
            await self._store.record(session.key, task.key, given_up)

    def _should_close(self, session: Session, now: int) -> bool:
        """A task failed in a session that was to close after it: nobody else will close it."""
        if not session.close_after or session.phase is not Phase.OPEN:
            return False
        if self._commands.is_ending(session.key) or session.key in self._starts.closing:
            return False  # somebody does, and says why
        task = self._store.current_task(session)
        if task is None or task.is_doubted:  # in doubt it may be at work
            return False
        return (
            task.status in {TaskStatus.FAILED, TaskStatus.STOPPED}
            and self._close_due.get(session.key, 0) <= now
            and (self._account.client_for(session) is not None)
        )

    async def _close_failed(self, key: int) -> None:
        session = self._store.session(key)
        await self._commands.terminate(key)
        after = self._store.session(key)
        task = self._store.current_task(session) if session is not None else None
        failed = task is not None and task.status is TaskStatus.FAILED
        if session is not None and after is not None and after.is_ended and failed:
            self._notices.notify(NoticeKind.CLOSED_FOR_FAILED_TASK, key, session.current_task, None)


def _life_over(session: Session, now: int) -> bool:
    running = session.phase in {Phase.OPEN, Phase.CONNECTION_LOST, Phase.UNCONFIRMED}
    return running and session.expires_ms is not None and now >= session.expires_ms
