"""The ledger's copy (`ledger.copy` beside it): made at each clean start, offered when the ledger
is lost or damaged.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

from enigma_panel.core.models import ASSUMED_PHASES, FINAL_PHASES, UNOPENED_PHASES
from enigma_panel.store.files import Copy, keep_aside
from enigma_panel.store.ledger import file_copy
from enigma_panel.store.ledger.database import COMPANIONS
from enigma_panel.store.ledger.errors import LedgerError, OtherVersionError, typed_errors
from enigma_panel.store.ledger.file_copy import copy_path
from enigma_panel.store.ledger.queries import one_of
from enigma_panel.store.ledger.schema import VERSION

CLOSED = one_of("phase", FINAL_PHASES | ASSUMED_PHASES | UNOPENED_PHASES)
OPEN_IN_IT = f"SELECT count(*) FROM sessions WHERE NOT {CLOSED}"  # noqa: S608 - own names


_one_at_a_time = Lock()


def make_copy(ledger_path: Path, now_ms: int) -> None:
    """Look for damage, then copy what the ledger holds now (epoch ms).

    May run in any thread, while others write; takes 3 s per 100 MB. CorruptLedgerError where the
    ledger has damage, DiskFullError where the disk is nearly full, other LedgerErrors as they
    come: the copy before it is then untouched. A copy of another ledger is kept aside.
    """
    target = copy_path(ledger_path)
    with typed_errors(target), _one_at_a_time, _reading(ledger_path) as source:
        file_copy.check_pages(source, ledger_path)
        mark = file_copy.label_of(source, ledger_path).mark
        if _mark(target) not in {mark, None}:
            keep_aside(target, word="replaced")
        file_copy.copy(source, target, now_ms)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        yield connection


def find_copy(ledger_path: Path) -> Copy | None:
    """The good copy, if any, which alone is read. Takes 1 s for 90 MB."""
    with contextlib.suppress(LedgerError):
        return _check_copy(copy_path(ledger_path))
    return None


def use_copy(ledger_path: Path) -> None:
    """Put a duplicate of the copy in the ledger's place; what is there is kept aside.

    The ledger must be closed. CorruptLedgerError or OtherVersionError for a copy that cannot be
    used, other LedgerErrors as they come. Killed after the first step, the next start finds the
    ledger missing and offers the copy.
    """
    source = copy_path(ledger_path)
    with typed_errors(ledger_path):
        made_ms = _check_copy(source).made_ms
        with file_copy.gone_on_error(ledger_path):
            file_copy.duplicate(source, ledger_path, made_ms)
            keep_aside(ledger_path, COMPANIONS, word="replaced")
            file_copy.put_in_place(ledger_path)


def start_empty(ledger_path: Path) -> None:
    """Put ledger and copy aside for an empty one; the copy last, as it is offered. LedgerError."""
    with typed_errors(ledger_path):
        keep_aside(ledger_path, COMPANIONS)
        keep_aside(copy_path(ledger_path), word="declined")


def _mark(path: Path) -> bytes | None:
    """The mark of a copy; None for what is no copy, and for nothing."""
    with contextlib.suppress(LedgerError), file_copy.looking_at(path) as connection:
        return file_copy.label_of(connection, path).mark
    return None


def _check_copy(path: Path) -> Copy:
    with file_copy.looking_at(path) as connection:
        label = file_copy.label_of(connection, path)
        if label.version != VERSION:
            raise OtherVersionError(path, label.version, VERSION)
        file_copy.check_pages(connection, path)
        open_in_it = connection.execute(OPEN_IN_IT).fetchone()[0]
    return Copy(made_ms=label.made_ms, sessions_open=open_in_it)
