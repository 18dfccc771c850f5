"""The files of a copy: each is drafted beside its place, made durable, then renamed as a whole.

A copy is one file without companions (journal mode DELETE). Its `meta` holds when it was made.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from enigma_panel.store.files import sync_folder
from enigma_panel.store.ledger.errors import CorruptLedgerError, DiskFullError, typed_errors
from enigma_panel.store.ledger.schema import APPLICATION_ID, version

SPARE_BYTES = 64 * 2**20
"""Free space that a copy must leave: the ledger needs it more."""

SET_META = (
    "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name)"
    " DO UPDATE SET value = excluded.value WHERE value <> excluded.value"
)
RESTORED = "restored_ms"
"""Key in the `meta` of a ledger that was a copy, until `origin.claim`."""

_DRAFT_ENDINGS = ("", "-journal", "-wal", "-shm")


class Label(Struct, frozen=True, kw_only=True):
    """The label of a ledger or a copy, in its `meta`.

    mark: the salt that the first program gave it, the same in a ledger and all its copies.
    made_ms: when it was copied, 0 for a ledger that never was a copy.
    """

    mark: bytes
    version: int
    made_ms: int


def copy_path(ledger_path: Path) -> Path:
    """Where the ledger's copy is."""
    return ledger_path.with_suffix(".copy")


def draft_of(target: Path) -> Path:
    """Where the file that is to become `target` is written first."""
    return target.with_name(f"{target.name}.new")


def copy(source: sqlite3.Connection, target: Path, now_ms: int) -> None:
    """Let a copy of what is committed (0600, stamped with the time) replace `target`, durably.

    VACUUM INTO copies rows, not pages: deleted rows leave no trace in the copy. Takes 0.02 s
    per MB. With any error the draft goes and `target` stays; DiskFullError where less than
    SPARE_BYTES would be left, sqlite3.Error, OSError.
    """
    size = _one(source, "PRAGMA page_count") * _one(source, "PRAGMA page_size")
    with gone_on_error(target):
        path = _fresh_draft(target)  # one that a killed program left has taken room
        if shutil.disk_usage(target.parent).free < size + SPARE_BYTES:
            raise DiskFullError(target, "too little room for another one")
        source.execute("VACUUM INTO ?", (str(path),))
        _stamp(path, "copied_ms", now_ms)
        put_in_place(target)


def drop_draft(target: Path) -> None:
    """Remove the draft of `target`, where there is one. OSError."""
    for ending in _DRAFT_ENDINGS:
        Path(f"{draft_of(target)}{ending}").unlink(missing_ok=True)


def check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Raise CorruptLedgerError unless all pages, rows and indexes agree."""
    failure = _one(connection, "PRAGMA integrity_check(1)")
    if failure != "ok":
        raise CorruptLedgerError(path, str(failure))


@contextmanager
def looking_at(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a connection that only reads a copy and leaves nothing beside it. LedgerError."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with (
        typed_errors(path),
        contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection,
    ):
        yield connection


def label_of(connection: sqlite3.Connection, path: Path) -> Label:
    """The ledger's label. CorruptLedgerError: no ledger of ours; DatabaseError: rubbish."""
    found = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    mark, made_ms = found.get("salt"), found.get("copied_ms", 0)
    owner = _one(connection, "PRAGMA application_id")
    if owner != APPLICATION_ID or type(mark) is not bytes or type(made_ms) is not int:
        raise CorruptLedgerError(path, "no ledger")
    return Label(mark=mark, version=version(connection), made_ms=made_ms)


def duplicate(source: Path, target: Path, made_ms: int) -> None:
    """Make the draft of `target`, a durable `source` marked as restored. See gone_on_error."""
    path = _fresh_draft(target)
    shutil.copyfile(source, path)
    _stamp(path, RESTORED, made_ms)


def put_in_place(target: Path) -> None:
    """Let the durable draft of `target` become it, durably. OSError."""
    draft_of(target).replace(target)
    sync_folder(target.parent)


@contextmanager
def gone_on_error(target: Path) -> Iterator[None]:
    """Remove the draft of `target` with any error: it takes space that a full disk lacks."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            drop_draft(target)
        raise


def _stamp(path: Path, name: str, value: int) -> None:
    """Write a value into a draft's `meta` and make the file durable."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(SET_META, (name, value))
    sync_file(path)


def _fresh_draft(target: Path) -> Path:
    """An empty file (0600), whatever was there."""
    drop_draft(target)
    path = draft_of(target)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return path


def sync_file(path: Path) -> None:
    """Make what was written to it durable. OSError."""
    # Opened for writing, because Windows syncs no other handle.
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _one(connection: sqlite3.Connection, sql: str) -> Any:
    return connection.execute(sql).fetchone()[0]
