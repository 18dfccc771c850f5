"""A disk that refuses, is full or busy: typed errors, and nothing half written."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from enigma_panel.store.ledger import (
    BrokenDiskError,
    CorruptLedgerError,
    DiskFullError,
    InconsistentError,
    Ledger,
    LedgerError,
    LockedLedgerError,
    ReadOnlyLedgerError,
    database,
    errors,
    opening,
)
from tests.store.helpers import a_session, a_task, raw, start


def test_a_folder_that_refuses_is_a_typed_error(open_folder: Path) -> None:
    open_folder.chmod(0o500)
    for path in (open_folder / "ledger.sqlite3", open_folder / "deeper" / "ledger.sqlite3"):
        with pytest.raises(ReadOnlyLedgerError):
            Ledger.open(path)
    assert list(open_folder.iterdir()) == []


def test_a_file_that_refuses_is_not_taken_for_rubbish(open_folder: Path) -> None:
    path = open_folder / "ledger.sqlite3"
    Ledger.open(path)[0].close()
    path.chmod(0o400)
    with pytest.raises(ReadOnlyLedgerError):
        Ledger.open(path)
    assert [file.name for file in open_folder.iterdir()] == ["ledger.sqlite3"]


def test_a_folder_in_the_files_place_is_a_typed_error(ledger_path: Path) -> None:
    ledger_path.mkdir(parents=True)
    with pytest.raises(ReadOnlyLedgerError):
        Ledger.open(ledger_path)


def test_a_full_disk_loses_nothing_and_goes_on_later(ledger: Ledger) -> None:
    intent = start(ledger)
    pages = ledger._db.rows("PRAGMA page_count")[0][0]
    ledger._db.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFullError):
        start(ledger, task=a_task("x" * 100_000))
    with pytest.raises(DiskFullError):
        ledger.save(replace(intent.session, label="y" * 100_000))
    assert ledger.unsettled() == [intent]
    ledger._db.rows("PRAGMA max_page_count = 1000000")
    assert start(ledger).session.number == 2


def test_a_disk_that_became_read_only(ledger: Ledger) -> None:
    intent = start(ledger)
    ledger._db.rows("PRAGMA query_only = ON")
    with pytest.raises(ReadOnlyLedgerError):
        start(ledger)
    assert ledger.unsettled() == [intent]


def test_a_writer_that_does_not_let_go(ledger_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 60)
    with Ledger.open(ledger_path)[0] as ledger:
        intent = start(ledger)
        with raw(ledger_path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(LockedLedgerError):
                start(ledger)
            assert ledger.unsettled() == [intent]
            other.execute("ROLLBACK")
        assert start(ledger, a_session()).session.number == 2


def test_an_opener_that_does_not_let_go(ledger_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "OPENING_TIMEOUT_MS", 60)
    with opening.sole_opener(ledger_path.parent), pytest.raises(LockedLedgerError):
        Ledger.open(ledger_path)
    Ledger.open(ledger_path)[0].close()


def _error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("words of SQLite")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "SQLITE_NAME"
    return error


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_FULL, DiskFullError),
        (sqlite3.SQLITE_IOERR_FSYNC, BrokenDiskError),
        (sqlite3.SQLITE_IOERR_READ, BrokenDiskError),
        (sqlite3.SQLITE_READONLY_DIRECTORY, ReadOnlyLedgerError),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, ReadOnlyLedgerError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LockedLedgerError),
        (sqlite3.SQLITE_CORRUPT_VTAB, CorruptLedgerError),
        (sqlite3.SQLITE_NOTADB, CorruptLedgerError),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, InconsistentError),
        (sqlite3.SQLITE_TOOBIG, LedgerError),
    ],
)
def test_each_error_of_sqlite_has_its_type(
    tmp_path: Path, code: int, expected: type[LedgerError]
) -> None:
    with pytest.raises(LedgerError) as caught, errors.typed_errors(tmp_path):
        raise _error(code)
    assert type(caught.value) is expected
    assert "words of SQLite" in caught.value.reason
