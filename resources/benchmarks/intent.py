"""A durable intent in the ledger beside a bare durable commit."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from benchmarks.figures import Figure, median, percentile
from enigma_panel.core.models import Session, Task, TaskSpec
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.store.ledger.intents import IntentKind
from enigma_panel.store.ledger.ledger import Ledger

RUNS, QUICK_RUNS = 600, 20
BAR = 2.0
NOW = 1_750_000_000_000

SESSION = Session(
    base_url="https://connect.enigma.click",
    key_fingerprint="0123456789abcdef",
    site="shop.example",
    since_ms=NOW,
    created_ms=NOW,
)
TASK = Task(
    session_key=0,
    verb=TaskVerb.NEW_TASK,
    spec=TaskSpec(text="Buy the cheapest USB-C hub with 4 ports, 60 dollars at most"),
    since_ms=NOW,
    created_ms=NOW,
)


def intent(*, quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        bare = _bare(Path(folder, "bare.sqlite3"))
        ledger, _ = Ledger.open(Path(folder, "ledger.sqlite3"))

        def ours() -> None:
            ledger.open_intent(
                IntentKind.START_SESSION, replace(SESSION), replace(TASK), int(time.time() * 1000)
            )

        def floor() -> None:
            with bare:
                bare.execute("INSERT INTO rows (text) VALUES (?)", (TASK.spec.text,))

        runs = QUICK_RUNS if quick else RUNS
        pairs = [(_ms(ours), _ms(floor)) for _ in range(runs)]
        ledger.close()
        bare.close()
    mine, floors = ([pair[side] for pair in pairs] for side in (0, 1))
    return [
        Figure(
            name="intent",
            unit="ms",
            value=median(mine),
            floor=median(floors),
            bar=BAR,
            note=f"{runs} pairs in turns, medians; p95 {percentile(mine, 95):.2f} and "
            f"{percentile(floors, 95):.2f} ms",
            samples={"program": mine, "floor": floors},
        )
    ]


def _bare(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (key INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    return connection


def _ms(call: Callable[[], None]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000
