"""Deletion of tasks with all that belongs to them.

Their cost stays: in a sum of each day, and in the row of a session that has other tasks. Their keys
are given to no other row. The connection overwrites what it frees (`secure_delete`); pieces that
SQLite left where it once moved a row go when the ledger is closed (`purge`).
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any

from msgspec import Struct

from enigma_panel.core.deletion import KeptReason, kept_because
from enigma_panel.core.money import NANO
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.store.ledger.database import CLOSE_TIMEOUT_MS, Database
from enigma_panel.store.ledger.queries import (
    CALL_COUNTS,
    HAS_CALL,
    IS_COST_UNKNOWN,
    IS_OVER,
    STARTED,
    TOOK_MS,
    deletion_times,
    json_of,
)

AT_ONCE = 50
"""Most tasks that one transaction deletes: an intent waits for it."""
MOST_STEPS = 1_000
"""Most steps that one transaction deletes (0.01 s), unless a single task has more."""

LATEST_MS = 253_402_000_000_000
"""The latest start of which there is a day: the end of 9999. A row with a later one stays."""

TO_PURGE = "to_purge"
"""Name in `meta` while the file may hold pieces of what was deleted."""

THESE = "(SELECT value FROM json_each(:keys))"
_FACTS = (
    f"SELECT t.key, t.session_key, t.status, {IS_OVER}, {HAS_CALL}, {STARTED}, t.cost_nano,"  # noqa: S608 - own words
    f" {TOOK_MS}, {IS_COST_UNKNOWN}"
    f" FROM tasks t JOIN sessions s ON s.key = t.session_key WHERE t.key IN {THESE}"
    f" AND {STARTED} BETWEEN 0 AND {LATEST_MS}"
)
_STEPS = f"SELECT task_key, count(*) FROM steps WHERE task_key IN {THESE} GROUP BY task_key"  # noqa: S608 - own words
_ITS_SESSIONS = (
    f"SELECT session_key FROM tasks WHERE key IN {THESE}"  # noqa: S608 - own words
    f" UNION SELECT session_key FROM intents WHERE task_key IN {THESE}"
)
_TASKS_GO = (
    f"UPDATE sessions SET current_task = NULL WHERE current_task IN {THESE}",  # noqa: S608 - own words
    f"DELETE FROM intents WHERE task_key IN {THESE}",  # noqa: S608 - own words
    f"DELETE FROM steps WHERE task_key IN {THESE}",  # noqa: S608 - own words
    f"DELETE FROM tasks WHERE key IN {THESE}",  # noqa: S608 - own words
)
_EMPTY = (
    f"SELECT key FROM sessions AS s WHERE key IN {THESE} AND {IS_OVER}"  # noqa: S608 - own words
    " AND NOT EXISTS (SELECT 1 FROM tasks WHERE session_key = s.key)"
    f" AND NOT EXISTS (SELECT 1 FROM intents WHERE session_key = s.key AND {CALL_COUNTS})"
)
_SESSIONS_GO = (
    f"DELETE FROM intents WHERE session_key IN {THESE}",  # noqa: S608 - own words
    f"DELETE FROM sent_secrets WHERE session_key IN {THESE}",  # noqa: S608 - own words
    f"DELETE FROM sessions WHERE key IN {THESE}",  # noqa: S608 - own words
)
_KEEP_LAST_KEY = (
    "UPDATE meta SET value = max(value, (SELECT coalesce(max(key), 0) FROM {table}))"
    " WHERE name = 'last_{table}'"
)
_KEEP_LAST_END = (
    "UPDATE meta SET value = max(value, (SELECT coalesce(max(ended_ms), 0) FROM tasks"  # noqa: S608 - own words
    f" WHERE key IN {THESE})) WHERE name = 'last_deleted_ms'"
)
_FRESH_KEY = (
    "SELECT 1 + max(coalesce((SELECT max(key) FROM {table}), 0),"
    " (SELECT value FROM meta WHERE name = 'last_{table}'))"
)
_OF_DAYS = "SELECT day, tasks, cost, took_ms, unknown FROM deleted_days WHERE day BETWEEN ? AND ?"
_SET_DAY = (
    "INSERT INTO deleted_days VALUES (?, ?, ?, ?, ?) ON CONFLICT (day) DO UPDATE SET"
    " tasks = excluded.tasks, cost = excluded.cost, took_ms = excluded.took_ms,"
    " unknown = excluded.unknown"
)


class Deleted(Struct, frozen=True, kw_only=True):
    """The outcome of a deletion. tasks, sessions: keys of what went; of_sessions: what went of
    sessions that stay; kept: why other tasks stay; left: tasks for a further transaction."""

    tasks: tuple[int, ...] = ()
    sessions: tuple[int, ...] = ()
    of_sessions: dict[int, TaskSum] = {}
    kept: dict[int, KeptReason] = {}
    left: tuple[int, ...] = ()


class _Facts(Struct, frozen=True):
    """A row of `_FACTS`."""

    key: int
    session_key: int
    status: str
    is_over: int | None
    has_call: int
    started_ms: int
    cost_nano: int | None
    took_ms: int | None
    unknown: int

    @property
    def sum(self) -> TaskSum:
        cost = Decimal(self.cost_nano or 0) / NANO
        return TaskSum(count=1, cost=cost, took_ms=self.took_ms or 0, unknown=self.unknown)


def delete(db: Database, keys: Sequence[int], now_ms: int, day_of: Callable[[int], str]) -> Deleted:
    """Delete those of the first tasks that may go, in one transaction.

    day_of: the person's day ('2026-11-27') of a moment, epoch ms. The rule asks the ledger as it is
    now, whatever was known before.
    """
    times = deletion_times(now_ms)
    with db.transaction():
        for table in ("sessions", "tasks"):
            db.execute(_KEEP_LAST_KEY.format(table=table))
        some = _with_few_steps(db, keys[:AT_ONCE])
        facts = [_Facts(*row) for row in db.rows(_FACTS, {"keys": json_of(some), **times})]
        reasons = {
            one.key: kept_because(
                one.status, is_over=bool(one.is_over), has_call=bool(one.has_call)
            )
            for one in facts
        }
        going = [one for one in facts if reasons[one.key] is None]
        sessions = _delete(db, going, times)
        of_sessions = _sums(going, lambda one: one.session_key)
        for key in sessions:
            of_sessions.pop(key, None)
        _keep_sums(db, of_sessions, _sums(going, lambda one: day_of(one.started_ms)))
    return Deleted(
        tasks=tuple(one.key for one in going),
        sessions=tuple(sessions),
        of_sessions=of_sessions,
        kept={key: reason for key, reason in reasons.items() if reason is not None},
        left=tuple(keys[len(some) :]),
    )


def fresh_key(db: Database, table: str) -> int:
    """The key of a new row, within `transaction`: one that was never given before."""
    key: int = db.rows(_FRESH_KEY.format(table=table))[0][0]
    return key


def sum_of_day(connection: sqlite3.Connection, day: str) -> TaskSum:
    """The cost of deleted tasks that were started on that day."""
    return sums_of_days(connection, day, day).get(day, TaskSum())


def sums_of_days(connection: sqlite3.Connection, first: str, last: str) -> dict[str, TaskSum]:
    """Sums of deleted tasks for each of these days that has any."""
    return {
        day: TaskSum(count=tasks, cost=Decimal(cost), took_ms=took_ms, unknown=unknown)
        for day, tasks, cost, took_ms, unknown in connection.execute(_OF_DAYS, (first, last))
    }


def purge(db: Database) -> None:
    """Write the file anew where it may hold pieces of what was deleted; before it is closed.

    Takes 0.02 s per MB. Where somebody still reads the old state, the next run does it.
    """
    if not db.rows("SELECT 1 FROM meta WHERE name = ?", (TO_PURGE,)):
        return
    db.execute("PRAGMA temp_store = MEMORY")  # no file elsewhere holds what stays
    db.execute("VACUUM")
    if db.truncate_wal(CLOSE_TIMEOUT_MS):
        with db.transaction():
            db.execute("DELETE FROM meta WHERE name = ?", (TO_PURGE,))


def _with_few_steps(db: Database, keys: Sequence[int]) -> Sequence[int]:
    """The first of these tasks, at least one, that have at most MOST_STEPS together."""
    counts = dict(db.rows(_STEPS, {"keys": json_of(keys)}))
    sums = accumulate(counts.get(key, 0) for key in keys)
    return keys[: max(1, sum(steps <= MOST_STEPS for steps in sums))]


def _delete(db: Database, going: Sequence[_Facts], times: dict[str, int]) -> list[int]:
    """Delete the tasks; returns the sessions that went with their last ones."""
    if not going:
        return []
    keys = {"keys": json_of(one.key for one in going)}
    db.execute(_KEEP_LAST_END, keys)
    its_sessions = [row[0] for row in db.rows(_ITS_SESSIONS, keys)]
    for statement in _TASKS_GO:
        db.execute(statement, keys)
    asked = {"keys": json_of(its_sessions), **times}
    empty = [row[0] for row in db.rows(_EMPTY, asked)]
    for statement in _SESSIONS_GO:
        db.execute(statement, {"keys": json_of(empty)})
    return empty


def _sums(gone: Iterable[_Facts], group_of: Callable[[_Facts], Any]) -> dict[Any, TaskSum]:
    sums: dict[Any, TaskSum] = {}
    for one in gone:
        group = group_of(one)
        sums[group] = sums.get(group, TaskSum()).plus(one.sum)
    return sums


def _keep_sums(db: Database, of_sessions: dict[int, TaskSum], of_days: dict[str, TaskSum]) -> None:
    for key, total in of_sessions.items():
        row = db.rows("SELECT deleted_cost FROM sessions WHERE key = ?", (key,))[0]
        cost = total.cost + Decimal(row[0] or 0)
        db.execute(
            "UPDATE sessions SET deleted_cost = ?, deleted_unknown = deleted_unknown + ?"
            " WHERE key = ?",
            (str(cost), total.unknown, key),
        )
    for day, total in of_days.items():
        whole = sum_of_day(db.connection, day).plus(total)
        db.execute(_SET_DAY, (day, whole.count, str(whole.cost), whole.took_ms, whole.unknown))
    if of_days:
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, 1)", (TO_PURGE,))
