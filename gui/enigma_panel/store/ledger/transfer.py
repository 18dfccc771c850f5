"""A ledger on its way to another computer: exported as one file, imported in place of an empty one.

An exported ledger is a whole one, of its version, that says in its `meta` when it was exported. The
first start over it sends nothing that waited then, see `services.recovery`.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from enigma_panel.store.files import check_is_file, keep_aside
from enigma_panel.store.ledger import file_copy
from enigma_panel.store.ledger.backup import OPEN_IN_IT, copies_of, replace_ledger
from enigma_panel.store.ledger.database import BUSY_TIMEOUT_MS, MAGIC, sole_opener
from enigma_panel.store.ledger.errors import (
    CorruptLedgerError,
    LedgerError,
    LockedLedgerError,
    NewerLedgerError,
    typed_errors,
)
from enigma_panel.store.ledger.file_copy import EXPORTED, SET_META
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.schema import APPLICATION_ID, MIGRATIONS, TABLES, columns, migrate

if TYPE_CHECKING:
    from enigma_panel.store.ledger.ledger import Ledger

INSTRUCTIONS = 10_000
"""SQLite asks so often whether to go on: some hundred times a second."""

_OWNER = slice(68, 72)
"""Where SQLite keeps the id of the program that a file belongs to."""
_WAITING_COMMANDS = (
    "UPDATE intents SET outcome = ?, settled_ms = ? WHERE outcome IS NULL AND kind = ?"
)


class Contents(Struct, frozen=True, kw_only=True):
    """What an exported ledger holds. made_ms: when it was exported (UTC epoch milliseconds).

    sessions_open: of so many the end was not known then.
    """

    made_ms: int
    tasks: int
    sessions_open: int


class NotExportedError(LedgerError):
    """No ledger of ours, or none that was exported: a program may be at work on it."""


class NotEmptyError(LedgerError):
    """Something has happened in the ledger: nothing takes its place."""


def export_ledger(
    source: Path, target: Path, now_ms: int, is_cancelled: Callable[[], bool]
) -> None:
    """Write what is committed now into the empty file `target`; nothing that is written meanwhile
    waits for it, and what was deleted is in no corner of it.

    Commands that wait stay behind. InterruptedReadError where it was cancelled; CorruptLedgerError
    where the ledger is damaged; other LedgerErrors as they come of the target, as a rule.
    """
    with typed_errors(source):
        uri = f"{source.absolute().as_uri()}?mode=ro"
        reader = sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000
        )
    with contextlib.closing(reader), typed_errors(target):
        reader.set_progress_handler(is_cancelled, INSTRUCTIONS)
        reader.execute("VACUUM INTO ?", (str(target),))
    with typed_errors(target), _changing(target) as connection:
        values = (Outcome.UNKNOWN, now_ms, IntentKind.STATE)
        connection.execute(_WAITING_COMMANDS, values)
        connection.execute(SET_META, (EXPORTED, now_ms))


def is_empty(ledger: "Ledger") -> bool:
    """Whether nothing has ever happened in it."""
    with typed_errors(ledger.path):
        return _holds_nothing(ledger.connection)


def read_contents(path: Path) -> Contents:
    """What is in an exported ledger; only its beginning is checked, in some milliseconds.

    NotExportedError, NewerLedgerError, LockedLedgerError for one that another program has not
    finished, CorruptLedgerError, others as they come.
    """
    with typed_errors(path):
        _check_header(path)
        if any(_has_content(Path(f"{path}{ending}")) for ending in ("-wal", "-journal")):
            raise LockedLedgerError(path, "another program has not finished it")
    with file_copy.looking_at(path) as connection:
        version = file_copy.label_of(connection, path).version
        if version > len(MIGRATIONS):
            raise NewerLedgerError(path, version, len(MIGRATIONS))
        made = connection.execute("SELECT value FROM meta WHERE name = ?", (EXPORTED,)).fetchone()
        if made is None or type(made[0]) is not int:
            raise NotExportedError(path, "none that was exported")
        tasks = connection.execute("SELECT count(*) FROM tasks").fetchone()[0]
        sessions_open = connection.execute(OPEN_IN_IT).fetchone()[0]
    return Contents(made_ms=made[0], tasks=tasks, sessions_open=sessions_open)


def prepare_import(ledger_path: Path, source: Path) -> None:
    """Duplicate an exported ledger beside ours, check it as a whole and bring it to our version.

    Ours may be at work. Raises what `read_contents` does, and leaves nothing then.
    """
    made_ms = read_contents(source).made_ms
    with typed_errors(ledger_path), file_copy.gone_on_error(ledger_path):
        file_copy.check_room(ledger_path, source.stat().st_size)
        file_copy.duplicate(source, ledger_path, made_ms)
        path = file_copy.draft_of(ledger_path)
        with _changing(path) as connection:
            file_copy.check_pages(connection, path)
            migrate(connection)
            if not TABLES.items() <= columns(connection).items():
                raise CorruptLedgerError(path, "its tables are not those that we made")
        file_copy.sync_file(path)


def finish_import(ledger_path: Path) -> None:
    """Let what was prepared take the place of our ledger, which must be closed and empty; that one
    and its copies are kept aside, and any of the ledger that comes, which may hold what that lacks.
    NotEmptyError: nothing was done."""
    alone = sole_opener(ledger_path.parent)
    with alone, typed_errors(ledger_path), file_copy.gone_on_error(ledger_path):
        with contextlib.closing(sqlite3.connect(ledger_path, isolation_level=None)) as ours:
            if not _holds_nothing(ours):
                raise NotEmptyError(ledger_path, "something has happened meanwhile")
            marks = {file_copy.label_of(ours, ledger_path).mark}
        path = file_copy.draft_of(ledger_path)
        with file_copy.looking_at(path) as prepared:
            marks.add(file_copy.label_of(prepared, path).mark)
        for copy in copies_of(ledger_path, marks):  # those of any other are still offered
            keep_aside(copy, word="replaced")
        replace_ledger(ledger_path)


def discard_import(ledger_path: Path) -> None:
    """Leave nothing of what was prepared. LedgerError."""
    with typed_errors(ledger_path):
        file_copy.drop_draft(ledger_path)


def is_imported(ledger: "Ledger") -> bool:
    """Whether it was exported elsewhere and this is the first start over it; until
    `backup.forget_restored`."""
    with typed_errors(ledger.path):
        sql = "SELECT 1 FROM meta WHERE name = ?"
        return ledger.connection.execute(sql, (EXPORTED,)).fetchone() is not None


def _holds_nothing(connection: sqlite3.Connection) -> bool:
    return all(
        connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None  # noqa: S608 - ours
        for table in TABLES
        if table != "meta"
    )


@contextlib.contextmanager
def _changing(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a file that nobody else knows and that goes with any error: no companion
    appears, nothing is synced."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA journal_mode = OFF").fetchall()
        connection.execute("PRAGMA synchronous = OFF")
        yield connection


def _check_header(path: Path) -> None:
    check_is_file(path)
    with path.open("rb") as file:
        start = file.read(_OWNER.stop)
    if not start.startswith(MAGIC) or start[_OWNER] != APPLICATION_ID.to_bytes(4):
        raise NotExportedError(path, "no ledger")


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
