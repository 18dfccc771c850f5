"""The single instance of a folder: a second program has the first show its window, and ends.

They talk through a socket in the data folder, which only this user can enter. What comes in is one
of two fixed words, and all that it can do is to show the window, or New task in it.
"""

import asyncio
import errno
import logging
import os
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from enigma_panel.store.folder_lock import FolderInUseError, FolderLock

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)

NAME = "panel.sock"
SHOW, NEW_TASK, OK = b"show", b"new-task", b"ok"
LONGEST_LINE = 256
MOST_CLIENTS = 8
ANSWER_S = 1.0
START_S = 3.0
"""How long a second program asks, in seconds: the first may not listen yet, or end."""
RETRY_S = 0.05
TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 - the desktop's word for "a person clicked"
_TOKEN_FORM = re.compile(rb"[!-~]{1,200}")


class AlreadyOpenError(Exception):
    """The first program has shown its window."""


class _Answer(Enum):
    SHOWN = auto()
    SILENT = auto()
    NOBODY = auto()


def acquire_folder(folder: Path, *, may_ask: bool, word: bytes = SHOW) -> FolderLock:
    """The folder's lock, or AlreadyOpenError, FolderInUseError; blocks for up to START_S."""
    end = time.monotonic() + START_S
    while True:
        lock = None
        try:
            lock = FolderLock(folder)
        except FolderInUseError:
            if not may_ask:
                raise
        # Also with the lock in hand: its file may have been deleted under the first program.
        answer = ask_to_show(folder, word) if may_ask else _Answer.NOBODY
        if lock is not None:
            if answer is _Answer.NOBODY:
                return lock
            lock.release()
        if answer is _Answer.SHOWN:
            raise AlreadyOpenError
        if answer is _Answer.SILENT or time.monotonic() > end:
            raise FolderInUseError(folder, is_silent=True)
        time.sleep(RETRY_S)


def ask_to_show(folder: Path, word: bytes) -> _Answer:
    """Ask whoever listens in this folder to show its window; blocks for ANSWER_S at most."""
    if sys.platform == "win32":  # it has no such sockets
        return _Answer.NOBODY
    token = os.environ.get(TOKEN, "").encode()
    line = word + (b" " + token if _TOKEN_FORM.fullmatch(token) else b"") + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as client, _address(folder) as address:
            client.settimeout(ANSWER_S)
            client.connect(address)
            client.sendall(line)
            answer = client.recv(len(OK))
    except (TimeoutError, BlockingIOError):
        return _Answer.SILENT
    except OSError:  # nobody listens
        return _Answer.NOBODY
    return _Answer.SHOWN if answer == OK else _Answer.NOBODY


class SingleInstance:
    """Listens for second programs. show: does what a word asks for; it also gets the desktop's
    start-up token, empty without one.
    """

    def __init__(self, folder: Path, show: Callable[[bytes, str], None]) -> None:
        self._folder = folder
        self._show = show
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.BaseTransport] = set()

    async def open(self) -> None:
        """Begin to listen. Call it while holding the folder's lock: what lies there is stale."""
        try:
            listener = self._listen()
        except OSError as error:  # a file system or a system without such sockets
            log.info("second programs cannot ask for the window: %s", error.strerror)
            return
        running = asyncio.get_running_loop()
        make = partial(_Client, self._clients, self._show)
        self._server = await running.create_unix_server(make, sock=listener)

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for client in list(self._clients):
            assert isinstance(client, asyncio.Transport)
            client.abort()
        (self._folder / NAME).unlink(missing_ok=True)

    def _listen(self) -> socket.socket:
        if sys.platform == "win32":
            raise OSError(errno.ENOSYS, "Windows has no such sockets")
        (self._folder / NAME).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        try:
            with _address(self._folder) as address:
                listener.bind(address)
            (self._folder / NAME).chmod(0o600)
            listener.listen(MOST_CLIENTS)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        return listener


def bring_to_front(window: "QWidget", token: str) -> None:
    """Show a window before all others, as far as the desktop allows it."""
    if token:
        os.environ[TOKEN] = token  # Qt's Wayland part reads it there
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    os.environ.pop(TOKEN, None)


class _Client(asyncio.Protocol):
    """A second program. It gets a second and a line of bounded length, whatever it sends."""

    def __init__(
        self, clients: set[asyncio.BaseTransport], show: Callable[[bytes, str], None]
    ) -> None:
        self._all = clients
        self._show = show
        self._line = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._all.add(transport)
        self._limit = asyncio.get_running_loop().call_later(ANSWER_S, transport.abort)
        if len(self._all) > MOST_CLIENTS:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        self._line += data
        if len(self._line) > LONGEST_LINE:
            self._transport.abort()
        elif b"\n" in self._line:
            self._answer_to(self._line.partition(b"\n")[0])

    def connection_lost(self, _error: Exception | None) -> None:
        self._limit.cancel()
        self._all.discard(self._transport)

    def _answer_to(self, line: bytes) -> None:
        word, _, token = line.partition(b" ")
        if word not in {SHOW, NEW_TASK} or (token and not _TOKEN_FORM.fullmatch(token)):
            self._transport.abort()
            return
        self._show(word, token.decode("ascii"))
        self._transport.write(OK)
        self._transport.close()


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """The socket's path. Such paths may be 107 bytes long, so Linux gets a short one."""
    if sys.platform != "linux":
        yield str(folder / NAME)
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)
