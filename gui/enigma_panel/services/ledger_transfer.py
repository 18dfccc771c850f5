"""The ledger's way to another computer: exported into one file, imported where it is empty."""

import contextlib
import os
from collections.abc import Callable, Coroutine, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from enigma_panel.runtime import event_loop
from enigma_panel.services.clock import Clock
from enigma_panel.services.exports import (
    Exported,
    Exporter,
    ExportError,
    ExportFault,
    ExportJob,
    FileOrder,
)
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.files import NotAFileError, check_is_file
from enigma_panel.store.ledger.database import COMPANIONS
from enigma_panel.store.ledger.errors import (
    CorruptLedgerError,
    DiskFullError,
    InterruptedReadError,
    LedgerError,
    LockedLedgerError,
    NewerLedgerError,
)
from enigma_panel.store.ledger.transfer import (
    Contents,
    NotExportedError,
    discard_import,
    export_ledger,
    is_empty,
    prepare_import,
    read_contents,
)
from enigma_panel.store.new_file import FullDiskError, NewFile

T = TypeVar("T")

WHOLE = 100
"""The progress of an export that is done, in percent."""
LOOK_S, PREPARE_S = 15.0, 900.0
"""Nobody waits longer for a disk."""


class ImportFault(StrEnum):
    """Why nothing was imported."""

    NOT_EMPTY = "not_empty"  # something has happened in our ledger
    MISSING = "missing"  # there is no such file
    NOT_A_FILE = "not_a_file"  # a folder or the like has that name
    NOT_EXPORTED = "not_exported"  # no ledger, or none that was exported
    NOT_FINISHED = "not_finished"  # another program writes to it
    NEWER = "newer"  # a newer version of this program exported it
    DAMAGED = "damaged"
    DISK_FULL = "disk_full"
    DISK = "disk"  # the system refuses; the reason says why


class LedgerImportError(Exception):
    """Nothing was imported, all is as it was. reason: the system's own words."""

    def __init__(self, fault: ImportFault, reason: str = "") -> None:
        super().__init__(fault, reason)
        self.fault = fault
        self.reason = reason


class LedgerTransfer(Exporter):
    """Exports the ledger, and prepares the import of one. progressed: percent of an export."""

    def __init__(
        self, store: SessionStore, writer: LedgerWriter, queue: TaskQueue, clock: Clock
    ) -> None:
        super().__init__()
        self._store = store
        self._writer = writer
        self._queue = queue
        self._clock = clock

    def export(self, order: FileOrder) -> Coroutine[Any, Any, Exported | None]:
        """Pause the line and export, which can be cancelled from now on; None where it was.

        The line stays paused. ExportError: nothing was exported, and the line is as it was.
        """
        job = _LedgerJob(order, self._clock)
        self.begin(job)
        return self._export(job)

    async def _export(self, job: "_LedgerJob") -> Exported | None:
        was_paused = self._queue.is_paused
        self._queue.pause()  # before: what is in the file as waiting must not be started after it
        exported = None
        try:
            exported = await self.run(job, await self._flushed())
        finally:
            if exported is None and not was_paused:
                self._queue.unpause()
        return exported

    async def _flushed(self) -> Path:
        """Where the ledger is, with all that has happened in it."""
        try:
            await self._store.flush()
            return await self._writer.commit(lambda ledger: ledger.path)
        except LedgerError as error:
            raise ExportError(ExportFault.LEDGER, error.reason) from None

    async def look_into(self, path: Path) -> Contents:
        """What is in that file. LedgerImportError where it cannot be imported."""
        ledger = await self.check_empty()
        return await _in_thread(partial(_look_into, ledger, path), LOOK_S)

    async def prepare(self, path: Path) -> None:
        """Prepare the import, which takes our ledger's place once this run has ended.

        LedgerImportError: nothing was prepared.
        """
        ledger = await self.check_empty()
        await _in_thread(partial(_prepare, ledger, path), PREPARE_S)
        try:
            await self.check_empty()
        except LedgerImportError:
            await self.discard()
            raise

    async def discard(self) -> None:
        """Leave nothing of what was prepared."""
        with contextlib.suppress(LedgerError):  # the next one takes its place
            await self._store.read(lambda ledger: discard_import(ledger.path))

    async def check_empty(self) -> Path:
        """Where our ledger is. LedgerImportError where none can be imported."""
        try:
            if await self._store.read(is_empty):
                return await self._store.read(lambda ledger: ledger.path)
        except LedgerError as error:
            raise LedgerImportError(ImportFault.DISK, error.reason) from None
        raise LedgerImportError(ImportFault.NOT_EMPTY)


class _LedgerJob(ExportJob):
    def __init__(self, order: FileOrder, clock: Clock) -> None:
        super().__init__(order)
        self._clock = clock

    def size(self, ledger: Path) -> int:
        return ledger.stat().st_size

    def write(self, new: NewFile, ledger: Path) -> None:
        size = self.size(ledger)

        def follow() -> bool:
            self.count = min(WHOLE, WHOLE * new.part.stat().st_size // max(size, 1))
            return self.is_cancelled

        try:
            export_ledger(ledger, new.part, self._clock.now_ms(), follow)
            self.count = WHOLE
        except DiskFullError:
            raise FullDiskError from None
        except LedgerError as error:
            if isinstance(error, InterruptedReadError) and self.is_cancelled:
                return
            if not isinstance(error, CorruptLedgerError):
                raise ExportError(ExportFault.DISK, error.reason) from None
            raise


async def _in_thread(call: Callable[[], T], limit_s: float) -> T:
    """A disk that was pulled out, or lies behind a network, may never answer."""
    try:
        return await event_loop.blocking(call, time_limit=limit_s)
    except event_loop.BlockingTimeoutError as error:
        raise LedgerImportError(ImportFault.DISK, str(error)) from None


def _look_into(ledger: Path, path: Path) -> Contents:
    with _typed_errors():
        _check_there(ledger, path)
        return read_contents(path)


def _prepare(ledger: Path, path: Path) -> None:
    with _typed_errors():
        _check_there(ledger, path)
        prepare_import(ledger, path)


def _check_there(ledger: Path, path: Path) -> None:
    try:
        check_is_file(path)
        found = path.stat()
    except ValueError as error:  # a character that no name has
        raise LedgerImportError(ImportFault.DISK, str(error)) from None
    ours = (Path(f"{ledger}{ending}") for ending in COMPANIONS)
    if any(os.path.samestat(found, one.stat()) for one in ours if one.exists()):
        # Not even opened: who closes a file gives up all locks of this process on it.
        raise LedgerImportError(ImportFault.NOT_EXPORTED)


@contextlib.contextmanager
def _typed_errors() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise LedgerImportError(ImportFault.MISSING) from None
    except NotAFileError:
        raise LedgerImportError(ImportFault.NOT_A_FILE) from None
    except OSError as error:
        raise LedgerImportError(ImportFault.DISK, error.strerror or "") from None
    except LedgerError as error:
        raise LedgerImportError(_fault_of(error), error.reason) from None


def _fault_of(error: LedgerError) -> ImportFault:
    match error:
        case NewerLedgerError():
            return ImportFault.NEWER
        case NotExportedError():
            return ImportFault.NOT_EXPORTED
        case LockedLedgerError():
            return ImportFault.NOT_FINISHED
        case CorruptLedgerError():
            return ImportFault.DAMAGED
        case DiskFullError():
            return ImportFault.DISK_FULL
        case _:
            return ImportFault.DISK
