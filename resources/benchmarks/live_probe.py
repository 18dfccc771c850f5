"""The real program with a measuring coroutine, for the figures of the live channel: see probe.py.

Usage: python -m benchmarks.live_probe MODE SETTINGS-AS-JSON OPTIONS-OF-THE-PROGRAM

MODE is many.
"""

import asyncio
import sys
import time

from benchmarks.bare_polls import gaps_ms
from benchmarks.probe import START_S, run, say, start_tasks, watch_polls
from benchmarks.processes import RESEARCH
from enigma_panel.bootstrap import Parts
from enigma_panel.store.ledger.intents import Step
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.process_figures import memory_mb
from tests.kit.wait import until


def show_steps(parts: Parts, window: MainWindow, key: int) -> None:
    """Select a task's session, whose time line is shown then, as a click does."""
    task = parts.services.sessions.task(key)
    assert task is not None
    window.selection.sessions.select_key(task.session_key)


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


if __name__ == "__main__":
    sys.exit(run({"many": many}))
