"""Exports: one snapshot, in the order that was asked for, whole or not at all."""

import asyncio
import csv
import errno
import io
import json
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import UNSENT
from enigma_panel.core.secrets.redaction import MARK, Redactor
from enigma_panel.features.exports import exports as exports_module
from enigma_panel.features.exports.columns import TaskRow
from enigma_panel.features.exports.encoder import ExportFormat, Line, lines_of
from enigma_panel.features.exports.exports import Exported, ExportOrder, Exports
from enigma_panel.runtime.event_loop import LedgerThread, TaskScope
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.store.folder_lock import LOCK_NAME
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.snapshot import ROWS_AT_ONCE
from enigma_panel.store.new_file import NewFile
from tests.kit.builders import a_session, a_task
from tests.kit.clock import HandClock
from tests.kit.ledgers import open_ledger, put
from tests.kit.wait import until

MANY = 3 * ROWS_AT_ONCE + 7
PASSWORD = "hunter2-and-more"
NEVER = ("sess-", "task-", "https://live.example", "0123456789abcdef", PASSWORD)


def fill(ledger: Ledger, count: int) -> None:
    sessions = [
        a_session(key, web_view_url="https://live.example/x") for key in range(1, count + 1)
    ]
    tasks = [a_task(key, text=f"Task {key}", result=f"={key}") for key in range(1, count + 1)]
    put(ledger, *sessions, *tasks)


@dataclass
class Bench:
    """Real records, and a folder to export into."""

    exports: Exports
    writer: LedgerWriter
    folder: Path

    async def save(self, *keys: int, name: str = "tasks.jsonl", **facts: Any) -> Exported:
        order: dict[str, Any] = {"keys": keys, "form": ExportFormat.JSON_LINES}
        return await self.exports.save(ExportOrder(path=self.folder / name, **order | facts))

    async def fault(self, *keys: int, **facts: Any) -> Any:
        with pytest.raises((OSError, LedgerError)) as caught:
            await self.save(*keys, **facts)
        return caught.value

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def lines(self, name: str = "tasks.jsonl") -> list[dict[str, Any]]:
        text = (self.folder / name).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    thread, scope, clock = LedgerThread(), TaskScope(), HandClock()
    in_thread = thread._pool.submit
    ledger = in_thread(open_ledger, tmp_path / "ledger.sqlite3").result()
    in_thread(fill, ledger, MANY).result()
    redactor = Redactor()
    redactor.add_secret(PASSWORD)
    writer = LedgerWriter(ledger, thread)
    store = SessionStore(writer, clock, redactor, Timeline(writer, clock, scope, redactor))
    folder = tmp_path / "out"
    folder.mkdir()
    yield Bench(Exports(store, redactor), writer, folder)
    in_thread(ledger.close).result()
    thread.close()


async def test_tasks_come_in_the_order_that_was_asked_for(bench: Bench) -> None:
    keys = [5, MANY, 1, *range(MANY - 1, 5, -1), 999_999]
    saved = await bench.save(*keys)
    assert saved == Exported(bench.folder / "tasks.jsonl", len(keys) - 1)
    assert [line["key"] for line in bench.lines()] == keys[:-1]
    assert stat.S_IMODE((bench.folder / "tasks.jsonl").stat().st_mode) == 0o600
    assert bench.names() == ["tasks.jsonl"]


async def test_a_session_has_the_name_of_the_window(bench: Bench) -> None:
    for number in (0, 3):
        session = a_session(1, site="shop.example", number=number)
        await bench.writer.write(lambda ledger, kept=session: ledger.save(kept))
        await bench.save(1, name=f"{number}.jsonl")
        assert bench.lines(f"{number}.jsonl")[0]["session"] == session.name


async def test_nothing_that_opens_a_session_and_no_secret_is_in_it(bench: Bench) -> None:
    session = a_session(1, site=f"Shop {PASSWORD}", web_view_url="https://live.example/x")
    told = a_task(1, text=f"Log in with {PASSWORD}", result=PASSWORD, error="enig_abcdef")
    await bench.writer.write(lambda ledger: ledger.save(session, told))
    for form in ExportFormat:
        await bench.save(1, 2, name=f"tasks.{form}", form=form)
        text = (bench.folder / f"tasks.{form}").read_text(encoding="utf-8")
        assert f"Log in with {MARK}" in text
        assert not [word for word in (*NEVER, "enig_") if word in text]


async def test_csv_begins_with_a_mark_for_excel(bench: Bench) -> None:
    await bench.save(1, name="t.csv", form=ExportFormat.CSV)
    data = (bench.folder / "t.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbfkey,")
    _, row = csv.reader(io.StringIO(data.decode(), newline=""))
    assert "'=1" in row


