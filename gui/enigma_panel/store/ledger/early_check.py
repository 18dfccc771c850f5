"""The look for damage in the ledger's file, while the program's modules are still being loaded.

It takes a second for each GB, in which a second processor has nothing else to do. A start that goes
no further, because another program has the folder, reads for nothing.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from threading import Thread

from enigma_panel.store.files import check_is_file
from enigma_panel.store.ledger.database import HOLDING, check_header
from enigma_panel.store.ledger.errors import LedgerError, typed_errors

_State = list[tuple[int, int, int, int] | None]


class EarlyCheck:
    """Runs from its construction on, in a thread of its own, and tells no error: whoever opens the
    ledger looks again unless all is well. It writes nothing, but leaves the files without content
    that SQLite wants beside a ledger."""

    def __init__(self, path: Path) -> None:
        self._path = Path(os.path.realpath(path))  # beside which SQLite has the others
        self._good: _State | None = None
        self._thread = Thread(target=self._look, name="early check", daemon=True)
        self._thread.start()

    def passed(self) -> bool:
        """Whether the file as it is now was looked at and has no damage. Waits for the look."""
        self._thread.join()
        try:
            return self._good is not None and self._good == _state(self._path)
        except OSError:
            return False

    def _look(self) -> None:
        uri = f"{self._path.absolute().as_uri()}?mode=ro"
        with suppress(LedgerError), typed_errors(self._path):
            state = _state(self._path)
            check_header(self._path)
            with closing(sqlite3.connect(uri, uri=True, timeout=0)) as connection:
                if connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                    self._good = state


def _state(path: Path) -> _State:
    """Of the file and of its -wal, None for one without content: which, how long, when written."""
    return [_of_one(Path(f"{path}{ending}")) for ending in HOLDING]


def _of_one(path: Path) -> tuple[int, int, int, int] | None:
    check_is_file(path)
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    if not found.st_size:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
