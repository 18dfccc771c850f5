"""`python -m tests.simulation`: run seeds, or one alone with everything that happened in it."""

import argparse
import resource
import sys
import time
from datetime import date

from enigma_panel.core.service_rules import Dialect
from tests.simulation.runner import Runner, replay_command, runner
from tests.simulation.safeguards import SWITCHES, without
from tests.simulation.seeds import first_of


def main() -> int:
    """0: all invariants held."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many (100)")
    parser.add_argument("--first", type=int, default=0, metavar="S", help="the first one (0)")
    parser.add_argument(
        "--day",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="those of a day; --first counts from its first one",
    )
    parser.add_argument("--seed", type=int, metavar="X", help="this one alone")
    parser.add_argument("--trace", action="store_true", help="print what happened")
    parser.add_argument("--keep-going", action="store_true", help="do not end at a failing seed")
    parser.add_argument(
        "--without", metavar="SAFEGUARD", choices=sorted(SWITCHES), help="switch one off"
    )
    parser.add_argument("--dialect", type=Dialect, choices=list(Dialect), default=Dialect.E)
    options = parser.parse_args()
    first = options.first + (first_of(options.day) if options.day is not None else 0)
    seeds = range(first, first + options.seeds)
    if options.seed is not None:
        seeds = range(options.seed, options.seed + 1)
    with without(options.without), runner(options.dialect) as one:
        return _run(one, seeds, options)


def _run(one: Runner, seeds: range, options: argparse.Namespace) -> int:
    began, world_seconds, failed = time.process_time(), 0.0, 0
    for seed in seeds:
        outcome = one.run(seed)
        world_seconds += outcome.seconds
        if options.trace:
            print("\n".join(outcome.lines))
        if outcome.violation is None:
            continue
        failed += 1
        again = replay_command(seed, options.without, options.dialect)
        print(f"{outcome.violation}\n  again: {again}")
        if not options.keep_going:
            break
    took = time.process_time() - began
    each = f"{1000 * took / len(seeds):.0f} ms and {world_seconds / len(seeds):.0f} virtual s each"
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(seeds)} seeds, {failed} failed, {took:.1f} s of CPU, {each}, {most_mb} MB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
