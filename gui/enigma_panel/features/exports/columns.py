"""The columns of an export, read from the ledger as it is at one moment."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from enigma_panel.store.ledger.queries import TOOK_MS, json_of
from enigma_panel.store.ledger.snapshot import read_rows

COLUMNS = {
    "key": "t.key",
    "status": "t.status",
    "task": "t.text",
    "starting_url": "t.starting_url",
    "result": "t.result",
    "error": "t.error",
    "code": "t.code",
    "cost": "t.cost",
    "tokens_in": "t.tokens_in",
    "tokens_out": "t.tokens_out",
    "created": "t.created_ms",
    "started": "t.sent_ms",
    "ended": "t.ended_ms",
    "took_s": f"{TOOK_MS} / 1000.0",
    "waited_s": "t.waited_ms / 1000.0",
    "session": "s.site || iif(s.number, ' ' || s.number, '')",
    "site": "s.site",
    "question": "t.question",
    "completion_time": "t.took_s",
}
"""Names of the columns, and where each comes from."""
TaskRow: TypeAlias = tuple[Any, ...]
"""The values of COLUMNS; an absent value is None."""

# A row of the list of keys after the other: CROSS JOIN keeps SQLite from turning that around, and
# to sort would take a temporary file of all texts.
_SELECT = (
    f"SELECT {', '.join(COLUMNS.values())} FROM json_each(?) AS wanted"  # noqa: S608 - own words
    " CROSS JOIN tasks AS t ON t.key = wanted.value"
    " CROSS JOIN sessions AS s ON s.key = t.session_key"
)


def read_tasks(path: Path, keys: Sequence[int]) -> Generator[list[TaskRow]]:
    """Read tasks by one query, some at once, in the order of the keys. LedgerError.

    Those that are not there are left out.
    """
    return read_rows(path, _SELECT, (json_of(keys),))
