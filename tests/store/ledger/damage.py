"""Ledgers with copies, and all ways in which a file is lost."""

import os
from collections.abc import Callable
from pathlib import Path

from enigma_panel.store.ledger.intents import Intent
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.builders import new_task
from tests.kit.clock import NOW
from tests.store.helpers import copy_ledger, raw, start


def filled(path: Path, n: int = 30) -> list[Intent]:
    """A ledger with a copy that knows all but the last start."""
    with Ledger.open(path)[0] as ledger:
        intents = [start(ledger, task=new_task("x" * 3_000)) for _ in range(n)]
        copy_ledger(ledger, NOW)
        start(ledger)
    return intents


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    for n in range(place, min(place + 600, len(content))):
        content[n] ^= 0xFF
    path.write_bytes(content)


def unindexed(path: Path, index: str, sql: str, *values: object) -> None:
    """Change rows so that an index does not follow: it is hidden meanwhile."""
    with raw(path) as connection:
        found = "SELECT * FROM sqlite_schema WHERE name = ?"
        row = connection.execute(found, (index,)).fetchone()
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_schema WHERE name = ?", (index,))
    with raw(path) as connection:
        connection.execute(sql, values)
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", row)


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


LOST: dict[str, Callable[[Path], None]] = {
    "flipped in the schema": lambda path: flip(path, 100),
    "flipped in page 3": lambda path: flip(path, 2 * 4096),
    "flipped in the last page": lambda path: flip(path, path.stat().st_size - 4096),
    "cut in half": _truncate,
    "empty": _empty,
    "gone": Path.unlink,
    "rubbish": lambda path: path.write_bytes(b"rubbish" * 9_000) and None,
}
