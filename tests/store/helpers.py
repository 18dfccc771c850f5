"""Records and odd ways into the file that several tests of the store use."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from enigma_panel.core.models import Session, Task
from enigma_panel.core.task_filter import NO_FILTER, TaskSum
from enigma_panel.store.ledger.backup import make_copy
from enigma_panel.store.ledger.intents import Intent, IntentKind
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.kit.existing import existing


def start(ledger: Ledger, session: Session | None = None, task: Task | None = None) -> Intent:
    return ledger.open_intent(
        IntentKind.START_SESSION, session or new_session(), task or new_task(), NOW
    )


def started(ledger: Ledger, session: Session | None = None, task: Task | None = None) -> Task:
    return existing(start(ledger, session, task).task)


def kept_session(ledger: Ledger, key: int) -> Session | None:
    return ledger.sessions([key]).get(key)


def kept_task(ledger: Ledger, key: int) -> Task | None:
    return ledger.tasks([key]).get(key)


def spent_on(reader: TaskReader, from_ms: int, to_ms: int) -> TaskSum:
    """What the tasks cost that were started on that day."""
    return existing(reader.figures(NO_FILTER, (from_ms, to_ms)).day)


def copy_ledger(ledger: Ledger, now_ms: int) -> None:
    make_copy(ledger.path, now_ms)


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def make_lone_halves_visible(text: str) -> str:
    """What the ledger promises to keep of a text; another way to it than the ledger's own."""
    joined = re.sub(
        "([\ud800-\udbff])([\udc00-\udfff])",
        lambda pair: chr(0x10000 + ((ord(pair[1]) - 0xD800) << 10) + ord(pair[2]) - 0xDC00),
        text,
    )
    return re.sub("[\ud800-\udfff]", "�", joined)


def flat(value: Any) -> Any:
    """A record as nested plain values, cleaned as promised, decimals by their exact spelling."""
    if isinstance(value, Struct):
        return {name: flat(each) for name, each in asdict(value).items()}
    if isinstance(value, tuple):
        return [flat(item) for item in value]
    if isinstance(value, Decimal):
        return f"decimal {value}"
    if type(value) is str:
        return make_lone_halves_visible(value)
    if type(value) is int:
        return max(-(2**63 - 1), min(2**63 - 1, value))
    return value
