"""The records of the run in memory, by key, and who is told when they change."""

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.money import is_sane, sum_money
from enigma_panel.core.redaction import Redactor
from enigma_panel.services.history import is_history
from enigma_panel.services.views import Diff

Record = Session | Task


class Shelf(QObject):
    """What can be asked of the records. `changed` brings a Diff."""

    changed = Signal(object)

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor
        self._sessions: dict[int, Session] = {}
        self._tasks: dict[int, Task] = {}
        self._of_session: dict[int, list[int]] = {}
        self._task_keys: list[int] = []
        self._id_tokens: dict[int, int] = {}  # by session: what the wall knows of it
        self._secret_tokens: dict[int, list[int]] = {}

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
        task = self._tasks.get(session.current_task) if session.current_task else None
        return task if task is not None and task.session_key == session.key else None

    def session_cost(self, key: int) -> Decimal | None:
        """Dollars that the session's tasks cost so far; None while nothing was told."""
        tasks = (self._tasks[k] for k in self._of_session.get(key, ()))
        costs = [t.cost for t in tasks if t.cost is not None and is_sane(t.cost)]
        return sum_money(costs) if costs else None

    def tasks_of(self, session_key: int) -> list[Task]:
        """The session's tasks, oldest first."""
        return [self._tasks[key] for key in self._of_session.get(session_key, ())]

    def unconfirmed(self, session_key: int) -> list[Task]:
        """The session's tasks of unknown fate, oldest first."""
        tasks = (self._tasks[key] for key in self._of_session.get(session_key, ()))
        return [task for task in tasks if task.status is TaskStatus.UNCONFIRMED]

    # -- what the wall knows -----------------------------------------------------------------

    def remember_secret(self, session_key: int, text: str) -> None:
        """Keep a text that is sent to this session out of all that leaves us, till it is over."""
        tokens = self._secret_tokens.setdefault(session_key, [])
        # Where an agent's words come as a structure, we write them down as JSON.
        for form in dict.fromkeys((text, json.dumps(text, ensure_ascii=False)[1:-1])):
            tokens.append(self._redactor.add_secret(form))

    def forget_secrets(self, session_key: int) -> None:
        """Nothing comes of this session any more that could hold what was sent to it."""
        for token in self._secret_tokens.pop(session_key, ()):
            self._redactor.forget(token)

    def forget_history(self, now_ms: int) -> None:
        """Let the wall forget ids and secrets of sessions that are over; called now and then."""
        known = {*self._id_tokens, *self._secret_tokens}
        for key in [key for key in known if self._is_over(key, now_ms)]:
            self.forget_secrets(key)
            token = self._id_tokens.pop(key, None)
            if token is not None:
                self._redactor.forget(token)

    def _is_over(self, key: int, now_ms: int) -> bool:
        session = self._sessions.get(key)
        if session is None or not is_history(session, now_ms):
            return False
        tasks = self.tasks_of(key)  # what waits in line goes to another session
        return all(task.is_final or task.status is TaskStatus.QUEUED for task in tasks)

    def _know_id(self, session: Session) -> None:
        """From now on its id is kept out of all texts; harmless when repeated."""
        if session.service_id and session.key not in self._id_tokens:
            self._id_tokens[session.key] = self._redactor.add_id(session.service_id)

    # -- for the registry --------------------------------------------------------------------

    def _put_current(self, session: Session, task: Task | None) -> tuple[Session, Task] | None:
        """A start is about to be kept: facts that come in meanwhile must not write over it."""
        known = self._sessions.get(session.key)
        queued = self._tasks.get(task.key) if task is not None else None
        if known is None or task is None or queued is None:
            return None
        opens = known.is_planned
        self._sessions[known.key] = replace(session if opens else known, current_task=task.key)
        self._tasks[task.key] = task
        return known, queued

    def _put_back(self, session: Session, task: Task) -> None:
        """It was not kept."""
        now = self._sessions[session.key]
        opens = session.is_planned
        back = session if opens else replace(now, current_task=session.current_task)
        self._sessions[session.key] = back
        self._tasks[task.key] = task
        self._emit([back, task])

    def _adopt(self, session: Session, task: Task | None) -> None:
        """Take over the keys that the ledger gave; other facts may be newer here by now."""
        known = self._sessions.get(session.key, session)
        number = known.number or session.number
        self._sessions[session.key] = replace(
            known, number=number, current_task=session.current_task
        )
        new_tasks: tuple[int, ...] = ()
        if task is not None and task.key not in self._tasks:
            self._task_keys.insert(0, task.key)
            self._remember_task(task)
            new_tasks = (task.key,)
        self._emit([session, *([task] if task else [])], new_tasks=new_tasks)

    def _remember_all(self, sessions: Iterable[Session], tasks: Iterable[Task]) -> None:
        for session in sessions:
            self._sessions[session.key] = session
            self._know_id(session)
        for task in tasks:
            self._remember_task(task)

    def _remember_task(self, task: Task) -> None:
        known = self._tasks.get(task.key)
        if known is None or known.session_key != task.session_key:
            self._of_session.setdefault(task.session_key, []).append(task.key)
        if known is not None and known.session_key != task.session_key:
            self._of_session[known.session_key].remove(task.key)
        self._tasks[task.key] = task

    def _put(self, record: Record) -> None:
        if isinstance(record, Session):
            self._sessions[record.key] = record
        else:
            self._tasks[record.key] = record

    def _emit(self, records: Iterable[Record], new_tasks: tuple[int, ...] = ()) -> None:
        records = list(records)
        self.changed.emit(
            Diff(
                sessions=frozenset(r.key for r in records if isinstance(r, Session)),
                tasks=frozenset(r.key for r in records if isinstance(r, Task)),
                new_tasks=new_tasks,
            )
        )
