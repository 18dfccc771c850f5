"""One process at a time opens the ledger of a folder.

Two that find the same rubbish would each move "it" aside, the second one the fresh ledger of the
first; two that make the same fresh file would meet at the change to WAL, where SQLite does not
wait (measured: one in fifteen failed). The lock ends with its process, however that ends.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from enigma_panel.store.ledger.errors import LockedLedgerError, typed_errors

OPENING_TIMEOUT_MS = 5_000
"""How long to wait for another process that opens the ledger."""

_PAUSE_S = 0.01


@contextmanager
def sole_opener(folder: Path) -> Iterator[None]:
    """Make the folder (0700) where it is missing and hold it against other openers.

    LockedLedgerError after OPENING_TIMEOUT_MS, ReadOnlyLedgerError for a folder that refuses.
    """
    with typed_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if sys.platform == "win32":  # nobody can move a file there that another process has open
        yield
        return
    with typed_errors(folder):
        handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


if sys.platform != "win32":
    import fcntl

    def _lock(handle: int, folder: Path) -> None:
        limit = time.monotonic() + OPENING_TIMEOUT_MS / 1000
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > limit:
                    raise LockedLedgerError(folder, "another process is opening it") from None
                time.sleep(_PAUSE_S)
            else:
                return
