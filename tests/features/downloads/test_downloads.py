"""Files of results come from where they may, whole or not at all, and in nobody's place."""

import asyncio
import errno
import logging
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from enigma_panel.api import download
from enigma_panel.api.errors import DownloadFault
from enigma_panel.core.observation import ResultFile
from enigma_panel.core.service_rules import Dialect
from enigma_panel.features.downloads.downloads import Download, Downloads, DownloadState
from enigma_panel.runtime.event_loop import TaskScope
from tests.api.loopback import Loopback, Play, answer, cut, drop, held, loopback
from tests.conftest import first_and_weekly_each
from tests.kit.builders import a_session, a_task
from tests.kit.fakes import FakeSessions
from tests.kit.wait import until

SECRET = "T0kenThatNobodySees"
KEY = 1


@dataclass
class Bench:
    """A server that holds the file, and a folder for it."""

    server: Loopback
    downloads: Downloads
    store: Any
    folder: Path

    def start(self, name: str = "report.pdf", url: str | None = None) -> ResultFile:
        file = ResultFile(name=name, url=url or f"{self.server.url}/f?token={SECRET}")
        self.downloads.start(KEY, file, self.folder)
        return file

    def of(self, file: ResultFile) -> Download:
        found = self.downloads.of(KEY, file)
        assert found is not None
        return found

    async def run(self, name: str = "report.pdf", url: str | None = None) -> Download:
        file = self.start(name, url)
        await until(lambda: not self.downloads._running)
        return self.of(file)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@asynccontextmanager
async def bench(folder: Path, play: Play, base_url: str | None = None) -> AsyncIterator[Bench]:
    scope, store = TaskScope(), FakeSessions()
    async with loopback(play) as server:
        base_url = base_url or server.url
        store.put(a_session(KEY, base_url=base_url, dialect=Dialect.W2), a_task(KEY))
        try:
            yield Bench(server, Downloads(scope, store), store, folder)  # type: ignore[arg-type]
        finally:  # else what a failed test leaves under way fails the next one
            await scope.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Downloads").mkdir()
    return tmp_path / "Downloads"


async def test_a_file_is_fetched_without_key_and_cookies(folder: Path) -> None:
    async with bench(folder, answer(b"%PDF\x00", Set_Cookie="a=b")) as b:
        saved = await b.run()
        assert saved == Download(
            state=DownloadState.SAVED, got=5, total=5, path=folder / "report.pdf"
        )
        assert (folder / "report.pdf").read_bytes() == b"%PDF\x00"
        await b.run(url=f"{b.server.url}/2")
        for request in b.server.requests:
            assert request.method == "GET"
            assert not {"authorization", "cookie"} & set(request.headers)
        assert b.names() == ["report (2).pdf", "report.pdf"]


async def test_nothing_is_overwritten(folder: Path) -> None:
    (folder / "report.pdf").write_text("mine")
    (folder / "report (2).pdf").symlink_to(folder / "nowhere")
    async with bench(folder, answer("theirs")) as b:
        saved = await b.run("../../report.pdf")
    assert saved.path == folder / "report (3).pdf"
    assert saved.path.read_text() == "theirs"
    assert (folder / "report.pdf").read_text() == "mine"
    assert not (folder / "nowhere").exists()


