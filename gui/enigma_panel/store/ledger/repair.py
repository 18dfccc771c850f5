"""Open a ledger whatever state its file is in: rubbish is kept aside and a fresh one made."""

from pathlib import Path

from enigma_panel.store.ledger.copies import find_copy
from enigma_panel.store.ledger.database import COMPANIONS, Database
from enigma_panel.store.ledger.errors import CorruptLedgerError, typed_errors
from enigma_panel.store.ledger.opening import sole_opener
from enigma_panel.store.problem import Problem, ProblemKind, keep_aside


def open_or_replace(path: Path) -> tuple[Database, Problem | None]:
    """Open `path`; a broken file goes aside with its -wal and -shm, and the problem is told.

    So is one that is gone or empty, though a copy of it is there. NewerLedgerError and the other
    LedgerErrors pass: for them a fresh file would be no help.
    """
    with sole_opener(path.parent):
        problem = _missing(path)
        if problem is not None:
            return Database.open(path), problem
        try:
            return Database.open(path), None
        except CorruptLedgerError as error:
            problem = _put_aside(path, error.reason)
        return Database.open(path), problem


def _missing(path: Path) -> Problem | None:
    """Something was here once: a first start finds no copy either."""
    with typed_errors(path):
        if any(_size(Path(f"{path}{ending}")) for ending in COMPANIONS):
            return None
    copy = find_copy(path)
    if copy is None:
        return None
    return Problem(kind=ProblemKind.MISSING, path=path, reason="gone or empty", copy=copy)


def _put_aside(path: Path, reason: str) -> Problem:
    with typed_errors(path):
        kept_as = keep_aside(path, COMPANIONS)
    return Problem(
        kind=ProblemKind.BROKEN, path=path, kept_as=kept_as, reason=reason, copy=find_copy(path)
    )


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
