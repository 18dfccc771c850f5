"""Deletes tasks with all that belongs to them.

What they cost stays: in a sum of each day, and in the row of a session that others of its tasks
keep. Their keys are given to no other row.
"""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import accumulate
from typing import Any

from msgspec import Struct

from enigma_panel.core.deletion import KeptReason, kept_because
from enigma_panel.core.money import NANO
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.store.ledger.database import BUSY_TIMEOUT_MS, Database
from enigma_panel.store.ledger.errors import typed_errors
from enigma_panel.store.ledger.file_copy import check_room
from enigma_panel.store.ledger.queries import (
    CALL_COUNTS,
    HAS_CALL,
    IS_OVER,
    IS_UNTOLD,
    STARTED,
    TOOK_MS,
    deletion_times,
    json_of,
)

TURN_S = 0.01
"""So long a transaction goes on taking tasks: no intent waits for more."""
AT_ONCE = 20
MOST_STEPS = 1_000
"""So many steps, or those of one task, go between two looks at the time (0.01 s)."""

TO_PURGE = "to_purge"
"""In `meta` while the file may hold bytes of what was deleted."""

THESE = "(SELECT value FROM json_each(:keys))"
_FACTS = (
    f"SELECT t.key, t.session_key, t.status, {IS_OVER}, {HAS_CALL}, {STARTED}, t.cost, t.cost_nano,"  # noqa: S608 - own words
    f" {TOOK_MS}, {IS_UNTOLD}"
    f" FROM tasks t JOIN sessions s ON s.key = t.session_key WHERE t.key IN {THESE}"
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
_FRESH_KEY = (
    "SELECT 1 + max(coalesce((SELECT max(key) FROM {table}), 0),"
    " (SELECT value FROM meta WHERE name = 'last_{table}'))"
)
_OF_DAY = "SELECT tasks, cost, took_ms, untold FROM deleted_days WHERE day = ?"
_SET_DAY = (
    "INSERT INTO deleted_days VALUES (?, ?, ?, ?, ?) ON CONFLICT (day) DO UPDATE SET"
    " tasks = excluded.tasks, cost = excluded.cost, took_ms = excluded.took_ms,"
    " untold = excluded.untold"
)


class Deleted(Struct, frozen=True, kw_only=True):
    """What became of tasks. tasks, sessions: keys of what went; of_sessions: what went of sessions
    that stay; kept: why other tasks stay; left: there was no time for these."""

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
    cost: str | None
    cost_nano: int | None
    took_ms: int | None
    untold: int

    @property
    def sum(self) -> TaskSum:
        cost = Decimal(self.cost_nano or 0) / NANO
        return TaskSum(count=1, cost=cost, took_ms=self.took_ms or 0, untold=self.untold)


def delete(db: Database, keys: Sequence[int], now_ms: int, day_of: Callable[[int], str]) -> Deleted:
    """Delete those of the tasks that may go, in one transaction, as many as there is time for.

    day_of: the person's day ('2026-11-27') of a moment, epoch ms. What is asked here is how the
    ledger is now, whatever was known before.
    """
    times = deletion_times(now_ms)
    until = time.monotonic() + TURN_S
    gone: list[_Facts] = []
    kept: dict[int, KeptReason] = {}
    sessions: list[int] = []
    at = 0
    with _overwriting(db), db.transaction():
        for table in ("sessions", "tasks"):
            db.execute(_KEEP_LAST_KEY.format(table=table))
        while at < len(keys) and (at == 0 or time.monotonic() < until):
            some = _with_few_steps(db, keys[at : at + AT_ONCE])
            at += len(some)
            rows = db.rows(_FACTS, {"keys": json_of(some), **times})
            facts = [_Facts(*row) for row in rows]
            reasons = {one.key: _kept_because(one, day_of) for one in facts}
            kept |= {key: reason for key, reason in reasons.items() if reason is not None}
            going = [one for one in facts if reasons[one.key] is None]
            sessions += _delete(db, going, times)
            gone += going
        of_sessions = _sums(gone, lambda one: one.session_key)
        for key in sessions:
            of_sessions.pop(key, None)
        _keep_sums(db, of_sessions, _sums(gone, lambda one: day_of(one.started_ms)))
    return Deleted(
        tasks=tuple(one.key for one in gone),
        sessions=tuple(sessions),
        of_sessions=of_sessions,
        kept=kept,
        left=tuple(keys[at:]),
    )


def fresh_key(db: Database, table: str) -> int:
    """The key of a new row, within `transaction`: none that was ever given."""
    key: int = db.rows(_FRESH_KEY.format(table=table))[0][0]
    return key


def sum_of_day(connection: sqlite3.Connection, day: str) -> TaskSum:
    """What those tasks cost that were started on that day and have been deleted."""
    row = connection.execute(_OF_DAY, (day,)).fetchone()
    if row is None:
        return TaskSum()
    tasks, cost, took_ms, untold = row
    return TaskSum(count=tasks, cost=Decimal(cost), took_ms=took_ms, untold=untold)


def is_to_purge(connection: sqlite3.Connection) -> bool:
    """Whether bytes of what was deleted may be in the file or its -wal."""
    asked = connection.execute("SELECT 1 FROM meta WHERE name = ?", (TO_PURGE,))
    return asked.fetchone() is not None


def purge(db: Database) -> bool:
    """Write the file anew without what was deleted: SQLite overwrites a row, and yet leaves pieces
    where it moved one. Takes 0.02 s for each MB; False where somebody still reads the old state.

    DiskFullError where that would leave too little room: an intent needs it more.
    """
    with typed_errors(db.path):
        check_room(db.path, db.path.stat().st_size)
    db.execute("PRAGMA temp_store = MEMORY")  # no file elsewhere holds what stays
    db.execute("VACUUM")
    db.execute("PRAGMA busy_timeout = 0")
    try:
        is_busy = db.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    if not is_busy:
        with db.transaction():
            db.execute("DELETE FROM meta WHERE name = ?", (TO_PURGE,))
    return not is_busy


@contextmanager
def _overwriting(db: Database) -> Iterator[None]:
    """What is freed meanwhile is overwritten with zeros."""
    db.execute("PRAGMA secure_delete = ON").fetchall()
    try:
        yield
    finally:
        db.execute("PRAGMA secure_delete = OFF").fetchall()


def _kept_because(one: _Facts, day_of: Callable[[int], str]) -> KeptReason | None:
    """Also why the ledger cannot keep what it cost: one such row holds up no others."""
    reason = kept_because(one.status, is_over=bool(one.is_over), has_call=bool(one.has_call))
    if reason is None:
        try:
            _ = Decimal(one.cost or 0), day_of(one.started_ms)
        except (ArithmeticError, ValueError, OSError):  # of a moment that no calendar has
            reason = KeptReason.UNREADABLE
    return reason


def _with_few_steps(db: Database, keys: Sequence[int]) -> Sequence[int]:
    """The first of these tasks, one at least, that have no more than MOST_STEPS together."""
    counts = dict(db.rows(_STEPS, {"keys": json_of(keys)}))
    sums = accumulate(counts.get(key, 0) for key in keys)
    return keys[: max(1, sum(steps <= MOST_STEPS for steps in sums))]


def _delete(db: Database, going: Sequence[_Facts], times: dict[str, int]) -> list[int]:
    """Returns the sessions that went with their last tasks."""
    if not going:
        return []
    keys = {"keys": json_of(one.key for one in going)}
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
            "UPDATE sessions SET deleted_cost = ?, deleted_untold = deleted_untold + ?"
            " WHERE key = ?",
            (str(cost), total.untold, key),
        )
    for day, total in of_days.items():
        whole = sum_of_day(db.connection, day).plus(total)
        db.execute(_SET_DAY, (day, whole.count, str(whole.cost), whole.took_ms, whole.untold))
    if of_days:
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, 1)", (TO_PURGE,))
