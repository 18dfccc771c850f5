"""Downloads of the files of results: each once at a time, ended with the program."""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal

from enigma_panel.api.address import file_address
from enigma_panel.api.errors import DownloadError, DownloadFault
from enigma_panel.core.file_names import safe_name
from enigma_panel.core.observation import ResultFile
from enigma_panel.core.service_rules import RULES
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.new_file import FullDiskError, NewFile

P = ParamSpec("P")
T = TypeVar("T")

NEWS_S = 0.25
"""Time between two reports of progress."""

_Key = tuple[int, ResultFile]


class DownloadState(StrEnum):
    RUNNING = "running"
    SAVING = "saving"  # all of it is here; it cannot be cancelled any more
    SAVED = "saved"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Download(Struct, frozen=True, kw_only=True):
    """A result's file in this run: got of total bytes; path: where it is, once saved."""

    state: DownloadState = DownloadState.RUNNING
    got: int = 0
    total: int | None = None
    path: Path | None = None
    error: DownloadError | None = None


class Downloads(QObject):
    """The downloads of this run, by task and file. changed: the key of a task with news."""

    changed = Signal(int)

    def __init__(self, scope: TaskScope, store: SessionStore) -> None:
        super().__init__()
        self._scope = scope
        self._store = store
        self._downloads: dict[_Key, Download] = {}
        self._running: dict[_Key, asyncio.Task[None]] = {}

    def of(self, task_key: int, file: ResultFile) -> Download | None:
        """What became of a file, None where it was not asked for in this run."""
        return self._downloads.get((task_key, file))

    def start(self, task_key: int, file: ResultFile, folder: Path) -> None:
        """Fetch a file of that task into a folder, unless that is under way."""
        key = (task_key, file)
        if key in self._running:
            return
        number = len(self._downloads)  # no name and no address in the name of a task
        running = self._scope.spawn(f"download {number} of task {task_key}", self._run(key, folder))
        if running is not None:
            self._running[key] = running
            running.add_done_callback(lambda _: self._ended(key))
            self._put(key, Download())

    def cancel(self, task_key: int, file: ResultFile) -> None:
        """End a download that is under way; nothing of it is left."""
        key = (task_key, file)
        if key in self._running and self._downloads[key].state is DownloadState.RUNNING:
            self._running[key].cancel()

    async def _run(self, key: _Key, folder: Path) -> None:
        try:
            path = await self._fetch(key, folder)
        except DownloadError as error:
            self._change(key, state=DownloadState.FAILED, error=error)
        else:
            self._change(key, state=DownloadState.SAVED, path=path)

    async def _fetch(self, key: _Key, folder: Path) -> Path:
        from enigma_panel.api.download import fetch  # noqa: PLC0415 - see bootstrap.load_client

        task_key, file = key
        address = self._address(task_key, file)
        if address is None:
            raise DownloadError(DownloadFault.ADDRESS)
        new = NewFile(folder, safe_name(file.name))
        saver = _Saver(new, lambda **news: self._change(key, **news))
        try:
            await fetch(address, saver)
        except BaseException:
            await _on_disk(new.discard)
            raise
        self._change(key, state=DownloadState.SAVING, got=saver.got)
        return await _on_disk(new.finish)

    def _address(self, task_key: int, file: ResultFile) -> str | None:
        task = self._store.task(task_key)
        session = self._store.session(task.session_key) if task is not None else None
        if session is None:
            return None
        return file_address(file.url, session.base_url, RULES[session.dialect].file_hosts)

    def _ended(self, key: _Key) -> None:
        """Clean up, also where the download was cancelled before its first step or failed oddly."""
        del self._running[key]
        if self._downloads[key].state in {DownloadState.RUNNING, DownloadState.SAVING}:
            self._change(key, state=DownloadState.CANCELLED)

    def _change(self, key: _Key, **news: Any) -> None:
        self._put(key, replace(self._downloads[key], **news))

    def _put(self, key: _Key, download: Download) -> None:
        self._downloads[key] = download
        self.changed.emit(key[0])


class _Saver:
    """Writes what comes to a new file, in threads, and tells how far it is."""

    def __init__(self, new: NewFile, tell: Callable[..., None]) -> None:
        self._new = new
        self._tell = tell
        self.got = 0
        self._told_s = 0.0

    async def begin(self, total: int | None) -> None:
        """See `api.download.Sink`."""
        self._tell(total=total)
        await _on_disk(self._new.begin, total)

    async def write(self, data: bytes) -> None:
        """See `api.download.Sink`."""
        await _on_disk(self._new.write, data)
        self.got += len(data)
        now_s = asyncio.get_running_loop().time()
        if now_s - self._told_s >= NEWS_S:
            self._told_s = now_s
            self._tell(got=self.got)


async def _on_disk(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Await a call that may block, also if cancelled; DownloadError where the disk refuses."""
    work = asyncio.get_running_loop().run_in_executor(None, partial(call, *args, **kwargs))
    try:
        return await asyncio.shield(work)
    except FullDiskError:
        raise DownloadError(DownloadFault.DISK_FULL) from None
    except OSError as error:
        raise DownloadError(DownloadFault.DISK, reason=error.strerror or "") from None
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
