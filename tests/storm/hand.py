"""The real program, whose controls a random hand uses without a pause, until it is killed.

Arguments: a seed, then those of the program. Only the waiting for the end is replaced (as in
tests/app/driver.py), and the limit of calls, which is not what is looked at here.
"""

import asyncio
import os
import random
import sys
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_API"] = "pyside6"

from PySide6.QtWidgets import QApplication, QLineEdit

from enigma_panel import app, bootstrap, cli
from enigma_panel.demo.tour import TourError
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.questions.dialog import QuestionDialog
from tests.app.driver import Driver

CALLS_A_MINUTE = 1_000
TEXTS = (
    "Search for lamp {n} at lamps.example",
    "Research typewriter {n} at museum.example",
    "Log in to shop.example and read order {n}",
    "Price {n} at saturn.example, which is unreachable",
)


class Hand:
    """Does one thing after the other; what cannot be done just now is left."""

    def __init__(self, driver: Driver, rng: random.Random) -> None:
        self._driver = driver
        self._rng = rng

    async def play(self) -> None:
        """For ever."""
        while True:
            try:
                await self._do_something()
            except TourError as error:
                print("left:", error, flush=True)
            await asyncio.sleep(self._rng.uniform(0, 0.06))

    async def _do_something(self) -> None:
        what = self._rng.choice(["start", "start-kept", "verb", "verb", "answer", "go on"])
        if what == "verb":
            await self._use_a_session()
        elif what == "answer":
            self._answer()
        elif what == "go on":
            await self._obey("press Go on")
        else:
            text = self._rng.choice(TEXTS).format(n=self._rng.randrange(10**9))
            await self._obey(f"{what} {text}")

    async def _use_a_session(self) -> None:
        names = [row[0] for row in self._driver._rows("Sessions")]
        if not names:
            return
        await self._obey(f"select {self._rng.choice(names)}")
        await self._obey(f"press {self._rng.choice(['Pause', 'Resume', 'Stop', 'Terminate'])}")

    def _answer(self) -> None:
        """Answer the question that is shown, where there is one and it is ready."""
        shown = [w for w in QApplication.topLevelWidgets() if isinstance(w, QuestionDialog)]
        for dialog in shown:
            if dialog.isVisible() and dialog.is_armed():
                for field in dialog.findChildren(QLineEdit):
                    field.setText(f"maria-{self._rng.randrange(10**6)}")
                self._driver._press(dialog, "Send answer")
                print("answered", flush=True)

    async def _obey(self, line: str) -> None:
        print(line, await self._driver.obey(line), flush=True)


async def _play_until_killed(
    program: app.Program, parts: bootstrap.Parts, window: MainWindow, *, seed: int
) -> int:
    print("ready", flush=True)
    driver = Driver(window, parts.services, cli.Path())
    await Hand(driver, random.Random(seed)).play()
    return 0


if __name__ == "__main__":
    bootstrap.RateLimiter = partial(RateLimiter, limit=CALLS_A_MINUTE)  # type: ignore[assignment, misc]

    async def until_left(program: app.Program, parts: bootstrap.Parts, window: MainWindow) -> int:
        return await _play_until_killed(program, parts, window, seed=int(sys.argv[1]))

    app.Program._until_left = until_left  # type: ignore[method-assign]
    sys.exit(app.run(cli.parse(sys.argv[2:])))
