"""A ledger of 100,000 tasks, or of a million: words, sorts, counts, intents while somebody types a
filter, pages; when the tables are full, and in how much memory."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.search_index import index_path
from enigma_panel.store.paths import folders_below
from tests.benchmarks.figures import Figure, median, percentile
from tests.benchmarks.intent import NOW, SESSION
from tests.benchmarks.processes import ROOT, environment, simulator

TASKS, QUICK_TASKS, MOST_TASKS = 100_000, 1_000, 1_000_000
TYPED = ["rare7", "tenth", "common", "common tenth rare7", "w00012 w0003"]
"""One in 1,000, one in 10, all, several, frequent beginnings; typed letter by letter."""
SELDOM = ["rare7", "hundredth"]
"""One in 1,000, one in 100."""
FOUND_MS, COUNTED_MS, SORTED_MS, GAP_MS, LATER_MS = 50.0, 250.0, 50.0, 16.0, 5.0
MOST_MS = 150.0
FILLED_BAR, MORE_MB, FILLED_RUNS = 1.3, 40.0, 7


def archive(*, quick: bool) -> list[Figure]:
    """In the real window; the floors over bare cursors afterwards, on the same ledger."""
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        tasks = QUICK_TASKS if quick else TASKS
        path = _filled(Path(name, "full"), tasks)
        rounds = 1 if quick else 3
        told = _used(url, path, typed=TYPED, rounds=rounds, pages=100 * rounds)
        words, order = _bare(path, TYPED)
        return [
            _figure("archive.found", percentile(told["found"], 95), words, FOUND_MS, "p95 of keys"),
            _figure("archive.counted", max(told["counted"]), words, COUNTED_MS, "the slowest"),
            *_sorts("archive", told, order, SORTED_MS),
            _gap("archive.gap", told["gaps"], told["idle"], "p99 of the loop"),
            _gap("archive.page", told["pages"], told["idle"], "p99 of pages, longest gap of each"),
            _intent(told),
            *_tables(Path(name), url, tasks, 1 if quick else FILLED_RUNS),
        ]


def million(*, quick: bool) -> list[Figure]:
    """More than anybody has so far; making it takes many minutes."""
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        path = _filled(Path(name, "full"), QUICK_TASKS if quick else MOST_TASKS)
        told = _used(url, path, typed=SELDOM, rounds=1 if quick else 3, pages=10)
        words, order = _bare(path, SELDOM)
        found = percentile(told["found"], 95)
        return [
            _figure("million.found", found, words, MOST_MS, "p95 of keys, of seldom words"),
            *_sorts("million", told, order, MOST_MS),
        ]


def _filled(data: Path, tasks: int) -> Path:
    folders = folders_below(data)
    folders.prepare()
    fill(folders.ledger, tasks)
    return folders.ledger


def _told(probe: str, url: str, ledger: Path, *arguments: str) -> dict[str, Any]:
    """What the program with that probe in it says at its end."""
    data = ledger.parents[1]
    command = [sys.executable, "-m", f"tests.benchmarks.{probe}", *arguments]
    done = subprocess.run(
        [*command, "--base-url", url, "--data-dir", str(data)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(data),
        cwd=ROOT,
        timeout=3_600,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _used(url: str, ledger: Path, **settings: Any) -> dict[str, Any]:
    return _told("archive_probe", url, ledger, "archive", json.dumps(settings))


def _sorts(name: str, told: dict[str, list[float]], floor: float, bar: float) -> list[Figure]:
    first, whole = (percentile(told[part], 95) for part in ("sorts", "sorts_whole"))
    return [
        _figure(f"{name}.sorted", first, floor, bar, "p95 of sorts, to the first rows"),
        _figure(f"{name}.sorted_whole", whole, floor, MOST_MS, "the same, to all of them"),
    ]


def _gap(name: str, gaps: list[float], idle: list[float], what: str) -> Figure:
    note = f"{what}; longest {max(gaps):.0f} ms, idle {max(idle):.0f}"
    return _figure(name, percentile(gaps, 99), percentile(idle, 99), GAP_MS, note)


def _intent(told: dict[str, list[float]]) -> Figure:
    return Figure(
        name="archive.intent",
        unit="ms",
        value=percentile(told["busy"], 99),
        floor=percentile(told["calm"], 99),
        bar=1.0,
        spare=LATER_MS,
        note="p99 of commits while filters are typed, beside those while nothing is asked",
    )


def _tables(folder: Path, url: str, tasks: int, runs: int) -> list[Figure]:
    """In turns with an empty ledger; its words are in the index by now, as on any other day."""
    _filled(folder / "empty", 0)
    seen: dict[str, list[dict[str, float]]] = {"full": [], "empty": []}
    for _ in range(runs):
        for kind, told in seen.items():
            shutil.rmtree(folder / "run", ignore_errors=True)
            shutil.copytree(folder / kind, folder / "run")
            ledger, began = folders_below(folder / "run").ledger, time.monotonic()
            rows = str(tasks if kind == "full" else 0)
            one = _told("filled_probe", url, ledger, rows)
            times = {part: one[part] - began for part in ("painted", "filled")}
            told.append(times | {"rss": one["rss"]})

    def figure(part: str, unit: str, bar: float, what: str, spare: float = 0.0) -> Figure:
        full, empty = (median([one[part] for one in told]) for told in seen.values())
        note = f"{what}, {runs} pairs in turns; floor: an empty ledger"
        name = {"rss": "memory"}.get(part, part)
        return Figure(
            name=f"archive.{name}",
            unit=unit,
            value=full,
            floor=empty,
            bar=bar,
            spare=spare,
            note=note,
        )

    return [
        figure("painted", "s", FILLED_BAR, "spawn to first paint"),
        figure("filled", "s", FILLED_BAR, "spawn to full tables and counts"),
        figure("rss", "MB", 1.0, "RSS with full tables", MORE_MB),
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
            seldom = f"{' hundredth' * (key % 100 == 1)}{' rare7' * (key % 1000 == 7)}"
            nano = rng.randint(1, 10**9 - 1)
            told = f"common {text(12)}{' tenth' * (key % 10 == 0)}{seldom}"
            connection.execute(
                "INSERT INTO tasks (key, session_key, verb, text, avoid_domains, close_after,"
                " status, since_ms, created_ms, sent_ms, ended_ms, result, cost, cost_nano,"
                " tokens_in, question_n, pause_confirmed, is_new)"
                " VALUES (?1, ?1, 'newTask', ?2, '[]', 1, 'done', ?3, ?3, ?3, ?3 + ?4, ?5, ?6,"
                " ?7, ?4, 0, 0, 0)",
                (key, told, at, rng.randint(5_000, 90_000), text(40), f"0.{nano:09}", nano),
            )


def _figure(name: str, value: float, floor: float, bar: float, note: str) -> Figure:
    return Figure(
        name=name, unit="ms", value=value, floor=floor, bar=bar, is_ratio=False, note=note
    )


def _bare(path: Path, typed: list[str]) -> tuple[float, float]:
    """The same words over a bare cursor, and a bare sort by cost: p95, ms."""
    with closing(sqlite3.connect(index_path(path))) as index:
        words = [f'"{words}"*' for words in _prefixes(typed) if words.isalnum()]
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


def _prefixes(typed: list[str]) -> list[str]:
    return [words[:end] for words in typed for end in range(1, len(words) + 1)]
