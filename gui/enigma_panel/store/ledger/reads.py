"""What can be asked of the ledger. Nothing here writes."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from enigma_panel.core.money import to_nano
from enigma_panel.core.records import (
    ASSUMED_PHASES,
    FINAL_PHASES,
    FINAL_STATUSES,
    Phase,
    Session,
    Task,
    TaskStatus,
)
from enigma_panel.store.ledger.database import Database
from enigma_panel.store.ledger.errors import CorruptLedgerError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Step
from enigma_panel.store.ledger.rows import RecordTable

R = TypeVar("R")

SESSIONS = RecordTable(Session, "sessions")
TASKS = RecordTable(Task, "tasks", {"cost_nano": lambda task: to_nano(task.cost)})
STEPS = RecordTable(Step, "steps")

RECENT_ROWS = 2_000
"""How many of the newest tasks `recent_texts` looks through."""

_NO_LIMIT = -1


def _in(column: str, values: Iterable[str]) -> str:
    """`column IN (…)` over our own enum values, which hold no quotes; an indexed query."""
    listed = ", ".join(f"'{value}'" for value in sorted(values))
    return f"{column} IN ({listed})"


# Spelt as the members that match, not as those that do not: only so the index serves.
_NOT_FINAL = _in("phase", set(Phase) - FINAL_PHASES)
_OPEN = _in("phase", set(Phase) - FINAL_PHASES - ASSUMED_PHASES)
_ASSUMED = _in("phase", ASSUMED_PHASES)
_LIVE = _in("status", set(TaskStatus) - FINAL_STATUSES)
# The plus keeps the phase index out: the rows shall come in the order of the other one.
_ENDED = _in("+phase", FINAL_PHASES | ASSUMED_PHASES)
_ENDED_KEYS = (
    f"SELECT key FROM sessions WHERE ended_ms IS NOT NULL AND {_ENDED}"  # noqa: S608 - own names
    " ORDER BY ended_ms DESC, key DESC LIMIT ?"
)
_THESE = "key IN (SELECT value FROM json_each(?))"


class LedgerReads:
    """The reading half of the ledger."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def session(self, key: int) -> Session | None:
        """The session with this key."""
        return next(iter(self._records(SESSIONS, "WHERE key = ?", key)), None)

    def task(self, key: int) -> Task | None:
        """The task with this key."""
        return next(iter(self._records(TASKS, "WHERE key = ?", key)), None)

    def sessions(self, keys: Iterable[int]) -> dict[int, Session]:
        """Many sessions at once, by key; unknown keys are left out."""
        found = self._records(SESSIONS, f"WHERE {_THESE}", _json(keys))
        return {session.key: session for session in found}

    def tasks(self, keys: Iterable[int]) -> dict[int, Task]:
        """Many tasks at once, by key; unknown keys are left out."""
        return {task.key: task for task in self._records(TASKS, f"WHERE {_THESE}", _json(keys))}

    def open_sessions(self, assumed_since_ms: int | None = None) -> list[Session]:
        """Sessions that are neither ended nor assumed to be, oldest first.

        With a time also those whose assumed end is not before it: they are still asked about.
        """
        if assumed_since_ms is None:
            return self._records(SESSIONS, f"WHERE {_OPEN} ORDER BY key")
        where = f"WHERE {_OPEN} OR ({_ASSUMED} AND ended_ms >= ?) ORDER BY key"
        return self._records(SESSIONS, where, assumed_since_ms)

    def sessions_not_final(self) -> list[Session]:
        """Sessions whose end is not proven, however long ago it is assumed; oldest first."""
        return self._records(SESSIONS, f"WHERE {_NOT_FINAL} ORDER BY key")

    def ended_session_keys(self, limit: int) -> list[int]:
        """Keys of ended sessions (assumed or proven), the last end first."""
        return self._keys(_ENDED_KEYS, limit)

    def session_by_service_id(self, service_id: str) -> Session | None:
        """The newest session that the service calls so."""
        where = "WHERE service_id = ? ORDER BY key DESC LIMIT 1"
        return next(iter(self._records(SESSIONS, where, service_id)), None)

    def live_tasks(self) -> list[Task]:
        """Tasks that are not final, oldest first."""
        return self._records(TASKS, f"WHERE {_LIVE} ORDER BY key")

    def tasks_of(self, session_key: int) -> list[Task]:
        """The tasks of a session, oldest first."""
        return self._records(TASKS, "WHERE session_key = ? ORDER BY key", session_key)

    def task_keys(self, limit: int | None = None, offset: int = 0) -> list[int]:
        """Keys of all tasks, newest first."""
        return self._keys(
            "SELECT key FROM tasks ORDER BY created_ms DESC, key DESC LIMIT ? OFFSET ?",
            _NO_LIMIT if limit is None else limit,
            offset,
        )

    def task_count(self) -> int:
        """How many tasks there are."""
        return self._keys("SELECT count(*) FROM tasks")[0]

    def new_count(self) -> int:
        """How many results nobody has looked at yet."""
        return self._keys("SELECT count(*) FROM tasks WHERE is_new = 1")[0]

    def session_costs(self, keys: Iterable[int]) -> dict[int, int]:
        """Nano-dollars of all tasks of each session; without an entry where no cost was told."""
        sql = (
            "SELECT session_key, sum(cost_nano) FROM tasks WHERE cost_nano IS NOT NULL"
            " AND session_key IN (SELECT value FROM json_each(?)) GROUP BY session_key"
        )
        return dict(self._db.rows(sql, (_json(keys),)))

    def recent_texts(self, limit: int = 50) -> list[str]:
        """Different texts of the newest tasks, newest first, without empty ones."""
        sql = "SELECT text FROM tasks ORDER BY created_ms DESC, key DESC LIMIT ?"
        texts = dict.fromkeys(text for (text,) in self._db.rows(sql, (RECENT_ROWS,)) if text)
        return list(texts)[:limit]

    def steps(self, task_key: int, limit: int = 500) -> list[Step]:
        """The last steps of a task's time line, in the order in which they were added."""
        where = "WHERE task_key = ? ORDER BY key DESC LIMIT ?"
        return self._records(STEPS, where, task_key, limit)[::-1]

    def unsettled(self) -> list[Intent]:
        """Intents without an outcome, oldest first: after a crash their fate is unknown."""
        rows = self._db.rows(
            "SELECT key, kind, session_key, task_key, made_ms, verb, question_n"
            " FROM intents WHERE outcome IS NULL ORDER BY key"
        )
        sessions = self.sessions(row[2] for row in rows)
        tasks = self.tasks(row[3] for row in rows if row[3] is not None)
        with self._sensible():
            return [
                Intent(
                    key=key,
                    kind=IntentKind(kind),
                    session=sessions[session_key],
                    task=tasks.get(task_key),
                    made_ms=made_ms,
                    verb=verb,
                    question_n=question_n,
                )
                for key, kind, session_key, task_key, made_ms, verb, question_n in rows
            ]

    def _records(self, table: RecordTable[R], where: str, *values: object) -> list[R]:
        rows = self._db.rows(f"{table.select} {where}", values)
        with self._sensible():
            return [table.read(row) for row in rows]

    @contextmanager
    def _sensible(self) -> Iterator[None]:
        """A value that fits nowhere means that something else wrote into the file."""
        try:
            yield
        except (ValueError, KeyError) as error:
            raise CorruptLedgerError(self._db.path, str(error)) from error

    def _keys(self, sql: str, *values: object) -> list[int]:
        return [row[0] for row in self._db.rows(sql, values)]


def _json(keys: Iterable[int]) -> str:
    return msgspec.json.encode(list(keys)).decode()
