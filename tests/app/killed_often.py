"""The whole program, killed (kill -9) at random moments of its work, again and again.

    python -m tests.app.killed_often [--times 60] [--seed N]

The simulator outlives it and knows what was really opened. After each kill the ledger has to be
sound and to know all of it, or to know that it does not know.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from enigma_panel.store.ledger import Ledger
from tests.app.program import Driven
from tests.conftest import Simulator

ROOT = Path(__file__).parents[2]
READY_S = 40.0
LONGEST_S = 2.5
"""A kill comes at any moment up to so long after the window is ready."""
CUT_OFF_S = 0.5
"""So long what a killed program had sent may take to have its effect: longer than SLOW."""

SIMULATOR = ("--faults", "--speed", "6", "--places", "60", "--calls-per-minute", "1000")
SLOW = {"path": "/start/start-session", "kind": "delay", "seconds": 0.3, "times": 0}
"""Sessions are opened a moment late, so that kills fall before that, too."""

STARTS = "'start_session', 'run_task'"


@dataclass
class Played:
    """What all rounds together came to."""

    kills: int = 0
    opened: set[str] = field(default_factory=set)
    starts: int = 0
    intents: int = 0
    unknown: int = 0


class Round:
    """One run of the program up to its kill."""

    def __init__(self, url: str, folder: Path, rng: random.Random) -> None:
        self._output = folder / "said.txt"
        command = [sys.executable, "-m", "tests.app.killed_driver", str(rng.randrange(2**31))]
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [*command, "--base-url", url, "--data-dir", str(folder)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "ENIGMA_API_KEY": "enig_demo"},
            )

    def kill_after(self, seconds: float) -> None:
        """kill -9 so long after the window was ready; the program must be alive until then."""
        limit = time.monotonic() + READY_S
        while "ready" not in self._output.read_text():
            assert self._process.poll() is None, self._output.read_text()[-3000:]
            assert time.monotonic() < limit, "the window did not come"
            time.sleep(0.02)
        time.sleep(seconds)
        assert self._process.poll() is None, self._output.read_text()[-3000:]
        self.end()
        assert "Traceback" not in self._output.read_text(), self._output.read_text()[-3000:]

    def end(self) -> None:
        """kill -9, if it runs still."""
        self._process.kill()
        self._process.wait(10)


def play(times: int, seed: int, url: str, folder: Path) -> Played:
    """Kill the program so many times; AssertionError where something was lost or doubled."""
    rng = random.Random(seed)
    played = Played()
    (folder / "config").mkdir(parents=True, mode=0o700)
    (folder / "config" / "settings.json").write_text(json.dumps({"browsers_at_once": 50}))
    httpx.post(f"{url}/_sim/faults", json=[SLOW], trust_env=False).raise_for_status()
    for _ in range(times):
        one = Round(url, folder, rng)
        try:
            one.kill_after(rng.uniform(0, LONGEST_S))
        finally:
            one.end()
        played.kills += 1
        time.sleep(CUT_OFF_S)
        with _copy_of(folder) as ledger_path:
            _check(ledger_path, _state(url), played)
    return played


def check_last_start(url: str, folder: Path) -> None:
    """After all that the program starts, knows its sessions and leaves in order."""
    program = Driven(url, folder)
    # The client is loaded when all of the past is settled.
    program.until(lambda state: state["Tasks"] and program.tell("loaded enigma_panel.api.client"))
    status, errors = program.quit()
    assert (status, errors) == (0, "")
    with _copy_of(folder) as path, Ledger.open(path)[0] as ledger:
        left = {intent.kind.value for intent in ledger.unsettled()}
        assert left <= {"state"}, f"not settled by the last start: {left}"


@contextmanager
def _copy_of(folder: Path) -> Iterator[Path]:
    """The ledger as the kill left it; the program itself shall find it so, unrepaired."""
    with tempfile.TemporaryDirectory() as name:
        for file in (folder / "data").glob("ledger.sqlite3*"):
            if not file.name.endswith("-shm"):
                shutil.copyfile(file, Path(name, file.name))
        yield Path(name, "ledger.sqlite3")


def _check(path: Path, state: dict[str, Any], played: Played) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = connection.execute
        known = {row[0] for row in rows("SELECT service_id FROM sessions").fetchall()}
        unsure = rows(
            f"SELECT count(*) FROM intents JOIN sessions ON sessions.key = session_key"
            f" WHERE kind IN ({STARTS}) AND service_id IS NULL"
            f" AND (outcome IS NULL OR outcome = 'unknown')"
        ).fetchone()[0]
        made = dict(rows("SELECT kind, count(*) FROM intents GROUP BY kind").fetchall())
        refused = "SELECT kind, count(*) FROM intents WHERE outcome = 'refused' GROUP BY kind"
        refusals = dict(rows(refused).fetchall())
    played.opened |= {session["sessionId"] for session in state["sessions"]}
    lost = played.opened - known
    assert len(lost) <= unsure, f"{len(lost)} sessions are unknown, {unsure} starts uncertain"
    _check_counts(state, made, refusals)
    ledger, problem = Ledger.open(path)
    with ledger:
        assert problem is None
        ledger.tasks(ledger.task_keys())
        ledger.sessions_not_final()
        ledger.unsettled()
        assert ledger.bad_rows == ()
    played.starts = state["applied"].get("start-session", 0)
    played.intents = made.get("start_session", 0)
    played.unknown = unsure


def _check_counts(state: dict[str, Any], made: dict[str, int], refusals: dict[str, int]) -> None:
    """Nothing was sent that was not intended, and nothing twice."""
    for name, kind in (("start-session", "start_session"), ("newTask", "new_task")):
        intents = made.get(kind, 0)
        assert state["arrived"].get(name, 0) <= intents, f"{name} was sent more than once"
        may_be = intents - refusals.get(kind, 0)
        assert state["applied"].get(name, 0) <= may_be, f"{name} took effect too often"


def _state(url: str) -> dict[str, Any]:
    return dict(httpx.get(f"{url}/_sim/state", trust_env=False, timeout=20).json())


def main() -> int:
    """By command: says what it came to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    arguments = parser.parse_args()
    print("seed", arguments.seed, flush=True)
    simulator = Simulator(*SIMULATOR)
    try:
        with tempfile.TemporaryDirectory() as folder:
            played = play(arguments.times, arguments.seed, simulator.url, Path(folder))
            check_last_start(simulator.url, Path(folder))
    finally:
        simulator.stop()
    print(
        f"{played.kills} kills, {played.intents} starts intended, {played.starts} took effect,"
        f" {played.unknown} uncertain, {len(played.opened)} browsers: nothing lost, nothing twice"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
