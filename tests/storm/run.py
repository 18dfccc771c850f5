"""One run: the program at work under faults, killed at random moments, and begun again."""

import json
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from jeepney import DBusErrorResponse

from enigma_panel.core.service_rules import Dialect
from enigma_panel.store.ledger.ledger import Ledger
from tests.app.accessibility.bus import Bus, until
from tests.app.accessibility.listener import Listener
from tests.app.accessibility.stage import Stage
from tests.storm import faults
from tests.storm.books import Books, answers_taken, compare, copy_of, state_of
from tests.storm.hand import Hand, Typed

MOST_ACTS = 24
LAST_ACTS_S = 2.5
"""A kill comes at any moment of so long a time, after so many acts or fewer: on a busy machine a
life takes longer, but as much happens in it."""
CUT_OFF_S = 0.8
"""So long what a killed program had sent may take to have its effect: longer than faults.SLOW."""
LEAST_ANSWERS = 3
CALM_ACTS = 6, 30
ANSWERS_S = 12.0
"""At the end, all faults over, as much is done as before, and more until so many answers were taken
in the whole run; then so long only questions are answered, then sessions are terminated. A run with
fewer answers is red."""
CALM_S = 600.0
"""Longer than any session lives, on a busy machine, too."""
KEY = "enig_demo"

SIMULATOR = (
    *("--faults", "--speed", "10", "--places", "60", "--calls-per-minute", "1000"),
    *("--question-in-hold", "early"),  # else hardly one is known before the next kill
)


def play(kills: int, seed: int, url: str, folder: Path, dialect: Dialect) -> Books:
    """Kill the program so many times, then let it come to rest; AssertionError."""
    (folder / "config").mkdir(parents=True, mode=0o700)
    (folder / "config" / "settings.json").write_text(json.dumps({"browsers_at_once": 50}))
    with Stage() as stage, Bus(stage.session_bus) as bus:
        return _Run(stage, bus, url, folder, random.Random(seed), dialect=dialect).play(kills)


class _Run:
    """A simulator and a data folder, which outlive the program."""

    def __init__(
        self,
        stage: Stage,
        bus: Bus,
        url: str,
        folder: Path,
        rng: random.Random,
        *,
        dialect: Dialect,
    ) -> None:
        self._stage = stage
        self._bus = bus
        self._url = url
        self._folder = folder
        self._rng = rng
        self._dialect = dialect
        self._typed = Typed()
        self._books = Books()

    def play(self, kills: int) -> Books:
        for _ in range(kills):
            self._live_until_killed()
            time.sleep(CUT_OFF_S)
            self._compare()
            self._books.kills += 1
        self._come_to_rest()
        self._compare()
        return self._books

    def _compare(self) -> None:
        compare(self._folder, state_of(self._url), self._typed, self._books)

    def _live_until_killed(self) -> None:
        """Work under faults, then kill -9; the program must live until then."""
        set_faults(self._url, [faults.SLOW])
        program = self._start()
        hand = Hand(Listener(self._bus), self._rng, self._typed)
        for _ in range(self._rng.randrange(MOST_ACTS)):
            self._act(hand)
        assert (program.poll(), self._stage.errors()) == (None, "")
        kill = threading.Timer(self._rng.uniform(0, LAST_ACTS_S), program.kill)
        kill.start()
        while kill.is_alive():
            self._act(hand)
        assert (program.wait(), self._stage.errors()) == (-signal.SIGKILL, "")
        until("the killed program is off the bus", lambda: not self._bus.programs())

    def _start(self) -> subprocess.Popen[str]:
        options = ("--dialect", self._dialect)
        return self._stage.start_program(self._url, self._folder, KEY, *options)

    def _act(self, hand: Hand) -> None:
        set_faults(self._url, faults.draw(self._rng))
        with suppress(DBusErrorResponse):  # it went meanwhile, or the program did
            hand.act()

    def _come_to_rest(self) -> None:
        """The last start settles the past, sees every session end, and leaves in order."""
        set_faults(self._url, [])
        self._start()
        hand = Hand(Listener(self._bus), self._rng, self._typed)
        least, most = CALM_ACTS
        for n in range(most):
            if n >= least and answers_taken(state_of(self._url)) >= LEAST_ANSWERS:
                break
            with suppress(DBusErrorResponse):
                hand.act()
        until("enough answers were taken", lambda: self._answer(hand), CALM_S)
        self._see_all_end(hand)
        assert self._stage.leave() == (0, "")
        with copy_of(self._folder) as path, Ledger.open(path)[0] as ledger:
            left = {intent.kind.value for intent in ledger.unsettled()}
            assert left <= {"state"}, f"not settled by the last start: {left}"

    def _answer(self, hand: Hand) -> bool:
        """Whatever waits, perhaps for the calls of the next minute; whether it was enough."""
        hand.answer()
        hand.go_on()
        if not hand.shows_work():  # all have ended, and nobody asks any more
            hand.act()
        return answers_taken(state_of(self._url)) >= LEAST_ANSWERS

    def _see_all_end(self, hand: Hand) -> None:
        begin = time.monotonic()
        is_at_work = True
        while is_at_work:
            lasted = time.monotonic() - begin
            assert lasted < CALM_S, "sessions outlive their time, or are said to"
            with suppress(DBusErrorResponse):
                hand.answer()
                let_go = hand.go_on()  # what it starts is not in sight yet
                shown = hand.terminate_one() if lasted > ANSWERS_S else hand.shows_work()
                is_at_work = let_go or shown
            is_at_work |= any(s["state"] == "active" for s in state_of(self._url)["sessions"])


def set_faults(url: str, drawn: list[dict[str, Any]]) -> None:
    """Switch these faults on, and all others off."""
    httpx.post(f"{url}/_sim/faults", json=drawn, trust_env=False, verify=False).raise_for_status()
