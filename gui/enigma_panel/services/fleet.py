"""The verbs: start, pause, resume, stop, terminate; what windows ask of sessions and tasks."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import ApiError, SessionGoneError
from enigma_panel.core.checks import site_of
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.records import (
    FINAL_PHASES,
    Phase,
    Session,
    StateVerb,
    Task,
    TaskSpec,
    TaskStatus,
    TaskVerb,
)
from enigma_panel.loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.caretaker import Caretaker
from enigma_panel.services.clock import Clock
from enigma_panel.services.poller import Poller
from enigma_panel.services.registry import Registry
from enigma_panel.services.starter import Starter
from enigma_panel.services.views import Diff, Notice, NoticeKind
from enigma_panel.services.vitals import Vitals
from enigma_panel.store.ledger.intents import Intent, Step

log = logging.getLogger(__name__)

_WORKS = frozenset({TaskStatus.WORKING, TaskStatus.STARTING, TaskStatus.ASKS, TaskStatus.PAUSED})


class NoKeyError(Exception):
    """There is no API key to start anything with."""


class Fleet(QObject):
    """All sessions and tasks, and what can be done with them."""

    changed = Signal(object)
    said = Signal(object)
    pending_changed = Signal(object)

    def __init__(
        self,
        *,
        registry: Registry,
        account: Account,
        poller: Poller,
        vitals: Vitals,
        clock: Clock,
        scope: TaskScope,
    ) -> None:
        super().__init__()
        self._registry = registry
        self._account = account
        self._poller = poller
        self._clock = clock
        self._scope = scope
        self._starter = Starter(
            registry,
            account,
            vitals,
            say=self._say,
            is_ending=lambda key: self._pending.get(key) is StateVerb.TERMINATE,
            close=self._terminate,
        )
        self._pending: dict[int, StateVerb] = {}
        self._lines: dict[int, asyncio.Lock] = {}
        self._caretaker = Caretaker(
            registry, account, clock, scope, say=self._say, terminate=self._terminate
        )
        self._wanted: set[int] = set()
        registry.changed.connect(self.changed)
        registry.ledger_failed.connect(self._say_ledger)

    # -- reading -----------------------------------------------------------------------------

    def session(self, key: int) -> Session | None:
        """The session of that key, None when unknown."""
        return self._registry.session(key)

    def task(self, key: int) -> Task | None:
        """The task of that key; None while an old one is on its way from the ledger."""
        task = self._registry.task(key)
        if task is None:
            self._wanted.add(key)
            self._scope.spawn("fetch tasks", self._fetch(), exclusive=True)
        return task

    def session_keys(self) -> list[int]:
        """Keys of all sessions in memory."""
        return [s.key for s in self._registry.sessions()]

    def task_keys(self) -> list[int]:
        """Keys of all tasks, newest first."""
        return list(self._registry.task_keys())

    def current_task(self, session: Session) -> Task | None:
        """The task that the session works on or worked on last."""
        return self._registry.current_task(session)

    def session_cost(self, key: int) -> Decimal | None:
        """Dollars of the session's tasks, None while nothing was told."""
        return self._registry.session_cost(key)

    def pending(self, session_key: int) -> StateVerb | None:
        """The state command that is on its way to this session, if any."""
        return self._pending.get(session_key)

    def is_ours(self, session: Session) -> bool:
        """False where the session was opened with another key or host than the one in use."""
        return self._account.client_for(session) is not None

    def can(self, session_key: int, verb: StateVerb) -> bool:
        """Whether the verb is possible now. Terminate is, until the end is proven."""
        session = self._registry.session(session_key)
        if session is None or not self.is_ours(session):
            return False
        if verb is StateVerb.TERMINATE:
            return _can_terminate(session, self._pending.get(session_key))
        task = self._registry.current_task(session)
        if session.service_id is None or session.is_ended or task is None:
            return False
        if self._pending.get(session_key) is StateVerb.TERMINATE:
            return False
        return _can(task, verb)

    def terminable_keys(self) -> list[int]:
        """Sessions that are or may be open and can be terminated now: "all" in Terminate all."""
        return [
            session.key
            for session in self._registry.sessions()
            if not session.is_ended and self.can(session.key, StateVerb.TERMINATE)
        ]

    async def steps(self, task_key: int) -> list[Step]:
        """The time line of a task, oldest first."""
        return await self._registry.steps(task_key)

    async def recent_texts(self) -> list[str]:
        """Earlier task texts, newest first."""
        return list(await self._registry.read(lambda ledger: ledger.recent_texts()))

    # -- verbs -------------------------------------------------------------------------------

    async def start(
        self, spec: TaskSpec, *, where: int | None = None, one_call: bool = False
    ) -> int:
        """Start a task; returns its key as soon as the ledger holds the intent.

        where: key of an open session without work, else a new session is opened. Raises
        LedgerError or NoKeyError: then nothing was sent. What the service says comes by `changed`
        and `said`.
        """
        await self._account.looked()
        if self._account.client is None:
            raise NoKeyError
        session = self._registry.session(where) if where is not None else None
        if session is None:
            session = self._draft_session(spec, one_call=one_call)
        task = self._draft_task(spec, session, one_call=one_call)
        intent = await self._starter.intend(session, task)
        self._scope.spawn(f"start {intent.key}", self._send_start(intent))
        assert intent.task is not None
        return intent.task.key

    async def command(self, session_keys: Sequence[int], verb: StateVerb) -> None:
        """Send a state message to each session; returns when all have been answered."""
        await asyncio.gather(*(self._command(key, verb) for key in session_keys))

    async def rename(self, session_key: int, label: str | None) -> None:
        """Give a session a name of one's own, or its first name back."""
        session = self._registry.session(session_key)
        if session is not None:
            clean = " ".join((label or "").split())[:80]
            await self._registry.update(replace(session, label=clean or None))

    async def mark_seen(self, task_keys: Sequence[int]) -> None:
        """The result of these tasks was looked at."""
        for key in task_keys:
            task = self._registry.task(key)
            if task is not None and task.is_new:
                await self._registry.update(replace(task, is_new=False))

    async def put_away(self, session_key: int) -> None:
        """The person settles an unconfirmed start: it is no longer waited for."""
        session = self._registry.session(session_key)
        if session is not None:
            seen = Observation(kind=Kind.PUT_AWAY)
            await self._registry.record(session_key, session.current_task, seen)

    async def tick(self) -> None:
        """Once a second: figures to the ledger, lifetimes, sessions that should have closed."""
        await self._caretaker.tick()

    # -- inside ------------------------------------------------------------------------------

    async def _fetch(self) -> None:
        while self._wanted:
            await asyncio.sleep(0)  # a view that scrolls asks for many at once
            wanted, self._wanted = self._wanted, set()
            await self._registry.fetch(wanted)

    def _draft_session(self, spec: TaskSpec, *, one_call: bool) -> Session:
        now = self._clock.now_ms()
        return Session(
            base_url=self._account.base_url,
            key_print=self._account.key_print,
            site=site_of(spec),
            since_ms=now,
            created_ms=now,
            close_after=spec.close_after or one_call,  # one call always closes its session
        )

    def _draft_task(self, spec: TaskSpec, session: Session, *, one_call: bool) -> Task:
        now = self._clock.now_ms()
        verb = TaskVerb.RUN_TASK if one_call and not session.key else TaskVerb.NEW_TASK
        return Task(session_key=session.key, verb=verb, spec=spec, since_ms=now, created_ms=now)

    async def _send_start(self, intent: Intent) -> None:
        await self._starter.send(intent)
        self._poller.wake(intent.session.key)

    async def _command(self, key: int, verb: StateVerb) -> None:
        if not self.can(key, verb):
            return
        self._mark(key, verb)
        try:
            if verb is StateVerb.TERMINATE:  # waits for nothing, least of all for a Pause
                await self._send_command(key, verb)
            else:
                async with self._lines.setdefault(key, asyncio.Lock()):
                    await self._send_command(key, verb)
        finally:
            if self._pending.get(key) is verb:
                self._mark(key, None)

    async def _send_command(self, key: int, verb: StateVerb) -> None:
        session = await self._starter.when_named(key)
        client = self._account.client_for(session) if session else None
        if session is None or session.service_id is None or client is None:
            return
        task_key = session.current_task
        if verb in {StateVerb.STOP, StateVerb.TERMINATE}:
            self._registry.ending[key] = verb
        try:
            seen = await client.send_state(session.service_id, verb)
        except SessionGoneError:
            self._registry.ending.pop(key, None)  # it had ended before we told it to
            await self._registry.record(key, task_key, Observation(kind=Kind.SESSION_GONE))
        except ApiError as error:
            self._account.note_error(error)
            self._say(NoticeKind.COMMAND_FAILED, key, task_key, error, verb=verb.value)
        else:
            await self._registry.record(key, task_key, seen)
            self._poller.wake(key)
        finally:
            if self._registry.ending.get(key) is verb:
                del self._registry.ending[key]

    def _mark(self, key: int, verb: StateVerb | None) -> None:
        if verb is None:
            self._pending.pop(key, None)
        else:
            self._pending[key] = verb
        self.pending_changed.emit(key)
        self.changed.emit(Diff(sessions=frozenset({key})))

    async def _terminate(self, key: int) -> None:
        await self._command(key, StateVerb.TERMINATE)

    def _say(
        self,
        kind: NoticeKind,
        session_key: int | None,
        task_key: int | None,
        error: ApiError | None,
        **facts: str | int,
    ) -> None:
        self.said.emit(
            Notice(kind=kind, session_key=session_key, task_key=task_key, error=error, facts=facts)
        )

    def _say_ledger(self, error: Exception) -> None:
        log.error("the ledger could not be written: %s", error)
        self._say(NoticeKind.LEDGER_FAILED, None, None, None, reason=str(error))


def _can(task: Task, verb: StateVerb) -> bool:
    if verb is StateVerb.PAUSE:
        return task.status in {TaskStatus.WORKING, TaskStatus.STARTING}
    if verb is StateVerb.RESUME:
        return task.status is TaskStatus.PAUSED
    return task.status in _WORKS and task.stop_sent_ms is None


def _can_terminate(session: Session, pending: StateVerb | None) -> bool:
    if session.phase in FINAL_PHASES or pending is StateVerb.TERMINATE:
        return False
    return session.service_id is not None or session.phase is Phase.STARTING
