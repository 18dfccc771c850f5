"""A file that could not be used, and how it is kept aside so that nothing in it is lost."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path


class ProblemKind(StrEnum):
    """Why a file was not used."""

    BROKEN = "broken"  # its content makes no sense; it was kept aside where `kept_as` says
    NEWER = "newer"  # a newer version of this program wrote it; it stays as it is
    UNREADABLE = "unreadable"  # the system refused to hand it out; it stays as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a person should be told about a file: `reason` is for the log, not for the window.

    kept_as is the new place of a broken file, None when it stayed where it was.
    """

    kind: ProblemKind
    path: Path
    kept_as: Path | None = None
    reason: str


def keep_aside(path: Path, endings: Iterable[str] = ("",)) -> Path:
    """Rename `path` + each of `endings` to `path.broken-<UTC stamp>` + ending.

    Returns the new path. Two files never get the same name: a counter is added within one second.
    Missing files are skipped. OSError when the system refuses.
    """
    target = _free_name(path, tuple(endings))
    for ending in endings:
        source = Path(f"{path}{ending}")
        if source.exists() or source.is_symlink():
            source.rename(f"{target}{ending}")
    return target


def _free_name(path: Path, endings: tuple[str, ...]) -> Path:
    stem = f"{path}.broken-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = itertools.chain([stem], (f"{stem}-{n}" for n in itertools.count(2)))
    return next(
        Path(name) for name in names if not any(Path(f"{name}{end}").exists() for end in endings)
    )
