"""`python -m tests.mutations`: break each promise once; print what no test catches.

Status 1 where a break survives or cannot be made.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.breaks import BREAKS
from tests.mutations.runner import Break, BrokenRunError, Copy, all_tests


def main() -> int:
    """0: every break was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2, help="at the same time (2)")
    parser.add_argument("--only", default="", metavar="PART", help="those whose words hold this")
    options = parser.parse_args()
    chosen = [one for one in BREAKS if options.only in one.name]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for n in range(options.jobs):
            (Path(folder) / str(n)).mkdir()
            copies.put(Copy(Path(folder) / str(n)))
        if (said := _unbroken(copies, chosen, options.jobs)) is not None:
            print(f"these tests fail without any break:\n{said}")
            return 1
        with ThreadPoolExecutor(options.jobs) as pool:
            words = list(pool.map(lambda one: _word_of(copies, one), chosen))
    alive = sum(word != "caught" for word in words)
    print(f"{len(chosen)} breaks, {alive} not caught, {time.monotonic() - began:.0f} s")
    return 1 if alive else 0


def _unbroken(copies: "SimpleQueue[Copy]", chosen: Sequence[Break], jobs: int) -> str | None:
    """What the tests say where they fail with nothing broken."""
    copy = copies.get()
    try:
        return None if copy.passes(all_tests(chosen), jobs) else copy.said
    except BrokenRunError as error:
        return str(error)
    finally:
        copies.put(copy)


def _word_of(copies: "SimpleQueue[Copy]", one: Break) -> str:
    copy = copies.get()
    try:
        word = "caught" if copy.catches(one) else "ALIVE"
    except BrokenRunError as error:
        word = f"NOT MADE: {error}"
    finally:
        copies.put(copy)
    print(f"{word:8} {one.name}", flush=True)
    return word


if __name__ == "__main__":
    sys.exit(main())
