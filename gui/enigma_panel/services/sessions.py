"""Sessions and tasks as windows see them, and their commands."""

import asyncio
from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec.structs import replace
from PySide6.QtCore import Signal

from enigma_panel.core.models import (
    FINAL_PHASES,
    NO_OPTIONS,
    Phase,
    Session,
    Task,
    TaskSpec,
    TaskStatus,
)
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.validation import site_of
from enigma_panel.core.verbs import COMMANDS, CommandVerb, TaskVerb
from enigma_panel.services.commands.commands import Commands
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import Diff, ForeignSession, PendingCommand

MOST_STARTS = 200
"""Most tasks that are started at once."""
MARKED_AT_ONCE = 50
"""Tasks whose mark is changed at once: no intent waits for more (4 ms)."""
FETCHED_AT_ONCE = 50
"""Old records that are read at once: no intent waits for more (7 ms)."""


class NoKeyError(Exception):
    """There is no API key to start anything with."""


class Sessions(Service):
    """All sessions and tasks, and their commands. loaded: old tasks are in memory now."""

    changed = Signal(object)
    loaded = Signal(object)
    said = Signal(object)
    pending_changed = Signal(object)

    def __init__(
        self,
        context: ServiceContext,
        starts: StartsUnderWay,
        commands: Commands,
        queue: TaskQueue,
        poller: Poller,
    ) -> None:
        super().__init__(context)
        self._starts = starts
        self._commands = commands
        self._queue = queue
        self._poller = poller
        self._wanted: set[int] = set()
        context.store.changed.connect(self.changed)
        context.store.loaded.connect(self.loaded)
        commands.changed.connect(self._notify_command)

    # -- reading -----------------------------------------------------------------------------

    def session(self, key: int) -> Session | None:
        return self._store.session(key)

    def task(self, key: int) -> Task | None:
        """The task of that key; None while it comes from the ledger, and once it was deleted."""
        task = self._store.task(key)
        if task is None and not self._store.records.is_deleted(key):
            self._wanted.add(key)
            self._scope.spawn("fetch tasks", self._fetch(), exclusive=True)
        return task

    def is_deleted(self, key: int) -> bool:
        return self._store.records.is_deleted(key)

    def session_keys(self) -> list[int]:
        """Keys of all sessions that were opened or may have been, but past ones."""
        return [s.key for s in self._store.sessions() if not s.was_never_opened]

    def task_keys(self) -> list[int]:
        """Keys of the newest tasks, newest first."""
        return list(self._store.records.task_keys)

    def current_task(self, session: Session) -> Task | None:
        """The task that the session works on or worked on last."""
        return self._store.current_task(session)

    def tasks_of(self, session_key: int) -> list[Task]:
        return self._store.tasks_of(session_key)

    def session_cost(self, key: int) -> Decimal | None:
        return self._store.records.session_cost(key)

    def session_unknown_costs(self, key: int) -> int:
        return self._store.records.session_unknown_costs(key)

    def pending(self, session_key: int) -> PendingCommand | None:
        return self._commands.pending(session_key)

    def all_pending(self) -> list[PendingCommand]:
        return self._commands.all_pending()

    def pending_verb(self, session_key: int) -> CommandVerb | None:
        """The verb of the command that is on its way to this session, if any."""
        pending = self._commands.pending(session_key)
        return pending.verb if pending is not None else None

    def is_asking(self, session_key: int) -> bool:
        """True while the session's task is asked for and was not heard of yet in this run."""
        session = self._store.session(session_key)
        task = self._store.current_task(session) if session is not None else None
        return task is not None and self._poller.is_asking(task.key)

    @property
    def is_polling(self) -> bool:
        return self._poller.is_polling

    def is_missing(self, task: Task | None) -> bool:
        session = self._store.session(task.session_key) if task is not None else None
        if task is None or session is None or session.is_ended:
            return False
        return self._poller.is_missing(task.key)

    def is_answering(self, task: Task | None) -> bool:
        """Whether the task's question is answered without a person."""
        session = self._store.session(task.session_key) if task is not None else None
        if task is None or session is None or session.is_ended:
            return False
        return task.status is TaskStatus.ASKS and task.key in self._store.answering

    def is_awaiting_reply(self, task_key: int) -> bool:
        return self._starts.is_awaiting_reply(task_key)

    def is_ours(self, session: Session) -> bool:
        """False where the session was opened with another key or host than the one in use."""
        return self._account.client_for(session) is not None

    def foreign(self, session: Session) -> ForeignSession | None:
        """Why the program cannot end it now: another address or another key is in use."""
        if session.base_url != self._account.base_url:
            return ForeignSession.ADDRESS
        other = self._account.client is not None and not self.is_ours(session)
        return ForeignSession.KEY if other else None

    def can(self, session_key: int, verb: CommandVerb) -> bool:
        """Whether the verb is possible now. Terminate is, until the end is proven; while no key is
        known, Stop and Terminate are kept until there is one."""
        session = self._store.session(session_key)
        if session is None or self.foreign(session) is not None:
            return False
        if self._account.client is None and not COMMANDS[verb].is_durable:
            return False
        pending = self._commands.pending(session_key)
        if verb is CommandVerb.TERMINATE:
            return _can_terminate(session, pending)
        task = self._store.current_task(session)
        if session.service_id is None or session.is_ended or task is None:
            return False
        if pending is not None and pending.verb is CommandVerb.TERMINATE:
            return False
        # It might meet one that waits behind this one, or of unknown outcome that is before it.
        others = (other for other in self._store.tasks_of(session_key) if other is not task)
        return not any(other.may_be_at_work for other in others) and _can(task, verb, pending)

    def terminable_keys(self) -> list[int]:
        """Sessions that are or may be open and can be terminated now: "all" in Terminate all."""
        return [
            session.key
            for session in self._store.sessions()
            if not session.is_ended and self.can(session.key, CommandVerb.TERMINATE)
        ]

    async def recent_texts(self) -> list[str]:
        """Earlier task texts, newest first."""
        return list(await self._store.read(lambda ledger: ledger.recent_texts()))

    # -- verbs -------------------------------------------------------------------------------

    async def start(
        self, spec: TaskSpec, *, where: int | None = None, one_call: bool = False
    ) -> int:
        """Put a task in the queue; returns its key as soon as the ledger holds it.

        where: key of an open session, which runs it at once or after the task it works on; else a
        new session is opened for it. Raises LedgerError or NoKeyError: then nothing was kept. It is
        sent at once where nothing stands before it; what the service says comes by `changed` and
        `said`.
        """
        return (await self.start_many([spec], where=where, one_call=one_call))[0]

    async def start_many(
        self, specs: Sequence[TaskSpec], *, where: int | None = None, one_call: bool = False
    ) -> list[int]:
        """Do as `start`, several at once: all are kept or none. In place of a session that has
        ended each gets a browser that is opened as that one was."""
        await self._account.looked()
        if self._account.client is None:
            raise NoKeyError
        session = self._store.session(where) if where is not None else None
        if session is not None:
            browser = next((t.spec.browser for t in self._store.tasks_of(session.key)), NO_OPTIONS)
            specs = [replace(spec, browser=browser) for spec in specs]
            session = None if session.is_ended else session
        return await self._queue.add(
            self._draft(spec, session, one_call=one_call and session is None) for spec in specs
        )

    async def command(
        self, session_keys: Sequence[int], verb: CommandVerb, *, grace_ms: int = 0
    ) -> None:
        """Send each a state message, after grace_ms to take it back; returns once answered."""
        keys = [key for key in session_keys if self.can(key, verb)]
        await asyncio.gather(*(self._commands.give(key, verb, grace_ms=grace_ms) for key in keys))

    def undo(self, session_keys: Sequence[int]) -> None:
        for key in session_keys:
            self._commands.undo(key)

    async def mark_seen(self, task_keys: Sequence[int]) -> None:
        for key in task_keys:
            task = self._store.task(key)
            if task is not None and task.is_new:
                await self._store.update(replace(task, is_new=False))

    async def mark_many_seen(self, task_keys: Sequence[int]) -> int:
        """Mark results as seen, old ones too; returns how many were new. LedgerError."""
        marked = 0
        try:
            for start in range(0, len(task_keys), MARKED_AT_ONCE):
                batch = task_keys[start : start + MARKED_AT_ONCE]
                marked += await self._store.mark_seen(batch)
        finally:
            if marked:
                self._store.notify()
        return marked

    async def dismiss(self, session_key: int) -> list[int]:
        """Stop waiting for an unconfirmed start; returns the settled tasks' keys, for `restore`."""
        session = self._store.session(session_key)
        if session is None:
            return []
        settled = [task.key for task in self._store.records.unconfirmed(session_key)]
        observation = Observation(kind=Kind.DISMISSED)
        await self._store.record(session_key, session.current_task, observation)
        return settled

    async def restore(self, task_keys: Sequence[int]) -> None:
        """Undo `dismiss` and the queue's `remove`; news that came meanwhile stands."""
        await self._store.restore(task_keys)

    async def fetch(self, task_keys: Iterable[int]) -> None:
        """Bring these tasks into memory, however old. LedgerError."""
        await self._store.fetch(task_keys)

    # -- inside ------------------------------------------------------------------------------

    async def _fetch(self) -> None:
        while self._wanted:
            await asyncio.sleep(0)  # a view that scrolls asks for many at once
            wanted = [self._wanted.pop() for _ in range(min(len(self._wanted), FETCHED_AT_ONCE))]
            await self._store.fetch(wanted)

    def _draft(
        self, spec: TaskSpec, session: Session | None, *, one_call: bool
    ) -> tuple[Session, Task]:
        now = self._clock.now_ms()
        if one_call:
            spec = replace(spec, close_after=True)  # it always closes its session
        session = session or Session(
            base_url=self._account.base_url,
            key_fingerprint=self._account.key_fingerprint,
            dialect=self._account.dialect,
            site=site_of(spec),
            phase=Phase.PLANNED,
            since_ms=now,
            created_ms=now,
            close_after=spec.close_after,
        )
        verb = TaskVerb.RUN_TASK if one_call else TaskVerb.NEW_TASK
        task = Task(session_key=session.key, verb=verb, spec=spec, since_ms=now, created_ms=now)
        return session, task

    def _notify_command(self, key: int) -> None:
        self.pending_changed.emit(key)
        self.changed.emit(Diff(sessions=frozenset({key})))


def _can(task: Task, verb: CommandVerb, pending: PendingCommand | None) -> bool:
    """Whether the status allows it, as if what waits were done; an end may replace that."""
    if pending is not None and not COMMANDS[verb].is_durable:
        return pending.verb is COMMANDS[verb].reverses
    is_stopped = task.stop_sent_ms is not None or (pending is not None and pending.verb is verb)
    return task.takes(verb) and not (verb is CommandVerb.STOP and is_stopped)


def _can_terminate(session: Session, pending: PendingCommand | None) -> bool:
    """Whether a Terminate is possible; while it can be taken back, again, to send it at once."""
    if session.phase in FINAL_PHASES or session.is_planned:
        return False
    if pending is not None and pending.verb is CommandVerb.TERMINATE and not pending.can_undo:
        return False
    return session.service_id is not None or session.phase is Phase.STARTING
