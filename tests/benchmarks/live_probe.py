"""The real program with a measuring coroutine, for the figures of the live channel: see probe.py.

Usage: python -m tests.benchmarks.live_probe MODE SETTINGS-AS-JSON OPTIONS-OF-THE-PROGRAM

MODE is question, many or steps.
"""

import asyncio
import sys
import time
from typing import Any

from enigma_panel.bootstrap import Parts
from enigma_panel.core.rate_limit import Endpoint, RateHeaders
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.details.panel import Tab
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.widgets.table.model import Role
from tests.benchmarks.bare_polls import gaps_ms
from tests.benchmarks.probe import (
    LOOK_S,
    START_S,
    Questions,
    ids_of,
    run,
    say,
    start_tasks,
    watch_polls,
)
from tests.benchmarks.processes import RESEARCH, memory_mb
from tests.kit.tables import cell_text
from tests.kit.wait import until


def session_id_of(parts: Parts, key: int) -> str | None:
    """The service's id of a task's session, once it is known."""
    task = parts.services.sessions.task(key)
    session = parts.services.sessions.session(task.session_key) if task else None
    return session.service_id if session is not None else None


class LiveQuestions(Questions):
    """Tells the session's id as soon as it is known, and when the held reply names the task."""

    def __init__(self, parts: Parts, window: MainWindow) -> None:
        super().__init__(parts, window)
        self._sessions: set[int] = set()

    def _tell_ids(self, key: int) -> None:
        session_id = session_id_of(self._parts, key)
        if session_id is not None and key not in self._sessions:
            self._sessions.add(key)
            say(task=key, session=session_id)
        ids = ids_of(self._parts, key)
        if ids is not None and key not in self._told:
            self._told.add(key)
            say(task=key, ids=ids, at=time.monotonic())


async def question(parts: Parts, window: MainWindow, **settings: Any) -> None:
    """See LiveQuestions."""
    await LiveQuestions(parts, window).run(**settings)


class Counted:
    """How many steps came in."""

    def __init__(self, parts: Parts) -> None:
        self.steps = 0
        parts.services.timeline.grown.connect(self._count)

    def _count(self, _task_key: int, steps: list[Step]) -> None:
        self.steps += len(steps)


async def many(
    parts: Parts, window: MainWindow, *, sessions: int, warm_s: float, gap_s: float, cpu_s: float
) -> None:
    """Gaps of the loop and CPU time while all channels speak; one session's steps are on screen."""
    for endpoint in Endpoint:  # as a reply tells that is not held
        parts.services.rate_limiter.note_rate(endpoint, RateHeaders(limit=1000))
    live = parts.services.live
    keys = await start_tasks(parts, [RESEARCH.format(n) for n in range(sessions)], 0.02)
    await until(lambda: live.share().up == sessions, START_S)
    show_steps(parts, window, keys[0])
    counted = Counted(parts)
    say(ready=sessions)
    await until(lambda: counted.steps >= sessions, START_S)
    await asyncio.sleep(warm_s)
    gaps = await gaps_ms(gap_s)
    polls = watch_polls(parts)
    before, began, cpu = counted.steps, time.monotonic(), time.process_time()
    await asyncio.sleep(cpu_s)
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    say(
        gaps=gaps,
        cpu=cpu / seconds,
        steps_per_s=(counted.steps - before) / seconds,
        up=live.share().up,
        polls=sum(map(len, polls.values())),
        rss=memory_mb("self")["rss"],
    )


def show_steps(parts: Parts, window: MainWindow, key: int) -> None:
    """Select a task's session and turn to its steps, as a click does."""
    task = parts.services.sessions.task(key)
    assert task is not None
    window.selection.sessions.select_key(task.session_key)
    window.details.turn_to(Tab.STEPS)


async def steps(parts: Parts, window: MainWindow, *, wanted: int) -> None:
    """Tells when each step stands in the list, and when it is what the agent does now."""
    (key,) = await start_tasks(parts, [RESEARCH.format(1)], 0.0)
    await until(lambda: parts.services.live.share().up == 1, START_S)
    show_steps(parts, window, key)
    say(session=session_id_of(parts, key))
    task = parts.services.sessions.task(key)
    assert task is not None
    seen, doing = 0, ""
    async with asyncio.timeout(120):
        while seen < wanted:
            await asyncio.sleep(LOOK_S)
            rows = window.details._model.steps()
            cells = window.selection.session_rows
            now = cell_text(cells, task.session_key, Column.TASK, Role.CELL).tail.removeprefix("· ")
            for step in rows[seen:]:
                say(row=step.text, at=time.monotonic())
            if now and now != doing:
                say(now=now, at=time.monotonic())
            seen, doing = len(rows), now


if __name__ == "__main__":
    sys.exit(run({"question": question, "many": many, "steps": steps}))
