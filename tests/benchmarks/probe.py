"""The real program with a measuring coroutine in the place of the waiting for its end.

Usage: python -m tests.benchmarks.probe MODE SETTINGS-AS-JSON OPTIONS-OF-THE-PROGRAM

MODE is question, running, ten or recovery.

Prints one JSON record a line. Times are of the system's monotonic clock, which other processes
share.
"""

import asyncio
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog

from enigma_panel import __main__, app
from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.types import OpenQuestion
from enigma_panel.ui.main_window.window import MainWindow
from tests.benchmarks.bare_polls import gaps_ms
from tests.kit.wait import until

LOOK_S = 0.01
START_S = 240.0
"""Within this time a busy machine has started what a benchmark measures: the service may hold the
reply to a start for 50 s, and tells the next ones only then how many calls there are."""
LONGEST_S = 280.0
ANSWERS = ("I do not know any", "Username: maria, Password: wrong-one")


def say(**record: Any) -> None:
    print(json.dumps(record), flush=True)


async def start_tasks(parts: Parts, texts: list[str], apart_s: float) -> list[int]:
    """Start them as a click would; their keys. None of them waits for another one's place."""
    await until(lambda: parts.services.account.client, START_S)
    # More than a person can choose, where more are wanted.
    msgspec.structs.force_setattr(parts.services.settings.value, "browsers_at_once", len(texts))
    parts.services.settings.changed.emit()
    keys = []
    for text in texts:
        keys.append(await parts.services.sessions.start(TaskSpec(text=text, close_after=False)))
        await asyncio.sleep(apart_s)
    return keys


def ids_of(parts: Parts, key: int) -> tuple[str, str] | None:
    """The service's ids of a task's session and of the task, once both are known."""
    task = parts.services.sessions.task(key)
    session = parts.services.sessions.session(task.session_key) if task else None
    if task is None or session is None or not task.service_id or not session.service_id:
        return None
    return session.service_id, task.service_id


class Questions:
    """Tells when each question is on screen, and answers it so that another one follows."""

    def __init__(self, parts: Parts, window: MainWindow) -> None:
        self._parts = parts
        self._window = window
        self._told: set[int] = set()
        self._seen: set[tuple[int, int]] = set()

    async def run(self, sessions: int, wanted: int) -> None:
        texts = [f"Log in to shop{n}.example and read the orders" for n in range(sessions)]
        self._parts.services.scope.spawn("benchmark's look-out", self._look_out())
        keys = await start_tasks(self._parts, texts, 0.4)

        def is_over() -> bool:
            return sum(n >= 2 for _, n in self._seen) >= wanted or self._all_ended(keys)

        await until(is_over, LONGEST_S)

    async def _look_out(self) -> None:
        """From the first start on: some ask while others are still being started."""
        while True:
            for key in self._parts.services.sessions.task_keys():
                self._tell_ids(key)
            for question in self._parts.services.inbox.questions():
                self._look_at(question)
            await asyncio.sleep(LOOK_S)

    def _all_ended(self, keys: list[int]) -> bool:
        tasks = (self._parts.services.sessions.task(key) for key in keys)
        return all(task is not None and task.is_final for task in tasks)

    def _tell_ids(self, key: int) -> None:
        ids = ids_of(self._parts, key)
        if ids is not None and key not in self._told:
            self._told.add(key)
            say(task=key, ids=ids)

    def _look_at(self, question: OpenQuestion) -> None:
        name = (question.task_key, question.question_n)
        if name in self._seen or not self._is_on_screen(question):
            return
        self._seen.add(name)
        say(shown=name, at=time.monotonic())
        self._parts.services.scope.spawn("benchmark's answer", self._answer(question))

    def _is_on_screen(self, question: OpenQuestion) -> bool:
        """In the dialog or, while that shows another one, in the strip."""
        from enigma_panel.ui.questions.dialog import QuestionDialog

        docked = self._window.body.side.currentWidget()
        for widget in (*QApplication.topLevelWidgets(), docked):
            if isinstance(widget, QuestionDialog) and widget.isVisible():
                shown = widget.current_question()
                is_it = shown is not None and shown.task_key == question.task_key
                return is_it or self._window.question_strip.isVisible()
        return False

    async def _answer(self, question: OpenQuestion) -> None:
        await asyncio.sleep(random.uniform(0.2, 0.8))
        text = ANSWERS[question.question_n % 2]
        await self._parts.services.inbox.answer(question, text, AnswerVerb.RESUME)


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
        is_dialog = event.type() is QEvent.Type.Paint and isinstance(watched, QDialog)
        if is_dialog and not self.painted.done():
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


async def ten(parts: Parts, _window: MainWindow, *, tasks: int, places: int) -> None:
    """All of them with one click; ends when all have ended."""
    await until(lambda: parts.services.account.client, START_S)
    parts.services.settings.change(browsers_at_once=places)
    texts = [f"Search for the price of lamp number {n} at shop{n}.example" for n in range(tasks)]
    began = time.monotonic()
    sessions = parts.services.sessions
    keys = await sessions.start_many([TaskSpec(text=text) for text in texts])
    await until(lambda: all(task and task.is_final for task in map(sessions.task, keys)), 360)
    statuses = [task.status.value for task in map(sessions.task, keys) if task]
    say(statuses=statuses, seconds=time.monotonic() - began)


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


async def question(parts: Parts, window: MainWindow, **settings: Any) -> None:
    await Questions(parts, window).run(**settings)


Mode = Callable[..., Coroutine[Any, Any, None]]
"""Takes parts, window and its settings by name."""


def run(modes: dict[str, Mode]) -> int:
    """The whole program with a mode in the place of the waiting for its end; its exit status."""
    mode, settings = modes[sys.argv[1]], json.loads(sys.argv[2])

    async def measure(_program: app.Program, parts: Parts, window: MainWindow) -> int:
        await mode(parts, window, **settings)
        return 0

    app.Program._until_left = measure  # type: ignore[method-assign]
    sys.argv[1:3] = []
    return __main__.main()


if __name__ == "__main__":
    sys.exit(run({"question": question, "running": running, "ten": ten, "recovery": recovery}))
