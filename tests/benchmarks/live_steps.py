"""From the service's event until it stands among a task's steps, and is what the agent does now."""

import random
import threading
import time
from typing import Any

from tests.benchmarks.channels import Listeners, push
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.live_200 import ARGUMENTS
from tests.benchmarks.processes import probed, simulator

WANTED, QUICK_WANTED = 100, 4
PAUSES_S = (0.05, 0.45)
ROW_BAR_S, NOW_BAR_S = 1.0, 2.0
"""Steps are gathered for 0.4 s; a line of "does now" stays for 1.5 s at least."""


class StepReporter(threading.Thread):
    """Has the service tell one step after the other, each with its number."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.sent: dict[str, float] = {}
        self.over = threading.Event()
        self._url = url

    def run(self) -> None:
        """Until it is over."""
        rng, number = random.Random(1), 0
        while not self.over.wait(rng.uniform(*PAUSES_S)):
            number += 1
            text = f"Reading page {number} of the parish register"
            self.sent[text] = time.monotonic()
            push(self._url, {"type": "agent", "content": text})


def live_steps(*, quick: bool) -> list[Figure]:
    """In a task whose start is held all the time, with its steps on screen."""
    rows: dict[str, float] = {}
    doing: dict[str, float] = {}
    with simulator(*ARGUMENTS) as url:
        reporter, listeners = StepReporter(url), Listeners(url)
        listeners.start()
        try:
            settings = {"wanted": QUICK_WANTED if quick else WANTED}
            for record in probed("live_probe", "steps", settings, url):
                _take(record, rows, doing, (reporter, listeners))
        finally:
            reporter.over.set()
            listeners.end()
    heard = {p["content"]: at for at, _, _, p in listeners.heard if p.get("content")}
    floor = _since(reporter.sent, heard)
    return [
        _figure("row", ROW_BAR_S, _since(reporter.sent, rows), floor, "in the list of steps"),
        _figure(
            "does_now",
            NOW_BAR_S,
            _since(reporter.sent, doing),
            floor,
            "as what it does now",
        ),
    ]


def _take(
    record: dict[str, Any],
    rows: dict[str, float],
    doing: dict[str, float],
    helpers: tuple[StepReporter, Listeners],
) -> None:
    if "session" in record:
        reporter, listeners = helpers
        listeners.listen(record["session"])
        reporter.start()
    elif "row" in record:
        rows[record["row"]] = record["at"]
    else:
        doing[record["now"]] = record["at"]


def _since(sent: dict[str, float], seen: dict[str, float]) -> list[float]:
    return [at - sent[text] for text, at in seen.items() if text in sent]


def _figure(name: str, bar: float, seconds: list[float], floor: list[float], what: str) -> Figure:
    return Figure(
        name=f"live_steps.{name}",
        unit="s",
        value=percentile(seconds, 95),
        floor=percentile(floor, 95),
        bar=bar,
        is_ratio=False,
        note=f"p95 of {len(seconds)} events until each stood {what}, median "
        f"{percentile(seconds, 50):.2f}, longest {max(seconds):.2f} s; floor: a bare channel",
        samples={"program": seconds, "floor": floor},
    )
