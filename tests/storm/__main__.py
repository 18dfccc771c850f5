"""`python -m tests.storm`: runs of the real program under faults and kill -9; status 1 at a red.

The simulator outlives the program and knows what was really opened. After each kill the ledger has
to be sound and to know all of it, or to know that it does not know.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from enigma_panel.core.service_rules import Dialect
from tests.app.accessibility.stage import missing_tools
from tests.conftest import LIVE_MODES, Simulator, live_option
from tests.storm.run import SIMULATOR, play


def main() -> int:
    """0: nothing was lost, doubled, delivered twice or wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--runs", type=int, default=1, help="each with a new simulator (1)")
    parser.add_argument("--kills", type=int, default=4, help="in each run (4)")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31), help="of the first")
    parser.add_argument("--dialect", type=Dialect, choices=list(Dialect), default=Dialect.E)
    parser.add_argument("--keep-going", action="store_true", help="do not end at a red run")
    options = parser.parse_args()
    if missing := missing_tools():
        parser.error(f"not installed: {', '.join(missing)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else its desktop would outlive it
    failed = 0
    for seed in range(options.seed, options.seed + options.runs):
        failed += not _run(seed, options.kills, options.dialect)
        if failed and not options.keep_going:
            break
    print(f"{options.runs} runs, {failed} failed")
    return 1 if failed else 0


def _run(seed: int, kills: int, dialect: Dialect) -> bool:
    mode = LIVE_MODES[seed % len(LIVE_MODES)]
    simulator = Simulator(*SIMULATOR, "--dialect", dialect, live=live_option(mode, SIMULATOR))
    try:
        with tempfile.TemporaryDirectory() as folder:
            books = play(kills, seed, simulator.url, Path(folder), dialect)
    except (AssertionError, TimeoutError, subprocess.TimeoutExpired) as error:
        print(f"{dialect}, seed {seed}, live channel {mode}, FAILED: {error!r}", flush=True)
        return False
    finally:
        simulator.stop()
    print(
        f"{dialect}, seed {seed}, live channel {mode}: "
        f"{books.kills} kills, {books.intents} starts intended, "
        f"{books.starts} took effect, {books.unknown} uncertain, {len(books.opened)} browsers, "
        f"{books.sends} sends, {books.answers} answers, {books.results} results",
        flush=True,
    )
    return True


if __name__ == "__main__":
    sys.exit(main())