async def test_it_is_one_snapshot(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written meanwhile is not in it, and waits for nothing."""
    gate, reached = threading.Event(), threading.Event()

    def slow(rows: list[TaskRow], redactor: Redactor) -> list[Line]:
        reached.set()
        assert gate.wait(5)
        return lines_of(rows, redactor)

    monkeypatch.setattr(exports_module, "lines_of", slow)
    saving = asyncio.ensure_future(bench.save(*range(1, MANY + 1)))
    await until(reached.is_set)
    last = a_task(MANY, text="Changed meanwhile")
    await asyncio.wait_for(bench.writer.write(lambda ledger: ledger.save(last)), 2)
    gate.set()
    await saving
    assert bench.lines()[-1]["task"] == f"Task {MANY}"
    await bench.save(MANY, name="later.jsonl")
    assert bench.lines("later.jsonl")[-1]["task"] == "Changed meanwhile"


async def test_what_was_gathered_and_not_written_yet_is_in_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = replace(a_task(1), error="late")

    async def flush() -> None:
        await bench.writer.write(lambda ledger: ledger.save(late))

    monkeypatch.setattr(bench.exports._store, "flush", flush)
    await bench.save(1)
    assert bench.lines()[0]["error"] == "late"


def hold_up(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Says when the first batch has come, and lets the export go on only slowly."""
    reached = threading.Event()
    whole = exports_module.read_tasks

    def read_slowly(*asked: Any) -> Any:
        for rows in whole(*asked):
            yield rows
            reached.set()
            threading.Event().wait(0.02)

    monkeypatch.setattr(exports_module, "read_tasks", read_slowly)
    return reached


async def test_nothing_is_made_beside_a_ledger(bench: Bench) -> None:
    """It may be taken for a part of it."""
    for name in (LOCK_NAME, "ledger.sqlite3", "ledger.sqlite3-wal"):
        (bench.folder / name).write_text("mine")
    failed = await bench.fault(1, name="ledger.copy")
    assert failed.strerror == "the program keeps its own data in that folder"
    assert all((bench.folder / name).read_text() == "mine" for name in bench.names())
    assert len(bench.names()) == 3


async def test_the_end_of_the_program_leaves_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = hold_up(monkeypatch)
    scope = TaskScope()
    scope.spawn("export", bench.save(*range(1, MANY + 1)))
    await until(reached.is_set)
    assert len(bench.names()) == 1  # under its temporary name
    await scope.close()
    assert bench.names() == []


@pytest.mark.parametrize(
    "error", [OSError(errno.EIO, "Some words"), LedgerError(Path("l"), "gone")]
)
async def test_a_disk_that_refuses_leaves_nothing(
    bench: Bench, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(NewFile, "write", fail)
    assert await bench.fault(1) is error
    assert bench.names() == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("gone/tasks.csv", FileNotFoundError),
        ("a file/tasks.csv", NotADirectoryError),
        ("x" * 300, OSError),
        ("nul\0.csv", OSError),
        ("half \udce4\ud800.csv", OSError),
    ],
)
async def test_a_name_that_cannot_be(bench: Bench, name: str, fault: type[OSError]) -> None:
    (bench.folder / "a file").touch()
    assert type(await bench.fault(1, name=name)) is fault
    assert bench.names() == ["a file"]


async def test_a_ledger_that_cannot_be_read_is_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("enigma_panel.features.exports.columns._SELECT", "SELECT gone FROM here")
    failed = await bench.fault(1)
    assert isinstance(failed, LedgerError)
    assert "here" in failed.reason
    assert bench.names() == []


async def test_a_text_that_is_none_ends_no_export(bench: Bench) -> None:
    def damage(ledger: Ledger) -> None:
        sql = "UPDATE tasks SET result = CAST(x'41ff42' AS TEXT) WHERE key = 2"
        ledger.connection.execute(sql)

    await bench.writer.write(damage)
    await bench.save(1, 2, 3)
    assert [line["result"] for line in bench.lines()] == ["=1", "A\ufffdB", "=3"]


async def test_it_took_what_the_table_says(bench: Bench) -> None:
    """From when it was sent, or asked for; of what was never sent nothing."""
    times: dict[str, Any] = {"created_ms": 1_000, "ended_ms": 3_500, "status": TaskStatus.DONE}
    tasks = [
        a_task(1, **times, sent_ms=2_000),
        a_task(2, **times, sent_ms=None),
        a_task(3, **times | {"ended_ms": 1}, sent_ms=2_000),
        *(a_task(4 + n, **times, code=code) for n, code in enumerate(sorted(UNSENT))),
    ]
    await bench.writer.write(lambda ledger: ledger.save(*tasks))
    await bench.save(*range(1, len(tasks) + 1))
    took = [line["took_s"] for line in bench.lines()]
    assert took == [1.5, 2.5, 0, *[None] * len(UNSENT)]
