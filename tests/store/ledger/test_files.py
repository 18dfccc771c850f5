"""The file itself: its modes, rubbish in its place, other versions, a disk that refuses."""

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from enigma_panel.store.files import ProblemKind
from enigma_panel.store.ledger.errors import ReadOnlyLedgerError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.schema import APPLICATION_ID, VERSION
from tests.store.helpers import raw, start

posix = pytest.mark.skipif(os.name == "nt", reason="file modes are POSIX")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
def test_only_this_user_may_read_it(ledger: Ledger) -> None:
    start(ledger)
    names = ["ledger.sqlite3", "ledger.sqlite3-shm", "ledger.sqlite3-wal"]
    assert sorted(file.name for file in ledger.path.parent.iterdir()) == names
    assert {_mode(file) for file in ledger.path.parent.iterdir()} == {0o600}
    assert _mode(ledger.path.parent) == 0o700


@posix
def test_it_is_private_from_the_first_moment(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(self: Path, mode: int) -> None:
        raise AssertionError(f"{self} had to be changed to {mode:o}")

    monkeypatch.setattr(Path, "chmod", too_late)
    with Ledger.open(ledger_path)[0]:
        assert {_mode(file) for file in ledger_path.parent.iterdir()} == {0o600}


@posix
def test_a_ledger_with_loose_modes_is_tightened(ledger_path: Path) -> None:
    ledger, _ = Ledger.open(ledger_path)
    start(ledger)
    copy = ledger_path.parent / "copy.sqlite3"
    for ending in ("", "-wal"):  # as a backup program would bring them back
        shutil.copyfile(f"{ledger_path}{ending}", f"{copy}{ending}")
        Path(f"{copy}{ending}").chmod(0o644)
    ledger.close()
    with Ledger.open(copy)[0] as again:
        assert len(again.task_keys()) == 1
        assert {_mode(Path(f"{copy}{end}")) for end in ("", "-wal", "-shm")} == {0o600}


def test_durable_settings_are_on(ledger: Ledger) -> None:
    values = {
        name: ledger._db.rows(f"PRAGMA {name}")[0][0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
    }
    assert ledger._db.rows("PRAGMA application_id")[0][0] == APPLICATION_ID
    assert ledger._db.rows("PRAGMA user_version")[0][0] == VERSION


def test_closing_leaves_one_file(ledger: Ledger) -> None:
    intent = start(ledger)
    ledger.close()
    assert [file.name for file in ledger.path.parent.iterdir()] == ["ledger.sqlite3"]
    with Ledger.open(ledger.path)[0] as again:
        assert again.unsettled() == [intent]


def _delete(path: Path) -> None:
    path.unlink()


def _put_another_there(path: Path) -> None:
    shutil.copyfile(path, path.with_name("other"))
    path.with_name("other").replace(path)


@pytest.mark.parametrize("take_away", [_delete, _put_another_there])
def test_what_nobody_would_find_again_is_not_written(
    ledger: Ledger, take_away: Callable[[Path], object]
) -> None:
    """SQLite would write on into the file that has no name any more: gone with the program."""
    start(ledger)
    kept = ledger.path.with_name("kept")
    kept.hardlink_to(ledger.path)
    take_away(ledger.path)
    with pytest.raises(ReadOnlyLedgerError):
        start(ledger)
    kept.replace(ledger.path)
    start(ledger)
    assert len(ledger.task_keys()) == 2


def _damage(path: Path) -> None:
    """Overwrite the pages after the first: the header stays good."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def _replace_by(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _foreign(path: Path) -> None:
    path.unlink()
    with raw(path) as connection:
        connection.execute("CREATE TABLE cookies (name TEXT)")


def _truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def test_closing_writes_the_wal_back_also_while_another_looks_on(ledger: Ledger) -> None:
    start(ledger)
    with raw(ledger.path) as other:
        assert other.execute("SELECT count(*) FROM tasks").fetchone() == (1,)
        ledger.close()
        assert Path(f"{ledger.path}-wal").stat().st_size == 0


RUBBISH: dict[str, Callable[[Path], object]] = {
    "text": _replace_by(b"{not a database" * 500),
    "one byte": _replace_by(b"x"),
    "header only": _replace_by(b"SQLite format 3\0"),
    "header and rubbish": _replace_by(b"SQLite format 3\0" + b"\xff" * 9_000),
    "damaged pages": _damage,
    "cut in half": _truncate,
    "another program's": _foreign,
}


@pytest.mark.parametrize("kind", sorted(RUBBISH))
def test_rubbish_is_kept_aside_and_work_goes_on(ledger_path: Path, kind: str) -> None:
    with Ledger.open(ledger_path)[0] as ledger:
        for _ in range(40):
            start(ledger)
    RUBBISH[kind](ledger_path)
    before = ledger_path.read_bytes()
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        assert len(ledger.task_keys()) == 0
        start(ledger)
    assert problem is not None
    assert problem.kind is ProblemKind.BROKEN
    assert problem.path == ledger_path
    assert problem.kept_as is not None
    assert problem.kept_as.name.startswith("ledger.sqlite3.broken-2")
    assert problem.kept_as.read_bytes() == before
    assert problem.reason
    again, problem = Ledger.open(ledger_path)
    with again:
        assert (len(again.task_keys()), problem) == (1, None)


@pytest.mark.parametrize("content", [b"rubbish", b""])
def test_the_wal_of_a_broken_file_is_kept_with_it(ledger_path: Path, content: bytes) -> None:
    ledger, _ = Ledger.open(ledger_path)
    start(ledger)
    wal = Path(f"{ledger_path}-wal").read_bytes()
    ledger.close()
    ledger_path.write_bytes(content)
    Path(f"{ledger_path}-wal").write_bytes(wal)
    ledger, problem = Ledger.open(ledger_path)
    ledger.close()
    assert problem is not None
    assert problem.kept_as is not None
    assert Path(f"{problem.kept_as}-wal").read_bytes() == wal


def test_a_link_is_followed_and_where_it_leads_stays_as_it_is(
    ledger_path: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    target = elsewhere / "mine.sqlite3"
    Ledger.open(target)[0].close()
    target.chmod(0o640)
    ledger_path.parent.mkdir(exist_ok=True)
    ledger_path.symlink_to(target)
    ledger, problem = Ledger.open(ledger_path)
    with ledger:
        start(ledger)
    assert problem is None
    assert ledger_path.is_symlink()
    assert _mode(target) == 0o640
    with Ledger.open(target)[0] as followed:
        assert len(followed.sessions_not_past(0, 0)) == 1


def test_several_broken_files_never_overwrite_each_other(ledger_path: Path) -> None:
    ledger_path.parent.mkdir()
    kept = []
    for n in range(4):
        ledger_path.write_bytes(b"rubbish %d" % n)
        ledger, problem = Ledger.open(ledger_path)
        ledger.close()
        assert problem is not None
        kept.append(problem.kept_as)
    contents = [path.read_bytes() for path in kept if path is not None]
    assert contents == [b"rubbish %d" % n for n in range(4)]
