"""A disk that refuses, is full or busy: typed errors, and nothing half written."""

import errno
import shutil
import sqlite3
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase
from enigma_panel.store.ledger import database, errors
from enigma_panel.store.ledger.errors import (
    BrokenDiskError,
    CorruptLedgerError,
    DiskFullError,
    InconsistentError,
    LedgerError,
    LockedLedgerError,
    ReadOnlyLedgerError,
)
from enigma_panel.store.ledger.intents import Outcome, Step
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.kit.rows import check_rows
from tests.store.helpers import copy_ledger, kept_session, raw, start


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
        start(ledger, task=new_task("x" * 100_000))
    with pytest.raises(DiskFullError):
        ledger.save(replace(intent.session, site="y" * 100_000))
    assert ledger.unsettled() == [intent]
    ledger._db.rows("PRAGMA max_page_count = 1000000")
    assert start(ledger).session.number == 2


def test_a_settle_that_fails_can_be_done_later(ledger: Ledger) -> None:
    intent = start(ledger)
    opened = replace(intent.session, phase=Phase.OPEN, service_id="s" * 100_000)
    pages = ledger._db.rows("PRAGMA page_count")[0][0]
    ledger._db.rows(f"PRAGMA max_page_count = {pages}")
    for _ in range(3):
        with pytest.raises(DiskFullError):
            ledger.settle(
                intent.key,
                Outcome.KNOWN,
                NOW,
                opened,
                steps=[Step(at_ms=NOW, kind="opened", text="", task_key=1)],
            )
        assert ledger.unsettled() == [intent]
        assert ledger.steps(1) == []
    ledger._db.rows("PRAGMA max_page_count = 1000000")
    ledger.settle(intent.key, Outcome.KNOWN, NOW, opened)
    assert ledger.unsettled() == []
    assert kept_session(ledger, intent.session.key) == opened


@pytest.mark.skipif(sys.platform == "win32", reason="the limit of a file's size is POSIX's")
def test_a_real_limit_of_the_system_is_a_typed_error_and_ends(ledger: Ledger) -> None:
    """As a quota: the system itself refuses to let the -wal file grow."""
    import resource

    intent = start(ledger)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = Path(f"{ledger.path}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, before[1]))
    try:
        with pytest.raises(LedgerError) as caught:
            start(ledger, task=new_task("x" * 50_000))
        with pytest.raises(LedgerError):
            ledger.settle(
                intent.key, Outcome.KNOWN, NOW, replace(intent.session, site="y" * 50_000)
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert type(caught.value) in {BrokenDiskError, DiskFullError}
    assert ledger.unsettled() == [intent]
    ledger.settle(intent.key, Outcome.KNOWN, NOW)
    assert start(ledger).session.number == 2
    ledger.close()
    with Ledger.open(ledger.path)[0] as again:
        assert len(again.task_keys()) == 2


def test_a_folder_that_became_read_only_while_it_is_open(open_folder: Path) -> None:
    path = open_folder / "room" / "ledger.sqlite3"
    ledger, _ = Ledger.open(path)
    with ledger:
        intent = start(ledger)
        path.parent.chmod(0o500)
        second = start(ledger)  # its files are open: nothing is lost meanwhile
        with pytest.raises(ReadOnlyLedgerError):
            copy_ledger(ledger, NOW)
        assert ledger.unsettled() == [intent, second]
        path.parent.chmod(0o700)
        copy_ledger(ledger, NOW)
    with Ledger.open(path)[0] as again:
        assert again.unsettled() == [intent, second]


def test_only_a_full_disk_is_reported_as_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite reports both as a broken file; nothing is known of a disk that is gone."""

    def check(code: int, free: int | None, expected: type[LedgerError]) -> None:
        def usage(_path: Path) -> SimpleNamespace:
            if free is None:
                raise OSError(errno.ENODEV, "no such device")
            return SimpleNamespace(free=free)

        monkeypatch.setattr(shutil, "disk_usage", usage)
        with pytest.raises(expected), errors.typed_errors(tmp_path / "ledger.sqlite3"):
            raise _error(code)

    full, broken = errors.FULL_BYTES, sqlite3.SQLITE_IOERR_SHMSIZE
    rows = [
        (broken, full - 1, DiskFullError),
        (broken, full, BrokenDiskError),
        (broken, None, BrokenDiskError),
        (sqlite3.SQLITE_CORRUPT, full - 1, CorruptLedgerError),
    ]
    check_rows(rows, check)


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
        assert start(ledger, new_session()).session.number == 2


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
