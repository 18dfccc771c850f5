"""First paint against a running service, and the whole of `--demo --smoke`."""

import tempfile
import time
import uuid
from pathlib import Path

from tests.benchmarks.figures import Figure, median
from tests.benchmarks.processes import (
    FLOOR,
    MARK,
    Times,
    desktop,
    environment,
    left_over,
    program,
    simulator,
    timed,
)

RUNS = 11
START_BAR, DEMO_BAR = 1.5, 3.0


def _pairs(
    command: list[str], env: dict[str, str], *, quick: bool
) -> tuple[list[Times], list[Times]]:
    """Program and floor in turns, after one of each that does not count (cold caches)."""
    ours, floors = [], []
    for _ in range(1 if quick else RUNS + 1):
        floors.append(timed(FLOOR, env))
        ours.append(timed(command, env))
    return (ours, floors) if quick else (ours[1:], floors[1:])


def _figure(name: str, bar: float, ours: list[float], floors: list[float], note: str) -> Figure:
    each = median([mine / floor for mine, floor in zip(ours, floors, strict=True)])
    lowest = min(ours) / min(floors)
    return Figure(
        name=name,
        unit="s",
        value=median(ours),
        floor=median(floors),
        bar=bar,
        note=f"{note}; {len(ours)} pairs in turns, medians; median of the pairs' ratios "
        f"{each:.2f}, ratio of the shortest {lowest:.2f}",
        samples={"program": ours, "floor": floors},
    )


def start(*, quick: bool) -> list[Figure]:
    """From the spawn until the window is mapped and painted, with a data folder that exists."""
    with tempfile.TemporaryDirectory() as folder, simulator() as url, desktop() as display:
        data = str(Path(folder, "data"))
        command = [*program(), "--smoke", "--base-url", url, "--data-dir", data]
        ours, floors = _pairs(command, environment(Path(folder), **display), quick=quick)
    shown = [t.shown for t in ours], [t.shown for t in floors]
    return [_figure("start", START_BAR, *shown, "spawn to first paint, X11")]


def demo_smoke(*, quick: bool) -> list[Figure]:
    """The whole process with the simulator that it starts and ends."""
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder), **{MARK: mark})
        ours, floors = _pairs([*program(), "--demo", "--smoke"], env, quick=quick)
        time.sleep(0.1)
        left = left_over(mark)
    if left:
        raise RuntimeError(f"processes were left behind: {left}")
    whole = [t.whole for t in ours], [t.whole for t in floors]
    return [_figure("demo_smoke", DEMO_BAR, *whole, "spawn to end, no process left behind")]
