"""Deletion of tasks with all that belongs to them.

Their keys are given to no other row.
The connection overwrites what it frees (`secure_delete`); pieces that SQLite left where it once
moved a row go when the ledger is closed (`purge`).
"""

from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct

from enigma_panel.core.deletion import KeptReason, kept_because
from enigma_panel.store.ledger.database import CLOSE_TIMEOUT_MS, Database
from enigma_panel.store.ledger.queries import (
    CALL_COUNTS,
    HAS_CALL,
    IS_OF_TODAY,
    IS_OVER,
    deletion_times,
    json_of,
)

AT_ONCE = 50
"""Most tasks that one transaction deletes: an intent waits for it."""
MOST_STEPS = 1_000
"""Most steps that one transaction deletes (0.01 s), unless a single task has more."""

TO_PURGE = "to_purge"
"""Name in `meta` while the file may hold pieces of what was deleted."""

THESE = "(SELECT value FROM json_each(:keys))"
_FACTS = (
    f"SELECT t.key, t.session_key, t.status, {IS_OVER}, {IS_OF_TODAY}, {HAS_CALL}"  # noqa: S608 - own words
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


class Deleted(Struct, frozen=True, kw_only=True):
    """The outcome of a deletion. tasks, sessions: keys of what went; changed: sessions that stay
    with other tasks; kept: why other tasks stay; left: tasks for a further transaction."""

    tasks: tuple[int, ...] = ()
    sessions: tuple[int, ...] = ()
    changed: frozenset[int] = frozenset()
    kept: dict[int, KeptReason] = {}
    left: tuple[int, ...] = ()


class _Facts(Struct, frozen=True):
    """A row of `_FACTS`."""

    key: int
    session_key: int
    status: str
    is_over: int | None
    is_of_today: int
    has_call: int

    @property
    def kept_because(self) -> KeptReason | None:
        return kept_because(
            self.status,
            is_over=bool(self.is_over),
            is_of_today=bool(self.is_of_today),
            has_call=bool(self.has_call),
        )


def delete(db: Database, keys: Sequence[int], now_ms: int, day_ms: int) -> Deleted:
    """Delete those of the first tasks that may go, in one transaction.

    day_ms: when the local day of now_ms began. The rule asks the ledger as it is now, whatever was
    known before.
    """
    times = deletion_times(now_ms, day_ms)
    with db.transaction():
        for table in ("sessions", "tasks"):
            db.execute(_KEEP_LAST_KEY.format(table=table))
        some = _with_few_steps(db, keys[:AT_ONCE])
        facts = [_Facts(*row) for row in db.rows(_FACTS, {"keys": json_of(some), **times})]
        reasons = {one.key: one.kept_because for one in facts}
        going = [one for one in facts if reasons[one.key] is None]
        sessions = _delete(db, going, times)
    return Deleted(
        tasks=tuple(one.key for one in going),
        sessions=tuple(sessions),
        changed=frozenset(one.session_key for one in going).difference(sessions),
        kept={key: reason for key, reason in reasons.items() if reason is not None},
        left=tuple(keys[len(some) :]),
    )


def fresh_key(db: Database, table: str) -> int:
    """The key of a new row, within `transaction`: one that was never given before."""
    key: int = db.rows(_FRESH_KEY.format(table=table))[0][0]
    return key


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
    its_sessions = [row[0] for row in db.rows(_ITS_SESSIONS, keys)]
    for statement in _TASKS_GO:
        db.execute(statement, keys)
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, 1)", (TO_PURGE,))
    asked = {"keys": json_of(its_sessions), **times}
    empty = [row[0] for row in db.rows(_EMPTY, asked)]
    for statement in _SESSIONS_GO:
        db.execute(statement, {"keys": json_of(empty)})
    return empty
