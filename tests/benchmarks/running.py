"""Many running sessions that are polled: gaps of the event loop, CPU, late polls, *New task*."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enigma_panel.core.service_rules import POLL_MS
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.processes import KEY, ROOT, environment, simulator

QUICK_SESSIONS = 4
FULL = {"apart_s": 0.02, "settle_s": 5.0, "gap_s": 20.0, "cpu_s": 10.0}
QUICK = {"apart_s": 0.02, "settle_s": 0.5, "gap_s": 0.5, "cpu_s": 5.0}
LATE_BAR = 2 * POLL_MS
NEW_TASK_MS = 300.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """A number of sessions at once, and its bars."""

    name: str
    sessions: int
    gaps: Mapping[float, float]
    cpu_spare: float


FIFTY = Load(name="fifty", sessions=50, gaps={99: 10.0, 100: 50.0}, cpu_spare=10.0)
MORE = Load(name="two_hundred", sessions=200, gaps={99: 16.0, 99.9: 50.0}, cpu_spare=15.0)
MOST = Load(name="five_hundred", sessions=500, gaps={99: 33.0}, cpu_spare=15.0)
CPU_BAR = 3.0


def fifty(*, quick: bool) -> list[Figure]:
    return _running(FIFTY, quick=quick)


def two_hundred(*, quick: bool) -> list[Figure]:
    return _running(MORE, quick=quick)


def five_hundred(*, quick: bool) -> list[Figure]:
    return _running(MOST, quick=quick)


def _running(load: Load, *, quick: bool) -> list[Figure]:
    """The program first, then the floor on the same tasks: both at once would share the cores."""
    times = QUICK if quick else FULL
    sessions = QUICK_SESSIONS if quick else load.sessions
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
        *_gaps(load, ours["gaps"], floor["gaps"]),
        _cpu(load, ours, floor["cpu"], sessions),
        _late(load, ours["between"], every_s * 1000),
        _new_task(load, ours["new_task"]),
    ]


def _last_line(arguments: list[str], env: dict[str, str]) -> dict[str, Any]:
    command = [sys.executable, "-m", f"tests.benchmarks.{arguments[0]}", *arguments[1:]]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT, timeout=400, check=True
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _gaps(load: Load, ours: list[float], floor: list[float]) -> list[Figure]:
    return [
        Figure(
            name=f"{load.name}.gap_p{percent:g}".replace(".9", "9").replace("p100", "longest"),
            unit="ms",
            value=percentile(ours, percent),
            floor=percentile(floor, percent),
            bar=bar,
            is_ratio=False,
            note=f"of {len(ours)} sleeps of 2 ms, longest {max(ours):.0f} ms",
        )
        for percent, bar in load.gaps.items()
    ]


def _cpu(load: Load, ours: dict[str, Any], floor: float, sessions: int) -> Figure:
    return Figure(
        name=f"{load.name}.cpu",
        unit="% of a core",
        value=ours["cpu"] * 100,
        floor=floor * 100,
        bar=CPU_BAR,
        spare=load.cpu_spare,
        note=f"{ours['working']} of {sessions} tasks working, {ours['polls_per_s']:.1f} polls a "
        f"second, all started in {ours['started_s']:.0f} s; floor: a bare loop afterwards, same "
        "tasks and rate, without a window",
    )


def _late(load: Load, between: list[float], every_ms: float) -> Figure:
    return Figure(
        name=f"{load.name}.late",
        unit="ms",
        value=max(between),
        floor=every_ms,
        bar=LATE_BAR,
        is_ratio=False,
        note=f"the longest of {len(between)} times between two polls of a task; floor: the mean",
    )


def _new_task(load: Load, shown: list[float]) -> Figure:
    return Figure(
        name=f"{load.name}.new_task",
        unit="ms",
        value=shown[0],
        floor=min(shown[1:]),
        bar=NEW_TASK_MS,
        is_ratio=False,
        note="until *New task* is painted, opened for the first time; floor: again",
    )
