"""When the last browser closes by itself, read from a ledger that can perhaps not be written."""

import sqlite3
from contextlib import closing
from pathlib import Path

from enigma_panel.store.ledger.backup import CLOSED
from enigma_panel.store.ledger.errors import LedgerError, typed_errors

_ENDS = (
    "SELECT max(expires_ms), count(*) > count(expires_ms) FROM sessions"  # noqa: S608 - own words
    f" WHERE NOT {CLOSED} AND (expires_ms IS NULL OR expires_ms > ?)"
)


def open_until_ms(path: Path, now_ms: int) -> int | None:
    """When the last browser closes by itself (epoch ms): 0: none is open, None: unknown."""
    try:
        with typed_errors(path):
            if not _has_content(path):
                return None if _has_content(Path(f"{path}-wal")) else 0
        return _read(path, now_ms)
    except LedgerError:
        return None


def _read(path: Path, now_ms: int) -> int | None:
    with typed_errors(path):
        try:
            ends_ms, is_unknown = _ends(path, "mode=ro", now_ms)
        except sqlite3.OperationalError:
            # Without a place for the -shm only the file itself can be read, and what the -wal
            # holds would be missing.
            if _has_content(Path(f"{path}-wal")):
                return None
            ends_ms, is_unknown = _ends(path, "immutable=1", now_ms)
    return None if is_unknown else ends_ms or 0


def _ends(path: Path, how: str, now_ms: int) -> tuple[int | None, bool]:
    uri = f"{path.absolute().as_uri()}?{how}"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        found: tuple[int | None, bool] = connection.execute(_ENDS, (now_ms,)).fetchone()
        return found


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
