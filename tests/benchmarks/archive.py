"""A ledger of 100,000 tasks: words, sorts, counts, and intents while somebody types a filter."""

import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.search_index import index_path
from enigma_panel.store.paths import folders_below
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.intent import NOW, SESSION
from tests.benchmarks.processes import ROOT, environment, simulator

TASKS, QUICK_TASKS = 100_000, 1_000
TYPED = ["rare7", "tenth", "common", "common tenth rare7", "w00012 w0003"]
"""One in 1,000, one in 10, all, several, frequent beginnings; typed letter by letter."""
FOUND_MS, COUNTED_MS, SORTED_MS, GAP_MS, LATER_MS = 50.0, 250.0, 50.0, 16.0, 5.0


def archive(*, quick: bool) -> list[Figure]:
    """In the real window; the floors over bare cursors afterwards, on the same ledger."""
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        folders = folders_below(Path(name))
        folders.prepare()
        fill(folders.ledger, QUICK_TASKS if quick else TASKS)
        settings = json.dumps({"typed": TYPED, "rounds": 1 if quick else 3})
        command = [sys.executable, "-m", "tests.benchmarks.archive_probe", "archive", settings]
        done = subprocess.run(
            [*command, "--base-url", url, "--data-dir", name],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(Path(name)),
            cwd=ROOT,
            timeout=300,
            check=True,
        )
        return _figures(folders.ledger, json.loads(done.stdout.splitlines()[-1]))


def _figures(path: Path, told: dict[str, list[float]]) -> list[Figure]:
    words, order = _bare(path)
    gaps, idle = told["gaps"], told["idle"]
    return [
        _figure("archive.found", percentile(told["found"], 95), words, FOUND_MS, "p95 of keys"),
        _figure("archive.counted", max(told["counted"]), words, COUNTED_MS, "the slowest"),
        _figure("archive.sorted", percentile(told["sorts"], 95), order, SORTED_MS, "p95 of sorts"),
        _figure(
            "archive.gap",
            percentile(gaps, 99),
            percentile(idle, 99),
            GAP_MS,
            f"p99 of the loop; longest {max(gaps):.0f} ms, idle {max(idle):.0f}",
        ),
        Figure(
            name="archive.intent",
            unit="ms",
            value=percentile(told["busy"], 99),
            floor=percentile(told["calm"], 99),
            bar=1.0,
            spare=LATER_MS,
            note="p99 of commits while filters are typed, beside those while nothing is asked",
        ),
    ]


def fill(path: Path, tasks: int) -> None:
    """A ledger with so many ended tasks, each in a session of its own."""
    Ledger.open(path)[0].close()
    rng = random.Random(1)
    words = [f"w{n:05}" for n in range(20_000)]

    def text(n: int) -> str:
        return " ".join(words[min(int(rng.expovariate(1 / 1500)), 19_999)] for _ in range(n))

    with closing(sqlite3.connect(path)) as connection, connection:
        for key in range(1, tasks + 1):
            at = NOW - (tasks - key) * 60_000
            connection.execute(
                "INSERT INTO sessions (key, base_url, key_print, site, number, phase, since_ms,"
                " created_ms, ended_ms, close_after, current_task)"
                " VALUES (?, ?, 'x', ?, ?, 'closed', ?, ?, ?, 1, ?)",
                (key, SESSION.base_url, f"shop{key % 9}.example", key, at, at, at, key),
            )
            told = f"common {text(12)}{' tenth' * (key % 10 == 0)}{' rare7' * (key % 1000 == 7)}"
            connection.execute(
                "INSERT INTO tasks (key, session_key, verb, text, avoid_domains, close_after,"
                " status, since_ms, created_ms, sent_ms, ended_ms, result, cost, cost_nano,"
                " tokens_in, question_n, pause_confirmed, is_new)"
                " VALUES (?1, ?1, 'newTask', ?2, '[]', 1, 'done', ?3, ?3, ?3, ?3 + ?4, ?5, '0.02',"
                " ?6, ?4, 0, 0, 0)",
                (key, told, at, rng.randint(5_000, 90_000), text(40), rng.randint(1, 10**9)),
            )


def _figure(name: str, value: float, floor: float, bar: float, note: str) -> Figure:
    return Figure(
        name=name, unit="ms", value=value, floor=floor, bar=bar, is_ratio=False, note=note
    )


def _bare(path: Path) -> tuple[float, float]:
    """The same words over a bare cursor, and a bare sort by cost: p95, ms."""
    with closing(sqlite3.connect(index_path(path))) as index:
        words = [f'"{words}"*' for words in _prefixes() if words.isalnum()]
        matches = "SELECT rowid FROM texts WHERE texts MATCH ?"
        found = [_ms(lambda w=w: index.execute(matches, (w,)).fetchall()) for w in words]
    with closing(sqlite3.connect(path)) as ledger:
        order = "SELECT key FROM tasks ORDER BY cost_nano"
        sorts = [_ms(lambda: ledger.execute(order).fetchall()) for _ in range(9)]
    return percentile(found, 95), percentile(sorts, 95)


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _prefixes() -> list[str]:
    return [words[:end] for words in TYPED for end in range(1, len(words) + 1)]
