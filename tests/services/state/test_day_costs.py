"""What a day cost by the records in memory: the ledger's own figure, at every moment."""

from decimal import Decimal
from pathlib import Path

from enigma_panel.core.observation import Kind, Usage
from enigma_panel.services.clock import local_day
from enigma_panel.services.state import first_read
from enigma_panel.services.state.day_costs import DayCosts
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.kit.builders import a_task
from tests.kit.clock import NOW
from tests.services.commands.bench import Bench
from tests.store.helpers import spent_on

COSTS = ("0.02", "0.3", "0.000000001", "1000000")


def told(bench: Bench) -> Decimal:
    """The ledger's figure."""
    day = local_day(bench.clock.now_ms())
    reader = TaskReader(bench.ledger.path)
    try:
        return spent_on(reader, *day).cost
    finally:
        reader.close()


def test_a_task_counts_to_the_day_on_which_it_was_sent_or_asked_for() -> None:
    costs, (begin, end) = DayCosts(), local_day(NOW)
    costs.begin((begin, end), {9: 7_000_000_000})
    costs.note(a_task(1, cost="0.1", created_ms=begin - 1, sent_ms=begin), None)
    costs.note(a_task(2, cost="0.02", created_ms=begin - 1, sent_ms=begin - 1), None)
    costs.note(a_task(3, cost="0.003", created_ms=begin, sent_ms=None), None)
    costs.note(a_task(4, cost="7", created_ms=begin, sent_ms=end), None)
    assert costs.spent == Decimal("7.103")


def test_it_is_the_ledger_s_figure_after_a_restart_too(tmp_path: Path) -> None:
    """Also of what is not in memory."""

    async def first(bench: Bench) -> None:
        for cost in COSTS:
            key = await bench.open()
            await bench.see(key, Kind.COMPLETED, text="x", usage=Usage(cost=Decimal(cost)))
            await bench.see(key, Kind.TERMINATED)
        assert bench.store.spent_today() == told(bench) == sum(map(Decimal, COSTS))

    async def second(bench: Bench) -> None:
        await bench.store.load()
        assert len(bench.store.tasks()) == 1
        assert bench.store.spent_today() == told(bench) == sum(map(Decimal, COSTS))
        await bench.store.fetch([1])
        assert bench.store.spent_today() == told(bench) == sum(map(Decimal, COSTS))

    Bench.run(tmp_path / "keep", first)
    before, first_read.FIRST_TASKS = first_read.FIRST_TASKS, 1
    try:
        Bench.run(tmp_path / "keep", second)
    finally:
        first_read.FIRST_TASKS = before
