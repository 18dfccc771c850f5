"""The connection to the ledger's file: its transactions and statements, in LedgerErrors."""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from enigma_panel.store.ledger.errors import (
    ClosedLedgerError,
    CorruptLedgerError,
    LedgerError,
    OtherVersionError,
    ReadOnlyLedgerError,
    typed_errors,
)
from enigma_panel.store.ledger.schema import APPLICATION_ID, TABLES, VERSION, create, version

log = logging.getLogger(__name__)
Values = Sequence[Any] | Mapping[str, Any]

BUSY_TIMEOUT_MS = 5_000
"""How long a call waits for another process that writes, in ms."""

CLOSE_TIMEOUT_MS = 200
"""How long `close` waits for others before it leaves the -wal file to them, in ms."""

COMPANIONS = ("", "-wal", "-shm")
"""The endings of all files that together are one ledger."""
HOLDING = ("", "-wal")
"""The endings of those files that hold what was written; a mere reader leaves a -shm, too."""

MAGIC = b"SQLite format 3\0"
"""The first bytes of every file of SQLite."""


class Database:
    """A SQLite file in WAL mode with full sync, for one thread. file: as opened, None read-only."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, file: os.stat_result | None = None
    ) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = connection
        self._file = file

    @classmethod
    def open(cls, path: Path) -> "Database":
        """Open or make the file.

        CorruptLedgerError for a file that is none of ours, or too damaged to open; other damage is
        found later (`backup.make_copy`). OtherVersionError (nothing touched) for one of another
        version, other LedgerErrors as they come. Not twice at a time in one process: POSIX drops
        all locks of a process on a file when it closes one handle of it.
        """
        with typed_errors(path):
            _check_version(path)
            _make_private(path)
            check_header(path)
            connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
            try:
                _prepare(connection, path)
                return cls(path, connection, path.stat())
            except BaseException:
                connection.close()
                raise

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection; ClosedLedgerError after `close`."""
        if self._connection is None:
            raise ClosedLedgerError(self.path, "closed")
        return self._connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction; durable when it is left without an error."""
        connection = self.connection
        with typed_errors(self.path):
            self._check_place()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                connection.execute("COMMIT")
            except BaseException:
                # The first error is the one to raise; SQLite may have rolled back by itself.
                with contextlib.suppress(sqlite3.Error):
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                raise

    def _check_place(self) -> None:
        """Raise ReadOnlyLedgerError where our file is gone, and SQLite would write on into it."""
        if self._file is None or not os.path.samestat(self._file, self.path.stat()):
            raise ReadOnlyLedgerError(self.path, "another file is in its place")

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Run one statement, usually within `transaction`."""
        with typed_errors(self.path):
            return self.connection.execute(sql, values)

    def insert(self, sql: str, values: Sequence[Any]) -> int:
        """Run an INSERT of one row, within `transaction`; returns the row's new key."""
        key = self.execute(sql, values).lastrowid
        assert key is not None  # after an INSERT
        return key

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row, within `transaction`."""
        with typed_errors(self.path):
            self.connection.executemany(sql, rows)

    def rows(self, sql: str, values: Values = ()) -> list[Any]:
        """All rows of a query. UnreadableTextError where a text of them is not UTF-8."""
        with typed_errors(self.path):
            return self.connection.execute(sql, values).fetchall()

    def rows_with_bytes(self, sql: str, values: Values = ()) -> list[Any]:
        """Do as `rows`, much slower; a text that is not UTF-8 comes as its bytes."""
        self.connection.text_factory = _text_or_bytes
        try:
            return self.rows(sql, values)
        finally:
            self.connection.text_factory = str

    def truncate_wal(self, timeout_ms: int = 0) -> bool:
        """Write the -wal back into the file and empty it; False where somebody still reads it."""
        self.execute(f"PRAGMA busy_timeout = {timeout_ms}")
        try:
            return not self.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
        finally:
            self.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    def close(self) -> None:
        """Write the -wal file back into the main one and close; harmless when repeated."""
        if self._connection is None:
            return
        try:
            # Another process may be at work on the file; then it will write the rest back.
            with contextlib.suppress(LedgerError):
                self.truncate_wal(CLOSE_TIMEOUT_MS)
        finally:
            connection, self._connection = self._connection, None
            connection.close()


def _text_or_bytes(text: bytes) -> str | bytes:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text


def _make_private(path: Path) -> None:
    """Make the files 0600, but not where a link leads: that is the person's own. OSError.

    SQLite gives -wal and -shm the mode of the main file, and syncs the folder with its first write.
    The file is made here, not by a umask around SQLite, because a umask holds for all threads.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for ending in COMPANIONS if os.name != "nt" else ():
        file = Path(f"{path}{ending}")
        # The last of several processes to close the ledger may remove -wal and -shm just now.
        with contextlib.suppress(FileNotFoundError):
            if not file.is_symlink() and file.stat().st_mode & 0o077:
                file.chmod(0o600)


def _check_version(path: Path) -> None:
    """Refuse another version before SQLite opens the file, which would take in its -wal.

    One that was killed in its first run has its number in the -wal alone, which a reader leaves as
    it is. OtherVersionError, OSError, sqlite3.Error.
    """
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(100)
    found, owner = (int.from_bytes(header[at : at + 4]) for at in (60, 68))
    if header.startswith(MAGIC) and not owner and Path(f"{os.path.realpath(path)}-wal").exists():
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as reader:
            found, owner = version(reader), reader.execute("PRAGMA application_id").fetchone()[0]
    if owner == APPLICATION_ID and found != VERSION:
        raise OtherVersionError(path, found, VERSION)


def check_header(path: Path) -> None:
    """Find rubbish before SQLite does and throws its -wal away. CorruptLedgerError, OSError."""
    with path.open("rb") as file:
        start = file.read(len(MAGIC))
    wal = Path(f"{os.path.realpath(path)}-wal")
    if not start and wal.exists() and wal.stat().st_size:
        raise CorruptLedgerError(path, "empty beside a -wal file with content")
    if start and start != MAGIC:
        raise CorruptLedgerError(path, "not a database")


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    is_fresh = _check_owner(connection, path)
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON").fetchone()
    connection.execute("PRAGMA foreign_keys = ON")
    if is_fresh:
        create(connection)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    if not names >= TABLES:
        raise CorruptLedgerError(path, "its tables are not those that we made")


def _check_owner(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file is empty; CorruptLedgerError for another program's."""
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if owner == APPLICATION_ID:
        return False
    if owner or connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
        raise CorruptLedgerError(path, "the database of another program")
    return True
