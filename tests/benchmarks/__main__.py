"""`python -m tests.benchmarks [--only NAME] [--json FILE] [--quick]`: the table and its JSON."""

import argparse
import json
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from enigma_panel.features import FEATURES
from tests.benchmarks.archive import archive
from tests.benchmarks.figures import Figure, machine, table
from tests.benchmarks.intent import intent
from tests.benchmarks.live_200 import live_200
from tests.benchmarks.live_big import live_big
from tests.benchmarks.memory import memory
from tests.benchmarks.overshoot import overshoot
from tests.benchmarks.recovery import recovery
from tests.benchmarks.running import fifty, five_hundred, two_hundred
from tests.benchmarks.start import demo_smoke, start


class Measure(Protocol):
    def __call__(self, *, quick: bool) -> list[Figure]: ...


def _of_features() -> dict[str, Measure]:
    names = (f"tests.features.{feature.name}.benchmark" for feature in FEATURES)
    modules = [import_module(name) for name in names if find_spec(name)]
    return {name: one for module in modules for name, one in module.MEASURES.items()}


MEASURES: dict[str, Measure] = {
    "start": start,
    "demo_smoke": demo_smoke,
    "fifty": fifty,
    "two_hundred": two_hundred,
    "five_hundred": five_hundred,
    "memory": memory,
    "intent": intent,
    "recovery": recovery,
    "live_200": live_200,
    "live_big": live_big,
    "archive": archive,
    "overshoot": overshoot,
    **_of_features(),
}


def main(argv: list[str]) -> int:
    """Measure and print; the exit status says that it ran, not that a bar was met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    add = parser.add_argument
    add(
        "--only",
        choices=MEASURES,
        action="append",
        help="only this one; may be repeated",
    )
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
