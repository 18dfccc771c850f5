"""A ledger that goes to another computer: what comes along, what is refused, and never half."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.store.ledger import (
    CorruptLedgerError,
    DiskFullError,
    IntentKind,
    Ledger,
    LedgerError,
    LockedLedgerError,
    NewerLedgerError,
    copy_to_offer,
    restored_ms,
)
from enigma_panel.store.ledger.errors import InterruptedReadError
from enigma_panel.store.ledger.intents import Outcome, Step
from enigma_panel.store.ledger.schema import MIGRATIONS, TABLES
from enigma_panel.store.ledger.transfer import (
    Contents,
    NotEmptyError,
    NotExportedError,
    export_ledger,
    finish_import,
    is_empty,
    is_imported,
    prepare_import,
    read_contents,
)
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.kit.ledgers import open_ledger
from tests.kit.rows import check_rows
from tests.store.helpers import copy_ledger, flat, old_ledger, raw, start
from tests.store.ledger.damage import flip

KEY = "enig_0123456789abcdef"
LONG = "x" * 9_000


def fill(ledger: Ledger) -> None:
    """A session at work with a Terminate that waits, a start under way, two tasks in line."""
    work = start(ledger, new_session(key_fingerprint=ledger.key_fingerprint(KEY, "https://s")))
    assert work.task is not None
    session = replace(work.session, service_id="sess_1", phase=Phase.OPEN, web_view_url="https://v")
    task = replace(work.task, service_id="task_1", status=TaskStatus.WORKING, result=LONG)
    told = Step(task_key=task.key, at_ms=NOW, kind="agent", text="clicks")
    ledger.settle(work.key, Outcome.KNOWN, NOW, session, task, steps=[told])
    ledger.open_intent(IntentKind.STATE, session, task, NOW, verb=CommandVerb.TERMINATE)
    start(ledger)
    planned = new_session(phase=Phase.PLANNED)
    queued = new_task(status=TaskStatus.QUEUED)
    ledger.plan([(planned, queued), (session, queued)])


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The other computer's ledger."""
    path = tmp_path / "there" / "ledger.sqlite3"
    path.parent.mkdir()
    with open_ledger(path) as ledger:
        fill(ledger)
    return path


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Ours, which is empty and has a copy."""
    path = tmp_path / "here" / "ledger.sqlite3"
    path.parent.mkdir()
    with open_ledger(path) as ledger:
        copy_ledger(ledger, NOW)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "enigma-panel.ledger"


def export(source: Path, target: Path) -> Path:
    target.touch(0o600)
    export_ledger(source, target, NOW, lambda: False)
    return target


def take(here: Path, file: Path) -> None:
    prepare_import(here, file)
    finish_import(here)


def names(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def rows(path: Path) -> dict[str, list[Any]]:
    with raw(path) as connection:
        return {
            table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
            for table in TABLES
            if table != "meta"
        }


def meta(path: Path) -> dict[str, Any]:
    with raw(path) as connection:
        return dict(connection.execute("SELECT name, value FROM meta").fetchall())


def test_all_comes_along_but_commands_that_wait(there: Path, here: Path, file: Path) -> None:
    before = rows(there)
    with open_ledger(there):  # the exporting program goes on
        export(there, file)
        assert rows(there) == before
    assert read_contents(file) == Contents(made_ms=NOW, tasks=4, sessions_open=2)
    take(here, file)
    after = rows(here)
    waited = [row for row in before["intents"] if IntentKind.STATE in row]
    stayed = [(*row[:-3], Outcome.UNKNOWN, NOW, row[-1]) for row in waited]
    assert len(waited) == 1
    before["intents"] = sorted([r for r in before["intents"] if r not in waited] + stayed, key=repr)
    assert after == before
    assert meta(here)["salt"] == meta(there)["salt"]
    with open_ledger(here) as ledger:
        assert is_imported(ledger)
        assert restored_ms(ledger) == NOW
        assert [intent.kind for intent in ledger.unsettled()] == [IntentKind.START_SESSION]
        assert copy_to_offer(ledger) is None  # that of the empty one is aside
        assert ledger.key_fingerprint(KEY, "https://s") in str(flat(ledger.sessions([1])[1]))
    kept = [name for name in names(here) if ".replaced-2" in name]
    assert [name.partition(".replaced")[0] for name in kept] == ["ledger.copy", "ledger.sqlite3"]
    assert here.stat().st_mode & 0o777 == 0o600


def test_no_key_and_nothing_that_was_deleted_is_in_it(there: Path, file: Path) -> None:
    with raw(there) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        gone = "UPDATE tasks SET result = NULL, texts_folded = '' WHERE result = ?"
        connection.execute(gone, (LONG,))
    assert LONG[:200].encode() in there.read_bytes()
    content = export(there, file).read_bytes()
    assert LONG[:200].encode() not in content
    assert KEY.encode() not in content
    assert b"sess_1" in content  # it opens sessions
    assert not [name for name in names(file) if "ledger-" in name]  # no companion


def test_it_is_of_one_moment_and_nobody_waits_for_it(
    there: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enigma_panel.store.ledger.transfer.INSTRUCTIONS", 10)
    with open_ledger(there) as ledger:
        asked = []

        def follow() -> bool:
            asked.append(start(ledger) if len(asked) % 50 == 0 else None)
            return False

        file.touch()
        export_ledger(there, file, NOW, follow)
        exported = rows(file)
        assert len(exported["tasks"]) < len(ledger.task_keys())
        # A start writes a session, a task and an intent.
        assert max(row[0] for row in exported["tasks"]) == max(
            row[3] for row in exported["intents"] if row[3] is not None
        )


def test_it_can_be_cancelled(there: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enigma_panel.store.ledger.transfer.INSTRUCTIONS", 10)
    file.touch()
    with pytest.raises(InterruptedReadError):
        export_ledger(there, file, NOW, lambda: True)


def test_a_damaged_ledger_is_not_exported(there: Path, file: Path) -> None:
    flip(there, 2 * 4096)
    with pytest.raises(CorruptLedgerError):
        export(there, file)


def test_one_of_an_older_version_comes_to_ours(tmp_path: Path, here: Path, file: Path) -> None:
    old = tmp_path / "there" / "ledger.sqlite3"
    old_ledger(old, 2)
    export(old, file)
    assert read_contents(file).tasks == 2
    take(here, file)
    with open_ledger(here) as ledger:
        assert [task.key for task in ledger.live_tasks()] == [1, 2]
    assert not [name for name in names(here) if name.startswith("ledger.copy-v")]


def _newer(file: Path) -> None:
    with raw(file) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


def _of_another_program(file: Path) -> None:
    file.unlink()
    with raw(file) as connection:
        connection.execute("CREATE TABLE meta (name, value)")
        connection.execute("INSERT INTO meta VALUES ('salt', x'00'), ('exported_ms', 1)")


def _a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _ours(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.parent / "here" / "ledger.sqlite3")


def _theirs_at_work(file: Path) -> None:
    """A ledger as another program has it open, its last records in its -wal."""
    there = file.parent / "there" / "ledger.sqlite3"
    with open_ledger(there) as ledger:
        start(ledger)
        for ending in ("", "-wal"):
            shutil.copyfile(f"{there}{ending}", f"{file}{ending}")


def _without_its_wal(file: Path) -> None:
    _theirs_at_work(file)
    Path(f"{file}-wal").unlink()


def _with_a_journal(file: Path) -> None:
    Path(f"{file}-journal").write_bytes(b"half")


def _in_pieces(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _without_a_table(file: Path) -> None:
    with raw(file) as connection:
        connection.execute("DROP TABLE numbers")


REFUSED: list[tuple[Callable[[Path], object], type[LedgerError]]] = [
    (_newer, NewerLedgerError),
    (_of_another_program, NotExportedError),
    (lambda file: file.write_bytes(b"rubbish" * 900), NotExportedError),
    (lambda file: file.write_bytes(b""), NotExportedError),
    (Path.unlink, LedgerError),
    (_a_folder, LedgerError),
    (_a_pipe, LedgerError),
    (_ours, NotExportedError),
    (_theirs_at_work, LockedLedgerError),
    (_without_its_wal, NotExportedError),
    (_with_a_journal, LockedLedgerError),
    (_in_pieces, CorruptLedgerError),
    (lambda file: flip(file, 3 * 4096), CorruptLedgerError),
    (_without_a_table, CorruptLedgerError),
]


def test_what_cannot_be_imported_changes_nothing(there: Path, here: Path, file: Path) -> None:
    content = export(there, file).read_bytes()
    before, ours = names(here), here.read_bytes()

    def check(spoil: Callable[[Path], object], error: type[LedgerError]) -> None:
        for one in file.parent.glob(f"{file.name}*"):
            one.rmdir() if one.is_dir() else one.unlink()
        file.write_bytes(content)
        spoil(file)
        with pytest.raises(error):
            prepare_import(here, file)
        assert names(here) == before
        assert here.read_bytes() == ours

    check_rows(REFUSED, check)


def test_without_room_nothing_is_prepared(
    there: Path, here: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(there, file)
    before = names(here)
    usage = shutil.disk_usage(here.parent)._replace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DiskFullError):
        prepare_import(here, file)
    assert names(here) == before


def _a_task(ledger: Ledger) -> None:
    start(ledger)


def _a_plan(ledger: Ledger) -> None:
    planned = new_session(phase=Phase.PLANNED)
    ledger.plan([(planned, new_task(status=TaskStatus.QUEUED))])


@pytest.mark.parametrize("happen", [_a_task, _a_plan])
def test_what_came_meanwhile_is_not_replaced(
    there: Path, here: Path, file: Path, happen: Callable[[Ledger], None]
) -> None:
    export(there, file)
    with open_ledger(here) as ledger:
        assert is_empty(ledger)
        prepare_import(here, file)
        happen(ledger)
        assert not is_empty(ledger)
    before = rows(here)
    with pytest.raises(NotEmptyError):
        finish_import(here)
    assert rows(here) == before
    assert not Path(f"{here}.new").exists()


def test_the_copy_of_a_ledger_that_was_lost_is_offered_still(
    there: Path, here: Path, file: Path
) -> None:
    export(there, file)
    lost = here.parent / "lost" / "ledger.sqlite3"
    lost.parent.mkdir()
    Ledger.open(lost)[0].close()
    with open_ledger(lost) as ledger:
        start(ledger)
        copy_ledger(ledger, NOW)
    shutil.copyfile(lost.with_suffix(".copy"), here.with_suffix(".copy"))
    take(here, file)
    with open_ledger(here) as ledger:
        offered = copy_to_offer(ledger)
        assert offered is not None
        assert offered.sessions_open == 1


def test_a_copy_that_holds_more_of_the_same_ledger_is_kept(
    there: Path, here: Path, file: Path
) -> None:
    export(there, file)
    with open_ledger(there) as ledger:
        start(ledger)
        copy_ledger(ledger, NOW)
    copy = there.with_suffix(".copy").read_bytes()
    here.unlink()
    here.with_suffix(".copy").write_bytes(copy)
    Ledger.open(here)[0].close()  # the lost one was begun anew
    take(here, file)
    with open_ledger(here) as ledger:
        copy_ledger(ledger, NOW)
    kept = [name for name in names(here) if name.startswith("ledger.copy.replaced-")]
    assert [(here.parent / name).read_bytes() for name in kept] == [copy]


def test_without_what_was_prepared_ours_stays(there: Path, here: Path, file: Path) -> None:
    export(there, file)
    prepare_import(here, file)
    Path(f"{here}.new").unlink()
    before = names(here)
    with pytest.raises(LedgerError):
        finish_import(here)
    assert names(here) == before


def test_what_was_prepared_and_never_finished_is_gone_with_the_next_start(
    there: Path, here: Path, file: Path
) -> None:
    export(there, file)
    before = names(here)
    prepare_import(here, file)
    Ledger.open(here)[0].close()
    assert names(here) == before


def _until(step: int) -> None:
    """Ends this process, as a kill does, before its n-th change of the folder."""
    left = [step]

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            return call(*arguments, **named)

        return counting

    for name in ("rename", "replace", "unlink", "open", "fsync"):
        setattr(os, name, counted(getattr(os, name)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_killed_at_any_moment_it_is_empty_or_whole(there: Path, here: Path, file: Path) -> None:
    export(there, file)
    whole, steps = rows(file), 0
    ends = set()
    clean = here.parent.with_name("clean")
    here.parent.rename(clean)
    while True:
        steps += 1
        shutil.rmtree(here.parent, ignore_errors=True)
        shutil.copytree(clean, here.parent)
        child = os.fork()
        if child == 0:
            _until(steps)
            take(here, file)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        ledger, problem = Ledger.open(here)
        with ledger:
            assert problem is None
            is_whole = not is_empty(ledger)
            assert copy_to_offer(ledger) is None
        if is_whole:
            assert rows(here) == whole
        ends.add(is_whole)
        if status == 0:
            break
    assert ends == {True, False}
    assert steps > 10
