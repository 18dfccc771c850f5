"""The ledger's queries: its tables, their conditions, the reading of rows. None writes."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from enigma_panel.core.deletion import LONG_AGO_MS
from enigma_panel.core.models import ASSUMED_PHASES, FINAL_PHASES, Session, Task
from enigma_panel.core.money import to_nano
from enigma_panel.core.observation import UNSENT
from enigma_panel.core.statuses import FINAL_STATUSES
from enigma_panel.core.task_filter import folded
from enigma_panel.store.ledger.database import Database
from enigma_panel.store.ledger.errors import UnreadableTextError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Step
from enigma_panel.store.ledger.row_mapper import BadRow, RecordTable, clean_text

R = TypeVar("R", bound=Struct)


def _searched_name(session: Session) -> str:
    """Text that the search for a session's tasks looks through."""
    return folded(clean_text(session.name))


def _searched_texts(task: Task) -> str:
    """Text that the search for a task looks through."""
    texts = (task.spec.text, task.result, task.error, task.question)
    return folded(*(clean_text(text or "") for text in texts))


SESSIONS = RecordTable(Session, "sessions", {"name_folded": _searched_name})
TASKS = RecordTable(
    Task,
    "tasks",
    {"cost_nano": lambda task: to_nano(task.counted_cost), "texts_folded": _searched_texts},
)
STEPS = RecordTable(Step, "steps")


def one_of(column: str, values: Iterable[str]) -> str:
    """`column IN (…)` over our own enum values, which hold no quotes; an indexed query."""
    listed = ", ".join(f"'{value}'" for value in sorted(values))
    return f"{column} IN ({listed})"


# Spelt as those that do not match, so that a value of no version is found, too, and can be named;
# the inner query reads nothing but the index, and all of it: what looks for words in it would pass
# by what stands behind a damaged page.
NOT_FINAL = f"key IN (SELECT key FROM sessions WHERE NOT {one_of('phase', FINAL_PHASES)})"  # noqa: S608 - own words
LIVE = f"key IN (SELECT key FROM tasks WHERE NOT {one_of('status', FINAL_STATUSES)})"  # noqa: S608 - own words
THESE = "key IN (SELECT value FROM json_each(?))"
OF_THESE = "session_key IN (SELECT value FROM json_each(?))"
PAST = (
    f"{one_of('phase', ASSUMED_PHASES)} AND ended_ms IS NOT NULL AND ended_ms < ?"
    " AND (expires_ms IS NULL OR expires_ms <= ?)"
)
NOT_PAST = f"{NOT_FINAL} AND NOT ({PAST})"
UNSETTLED = "outcome IS NULL"
STARTED = "coalesce(t.sent_ms, t.created_ms)"
HAS_RUN = f"t.status <> 'queued' AND (t.code IS NULL OR NOT {one_of('t.code', UNSENT)})"
TOOK_MS = f"CASE WHEN {HAS_RUN} THEN max(0, t.ended_ms - {STARTED}) END"
IS_COST_UNKNOWN = (
    "t.cost_nano IS NULL AND (t.sent_ms IS NOT NULL OR t.status IN ('unconfirmed', 'lost'))"
    " AND (t.service_id IS NOT NULL OR t.status <> 'failed')"
)
CALL_COUNTS_MS = 61_000
"""How long the service counts a call, in ms: a minute and a moment."""
CALL_COUNTS = f"({UNSETTLED} OR made_ms > :counting_ms)"
"""Condition on an intent; :counting_ms is when that minute began."""
HAS_CALL = (
    f"(EXISTS (SELECT 1 FROM intents WHERE session_key = t.session_key AND {CALL_COUNTS})"  # noqa: S608 - own words
    f" OR EXISTS (SELECT 1 FROM intents WHERE task_key = t.key AND {CALL_COUNTS}))"
)
"""Condition on a task: see `kept_because`."""
IS_OF_TODAY = f"({HAS_RUN} AND {STARTED} >= :day_ms)"
"""Condition on a task that was sent on this local day; :day_ms is when that began."""
IS_OVER = (
    f"({one_of('s.phase', FINAL_PHASES)} OR {one_of('s.phase', ASSUMED_PHASES)}"
    " AND max(s.ended_ms, coalesce(s.expires_ms, 0)) < :long_ago_ms)"
)
"""Condition on a session: see `kept_because`."""
WITH_INTENT = f"key IN (SELECT session_key FROM intents WHERE {UNSETTLED})"  # noqa: S608 - own words
_SELECT_INTENTS = "SELECT key, kind, session_key, task_key, made_ms, verb, question_n FROM intents"


def deletion_times(now_ms: int, day_ms: int) -> dict[str, int]:
    """The times that HAS_CALL, IS_OF_TODAY and IS_OVER need, as parameters."""
    counting_ms, long_ago_ms = now_ms - CALL_COUNTS_MS, now_ms - LONG_AGO_MS
    return {"counting_ms": counting_ms, "day_ms": day_ms, "long_ago_ms": long_ago_ms}


class RowReader:
    """Reads the records of one database.

    A row that cannot be read (a value that no version wrote) hides no other: it is left out of the
    answer and named in `bad_rows`. Damage to the file itself raises CorruptLedgerError.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._bad: dict[tuple[str, int], BadRow] = {}

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        """Rows that could not be read so far, once each. May be read in any thread."""
        return tuple(self._bad.values())

    def records(self, table: RecordTable[R], where: str, *values: object) -> list[R]:
        """The records that meet a condition, which may go on with ORDER BY and LIMIT."""
        rows = self.rows(table.name, f"{table.select} WHERE {where}", *values)
        return self._readable(table.name, rows, table.read)

    def intents(self, where: str) -> list[Intent]:
        """Intents that meet a condition, oldest first, with records, where all can be read."""
        rows = self.rows("intents", f"{_SELECT_INTENTS} WHERE {where} ORDER BY key")
        found = self.records(SESSIONS, THESE, json_of(row[2] for row in rows))
        sessions = {session.key: session for session in found}
        task_keys = json_of(row[3] for row in rows)
        tasks = {task.key: task for task in self.records(TASKS, THESE, task_keys)}
        return self._readable("intents", rows, lambda row: _intent(row, sessions, tasks))

    def rows(self, table: str, sql: str, *values: object) -> list[Any]:
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

    def _note(self, table: str, key: int, reason: str) -> None:
        self._bad.setdefault((table, key), BadRow(table=table, key=key, reason=reason))


def _intent(row: Sequence[Any], sessions: dict[int, Session], tasks: dict[int, Task]) -> Intent:
    """The intent of a row; ValueError where it or what it belongs to cannot be read."""
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


def json_of(keys: Iterable[int | str | None]) -> str:
    """Keys or ids as a value for json_each, as in THESE and OF_THESE; None matches no row."""
    return msgspec.json.encode(list(keys)).decode()
