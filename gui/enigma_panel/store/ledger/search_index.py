"""The index of all words of the tasks: a file beside the ledger that can be made anew at any time.

It stands apart so that nothing that happens to it can keep an intent from being written, and no
copy of the ledger carries it. The ledger's triggers note in `text_changes` which tasks have other
texts; `catch_up` takes them over, newest tasks first where there are many.
"""

import contextlib
import logging
import os
import sqlite3
from pathlib import Path

from enigma_panel.store.files import check_is_file
from enigma_panel.store.ledger.database import COMPANIONS
from enigma_panel.store.ledger.errors import typed_errors

log = logging.getLogger(__name__)

VERSION = 2
BATCH = 200
"""So many tasks are taken over at once; a question waits for no more (0.02 s)."""

_SCHEMA = (
    "CREATE TABLE state (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    """
    CREATE VIRTUAL TABLE texts USING fts5 (
        text, result, error, question, session,
        tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3 4'
    )
    """,
)
_COLUMNS = (
    "t.key, t.text, t.result, t.error, t.question,"
    " s.site || ' ' || coalesce(s.label, nullif(s.number, 0), '')"
)
_ADD = (
    f"INSERT INTO texts (rowid, text, result, error, question, session) SELECT {_COLUMNS}"  # noqa: S608 - own names
    " FROM ledger.tasks t JOIN ledger.sessions s ON s.key = t.session_key WHERE t.key IN"
    " (SELECT value FROM json_each(?))"
)
_DROP = "DELETE FROM texts WHERE rowid IN (SELECT value FROM json_each(?))"
_CHANGES = (
    "SELECT max(n), json_group_array(DISTINCT task_key) FROM"
    " (SELECT n, task_key FROM ledger.text_changes WHERE n > ? ORDER BY n LIMIT ?)"
)
_OLDER = (
    "SELECT min(key), json_group_array(key) FROM"
    " (SELECT key FROM ledger.tasks WHERE key < ? ORDER BY key DESC LIMIT ?)"
)
_LAST_CHANGE = (
    "SELECT coalesce(max(seq), 0) FROM ledger.sqlite_sequence WHERE name = 'text_changes'"
)
_FIRST_KEPT = "SELECT coalesce(min(n), 0) FROM ledger.text_changes"
_SALT = "SELECT value FROM ledger.meta WHERE name = 'salt'"


def index_path(ledger_path: Path) -> Path:
    """Where the index of a ledger is."""
    return ledger_path.with_suffix(".search")


def open_with_ledger(ledger_path: Path) -> sqlite3.Connection:
    """A connection to the index, made where there is none that fits, with the ledger attached.

    The ledger, `ledger` in its statements, is only read. Where the disk refuses the index, it is
    made in memory, for this run. LedgerError: the ledger cannot be read.
    """
    path = index_path(ledger_path)
    with typed_errors(path):
        try:
            return _opened(path, ledger_path)
        except (OSError, sqlite3.DatabaseError) as error:
            if not is_damage(error):
                log.warning("the index of words is made in memory: %s", error)
                return _opened(None, ledger_path)
        drop_index(ledger_path)
        return _opened(path, ledger_path)


def is_damage(error: Exception) -> bool:
    """Whether an index of which SQLite says this is to be made anew."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    lacks = any(str(error).endswith(f"no such table: {name}") for name in ("texts", "state"))
    return lacks or code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def drop_index(ledger_path: Path) -> None:
    """Delete it: what is asked for next makes it anew. OSError."""
    for ending in COMPANIONS:
        Path(f"{index_path(ledger_path)}{ending}").unlink(missing_ok=True)


def catch_up(connection: sqlite3.Connection) -> int:
    """Take the next batch of texts over; returns how many tasks are still missing, 0 for none.

    First what changed, then what is older than the index.
    """
    state = dict(connection.execute("SELECT name, value FROM state").fetchall())
    through, keys = connection.execute(_CHANGES, (state["through"], BATCH)).fetchone()
    if through is not None:
        _take(connection, keys, "through", through)
    elif state["down_to"] > 1:
        down_to, keys = connection.execute(_OLDER, (state["down_to"], BATCH)).fetchone()
        _take(connection, keys, "down_to", down_to or 1)
    return missing(connection)


def purge(connection: sqlite3.Connection) -> None:
    """Leave no word of what was deleted in the file: SQLite keeps it in old segments until all are
    one. Takes 0.05 s for each MB."""
    through = connection.execute(_LAST_CHANGE).fetchone()[0]
    while dict(connection.execute("SELECT name, value FROM state").fetchall())["through"] < through:
        catch_up(connection)
    connection.execute("INSERT INTO main.texts (texts) VALUES ('optimize')")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("VACUUM main")
    connection.execute("PRAGMA main.wal_checkpoint(TRUNCATE)").fetchall()


def missing(connection: sqlite3.Connection) -> int:
    """How many tasks, or changes of tasks, are not in the index yet."""
    sql = (
        "SELECT (SELECT count(*) FROM ledger.text_changes"
        " WHERE n > (SELECT value FROM state WHERE name = 'through'))"
        " + (SELECT count(*) FROM ledger.tasks"
        " WHERE key < (SELECT value FROM state WHERE name = 'down_to'))"
    )
    number: int = connection.execute(sql).fetchone()[0]
    return number


def _take(connection: sqlite3.Connection, keys: str, name: str, value: int) -> None:
    """These tasks (a JSON list) are in the index as they are now; others may have been before."""
    connection.execute("BEGIN")
    try:
        connection.execute(_DROP, (keys,))
        connection.execute(_ADD, (keys,))
        connection.execute("UPDATE state SET value = ? WHERE name = ?", (value, name))
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _opened(path: Path | None, ledger_path: Path) -> sqlite3.Connection:
    name = "file::memory:"
    if path is not None:
        check_is_file(path)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        name = path.absolute().as_uri()
    connection = sqlite3.connect(name, uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = OFF")  # what a power cut takes is made anew
        uri = f"{ledger_path.absolute().as_uri()}?mode=ro"
        connection.execute("ATTACH ? AS ledger", (uri,))
        if not _fits(connection):
            _make(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _fits(connection: sqlite3.Connection) -> bool:
    """Whether it is the index of this ledger, and no further behind than the ledger remembers.

    A ledger that was restored from its copy has seen fewer changes than its index.
    """
    if connection.execute("PRAGMA main.user_version").fetchone()[0] != VERSION:
        return False
    state = dict(connection.execute("SELECT name, value FROM state").fetchall())
    first = connection.execute(_FIRST_KEPT).fetchone()[0]
    last = connection.execute(_LAST_CHANGE).fetchone()[0]
    salt = connection.execute(_SALT).fetchone()[0]
    return bool(state["salt"] == salt and first - 1 <= state["through"] <= last)


def _make(connection: sqlite3.Connection) -> None:
    """An empty index; what is in the ledger now comes as what is older."""
    connection.execute("BEGIN")
    for name in ("texts", "state"):
        connection.execute(f"DROP TABLE IF EXISTS main.{name}")
    for statement in _SCHEMA:
        connection.execute(statement)
    salt = connection.execute(_SALT).fetchone()[0]
    last = connection.execute(_LAST_CHANGE).fetchone()[0]
    top = connection.execute("SELECT coalesce(max(key), 0) + 1 FROM ledger.tasks").fetchone()[0]
    state = (("salt", salt), ("through", last), ("down_to", top))
    connection.executemany("INSERT INTO state VALUES (?, ?)", state)
    connection.execute(f"PRAGMA main.user_version = {VERSION}")
    connection.execute("COMMIT")
