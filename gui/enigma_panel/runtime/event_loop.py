"""The event loop: tasks with an owner, blocking calls, uncaught errors. Only it knows qasync.

Released qasync keeps no reference to the tasks of its slot decorators (issue #159), so every task
of the program is started by `TaskScope.spawn`, which keeps, names, reports and cancels it.
"""

import asyncio
import gc
import logging
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Any, ParamSpec, Protocol, TypeVar

import qasync
from PySide6.QtWidgets import QApplication

from enigma_panel.runtime import signals

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

SWITCH_S = 0.0005
"""How long a thread computes while others wait, in seconds; Python's own 5 ms are too long."""
CANCEL_ROUNDS, CANCEL_S = 5, 1.0
"""Cancellations at the end, and seconds for each: a task may miss one."""


class BlockingTimeoutError(Exception):
    """A blocking call did not return within its time limit; its thread is left to itself."""


class Executor(Protocol):
    """Runs synchronous ledger calls one after the other, in the order of the calls."""

    async def run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


class TaskScope:
    """Owner of coroutines: keeps them alive, reports their errors, cancels them at the end."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[Any], str] = {}
        self._closed = False

    def spawn(
        self, name: str, coro: Coroutine[Any, Any, T], *, exclusive: bool = False
    ) -> asyncio.Task[T] | None:
        """Start coro under a name; None, and coro closed, if closed, or exclusive and it runs."""
        if self._closed or (exclusive and self._runs(name)):
            coro.close()
            return None
        task = asyncio.create_task(coro, name=name)
        self._tasks[task] = name
        task.add_done_callback(self._done)
        return task

    def _runs(self, name: str) -> bool:
        return any(known == name and not task.done() for task, known in self._tasks.items())

    def names(self) -> list[str]:
        return sorted(self._tasks.values())

    async def close(self) -> None:
        """Start nothing any more, cancel what runs, wait until it has ended."""
        self._closed = True
        for _ in range(CANCEL_ROUNDS):
            tasks = list(self._tasks)
            if not tasks:
                return
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=CANCEL_S)
        log.error("tasks still running after cancellation: %s", ", ".join(self.names()))

    def _done(self, task: asyncio.Task[Any]) -> None:
        name = self._tasks.pop(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task %s failed", name, exc_info=error)


async def unless(leave: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """The result of some work; None where it failed, which is logged, or the event came first."""
    scope = TaskScope()
    working, leaving = scope.spawn("work", work), scope.spawn("leave", leave.wait())
    assert working is not None
    assert leaving is not None
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await scope.close()
    return None if working.cancelled() or working.exception() else working.result()


class LedgerThread:
    """One thread in which calls to the ledger run, in order. The loop stays free meanwhile."""

    def __init__(self, name: str = "ledger") -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Await call(*args, **kwargs) in the ledger's thread; a cancelled caller loses no write."""
        future: Future[T] = self._pool.submit(call, *args, **kwargs)
        return await asyncio.shield(asyncio.wrap_future(future))

    def close(self) -> None:
        """Wait for the calls under way and end the thread."""
        self._pool.shutdown(wait=True)


async def blocking(
    call: Callable[[], T], *, time_limit: float, discard: Callable[[T], object] | None = None
) -> T:
    """Run a call that may block for ever (a keychain prompt) in a daemon thread of its own.

    Raises BlockingTimeoutError after time_limit seconds. The thread cannot be killed; being a
    daemon it does not hold up the end of the program. discard: closes what comes when nobody waits
    for it any more, also when the loop has ended; called in this thread or in that of the call.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            value = call()
        except Exception as error:  # noqa: BLE001 - handed to the awaiting side, whatever it is
            with suppress(InvalidStateError):  # nobody waits for it any more
                outcome.set_exception(error)
            return
        try:
            outcome.set_result(value)
        except InvalidStateError:
            if discard is not None:
                discard(value)

    threading.Thread(target=work, name="blocking", daemon=True).start()
    try:
        async with asyncio.timeout(time_limit):
            return await asyncio.wrap_future(outcome)
    except TimeoutError:
        _give_up(outcome, discard)
        raise BlockingTimeoutError from None
    except asyncio.CancelledError:
        _give_up(outcome, discard)
        raise


def _give_up(outcome: "Future[T]", discard: Callable[[T], object] | None) -> None:
    """Close a result that came in that very moment; a later one is closed by its own thread."""
    if not outcome.cancel() and discard is not None and outcome.exception() is None:
        discard(outcome.result())


def collect_garbage() -> None:
    """Do what automatic collection would do, but in the thread that calls: the GUI thread.

    Python collects in whichever thread happens to allocate. A QObject that dies in the ledger's or
    a keychain's thread ends its timers there, which crashed the process (observed: "Timers cannot
    be stopped from another thread", then a segmentation fault). So `run` turns the automatic
    collection off, and this is called at each tick of `startup`.
    """
    counts, thresholds = gc.get_count(), gc.get_threshold()
    due = [n for n in range(3) if counts[n] > thresholds[n] > 0]
    if due:
        gc.collect(max(due))


class EventLoop(qasync.QEventLoop):  # type: ignore[misc]  # the library ships no types
    """Qt's loop: it closes abandoned asynchronous generators, and runs tasks only while it runs.

    asyncio's own `run_forever` installs these hooks, and qasync replaces that whole method. Without
    them such a generator is closed where nothing can be awaited: sockets stay open.
    """

    def run_forever(self) -> None:
        """Run as in asyncio; `asyncio.Runner` closes at the end what is still open then."""
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*hooks)

    def run_until_complete(self, future: Awaitable[T]) -> T:
        """Run as in asyncio.

        qasync lets due callbacks run afterwards, when no loop is running. Python 3.14 then loses
        the wake-up of a task, and the program never ends.
        """
        task = asyncio.ensure_future(future, loop=self)
        task.add_done_callback(self._stop_running)
        try:
            self.run_forever()
        finally:
            task.remove_done_callback(self._stop_running)
        return task.result()

    def _stop_running(self, _task: object) -> None:
        self.stop()


def run(app: QApplication, main: Callable[[], Awaitable[int]]) -> int:
    """Run the main coroutine on Qt's event loop; its end is the end of the program."""
    app.setQuitOnLastWindowClosed(False)
    gc.disable()  # see collect_garbage
    sys.setswitchinterval(SWITCH_S)

    async def guarded() -> int:
        asyncio.get_running_loop().set_exception_handler(_report)
        try:
            return await main()
        finally:
            _give_back_signals()

    with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:
        return runner.run(guarded())


def on_signals(call: Callable[[], None]) -> None:
    """Let SIGINT, SIGTERM and SIGHUP call `call` on the loop, at once where one came before."""
    loop = asyncio.get_running_loop()
    for number in signals.numbers():
        try:
            loop.add_signal_handler(number, call)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(call))
    if signals.noted() is not None:
        call()


def _give_back_signals() -> None:
    """Let signals be noted again: the loop ends, the process does not yet."""
    loop = asyncio.get_running_loop()
    for number in signals.numbers():
        with suppress(NotImplementedError):  # Windows
            loop.remove_signal_handler(number)
    signals.note_again()


def catch_all() -> None:
    """Log (redacted) every error that nobody caught; the program goes on."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("uncaught error", exc_info=(kind, error, trace))

    sys.excepthook = hook
    threading.excepthook = lambda args: log.error(
        "uncaught error in thread %s",
        args.thread.name if args.thread else "?",
        exc_info=args.exc_value,
    )


def _report(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    log.error("event loop: %s", context.get("message"), exc_info=context.get("exception"))
