"""Deletions: in small batches, of what may go alone."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path

from msgspec.structs import replace

from enigma_panel.core.deletion import KeptReason
from enigma_panel.core.models import Phase, Session, TaskStatus
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.core.task_filter import NO_FILTER, TaskFilter, TaskSum
from enigma_panel.features.deletion.deletions import DeletionResult, Deletions
from enigma_panel.services.clock import local_day
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger import deletion
from enigma_panel.store.ledger.backup import make_copy
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.conftest import LogWatch
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.ledgers import put
from tests.services.commands.bench import Bench

LONG_AGO = NOW - 100 * 86_400_000
COST = Decimal("0.0214")


class Scene:
    """A bench with a search, and deletions over both."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.store = bench.store
        reader = TaskReader(bench.ledger.path)
        self.search = TaskSearch(bench.store, reader, bench.executor, bench.scope, bench.clock)
        self.deletions = Deletions(
            bench.store, self.search, bench.clock, in_thread=bench.executor.run
        )
        self.diffs: list[Diff] = []
        bench.store.changed.connect(self.diffs.append)

    def fill(self, count: int, *, ended_ms: int = LONG_AGO, **facts: object) -> None:
        keys = range(1, count + 1)
        ends: dict[str, object] = {"phase": Phase.CLOSED, "ended_ms": ended_ms}
        done: dict[str, object] = {"status": TaskStatus.DONE, "ended_ms": ended_ms}
        done |= {"sent_ms": ended_ms - 1_000, "usage": Usage(cost=COST), **facts}
        sessions = [a_session(key, current_task=key, **ends) for key in keys]
        tasks = [a_task(key, text=f"unicorn {key}", **done) for key in keys]
        put(self.bench.ledger, *sessions, *tasks)

    def there(self) -> list[int]:
        return sorted(self.bench.ledger.task_keys())


def on_scene(folder: Path, test: Callable[[Scene], Awaitable[None]]) -> None:
    async def run(bench: Bench) -> None:
        scene = Scene(bench)
        try:
            await test(scene)
        finally:
            await bench.scope.close()
            await scene.search.aclose()

    Bench.run(folder / "data", run)


def test_what_may_go_goes_and_memory_and_table_follow(tmp_path: Path) -> None:
    async def check(scene: Scene) -> None:
        scene.fill(30)
        scene.search.ask(NO_FILTER)
        await scene.store.load()
        await asyncio.sleep(1)
        assert scene.search.figures.shown == TaskSum(count=30, cost=30 * COST, took_ms=30_000)
        doubtful = scene.store.task(7)
        assert doubtful is not None
        await scene.store.update(replace(doubtful, status=TaskStatus.UNCONFIRMED))
        plan = await scene.deletions.plan(range(1, 21))
        assert plan.kept == {KeptReason.UNCONFIRMED: 1}
        assert (len(plan.keys), plan.total.cost) == (19, 19 * COST)
        result = await scene.deletions.delete(range(1, 21))
        assert result == DeletionResult(deleted=19, kept={KeptReason.UNCONFIRMED: 1})
        assert scene.there() == [7, *range(21, 31)]
        assert sorted(scene.store.records.task_keys) == sorted(scene.search.keys) == scene.there()
        assert {s.key for s in scene.store.sessions()} == set(scene.there())
        assert scene.store.records.is_deleted(1)
        assert not scene.store.records.is_deleted(7)
        assert frozenset().union(*(diff.deleted for diff in scene.diffs)) == set(plan.keys)
        await asyncio.sleep(5)
        assert scene.search.figures.shown.cost == 11 * COST
        scene.search.ask(TaskFilter(words="unicorn"))
        await asyncio.sleep(1)
        assert sorted(scene.search.keys) == scene.there()

    on_scene(tmp_path, check)


def test_what_was_sent_today_stays_and_the_day_s_cap_counts_it(tmp_path: Path) -> None:
    """Else a deletion would let another task start."""

    async def check(scene: Scene) -> None:
        begin, end = local_day(NOW)
        scene.fill(3, ended_ms=begin + 1_000)  # sent at midnight
        sent = scene.bench.ledger.tasks([1, 3])
        scene.bench.ledger.save(replace(sent[1], sent_ms=begin - 1))
        scene.bench.ledger.save(replace(sent[3], code="TAKEN_BACK", usage=Usage()))
        await scene.store.load()
        assert (await scene.deletions.plan([1, 2, 3])).kept == {KeptReason.TODAY: 1}
        result = await scene.deletions.delete([1, 2, 3])
        assert result == DeletionResult(deleted=2, kept={KeptReason.TODAY: 1})
        assert scene.store.spent_today() == COST
        await scene.bench.clock.sleep_until(end)
        assert (await scene.deletions.delete([2])).deleted == 1

    on_scene(tmp_path, check)


def test_what_changed_since_the_question_stays(tmp_path: Path) -> None:
    """The ledger has not heard of it yet: it is written behind the deletion."""

    async def check(scene: Scene) -> None:
        scene.fill(1, status=TaskStatus.STOPPED, code="TAKEN_BACK")
        await scene.store.load()
        session = scene.store.session(1)
        assert session is not None
        await scene.store.update(replace(session, phase=Phase.DROPPED))
        plan = await scene.deletions.plan([1])
        assert plan.keys == (1,)
        back = scene.bench.scope.spawn("undo", scene.store.restore([1]))
        await asyncio.sleep(0)
        result = await scene.deletions.delete(plan.keys)
        assert back is not None
        await back
        task = scene.store.task(1)
        assert task is not None
        assert task.status is TaskStatus.QUEUED
        assert (result.deleted, result.kept) == (0, {KeptReason.QUEUED: 1})
        assert scene.bench.ledger.tasks([1]) == {1: task}

    on_scene(tmp_path, check)


