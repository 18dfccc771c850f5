"""One program per data folder: a lock that is held for the whole run and ends with the process.

Two programs on one ledger would write whole records over each other's, and one would settle the
other's starts as unconfirmed.
"""

import os
from pathlib import Path
from typing import IO


class FolderInUseError(Exception):
    """Another running program holds this folder; is_silent: it was asked something in vain."""

    def __init__(self, path: Path, *, is_silent: bool = False) -> None:
        super().__init__(str(path))
        self.path = path
        self.is_silent = is_silent


class FolderLock:
    """Held from construction to `release` or the end of the process. FolderInUseError.

    The system takes it from a process that dies, so a dead one's is free at once.
    """

    def __init__(self, folder: Path) -> None:
        descriptor = os.open(folder / "panel.lock", os.O_RDWR | os.O_CREAT, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "r+b")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            raise FolderInUseError(folder) from None

    def release(self) -> None:
        """Let the next program in."""
        self._file.close()


def _lock(file: IO[bytes]) -> None:
    """OSError where somebody else has it."""
    if os.name == "nt":
        import msvcrt  # noqa: PLC0415 - there only

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows
    else:
        import fcntl  # noqa: PLC0415 - not there

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
