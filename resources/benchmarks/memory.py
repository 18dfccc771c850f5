"""Memory of the idle program beside that of the floor script, both left running."""

import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, median
from benchmarks.processes import FLOOR, environment, program, simulator
from tests.kit.process_figures import memory_mb

RUNS = 3
IDLE_S, QUICK_S = 10.0, 1.0
BAR = 1.45


def memory(*, quick: bool) -> list[Figure]:
    """The key comes from a keychain, so that the program has imported keyring, too."""
    seen: dict[str, list[dict[str, float]]] = {"program": [], "floor": []}
    with tempfile.TemporaryDirectory() as folder, simulator() as url:
        env = environment(
            Path(folder), PYTHON_KEYRING_BACKEND="benchmarks.keychain.OneKey", ENIGMA_API_KEY=""
        )
        command = [*program(), "--base-url", url, "--data-dir", str(Path(folder, "data"))]
        for _ in range(1 if quick else RUNS):
            sizes = _both(command, env, QUICK_S if quick else IDLE_S)
            for name, size in zip(seen, sizes, strict=True):
                seen[name].append(size)
    return [_figure(seen)]


def _both(command: list[str], env: dict[str, str], wait_s: float) -> list[dict[str, float]]:
    running = [
        subprocess.Popen(one, stdout=subprocess.DEVNULL, env=env)
        for one in (command, [*FLOOR, "--stay"])
    ]
    try:
        time.sleep(wait_s)
        return [memory_mb(process.pid) for process in running]
    finally:
        for process in running:
            process.terminate()
            process.wait(20)


def _figure(seen: dict[str, list[dict[str, float]]]) -> Figure:
    ours, floors = ([size["rss"] for size in sizes] for sizes in seen.values())
    note = f"RSS, {len(ours)} pairs side by side, keyring imported in both"
    if "anonymous" in seen["program"][0]:
        own = [median([size["anonymous"] for size in sizes]) for sizes in seen.values()]
        note += f"; without files {own[0]:.1f} and {own[1]:.1f} MB, ratio {own[0] / own[1]:.2f}"
    return Figure(
        name="memory",
        unit="MB",
        value=median(ours),
        floor=median(floors),
        bar=BAR,
        note=note,
        samples={"program": ours, "floor": floors},
    )
