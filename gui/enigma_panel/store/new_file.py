"""A file that is written piece by piece: hidden until it is whole, and in no other one's place."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from errno import EDQUOT, ENOSPC, EPERM
from pathlib import Path

from enigma_panel.core.file_names import numbered
from enigma_panel.store.folder_lock import LOCK_NAME

PREFIX, SUFFIX = ".enigma-panel-", ".part"


class FullDiskError(OSError):
    """The disk has no room for the file."""

    def __init__(self) -> None:
        super().__init__(ENOSPC, os.strerror(ENOSPC))


class OwnFolderError(OSError):
    """The folder holds a ledger: a file made there may be taken for a part of it."""

    def __init__(self) -> None:
        super().__init__(EPERM, "the program keeps its own data in that folder")


class NewFile:
    """A private file with a safe name, in the making. May block; OSError, FullDiskError."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._part: Path | None = None

    def begin(self, size: int | None) -> None:
        """Make the file, where there is room for `size` bytes. OwnFolderError beside a ledger."""
        if (self._folder / LOCK_NAME).exists():
            raise OwnFolderError
        if size is not None and size > shutil.disk_usage(self._folder).free:
            raise FullDiskError
        handle, part = tempfile.mkstemp(dir=self._folder, prefix=PREFIX, suffix=SUFFIX)
        self._part = Path(part)
        self._file = os.fdopen(handle, "wb")  # its lock lets discard wait for a write under way

    def write(self, data: bytes) -> None:
        with _full_disk():
            self._file.write(data)

    def finish(self) -> Path:
        """Give the file its name, or a numbered one where that is taken; returns its path."""
        assert self._part is not None
        try:
            with _full_disk(), self._file:  # some disks report only now that they are full
                self._file.flush()
                os.fsync(self._file.fileno())
            target = self._move(self._part)
        except OSError:
            self.discard()
            raise
        self._part = None
        return target

    def discard(self) -> None:
        """Remove the file if it was not finished."""
        if self._part is not None:
            with contextlib.suppress(OSError):  # a full disk says so once more
                self._file.close()
            self._part.unlink(missing_ok=True)
            self._part = None

    def _move(self, part: Path) -> Path:
        target = self._reserve()
        try:
            return part.replace(target)
        except OSError:
            target.unlink()
            raise

    def _reserve(self) -> Path:
        """Make an empty file under a free name: whatever else is made meanwhile, it is ours."""
        for name in numbered(self._name):
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
                return self._folder / name
        raise AssertionError


def save_text(path: Path, text: str) -> Path:
    """Write a file whole or not at all; returns where it is, see `NewFile.finish`. OSError."""
    data = text.encode("utf-8", "replace")
    new = NewFile(path.parent, path.name)
    try:
        new.begin(len(data))
        new.write(data)
    except OSError:
        new.discard()
        raise
    return new.finish()


@contextlib.contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {ENOSPC, EDQUOT}:
            raise FullDiskError from None
        raise
