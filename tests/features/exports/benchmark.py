"""Exports of 100,000 tasks by the real window: how long they take, and how it goes on meanwhile."""

import csv
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from enigma_panel.features.exports.encoder import ExportFormat
from enigma_panel.store.paths import folders_below
from tests.benchmarks.archive import QUICK_TASKS, TASKS, fill
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.processes import ROOT, environment, simulator

RATIO, GAP_MS = 3.5, 16.0
RUNS = 5
BARE = """
    SELECT t.key, t.status, t.text, t.starting_url, t.result, t.error, t.code, t.cost, t.tokens_in,
        t.tokens_out, t.created_ms, t.sent_ms, t.ended_ms, s.label, s.site, s.number, t.question
    FROM tasks t JOIN sessions s ON s.key = t.session_key ORDER BY t.key DESC
"""


def export(*, quick: bool) -> list[Figure]:
    """In turns with the csv module over a bare cursor, in a process that does nothing else."""
    tasks, runs = (QUICK_TASKS, 1) if quick else (TASKS, RUNS)
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        folder = Path(name)
        folders = folders_below(folder / "data")
        folders.prepare()
        fill(folders.ledger, tasks)
        settings = {"tasks": tasks, "ledger": str(folders.ledger), "folder": name, "runs": runs}
        command = [sys.executable, "-m", "tests.features.exports.benchmark_probe", "export"]
        command += [json.dumps(settings), "--base-url", url, "--data-dir", str(folder / "data")]
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(folder),
            cwd=ROOT,
            timeout=600,
            check=True,
        )
    told = json.loads(done.stdout.splitlines()[-1])
    times = [_time(form, told, tasks) for form in ExportFormat]
    return [*times, _gap(told)]


def bare_export(ledger: str, target: str) -> float:
    """Seconds that the least takes that can be called an export: the same columns as they are."""
    began = time.perf_counter()
    with closing(sqlite3.connect(ledger)) as connection, Path(target).open("w", newline="") as file:
        csv.writer(file).writerows(connection.execute(BARE))
    return time.perf_counter() - began


def _time(form: ExportFormat, told: dict[str, Any], tasks: int) -> Figure:
    floor, program = told["bare"], told[form]
    return Figure(
        name=f"export.{form}",
        unit="s",
        value=min(program),
        floor=min(floor),
        bar=RATIO,
        note=f"{tasks} tasks, click to file, the quickest of {len(program)} runs in turns",
        samples={"program": program, "floor": floor},
    )


def _gap(told: dict[str, Any]) -> Figure:
    gaps, calm = told["gaps"], told["calm"]
    return Figure(
        name="export.gap_p99",
        unit="ms",
        value=percentile(gaps, 99),
        floor=percentile(calm, 99),
        bar=GAP_MS,
        is_ratio=False,
        note=f"of the window's loop from click to file, longest {max(gaps):.0f} ms; beside it "
        f"while nothing is done, longest {max(calm):.0f} ms",
    )


MEASURES = {"export": export}
"""What `python -m tests.benchmarks` finds here."""


if __name__ == "__main__":
    print(bare_export(*sys.argv[1:]))
