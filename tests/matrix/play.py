"""Plays cells side by side: most of the time of each is waiting."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from enigma_panel.core.service_rules import Dialect
from tests.matrix.cells import Cell
from tests.matrix.faults import CALLS, FAULTS, Call, Fault
from tests.matrix.gate import Names, private_names
from tests.matrix.stage import QUICK, SLOW, Lane, idle_in_proportion, lane
from tests.matrix.table import Table, file_name

LANES = 7


class Lanes:
    """Lanes by speed and dialect of their simulators, each started when it is first asked for."""

    def __init__(self, names: Names, folder: Path, stack: ExitStack) -> None:
        self._names = names
        self._folder = folder
        self._stack = stack
        self._sets: dict[tuple[int, Dialect], list[Lane]] = {}

    def of(self, speed: int, dialect: Dialect, most: int) -> list[Lane]:
        lanes = self._sets.setdefault((speed, dialect), [])
        missing = range(len(lanes), min(most, LANES))
        with ThreadPoolExecutor(LANES) as pool:
            lanes += pool.map(lambda number: self._start(speed, dialect, number), missing)
        return lanes[:most]

    def _start(self, speed: int, dialect: Dialect, number: int) -> Lane:
        folder = self._folder / f"lane-{dialect.lower()}-{speed}-{number}"
        return self._stack.enter_context(lane(self._names, folder, speed, dialect))


@contextmanager
def lanes(folder: Path) -> Iterator[Lanes]:
    with private_names() as names, idle_in_proportion(), ExitStack() as stack:
        yield Lanes(names, folder, stack)


async def play(
    on: Lanes,
    call: Call,
    folder: Path,
    faults: Sequence[Fault] = FAULTS,
    dialect: Dialect = Dialect.E,
) -> Table:
    table: Table = {}
    waiting = list(faults)

    async def one_after_the_other(on: Lane) -> None:
        while waiting:
            fault = waiting.pop(0)
            name = call.name, fault.name
            try:
                table[name] = await Cell(on, call, fault).play(folder / file_name(name))
            except Exception as error:
                error.add_note(f"in the cell {call.name}, {fault.name}")
                raise

    speed = QUICK if call.begins == "nothing" else SLOW
    async with asyncio.TaskGroup() as group:
        for each in on.of(speed, dialect, len(waiting)):
            group.create_task(one_after_the_other(each))
    return table


def call_named(name: str) -> Call:
    return next(call for call in CALLS if call.name == name)
