"""Runs seeds one after the other in this process."""

import contextlib
import gc
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from enigma_panel.core.service_rules import Dialect
from enigma_panel.store.ledger.ledger import Ledger
from tests.simulation.checks import NoErrors, Violation
from tests.simulation.world import World

_MEMORY_DISK = Path("/dev/shm")  # where there is one: a sync costs nothing there


class Outcome(Struct):
    """What became of a seed. seconds: of the world."""

    seed: int
    digest: str
    seconds: float
    violation: Violation | None = None
    lines: list[str] = field(default_factory=list)


class Runner:
    """Folder, template of a fresh ledger and log watch for many seeds."""

    def __init__(self, root: Path, dialect: Dialect) -> None:
        self._root = root
        self._dialect = dialect
        self._template = root / "template"
        self._template.mkdir(mode=0o700)
        ledger, _ = Ledger.open(self._template / "ledger.sqlite3")
        ledger.close()
        self._watch = NoErrors()

    def run(self, seed: int) -> Outcome:
        root = self._root / f"seed-{seed}"
        root.mkdir(mode=0o700)
        world = World(seed, root, self._template, self._dialect)
        self._watch.world = world
        violation = None
        try:
            world.run()
        except Violation as found:
            violation = found
        finally:
            world.clear()
            self._watch.world = None
        gc.collect(0 if seed % 10 else 2)
        return Outcome(seed, world.digest(), world.timeline.now, violation, world.lines)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Errors that the program logs fail the seed; nothing of its log is shown."""
        program = logging.getLogger("enigma_panel")
        before = (program.handlers, program.level, program.propagate)
        program.handlers = [self._watch]
        program.setLevel(logging.ERROR)
        program.propagate = False
        try:
            yield
        finally:
            program.handlers, level, program.propagate = before
            program.setLevel(level)


@contextmanager
def runner(dialect: Dialect = Dialect.E) -> Iterator[Runner]:
    """A runner with a folder of its own, in memory where there is a disk in memory."""
    place = _MEMORY_DISK if os.access(_MEMORY_DISK, os.W_OK) else None
    root = Path(tempfile.mkdtemp(prefix="enigma-simulation-", dir=place))
    was_on, was_frozen = gc.isenabled(), gc.get_freeze_count() > 0
    gc.disable()
    gc.freeze()
    try:
        one = Runner(root, dialect)
        with one.watching():
            yield one
    finally:
        gc.unfreeze()
        if was_frozen:  # unfreezing knows no parts: what others had frozen is frozen again
            gc.collect()
            gc.freeze()
        if was_on:
            gc.enable()
        with contextlib.suppress(OSError):
            shutil.rmtree(root)


def replay_command(seed: int, without: str | None = None, dialect: Dialect = Dialect.E) -> str:
    more = f' --without "{without}"' if without else ""
    more += f" --dialect {dialect}" if dialect is not Dialect.E else ""
    python = Path(sys.executable).name
    return f"{python} -m tests.simulation --seed {seed} --trace{more}"
