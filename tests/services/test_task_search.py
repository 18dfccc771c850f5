"""Which tasks are shown, as records change and the person asks."""

import asyncio
import gc
import threading
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Usage
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.task_filter import (
    NEWEST_FIRST,
    NO_FILTER,
    SortBy,
    SortColumn,
    TaskFilter,
    TaskGroup,
    TaskSum,
)
from enigma_panel.runtime.event_loop import LedgerThread, TaskScope
from enigma_panel.services.clock import local_day
from enigma_panel.services.state import first_read
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.services.task_search import DELAY_MS, TaskSearch
from enigma_panel.services.types import Diff
from enigma_panel.store.ledger.errors import DiskFullError, LedgerError
from enigma_panel.store.ledger.intents import Outcome
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.conftest import LogWatch
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW, HandClock, VirtualClock
from tests.kit.existing import existing
from tests.kit.ledgers import open_ledger
from tests.kit.wait import until
from tests.services.commands.bench import Bench
from tests.store.helpers import raw, start, started

BY_PERSON, BY_ITSELF = True, False


class Search:
    """A search over the bench's ledger, and how often it told of other keys."""

    def __init__(self, bench: Bench) -> None:
        self.reader = TaskReader(bench.ledger.path)
        self.own = TaskSearch(bench.store, self.reader, bench.executor, bench.scope, bench.clock)
        self.heard: list[bool] = []
        self.own.found.connect(self.heard.append)

    def news(self) -> list[bool]:
        heard = [*self.heard]
        self.heard.clear()
        return heard


@pytest.fixture
def search(bench: Bench, clock: VirtualClock) -> Iterator[Search]:
    search = Search(bench)
    yield search
    clock.run(bench.scope.close())  # as in leaving: what still reads would open the files again
    clock.run(search.own.aclose())


async def answered() -> None:
    """What was asked for by the person has come, and nothing that rests."""
    await asyncio.sleep(DELAY_MS / 5_000)


async def plan(bench: Bench, text: str) -> int:
    [key] = await bench.store.plan([(new_session(), new_task(text, status=TaskStatus.QUEUED))])
    return key


async def test_nothing_is_read_before_the_records_are_loaded_and_somebody_asks(
    bench: Bench, search: Search
) -> None:
    keys = [started(bench.ledger).key for _ in range(3)]
    await bench.clock.sleep_until(local_day(bench.clock.now_ms())[1])
    search.own.follow_day()
    await answered()
    assert search.own.figures.day is None
    search.own.ask()
    await answered()
    assert search.own.keys == []
    await bench.store.load()
    assert search.own.keys == keys[::-1]  # at once, from memory
    await answered()
    assert (search.own.keys, search.own.figures.total) == (keys[::-1], 3)
    assert search.news() == [BY_ITSELF, BY_PERSON]


async def test_a_new_task_is_there_at_once_and_after_a_rest_where_there_is_a_filter(
    bench: Bench, search: Search
) -> None:
    await bench.store.load()
    search.own.ask()
    await answered()
    first = await plan(bench, "red shoes")
    assert search.own.keys == [first]
    search.own.ask(TaskFilter(words="blue"))
    await answered()
    assert (search.own.keys, search.own.figures.total) == ([], 1)
    search.news()
    second = await plan(bench, "blue shoes")
    await plan(bench, "green shoes")
    assert search.news() == []
    await asyncio.sleep(DELAY_MS / 1_000)
    await answered()
    assert (search.own.keys, search.news()) == ([second], [BY_ITSELF])
    assert search.own.figures.by_group[TaskGroup.QUEUED] == 1


async def test_what_the_person_asks_does_not_wait_for_the_rest(
    bench: Bench, search: Search
) -> None:
    await bench.store.load()
    keys = [await plan(bench, text) for text in ("b", "a", "c")]
    search.own.ask(order=(SortBy(SortColumn.TASK),))
    await answered()
    await bench.store.update(replace(bench.store.tasks()[0], is_new=True))
    await answered()  # it rests now
    search.news()
    search.own.ask(order=(SortBy(SortColumn.TASK, descending=True),))
    await answered()
    assert (search.own.keys, search.news()) == ([keys[2], keys[0], keys[1]], [BY_PERSON])


