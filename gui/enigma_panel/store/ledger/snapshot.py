"""Rows of the ledger as they are at one moment, read some at a time."""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from enigma_panel.store.ledger.database import BUSY_TIMEOUT_MS
from enigma_panel.store.ledger.errors import typed_errors

ROWS_AT_ONCE = 50


def read_rows(path: Path, sql: str, values: Sequence[str]) -> Generator[list[tuple[Any, ...]]]:
    """Read what one query finds. LedgerError. A text that is not UTF-8 ends nothing."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with typed_errors(path), closing(_connect(uri)) as connection:
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        cursor = connection.execute(sql, values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_MS / 1000)
