"""The tasks of the ledger as they are at one moment, read one after the other for an export."""

import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeAlias

from enigma_panel.store.ledger.database import BUSY_TIMEOUT_MS
from enigma_panel.store.ledger.errors import UnreadableTextError, typed_errors
from enigma_panel.store.ledger.queries import json_of

KEYS_AT_ONCE = 50

TEXT_FIELDS = (
    "text",
    "starting_url",
    "result",
    "error",
    "code",
    "question",
    "label",
    "site",
    "cost",
    "took_s",
)
OTHER_FIELDS = (
    "key",
    "status",
    "number",
    "tokens_in",
    "tokens_out",
    "created_ms",
    "sent_ms",
    "ended_ms",
    "waited_ms",
)
TaskRow: TypeAlias = tuple[Any, ...]
"""A task and the label, site and number of its session: TEXT_FIELDS, then OTHER_FIELDS. cost
(dollars) and took_s are as the service reported them; an absent value is None."""

_OF_SESSION = frozenset({"label", "site", "number"})
_COLUMNS = (
    f"{'s' if field in _OF_SESSION else 't'}.{field}" for field in TEXT_FIELDS + OTHER_FIELDS
)
# A row of the list of keys after the other: CROSS JOIN keeps SQLite from turning that around, and
# to sort would take a temporary file of all texts.
_SELECT = (
    f"SELECT {', '.join(_COLUMNS)} FROM json_each(?) AS wanted"  # noqa: S608 - own words
    " CROSS JOIN tasks AS t ON t.key = wanted.value"
    " CROSS JOIN sessions AS s ON s.key = t.session_key"
)


class TaskSnapshot:
    """A connection that only reads, in one transaction, in one thread. LedgerError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with typed_errors(path):
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                timeout=BUSY_TIMEOUT_MS / 1000,
            )
            self._connection.execute("BEGIN")

    def batches(self, keys: Sequence[int]) -> Iterator[list[TaskRow]]:
        """Read tasks, some at once, in the order of the keys; without those that are not there."""
        for at in range(0, len(keys), KEYS_AT_ONCE):
            wanted = json_of(keys[at : at + KEYS_AT_ONCE])
            try:
                yield self._rows(wanted)
            except UnreadableTextError:  # it must not end an export
                self._connection.text_factory = partial(str, encoding="utf-8", errors="replace")
                yield self._rows(wanted)

    def close(self) -> None:
        """Leave the snapshot."""
        self._connection.close()

    def _rows(self, wanted: str) -> list[TaskRow]:
        with typed_errors(self._path):
            return self._connection.execute(_SELECT, (wanted,)).fetchall()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
