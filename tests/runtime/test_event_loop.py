"""The loop's own promises: tasks are kept and reported, garbage dies in the GUI thread."""

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from enigma_panel.runtime.event_loop import (
    BlockingTimeoutError,
    EventLoop,
    TaskScope,
    blocking,
    collect_garbage,
)
from tests.conftest import LogWatch
from tests.kit.wait import until


class Knot(QObject):
    """A QObject in a cycle: only the collector can free it."""

    def __init__(self, died_in: list[str]) -> None:
        super().__init__()
        self.me = self
        weakref.finalize(self, lambda: died_in.append(threading.current_thread().name))


def _allocate() -> None:
    """Enough cycles for any automatic collection."""
    for _ in range(5_000):
        cycle: list[object] = []
        cycle.append(cycle)


async def test_garbage_dies_in_the_gui_thread_alone() -> None:
    died_in: list[str] = []
    for _ in range(50):
        Knot(died_in)
    thread = threading.Thread(target=_allocate, name="ledger")
    thread.start()
    thread.join()
    assert not gc.isenabled()
    assert died_in == []
    collect_garbage()
    assert set(died_in) == {threading.current_thread().name}


async def test_a_task_that_fails_is_reported_and_one_that_is_cancelled_is_not(
    log_watch: LogWatch,
) -> None:
    scope = TaskScope()

    async def fail() -> None:
        raise ValueError("on purpose")

    log_watch.allow("task breaks failed")
    scope.spawn("breaks", fail())
    scope.spawn("waits", asyncio.sleep(60))
    await asyncio.sleep(0.05)
    assert scope.names() == ["waits"]
    await scope.close()
    assert scope.names() == []
    assert len(log_watch.lines) == 1


async def test_an_exclusive_name_runs_once_and_a_closed_scope_runs_nothing() -> None:
    scope = TaskScope()
    assert scope.spawn("one", asyncio.sleep(60), exclusive=True) is not None
    assert scope.spawn("one", asyncio.sleep(60), exclusive=True) is None
    await scope.close()
    assert scope.spawn("late", asyncio.sleep(60)) is None


async def test_a_blocking_call_has_a_time_limit_and_its_error_comes_through() -> None:
    release = threading.Event()
    with pytest.raises(BlockingTimeoutError):
        await blocking(lambda: release.wait(60), time_limit=0.1)
    release.set()

    def fail() -> None:
        raise KeyError("inside")

    with pytest.raises(KeyError):
        await blocking(fail, time_limit=60)
    assert await blocking(lambda: 7, time_limit=60) == 7


async def test_what_a_blocking_call_opens_too_late_is_closed() -> None:
    release, late = threading.Event(), list[str]()

    def open_it() -> str:
        release.wait(60)
        return "bus"

    with pytest.raises(BlockingTimeoutError):
        await blocking(open_it, time_limit=0.05, discard=late.append)
    release.set()
    await until(lambda: late == ["bus"])


async def test_what_comes_in_the_moment_of_a_cancel_is_closed_too() -> None:
    opened, late = threading.Event(), list[str]()

    def open_it() -> str:
        opened.wait(60)
        return "bus"

    waiting = asyncio.ensure_future(blocking(open_it, time_limit=60, discard=late.append))
    await asyncio.sleep(0)
    opened.set()
    _calls_end()  # and the loop has not heard of it yet
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert late == ["bus"]


def test_what_comes_after_the_end_of_the_loop_is_closed_too() -> None:
    opened, late = threading.Event(), list[str]()

    def open_it() -> str:
        opened.wait(60)
        return "bus"

    async def leave_it() -> None:
        TaskScope().spawn("bus", blocking(open_it, time_limit=60, discard=late.append))
        await asyncio.sleep(0)

    asyncio.run(leave_it())
    opened.set()
    _calls_end()
    assert late == ["bus"]


def _calls_end() -> None:
    for thread in threading.enumerate():
        if thread.name == "blocking":
            thread.join(60)


async def count(closed: asyncio.Event) -> AsyncIterator[int]:
    """Numbers without end; what must be awaited when nobody wants more of them."""
    try:
        number = 0
        while True:
            yield (number := number + 1)
    finally:
        await asyncio.sleep(0)
        closed.set()


async def test_a_generator_that_is_given_up_is_closed() -> None:
    closed = asyncio.Event()
    async for _ in count(closed):
        break
    async with asyncio.timeout(60):
        await closed.wait()


def test_no_task_goes_on_while_no_loop_runs(qapp: QApplication) -> None:
    """A wake-up that is due at the end comes in the loop's last run, or the task is cancelled."""
    tasks: list[asyncio.Task[object]] = []

    async def wakes(future: asyncio.Future[None]) -> object:
        await asyncio.shield(future)
        return asyncio.get_running_loop()

    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        tasks.append(asyncio.create_task(wakes(future)))
        await asyncio.sleep(0.01)
        future.set_result(None)

    with asyncio.Runner(loop_factory=lambda: EventLoop(qapp)) as runner:
        runner.run(main())
    (task,) = tasks
    assert task.cancelled() or task.exception() is None


def test_a_generator_that_is_open_at_the_end_is_closed(qapp: QApplication) -> None:
    closed = asyncio.Event()
    numbers = count(closed)

    async def take_one() -> int:
        return await anext(numbers)

    with asyncio.Runner(loop_factory=lambda: EventLoop(qapp)) as runner:
        assert runner.run(take_one()) == 1
        assert not closed.is_set()
    assert closed.is_set()
