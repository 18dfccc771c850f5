"""First paint against a running service."""

import tempfile
from pathlib import Path

from benchmarks.figures import Figure, median
from benchmarks.processes import FLOOR, Times, desktop, environment, program, simulator, timed

RUNS = 11
BAR = 1.5


def _pairs(
    command: list[str], env: dict[str, str], *, quick: bool
) -> tuple[list[Times], list[Times]]:
    """Program and floor in turns, after one of each that does not count (cold caches)."""
    ours, floors = [], []
    for _ in range(1 if quick else RUNS + 1):
        floors.append(timed(FLOOR, env))
        ours.append(timed(command, env))
    return (ours, floors) if quick else (ours[1:], floors[1:])


def start(*, quick: bool) -> list[Figure]:
    """From the spawn until the window is mapped and painted, with a data folder that exists."""
    with tempfile.TemporaryDirectory() as folder, simulator() as url, desktop() as display:
        data = str(Path(folder, "data"))
        command = [*program(), "--smoke", "--base-url", url, "--data-dir", data]
        pairs = _pairs(command, environment(Path(folder), **display), quick=quick)
    ours, floors = ([one.shown for one in times] for times in pairs)
    each = median([mine / floor for mine, floor in zip(ours, floors, strict=True)])
    lowest = min(ours) / min(floors)
    return [
        Figure(
            name="start",
            unit="s",
            value=median(ours),
            floor=median(floors),
            bar=BAR,
            note=f"spawn to first paint, X11; {len(ours)} pairs in turns, medians; median of the "
            f"pairs' ratios {each:.2f}, ratio of the shortest {lowest:.2f}",
            samples={"program": ours, "floor": floors},
        )
    ]
