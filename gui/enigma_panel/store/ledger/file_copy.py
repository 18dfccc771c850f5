"""Copying of a ledger's file: drafted beside it, checked, stamped, then renamed as a whole.

A copy is one file without companions (journal mode DELETE). Its `meta` holds when it was made.
"""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from enigma_panel.store.files import check_is_file, sync_folder
from enigma_panel.store.ledger.errors import CorruptLedgerError, DiskFullError, typed_errors
from enigma_panel.store.ledger.schema import APPLICATION_ID, version

SPARE_BYTES = 64 * 2**20
"""Free space that must be left after a copy was made: the ledger needs it more than its copy."""

SET_META = (
    "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name)"
    " DO UPDATE SET value = excluded.value WHERE value <> excluded.value"
)
RESTORED = "restored_ms"
"""In the `meta` of a ledger that was a copy, until `origin.claim`."""

_DRAFT_ENDINGS = ("", "-journal", "-wal", "-shm")


class Label(Struct, frozen=True, kw_only=True):
    """What a ledger or a copy says of itself in its `meta`.

    mark: the salt that the first program gave it, the same in a ledger and all its copies.
    made_ms: when it was copied, 0 for a ledger that never was a copy.
    """

    mark: bytes
    version: int
    made_ms: int


def copy_path(ledger_path: Path, version: int | None = None) -> Path:
    """Where the copy of the last clean start is, or the one made before leaving a version."""
    return ledger_path.with_suffix(".copy" if version is None else f".copy-v{version}")


def draft_of(target: Path) -> Path:
    """Where the copy that is to become `target` is drafted; one left behind is overwritten."""
    return target.with_name(f"{target.name}.new")


def draft(source: sqlite3.Connection, target: Path, *, anew: bool = False) -> None:
    """Copy what is committed to the draft of `target` (0600), quickly: nothing is synced.

    anew: page for page no more, so that nothing of what was deleted is in it; takes 0.02 s for each
    MB. DiskFullError where less than SPARE_BYTES would be left; sqlite3.Error, OSError.
    """
    size = _one(source, "PRAGMA page_count") * _one(source, "PRAGMA page_size")
    with gone_on_error(target):
        path = _fresh_draft(target)  # one that was left has no room any more
        check_room(target, size)
        if anew:
            source.execute("VACUUM INTO ?", (str(path),))
            return
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            source.backup(connection)


def check_room(target: Path, size: int) -> None:
    """DiskFullError where less than SPARE_BYTES would be left beside a draft of so many bytes."""
    if shutil.disk_usage(target.parent).free < size + SPARE_BYTES:
        raise DiskFullError(target, "too little room for another one")


def drop_draft(target: Path) -> None:
    """Remove the draft of `target`, where there is one. OSError."""
    for ending in _DRAFT_ENDINGS:
        Path(f"{draft_of(target)}{ending}").unlink(missing_ok=True)


def seal(target: Path, now_ms: int, check: Callable[[sqlite3.Connection], None]) -> None:
    """Check the draft, stamp it, make it durable and let it replace `target`.

    check raises what it does not like. With any error the draft goes and `target` stays.
    """
    path = draft_of(target)
    with gone_on_error(target):
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            check_pages(connection, path)
            check(connection)
            connection.execute(SET_META, ("copied_ms", now_ms))
        sync_file(path)
        put_in_place(target)


def check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """CorruptLedgerError unless all pages, rows and indexes agree."""
    failure = _one(connection, "PRAGMA integrity_check(1)")
    if failure != "ok":
        raise CorruptLedgerError(path, str(failure))


@contextmanager
def looking_at(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that only reads a copy: nothing is locked, no companion appears. LedgerError."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with typed_errors(path):
        check_is_file(path)
        with contextlib.closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            yield connection


def label_of(connection: sqlite3.Connection, path: Path) -> Label:
    """CorruptLedgerError where it is no ledger of ours; sqlite3.DatabaseError for rubbish."""
    found = dict(connection.execute("SELECT name, value FROM meta").fetchall())
    mark, made_ms = found.get("salt"), found.get("copied_ms", 0)
    owner = _one(connection, "PRAGMA application_id")
    if owner != APPLICATION_ID or type(mark) is not bytes or type(made_ms) is not int:
        raise CorruptLedgerError(path, "no ledger")
    return Label(mark=mark, version=version(connection), made_ms=made_ms)


def duplicate(source: Path, target: Path, made_ms: int) -> None:
    """Make the draft of `target` a durable duplicate of `source`, which remembers that it is one.

    made_ms: of the copy `source`. sqlite3.Error, OSError: see gone_on_error.
    """
    path = _fresh_draft(target)
    shutil.copyfile(source, path)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(SET_META, (RESTORED, made_ms))
    sync_file(path)


def put_in_place(target: Path) -> None:
    """Let the durable draft of `target` become it, durably. OSError."""
    draft_of(target).replace(target)
    sync_folder(target.parent)


@contextmanager
def gone_on_error(target: Path) -> Iterator[None]:
    """Remove the draft of `target` with any error: it takes space that a full disk has not."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            drop_draft(target)
        raise


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
