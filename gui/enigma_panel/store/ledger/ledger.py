"""The ledger: the program's only memory of what may be running and costing money.

A call that costs or changes something is recorded as an intent, durably, before its first byte is
sent, and settled when its outcome is known.
"""

import contextlib
import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Self, TypeVar

from msgspec.structs import replace

from enigma_panel.core.models import Session, Task
from enigma_panel.core.money import NANO
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.store.files import Problem, ProblemKind, keep_aside
from enigma_panel.store.ledger import deletion, file_copy
from enigma_panel.store.ledger.backup import find_copy
from enigma_panel.store.ledger.database import COMPANIONS, HOLDING, Database
from enigma_panel.store.ledger.deletion import Deleted
from enigma_panel.store.ledger.errors import (
    ClosedLedgerError,
    CorruptLedgerError,
    IntentSettledError,
    LedgerError,
    MissingLedgerError,
    typed_errors,
)
from enigma_panel.store.ledger.intents import (
    STARTS,
    Intent,
    IntentKind,
    Outcome,
    Step,
    check_intent,
)
from enigma_panel.store.ledger.queries import (
    LIVE,
    NOT_PAST,
    OF_THESE,
    SESSIONS,
    STARTED,
    STEPS,
    TASKS,
    THESE,
    UNSETTLED,
    WITH_INTENT,
    RowReader,
    json_of,
)
from enigma_panel.store.ledger.row_mapper import BadRow, RecordTable, clean_text

R = TypeVar("R", Session, Task)
log = logging.getLogger(__name__)

MOST_CALLS = 200
"""Most calls that `intents_since` gives: more go out in no minute."""

RECENT_ROWS = 2_000
"""How many of the newest tasks `recent_texts` looks through."""

MOST_TEXTS = 50
"""Most texts that `recent_texts` gives."""

_INSERT_INTENT = (
    "INSERT INTO intents (kind, session_key, task_key, verb, question_n, made_ms, used)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_STEP = (
    "INSERT INTO steps (task_key, at_ms, kind, text) SELECT key, ?, ?, ? FROM tasks WHERE key = ?"
)
_SET_CURRENT = "UPDATE sessions SET current_task = ? WHERE key = ?"
_MARK_SEEN = (
    "UPDATE tasks SET is_new = 0 WHERE key IN (SELECT value FROM json_each(?)) AND is_new"
    " RETURNING key"
)
_NEXT_NUMBER = (
    "INSERT INTO numbers VALUES (?, 1)"
    " ON CONFLICT (site) DO UPDATE SET last = last + 1 RETURNING last"
)
_LAST_BALANCE = (  # first the one row, else the sum is made for each of the sessions
    "WITH s AS MATERIALIZED (SELECT * FROM sessions WHERE base_url = ? AND key_fingerprint = ?"  # noqa: S608 - own words
    " AND balance IS NOT NULL ORDER BY opened_ms DESC LIMIT 1)"
    " SELECT s.balance, s.created_ms, (SELECT sum(t.cost_nano) FROM tasks t"
    f" JOIN sessions o ON o.key = t.session_key WHERE {STARTED} >= s.created_ms"
    " AND o.base_url = s.base_url AND o.key_fingerprint = s.key_fingerprint) FROM s"
)


