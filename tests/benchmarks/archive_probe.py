"""What a person does with many tasks, in the real program. Usage: as tests.benchmarks.probe."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from PySide6.QtTest import QTest

from enigma_panel.bootstrap import Parts
from enigma_panel.core.task_filter import SortBy, SortColumn, TaskFilter
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.store.ledger.intents import IntentKind
from enigma_panel.ui.main_window.window import MainWindow
from tests.benchmarks.intent import NOW, SESSION, TASK
from tests.benchmarks.probe import START_S, run, say
from tests.kit.wait import until

STEP_S, KEY_S = 0.002, 0.06


async def archive(parts: Parts, window: MainWindow, *, typed: list[str], rounds: int) -> None:
    """Types words letter by letter, sorts by all columns, and commits intents meanwhile."""
    search, field = parts.services.task_search, window.filter_bar.field
    await until(lambda: search.figures.total and not search.unindexed, START_S)
    idle, gaps = await _gaps(asyncio.sleep(1)), list[float]()
    watch = asyncio.ensure_future(_watch(gaps))
    found: list[float] = []
    counted: list[float] = []
    for words in typed * rounds:
        field.clear()
        for letter in words:
            took = await _answered(search, lambda key=letter: QTest.keyClicks(field, key))
            found.append(took[0])
            counted.append(took[1])
    await _answered(search, window.filter_bar.ask_all)
    orders = [(SortBy(column, down),) for column in SortColumn for down in (False, True)]
    rows = window.selection.task_rows
    sorts = [(await _answered(search, lambda o=o: rows.set_order(o)))[0] for o in orders * rounds]
    watch.cancel()
    calm = [await _intent_ms(parts) for _ in range(100 * rounds)]
    typing = asyncio.ensure_future(_type_on(search, typed))
    busy = [await _intent_ms(parts) for _ in range(100 * rounds)]
    typing.cancel()
    say(found=found, counted=counted, sorts=sorts, gaps=gaps, idle=idle, calm=calm, busy=busy)


async def _answered(search: TaskSearch, ask: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds from the key to its rows in the table, and to counts and sum."""
    found, counted = asyncio.Event(), asyncio.Event()
    # Connected last: when they hear of it, the tables show it.
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


async def _gaps(meanwhile: Any) -> list[float]:
    gaps: list[float] = []
    watch = asyncio.ensure_future(_watch(gaps))
    await meanwhile
    watch.cancel()
    return gaps


async def _watch(gaps: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(STEP_S)
        gaps.append((time.perf_counter() - began - STEP_S) * 1000)


async def _type_on(search: TaskSearch, typed: list[str]) -> None:
    """A key every 60 ms, whether the answer has come or not."""
    while True:
        for words in typed:
            for end in range(1, len(words) + 1):
                search.ask(TaskFilter(words=words[:end]))
                await asyncio.sleep(KEY_S)


async def _intent_ms(parts: Parts) -> float:
    began = time.perf_counter()
    session, task, kind = replace(SESSION), replace(TASK), IntentKind.START_SESSION
    await parts.ledger_thread.run(parts.ledger.open_intent, kind, session, task, NOW)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(run({"archive": archive}))
