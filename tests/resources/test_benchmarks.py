"""That every benchmark runs and prints its lines; how long anything takes is no test's business."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.figures import Figure, percentile, table

ROOT = Path(__file__).parents[2]
BENCHMARK = str(ROOT / "resources" / "benchmark.py")


def lines(name: str, *figures: str) -> list[str]:
    return [f"{name}.{figure}" for figure in figures]


LINES = {
    "start": ["start"],
    "fifty": lines("fifty", "gap_p99", "gap_longest", "cpu", "late", "new_task"),
    "memory": ["memory"],
    "intent": ["intent"],
    "recovery": ["recovery.tables", "recovery.first_paint"],
    "live_200": ["live_200.gap_p99", "live_200.cpu"],
    "live_big": ["live_big.question", "live_big.result", "live_big.table"],
    "archive": lines(
        "archive",
        *("found", "usual_found", "counted", "sorted", "gap", "page", "intent"),
        *("painted", "filled", "memory"),
    ),
}
HOLDS_ANYWHERE = {"recovery.tables"}
"""The bar that a busy machine does not move."""
ON_A_PUSH = "intent"
"""The short one that shows on every push that the command works; all others run weekly."""


@pytest.mark.process
@pytest.mark.skipif(sys.platform != "linux", reason="memory and processes are read from /proc")
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name == ON_A_PUSH else pytest.mark.weekly) for name in LINES],
)
def test_it_runs_and_prints_its_lines(name: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, BENCHMARK, "--quick", "--only", name]
    done = subprocess.run(
        [*command, "--json", str(file)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = {figure["name"]: figure for figure in json.loads(file.read_text())["figures"]}
    assert list(found) == LINES[name]
    for line in LINES[name]:
        assert any(row.startswith(f"{line} ") for row in done.stdout.splitlines())
        assert found[line]["is_met"] or line not in HOLDS_ANYWHERE
        assert found[line]["value"] > 0
        assert found[line]["floor"] > 0


@pytest.mark.parametrize(
    ("value", "bar", "spare", "is_ratio", "verdict"),
    [
        (16.0, 1.6, 0.0, True, "met"),
        (16.1, 1.6, 0.0, True, "NOT MET"),
        (19.0, 1.6, 9.0, True, "met"),
        (19.1, 1.6, 9.0, True, "NOT MET"),
        (2.5, 2.5, 0.0, False, "met"),
        (2.6, 2.5, 0.0, False, "NOT MET"),
    ],
)
def test_the_verdict(value: float, bar: float, spare: float, is_ratio: bool, verdict: str) -> None:
    figure = Figure(
        name="x", unit="s", value=value, floor=10.0, bar=bar, spare=spare, is_ratio=is_ratio
    )
    assert table([figure]).splitlines()[-1].split("  ")[-1].strip() == verdict


def test_percentiles() -> None:
    hundred = [float(n) for n in range(100, 0, -1)]
    assert (percentile(hundred, 50), percentile(hundred, 99)) == (50.0, 99.0)
    assert percentile([7.0], 95) == 7.0
