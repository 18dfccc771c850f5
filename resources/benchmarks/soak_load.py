"""The real program with a load in the place of the waiting for its end.

Usage: python -m benchmarks.soak_load LOAD-AS-JSON OPTIONS-OF-THE-PROGRAM

As many sessions as wanted are at work all the time: as tasks end, others are started; questions are
answered, and now and then a session is paused, resumed, stopped or terminated. Prints one JSON
record: what the program looked like after the warm-up and at the end.
"""

import asyncio
import contextlib
import gc
import json
import logging
import os
import random
import sys
from collections import Counter
from typing import Any

from benchmarks.figures import median
from benchmarks.probe import START_S, lift_limit
from enigma_panel import __main__, app
from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import TaskSpec
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.process_figures import count_descriptors, memory_mb
from tests.kit.wait import until

TURN_S = 0.25
SECONDS_BETWEEN_COMMANDS = 150
"""Per session, in the simulator's seconds; two in five end a task before it is done."""
LOOKS, LOOK_S = 5, 0.2
DRAIN_S = 90.0
TEXTS = [
    "Search for the price of lamp number {} at shop{}.example",
    "Extract the table of customers {} at crm{}.example",
    "Log in to account {} at bank{}.example",
    "Research town number {} at archive{}.example, in depth",
    "Add article {} to the cart at store{}.example",
    "Open page {} that crashes at broken{}.example",
    "Choose a product for room {} at furniture{}.example",
    "Read page {} of the news at paper{}.example",
]
ANSWERS = ("The second one", "Username: maria, Password: open-sesame-{}", "No")
VERBS = (
    CommandVerb.PAUSE,
    CommandVerb.RESUME,
    CommandVerb.RESUME,
    CommandVerb.STOP,
    CommandVerb.TERMINATE,
)
OUR_OWN = ("load", "answer", "command")
"""How the tasks of the load itself begin."""


class Warnings(logging.Handler):
    """Keeps every warning and error of the program, of Qt and of Python."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        logging.captureWarnings(True)
        for name in ("enigma_panel", "asyncio", "qasync", "py.warnings"):
            logging.getLogger(name).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name}: {record.getMessage()}")


class Soak:
    """One run. All chances come from one seeded source."""

    def __init__(self, parts: Parts, load: dict[str, Any]) -> None:
        self._parts = parts
        self._sessions = parts.services.sessions
        self._load = load
        self._rng = random.Random(load["seed"])
        self._keys: list[int] = []
        self._live: set[int] = set()
        self._answered: set[tuple[int, int]] = set()
        self._commands = 0
        self._warnings = Warnings()

    async def run(self) -> dict[str, Any]:
        """Load, look, load, look, let everything end, look."""
        services = self._parts.services
        await until(lambda: services.account.client, START_S)
        services.settings.change(browsers_at_once=self._load["sessions"])
        lift_limit(self._parts)
        await asyncio.sleep(2.0)
        names, descriptors = self._names(), count_descriptors()
        await self._keep_busy(self._load["warm_s"])
        warm = await look_at_memory()
        await self._keep_busy(self._load["seconds"])
        end = await look_at_memory()
        await self._end_all()
        left = await self._left_behind(names, descriptors)
        tasks = [task for key in self._keys if (task := self._sessions.task(key)) is not None]
        return {
            "tasks": len(self._keys),
            "statuses": dict(Counter(task.status.value for task in tasks)),
            "answers": len(self._answered),
            "commands": self._commands,
            "memory_mb": [warm, end],
            "left": left,
            "warnings": self._warnings.lines,
            "descriptors": [descriptors, count_descriptors()],
        }

    # -- the load ----------------------------------------------------------------------------

    async def _keep_busy(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            await self._turn()
            await asyncio.sleep(TURN_S)

    async def _turn(self) -> None:
        self._live = {key for key in self._live if not self._is_over(key)}
        for _ in range(self._load["sessions"] - len(self._live)):
            await self._start()
        for question in self._parts.services.inbox.questions():
            self._answer(question)
        often = self._load["sessions"] * self._load["speed"] / SECONDS_BETWEEN_COMMANDS
        if self._rng.random() < often * TURN_S:
            self._command()

    def _is_over(self, key: int) -> bool:
        task = self._sessions.task(key)
        return task is not None and task.is_final

    async def _start(self) -> None:
        number = len(self._keys)
        text = self._rng.choice(TEXTS).format(number, number % 17)
        spec = TaskSpec(text=text, close_after=self._rng.random() < 0.9)
        key = await self._sessions.start(spec)
        self._keys.append(key)
        self._live.add(key)

    def _answer(self, question: Any) -> None:
        name = (question.task_key, question.question_n)
        if name in self._answered:
            return
        self._answered.add(name)
        text = self._rng.choice(ANSWERS).format(len(self._answered))
        answer = self._parts.services.inbox.answer(question, text, AnswerVerb.RESUME)
        self._parts.services.scope.spawn(f"answer {name}", answer)

    def _command(self) -> None:
        verb = self._rng.choice(VERBS)
        keys = [key for key in self._sessions.session_keys() if self._sessions.can(key, verb)]
        if keys:
            self._commands += 1
            chosen = [self._rng.choice(keys)]
            self._parts.services.scope.spawn(
                f"command {verb}", self._sessions.command(chosen, verb)
            )

    # -- the end -----------------------------------------------------------------------------

    async def _end_all(self) -> None:
        """Terminate what is open until nothing is; a start under way is waited for."""
        async with asyncio.timeout(DRAIN_S):
            while not all(map(self._is_over, self._keys)) or self._sessions.terminable_keys():
                await self._sessions.command(
                    self._sessions.terminable_keys(), CommandVerb.TERMINATE
                )
                await asyncio.sleep(0.5)

    async def _left_behind(self, names: set[str], descriptors: int) -> list[str]:
        """What runs that did not run before the load, once it had time to end."""
        with contextlib.suppress(TimeoutError):
            await until(
                lambda: self._names() <= names and count_descriptors() <= descriptors, DRAIN_S
            )
        return sorted(self._names() - names)

    def _names(self) -> set[str]:
        names = {
            name for name in self._parts.services.scope.names() if not name.startswith(OUR_OWN)
        }
        return names | {f"task {n}" for n in range(self._outside_scope())}

    def _outside_scope(self) -> int:
        """Tasks of the event loop that no scope owns; one of them runs this."""
        return len(asyncio.all_tasks()) - len(self._parts.services.scope.names())


async def look_at_memory() -> float:
    """RSS in MB: the median of some looks, all garbage collected before each."""
    sizes = []
    for _ in range(LOOKS):
        gc.collect()
        sizes.append(memory_mb(os.getpid())["rss"])
        await asyncio.sleep(LOOK_S)
    return median(sizes)


async def _soak(_program: app.Program, parts: Parts, _window: MainWindow) -> int:
    print(json.dumps(await Soak(parts, LOAD).run()), flush=True)
    return 0


if __name__ == "__main__":
    LOAD = json.loads(sys.argv[1])
    app.Program._until_left = _soak  # type: ignore[assignment, method-assign]
    sys.argv[1:2] = []
    sys.exit(__main__.main())
