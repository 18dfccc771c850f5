"""The longest turn of the loop that any of the costly reply bodies takes, bombs among them."""

import time

from enigma_panel.api.wire.content_encoding import SMALL_BYTES
from enigma_panel.api.wire.values import parse
from tests.api.bodies import COSTLY
from tests.api.child_bodies import measure_in_child
from tests.benchmarks.figures import Figure, median

RUNS, QUICK_RUNS = 3, 1
BAR_MS = 50.0


def costly_bodies(*, quick: bool) -> list[Figure]:
    """Each is polled in a process of its own; the floor is to read the largest that is decoded."""
    runs = QUICK_RUNS if quick else RUNS
    names = COSTLY[:1] if quick else COSTLY
    turns = {n: [float(measure_in_child(n)["turn_ms"]) for _ in range(runs)] for n in names}
    worst = max(names, key=lambda name: median(turns[name]))
    return [
        Figure(
            name="costly_bodies.turn",
            unit="ms",
            value=median(turns[worst]),
            floor=median([_floor_ms() for _ in range(runs)]),
            bar=BAR_MS,
            is_ratio=False,
            note=f"worst of {len(names)} bodies: {worst}; floor: its JSON, decoded alone",
            samples=turns,
        )
    ]


def _floor_ms() -> float:
    numbers = b"[" + b"0.1," * (SMALL_BYTES // 4 - 1) + b"1]"
    began = time.thread_time()
    parse(numbers)
    return (time.thread_time() - began) * 1000
