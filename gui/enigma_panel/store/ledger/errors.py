"""The ledger's errors as types; they are made here from SQLite's and the system's."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LedgerError(Exception):
    """The ledger could not do what was asked. The transaction under way was rolled back."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class DiskFullError(LedgerError):
    """The disk has no space."""


class ReadOnlyLedgerError(LedgerError):
    """File or folder may not be written or not even opened."""


class LockedLedgerError(LedgerError):
    """Another process locked the ledger for longer than BUSY_TIMEOUT_MS."""


class CorruptLedgerError(LedgerError):
    """The content makes no sense: not SQLite, a damaged page, a value that no version wrote."""


class MissingLedgerError(LedgerError):
    """The file is gone or empty, though a copy of it is there."""


class UnreadableTextError(CorruptLedgerError):
    """A text among the rows of a query is not UTF-8; the rows without it can still be had."""


class BrokenDiskError(LedgerError):
    """The system reported an input/output error."""


class InconsistentError(LedgerError):
    """A record points to a session or task that is not in the ledger, or a name is taken."""


class ClosedLedgerError(LedgerError):
    """The ledger was closed before."""


class OtherVersionError(LedgerError):
    """Another version of this program wrote the ledger; it was left untouched."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(path, f"its format is {found}, this program needs {known}")


class IntentSettledError(LedgerError):
    """The intent was settled before or never existed."""

    def __init__(self, path: Path, intent_key: int) -> None:
        super().__init__(path, f"intent {intent_key} is not open")


_BY_CODE: dict[int, type[LedgerError]] = {
    # Our SQL is fixed: where it is wrong, the file is not what we made.
    sqlite3.SQLITE_ERROR: CorruptLedgerError,
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_READONLY: ReadOnlyLedgerError,
    sqlite3.SQLITE_CANTOPEN: ReadOnlyLedgerError,
    sqlite3.SQLITE_PERM: ReadOnlyLedgerError,
    sqlite3.SQLITE_AUTH: ReadOnlyLedgerError,
    sqlite3.SQLITE_BUSY: LockedLedgerError,
    sqlite3.SQLITE_LOCKED: LockedLedgerError,
    sqlite3.SQLITE_PROTOCOL: LockedLedgerError,
    sqlite3.SQLITE_CORRUPT: CorruptLedgerError,
    sqlite3.SQLITE_NOTADB: CorruptLedgerError,
    sqlite3.SQLITE_FORMAT: CorruptLedgerError,
    sqlite3.SQLITE_IOERR: BrokenDiskError,
    sqlite3.SQLITE_CONSTRAINT: InconsistentError,
}

FULL_BYTES = 64 * 2**10
"""The free space below which a disk takes no -wal and -shm file, in bytes."""

_PRIMARY_CODE = 0xFF  # the extended result codes carry details in the higher bits


@contextmanager
def typed_errors(path: Path) -> Iterator[None]:
    """Turn the errors of SQLite and of the file system into LedgerErrors.

    A sqlite3.ProgrammingError (wrong thread, wrong SQL) is a mistake of ours and passes unchanged.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        raise _from_sqlite(path, error) from error
    except UnicodeDecodeError:  # out of a pragma or the schema of a damaged file
        raise CorruptLedgerError(path, "text that is not UTF-8") from None
    except OSError as error:
        raise _from_system(path, error) from error


def _from_sqlite(path: Path, error: sqlite3.Error) -> LedgerError:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # the module itself refused the data: text that is not UTF-8
        return UnreadableTextError(path, "text that is not UTF-8")
    name = getattr(error, "sqlite_errorname", "")
    found = _BY_CODE.get(code & _PRIMARY_CODE, LedgerError)
    if found is BrokenDiskError and _is_full(path):
        found = DiskFullError
    return found(path, f"{name}: {error}")


def _is_full(path: Path) -> bool:
    """Whether the disk is full, which SQLite may also report as a broken file."""
    try:
        return shutil.disk_usage(path.parent).free < FULL_BYTES
    except OSError:
        return False


def _from_system(path: Path, error: OSError) -> LedgerError:
    reason = error.strerror or str(error)
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return DiskFullError(path, reason)
        case errno.EIO:
            return BrokenDiskError(path, reason)
        case _:
            return ReadOnlyLedgerError(path, reason)
