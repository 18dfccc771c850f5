"""The program under a long, full load: `python resources/soak.py --minutes 10 --sessions 50`.

Prints one line of figures; status 1 over a bound.

Starts a simulator and, in a process of its own, the whole program with its window offscreen. The
load is in benchmarks/soak_load.py.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, environment, simulator

MEMORY_BAR_MB = 5.0
DESCRIPTORS_BAR = 3
"""The health check's connection, the ledger's files: a few come and go with the second."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How long and how much. seconds counts from the end of the warm-up."""

    seconds: float
    sessions: int
    warm_s: float
    speed: float = 1.0
    seed: int = 1
    live: str = "up"
    garble: str = ""


def soak(load: Load) -> dict[str, Any]:
    """Run the load; what the program measured of itself, and what it wrote to its error output."""
    places = str(load.sessions + 10)
    arguments = ["--calls-per-minute", "1000", "--places", places, "--balance", "1000000"]
    arguments += ["--live", load.live, "--live-garble", load.garble]
    with (
        tempfile.TemporaryDirectory() as folder,
        simulator(*arguments, "--speed", str(load.speed), "--seed", str(load.seed)) as url,
    ):
        command = [sys.executable, "-m", "benchmarks.soak_load", json.dumps(asdict(load))]
        done = subprocess.run(
            [*command, "--base-url", url, "--data-dir", folder],
            capture_output=True,
            text=True,
            env=environment(Path(folder)),
            cwd=ROOT,
            timeout=load.warm_s + load.seconds + 240,
            check=False,
        )
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        raise RuntimeError(f"the program ended with {done.returncode}\n{done.stderr}")
    seen: dict[str, Any] = json.loads(lines[-1])
    seen["stderr"] = done.stderr.splitlines()
    return seen


def line(load: Load, seen: dict[str, Any]) -> str:
    warm, end = seen["memory_mb"]
    first, last = seen["descriptors"]
    return (
        f"soak: {load.seconds / 60:.1f} min after {load.warm_s:.0f} s of warm-up, "
        f"{load.sessions} sessions, live channel {load.live} {load.garble}, "
        f"{seen['tasks']} tasks {seen['statuses']}, "
        f"{seen['answers']} answers, {seen['commands']} commands; "
        f"memory {warm:.1f} -> {end:.1f} MB ({end - warm:+.1f}), "
        f"left behind: {seen['left'] or 'nothing'}, "
        f"warnings: {len(seen['warnings']) + len(seen['stderr'])}, "
        f"descriptors {first} -> {last}"
    )


def complaints(seen: dict[str, Any], memory_bar_mb: float = MEMORY_BAR_MB) -> list[str]:
    warm, end = seen["memory_mb"]
    first, last = seen["descriptors"]
    found = list[str]()
    if end - warm >= memory_bar_mb:
        found.append(f"memory grew by {end - warm:.1f} MB")
    if seen["left"]:
        found.append(f"left behind: {', '.join(seen['left'])}")
    if last - first > DESCRIPTORS_BAR:
        found.append(f"{last - first} more file descriptors than before")
    if not seen["tasks"] or not seen["answers"] or not seen["commands"]:
        found.append("there was no load")
    return [*found, *seen["warnings"], *seen["stderr"]]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python resources/soak.py")
    add = parser.add_argument
    add("--minutes", type=float, default=10.0, help="length after the warm-up (10)")
    add("--sessions", type=int, default=50, help="sessions at work all the time (50)")
    add("--warm-up", type=float, default=120.0, metavar="SECONDS", help="before the first look")
    add("--speed", type=float, default=1.0, help="of the simulator (1)")
    add("--seed", type=int, default=1, help="of the load")
    add("--live", default="up", help="of the simulator: up, refuse, drop:20 … (up)")
    add("--live-garble", default="", help="of the simulator: duplicate,reorder")
    options = parser.parse_args(argv)
    load = Load(
        seconds=options.minutes * 60,
        sessions=options.sessions,
        warm_s=options.warm_up,
        speed=options.speed,
        seed=options.seed,
        live=options.live,
        garble=options.live_garble,
    )
    seen = soak(load)
    print(line(load, seen))
    found = complaints(seen)
    for each in found:
        print(f"soak: {each}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