class Ledger:
    """Sessions, tasks, intents and timelines in one SQLite file.

    Synchronous; belongs to the thread that opened it. Every method raises a LedgerError when the
    disk or the file fails; what it was to write is then not written at all. A row that cannot be
    read is left out of an answer and named in `bad_rows`.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._reader = RowReader(database)

    @classmethod
    def open(cls, path: Path) -> tuple["Ledger", Problem | None]:
        """Open or make the ledger; a broken file without a copy is kept aside, see Problem.

        With a copy it stays where it is: CorruptLedgerError, or MissingLedgerError where the ledger
        is gone or empty. OtherVersionError for a file of another version, which stays, too.
        """
        database, problem = _open_or_replace(path)
        with contextlib.suppress(OSError):  # what a killed program was about to put in its place
            file_copy.drop_draft(path)
        return cls(database), problem

    @property
    def path(self) -> Path:
        return self._db.path

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for SQLite's own copy. ClosedLedgerError after `close`."""
        return self._db.connection

    # -- writing -------------------------------------------------------------------------------

    def open_intent(
        self,
        kind: IntentKind,
        session: Session,
        task: Task | None,
        now_ms: int,
        *,
        verb: CommandVerb | AnswerVerb | None = None,
        used: str = "",
    ) -> Intent:
        """Record what is about to be sent; durable when it returns.

        used: with what a question is answered, where that is no secret; the text with which a
        browser is opened.

        A start also writes its records: one without a key gets one, a session without a number the
        next of its site, and the task becomes the session's current one. For the other kinds they
        must be in the ledger.
        ValueError for a combination that no call has.
        """
        check_intent(kind, session, task, verb)
        question_n = task.question_n if task and kind is IntentKind.ANSWER else None
        with self._db.transaction():
            if kind in STARTS:
                session, task = self._put_both(session, task, current=True)
            task_key = task.key if task else None
            values = (kind, session.key, task_key, verb, question_n, now_ms, clean_text(used))
            key = self._db.insert(_INSERT_INTENT, values)
        return Intent(
            key=key,
            kind=kind,
            session=session,
            task=task,
            made_ms=now_ms,
            verb=verb,
            question_n=question_n,
            used=used,
        )

    def plan(self, pairs: Iterable[tuple[Session, Task]]) -> list[tuple[Session, Task]]:
        """Queue tasks, all or none, with their sessions; those without a key get one."""
        planned: list[tuple[Session, Task]] = []
        with self._db.transaction():
            for session, task in pairs:
                stored_session, stored = self._put_both(session, task, current=False)
                assert stored is not None
                planned.append((stored_session, stored))
        return planned

    def settle(
        self,
        intent_key: int,
        outcome: Outcome,
        now_ms: int,
        *records: Session | Task,
        steps: Iterable[Step] = (),
    ) -> None:
        """Record a call's outcome with the changed records and steps, once: IntentSettledError."""
        with self._db.transaction():
            settled = self._db.execute(
                "UPDATE intents SET outcome = ?, settled_ms = ? WHERE key = ? AND outcome IS NULL",
                (outcome, now_ms, intent_key),
            )
            if settled.rowcount != 1:
                raise IntentSettledError(self.path, intent_key)
            self._put_all(records)
            self._put_steps(steps)

    def save(self, *records: Session | Task, steps: Iterable[Step] = ()) -> None:
        """Write records as they are now and new steps of timelines, all or none; deleted records
        are not written.

        ValueError for a record without a key.
        """
        with self._db.transaction():
            self._put_all(records)
            self._put_steps(steps)

    def mark_seen(self, keys: Iterable[int]) -> list[int]:
        """Mark these results as seen; returns the keys of those that were new."""
        with self._db.transaction():
            return [row[0] for row in self._db.rows(_MARK_SEEN, (json_of(keys),))]

    def delete(self, task_keys: Sequence[int], now_ms: int, day_ms: int) -> Deleted:
        """Delete those of the first tasks that may go: see `deletion`."""
        return deletion.delete(self._db, task_keys, now_ms, day_ms)

    def truncate_wal(self) -> bool:
        return self._db.truncate_wal()

    # -- asking --------------------------------------------------------------------------------

    def sessions(self, keys: Iterable[int]) -> dict[int, Session]:
        """Many sessions at once, by key; unknown keys are left out."""
        found = self._reader.records(SESSIONS, THESE, json_of(keys))
        return {session.key: session for session in found}

    def tasks(self, keys: Iterable[int]) -> dict[int, Task]:
        """Many tasks at once, by key; unknown keys are left out."""
        return {task.key: task for task in self._reader.records(TASKS, THESE, json_of(keys))}

    def sessions_not_past(self, since_ms: int, now_ms: int) -> list[Session]:
        """Sessions that are not final, from which something may still come; oldest first.

        Left out are those whose end has been assumed since before since_ms and that, as far as is
        known, outlived that by nothing: their time was over by now_ms (epoch ms).
        """
        return self._reader.records(SESSIONS, f"{NOT_PAST} ORDER BY key", since_ms, now_ms)

    def sessions_with_intents(self) -> list[Session]:
        """Sessions, ended or not, of which an intent has no outcome; oldest first."""
        return self._reader.records(SESSIONS, f"{WITH_INTENT} ORDER BY key")

    def live_tasks(self) -> list[Task]:
        """Tasks that are not final, oldest first."""
        return self._reader.records(TASKS, f"{LIVE} ORDER BY key")

    def tasks_of_many(self, session_keys: Iterable[int], but: Iterable[int] = ()) -> list[Task]:
        """The tasks of these sessions, oldest first, without those with the keys `but`."""
        where = f"{OF_THESE} AND NOT {THESE} ORDER BY key"
        return self._reader.records(TASKS, where, json_of(session_keys), json_of(but))

    def task_keys(self, most: int = -1) -> list[int]:
        """Keys of the newest tasks, newest first; -1: of all."""
        rows = self._db.rows("SELECT key FROM tasks ORDER BY key DESC LIMIT ?", (most,))
        return [row[0] for row in rows]

    def costs_of_day(self, from_ms: int, to_ms: int) -> dict[int, int]:
        """What tasks cost that were started on the day that lasted from when to when (epoch ms):
        nano-dollars by key; see `Figures.day`."""
        sql = (
            f"SELECT t.key, t.cost_nano FROM tasks t WHERE {STARTED} >= ? AND {STARTED} < ?"  # noqa: S608 - own words
            " AND t.cost_nano IS NOT NULL"
        )
        return dict(self._db.rows(sql, (from_ms, to_ms)))

    def last_balance(
        self, base_url: str, key_fingerprint: str
    ) -> tuple[Decimal, int, Decimal] | None:
        """The last balance of an account, in dollars, when it was asked for (epoch ms), and what
        its tasks cost that were sent since; None where it never came."""
        for balance, at_ms, nano in self._db.rows(_LAST_BALANCE, (base_url, key_fingerprint)):
            return Decimal(balance), at_ms, Decimal(nano or 0) / NANO
        return None

    def recent_texts(self) -> list[str]:
        """Different texts of the newest tasks, newest first, without empty ones."""
        sql = "SELECT key, text FROM tasks ORDER BY key DESC LIMIT ?"
        rows = self._reader.rows("tasks", sql, RECENT_ROWS)
        return list(dict.fromkeys(text for _, text in rows if text))[:MOST_TEXTS]

    def steps(self, task_key: int, limit: int = 500) -> list[Step]:
        """The last steps of a task's timeline, in the order in which they were added."""
        where = "task_key = ? ORDER BY key DESC LIMIT ?"
        return self._reader.records(STEPS, where, task_key, limit)[::-1]

    def intents_since(self, since_ms: int) -> list[tuple[IntentKind, int]]:
        """Kind and time (epoch ms) of the calls that may have been made since then."""
        sql = (
            "SELECT kind, made_ms FROM (SELECT * FROM intents ORDER BY key DESC LIMIT ?)"
            " WHERE made_ms >= ? AND NOT (kind = ? AND outcome IS ?) ORDER BY key"
        )
        # A command that is called refused was, as a rule, taken back before it was sent.
        rows = self._db.rows(sql, (MOST_CALLS, since_ms, IntentKind.STATE, Outcome.REFUSED))
        return [(IntentKind(kind), made_ms) for kind, made_ms in rows if kind in set(IntentKind)]

    def used_since(self, since_ms: int) -> list[tuple[int, str]]:
        """When (epoch ms) and with what questions may have been answered since then."""
        sql = (
            "SELECT made_ms, used FROM intents WHERE kind = ? AND made_ms >= ? AND used <> ''"
            " AND outcome IS NOT ? ORDER BY key"
        )
        return self._db.rows(sql, (IntentKind.ANSWER, since_ms, Outcome.REFUSED))

    def opened_with_text(self, session_keys: Iterable[int]) -> set[str]:
        """The addresses at which one of these sessions was opened with a text."""
        sql = (
            f"SELECT base_url FROM sessions WHERE {THESE} AND EXISTS (SELECT 1"  # noqa: S608 - own words
            " FROM intents WHERE session_key = sessions.key AND kind = ? AND outcome = ?"
            " AND used <> '')"
        )
        values = (json_of(session_keys), IntentKind.START_SESSION, Outcome.KNOWN)
        return {row[0] for row in self._db.rows(sql, values)}

    def unsure_stops(self, task_keys: Iterable[int]) -> dict[int, int]:
        """Tasks whose last answer was a Stop of unknown outcome, with their question's number."""
        sql = (
            "SELECT task_key, question_n, verb, outcome, max(key) FROM intents"
            " WHERE task_key IN (SELECT value FROM json_each(?)) AND kind = ? GROUP BY task_key"
        )
        rows = self._db.rows(sql, (json_of(task_keys), IntentKind.ANSWER))
        unsure = (AnswerVerb.STOP, Outcome.UNKNOWN)
        return {key: n for key, n, verb, outcome, _ in rows if (verb, outcome) == unsure}

    def unsettled(self) -> list[Intent]:
        """Intents without an outcome, oldest first: after a crash it is unknown.

        One that cannot be read, or whose session or task cannot, is left out, stays open and is in
        `bad_rows`.
        """
        return self._reader.intents(UNSETTLED)

    @property
    def bad_rows(self) -> tuple[BadRow, ...]:
        return self._reader.bad_rows

    def key_fingerprint(self, key: str, base_url: str) -> str:
        """16 digits of key and host, salted and slow (40 ms): no key can be found by trying."""
        salt: bytes = self._db.rows("SELECT value FROM meta WHERE name = 'salt'")[0][0]
        secret = f"{base_url.rstrip('/')}\0{key}".encode(errors="surrogatepass")
        return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=8).hex()

    def rebuild_indexes(self) -> None:
        """Make all indexes anew (2 s per 100 MB). LedgerError for damage that stays."""
        with typed_errors(self.path):
            self.connection.execute("REINDEX")
            file_copy.check_pages(self.connection, self.path)

    def close(self) -> None:
        """Purge the file, write the -wal back into it and close; harmless when repeated."""
        try:
            deletion.purge(self._db)
        except ClosedLedgerError:
            return
        except LedgerError as error:
            log.warning("pieces of what was deleted may still be in the file: %s", error.reason)
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _put_both(
        self, session: Session, task: Task | None, *, current: bool
    ) -> tuple[Session, Task | None]:
        if not session.is_planned and (session.key == 0 or session.number == 0):
            session = replace(session, number=self._next_number(session.site))
        session = self._put(SESSIONS, session)
        if task is None:
            return session, None
        task = self._put(TASKS, replace(task, session_key=session.key))
        if current and session.current_task != task.key:
            self._db.execute(_SET_CURRENT, (task.key, session.key))
            session = replace(session, current_task=task.key)
        return session, task

    def _next_number(self, site: str) -> int:
        number: int = self._db.rows(_NEXT_NUMBER, (clean_text(site),))[0][0]
        return number

    def _put_steps(self, steps: Iterable[Step]) -> None:
        rows = (STEPS.values(step)[1:] for step in steps)
        self._db.execute_many(_INSERT_STEP, [(*rest, task_key) for task_key, *rest in rows])

    def _put_all(self, records: Sequence[Session | Task]) -> None:
        for record in records:
            if record.key == 0:
                raise ValueError("a new record comes into the ledger by its intent")
            if isinstance(record, Session):
                self._put(SESSIONS, record)
            else:
                self._put(TASKS, record)

    def _put(self, table: RecordTable[R], record: R) -> R:
        values = table.values(record)
        if record.key:
            self._db.execute(table.update, values[1:] + values[:1])
        else:
            values[0] = deletion.fresh_key(self._db, table.name)
            self._db.execute(table.insert, values)
        return table.stored(record, values)


def _open_or_replace(path: Path) -> tuple[Database, Problem | None]:
    """Open `path`; a broken file without a copy is kept aside with its -wal and -shm."""
    with typed_errors(path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with typed_errors(path):
        is_there = any(_size(Path(f"{path}{ending}")) for ending in HOLDING)
    if not is_there and find_copy(path) is not None:  # a first start finds no copy either
        raise MissingLedgerError(path, "gone or empty")
    try:
        return Database.open(path), None
    except CorruptLedgerError as error:
        if find_copy(path) is not None:
            raise
        reason = error.reason
    with typed_errors(path):
        kept_as = keep_aside(path, COMPANIONS)
    kind = ProblemKind.BROKEN
    return Database.open(path), Problem(kind=kind, path=path, kept_as=kept_as, reason=reason)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
