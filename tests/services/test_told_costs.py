"""What the service tells as a cost, from its bytes to the cell, the ledger and the sums."""

from decimal import Decimal

import pytest

from enigma_panel.core.models import Task
from enigma_panel.core.observation import Observation
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.store.ledger.task_reader import TaskReader
from enigma_panel.ui.details.text import usage_text
from enigma_panel.ui.tasks.model import task_cost_cell
from tests.api.odd import read_one
from tests.services.commands.bench import Bench

NINES = "9" * 30
DONE = '{{"type": "task_completed", "data": {{"message": "x"}}, "usage": {{{}}}}}'
RUNS = '{{"success": true, "status": "active", "pending": true, "usage": {{{}}}}}'

TOLD = [
    ('"cost": 0.0214', "$0.021", "$0.0214", "0.0214"),
    ('"cost": "0.0214"', "$0.021", "$0.0214", "0.0214"),
    ('"cost": 0.30000000000000004', "$0.300", "$0.30000000000000004", "0.30000000000000004"),
    ('"cost": 0', "$0.000", "$0.00", "0"),
    ('"cost": 1e-7', "< $0.001", "$0.0000001", "1E-7"),
    ('"cost": 1000000', "$1000000.000", "$1000000.00", "1000000"),
    ('"cost": -0.02', "$-0.02?", "$-0.02?", None),
    ('"cost": 1e30', "$1E+30?", "$1E+30?", None),
    ('"cost": 1e309', "$1E+309?", "$1E+309?", None),
    (f'"cost": {NINES}', "$1.00E+30?", f"${NINES}?", None),
    ('"cost": NaN', "unknown", "Cost unknown", None),
    ('"cost": Infinity', "unknown", "Cost unknown", None),
    ('"cost": "free"', "unknown", "Cost unknown", None),
    ('"cost": "$0.02"', "unknown", "Cost unknown", None),
    ('"cost": null', "unknown", "Cost unknown", None),
    ("", "unknown", "Cost unknown", None),
]


async def hear(bench: Bench, key: int, body: str) -> Task:
    """A poll of the session's task is answered so."""
    observation = read_one("poll", body.encode(), 200, {})
    assert isinstance(observation, Observation)
    session = bench.store.session(key)
    assert session is not None
    await bench.store.record(key, session.current_task, observation)
    [task] = bench.store.tasks_of(key)
    return task


@pytest.mark.parametrize(("told", "cell", "details", "summed"), TOLD)
async def test_a_cost_is_shown_and_summed_as_it_is_or_flagged(
    bench: Bench, told: str, cell: str, details: str, summed: str | None
) -> None:
    key = await bench.open()
    task = await hear(bench, key, DONE.format(told))
    shown = task_cost_cell(task)
    assert shown.text == cell
    assert len(shown.text) <= len("$1000000.000")
    assert usage_text(task) == details
    cost = None if summed is None else Decimal(summed)
    assert task.counted_cost == cost
    assert bench.store.session_cost(key) == cost
    reader = TaskReader(bench.ledger.path)
    try:
        [kept] = bench.ledger.tasks([task.key]).values()
        assert str(kept.cost) == str(task.cost)
        assert reader.sum_of([task.key]).cost == round(cost or 0, 9)
    finally:
        reader.close()


@pytest.mark.parametrize("then", ["0.0213", "-5", "NaN", '"none"'])
async def test_a_cost_that_falls_while_the_task_works_stays(bench: Bench, then: str) -> None:
    key = await bench.open()
    task = await hear(bench, key, RUNS.format('"cost": 1e30'))
    assert task_cost_cell(task).text == "$1E+30?"
    await hear(bench, key, RUNS.format('"cost": 0.0214'))
    task = await hear(bench, key, RUNS.format(f'"cost": {then}'))
    assert task_cost_cell(task).text == "$0.021"
    await bench.store.flush()
    reader = TaskReader(bench.ledger.path)
    try:
        assert reader.spent_on("2026-11-27", 0, 10**15) == TaskSum(count=1, cost=Decimal("0.0214"))
    finally:
        reader.close()
