"""The look for damage that begins before the program's own modules are loaded."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.store.files import ProblemKind
from enigma_panel.store.ledger import Ledger, database, early_check
from enigma_panel.store.ledger.early_check import EarlyCheck
from tests.store.helpers import start
from tests.store.ledger.damage import filled, flip


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each opening of a ledger had to look for damage itself."""
    found: list[bool] = []
    prepare = database._prepare

    def noted(*rest: Any, is_good: bool, **more: Any) -> None:
        found.append(not is_good)
        prepare(*rest, is_good=is_good, **more)

    monkeypatch.setattr(database, "_prepare", noted)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Of all files there, but for what SQLite makes for those who read."""
    files = (file for file in folder.iterdir() if file.is_file() and file.stat().st_size)
    return {file.name: file.read_bytes() for file in files if not file.name.endswith("-shm")}


def test_what_was_looked_at_is_not_looked_at_again(ledger_path: Path, looks: list[bool]) -> None:
    filled(ledger_path)
    before = contents(ledger_path.parent)
    check = EarlyCheck(ledger_path)
    assert check.passed()
    assert contents(ledger_path.parent) == before
    looks.clear()
    ledger, problem = Ledger.open(ledger_path, check)
    ledger.close()
    assert (problem, looks) == (None, [False])


def test_what_a_killed_program_left_is_looked_at_and_left_as_it_is(
    ledger_path: Path, tmp_path: Path
) -> None:
    """Its last writes stand in the -wal alone."""
    left = tmp_path / "left" / ledger_path.name
    with Ledger.open(ledger_path)[0] as ledger:
        intent = start(ledger)
        shutil.copytree(ledger_path.parent, left.parent)
    before = contents(left.parent)
    check = EarlyCheck(left)
    assert check.passed()
    assert contents(left.parent) == before
    assert f"{left.name}-wal" in before
    ledger, problem = Ledger.open(left, check)
    with ledger:
        assert problem is None
        assert ledger.unsettled()[-1].key == intent.key


def test_damage_is_found(ledger_path: Path) -> None:
    filled(ledger_path)
    flip(ledger_path, 5 * 4096)
    ledger, problem = Ledger.open(ledger_path, EarlyCheck(ledger_path))
    ledger.close()
    assert problem is not None
    assert (problem.kind, problem.copy is None) == (ProblemKind.BROKEN, False)


def test_who_changed_the_file_since_has_it_looked_at_again(
    ledger_path: Path, looks: list[bool]
) -> None:
    filled(ledger_path)
    check = EarlyCheck(ledger_path)
    assert check.passed()
    flip(ledger_path, 5 * 4096)
    assert not check.passed()
    ledger, problem = Ledger.open(ledger_path, check)
    ledger.close()
    assert problem is not None
    assert looks[1]


@pytest.mark.parametrize("is_link", [False, True])
def test_a_write_that_stands_in_the_wal_alone_is_noticed(
    ledger_path: Path, tmp_path: Path, is_link: bool
) -> None:
    path = ledger_path
    if is_link:
        path = tmp_path / "link.sqlite3"
        path.symlink_to(ledger_path)
    with Ledger.open(ledger_path)[0] as ledger:
        start(ledger)
        check = EarlyCheck(path)
        assert check.passed()
        before = ledger_path.stat().st_mtime_ns
        start(ledger)
        assert ledger_path.stat().st_mtime_ns == before
        assert not check.passed()


def _replace(path: Path) -> None:
    """By one as long and as old."""
    old = path.stat()
    other = path.with_name("other")
    shutil.copy2(path, other)
    flip(other, 5 * 4096)
    os.utime(other, ns=(old.st_atime_ns, old.st_mtime_ns))
    other.replace(path)


def _cut(path: Path) -> None:
    """By a page; it is as old as before."""
    old = path.stat()
    os.truncate(path, old.st_size - 4096)
    os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))


@pytest.mark.parametrize("change", [_replace, _cut])
def test_other_content_is_noticed_that_is_as_old(
    ledger_path: Path, change: Callable[[Path], None]
) -> None:
    filled(ledger_path)
    check = EarlyCheck(ledger_path)
    assert check.passed()
    change(ledger_path)
    assert not check.passed()


def test_so_is_one_that_comes_during_the_look(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(ledger_path)
    monkeypatch.setattr(early_check, "check_header", lambda path: flip(path, 200))
    assert not EarlyCheck(ledger_path).passed()


def test_it_is_over_before_anybody_opens_what_takes_the_place_of_a_lost_one(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing its handle later would drop the locks of this process on the ledger."""
    filled(ledger_path)
    ledger_path.unlink()
    state = early_check._state
    monkeypatch.setattr(early_check, "_state", lambda path: (time.sleep(0.2), state(path))[1])
    check = EarlyCheck(ledger_path)
    Ledger.open(ledger_path, check)[0].close()
    assert not check._thread.is_alive()


def test_a_loss_is_said_though_a_look_left_files_without_content(ledger_path: Path) -> None:
    filled(ledger_path)
    assert EarlyCheck(ledger_path).passed()
    ledger_path.unlink()
    ledger, problem = Ledger.open(ledger_path, EarlyCheck(ledger_path))
    ledger.close()
    assert problem is not None
    assert (problem.kind, problem.copy is None) == (ProblemKind.MISSING, False)


def _empty_beside_a_wal(path: Path) -> None:
    """SQLite would throw the -wal away."""
    Path(f"{path}-wal").write_bytes(b"what was written last")
    path.touch()


@pytest.mark.parametrize(
    "make",
    [
        lambda path: None,
        Path.mkdir,
        os.mkfifo,
        lambda path: path.write_bytes(b"rubbish" * 2_000),
        _empty_beside_a_wal,
        lambda path: os.mkfifo(f"{path}-wal"),
    ],
    ids=["nothing", "folder", "pipe", "rubbish", "empty", "pipe as -wal"],
)
def test_nothing_is_made_of_what_is_no_ledger(
    tmp_path: Path, make: Callable[[Path], object]
) -> None:
    path = tmp_path / "ledger.sqlite3"
    make(path)
    before = contents(tmp_path), sorted(tmp_path.iterdir())
    assert not EarlyCheck(path).passed()
    assert (contents(tmp_path), sorted(tmp_path.iterdir())) == before
