"""The ledger's backup copy: made at each clean start, offered when the ledger is lost.

`ledger.copy` beside the ledger is the one of the last clean start; `ledger.copy-v1` was made before
the ledger left version 1, for a program that knows no later one. A copy is replaced only by one of
the same ledger: after a ledger was lost and another begun, the copy of the lost one stays until
the person has used it (`use_copy`) or declined it (`decline_copy`).
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from enigma_panel.core.models import ASSUMED_PHASES, FINAL_PHASES, UNOPENED_PHASES
from enigma_panel.store.files import Copy, check_is_file, keep_aside
from enigma_panel.store.ledger import deletion, file_copy
from enigma_panel.store.ledger.database import COMPANIONS, Database, sole_opener
from enigma_panel.store.ledger.errors import (
    CorruptLedgerError,
    DiskFullError,
    LedgerError,
    NewerLedgerError,
    typed_errors,
)
from enigma_panel.store.ledger.file_copy import Label, copy_path
from enigma_panel.store.ledger.queries import (
    LIVE,
    NOT_FINAL,
    SESSIONS,
    TASKS,
    UNSETTLED,
    RowReader,
    one_of,
)
from enigma_panel.store.ledger.schema import MIGRATIONS

if TYPE_CHECKING:
    from enigma_panel.store.ledger.ledger import Ledger

CLOSED = one_of("phase", FINAL_PHASES | ASSUMED_PHASES | UNOPENED_PHASES)
OPEN_IN_IT = f"SELECT count(*) FROM sessions WHERE NOT {CLOSED}"  # noqa: S608 - own names


_one_at_a_time = Lock()


class Copied(StrEnum):
    """What became of a copy. Only MADE changed anything."""

    MADE = "made"
    NO_ROOM = "no_room"  # the disk is nearly full
    OF_ANOTHER = "of_another"  # the copy there is of another ledger and waits to be offered
    DAMAGED = "damaged"  # its pages, or an index that does not agree with its table
    BAD_ROWS = "bad_rows"  # something in it that is not ended cannot be read


def make_copy(ledger_path: Path, now_ms: int) -> Copied:
    """Copy what the ledger holds now (epoch ms); may run in any thread, while others write.

    Takes 1 s for 90 MB. LedgerError when the disk fails; the copy before it is then untouched.
    """
    target = copy_path(ledger_path)
    with typed_errors(target), _one_at_a_time, _reading(ledger_path) as source:
        check_is_file(target)
        if target in _others(ledger_path, file_copy.label_of(source, ledger_path).mark):
            return Copied.OF_ANOTHER
        return _make(source, target, now_ms, anew=deletion.is_to_purge(source))


def renew_copy(ledger_path: Path, now_ms: int) -> Copied | None:
    """What was deleted is in no copy of this ledger any more: the last start's is made anew, where
    there is one (else None), those of older versions go. May run in any thread. LedgerError."""
    target = copy_path(ledger_path)
    with typed_errors(target), _one_at_a_time, _reading(ledger_path) as source:
        mark = file_copy.label_of(source, ledger_path).mark
        own = _own_copies(ledger_path, mark)
        file_copy.drop_draft(target)
        for path in own:
            if path != target:
                path.unlink()
        return _make(source, target, now_ms, anew=True) if target in own else None


def _make(source: sqlite3.Connection, target: Path, now_ms: int, *, anew: bool = False) -> Copied:
    try:
        file_copy.draft(source, target, anew=anew)
    except DiskFullError:
        return Copied.NO_ROOM
    try:
        with typed_errors(target):
            file_copy.seal(target, now_ms, partial(_check_rows, target))
    except _BadRowsError:
        return Copied.BAD_ROWS
    except CorruptLedgerError:
        return Copied.DAMAGED
    return Copied.MADE


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        yield connection


def find_copy(ledger_path: Path) -> Copy | None:
    """The newest good copy that this program can use, None where there is none.

    Of the highest version, then the last made: a clock may have been set back meanwhile.
    Reads the copies only, whatever is at the ledger's path. Takes 0.03 s for 28 MB.
    """
    with typed_errors(ledger_path):
        return _newest(_copies(ledger_path))


def copy_to_offer(ledger: "Ledger") -> Copy | None:
    """A good copy of another ledger than this one, which was lost: to be offered to the person.

    None in the normal case, which takes a millisecond.
    """
    return _newest(_of_others(ledger))


def decline_copy(ledger: "Ledger") -> list[Path]:
    """The person goes on with this ledger: copies of other ones are kept aside.

    Returns their new paths. LedgerError when the system refuses.
    """
    with typed_errors(ledger.path):
        return [keep_aside(path, word="declined") for path in _of_others(ledger)]


def use_copy(ledger_path: Path, copy: Copy) -> Path | None:
    """Keep the file at the ledger's path aside and put a duplicate of the copy there.

    The ledger must be closed. What happened after copy.made_ms is not in it. Returns where the old
    file is now, None when there was none. CorruptLedgerError or NewerLedgerError for a copy that
    cannot be used, other LedgerErrors as they come.
    """
    with sole_opener(ledger_path.parent), typed_errors(ledger_path):
        made_ms = _check_copy(copy.path).made_ms
        with file_copy.gone_on_error(ledger_path):
            file_copy.duplicate(copy.path, ledger_path, made_ms)
            kept_as = keep_aside(ledger_path, COMPANIONS, word="replaced")
            file_copy.put_in_place(ledger_path)
    return kept_as if kept_as.exists() else None


def _newest(paths: Iterable[Path]) -> Copy | None:
    copies = (copy for copy in map(_describe, paths) if copy is not None)
    return max(copies, key=lambda copy: (copy.version, copy.made_ms), default=None)


def _copies(ledger_path: Path) -> list[Path]:
    name = re.compile(re.escape(copy_path(ledger_path).name) + r"(-v\d+)?")
    return [path for path in ledger_path.parent.iterdir() if name.fullmatch(path.name)]


def _own_copies(ledger_path: Path, mark: bytes) -> list[Path]:
    """The copies beside the ledger that have its mark, good or not. OSError."""
    labels = [(path, _label(path)) for path in _copies(ledger_path)]
    return [path for path, label in labels if label is not None and label.mark == mark]


def _of_others(ledger: "Ledger") -> list[Path]:
    with typed_errors(ledger.path):
        mark = file_copy.label_of(ledger.connection, ledger.path).mark
    return _others(ledger.path, mark)


def _others(ledger_path: Path, mark: bytes) -> list[Path]:
    labels = [(path, _label(path)) for path in _copies(ledger_path)]
    return [path for path, label in labels if label is not None and label.mark != mark]


def _label(path: Path) -> Label | None:
    """None for what is no copy, and for nothing."""
    try:
        with file_copy.looking_at(path) as connection:
            return file_copy.label_of(connection, path)
    except LedgerError:
        return None


def _describe(path: Path) -> Copy | None:
    try:
        return _check_copy(path)
    except LedgerError:
        return None


def _check_copy(path: Path) -> Copy:
    with file_copy.looking_at(path) as connection:
        label = file_copy.label_of(connection, path)
        if label.version > len(MIGRATIONS):
            raise NewerLedgerError(path, label.version, len(MIGRATIONS))
        file_copy.check_pages(connection, path)
        open_in_it = connection.execute(OPEN_IN_IT).fetchone()[0]
    return Copy(path=path, made_ms=label.made_ms, version=label.version, sessions_open=open_in_it)


class _BadRowsError(CorruptLedgerError):
    """Something that is not ended cannot be read."""


def _check_rows(path: Path, connection: sqlite3.Connection) -> None:
    """_BadRowsError."""
    reader = RowReader(Database(path, connection))
    reader.records(SESSIONS, NOT_FINAL)
    reader.records(TASKS, LIVE)
    reader.intents(UNSETTLED)
    if reader.bad_rows:
        raise _BadRowsError(path, f"{len(reader.bad_rows)} rows cannot be read")
