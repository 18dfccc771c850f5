"""A ledger of 100,000 tasks: words, sorts, counts, and intents while somebody types a filter."""

import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from msgspec.structs import replace

from enigma_panel.core.redaction import Redactor
from enigma_panel.core.task_filter import NEWEST_FIRST, NO_FILTER, SortBy, SortColumn, TaskFilter
from enigma_panel.runtime.event_loop import LedgerThread, TaskScope
from enigma_panel.services.clock import SystemClock
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.state.timeline import Timeline
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.store.ledger.intents import IntentKind
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.search_index import index_path
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.intent import SESSION, TASK

TASKS, QUICK_TASKS = 100_000, 1_000
TYPED = ("rare7", "tenth", "common", "common tenth rare7", "w00012 w0003")
"""One in 1,000, one in 10, all, several, frequent beginnings; typed letter by letter."""
FOUND_MS, COUNTED_MS, SORTED_MS, GAP_MS, LATER_MS = 50.0, 250.0, 50.0, 16.0, 5.0
STEP_S = 0.002
NOW = 1_750_000_000_000


def archive(*, quick: bool) -> list[Figure]:
    """The service over a real ledger, each in its thread; the window's part is not in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger.sqlite3")
        fill(path, QUICK_TASKS if quick else TASKS)
        return asyncio.run(_measure(path, rounds=1 if quick else 3))


def fill(path: Path, tasks: int) -> None:
    """A ledger with so many ended tasks, each in a session of its own."""
    Ledger.open(path)[0].close()
    rng = random.Random(1)
    words = [f"w{n:05}" for n in range(20_000)]

    def text(n: int) -> str:
        return " ".join(words[min(int(rng.expovariate(1 / 1500)), 19_999)] for _ in range(n))

    with closing(sqlite3.connect(path)) as connection, connection:
        for key in range(1, tasks + 1):
            at = NOW - (tasks - key) * 60_000
            connection.execute(
                "INSERT INTO sessions (key, base_url, key_print, site, number, phase, since_ms,"
                " created_ms, ended_ms, close_after, current_task)"
                " VALUES (?, ?, 'x', ?, ?, 'closed', ?, ?, ?, 1, ?)",
                (key, SESSION.base_url, f"shop{key % 9}.example", key, at, at, at, key),
            )
            told = f"common {text(12)}{' tenth' * (key % 10 == 0)}{' rare7' * (key % 1000 == 7)}"
            connection.execute(
                "INSERT INTO tasks (key, session_key, verb, text, avoid_domains, close_after,"
                " status, since_ms, created_ms, sent_ms, ended_ms, result, cost, cost_nano,"
                " tokens_in, question_n, pause_confirmed, is_new)"
                " VALUES (?1, ?1, 'newTask', ?2, '[]', 1, 'done', ?3, ?3, ?3, ?3 + ?4, ?5, '0.02',"
                " ?6, ?4, 0, 0, 0)",
                (key, told, at, rng.randint(5_000, 90_000), text(40), rng.randint(1, 10**9)),
            )


async def _measure(path: Path, *, rounds: int) -> list[Figure]:
    async with _searching(path) as (search, ledger, ledger_thread):
        idle: list[float] = []
        gaps: list[float] = []
        watch = asyncio.ensure_future(_watch(idle))
        await asyncio.sleep(1)
        watch.cancel()
        watch = asyncio.ensure_future(_watch(gaps))
        typed, counted, filters = [], [], [TaskFilter(words=w) for w in _prefixes()]
        for task_filter in filters * rounds:
            found_ms, counted_ms = await _asked(search, lambda f=task_filter: search.ask(f))
            typed.append(found_ms)
            counted.append(counted_ms)
        search.ask(NO_FILTER)
        orders = [(SortBy(column, down),) for column in SortColumn for down in (False, True)]
        sorts = [
            (await _asked(search, lambda o=o: search.ask(order=o)))[0] for o in orders * rounds
        ]
        watch.cancel()
        calm = [await _intent_ms(ledger, ledger_thread) for _ in range(100 * rounds)]
        typing = asyncio.ensure_future(_type_on(search, filters))
        busy = [await _intent_ms(ledger, ledger_thread) for _ in range(100 * rounds)]
        typing.cancel()
        with suppress(asyncio.CancelledError):
            await typing
    words, order = _bare(path)
    return [
        _figure("archive.found", percentile(typed, 95), words, FOUND_MS, "p95 of key presses"),
        _figure("archive.counted", max(counted), words, COUNTED_MS, "the slowest"),
        _figure("archive.sorted", percentile(sorts, 95), order, SORTED_MS, "p95 of sorts"),
        _figure(
            "archive.gap",
            percentile(gaps, 99),
            percentile(idle, 99),
            GAP_MS,
            f"p99 of the loop; longest {max(gaps):.0f} ms, idle {max(idle):.0f}",
        ),
        Figure(
            name="archive.intent",
            unit="ms",
            value=percentile(busy, 99),
            floor=percentile(calm, 99),
            bar=1.0,
            spare=LATER_MS,
            note="p99 of commits while filters are typed, beside those while nothing is asked",
        ),
    ]


def _figure(name: str, value: float, floor: float, bar: float, note: str) -> Figure:
    return Figure(
        name=name, unit="ms", value=value, floor=floor, bar=bar, is_ratio=False, note=note
    )


def _bare(path: Path) -> tuple[float, float]:
    """The same words over a bare cursor, and a bare sort by cost: p95, ms."""
    with closing(sqlite3.connect(index_path(path))) as index:
        words = [f'"{words}"*' for words in _prefixes() if words.isalnum()]
        matches = "SELECT rowid FROM texts WHERE texts MATCH ?"
        found = [_ms(lambda w=w: index.execute(matches, (w,)).fetchall()) for w in words]
    with closing(sqlite3.connect(path)) as ledger:
        order = "SELECT key FROM tasks ORDER BY cost_nano"
        sorts = [_ms(lambda: ledger.execute(order).fetchall()) for _ in range(9)]
    return percentile(found, 95), percentile(sorts, 95)


def _ms(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _prefixes() -> list[str]:
    return [words[:end] for words in TYPED for end in range(1, len(words) + 1)]


@asynccontextmanager
async def _searching(path: Path) -> AsyncIterator[tuple[TaskSearch, Ledger, LedgerThread]]:
    """A search whose index is complete."""
    ledger_thread, reads, scope, clock = (
        LedgerThread(),
        LedgerThread("reads"),
        TaskScope(),
        SystemClock(),
    )
    ledger, _ = await ledger_thread.run(Ledger.open, path)
    writer, redactor = LedgerWriter(ledger, ledger_thread), Redactor(b"k" * 32)
    store = SessionStore(writer, clock, redactor, Timeline(writer, clock, scope, redactor))
    search = TaskSearch(store, TaskReader(path), reads, scope, clock)
    await store.load()
    await _asked(search, search.ask)
    while search.unindexed:  # noqa: ASYNC110 - a number, no event
        await asyncio.sleep(0.05)
    try:
        yield search, ledger, ledger_thread
    finally:
        await scope.close()
        await search.aclose()
        await ledger_thread.run(ledger.close)
        reads.close()
        ledger_thread.close()


async def _asked(search: TaskSearch, ask: Callable[[], None]) -> tuple[float, float]:
    """Milliseconds from the question to the keys, and to counts and sum."""
    found, counted = asyncio.Event(), asyncio.Event()
    hears_found, hears_counted = (lambda _: found.set()), counted.set
    search.found.connect(hears_found)
    search.counted.connect(hears_counted)
    began = time.perf_counter()
    ask()
    await found.wait()
    found_ms = (time.perf_counter() - began) * 1000
    await counted.wait()
    counted_ms = (time.perf_counter() - began) * 1000
    search.found.disconnect(hears_found)
    search.counted.disconnect(hears_counted)
    return found_ms, counted_ms


async def _watch(gaps: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(STEP_S)
        gaps.append((time.perf_counter() - began - STEP_S) * 1000)


async def _type_on(search: TaskSearch, filters: list[TaskFilter]) -> None:
    """A key every 60 ms, whether the answer has come or not."""
    while True:
        for task_filter in filters:
            search.ask(task_filter, NEWEST_FIRST)
            await asyncio.sleep(0.06)


async def _intent_ms(ledger: Ledger, thread: LedgerThread) -> float:
    began = time.perf_counter()
    session, task = replace(SESSION), replace(TASK)
    await thread.run(ledger.open_intent, IntentKind.START_SESSION, session, task, NOW)
    return (time.perf_counter() - began) * 1000
