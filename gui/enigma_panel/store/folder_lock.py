"""Lock of a data folder, which only one program has.

Two programs on one ledger would write whole records over each other's, and one would settle the
other's starts as unconfirmed.
"""

import os
import sys
from pathlib import Path
from typing import IO

from enigma_panel.store.paths import FolderError

LOCK_NAME = "panel.lock"
"""Name of the lock's file, in every folder that holds a ledger."""


class FolderInUseError(Exception):
    """Another running program has this folder; is_silent: it did not answer when it was asked."""

    def __init__(self, path: Path, *, is_silent: bool = False) -> None:
        super().__init__(str(path))
        self.path = path
        self.is_silent = is_silent


class FolderLock:
    """The lock of a folder, from construction to `release` or the end of the process.

    FolderInUseError where another program has it, FolderError where no file can be made of it. The
    system frees the lock of a process that dies.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_NAME
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise FolderError(folder, f"{path.name}: {error.strerror}", error.errno) from None
        self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            raise FolderInUseError(folder) from None

    def release(self) -> None:
        """Free the folder for the next program."""
        self._file.close()


def _lock(file: IO[bytes]) -> None:
    """Lock the file; OSError where somebody else has it."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there only

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - not there

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
