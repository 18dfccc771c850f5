"""What a person does with many tasks, in the real program. Usage: as benchmarks.probe."""

import asyncio
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from benchmarks.intent import NOW, SESSION, TASK
from benchmarks.probe import run, say
from enigma_panel.bootstrap import Parts
from enigma_panel.core.task_filter import NEWEST_FIRST, SortBy, SortColumn, TaskFilter
from enigma_panel.services.task_search import TaskSearch
from enigma_panel.store.ledger.intents import IntentKind
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.table.table import KeyedTable
from tests.kit.wait import until

STEP_S, KEY_S, PAGE_S = 0.002, 0.06, 0.05
START_S = 60.0


async def archive(
    parts: Parts, window: MainWindow, *, typed: list[str], rounds: int, pages: int
) -> None:
    """Types words letter by letter, sorts by all columns, pages down, and commits intents."""
    search, field = parts.services.task_search, window.filter_bar.field
    await until(lambda: search.figures.total, START_S)
    idle, gaps = await _gaps(asyncio.sleep(1)), list[float]()
    watch = asyncio.ensure_future(_watch(gaps))
    found: list[float] = []
    counted: list[float] = []
    for words in typed * rounds:
        field.clear()
        for letter in words:
            took = await _answered(search, partial(QTest.keyClicks, field, letter))
            found.append(took.found)
            counted.append(took.counted)
    await _answered(search, window.filter_bar.ask_all)
    orders = [(SortBy(column, down),) for column in SortColumn for down in (False, True)]
    rows = window.selection.task_rows
    sorts = [await _answered(search, partial(rows.set_order, order)) for order in orders * rounds]
    watch.cancel()
    paged = [await _page(window.selection.tasks) for _ in range(pages)]
    calm = [await _intent_ms(parts) for _ in range(100 * rounds)]
    typing = asyncio.ensure_future(_type_on(search, typed))
    busy = [await _intent_ms(parts) for _ in range(100 * rounds)]
    typing.cancel()
    rows.set_order(NEWEST_FIRST)
    await _answered(search, window.filter_bar.ask_all)
    window.filter_bar.save()
    say(
        found=found,
        counted=counted,
        sorts=[one.found for one in sorts],
        gaps=gaps,
        idle=idle,
        pages=paged,
        calm=calm,
        busy=busy,
    )


class Took(NamedTuple):
    """Milliseconds from the key to its rows in the table, to counts and sum."""

    found: float
    counted: float


async def _answered(search: TaskSearch, ask: Callable[[], Any]) -> Took:
    found, counted, began = list[float](), asyncio.Event(), time.perf_counter()

    def hear_found() -> None:
        found.append(ms())

    def ms() -> float:
        return (time.perf_counter() - began) * 1000

    # Connected last: when they hear of it, the tables show it.
    search.found.connect(hear_found)
    search.counted.connect(counted.set)
    ask()
    while not found:  # what was asked before may be counted in between
        counted.clear()
        await counted.wait()
    search.found.disconnect(hear_found)
    search.counted.disconnect(counted.set)
    return Took(found[-1], ms())


async def _page(table: KeyedTable) -> float:
    """The longest gap of the loop while a page further is shown; at the end from the top again."""
    bar = table.verticalScrollBar()
    if bar.value() == bar.maximum():
        bar.setValue(0)
    gaps = list[float]()
    watch = asyncio.ensure_future(_watch(gaps))
    await asyncio.sleep(0)
    QTest.keyClick(table, Qt.Key.Key_PageDown)
    await asyncio.sleep(PAGE_S)
    watch.cancel()
    return max(gaps)


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
    """From the call until it is in the ledger; the window may hear of it later."""
    began = time.perf_counter()
    session, task, kind = replace(SESSION), replace(TASK), IntentKind.START_SESSION

    def commit() -> float:
        parts.ledger.open_intent(kind, session, task, NOW)
        return (time.perf_counter() - began) * 1000

    return await parts.ledger_thread.run(commit)


if __name__ == "__main__":
    sys.exit(run({"archive": archive}))
