"""What has to happen without a click: lifetimes that run out, sessions to close, lost tasks."""

from enigma_panel.core.attribution import is_just_ended, shown_by_silence
from enigma_panel.core.models import FINAL_PHASES, Phase, Session, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import RULES
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.state.history import ASSUMED_FOR_MS, is_long_ended
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import LiveStatus, NoticeKind, SessionEnder

CLOSE_AGAIN_MS = 10_000
"""Pause between two tries to terminate a session whose task failed, in ms."""


class Housekeeping(Service):
    """Looks after all sessions once a second."""

    def __init__(
        self,
        context: ServiceContext,
        starts: StartsUnderWay,
        live: LiveStatus,
        commands: SessionEnder,
    ) -> None:
        super().__init__(context)
        self._starts = starts
        self._live = live
        self._commands = commands
        self._close_due: dict[int, int] = {}
        self._emptied: set[int] = set()
        self._began_ms = context.clock.now_ms()

    async def tick(self) -> None:
        """Write figures, end lifetimes, close sessions that should have closed; once a second."""
        await self._store.flush()
        now = self._clock.now_ms()
        self._store.forget_history(now)
        for session in self._store.sessions():
            if session.phase in FINAL_PHASES:
                await self._end_tasks(session, now)
                continue
            self._emptied.discard(session.key)  # its task may have been put back
            await self._settle_unnamed(session, now)
            if _life_over(session, now):
                await self._outlive(session, now)
            elif is_long_ended(session, now) and self._has_asked(now):
                await self._give_up(session)
            elif self._should_close(session, now):
                self._close_due[session.key] = now + CLOSE_AGAIN_MS
                closing = self._close_failed(session.key)
                self._scope.spawn(f"close {session.key}", closing, exclusive=True)

    async def _settle_unnamed(self, session: Session, now: int) -> None:
        """Look after tasks on which no poll can report, as no reply named them."""
        tasks = self._store.tasks_of(session.key)
        for task in tasks:
            is_awaited = self._starts.is_awaiting_reply(task.key)
            kind = shown_by_silence(session, task, tasks, now, is_awaited=is_awaited)
            if kind is not None:
                await self._store.record(session.key, task.key, Observation(kind=kind))

    async def _end_tasks(self, session: Session, now: int) -> None:
        """Mark tasks as lost that brought nothing before the channel reported the session's end."""
        age_ms = now - (session.ended_ms or 0)
        if is_just_ended(session, now) or session.key in self._emptied:
            return
        lives = [task for task in self._store.tasks_of(session.key) if not task.is_final]
        lives = [task for task in lives if task.status is not TaskStatus.QUEUED]
        if not lives:
            self._emptied.add(session.key)
        for task in lives:
            is_ours = session.phase is Phase.ENDED_BY_YOU  # nothing but a result can still come
            is_awaited = self._starts.is_awaiting_reply(task.key)
            is_awaited = is_awaited and (not is_ours or task.key in self._starts.heard)
            if task.service_id is None and not is_awaited:
                gone = Observation(kind=Kind.SESSION_GONE)
                await self._store.record(session.key, task.key, gone)
            elif age_ms >= ASSUMED_FOR_MS and self._has_asked(now):
                given_up = Observation(kind=Kind.GIVEN_UP)
                await self._store.record(session.key, task.key, given_up)

    def _has_asked(self, now: int) -> bool:
        """Whether polls of this run had their time: what ended while it was off is asked for."""
        return not 0 <= now - self._began_ms < ASSUMED_FOR_MS

    async def _outlive(self, session: Session, now: int) -> None:
        """Let a session go on whose time is over by our clock. Where its channel is open and an
        agent waits for an answer there, our clock was wrong."""
        kind = Kind.LIFETIME_OVER
        if self._live.is_up(session.key):
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
        if task is not None and (lives or self._store.records.unconfirmed(session.key)):
            given_up = Observation(kind=Kind.GIVEN_UP)
            await self._store.record(session.key, task.key, given_up)

    def _should_close(self, session: Session, now: int) -> bool:
        """Whether a task failed in a session that was to close after it: nobody else closes it."""
        if not session.close_after or session.phase is not Phase.OPEN:
            return False
        if self._commands.is_ending(session.key):
            return False  # somebody does, and says why
        task = self._store.current_task(session)
        waits = (t.status is TaskStatus.QUEUED for t in self._store.tasks_of(session.key))
        if task is None or any(waits):
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
        # A refused start has no id, and its own notice.
        failed = task is not None and task.status is TaskStatus.FAILED and task.service_id
        if session is not None and after is not None and after.is_ended and failed:
            self._notices.notify(NoticeKind.CLOSED_FOR_FAILED_TASK, key, session.current_task, None)


def _life_over(session: Session, now: int) -> bool:
    running = session.phase in {Phase.OPEN, Phase.CONNECTION_LOST, Phase.UNCONFIRMED}
    return running and session.expires_ms is not None and now >= session.expires_ms
