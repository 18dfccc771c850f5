"""What can be asked of the ledger. Nothing here writes."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from enigma_panel.core.models import ASSUMED_PHASES, FINAL_PHASES, FINAL_STATUSES, Session, Task
from enigma_panel.core.money import to_nano
from enigma_panel.store.ledger.database import Database
from enigma_panel.store.ledger.errors import UnreadableTextError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome, Step
from enigma_panel.store.ledger.row_mapper import BadRow, RecordTable

R = TypeVar("R")

SESSIONS = RecordTable(Session, "sessions")
TASKS = RecordTable(Task, "tasks", {"cost_nano": lambda task: to_nano(task.cost)})
STEPS = RecordTable(Step, "steps")

MOST_CALLS = 200
"""More calls than this go out in no minute."""

RECENT_ROWS = 2_000
"""How many of the newest tasks `recent_texts` looks through."""

MOST_TEXTS = 50
"""So many of their texts it tells."""


def one_of(column: str, values: Iterable[str]) -> str:
    """`column IN (…)` over our own enum values, which hold no quotes; an indexed query."""
    listed = ", ".join(f"'{value}'" for value in sorted(values))
    return f"{column} IN ({listed})"


# Spelt as those that do not match, so that a value of no version is found, too, and can be told of;
# the inner query reads nothing but the index.
_NOT_FINAL = f"key IN (SELECT key FROM sessions WHERE NOT {one_of('phase', FINAL_PHASES)})"  # noqa: S608
_LIVE = f"key IN (SELECT key FROM tasks WHERE NOT {one_of('status', FINAL_STATUSES)})"  # noqa: S608
_THESE = "key IN (SELECT value FROM json_each(?))"
_OF_THESE = "session_key IN (SELECT value FROM json_each(?))"
_PAST = (
    f"{one_of('phase', ASSUMED_PHASES)} AND ended_ms IS NOT NULL AND ended_ms < ?"
    " AND (expires_ms IS NULL OR expires_ms <= ?)"
)
_NOT_PAST = f"{_NOT_FINAL} AND NOT ({_PAST})"
_WITH_INTENT = "key IN (SELECT session_key FROM intents WHERE outcome IS NULL)"


class LedgerReads:
    """The reading half of the ledger.

    A row that cannot be read (a value that no version wrote) hides no other: it is left out of the
    answer and named in `bad_rows`. Damage to the file itself raises CorruptLedgerError.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._bad: dict[tuple[str, int], BadRow] = {}

    @property
    def path(self) -> Path:
        """Where the ledger is."""
        return self._db.path

    @property
    def connection(self) -> sqlite3.Connection:
        """For what SQLite alone can do: a copy. ClosedLedgerError after `close`."""
        return self._db.connection

    def sessions(self, keys: Iterable[int]) -> dict[int, Session]:
        """Many sessions at once, by key; unknown keys are left out."""
        found = self._records(SESSIONS, f"WHERE {_THESE}", _json(keys))
        return {session.key: session for session in found}

    def tasks(self, keys: Iterable[int]) -> dict[int, Task]:
        """Many tasks at once, by key; unknown keys are left out."""
        return {task.key: task for task in self._records(TASKS, f"WHERE {_THESE}", _json(keys))}

    def sessions_not_final(self) -> list[Session]:
        """Sessions whose end is not proven, however long ago it is assumed; oldest first."""
        return self._records(SESSIONS, f"WHERE {_NOT_FINAL} ORDER BY key")

    def sessions_not_past(self, since_ms: int, now_ms: int) -> list[Session]:
        """Of `sessions_not_final` those of which something may still come; oldest first.

        Left out are those whose end has been assumed since before since_ms and that, as far as is
        known, outlived that by nothing: their time was over by now_ms (epoch ms).
        """
        return self._records(SESSIONS, f"WHERE {_NOT_PAST} ORDER BY key", since_ms, now_ms)

    def sessions_with_intents(self) -> list[Session]:
        """Sessions, ended or not, of which an intent has no outcome; oldest first."""
        return self._records(SESSIONS, f"WHERE {_WITH_INTENT} ORDER BY key")

    def live_tasks(self) -> list[Task]:
        """Tasks that are not final, oldest first."""
        return self._records(TASKS, f"WHERE {_LIVE} ORDER BY key")

    def tasks_of_many(self, session_keys: Iterable[int], but: Iterable[int] = ()) -> list[Task]:
        """The tasks of these sessions, oldest first, without those with the keys `but`."""
        where = f"WHERE {_OF_THESE} AND NOT {_THESE} ORDER BY key"
        return self._records(TASKS, where, _json(session_keys), _json(but))

    def task_keys(self) -> list[int]:
        """Keys of all tasks, newest first."""
        return self._keys("SELECT key FROM tasks ORDER BY created_ms DESC, key DESC")

    def recent_texts(self) -> list[str]:
        """Different texts of the newest tasks, newest first, without empty ones."""
        sql = "SELECT key, text FROM tasks ORDER BY created_ms DESC, key DESC LIMIT ?"
        texts = dict.fromkeys(text for _, text in self._rows("tasks", sql, RECENT_ROWS) if text)
        return list(texts)[:MOST_TEXTS]

    def steps(self, task_key: int, limit: int = 500) -> list[Step]:
        """The last steps of a task's time line, in the order in which they were added."""
        where = "WHERE task_key = ? ORDER BY key DESC LIMIT ?"
        return self._records(STEPS, where, task_key, limit)[::-1]

    def intents_since(self, since_ms: int) -> list[tuple[IntentKind, int]]:
        """Kind and time (epoch ms) of the calls that may have been made since then."""
        sql = (
            "SELECT kind, made_ms FROM (SELECT * FROM intents ORDER BY key DESC LIMIT ?)"
            " WHERE made_ms >= ? AND NOT (kind = ? AND outcome IS ?) ORDER BY key"
        )
        # A command that is called refused was, as a rule, taken back before it was sent.
        rows = self._db.rows(sql, (MOST_CALLS, since_ms, IntentKind.STATE, Outcome.REFUSED))
        return [(IntentKind(kind), made_ms) for kind, made_ms in rows if kind in set(IntentKind)]

    def lost_answers(self) -> set[tuple[int, int]]:
        """Task key and question number of answers whose delivery nobody knows of."""
        sql = (
            "SELECT task_key, question_n FROM intents"
            " WHERE kind = ? AND outcome = ? AND question_n IS NOT NULL"
        )
        return set(self._db.rows(sql, (IntentKind.ANSWER, Outcome.UNKNOWN)))

    def unsettled(self) -> list[Intent]:
        """Intents without an outcome, oldest first: after a crash their fate is unknown.

        One that cannot be read, or whose session or task cannot, is left out, stays open and is in
        `bad_rows`.
        """
        sql = (
            "SELECT key, kind, session_key, task_key, made_ms, verb, question_n"
            " FROM intents WHERE outcome IS NULL ORDER BY key"
        )
        rows = self._rows("intents", sql)
        sessions = self.sessions(row[2] for row in rows)
        tasks = self.tasks(row[3] for row in rows if row[3] is not None)
        return self._readable("intents", rows, lambda row: _intent(row, sessions, tasks))

    # -- rows that cannot be read --------------------------------------------------------------

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Rows that the questions asked so far would have brought, had they been readable.

        Each is named once, in the order in which they were met. May be read in any thread.
        """
        return tuple(self._bad.values())

    def _records(self, table: RecordTable[R], where: str, *values: object) -> list[R]:
        rows = self._rows(table.name, f"{table.select} {where}", *values)
        return self._readable(table.name, rows, table.read)

    def _readable(
        self, table: str, rows: Iterable[Sequence[Any]], read: Callable[[Sequence[Any]], R]
    ) -> list[R]:
        found = []
        for row in rows:
            try:
                found.append(read(row))
            except ValueError as error:
                self._note(table, row[0], str(error))
        return found

    def _rows(self, table: str, sql: str, *values: object) -> list[Any]:
        """Rows that begin with their key, without those that hold a text that is no text."""
        try:
            return self._db.rows(sql, values)
        except UnreadableTextError as error:
            reason = error.reason
        whole = []
        for row in self._db.rows_with_bytes(sql, values):
            if any(isinstance(value, bytes) for value in row):
                self._note(table, row[0], reason)
            else:
                whole.append(row)
        return whole

    def _note(self, table: str, key: int, reason: str) -> None:
        self._bad.setdefault((table, key), BadRow(table=table, key=key, reason=reason))

    def _keys(self, sql: str, *values: object) -> list[int]:
        return [row[0] for row in self._db.rows(sql, values)]


def _intent(row: Sequence[Any], sessions: dict[int, Session], tasks: dict[int, Task]) -> Intent:
    """ValueError where it or what it belongs to cannot be read."""
    key, kind, session_key, task_key, made_ms, verb, question_n = row
    if session_key not in sessions:
        raise ValueError(f"session {session_key}, which cannot be read")
    if task_key is not None and task_key not in tasks:
        raise ValueError(f"task {task_key}, which cannot be read")
    return Intent(
        key=key,
        kind=IntentKind(kind),
        session=sessions[session_key],
        task=tasks.get(task_key),
        made_ms=made_ms,
        verb=verb,
        question_n=question_n,
    )


def _json(keys: Iterable[int]) -> str:
    return msgspec.json.encode(list(keys)).decode()
