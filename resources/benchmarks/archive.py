"""Ledgers of 20,000 and of 100,000 tasks.

Words, sorts, counts, intents while somebody types a filter, pages; when the tables are full, and in
how much memory.
"""

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
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, median, percentile
from benchmarks.intent import NOW, SESSION
from benchmarks.processes import ROOT, environment, simulator
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.money import NANO
from enigma_panel.core.observation import Usage
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.store.ledger import queries
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import folders_below

TASKS, USUAL_TASKS, QUICK_TASKS = 100_000, 20_000, 1_000
TYPED = ["rare7", "tenth", "common", "common tenth rare7", "w00012 w0003"]
"""One in 1,000, one in 10, all, several, frequent beginnings; typed letter by letter."""
FOUND_MS, USUAL_FOUND_MS = 300.0, 50.0
COUNTED_MS, SORTED_MS, GAP_MS, LATER_MS = 600.0, 150.0, 16.0, 5.0
FILLED_BAR, MORE_MB, FILLED_RUNS = 1.3, 40.0, 7


def archive(*, quick: bool) -> list[Figure]:
    """In the real window; the floors over bare cursors afterwards, on the same ledger."""
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        tasks = QUICK_TASKS if quick else TASKS
        path = _filled(Path(name, "full"), tasks)
        rounds = 1 if quick else 3
        told = _used(url, path, typed=TYPED, rounds=rounds, pages=100 * rounds)
        words, order = _bare(path)
        few = _filled(Path(name, "usual"), QUICK_TASKS if quick else USUAL_TASKS)
        usual = _used(url, few, typed=TYPED, rounds=rounds, pages=1)
        found, usual_found = (percentile(one["found"], 95) for one in (told, usual))
        note = f"p95 of keys, {USUAL_TASKS:,} tasks"
        return [
            _figure("archive.found", found, words, FOUND_MS, "p95 of keys"),
            _figure("archive.usual_found", usual_found, _bare(few)[0], USUAL_FOUND_MS, note),
            _figure("archive.counted", max(told["counted"]), words, COUNTED_MS, "the slowest"),
            _figure(
                "archive.sorted", percentile(told["sorts"], 95), order, SORTED_MS, "p95 of sorts"
            ),
            _gap("archive.gap", told["gaps"], told["idle"], "p99 of the loop"),
            _gap("archive.page", told["pages"], told["idle"], "p99 of pages, longest gap of each"),
            _intent(told),
            *_tables(Path(name), url, tasks, 1 if quick else FILLED_RUNS),
        ]


def _filled(data: Path, tasks: int) -> Path:
    folders = folders_below(data)
    folders.prepare()
    fill(folders.ledger, tasks)
    return folders.ledger


def _told(probe: str, url: str, ledger: Path, *arguments: str) -> dict[str, Any]:
    data = ledger.parents[1]
    command = [sys.executable, "-m", f"benchmarks.{probe}", *arguments]
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
            session = Session(
                key=key,
                base_url=SESSION.base_url,
                key_fingerprint="x",
                site=f"shop{key % 9}.example",
                number=key,
                phase=Phase.CLOSED,
                since_ms=at,
                created_ms=at,
                ended_ms=at,
                close_after=True,
                current_task=key,
            )
            connection.execute(queries.SESSIONS.insert, queries.SESSIONS.values(session))
            seldom = f"{' hundredth' * (key % 100 == 1)}{' rare7' * (key % 1000 == 7)}"
            nano = rng.randint(1, 10**9 - 1)
            told = f"common {text(12)}{' tenth' * (key % 10 == 0)}{seldom}"
            result, took = text(40), rng.randint(5_000, 90_000)
            task = Task(
                key=key,
                session_key=key,
                verb=TaskVerb.NEW_TASK,
                spec=TaskSpec(text=told),
                status=TaskStatus.DONE,
                since_ms=at,
                created_ms=at,
                sent_ms=at,
                ended_ms=at + took,
                result=result,
                usage=Usage(cost=Decimal(nano) / NANO, tokens_in=took),
            )
            connection.execute(queries.TASKS.insert, queries.TASKS.values(task))


def _figure(name: str, value: float, floor: float, bar: float, note: str) -> Figure:
    return Figure(
        name=name, unit="ms", value=value, floor=floor, bar=bar, is_ratio=False, note=note
    )


def _bare(path: Path) -> tuple[float, float]:
    """The same words over a bare cursor, and a bare sort by cost: p95, ms."""
    with closing(sqlite3.connect(path)) as ledger:
        words = [typed[:end] for typed in TYPED for end in range(1, len(typed) + 1)]

        def fetch_ms(statement: str, *values: str) -> float:
            return _ms(lambda: ledger.execute(statement, values).fetchall())

        matches = "SELECT key FROM tasks WHERE instr(texts_folded, ?)"
        found = [fetch_ms(matches, one) for one in words]
        sorts = [fetch_ms("SELECT key FROM tasks ORDER BY cost_nano") for _ in range(9)]
    return percentile(found, 95), percentile(sorts, 95)


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000
