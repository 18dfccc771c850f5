"""Lock of a data folder, which only one program has, and the removal of dead demos' folders.

Two programs on one ledger would write whole records over each other's, and one would settle the
other's starts as unconfirmed.
"""

import logging
import os
import shutil
import stat
import time
from pathlib import Path
from typing import IO

from enigma_panel.store.files import check_is_file
from enigma_panel.store.paths import FolderError, folders_below

log = logging.getLogger(__name__)

PREFIX = "enigma-panel-demo-"
"""Prefix of the names of demos' throw-away folders."""
OLD_S = 60.0
"""The age from which folders are removed, in seconds: one that was just made is not locked yet."""


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
            check_is_file(path)
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
    if os.name == "nt":
        import msvcrt  # noqa: PLC0415 - there only

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # Windows
    else:
        import fcntl  # noqa: PLC0415 - not there

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def clear_leftovers(parent: Path, now_s: float | None = None) -> list[Path]:
    """Remove throw-away folders in `parent` (the temp directory) whose program is dead.

    Only real folders of this user that nobody else can enter, with our name, older than a minute,
    whose lock is free. Blocking; raises nothing. now_s: epoch seconds, for tests. Returns what was
    removed.
    """
    if not hasattr(os, "getuid"):
        return []
    old_s = (time.time() if now_s is None else now_s) - OLD_S
    try:
        found = [path for path in parent.iterdir() if path.name.startswith(PREFIX)]
    except OSError as error:
        log.info("the temp directory cannot be read: %s", error.strerror)
        return []
    return [path for path in found if _is_old_and_ours(path, old_s) and _clear(path)]


def _is_old_and_ours(path: Path, old_s: float) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
    return private and found.st_uid == os.getuid() and found.st_mtime < old_s


def _clear(path: Path) -> bool:
    """Remove the folder under its lock, where it has one."""
    data = folders_below(path).data
    lock = None
    try:
        if data.is_dir() and not data.is_symlink():
            lock = FolderLock(data)
        shutil.rmtree(path)
    except (FolderInUseError, FolderError):
        return False
    except OSError as error:
        log.info("a left-over folder stays: %s", error.strerror)
        return False
    finally:
        if lock is not None:
            lock.release()
    return True
