"""The ledger's way to another computer: the line here is paused, nothing starts by itself there."""

import asyncio
import contextlib
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services import ledger_transfer
from enigma_panel.services.exports import (
    Exported,
    Exporter,
    ExportError,
    ExportFault,
    ExportJob,
    FileOrder,
    IfTaken,
)
from enigma_panel.services.ledger_transfer import (
    WHOLE,
    ImportFault,
    LedgerImportError,
    LedgerTransfer,
)
from enigma_panel.services.types import PauseReason, WaitReason
from enigma_panel.store.folder_lock import LOCK_NAME
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.transfer import finish_import
from enigma_panel.store.settings import Settings
from tests.kit.ledgers import make_ledger
from tests.kit.rows import check_rows
from tests.kit.wait import until
from tests.services.commands.bench import rejected
from tests.services.queue.bench import QueueBench, Service, on_queue


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keep"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "enigma-panel.ledger"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In virtual time no thread is waited for."""

    async def run(_self: Exporter, job: ExportJob, ledger: Path) -> Exported | None:
        return job.run(ledger)

    async def blocking(call: Callable[[], Any], *, time_limit: float) -> Any:
        return call()

    monkeypatch.setattr(Exporter, "run", run)
    monkeypatch.setattr(ledger_transfer.event_loop, "blocking", blocking)


def transfer_of(bench: QueueBench) -> LedgerTransfer:
    inner = bench.bench
    return LedgerTransfer(inner.store, inner.writer, bench.queue, inner.clock)


async def at_work(bench: QueueBench) -> tuple[int, list[int]]:
    """A task at work in the one browser that may be open, and two that wait: in its session, and
    for a browser of their own."""
    bench.settings.value = Settings(browsers_at_once=1)
    first = await bench.start()
    await until(lambda: bench.task(first).service_id is not None)
    return first, [await bench.start(where=bench.session_of(first)), await bench.start()]


async def finish(bench: QueueBench, key: int) -> None:
    done = Observation(kind=Kind.COMPLETED, text="42", task_id=bench.task(key).service_id)
    await bench.store.record(bench.session_of(key).key, key, done)


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def put(path: Path) -> None:
    path.write_text("mine")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def reasons(bench: QueueBench, keys: list[int]) -> set[WaitReason | None]:
    entries = (bench.queue.entry(key) for key in keys)
    return {entry and entry.why for entry in entries}


# -- the program that exports ----------------------------------------------------------------------


