"""The real program with a measuring coroutine in the place of the waiting for its end.

Usage: python -m benchmarks.probe MODE SETTINGS-AS-JSON OPTIONS-OF-THE-PROGRAM

MODE is running or recovery.

Prints one JSON record a line. Times are of the system's monotonic clock, which other processes
share.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog

from benchmarks.bare_polls import gaps_ms
from enigma_panel import __main__, app
from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.wait import until

LOOK_S = 0.01
START_S = 240.0
"""Within this time a busy machine has started what a benchmark measures: the service may hold the
reply to a start for 50 s."""


def say(**record: Any) -> None:
    print(json.dumps(record), flush=True)


async def start_tasks(parts: Parts, texts: list[str], apart_s: float) -> list[int]:
    """Start them as a click would; their keys. None of them waits for another one's place."""
    await until(lambda: parts.services.account.client, START_S)
    # More than a person can choose, where more are wanted; only a file's number is checked.
    parts.services.settings.change(browsers_at_once=len(texts))
    lift_limit(parts)
    keys = []
    for text in texts:
        keys.append(await parts.services.sessions.start(TaskSpec(text=text, close_after=False)))
        await asyncio.sleep(apart_s)
    return keys


def lift_limit(parts: Parts) -> None:
    """Let the program make as many calls a minute as the simulator takes here."""
    for window in parts.services.rate_limiter._windows.values():
        window.limit = 1000


def ids_of(parts: Parts, key: int) -> tuple[str, str] | None:
    """The service's ids of a task's session and of the task, once both are known."""
    task = parts.services.sessions.task(key)
    session = parts.services.sessions.session(task.session_key) if task else None
    if task is None or session is None or not task.service_id or not session.service_id:
        return None
    return session.service_id, task.service_id


async def running(
    parts: Parts,
    window: MainWindow,
    *,
    sessions: int,
    apart_s: float,
    settle_s: float,
    gap_s: float,
    cpu_s: float,
) -> None:
    """Gaps of the loop while all work, then the program's own CPU time without our probing."""
    texts = [f"Research the history of town number {n}, in depth" for n in range(sessions)]
    started = time.monotonic()
    keys = await start_tasks(parts, texts, apart_s)
    await until(lambda: all(ids_of(parts, key) for key in keys), START_S)
    started_s = time.monotonic() - started
    await asyncio.sleep(settle_s)  # the last replies came all at once
    gaps = await gaps_ms(gap_s)
    polls = watch_polls(parts)
    began, cpu = time.monotonic(), time.process_time()
    await asyncio.sleep(cpu_s)
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    new_task = [await _new_task_ms(window) for _ in range(4)]
    tasks = [parts.services.sessions.task(key) for key in keys]
    working = sum(task is not None and task.status is TaskStatus.WORKING for task in tasks)
    say(
        gaps=gaps,
        cpu=cpu / seconds,
        polls_per_s=sum(at - began < seconds for times in polls.values() for at in times) / seconds,
        between=[(b - a) * 1000 for times in polls.values() for a, b in pairwise(times)],
        new_task=new_task,
        working=working,
        started_s=started_s,
        ids=[ids_of(parts, key) for key in keys],
    )


async def _new_task_ms(window: MainWindow) -> float:
    """From the command to its dialog on the screen; closed again."""
    watch, app_ = PaintWatch(), QApplication.instance()
    assert app_ is not None
    app_.installEventFilter(watch)
    began = time.perf_counter()
    window.new_task.trigger()
    dialog = await watch.painted
    took_ms = (time.perf_counter() - began) * 1000
    app_.removeEventFilter(watch)
    dialog.reject()
    await asyncio.sleep(LOOK_S)
    return took_ms


class PaintWatch(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.painted: asyncio.Future[QDialog] = asyncio.get_running_loop().create_future()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_first = event.type() is QEvent.Type.Paint and not self.painted.done()
        if is_first and isinstance(watched, QDialog):
            self.painted.set_result(watched)
        return False


def watch_polls(parts: Parts) -> dict[str, list[float]]:
    """When each task is polled from now on, seconds of the monotonic clock."""
    client: Any = parts.services.account.client
    poll, seen = client.poll, defaultdict[str, list[float]](list)

    async def watched(session_id: str, task_id: str) -> Any:
        seen[task_id].append(time.monotonic())
        return await poll(session_id, task_id)

    client.poll = watched
    return seen


async def recovery(parts: Parts, window: MainWindow, *, sessions: int) -> None:
    """When the tables hold all rows, and when the first poll was answered."""
    times: dict[str, float] = {}
    account: Any = parts.services.account

    def look() -> None:
        if len(times) < 2 and account.client and not hasattr(account.client, "watched"):
            _tell_first_poll(account.client, times)
        tables = (window.selection.session_rows, window.selection.task_rows)
        if "filled" not in times and all(t.rowCount() >= sessions for t in tables):
            times["filled"] = time.monotonic()

    account.changed.connect(look)
    parts.services.store.changed.connect(look)
    async with asyncio.timeout(60):
        while len(times) < 2:
            look()
            await asyncio.sleep(0.001)
    say(**times)


def _tell_first_poll(client: Any, times: dict[str, float]) -> None:
    poll, client.watched = client.poll, True

    async def watched(session_id: str, task_id: str) -> Any:
        try:
            return await poll(session_id, task_id)
        finally:
            times.setdefault("polled", time.monotonic())

    client.poll = watched


Mode = Callable[..., Coroutine[Any, Any, None]]
"""Takes parts, window and its settings by name."""


def run(modes: dict[str, Mode]) -> int:
    """The whole program with a mode in the place of the waiting for its end; its exit status."""
    mode, settings = modes[sys.argv[1]], json.loads(sys.argv[2])

    async def measure(_program: app.Program, parts: Parts, window: MainWindow) -> int:
        await mode(parts, window, **settings)
        return 0

    app.Program._until_left = measure  # type: ignore[assignment, method-assign]
    sys.argv[1:3] = []
    return __main__.main()


if __name__ == "__main__":
    sys.exit(run({"running": running, "recovery": recovery}))