async def test_of_what_is_typed_while_the_first_words_are_looked_for_the_last_counts(
    bench: Bench, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.store.load()
    red, _ = [await plan(bench, text) for text in ("red shoes", "blue shoes")]
    real, looked_for, counted = TaskReader.keys, list[str](), list[int]()

    def and_types_on(reader: TaskReader, asked: TaskFilter, *rest: Any) -> list[int]:
        if not looked_for:
            for words in ("r", "re", "red"):
                search.own.ask(TaskFilter(words=words))
        looked_for.append(asked.words)
        return real(reader, asked, *rest)

    search.own.counted.connect(lambda: counted.append(search.own.figures.count))
    monkeypatch.setattr(TaskReader, "keys", and_types_on)
    search.own.ask(TaskFilter(words="blue"))
    await answered()
    assert (looked_for, search.own.keys, counted) == (["blue", "red"], [red], [1])
    assert search.news() == [BY_ITSELF, BY_ITSELF, BY_PERSON], "two tasks that came, one answer"


async def test_what_was_asked_for_before_is_not_shown_any_more(
    bench: Bench, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.store.load()
    red, blue = await plan(bench, "red shoes"), await plan(bench, "blue shoes")
    fetch, shown = bench.store.fetch, list[list[int]]()

    async def and_types_on(keys: Iterable[int]) -> None:
        monkeypatch.undo()
        search.own.ask(TaskFilter(words="blue"))
        await fetch(keys)

    search.own.ask()
    await answered()
    search.own.found.connect(lambda _: shown.append(search.own.keys))
    monkeypatch.setattr(bench.store, "fetch", and_types_on)
    search.own.ask(TaskFilter(words="red"))
    await answered()
    assert (shown, red) == ([[blue]], red)


async def test_of_sessions_an_end_alone_is_looked_for(bench: Bench, search: Search) -> None:
    await bench.store.load()
    task = existing(bench.store.task(await plan(bench, "red")))
    session = existing(bench.store.session(task.session_key))
    search.own.ask()
    await asyncio.sleep(1)
    search.news()
    await bench.store.update(replace(session, expires_ms=5))
    await asyncio.sleep(1)
    assert search.news() == []
    await bench.store.update(replace(session, phase=Phase.CLOSED, ended_ms=5))
    await asyncio.sleep(1)
    assert search.news() == [BY_ITSELF]


async def test_a_row_that_cannot_be_read_is_in_no_answer(bench: Bench, search: Search) -> None:
    keys = [started(bench.ledger).key for _ in range(2)]
    with raw(bench.ledger.path) as connection:
        connection.execute("UPDATE tasks SET status = 'odd' WHERE key = ?", (keys[0],))
    await bench.store.load()
    search.own.ask()
    await answered()
    assert search.own.keys == keys[1:]


async def test_a_ledger_that_cannot_be_read_is_said_and_asked_again_by_itself(
    bench: Bench, search: Search, log_watch: LogWatch
) -> None:
    log_watch.allow("the tasks cannot be searched")
    await bench.store.load()
    key = await plan(bench, "red shoes")
    await plan(bench, "blue shoes")
    bench.executor.full = True
    told: list[LedgerError | None] = []
    search.own.counted.connect(lambda: told.append(search.own.problem))
    search.own.ask(TaskFilter(words="red"))
    await asyncio.sleep(2)
    assert isinstance(told[-1], DiskFullError)
    bench.executor.full = False
    await asyncio.sleep(1)
    assert (search.own.keys, told[-1]) == ([key], None)
    assert len(log_watch.lines) == 1


async def test_a_task_that_comes_while_all_are_looked_for_is_not_lost(
    bench: Bench, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.store.load()
    first = await plan(bench, "red shoes")
    real = TaskReader.keys

    def before_it_came(reader: TaskReader, *asked: Any) -> list[int]:
        keys = real(reader, *asked)
        bench.store.changed.emit(Diff(new_tasks=(99,)))
        return keys

    search.own.ask()
    await answered()
    monkeypatch.setattr(TaskReader, "keys", before_it_came)
    search.own.ask()
    await answered()
    assert search.own.keys == [99, first]


async def test_old_records_that_are_loaded_are_no_change(
    bench: Bench, search: Search, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody but who shows them hears of them, and their sessions are among none that are open."""
    monkeypatch.setattr(first_read, "FIRST_TASKS", 1)
    key, _ = (start_ended(bench.ledger) for _ in range(2))
    await bench.store.load()
    changed: list[Diff] = []
    loaded: list[frozenset[int]] = []
    bench.store.changed.connect(changed.append)
    bench.store.loaded.connect(loaded.append)
    search.own.ask()  # which brings the records of the first rows
    await asyncio.sleep(2)
    assert (loaded, changed) == ([frozenset({key})], [])
    assert search.news() == [BY_ITSELF, BY_PERSON]
    task = existing(bench.store.task(key))
    session = existing(bench.store.session(task.session_key))
    assert session not in bench.store.sessions()
    renamed = replace(session, site="shop.example")
    await bench.store.update(renamed)
    assert bench.store.session(session.key) == renamed


def start_ended(ledger: Ledger) -> int:
    """A task that was done in a session of its own, which is closed."""
    intent = start(ledger, task=new_task(status=TaskStatus.DONE, sent_ms=1, ended_ms=NOW))
    ended = replace(intent.session, phase=Phase.CLOSED, ended_ms=NOW)
    assert intent.task is not None
    ledger.settle(intent.key, Outcome.KNOWN, NOW, ended, intent.task)
    return intent.task.key


async def test_leaving_waits_for_a_read_that_nobody_waits_for_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its real thread; an error in it would be logged, which fails the test."""
    reading, may_fail = threading.Event(), threading.Event()

    def slow(reader: TaskReader, _: object) -> Any:
        reader.keys(NO_FILTER, NEWEST_FIRST, NOW)
        reading.set()
        may_fail.wait(5)
        raise LedgerError(reader.path, "SQLITE_IOERR")

    monkeypatch.setattr(TaskReader, "sum_of", slow)
    ledger, reads = open_ledger(tmp_path / "ledger.sqlite3"), LedgerThread("reads")
    scope, clock, redactor = TaskScope(), HandClock(), Redactor()
    writer, reader = LedgerWriter(ledger, reads), TaskReader(ledger.path)
    store = SessionStore(writer, clock, redactor, Timeline(writer, clock, scope, redactor))
    search = TaskSearch(store, reader, reads, scope, clock)
    asked = asyncio.ensure_future(search.sum_of([1]))
    await until(reading.is_set)
    asked.cancel()
    leaving = asyncio.ensure_future(search.aclose())
    await asyncio.sleep(0.05)
    assert not leaving.done()
    may_fail.set()
    await leaving
    gc.collect()
    assert asked.cancelled()
    assert reader._connection is None
    reads.close()
    ledger.close()


async def test_what_today_cost_is_counted_with_the_table_and_begins_anew_at_midnight(
    bench: Bench, search: Search
) -> None:
    """The heading of Tasks and what today has cost are two sums of the same moment."""
    await bench.store.load()
    sums: list[tuple[TaskSum, TaskSum | None]] = []
    search.own.counted.connect(
        lambda: sums.append((search.own.figures.shown, search.own.figures.day))
    )
    search.own.ask()
    for cents in (1, 2, 3):
        key = await bench.open()
        cost = Usage(cost=Decimal(cents) / 100)
        await bench.see(key, Kind.COMPLETED, text="x", usage=cost)
        await asyncio.sleep(2 * DELAY_MS / 1_000)
    assert all(heading == today for heading, today in sums)
    assert sums[-1][0].cost == Decimal("0.06")
    sums.clear()
    search.own.follow_day()
    await answered()
    assert sums == []
    _, end_ms = local_day(bench.clock.now_ms())
    await bench.clock.sleep_until(end_ms)
    search.own.follow_day()
    assert search.own.figures.day is None, "until it is counted"
    for _ in range(3):
        search.own.follow_day()
        await asyncio.sleep(1)
    [(heading, today)] = sums
    assert (heading.cost, today) == (Decimal("0.06"), TaskSum())
