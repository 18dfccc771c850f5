"""Fifty running sessions that are polled: gaps of the loop, CPU, late polls, *New task*."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, percentile
from benchmarks.processes import KEY, ROOT, environment, simulator
from enigma_panel.core.service_rules import POLL_MS

QUICK_SESSIONS = 4
FULL = {"apart_s": 0.02, "settle_s": 5.0, "gap_s": 20.0, "cpu_s": 10.0}
QUICK = {"apart_s": 0.02, "settle_s": 0.5, "gap_s": 0.5, "cpu_s": 5.0}
LATE_BAR = 2 * POLL_MS
NEW_TASK_MS = 300.0


SESSIONS = 50
GAPS = {"gap_p99": (99, 10.0), "gap_longest": (100, 50.0)}
"""Percentile and bar in ms."""
CPU_BAR, CPU_SPARE = 3.0, 10.0


def fifty(*, quick: bool) -> list[Figure]:
    """The program first, then the floor on the same tasks: both at once would share the cores."""
    times = QUICK if quick else FULL
    sessions = QUICK_SESSIONS if quick else SESSIONS
    arguments = ["--live", "off", "--speed", "20" if quick else "1", "--balance", "1000000"]
    arguments += ["--calls-per-minute", "1000", "--places", str(sessions + 10)]
    with tempfile.TemporaryDirectory() as folder, simulator(*arguments) as url:
        env = environment(Path(folder))
        settings = json.dumps({"sessions": sessions, **times})
        ours = _last_line(
            ["probe", "running", settings, "--base-url", url, "--data-dir", folder], env
        )
        bare = {"url": url, "key": KEY, "ids": ours["ids"]}
        every_s = sessions / ours["polls_per_s"] if ours["polls_per_s"] else 2.0
        bare |= {"every_s": every_s, "times": [times["gap_s"] / 2, times["cpu_s"]]}
        floor = _last_line(["bare_polls", json.dumps(bare)], env)
    return [
        *_gaps(ours["gaps"], floor["gaps"]),
        _cpu(ours, floor["cpu"], sessions),
        _late(ours["between"], every_s * 1000),
        _new_task(ours["new_task"]),
    ]


def _last_line(arguments: list[str], env: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", f"benchmarks.{arguments[0]}", *arguments[1:]]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT, timeout=400, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _gaps(ours: list[float], floor: list[float]) -> list[Figure]:
    return [
        Figure(
            name=f"fifty.{name}",
            unit="ms",
            value=percentile(ours, percent),
            floor=percentile(floor, percent),
            bar=bar,
            is_ratio=False,
            note=f"of {len(ours)} sleeps of 2 ms, longest {max(ours):.0f} ms",
        )
        for name, (percent, bar) in GAPS.items()
    ]


def _cpu(ours: dict[str, Any], floor: float, sessions: int) -> Figure:
    return Figure(
        name="fifty.cpu",
        unit="% of a core",
        value=ours["cpu"] * 100,
        floor=floor * 100,
        bar=CPU_BAR,
        spare=CPU_SPARE,
        note=f"{ours['working']} of {sessions} tasks working, {ours['polls_per_s']:.1f} polls a "
        f"second, all started in {ours['started_s']:.0f} s; floor: a bare loop afterwards, same "
        "tasks and rate, without a window",
    )


def _late(between: list[float], every_ms: float) -> Figure:
    return Figure(
        name="fifty.late",
        unit="ms",
        value=max(between),
        floor=every_ms,
        bar=LATE_BAR,
        is_ratio=False,
        note=f"the longest of {len(between)} times between two polls of a task; floor: the mean",
    )


def _new_task(shown: list[float]) -> Figure:
    return Figure(
        name="fifty.new_task",
        unit="ms",
        value=shown[0],
        floor=min(shown[1:]),
        bar=NEW_TASK_MS,
        is_ratio=False,
        note="until *New task* is painted, opened for the first time; floor: again",
    )
