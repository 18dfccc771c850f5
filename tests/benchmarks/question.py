"""From the moment a poll could have seen a question until it is on screen."""

import http.client
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.processes import KEY, ROOT, environment, simulator

EVERY_S = 0.05
BAR_S = 2.5
INTERVAL_S = 2.0
FULL = {"sessions": 8, "wanted": 32}
QUICK = {"sessions": 1, "wanted": 1}


class Watcher(threading.Thread):
    """Polls one task every 50 ms and notes when its questions appear."""

    def __init__(self, url: str, ids: list[str], over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.seen: list[float] = []
        self._host = urlsplit(url).netloc
        self._path = f"/task/{ids[0]}/{ids[1]}"
        self._over = over

    def run(self) -> None:
        connection = http.client.HTTPConnection(self._host, timeout=10)
        was_open = False
        while not self._over.wait(EVERY_S):
            sent = time.monotonic()
            connection.request("GET", self._path, headers={"Authorization": f"Bearer {KEY}"})
            is_open = b"guardrail_trigger" in connection.getresponse().read()
            if is_open and not was_open:
                self.seen.append(sent)
            was_open = is_open
        connection.close()


def question(*, quick: bool) -> list[Figure]:
    """Counts only questions after the first of a task: that one ends a held call and is no poll."""
    speed = "20" if quick else "2"
    arguments = ("--live", "off", "--speed", speed, "--calls-per-minute", "1000", "--places", "60")
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder, simulator(*arguments) as url:
        settings = json.dumps(QUICK if quick else FULL)
        command = [sys.executable, "-m", "tests.benchmarks.probe", "question", settings]
        command += ["--base-url", url, "--data-dir", folder]
        env = environment(Path(folder))
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT
        ) as process:
            watchers, shown = _follow(process, url, over)
        over.set()
        for watcher in watchers.values():
            watcher.join(10)
    if process.returncode != 0:
        raise RuntimeError(f"the program ended with {process.returncode}")
    return [_figure(watchers, shown)]


def _follow(
    process: "subprocess.Popen[str]", url: str, over: threading.Event
) -> tuple[dict[int, Watcher], dict[tuple[int, int], float]]:
    watchers: dict[int, Watcher] = {}
    shown: dict[tuple[int, int], float] = {}
    assert process.stdout is not None
    for line in process.stdout:
        record = json.loads(line)
        if "task" in record:
            watchers[record["task"]] = Watcher(url, record["ids"], over)
            watchers[record["task"]].start()
        else:
            key, number = record["shown"]
            shown[key, number] = record["at"]
    return watchers, shown


def _figure(watchers: dict[int, Watcher], shown: dict[tuple[int, int], float]) -> Figure:
    seconds = []
    for (key, number), at in sorted(shown.items()):
        if number > 1:
            seconds.append(at - watchers[key].seen[number - 1])
    return Figure(
        name="question",
        unit="s",
        value=percentile(seconds, 95),
        floor=INTERVAL_S,
        bar=BAR_S,
        is_ratio=False,
        note=f"p95 of {len(seconds)} questions, median {percentile(seconds, 50):.2f}, longest "
        f"{max(seconds):.2f} s; floor: the documented poll interval",
        samples={"program": seconds},
    )
