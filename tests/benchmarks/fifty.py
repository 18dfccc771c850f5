"""Fifty running sessions: gaps of the event loop, and CPU beside a bare loop that polls alike."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.processes import KEY, ROOT, environment, simulator

SESSIONS, QUICK_SESSIONS = 50, 4
FULL = {"apart_s": 0.02, "gap_s": 20.0, "cpu_s": 10.0}
QUICK = {"apart_s": 0.02, "gap_s": 0.5, "cpu_s": 0.5}
P99_MS, P999_MS = 16.0, 50.0
CPU_BAR, CPU_SPARE = 3.0, 10.0


def fifty(*, quick: bool) -> list[Figure]:
    """The program first, then the floor on the same tasks: both at once would share the cores."""
    times = QUICK if quick else FULL
    speed = "20" if quick else "1"
    sessions = QUICK_SESSIONS if quick else SESSIONS
    arguments = ("--live", "off", "--speed", speed, "--calls-per-minute", "1000", "--places", "60")
    with tempfile.TemporaryDirectory() as folder, simulator(*arguments) as url:
        env = environment(Path(folder))
        settings = json.dumps({"sessions": sessions, **times})
        ours = _last_line(
            ["probe", "fifty", settings, "--base-url", url, "--data-dir", folder], env
        )
        bare = {"url": url, "key": KEY, "ids": ours["ids"]}
        every_s = sessions / ours["polls_per_s"] if ours["polls_per_s"] else 2.0
        bare |= {"every_s": every_s, "times": [times["gap_s"] / 2, times["cpu_s"]]}
        floor = _last_line(["bare_polls", json.dumps(bare)], env)
    note = (
        f"{ours['working']} of {sessions} tasks working, {ours['polls_per_s']:.1f} polls a second; "
        "floor: a bare loop afterwards, same tasks and rate, without a window"
    )
    return [*_gaps(ours["gaps"], floor["gaps"]), _cpu(ours["cpu"], floor["cpu"], note)]


def _last_line(arguments: list[str], env: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.benchmarks.{arguments[0]}", *arguments[1:]]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT, timeout=300, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _gaps(ours: list[float], floor: list[float]) -> list[Figure]:
    return [
        Figure(
            name=f"fifty.gap_p{percent:g}".replace("99.9", "999"),
            unit="ms",
            value=percentile(ours, percent),
            floor=percentile(floor, percent),
            bar=bar,
            is_ratio=False,
            note=f"of {len(ours)} sleeps of 2 ms, longest {max(ours):.0f} ms",
        )
        for percent, bar in ((99, P99_MS), (99.9, P999_MS))
    ]


def _cpu(ours: float, floor: float, note: str) -> Figure:
    return Figure(
        name="fifty.cpu",
        unit="% of a core",
        value=ours * 100,
        floor=floor * 100,
        bar=CPU_BAR,
        spare=CPU_SPARE,
        note=note,
    )