def chunked(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")


async def unfinished(writer: asyncio.StreamWriter) -> None:
    chunked(writer)
    await writer.drain()
    writer.close()


async def announces_5_gb(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 5000000000\r\n\r\nabc")
    await writer.drain()
    await asyncio.sleep(30)


BAD: list[tuple[Play, DownloadFault]] = [
    (cut("half of it is missing"), DownloadFault.CUT),
    (unfinished, DownloadFault.CUT),
    (drop, DownloadFault.CUT),
    (answer("", 302, Location="https://blobs.webrun.ai/x"), DownloadFault.REDIRECTED),
    (answer("gone", 410), DownloadFault.REFUSED),
    (answer("", 204), DownloadFault.REFUSED),
    (answer("x", Content_Encoding="gzip"), DownloadFault.NONSENSE),
]


@pytest.mark.parametrize(("play", "fault"), BAD)
async def test_what_is_no_whole_file_leaves_nothing(
    folder: Path, play: Play, fault: DownloadFault
) -> None:
    async with bench(folder, play) as b:
        failed = await b.run()
        assert failed.state is DownloadState.FAILED
        assert failed.error is not None
        assert failed.error.fault is fault
        assert b.names() == []
        assert len(b.server.requests) == 1  # no redirect is followed, nothing is tried again


async def test_a_silent_server_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "READ_S", 0.1)
    async with bench(folder, held(asyncio.Event(), "")) as b:
        failed = await b.run()
    assert failed.error is not None
    assert failed.error.fault is DownloadFault.TIMEOUT


OTHER_HOST = [
    "https://evil.example/f",
    "http://blobs.webrun.ai/f",  # not safely
    "http://127.0.0.1:{port}/f",  # another machine's answer leads nowhere on this one
    "https://connect.webrun.ai@evil.example/f",
    "https://evil.example\\@blobs.webrun.ai/f",
    "https://blobs.webrun.ai.evil.example/f",
    "https://[::1/f",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", OTHER_HOST)
async def test_other_hosts_are_not_asked(
    folder: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def fetch(address: str, _sink: object) -> None:
        asked.append(address)

    monkeypatch.setattr(download, "fetch", fetch)
    async with bench(folder, answer("x"), "https://connect.webrun.ai") as b:
        failed = await b.run(url=url.format(port=b.server.url.rpartition(":")[2]))
        assert failed.error is not None
        assert failed.error.fault is DownloadFault.ADDRESS
        assert asked == []


def spoil(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "Some words")

    monkeypatch.setattr(f"enigma_panel.store.new_file.{name}", fail)


DISKS: list[tuple[Play, Callable[[pytest.MonkeyPatch], None], DownloadFault]] = [
    (
        announces_5_gb,
        lambda patch: patch.setattr("shutil.disk_usage", lambda _: type("", (), {"free": 1})()),
        DownloadFault.DISK_FULL,
    ),
    (answer("x"), lambda patch: spoil(patch, "os.fsync", errno.EIO), DownloadFault.DISK),
]


@pytest.mark.parametrize(("play", "break_disk", "fault"), DISKS)
async def test_a_disk_that_refuses_keeps_nothing(
    folder: Path,
    play: Play,
    break_disk: Callable[[pytest.MonkeyPatch], None],
    fault: DownloadFault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    break_disk(monkeypatch)
    async with bench(folder, play) as b:
        failed = await b.run()
        assert failed.error is not None
        assert failed.error.fault is fault
        assert failed.error.reason == ("Some words" if fault is DownloadFault.DISK else "")
        assert b.names() == []


async def test_progress_is_told_and_cancel_leaves_nothing(folder: Path) -> None:
    news: list[Download] = []
    async with bench(folder, announces_5_gb) as b:
        b.downloads.changed.connect(lambda key: news.append(b.of(file)) if key == KEY else None)
        file = ResultFile(name="big.bin", url=f"{b.server.url}/f")
        for _ in range(2):  # once at a time
            b.downloads.start(KEY, file, folder)
        await until(lambda: len(b.names()) == 1 and b.of(file).total is not None)
        assert b.of(file).state is DownloadState.RUNNING
        b.downloads.cancel(KEY, file)
        await until(lambda: b.of(file).state is DownloadState.CANCELLED)
        assert b.names() == []
        assert len(b.server.requests) == 1
        b.downloads.cancel(KEY, file)  # nothing is under way
        b.server.play = answer("now")
        b.downloads.start(KEY, file, folder)
        await until(lambda: b.of(file).state is DownloadState.SAVED)
    assert {one.state for one in news} == set(DownloadState) - {DownloadState.FAILED}


async def test_quit_ends_it_and_leaves_nothing(folder: Path) -> None:
    async with bench(folder, announces_5_gb) as b:
        file = b.start()
        await until(lambda: b.of(file).total is not None)
        await b.downloads._scope.close()
        assert b.names() == []


@pytest.mark.parametrize("play", [answer("x"), cut("half")])
async def test_no_address_is_logged_or_told(
    folder: Path, play: Play, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with bench(folder, play) as b:
        told = await b.run()
    assert SECRET not in repr(told) + repr(told.error) + caplog.text
    if told.error is not None:
        assert told.error.__context__ is None or SECRET not in repr(told.error.__context__)


@first_and_weekly_each("size", [30_000_000, 300_000_000])
async def test_memory_does_not_grow_with_the_file(folder: Path, size: int) -> None:
    """The server stands in this process, so what it holds counts, too."""
    piece = b"x" * 100_000

    async def large(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 X\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // len(piece)):
            writer.write(piece)
            await writer.drain()

    async with bench(folder, large) as b:
        tracemalloc.start()
        try:
            saved = await b.run()
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert saved.path is not None
    assert saved.path.stat().st_size == saved.got == size
    saved.path.unlink()  # pytest keeps the folders of its last runs
    assert peak < 10_000_000
