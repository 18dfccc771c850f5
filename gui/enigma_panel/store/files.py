"""Files on disk: atomic writes, and problems with a file, which is then kept aside.

Nothing in a file that cannot be used is lost: it gets another name in the same folder.
"""

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from msgspec import Struct


class ProblemKind(StrEnum):
    """What is wrong with a file that was not used."""

    BROKEN = "broken"  # its content makes no sense; it was kept aside where `kept_as` says
    NEWER = "newer"  # a newer version of this program wrote it; it stays as it is
    UNREADABLE = "unreadable"  # the system refused to hand it out; it stays as it is
    REPAIRED = "repaired"
    DAMAGED = "damaged"  # it has damage, and is used all the same
    NO_CAP = "no_cap"  # the cap of a task in the settings makes no sense; all else was read
    UNWRITABLE = "unwritable"  # a write-only file of ours cannot be written; it stays


class Copy(Struct, frozen=True, kw_only=True):
    """A good copy of the ledger.

    made_ms: when it was made (UTC epoch milliseconds); nothing later is in it. sessions_open: how
    many were open, or may have been, when it was made.
    """

    made_ms: int
    sessions_open: int


class Problem(Struct, frozen=True, kw_only=True):
    """A problem with a file, for the person to know.

    kept_as: the new path of a broken file, None when it stayed where it was. reason: for the log,
    not for the window. copy: one of a damaged ledger, which can be restored.
    """

    kind: ProblemKind
    path: Path
    kept_as: Path | None = None
    reason: str
    copy: Copy | None = None


def keep_aside(path: Path, endings: Iterable[str] = ("",), word: str = "broken") -> Path:
    """Rename `path` + each of `endings` to `path.<word>-<UTC stamp>` + ending.

    Returns the new path. Two files never get the same name: a counter is added within one second.
    Missing files are skipped. OSError when the system refuses.
    """
    target = _free_name(path, word, tuple(endings))
    for ending in endings:
        source = Path(f"{path}{ending}")
        if source.exists() or source.is_symlink():
            source.rename(f"{target}{ending}")
    return target


def _free_name(path: Path, word: str, endings: tuple[str, ...]) -> Path:
    stem = f"{path}.{word}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = itertools.chain([stem], (f"{stem}-{n}" for n in itertools.count(2)))
    return next(
        Path(name) for name in names if not any(Path(f"{name}{end}").exists() for end in endings)
    )


def write_atomic(path: Path, data: bytes) -> None:
    """Write `data` to `path` (mode 0600) by way of a temporary file in the same folder.

    File and folder are synced, so the new content outlives a power cut once this returns.
    OSError when the disk is full or the folder refuses; the old content is then untouched.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable. Windows cannot open folders and does this by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
