"""From the service's question until it is on screen: by the live channel, and without one.

The simulator holds a start's reply for 50 s and tells there of no question, so that without the
channel nobody can know of it before the reply has named the task.
"""

import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.channels import Listeners
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.processes import probed, simulator

EVERY_S = 0.02
LIVE_BAR_S = 0.5
INTERVAL_S, POLL_BAR_S = 2.0, 2.3
FULL = {"sessions": 50, "wanted": 150, "from_first": True, "apart_s": 0.2}
QUICK = {"sessions": 1, "wanted": 1, "from_first": True, "apart_s": 0.2}
ARGUMENTS = ("--faults", "--question-in-hold", "late", "--calls-per-minute", "1000")
MORE = ("--places", "60", "--balance", "100000")


class Raised(threading.Thread):
    """Samples the simulator's own account for tasks that ask.

    seen: the times of each session's questions, each the time of the last look that did not find
    it, so that no figure comes out too small.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.seen: dict[str, list[float]] = {}
        self.over = threading.Event()
        self._host = urlsplit(url).netloc
        self._asking: set[str] = set()

    def run(self) -> None:
        """Until it is over."""
        connection = http.client.HTTPConnection(self._host, timeout=10)
        before = time.monotonic()
        while not self.over.wait(EVERY_S):
            sent = time.monotonic()
            connection.request("GET", "/_sim/state")
            self._look(json.loads(connection.getresponse().read())["sessions"], before)
            before = sent
        connection.close()

    def _look(self, sessions: list[dict[str, Any]], before: float) -> None:
        asking = {session["sessionId"] for session in sessions if _asks(session)}
        for session_id in asking - self._asking:
            self.seen.setdefault(session_id, []).append(before)
        self._asking = asking


def _asks(session: dict[str, Any]) -> bool:
    return any(task["state"] == "asking" for task in session["tasks"])


class Told:
    """What the program said of itself: sessions, when it knew a task's name, what was on screen."""

    def __init__(self, listeners: Listeners | None) -> None:
        self.sessions: dict[int, str] = {}
        self.named: dict[int, float] = {}
        self.shown: dict[tuple[int, int], float] = {}
        self._listeners = listeners

    def take(self, record: dict[str, Any]) -> None:
        """One record."""
        if "session" in record:
            self.sessions[record["task"]] = record["session"]
            if self._listeners is not None:
                self._listeners.listen(record["session"])
        elif "ids" in record:
            self.named[record["task"]] = record["at"]
        else:
            key, number = record["shown"]
            self.shown[key, number] = record["at"]


def live_question(*, quick: bool) -> list[Figure]:
    """Two runs: with the channel and with one that is refused."""
    return [_up(quick=quick), _refused(quick=quick)]


def _up(*, quick: bool) -> Figure:
    told, raised, listeners = _run("up", quick=quick)
    seconds = _latencies(told, raised, is_polled=False)
    floor = _bare_latencies(listeners, raised)
    return Figure(
        name="live_question.up",
        unit="s",
        value=percentile(seconds, 95),
        floor=percentile(floor, 95),
        bar=LIVE_BAR_S,
        is_ratio=False,
        note=f"{_words(seconds, told)}; floor: the same of a bare channel, p95 of {len(floor)}",
        samples={"program": seconds, "floor": floor},
    )


def _refused(*, quick: bool) -> Figure:
    told, raised, _ = _run("refuse", quick=quick)
    seconds = _latencies(told, raised, is_polled=True)
    return Figure(
        name="live_question.refused",
        unit="s",
        value=percentile(seconds, 95),
        floor=INTERVAL_S,
        bar=POLL_BAR_S,
        is_ratio=False,
        note=f"{_words(seconds, told)}, from when a poll could tell; floor: the poll interval",
        samples={"program": seconds},
    )


def _words(seconds: list[float], told: Told) -> str:
    return (
        f"p95 of {len(seconds)} questions in {len(told.sessions)} sessions, median "
        f"{percentile(seconds, 50):.3f}, longest {max(seconds):.3f} s"
    )


def _run(mode: str, *, quick: bool) -> tuple[Told, Raised, Listeners]:
    speed = "4" if quick else "1"
    with simulator("--live", mode, "--speed", speed, *ARGUMENTS, *MORE) as url:
        raised, listeners = Raised(url), Listeners(url)
        raised.start()
        listeners.start()
        told = Told(listeners if mode == "up" else None)
        try:
            for record in probed("live_probe", "question", QUICK if quick else FULL, url):
                told.take(record)
        finally:
            raised.over.set()
            raised.join(10)
            listeners.end()
    return told, raised, listeners


def _latencies(told: Told, raised: Raised, *, is_polled: bool) -> list[float]:
    seconds = []
    for (key, number), at in sorted(told.shown.items()):
        since = raised.seen[told.sessions[key]][number - 1]
        if is_polled:  # a poll needs the task's name
            since = max(since, told.named[key])
        seconds.append(at - since)
    return seconds


def _bare_latencies(listeners: Listeners, raised: Raised) -> list[float]:
    """Of each event from the last question that was raised before it."""
    seconds = []
    for at, session_id, _name, payload in listeners.heard:
        if isinstance(payload, dict) and payload.get("type") == "guardrail_trigger":
            before = [since for since in raised.seen.get(session_id, []) if since <= at]
            seconds += [at - since for since in before[-1:]]
    return seconds