def test_a_fact_that_comes_after_the_deletion_brings_nothing_back(tmp_path: Path) -> None:
    async def check(scene: Scene) -> None:
        scene.fill(2, status=TaskStatus.STOPPED)
        await scene.store.load()
        job = scene.bench.scope.spawn("delete", scene.store.delete([1]))
        await asyncio.sleep(0)
        await scene.store.record(1, 1, Observation(kind=Kind.COMPLETED, text="late"))
        assert job is not None
        await job
        await scene.store.flush()
        assert scene.there() == [2]
        assert scene.store.task(1) is None

    on_scene(tmp_path, check)


def test_others_write_between_batches(tmp_path: Path) -> None:
    async def check(scene: Scene) -> None:
        scene.fill(700)
        await scene.store.load()
        waited: list[float] = []

        async def intents() -> None:
            for _ in range(3):
                before = len(scene.there())
                await scene.bench.open()
                waited.append(before - len(scene.there()) + 1)

        writer = scene.bench.scope.spawn("intents", intents())
        result = await scene.deletions.delete(range(1, 701))
        assert writer is not None
        await writer
        assert result == DeletionResult(deleted=700)
        assert max(waited) < 5 * deletion.AT_ONCE

    on_scene(tmp_path, check)


def test_a_disk_that_refuses_leaves_what_is_not_deleted_and_says_so(
    tmp_path: Path, log_watch: LogWatch
) -> None:
    async def check(scene: Scene) -> None:
        log_watch.allow("tasks were not deleted")
        scene.fill(3)
        await scene.store.load()
        scene.bench.executor.full = True
        result = await scene.deletions.delete([1, 2, 3])
        scene.bench.executor.full = False
        assert isinstance(result.problem, DiskFullError)
        assert (result.deleted, result.left) == (0, 3)
        assert scene.there() == [1, 2, 3]
        assert len(scene.store.tasks()) == 3

    on_scene(tmp_path, check)


def test_neither_the_copy_nor_the_wal_holds_what_was_deleted(tmp_path: Path) -> None:
    async def check(scene: Scene) -> None:
        scene.fill(3)
        await scene.store.load()
        path = scene.bench.ledger.path
        make_copy(path, NOW)
        copy = path.with_suffix(".copy")
        assert b"unicorn 2" in copy.read_bytes()
        await scene.deletions.delete([2])
        assert b"unicorn 2" not in copy.read_bytes()
        assert b"unicorn 3" in copy.read_bytes()
        assert path.with_name(f"{path.name}-wal").read_bytes() == b""
        assert b"unicorn 2" not in path.read_bytes()

    on_scene(tmp_path, check)


def test_a_session_that_keeps_tasks_costs_what_they_do(tmp_path: Path) -> None:
    async def check(scene: Scene) -> None:
        scene.fill(1)
        more = {"session_key": 1, "status": TaskStatus.DONE, "ended_ms": LONG_AGO}
        more["sent_ms"] = LONG_AGO
        put(scene.bench.ledger, a_task(2, cost="0.1", **more), a_task(3, cost=None, **more))
        await scene.store.load()
        before = scene.store.records.session_cost(1), scene.store.records.session_unknown_costs(1)
        assert before == (COST + Decimal("0.1"), 1)
        await scene.deletions.delete([1, 3])
        records = scene.store.records
        assert (records.session_cost(1), records.session_unknown_costs(1)) == (Decimal("0.1"), 0)
        session = scene.store.session(1)
        assert session is not None
        assert session.current_task is None
        assert scene.bench.ledger.sessions([1]) == {1: session}

    on_scene(tmp_path, check)


def test_an_answer_that_was_on_its_way_brings_nothing_back(tmp_path: Path) -> None:
    async def check(scene: Scene) -> None:
        scene.fill(3)
        await scene.store.load()
        scene.search.ask(NO_FILTER)
        await asyncio.sleep(1)
        fetch = scene.store.fetch

        async def deleted_meanwhile(keys: list[int]) -> None:
            scene.store.fetch = fetch  # type: ignore[method-assign]
            await scene.store.delete([2])
            scene.store.announce_deletions()

        scene.store.fetch = deleted_meanwhile  # type: ignore[method-assign,assignment]
        shown: list[list[int]] = []
        scene.search.found.connect(lambda _: shown.append(scene.search.keys))
        scene.search.ask(TaskFilter(words="unicorn"))
        await asyncio.sleep(2)
        assert shown
        assert all(2 not in keys for keys in shown)
        assert sorted(scene.search.keys) == [1, 3]

    on_scene(tmp_path, check)


def test_of_old_tasks_the_ledger_alone_knows_whether_they_may_go(tmp_path: Path) -> None:
    async def check(scene: Scene) -> None:
        at_work: Session = a_session(1)
        put(scene.bench.ledger, at_work, a_task(1))
        assumed = a_session(2, phase=Phase.CLOSED_ASSUMED, ended_ms=NOW)
        put(scene.bench.ledger, assumed, a_task(2, status=TaskStatus.DONE, ended_ms=NOW))
        await scene.store.load()
        assert not scene.deletions.may_delete_any([1])
        assert not scene.deletions.may_delete_any([])
        assert scene.deletions.may_delete_any([1, 4_711])
        assert scene.deletions.may_delete_any([2])

    on_scene(tmp_path, check)
