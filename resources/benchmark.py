"""`python resources/benchmark.py [--only NAME] [--json FILE] [--quick]`: a table and its JSON.

Each figure stands beside a floor from the same run.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Protocol

from benchmarks.archive import archive
from benchmarks.figures import Figure, machine, table
from benchmarks.intent import intent
from benchmarks.live_200 import live_200
from benchmarks.live_big import live_big
from benchmarks.memory import memory
from benchmarks.recovery import recovery
from benchmarks.running import fifty
from benchmarks.start import start


class Measure(Protocol):
    def __call__(self, *, quick: bool) -> list[Figure]: ...


MEASURES: dict[str, Measure] = {
    "start": start,
    "fifty": fifty,
    "memory": memory,
    "intent": intent,
    "recovery": recovery,
    "live_200": live_200,
    "live_big": live_big,
    "archive": archive,
}


def main(argv: list[str]) -> int:
    """Measure and print; the exit status says that it ran, not that a bar was met."""
    parser = argparse.ArgumentParser(prog="python resources/benchmark.py")
    add = parser.add_argument
    add("--only", choices=MEASURES, action="append", help="only this one; may be repeated")
    add("--json", type=Path, metavar="FILE", help="write the JSON there instead of below the table")
    add("--quick", action="store_true", help="just show that it runs: too few runs to judge")
    options = parser.parse_args(argv)
    before = machine()
    figures = []
    for name in options.only or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures += MEASURES[name](quick=options.quick)
    about = {**before, "load_after": machine()["load"], "quick": options.quick}
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print(table(figures))
    text = json.dumps({"machine": about, "figures": [f.as_json() for f in figures]}, indent=1)
    if options.json is not None:
        options.json.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
