"""`python -m tests.mutations.sample`: some mutants by date; prints those that no test catches.

A mutant is tried with the tests of its folder, those of its file first, and with some seeds of the
simulation. Status 1 where too many live: which one matters, a person decides.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.mutants import Mutant, mutants_of
from tests.mutations.runner import ALONE, PASSED, ROOT, BrokenRunError, Copy

PACKAGE = ROOT / "gui" / "enigma_panel"
TESTS = {
    "core": ("tests/core", "tests/contract"),
    "services/queue": ("tests/services/queue",),
    "services/commands": ("tests/services/commands",),
    "store": ("tests/store",),
}
"""Folders that are mutated, each with its tests."""
SEEDS = 60
"""Seeds of the simulation, which also plays what a disk does to `store`."""
NOTHING_TO_TEST = 5
"""pytest's status where no test has the mark."""
MOST_ALIVE = 0.5
MEMORY = 4 << 30
"""Bytes of address space: a loop that has lost its end fills no machine."""


@dataclass(frozen=True, slots=True)
class Place:
    """A mutant and where it is: file below gui/enigma_panel, and the folder whose tests are run."""

    folder: str
    file: str
    mutant: Mutant

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests of its folder, in the order in which they are likely to fail."""
        own = (ROOT / "tests" / self.file).with_name(f"test_{Path(self.file).name}")
        first = (str(own.relative_to(ROOT)),) if own.exists() else ()
        return (*first, *TESTS[self.folder])


def places(below: str = "") -> list[Place]:
    """All mutants of the files whose path begins so."""
    return [
        Place(folder, file, mutant)
        for folder in TESTS
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        if (file := path.relative_to(PACKAGE).as_posix()).startswith(below)
        for mutant in mutants_of(path.read_text(encoding="utf-8"))
    ]


def sample(count: int, day: date, below: str = "") -> list[Place]:
    """The mutants of a day: others each day, the same for the same program."""
    found = places(below)
    return random.Random(day.isoformat()).sample(found, min(count, len(found)))


def lives(copy: Copy, place: Place) -> bool:
    """Whether no test and no seed fails with it; what waits for processes comes last."""
    runs = [
        ("pytest", *ALONE, "-q", "-x", "-m", "not (process or weekly)", *place.tests),
        ("tests.simulation", "--seeds", str(SEEDS)),
        ("pytest", *ALONE, "-q", "-x", "-m", "process and not weekly", *place.tests),
    ]
    with copy.changed(place.file, place.mutant.text):
        try:
            return all(copy.run(*run) in {PASSED, NOTHING_TO_TEST} for run in runs)
        except BrokenRunError:  # it has no end
            return False


def main() -> int:
    """0: not more than the share that may live."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations.sample", description=__doc__)
    add = parser.add_argument
    add("--count", type=int, default=20, help="how many mutants (20)")
    add("--day", type=date.fromisoformat, default=datetime.now(UTC).date(), help="today")
    add("--below", default="", metavar="PATH", help="only files whose path begins so")
    add("--jobs", type=int, default=2, help="at the same time (2)")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    chosen, began = sample(options.count, options.day, options.below), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for n in range(options.jobs):
            (Path(folder) / str(n)).mkdir()
            copies.put(Copy(Path(folder) / str(n)))
        if not _unbroken(copies, chosen, options.jobs):
            return 1
        with ThreadPoolExecutor(options.jobs) as pool:
            alive = sum(pool.map(lambda place: _tried(copies, place), chosen))
    share = f"{alive} of {len(chosen)} mutants of {options.day} live"
    print(f"{share}, {time.monotonic() - began:.0f} s")
    return 1 if alive > MOST_ALIVE * len(chosen) else 0


def _unbroken(copies: "SimpleQueue[Copy]", chosen: Sequence[Place], jobs: int) -> bool:
    """Whether the tests pass with nothing broken; else what they say is printed."""
    copy = copies.get()
    try:
        if copy.passes(sorted({test for place in chosen for test in place.tests}), jobs):
            return True
        print(f"these tests fail without any mutant:\n{copy.said}")
    except BrokenRunError as error:
        print(error)
    finally:
        copies.put(copy)
    return False


def _tried(copies: "SimpleQueue[Copy]", place: Place) -> bool:
    copy, began = copies.get(), time.monotonic()
    try:
        is_alive = lives(copy, place)
    finally:
        copies.put(copy)
    mutant, word = place.mutant, "ALIVE" if is_alive else "caught"
    where = f"{place.file}:{mutant.line}  {mutant.kind}, {time.monotonic() - began:.0f} s"
    print(f"{word:7} {where}\n        - {mutant.before}\n        + {mutant.after}", flush=True)
    return is_alive


if __name__ == "__main__":
    sys.exit(main())
