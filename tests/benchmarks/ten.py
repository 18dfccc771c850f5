"""Ten tasks at once with the documented limits: all are done, no browser idles, no call is refused.

The simulator counts ten calls a minute and endpoint in real seconds and has five places, as the
program's own setting says; so ten tasks take about a minute and a half whatever the program does.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.figures import Figure
from tests.benchmarks.processes import ROOT, environment, simulator

FULL = {"tasks": 10, "places": 5, "speed": 1}
QUICK = {"tasks": 2, "places": 1, "speed": 20}
EVERY_S = 0.05
IDLE_BAR_S = 2.0
LIMIT_S = 400
_WORKING = frozenset({"queued", "running", "paused", "asking"})


class Idling(threading.Thread):
    """Samples the simulator's own account and keeps the longest time that any session idled."""

    def __init__(self, url: str, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.longest_s = 0.0
        self.most_open = 0
        self.samples = 0
        self.last: dict[str, Any] = {}
        self._host = urlsplit(url).netloc
        self._over = over
        self._since: dict[str, float] = {}

    def run(self) -> None:
        """Until told that it is over; once more then, for the last account."""
        connection = http.client.HTTPConnection(self._host, timeout=10)
        is_over = False
        while not is_over:
            is_over = self._over.wait(EVERY_S)
            connection.request("GET", "/_sim/state")
            self.last = json.loads(connection.getresponse().read())
            self.look(self.last["sessions"], time.monotonic())
        connection.close()

    def look(self, sessions: list[dict[str, Any]], now: float) -> None:
        self.samples += 1
        is_open = [session for session in sessions if session["state"] == "active"]
        idle = {session["sessionId"] for session in is_open if not _works(session)}
        self._since = {each: self._since.get(each, now) for each in idle}
        self.most_open = max(self.most_open, len(is_open))
        self.longest_s = max([self.longest_s, *(now - since for since in self._since.values())])


def _works(session: dict[str, Any]) -> bool:
    return any(task["state"] in _WORKING for task in session["tasks"])


def ten(*, quick: bool) -> list[Figure]:
    """The real program starts them with one click; another thread watches the service meanwhile."""
    wanted = QUICK if quick else FULL
    arguments = ["--faults", "--rate-limit", "per-endpoint", "--calls-per-minute", "10"]
    for name in ("places", "speed"):
        arguments += [f"--{name}", str(wanted[name])]
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder, simulator(*arguments) as url:
        watcher = Idling(url, over)
        watcher.start()
        settings = json.dumps({"tasks": wanted["tasks"], "places": wanted["places"]})
        command = [sys.executable, "-m", "tests.benchmarks.probe", "ten", settings]
        done = subprocess.run(
            [*command, "--base-url", url, "--data-dir", folder],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(Path(folder)),
            cwd=ROOT,
            timeout=LIMIT_S,
            check=True,
        )
        over.set()
        watcher.join(10)
    ended: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return _figures(wanted["tasks"], ended, watcher)


def _figures(wanted: int, ended: dict[str, Any], watcher: Idling) -> list[Figure]:
    replies: dict[str, int] = watcher.last["answered"]
    refused = sum(count for name, count in replies.items() if name.endswith(" 429"))
    done = ended["statuses"].count("done")
    calls = [f"{watcher.last['arrived'].get(name, 0)} {name}" for name in _CALLS]
    return [
        _figure(
            "ten.not_done",
            "tasks",
            wanted - done,
            0,
            f"{done} of {wanted} done in {ended['seconds']:.0f} s, at most {watcher.most_open} "
            f"browsers open at once, {' and '.join(calls)}",
        ),
        _figure(
            "ten.idle",
            "s",
            watcher.longest_s,
            IDLE_BAR_S,
            f"longest time of a session without a task, by the service's own account, in "
            f"{watcher.samples} samples",
        ),
        _figure("ten.refused", "calls", refused, 0, f"429 of {sum(replies.values())} replies"),
    ]


_CALLS = ("start-session", "newTask")


def _figure(name: str, unit: str, value: float, bar: float, note: str) -> Figure:
    return Figure(name=name, unit=unit, value=value, bar=bar, is_ratio=False, note=note)
