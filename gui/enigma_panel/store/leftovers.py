"""Throw-away folders of programs that were killed: nobody else clears them."""

import logging
import os
import shutil
import stat
import time
from pathlib import Path

from enigma_panel.store.instance import FolderInUseError, FolderLock
from enigma_panel.store.paths import folders_below

log = logging.getLogger(__name__)

PREFIX = "enigma-panel-demo-"
OLD_S = 60.0
"""A folder that was just made is not locked yet."""


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
    """Remove it while holding its lock, where it got so far as to have one."""
    data = folders_below(path).data
    lock = None
    try:
        if data.is_dir() and not data.is_symlink():
            lock = FolderLock(data)
        shutil.rmtree(path)
    except FolderInUseError:
        return False
    except OSError as error:
        log.info("a left-over folder stays: %s", error.strerror)
        return False
    finally:
        if lock is not None:
            lock.release()
    return True
