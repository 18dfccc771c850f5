"""Records in memory: sessions and tasks by key, what they cost, and the order of the newest."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import replace

from enigma_panel.core.attribution import newest_task, seen_at_work
from enigma_panel.core.deletion import KeptReason, kept_because
from enigma_panel.core.models import Session, Task, TaskStatus
from enigma_panel.core.money import sum_money
from enigma_panel.services.state.day_costs import DayCosts
from enigma_panel.services.state.history import is_history
from enigma_panel.store.ledger.deletion import Deleted

Record = Session | Task


class Records:
    """Sessions and tasks of a run. Only `SessionStore` changes them; each write is announced there.

    Past sessions, those of tasks that ended in earlier runs, are found by key alone.
    """

    def __init__(self, day_costs: DayCosts) -> None:
        self._day_costs = day_costs
        self._sessions: dict[int, Session] = {}
        self._past_sessions: dict[int, Session] = {}
        self._tasks: dict[int, Task] = {}
        self._of_session: dict[int, list[int]] = {}
        self._deleted: set[int] = set()
        self.task_keys: list[int] = []
        """Keys of the newest tasks, newest first: of this run, and FIRST_TASKS from before it."""
        self.text_addresses: set[str] = set()
        """Addresses of services that open a browser with a text."""

    # -- reading -----------------------------------------------------------------------------

    def session(self, key: int) -> Session | None:
        """The session of that key, None when unknown."""
        return self._sessions.get(key) or self._past_sessions.get(key)

    def task(self, key: int) -> Task | None:
        """The task of that key, None when unknown."""
        return self._tasks.get(key)

    def sessions(self) -> list[Session]:
        """All sessions in memory but the past ones."""
        return list(self._sessions.values())

    def tasks(self) -> list[Task]:
        """All tasks in memory."""
        return list(self._tasks.values())

    def tasks_of(self, session_key: int) -> list[Task]:
        """The session's tasks, oldest first."""
        return [self._tasks[key] for key in self._of_session.get(session_key, ())]

    def current_task(self, session: Session) -> Task | None:
        """The session's last task, or a nameless one before those that is seen at work."""
        tasks = self.tasks_of(session.key)
        return seen_at_work(tasks) or newest_task(session, tasks)

    def unconfirmed(self, session_key: int) -> list[Task]:
        """The session's tasks of unknown outcome, oldest first."""
        tasks = self.tasks_of(session_key)
        return [task for task in tasks if task.status is TaskStatus.UNCONFIRMED]

    def may_run_a_text(self, session: Session) -> bool:
        """Whether a task without a name may work there: the text that opened the browser."""
        return session.base_url in self.text_addresses

    def session_cost(self, key: int) -> Decimal | None:
        """Dollars that all tasks of the session cost so far; None while none is known."""
        costs = [t.counted_cost for t in self.tasks_of(key) if t.counted_cost is not None]
        return sum_money(costs) if costs else None

    def session_unknown_costs(self, key: int) -> int:
        """How many ended tasks of the session have an unknown cost, which its cost leaves out."""
        return sum(task.is_cost_unknown for task in self.tasks_of(key))

    def kept_because(self, task_key: int) -> KeptReason | None:
        """Why that task may not be deleted, as far as memory knows; the ledger knows all."""
        task = self._tasks.get(task_key)
        session = self.session(task.session_key) if task is not None else None
        if task is None or session is None:
            return None
        return kept_because(task.status, is_over=session.is_ended)

    def is_over(self, session_key: int, now_ms: int) -> bool:
        """Whether nothing about that session or a task of it can come any more."""
        session = self.session(session_key)
        if session is None or not is_history(session, now_ms):
            return False
        tasks = self.tasks_of(session_key)  # what is queued goes to another session
        return all(task.is_final or task.status is TaskStatus.QUEUED for task in tasks)

    def is_deleted(self, task_key: int) -> bool:
        """Whether that task was deleted in this run."""
        return task_key in self._deleted

    def not_deleted(self, task_keys: list[int]) -> list[int]:
        """The keys among these of tasks that were not deleted in this run."""
        if not self._deleted:
            return task_keys
        return [key for key in task_keys if key not in self._deleted]

    # -- writing -----------------------------------------------------------------------------

    def put(self, record: Record) -> None:
        """Put a record in the place of the one before it."""
        if isinstance(record, Session):
            self._sessions[record.key] = record
        else:
            self._tasks[record.key] = record

    def add_task(self, task: Task) -> None:
        """Add a task, or put it in the place of the one before it, which had another session."""
        known = self._tasks.get(task.key)
        self._day_costs.note(task, known)
        if known is None or known.session_key != task.session_key:
            self._of_session.setdefault(task.session_key, []).append(task.key)
        if known is not None and known.session_key != task.session_key:
            self._of_session[known.session_key].remove(task.key)
        self._tasks[task.key] = task

    def add_session(self, session: Session) -> None:
        """Add a session unless memory holds it: what memory holds is newer."""
        self._sessions.setdefault(session.key, session)

    def add_past(self, sessions: Iterable[Session]) -> list[Session]:
        """Add past sessions that memory lacks; returns these."""
        new = [session for session in sessions if self.session(session.key) is None]
        self._past_sessions |= {session.key: session for session in new}
        return new

    def put_current(self, session: Session, task: Task | None) -> tuple[Session, Task] | None:
        """Make a start's records current before it is kept: no fact must write over it.

        Returns the records before, None where memory lacks them.
        """
        known = self._sessions.get(session.key)
        queued = self._tasks.get(task.key) if task is not None else None
        if known is None or task is None or queued is None:
            return None
        opens = known.is_planned
        newest = session if opens else replace(known, expires_ms=session.expires_ms)
        self._sessions[known.key] = replace(newest, current_task=task.key)
        self._tasks[task.key] = task
        return known, queued

    def put_back(self, session: Session, task: Task, put_ms: int | None) -> Session:
        """Put the records back: the start was not kept, nor the session's end of put_ms."""
        now = self._sessions[session.key]
        back = session
        if not session.is_planned:
            ends_ms = session.expires_ms if now.expires_ms == put_ms else now.expires_ms
            back = replace(now, current_task=session.current_task, expires_ms=ends_ms)
        self._sessions[session.key] = back
        self._tasks[task.key] = task
        return back

    def adopt(self, session: Session, task: Task | None) -> bool:
        """Take over the keys that the ledger gave; other facts may be newer here by now.

        Returns whether the task is new.
        """
        known = self._sessions.get(session.key, session)
        number = known.number or session.number
        self._sessions[session.key] = replace(
            known, number=number, current_task=session.current_task
        )
        if task is None or task.key in self._tasks:
            return False
        self.task_keys.insert(0, task.key)
        self.add_task(task)
        return True

    def remove(self, deleted: Deleted) -> list[Session]:
        """Remove what was deleted; returns the sessions that stay with other tasks."""
        gone = frozenset(deleted.tasks)
        self._deleted |= gone
        self.task_keys = [key for key in self.task_keys if key not in gone]
        for key in gone:
            task = self._tasks.pop(key, None)
            if task is not None:
                self._of_session[task.session_key].remove(key)
        for key in deleted.sessions:
            self._sessions.pop(key, None)
            self._past_sessions.pop(key, None)
            self._of_session.pop(key, None)
        for session in (*self._sessions.values(), *self._past_sessions.values()):
            if session.current_task in gone:
                self.put(replace(session, current_task=None))
        stay = map(self.session, deleted.changed)
        return [session for session in stay if session is not None]
