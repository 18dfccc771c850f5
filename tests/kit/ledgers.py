"""Ledgers with nothing in them, copied from one that was made once."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from enigma_panel.core.models import Session, Task
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.queries import SESSIONS, TASKS


@cache
def _empty() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger.sqlite3")
        Ledger.open(path)[0].close()
        return path.read_bytes()


def open_ledger(path: Path) -> Ledger:
    """The ledger there, or a fresh one."""
    make_ledger(path)
    ledger, problem = Ledger.open(path)
    assert problem is None
    return ledger


@contextmanager
def opened_ledger(folder: Path) -> Iterator[Ledger]:
    folder.mkdir(mode=0o700, exist_ok=True)
    with closing(open_ledger(folder / "ledger.sqlite")) as ledger:
        yield ledger


def make_ledger(path: Path) -> None:
    if not path.exists():
        path.touch(0o600)
        path.write_bytes(_empty())


def put(ledger: Ledger, *records: Session | Task) -> None:
    """Records that have keys already, all or none; the ledger itself would give them others."""
    with ledger._db.transaction():
        for record in records:
            if isinstance(record, Session):
                ledger._db.execute(SESSIONS.insert, SESSIONS.values(record))
            else:
                ledger._db.execute(TASKS.insert, TASKS.values(record))
