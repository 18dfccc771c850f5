"""One run: the program at work under faults, killed at random moments, and begun again."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from enigma_panel.store.ledger import Ledger
from tests.app.program import Driven
from tests.storm import faults
from tests.storm.books import Books, compare, copy_of, state_of

ROOT = Path(__file__).parents[2]
READY_S = 60.0
LONGEST_S = 9.0
"""A kill comes at any moment up to so long after the window is ready."""
FAULTS_S = 0.4
"""So often other faults are drawn."""
CUT_OFF_S = 0.8
"""So long what a killed program had sent may take to have its effect: longer than faults.SLOW."""
CALM_S = 120.0

SIMULATOR = ("--faults", "--speed", "6", "--places", "60", "--calls-per-minute", "1000")


class Life:
    """The program from its start to its kill."""

    def __init__(self, url: str, folder: Path, rng: random.Random) -> None:
        self._url = url
        self._rng = rng
        self._output = folder / "said.txt"
        command = [sys.executable, "-m", "tests.storm.hand", str(rng.randrange(2**31))]
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
        """kill -9 so long after the window was ready, under faults; it must live until then."""
        limit = time.monotonic() + READY_S
        while "ready" not in self._said():
            self._must_live()
            assert time.monotonic() < limit, "the window did not come"
            time.sleep(0.02)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            set_faults(self._url, faults.draw(self._rng))
            time.sleep(min(left, FAULTS_S))
        self._must_live()
        self.end()
        assert "Traceback" not in self._said(), self._said()[-3000:]

    def end(self) -> None:
        """kill -9, if it runs still."""
        self._process.kill()
        self._process.wait(10)

    def _said(self) -> str:
        return self._output.read_text(errors="replace")

    def _must_live(self) -> None:
        assert self._process.poll() is None, self._said()[-3000:]


def play(kills: int, seed: int, url: str, folder: Path) -> Books:
    """Kill the program so many times, then let it come to rest; AssertionError."""
    rng = random.Random(seed)
    books = Books()
    (folder / "config").mkdir(parents=True, mode=0o700)
    (folder / "config" / "settings.json").write_text(json.dumps({"browsers_at_once": 50}))
    set_faults(url, [faults.SLOW])
    for _ in range(kills):
        life = Life(url, folder, rng)
        try:
            life.kill_after(rng.uniform(0, LONGEST_S))
        finally:
            life.end()
        books.kills += 1
        time.sleep(CUT_OFF_S)
        compare(folder, state_of(url), books)
    set_faults(url, [])
    _come_to_rest(url, folder)
    compare(folder, state_of(url), books)
    return books


def set_faults(url: str, drawn: list[dict[str, Any]]) -> None:
    """Switch these faults on, and all others off."""
    httpx.post(f"{url}/_sim/faults", json=drawn, trust_env=False).raise_for_status()


def _come_to_rest(url: str, folder: Path) -> None:
    """The last start settles the past, sees every session end, and leaves in order."""
    program = Driven(url, folder)
    # The client is loaded when all of the past is settled.
    program.until(lambda state: state["Tasks"] and program.tell("loaded enigma_panel.api.client"))
    limit = time.monotonic() + CALM_S
    while any(session["state"] == "active" for session in state_of(url)["sessions"]):
        assert time.monotonic() < limit, "sessions outlive their time"
        time.sleep(0.5)
    status, errors = program.quit()
    assert (status, errors) == (0, "")
    with copy_of(folder) as path, Ledger.open(path)[0] as ledger:
        left = {intent.kind.value for intent in ledger.unsettled()}
        assert left <= {"state"}, f"not settled by the last start: {left}"
