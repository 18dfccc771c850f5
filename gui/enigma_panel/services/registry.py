"""All records of the run in memory: folds Observations, has the ledger keep them, tells the rest.

The one way of a fact: `record` folds it into the records (core.moves), the ledger keeps the result,
then `changed` names the keys. Ids, questions and ends are written at once; figures of running tasks
are gathered and written once a second.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal

from enigma_panel.core.money import is_sane, sum_money
from enigma_panel.core.moves import fold
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.records import AnswerVerb, Session, StateVerb, Task
from enigma_panel.core.redact import Redactor
from enigma_panel.loop import Executor
from enigma_panel.services.clock import Clock
from enigma_panel.services.views import Diff
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

FIRST_TASKS = 500
"""So many of the newest tasks are in memory from the start; older ones come when shown."""

_LISTED = frozenset(Kind) - {Kind.ACTIVE, Kind.QUEUED, Kind.DELIVERED}
"""Kinds that make a line in a task's time line, where they change something."""


class Registry(QObject):
    """Records by key. Every write goes through here, every reader is told by `changed`."""

    changed = Signal(object)
    ledger_failed = Signal(object)

    def __init__(
        self, ledger: Ledger, executor: Executor, clock: Clock, redactor: Redactor
    ) -> None:
        super().__init__()
        self._ledger = ledger
        self._executor = executor
        self._clock = clock
        self._redactor = redactor
        self._sessions: dict[int, Session] = {}
        self._tasks: dict[int, Task] = {}
        self._of_session: dict[int, list[int]] = {}
        self._task_keys: list[int] = []
        self.ending: dict[int, StateVerb] = {}  # a Stop or Terminate is on its way to it
        self._dirty: set[tuple[type, int]] = set()
        self._pending_steps: list[tuple[int, Step]] = []

    # -- reading -----------------------------------------------------------------------------

    def session(self, key: int) -> Session | None:
        """The session of that key, None when unknown."""
        return self._sessions.get(key)

    def task(self, key: int) -> Task | None:
        """The task of that key, None when unknown."""
        return self._tasks.get(key)

    def sessions(self) -> list[Session]:
        """All sessions in memory."""
        return list(self._sessions.values())

    def tasks(self) -> list[Task]:
        """All tasks in memory."""
        return list(self._tasks.values())

    def task_keys(self) -> list[int]:
        """All task keys, newest first."""
        return self._task_keys

    def current_task(self, session: Session) -> Task | None:
        """The task that the session works on or worked on last."""
        return self._tasks.get(session.current_task) if session.current_task else None

    def session_cost(self, key: int) -> Decimal | None:
        """Dollars that the session's tasks cost so far; None while nothing was told."""
        tasks = (self._tasks[k] for k in self._of_session.get(key, ()))
        costs = [t.cost for t in tasks if t.cost is not None and is_sane(t.cost)]
        return sum_money(costs) if costs else None

    # -- starting ----------------------------------------------------------------------------

    async def load(self) -> list[Intent]:
        """Fill the memory from the ledger; returns the intents whose fate was never recorded."""
        sessions, tasks, keys = await self._run(self._read_start)
        self._remember_all(sessions, tasks)
        self._task_keys = keys
        self.changed.emit(
            Diff(
                sessions=frozenset(self._sessions),
                tasks=frozenset(self._tasks),
                new_tasks=tuple(keys),
            )
        )
        return await self._run(self._ledger.unsettled)

    def _read_start(self) -> tuple[list[Session], list[Task], list[int]]:
        keys = self._ledger.task_keys()
        tasks = self._ledger.tasks(keys[:FIRST_TASKS])
        tasks |= {task.key: task for task in self._ledger.live_tasks()}
        sessions = {s.key: s for s in self._ledger.sessions_not_final()}
        for key in sessions:
            tasks |= {task.key: task for task in self._ledger.tasks_of(key)}
        sessions |= self._ledger.sessions({t.session_key for t in tasks.values()} - set(sessions))
        return list(sessions.values()), list(tasks.values()), keys

    async def fetch(self, task_keys: Iterable[int]) -> None:
        """Bring older tasks and their sessions from the ledger into memory."""
        wanted = [key for key in task_keys if key not in self._tasks]

        def read() -> tuple[list[Session], list[Task]]:
            tasks = list(self._ledger.tasks(wanted).values())
            return list(self._ledger.sessions({t.session_key for t in tasks}).values()), tasks

        sessions, tasks = await self._run(read)
        # What memory already holds is newer than any row.
        fresh = [s for s in sessions if s.key not in self._sessions]
        self._remember_all(fresh, [t for t in tasks if t.key not in self._tasks])
        self._emit([*fresh, *tasks])

    # -- writing -----------------------------------------------------------------------------

    async def intend(
        self,
        kind: IntentKind,
        session: Session,
        task: Task | None,
        verb: StateVerb | AnswerVerb | None = None,
    ) -> Intent:
        """Commit an intent before its first byte is sent. Raises LedgerError: send nothing then."""
        now = self._clock.now_ms()
        if task is not None and kind in {IntentKind.NEW_TASK, IntentKind.RUN_TASK}:
            task = replace(task, sent_ms=now)
        call = partial(self._ledger.open_intent, kind, session, task, now, verb=verb)
        intent = await self._run(call)
        self._adopt(intent.session, intent.task)
        return intent

    async def settle(
        self, intent: Intent, outcome: Outcome, seen: Observation
    ) -> tuple[Session, Task | None]:
        """Record what became of an intent, with the fact that tells it."""
        session = self._sessions[intent.session.key]
        task = self._tasks.get(intent.task.key) if intent.task else None
        session, task = self._fold(session, task, seen)
        records = [r for r in (session, task) if r is not None]
        now = self._clock.now_ms()
        await self._write(lambda: self._ledger.settle(intent.key, outcome, now, *records), records)
        self._tell(session, task)
        return session, task

    async def record(self, session_key: int, task_key: int | None, seen: Observation) -> None:
        """Fold one fact and keep it."""
        old_session = self._sessions.get(session_key)
        if old_session is None:
            return
        old_task = self._tasks.get(task_key) if task_key else None
        session, task = self._fold(old_session, old_task, seen)
        if session is old_session and task is old_task:
            return
        if _only_figures(old_session, session, old_task, task):
            self._dirty |= {(Session, session.key)} | ({(Task, task.key)} if task else set())
            return
        await self.save(session, *([task] if task else []))

    async def update(self, record: Session | Task) -> None:
        """Keep a record that a person changed (a name, a seen result)."""
        if isinstance(record, Session):
            self._sessions[record.key] = record
        else:
            self._tasks[record.key] = record
        await self.save(record)

    async def save(self, *records: Session | Task) -> None:
        """Write records now and tell of them."""
        await self._write(lambda: self._ledger.save(*records), records)
        self._emit(records)

    async def flush(self) -> None:
        """Write the gathered figures; called once a second and at the end."""
        if not self._dirty:
            return
        dirty, self._dirty = self._dirty, set()
        records: list[Session | Task] = []
        for kind, key in dirty:
            found = self._sessions.get(key) if kind is Session else self._tasks.get(key)
            if found is not None:
                records.append(found)
        await self.save(*records)

    async def steps(self, task_key: int) -> list[Step]:
        """The time line of a task, oldest first."""
        return list(await self._run(self._ledger.steps, task_key))

    async def read(self, call: Callable[[Ledger], T]) -> T:
        """Any other question to the ledger, in its thread."""
        return await self._run(call, self._ledger)

    # -- inside ------------------------------------------------------------------------------

    def _fold(
        self, session: Session, task: Task | None, seen: Observation
    ) -> tuple[Session, Task | None]:
        now = self._clock.now_ms()
        seen = self._redacted(seen, task)
        new_session, new_task = fold(session, task, seen, now, ending=self.ending.get(session.key))
        self._sessions[session.key] = new_session
        if new_task is not None:
            self._tasks[new_task.key] = new_task
        if new_session.service_id and new_session.service_id != session.service_id:
            self._redactor.add_secret(new_session.service_id)
        over = task is not None and task.is_final  # late figures are no event
        changed = new_session is not session or new_task is not task
        if seen.kind in _LISTED and changed and not over:
            self._note(new_task, seen, now)
        return new_session, new_task

    def _redacted(self, seen: Observation, task: Task | None) -> Observation:
        """An agent may echo a password: service texts pass the wall before the ledger."""
        if not seen.text:
            return seen
        text = self._redactor.redact(seen.text)
        if seen.kind is Kind.QUESTION and task is not None and task.question:
            # What is asked again may hold what was answered meanwhile: it is the same question.
            same = text == self._redactor.redact(task.question)
            text = task.question if same else text
        return replace(seen, text=text)

    def _note(self, task: Task | None, seen: Observation, now: int) -> None:
        if task is None:
            return
        told = {Kind.QUESTION, Kind.FAILED, Kind.REFUSED}
        text = (seen.text or "") if seen.kind in told else ""
        self._pending_steps.append((task.key, Step(at_ms=now, kind=seen.kind.value, text=text)))

    def _adopt(self, session: Session, task: Task | None) -> None:
        """Take over the keys that the ledger gave; other facts may be newer here by now."""
        known = self._sessions.get(session.key, session)
        self._sessions[session.key] = replace(known, current_task=session.current_task)
        new_tasks: tuple[int, ...] = ()
        if task is not None and task.key in self._tasks:
            self._tasks[task.key] = replace(self._tasks[task.key], sent_ms=task.sent_ms)
        if task is not None and task.key not in self._tasks:
            self._task_keys.insert(0, task.key)
            self._remember_task(task)
            new_tasks = (task.key,)
        tasks = frozenset({task.key} if task else ())
        self.changed.emit(Diff(sessions=frozenset({session.key}), tasks=tasks, new_tasks=new_tasks))

    def _remember_all(self, sessions: Iterable[Session], tasks: Iterable[Task]) -> None:
        for session in sessions:
            self._sessions[session.key] = session
            if session.service_id:
                self._redactor.add_secret(session.service_id)
        for task in tasks:
            self._remember_task(task)

    def _remember_task(self, task: Task) -> None:
        if task.key not in self._tasks:
            self._of_session.setdefault(task.session_key, []).append(task.key)
        self._tasks[task.key] = task

    async def _write(self, call: Callable[[], None], records: Iterable[Session | Task]) -> None:
        """Write with the gathered time-line steps. Records that fail are tried again by `flush`.

        An intent whose settling fails stays open; the next start then calls its fate unknown.

        Only writes after the fact come here; a start that cannot be kept is never sent (`intend`).
        """
        steps, self._pending_steps = self._pending_steps, []

        def write() -> None:
            call()
            for key, step in steps:
                self._ledger.add_steps(key, [step])

        try:
            await self._run(write)
        except LedgerError as error:
            self.ledger_failed.emit(error)
            self._dirty |= {(type(record), record.key) for record in records}
            self._pending_steps[:0] = steps

    def _tell(self, session: Session, task: Task | None) -> None:
        self._emit([r for r in (session, task) if r is not None])

    def _emit(self, records: Iterable[Session | Task]) -> None:
        records = list(records)
        self.changed.emit(
            Diff(
                sessions=frozenset(r.key for r in records if isinstance(r, Session)),
                tasks=frozenset(r.key for r in records if isinstance(r, Task)),
            )
        )

    async def _run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._executor.run(call, *args, **kwargs)


def _only_figures(
    old_session: Session, session: Session, old_task: Task | None, task: Task | None
) -> bool:
    """True where nothing but usage changed: such a change may wait for the next flush."""
    if session is not old_session or task is None or old_task is None:
        return False
    return replace(old_task, usage=task.usage) == task
