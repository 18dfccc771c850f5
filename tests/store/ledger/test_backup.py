"""The last good copy: when it is made, what it never replaces, how it comes back."""

import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.store.files import Copy
from enigma_panel.store.ledger import backup, file_copy
from enigma_panel.store.ledger.backup import find_copy, make_copy
from enigma_panel.store.ledger.errors import (
    BrokenDiskError,
    CorruptLedgerError,
    DiskFullError,
    LedgerError,
)
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.builders import new_session
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.wait import LIMIT_S
from tests.store.helpers import copy_ledger, start, started
from tests.store.ledger.damage import filled, flip, unindexed


@pytest.fixture
def copy(ledger_path: Path) -> Path:
    return ledger_path.parent / "ledger.copy"


def _names(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


def test_a_copy_holds_all_that_is_committed_in_one_private_file(
    ledger: Ledger, ledger_path: Path, copy: Path
) -> None:
    intents = [start(ledger, new_session(phase=phase)) for phase in Phase]
    before = {end: Path(f"{ledger_path}{end}").read_bytes() for end in ("", "-wal")}
    copy_ledger(ledger, NOW + 7)
    assert {end: Path(f"{ledger_path}{end}").read_bytes() for end in before} == before
    companions = {"ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3-shm"}
    assert _names(copy) == companions | {"ledger.copy"}
    assert os.name == "nt" or stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.read_bytes()[18:20] == b"\1\1"  # SQLite's mark of a file without a -wal
    open_ones = [p for p in Phase if p.value in {"starting", "open", "connection_lost"}]
    assert find_copy(ledger_path) == Copy(
        made_ms=NOW + 7,
        sessions_open=len(open_ones) + 1,  # an unconfirmed one may be
    )
    assert _names(copy) == companions | {"ledger.copy"}
    ledger.close()
    shutil.copyfile(copy, ledger_path)
    with Ledger.open(ledger_path)[0] as again:
        assert again.unsettled() == intents


def test_the_newest_copy_replaces_the_one_before(
    ledger: Ledger, ledger_path: Path, copy: Path
) -> None:
    for n in range(3):
        start(ledger)
        copy_ledger(ledger, NOW + n)
        found = existing(find_copy(ledger_path))
        assert (found.made_ms, found.sessions_open) == (NOW + n, n + 1)


def test_file_and_folder_are_synced_before_and_after_the_change(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        real_fsync(handle)

    def replace_by(self: Path, target: Path) -> Path:
        steps.append(f"{self.name} to {target.name}")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace_by)
    copy_ledger(ledger, NOW)
    assert steps == ["file", "ledger.copy.new to ledger.copy", "folder"]


def test_a_nearly_full_disk_keeps_the_copy_it_has(
    ledger: Ledger, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_ledger(ledger, NOW)
    before = copy.read_bytes()
    start(ledger)
    free = file_copy.SPARE_BYTES + ledger._db.rows("PRAGMA page_count")[0][0] * 4096
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free - 1))
    with pytest.raises(DiskFullError):
        copy_ledger(ledger, NOW)
    assert copy.read_bytes() == before
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    copy_ledger(ledger, NOW)
    assert copy.read_bytes() != before


def test_of_a_damaged_ledger_no_copy_is_made(ledger_path: Path, copy: Path) -> None:
    filled(ledger_path)
    before, good = copy.read_bytes(), ledger_path.read_bytes()
    for page in range(1, len(good) // 4096):
        ledger_path.write_bytes(good)
        flip(ledger_path, page * 4096)
        with pytest.raises(CorruptLedgerError):
            make_copy(ledger_path, NOW + 1)
        assert copy.read_bytes() == before, f"page {page}"
    assert "ledger.copy.new" not in _names(copy)


def test_a_disk_that_breaks_while_copying_leaves_the_copy_before(
    ledger: Ledger, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_ledger(ledger, NOW)
    before = copy.read_bytes()

    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(BrokenDiskError):
        copy_ledger(ledger, NOW + 1)
    assert copy.read_bytes() == before
    assert "ledger.copy.new" not in _names(copy)


def test_a_copy_knows_a_session_that_a_later_write_ended(ledger: Ledger) -> None:
    """What is told of the copy is as of its time, not of now."""
    intent = start(ledger)
    copy_ledger(ledger, NOW)
    ledger.save(replace(intent.session, phase=Phase.CLOSED))
    found = existing(find_copy(ledger.path))
    assert found.sessions_open == 1


def test_one_waits_for_another_that_is_being_made(ledger: Ledger) -> None:
    with ThreadPoolExecutor(1) as pool:
        with backup._one_at_a_time:
            copying = pool.submit(copy_ledger, ledger, NOW)
            with pytest.raises(TimeoutError):
                copying.result(0.1)
        copying.result(LIMIT_S)


def test_one_that_a_killed_program_left_has_no_room(
    ledger: Ledger, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = file_copy.draft_of(copy)
    left.write_bytes(b"pieces" * 100_000)
    free = file_copy.SPARE_BYTES + ledger._db.rows("PRAGMA page_count")[0][0] * 4096

    def usage(_: Path) -> SimpleNamespace:
        return SimpleNamespace(free=free - left.stat().st_size if left.exists() else free)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    copy_ledger(ledger, NOW)
    assert not left.exists()


def test_the_copy_of_another_ledger_is_kept_aside(
    ledger: Ledger, copy: Path, tmp_path: Path
) -> None:
    with Ledger.open(tmp_path / "other" / "ledger.sqlite3")[0] as other:
        start(other)
        copy_ledger(other, NOW)
        shutil.copy(other.path.with_suffix(".copy"), copy)
    before = copy.read_bytes()
    for _ in range(2):
        copy_ledger(ledger, NOW)
    (kept,) = copy.parent.glob("ledger.copy.replaced-*")
    assert kept.read_bytes() == before
    found = existing(find_copy(ledger.path))
    assert found.sessions_open == 0


def test_a_row_that_an_index_lost_is_found_again(ledger_path: Path) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        task = started(ledger)
        copy_ledger(ledger, NOW)
        ledger.save(replace(task, status=TaskStatus.DONE))
    unindexed(ledger_path, "tasks_by_status", "UPDATE tasks SET status = 'working'")
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        assert (problem, ledger.live_tasks()) == (None, [])
        with pytest.raises(CorruptLedgerError):
            copy_ledger(ledger, NOW + 1)
        ledger.rebuild_indexes()
        assert [found.key for found in ledger.live_tasks()] == [task.key]
        copy_ledger(ledger, NOW + 2)


def test_damage_that_stays_is_told(ledger_path: Path) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        start(ledger)
        start(ledger)
    unindexed(ledger_path, "sessions_by_name", "UPDATE sessions SET number = 1")
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        assert problem is None
        with pytest.raises(CorruptLedgerError, match="index sessions_by_name"):
            copy_ledger(ledger, NOW)
        with pytest.raises(LedgerError):
            ledger.rebuild_indexes()
