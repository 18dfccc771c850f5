"""What comes in from a second program is one word, and nothing else does anything."""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from enigma_panel.desktop import single_instance
from enigma_panel.desktop.single_instance import (
    NAME,
    NEW_TASK,
    SHOW,
    AlreadyOpenError,
    SingleInstance,
    acquire_folder,
)
from enigma_panel.store.folder_lock import FolderInUseError, FolderLock
from tests.kit.wait import until

pytestmark = pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers may take long, what is sent away at once does not wait for that."""
    monkeypatch.setattr(single_instance, "ANSWER_S", 60.0)


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[list[str]]:
    shown: list[str] = []
    one = SingleInstance(
        folder, lambda word, token: shown.append(token if word == SHOW else f"new {token}")
    )
    await one.open()
    try:
        yield shown
    finally:
        await one.close()
        assert not (folder / NAME).exists()


async def say(folder: Path, data: bytes, *, wait_s: float = 30.0) -> bytes:
    """Send something, read until the other side closes."""
    with single_instance._address(folder) as address:
        reader, writer = await asyncio.open_unix_connection(address)
    try:
        writer.write(data)
        async with asyncio.timeout(wait_s):
            return await reader.read()
    except (ConnectionResetError, BrokenPipeError):
        return b""
    finally:
        writer.close()


async def test_the_word_shows_the_window(tmp_path: Path) -> None:
    async with listening(tmp_path) as shown:
        assert await say(tmp_path, b"show\n") == b"ok"
        assert await say(tmp_path, b"show abc_DEF-123\n") == b"ok"
        assert await say(tmp_path, b"new-task abc\n") == b"ok"
        assert shown == ["", "abc_DEF-123", "new abc"]
        assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"quit\n",
        b"showing\n",
        b"SHOW\n",
        b"show \xff\n",
        b"show a\tb\n",
        b"show " + b"x" * 201 + b"\n",
        b"\x00" * 100 + b"\n",
        b"x" * 1_000_000,
        b"show" + b" " * 10_000 + b"\n",
    ],
)
async def test_anything_else_shows_nothing(tmp_path: Path, line: bytes) -> None:
    async with listening(tmp_path) as shown:
        assert await say(tmp_path, line) == b""
        assert shown == []
        assert await say(tmp_path, b"show\n") == b"ok"


async def test_whoever_says_nothing_is_sent_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "ANSWER_S", 0.3)
    async with listening(tmp_path) as shown:
        assert await say(tmp_path, b"show") == b""  # half a line
        assert shown == []


async def test_many_visitors_are_sent_away_at_once(tmp_path: Path) -> None:
    async with listening(tmp_path):
        mute = [asyncio.ensure_future(say(tmp_path, b"")) for _ in range(20)]
        await until(lambda: sum(m.done() for m in mute) >= 20 - single_instance.MOST_CLIENTS)
        for visitor in mute:
            visitor.cancel()
        await asyncio.gather(*mute, return_exceptions=True)
        assert await say(tmp_path, b"show\n") == b"ok"


async def test_two_lines_show_it_once(tmp_path: Path) -> None:
    async with listening(tmp_path) as shown:
        assert await say(tmp_path, b"show\nshow\nshow\n") == b"ok"
        assert shown == [""]


async def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead, single_instance._address(tmp_path) as address:
        dead.bind(address)
    assert (tmp_path / NAME).is_socket()
    async with listening(tmp_path):
        assert await say(tmp_path, b"show\n") == b"ok"


async def test_the_second_one_asks_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = FolderLock(tmp_path)
    async with listening(tmp_path) as shown:
        for token in ("wayland-7_TIME123", "with space", "x" * 300, "ü", ""):
            monkeypatch.setenv("XDG_ACTIVATION_TOKEN", token)
            with pytest.raises(AlreadyOpenError):
                await asyncio.to_thread(acquire_folder, tmp_path, may_ask=True)
        assert shown == ["wayland-7_TIME123", "", "", "", ""]
        with pytest.raises(AlreadyOpenError):
            await asyncio.to_thread(acquire_folder, tmp_path, may_ask=True, word=NEW_TASK)
        assert shown[-1] == "new "
        with pytest.raises(FolderInUseError) as caught:
            acquire_folder(tmp_path, may_ask=False)
        assert not caught.value.is_silent
    lock.release()
    acquire_folder(tmp_path, may_ask=True).release()


async def test_a_lock_whose_file_was_deleted_is_a_lock(tmp_path: Path) -> None:
    """A person deletes it, as other programs' pages say, and starts again: two on one ledger."""
    lock = FolderLock(tmp_path)
    (tmp_path / "panel.lock").unlink()
    async with listening(tmp_path) as shown:
        with pytest.raises(AlreadyOpenError):
            await asyncio.to_thread(acquire_folder, tmp_path, may_ask=True)
        assert shown == [""]
    lock.release()


def test_one_that_does_not_answer_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "ANSWER_S", 0.3)
    lock = FolderLock(tmp_path)
    with socket.socket(socket.AF_UNIX) as mute, single_instance._address(tmp_path) as address:
        mute.bind(address)
        mute.listen(1)
        with pytest.raises(FolderInUseError) as caught:
            acquire_folder(tmp_path, may_ask=True)
        assert caught.value.is_silent
    lock.release()


async def test_the_folder_of_one_that_is_about_to_end_is_waited_for(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path)
    taking = asyncio.ensure_future(asyncio.to_thread(acquire_folder, tmp_path, may_ask=True))
    await asyncio.sleep(0.4)
    assert not taking.done()
    lock.release()
    (await taking).release()


def test_one_that_never_listens_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "START_S", 0.3)
    lock = FolderLock(tmp_path)
    with pytest.raises(FolderInUseError):
        acquire_folder(tmp_path, may_ask=True)
    lock.release()
