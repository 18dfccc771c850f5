"""Plays cells side by side: most of the time of each is waiting."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.matrix.cells import Cell
from tests.matrix.faults import CALLS, FAULTS, Call, Fault
from tests.matrix.gate import Names, private_names
from tests.matrix.stage import FACTOR, SLOW, Lane, lane
from tests.matrix.table import Table, file_name

LANES = 7


class Lanes:
    """Lanes by the speed of their simulators, each set started when it is first asked for."""

    def __init__(self, names: Names, folder: Path, stack: ExitStack) -> None:
        self._names = names
        self._folder = folder
        self._stack = stack
        self._sets: dict[int, list[Lane]] = {}

    def of(self, speed: int) -> list[Lane]:
        """So many lanes, all of that speed."""
        if speed not in self._sets:
            with ThreadPoolExecutor(LANES) as pool:
                self._sets[speed] = list(pool.map(self._start, [speed] * LANES, range(LANES)))
        return self._sets[speed]

    def _start(self, speed: int, number: int) -> Lane:
        folder = self._folder / f"lane-{speed}-{number}"
        return self._stack.enter_context(lane(self._names, folder, speed))


@contextmanager
def lanes(folder: Path) -> Iterator[Lanes]:
    """They end with this."""
    with private_names() as names, ExitStack() as stack:
        yield Lanes(names, folder, stack)


async def play(on: Lanes, call: Call, folder: Path, faults: Sequence[Fault] = FAULTS) -> Table:
    """All faults on one call."""
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

    speed = FACTOR if call.begins == "nothing" else SLOW
    async with asyncio.TaskGroup() as group:
        for each in on.of(speed):
            group.create_task(one_after_the_other(each))
    return table


def call_named(name: str) -> Call:
    """The call of that name."""
    return next(call for call in CALLS if call.name == name)
