"""A file that is written piece by piece: hidden until it is whole, and in no other one's place."""

import contextlib
import os
import tempfile
from errno import EPERM
from pathlib import Path
from typing import Self

from enigma_panel.core.file_names import numbered
from enigma_panel.store.folder_lock import LOCK_NAME

PREFIX, SUFFIX = ".enigma-panel-", ".part"


class NewFile:
    """A private file with a safe name, in the making; nothing stays if it is not finished.

    May block. OSError from all of it, also where the folder holds a ledger: a file made there may
    be taken for a part of it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._part: Path | None = None

    def __enter__(self) -> Self:
        if (self._folder / LOCK_NAME).exists():
            raise OSError(EPERM, "the program keeps its own data in that folder")
        handle, part = tempfile.mkstemp(dir=self._folder, prefix=PREFIX, suffix=SUFFIX)
        self._part = Path(part)
        self._file = os.fdopen(handle, "wb")
        return self

    def write(self, data: bytes) -> None:
        self._file.write(data)

    def finish(self) -> Path:
        """Give the file its name, or a numbered one where that is taken; returns its path."""
        assert self._part is not None
        with self._file:  # some disks report only now that they are full
            self._file.flush()
            os.fsync(self._file.fileno())
        target = self._move(self._part)
        self._part = None
        return target

    def __exit__(self, *_: object) -> None:
        if self._part is not None:
            with contextlib.suppress(OSError):  # a full disk says so once more
                self._file.close()
            self._part.unlink(missing_ok=True)

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
    with NewFile(path.parent, path.name) as new:
        new.write(text.encode("utf-8", "replace"))
        return new.finish()
