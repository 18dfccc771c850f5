"""A start with 200 sessions open in the ledger: when the tables are full, and the first paint."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from msgspec.structs import replace

from benchmarks.figures import Figure, median
from benchmarks.processes import KEY, ROOT, environment, program, simulator, timed
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.paths import folders_below

SESSIONS, QUICK_SESSIONS = 200, 20
RUNS, TABLE_RUNS = 9, 5
PAINT_BAR, TABLES_BAR = 1.3, 1.0
LIFE_MS = 3_600_000


def recovery(*, quick: bool) -> list[Figure]:
    """Each run gets a fresh copy of the same ledger, since a run changes it."""
    sessions = QUICK_SESSIONS if quick else SESSIONS
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        folder = Path(name)
        fill(folder / "full", url, sessions)
        fill(folder / "empty", url, 0)
        env = environment(folder)
        return [
            _tables(folder, url, env, sessions, 1 if quick else TABLE_RUNS),
            _paint(folder, url, env, sessions, 1 if quick else RUNS + 1),
        ]


def fill(data: Path, url: str, count: int) -> None:
    """A data folder whose ledger holds so many open sessions, each with a task at work."""
    folders = folders_below(data)
    folders.prepare()
    ledger, problem = Ledger.open(folders.ledger)
    assert problem is None
    with ledger:
        for number in range(count):
            _open_session(ledger, url, number)


def _open_session(ledger: Ledger, url: str, number: int) -> None:
    now = int(time.time() * 1000)
    session = Session(
        base_url=url,
        key_fingerprint=ledger.key_fingerprint(KEY, url),
        site=f"shop{number % 20}.example",
        since_ms=now,
        created_ms=now,
        expires_ms=now + LIFE_MS,
    )
    spec = TaskSpec(text=f"Research the history of town number {number}, in depth")
    task = Task(session_key=0, verb=TaskVerb.NEW_TASK, spec=spec, since_ms=now, created_ms=now)
    intent = ledger.open_intent(IntentKind.START_SESSION, session, task, now)
    assert intent.task is not None
    opened = replace(
        intent.session, phase=Phase.OPEN, opened_ms=now, service_id=f"session-{number:08}"
    )
    working = replace(intent.task, status=TaskStatus.WORKING, service_id=f"task-{number:08}")
    ledger.settle(intent.key, Outcome.KNOWN, now, opened, working)


def _copy(folder: Path, kind: str) -> str:
    data = folder / "run"
    shutil.rmtree(data, ignore_errors=True)
    shutil.copytree(folder / kind, data)
    return str(data)


def _tables(folder: Path, url: str, env: dict[str, str], sessions: int, runs: int) -> Figure:
    """Seconds from the spawn, on the one clock that all processes share."""
    filled, polled = [], []
    for _ in range(runs):
        command = [sys.executable, "-m", "benchmarks.probe", "recovery"]
        command += [json.dumps({"sessions": sessions}), "--base-url", url]
        began = time.monotonic()
        done = subprocess.run(
            [*command, "--data-dir", _copy(folder, "full")],
            stdout=subprocess.PIPE,
            text=True,
            env=env,
            cwd=ROOT,
            timeout=120,
            check=True,
        )
        times = json.loads(done.stdout.splitlines()[-1])
        filled.append(times["filled"] - began)
        polled.append(times["polled"] - began)
    worst = max(mine / theirs for mine, theirs in zip(filled, polled, strict=True))
    return Figure(
        name="recovery.tables",
        unit="s",
        value=median(filled),
        floor=median(polled),
        bar=TABLES_BAR,
        note=f"{sessions} sessions, spawn to full tables; beside it: spawn to the first poll's "
        f"answer; {runs} runs, largest ratio {worst:.2f}",
        samples={"filled": filled, "polled": polled},
    )


def _paint(folder: Path, url: str, env: dict[str, str], sessions: int, runs: int) -> Figure:
    """In turns, after one of each that does not count (cold caches)."""
    shown: dict[str, list[float]] = {"full": [], "empty": []}
    command = [*program(), "--smoke", "--base-url", url, "--data-dir"]
    for _ in range(runs):
        for kind, times in shown.items():
            times.append(timed([*command, _copy(folder, kind)], env).shown)
    full, empty = (times[1:] or times for times in shown.values())
    each = median([mine / floor for mine, floor in zip(full, empty, strict=True)])
    return Figure(
        name="recovery.first_paint",
        unit="s",
        value=median(full),
        floor=median(empty),
        bar=PAINT_BAR,
        note=f"{sessions} open sessions in the ledger, floor: none; {len(full)} pairs in turns, "
        f"medians; median of the pairs' ratios {each:.2f}",
        samples={"program": full, "floor": empty},
    )