def test_the_line_is_paused_before_the_copy_and_until_the_person_lets_it_go_on(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(bench: QueueBench) -> None:
        first, waiting = await at_work(bench)
        paused = []

        def follow(*_: object) -> None:
            paused.append(bench.queue.pause_reason)
            file.touch()

        monkeypatch.setattr(ledger_transfer, "export_ledger", follow)
        exported = await transfer_of(bench).export(FileOrder(path=file))
        assert exported is not None
        assert paused == [PauseReason.EXPORTED]
        await finish(bench, first)
        late = await bench.start()
        bench.queue.funds_added()
        await asyncio.sleep(600)
        assert bench.queue.pause_reason is PauseReason.EXPORTED
        assert reasons(bench, [*waiting, late]) == {WaitReason.STOPPED}
        assert len(bench.service.took) == 1
        bench.queue.go_on()
        await bench.until_taken(2)
        assert bench.queue.pause_reason is PauseReason.NONE

    on_queue(folder, test)


def test_what_is_tried_again_in_its_own_browser_waits_there_for_the_person(
    folder: Path, file: Path
) -> None:
    async def test(bench: QueueBench) -> None:
        bench.service.refuses = [rejected(429, wait=7.0)]
        key = await bench.start()
        await bench.until_waits(key, lambda entry: entry.why is WaitReason.LIMITED)
        await transfer_of(bench).export(FileOrder(path=file))
        await asyncio.sleep(1)
        assert reasons(bench, [key]) == {WaitReason.STOPPED}
        await asyncio.sleep(600)
        assert (bench.service.took, bench.service.open) == ([], {"s1"})
        bench.queue.go_on()
        await bench.until_taken()
        assert bench.service.took == ["s1"]

    on_queue(folder, test)


@pytest.mark.parametrize("ends", ["fails", "is cancelled"])
@pytest.mark.parametrize("was_paused", [True, False])
def test_where_nothing_was_exported_the_line_is_as_it_was(
    folder: Path, file: Path, ends: str, was_paused: bool
) -> None:
    async def test(bench: QueueBench) -> None:
        first, _ = await at_work(bench)
        if was_paused:
            bench.queue.pause()
        transfer = transfer_of(bench)
        if ends == "fails":
            put(file)
            with pytest.raises(ExportError):
                await transfer.export(FileOrder(path=file))
        else:
            exporting = transfer.export(FileOrder(path=file))
            transfer.cancel()
            assert await exporting is None
            assert files(file.parent) == []
        await finish(bench, first)
        await asyncio.sleep(600)
        assert len(bench.service.took) == (1 if was_paused else 2)

    on_queue(folder, test)


def test_after_a_restart_what_was_exported_waits_still(folder: Path, file: Path) -> None:
    service = Service()

    async def export(bench: QueueBench) -> None:
        await at_work(bench)
        await transfer_of(bench).export(FileOrder(path=file))

    async def again(bench: QueueBench) -> None:
        await bench.recover()
        await asyncio.sleep(600)
        assert bench.queue.pause_reason is PauseReason.RESTARTED
        assert len(bench.service.took) == 1

    on_queue(folder, export, service)
    on_queue(folder, again, service)


def test_it_is_private_takes_no_place_unasked_and_lies_in_no_folder_of_ours(
    folder: Path, file: Path
) -> None:
    async def test(bench: QueueBench) -> None:
        await at_work(bench)
        transfer = transfer_of(bench)
        order = FileOrder(path=file)
        assert await transfer.export(order) == Exported(file, WHOLE)
        assert mode(file) == 0o600
        second = FileOrder(path=file, if_taken=IfTaken.KEEP_BOTH)
        both = await transfer.export(second)
        assert both is not None
        assert both.path.name == "enigma-panel (2).ledger"
        put(folder / LOCK_NAME)
        before = files(folder)
        ours = FileOrder(path=folder / "ledger.sqlite", if_taken=IfTaken.REPLACE)
        with pytest.raises(ExportError) as caught:
            await transfer.export(ours)
        assert caught.value.fault is ExportFault.DISK
        assert files(folder) == before

    on_queue(folder, test)


def test_a_ledger_that_a_link_leads_to_is_not_replaced_by_its_export(
    folder: Path, file: Path
) -> None:
    folder.mkdir(mode=0o700)
    make_ledger(file)
    (folder / "ledger.sqlite").symlink_to(file)
    was = file.stat()

    async def test(bench: QueueBench) -> None:
        await at_work(bench)
        with pytest.raises(ExportError) as caught:
            await transfer_of(bench).export(FileOrder(path=file, if_taken=IfTaken.REPLACE))
        assert caught.value.fault is ExportFault.DISK

    on_queue(folder, test)
    assert os.path.samestat(was, file.stat())


def test_our_own_ledger_is_not_even_looked_into(folder: Path) -> None:
    """Closing a file gives up all locks of this process on it, those of SQLite as well."""

    async def test(bench: QueueBench) -> None:
        ledger = await bench.store.read(lambda ledger: ledger.path)
        with pytest.raises(LedgerImportError) as caught:
            await transfer_of(bench).look_into(ledger)
        assert caught.value.fault is ImportFault.NOT_EXPORTED
        assert _is_locked(ledger)

    on_queue(folder, test)


def _is_locked(ledger: Path) -> bool:
    """Whether another program finds that this one has it open."""
    code = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], timeout=0)\n"
        "connection.execute('PRAGMA journal_mode = DELETE').fetchone()\n"
    )
    tried = subprocess.run(
        [sys.executable, "-c", code, str(ledger)], capture_output=True, text=True, check=False
    )
    return "database is locked" in tried.stderr


