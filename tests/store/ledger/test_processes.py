"""Real processes: killed in the middle of writing, several on one file."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from enigma_panel.store.ledger.ledger import Ledger
from tests.store.helpers import raw, start

CHILD = Path(__file__).with_name("child_writer.py")
GUI = Path(__file__).parents[3] / "gui"

pytestmark = pytest.mark.process


def _child(path: Path, rounds: int, at_s: float = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(CHILD), str(path), str(rounds), str(at_s)],
        env={**os.environ, "PYTHONPATH": str(GUI)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _said(*children: subprocess.Popen[str], first: str = "") -> list[list[str]]:
    """All whole lines that the children printed, as words; all have ended."""
    ends = [child.communicate(timeout=60) for child in children]
    assert [err for _, err in ends if err] == []
    whole = [(first + out).rpartition("\n")[0] for out, _ in ends]
    return [line.split() for out in whole for line in out.splitlines()]


def _integrity(path: Path) -> str:
    with raw(path) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        failure: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
        return failure


def _killed_while_writing(path: Path, after_s: float) -> list[list[str]]:
    child = _child(path, 0)
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(after_s)
    child.kill()
    return _said(child, first=first)


def test_kill_9_loses_nothing_that_was_acknowledged(ledger_path: Path) -> None:
    seed = random.randrange(2**32)
    print("seed", seed)  # shown when the test fails
    rng = random.Random(seed)
    opened: dict[int, int] = {}
    settled: set[int] = set()
    for _ in range(5):
        for word, key, *number in _killed_while_writing(ledger_path, rng.uniform(0, 0.08)):
            if word == "o":
                opened[int(key)] = int(number[0])
            else:
                settled.add(int(key))
        with Ledger.open(ledger_path)[0] as ledger:
            open_keys = {intent.key for intent in ledger.unsettled()}
            numbers = {s.key: s.number for s in ledger.sessions(range(1, 1_000_000)).values()}
            rows = ledger._db.rows("SELECT key, session_key FROM intents")
        assert _integrity(ledger_path) == "ok"
        stored = {key: numbers[session_key] for key, session_key in rows}
        assert opened.items() <= stored.items()
        assert not settled & open_keys
        # At most the last call of each killed child may be unacknowledged.
        assert len(open_keys) <= 5
        assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
    assert len(settled) > 5


def test_a_ledger_that_several_open_in_the_same_moment(ledger_path: Path) -> None:
    """`--self-check` opens it beside a program that starts."""
    Ledger.open(ledger_path)[0].close()
    for attempt in range(1, 3):
        at_s = time.time() + 0.4
        _said(*[_child(ledger_path, 1, at_s) for _ in range(4)])
        with Ledger.open(ledger_path)[0] as ledger:
            assert len(ledger.task_keys()) == 4 * attempt


def test_several_processes_may_write_at_once(ledger_path: Path) -> None:
    children = [_child(ledger_path, 30) for _ in range(4)]
    with Ledger.open(ledger_path)[0] as ledger:
        for _ in range(30):
            start(ledger)
    lines = _said(*children)
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    numbers = sorted(int(words[2]) for words in lines if words[0] == "o")
    assert numbers == list(range(1, 121))
    assert _integrity(ledger_path) == "ok"
    with Ledger.open(ledger_path)[0] as ledger:
        assert len(ledger.task_keys()) == 150
        assert len(ledger.unsettled()) == 30