@contextlib.contextmanager
def no_room() -> Iterator[None]:
    """What this process writes to a file ends after some pages, as on a disk that fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _full(*_: object, **__: object) -> None:
    raise DiskFullError(Path("target"), "no room")


def _few_bytes(_folder: object) -> Any:
    return SimpleNamespace(free=10)


TRANSFER = "enigma_panel.services.ledger_transfer"
DISKS = {
    "fails": ("", None, ExportFault.DISK),
    "is full": (f"{TRANSFER}.export_ledger", _full, ExportFault.DISK_FULL),
    "is too small": (
        "enigma_panel.store.new_file.shutil.disk_usage",
        _few_bytes,
        ExportFault.DISK_FULL,
    ),
}


@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_refuses_leaves_nothing_under_the_name(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch, disk: str
) -> None:
    place, what, fault = DISKS[disk]

    async def test(bench: QueueBench) -> None:
        await at_work(bench)
        if place:
            monkeypatch.setattr(place, what)
        with pytest.raises(ExportError) as caught, no_room():
            await transfer_of(bench).export(FileOrder(path=file))
        assert caught.value.fault is fault
        assert not bench.queue.is_paused

    on_queue(folder, test)
    assert files(file.parent) == []


def test_what_could_not_be_written_down_is_not_exported_without(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test(bench: QueueBench) -> None:
        first, _ = await at_work(bench)
        monkeypatch.setattr(Ledger, "save", _full)
        await finish(bench, first)
        with pytest.raises(ExportError) as caught:
            await transfer_of(bench).export(FileOrder(path=file))
        assert caught.value.fault is ExportFault.LEDGER
        assert files(file.parent) == []

    on_queue(folder, test)


# -- the program that imports ----------------------------------------------------------------------


def test_nothing_starts_and_no_command_is_sent_by_itself_and_it_can_be_run_again(
    folder: Path, file: Path, tmp_path: Path
) -> None:
    service, keys = Service(), list[int]()

    async def export(bench: QueueBench) -> None:
        first, waiting = await at_work(bench)
        keys.extend([first, *waiting])
        service.keeps_open = [rejected(503)] * 9
        bench.bench.give(bench.session_of(first).key, CommandVerb.TERMINATE)
        await until(lambda: bench.bench.outcomes() == [("terminate", None)])
        await transfer_of(bench).export(FileOrder(path=file))

    async def go_on(bench: QueueBench) -> None:
        recovered = await bench.recover()
        asked = len(service.asked), len(service.opened), set(service.open)
        await asyncio.sleep(600)
        first, *waiting = map(bench.task, keys)
        assert (first.status, first.service_id) == (TaskStatus.WORKING, "t1")
        assert bench.session_of(first.key).phase is Phase.OPEN
        assert recovered.sessions == (first.session_key,)
        assert {(task.status, task.code) for task in waiting} == {
            (TaskStatus.STOPPED, "FROM_EXPORT")
        }
        assert not any(task.is_new for task in waiting)
        assert bench.queue.entries() == []
        assert bench.bench.commands.all_pending() == []
        assert (len(service.asked), len(service.opened), service.open) == asked
        await bench.start(waiting[0].spec.text)
        await bench.until_taken(2)

    on_queue(folder, export, service)
    service.keeps_open = []
    other = tmp_path / "other" / "ledger.sqlite"
    other.parent.mkdir()
    make_ledger(other)
    on_queue(other.parent, lambda bench: transfer_of(bench).prepare(file), service)
    finish_import(other)
    on_queue(other.parent, go_on, service)
    on_queue(other.parent, as_any_other, service)


async def as_any_other(bench: QueueBench) -> None:
    """A run later it is a ledger as any other."""
    with pytest.raises(LedgerImportError) as caught:
        await transfer_of(bench).check_empty()
    assert caught.value.fault is ImportFault.NOT_EMPTY


def _written(file: Path, content: bytes) -> Path:
    other = file.with_name("other.ledger")
    other.write_bytes(content)
    return other


FAULTS: list[tuple[Callable[[Path], Path], ImportFault]] = [
    (lambda file: file.with_name("elsewhere.ledger"), ImportFault.MISSING),
    (lambda file: file / "in it", ImportFault.MISSING),
    (lambda file: file.with_name("nul\0.ledger"), ImportFault.DISK),
    (lambda file: file.parent, ImportFault.NOT_A_FILE),
    (lambda file: _written(file, b"rubbish" * 900), ImportFault.NOT_EXPORTED),
    (lambda file: _written(file, file.read_bytes()[:-4096]), ImportFault.DAMAGED),
]


def test_why_a_file_is_not_imported_is_said(folder: Path, file: Path, tmp_path: Path) -> None:
    found: list[tuple[ImportFault, ImportFault]] = []

    async def export(bench: QueueBench) -> None:
        await at_work(bench)
        await transfer_of(bench).export(FileOrder(path=file))

    async def look(bench: QueueBench) -> None:
        transfer = transfer_of(bench)
        assert (await transfer.look_into(file)).tasks == 3
        for path_of, fault in FAULTS:
            with pytest.raises(LedgerImportError) as caught:
                await transfer.prepare(path_of(file))
            found.append((caught.value.fault, fault))

    def check(said: ImportFault, fault: ImportFault) -> None:
        assert said is fault

    on_queue(folder, export)
    on_queue(tmp_path / "other", look)
    check_rows(found, check)
