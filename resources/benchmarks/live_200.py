"""Two hundred live channels, one event a second each: gaps of the loop, CPU beside a bare loop."""

import http.client
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.channels import keep_speaking
from benchmarks.figures import Figure, percentile
from benchmarks.processes import KEY, RESEARCH, ROOT, environment, probed, simulator

FULL = {"sessions": 200, "warm_s": 3.0, "gap_s": 15.0, "cpu_s": 15.0}
QUICK = {"sessions": 5, "warm_s": 0.2, "gap_s": 0.5, "cpu_s": 0.5}
P99_MS = 16.0
CPU_BAR = 2.0
ARGUMENTS = (
    *("--faults", "--speed", "0.75", "--calls-per-minute", "1000", "--places", "250"),
    *("--balance", "1000000", "--seed", "1"),
)
"""So slow that starts are held as long as the program waits, and nothing is polled meanwhile."""


def live_200(*, quick: bool) -> list[Figure]:
    """The program first, then the floor with its own simulator: both would share the cores."""
    settings = QUICK if quick else FULL
    ours: dict[str, Any] = {}
    with simulator(*ARGUMENTS) as url:
        for record in probed("live_probe", "many", settings, url):
            ours |= record
            if "ready" in record:
                keep_speaking(url)
    with simulator(*ARGUMENTS) as url, opened(url, int(settings["sessions"])) as sessions:
        floor = _floor(url, sessions, settings)
    note = (
        f"{ours['up']} channels, {ours['steps_per_s']:.0f} events a second (the floor: "
        f"{floor['events_per_s']:.0f}), RSS {ours['rss']:.0f} MB (the floor: {floor['rss']:.0f}), "
        f"{ours['polls']} polls; floor: a bare loop with python-socketio, without a window"
    )
    return [_gaps(ours["gaps"], floor["gaps"]), _cpu(ours["cpu"], floor["cpu"], note)]


@contextmanager
def opened(url: str, count: int) -> Iterator[list[str]]:
    """Sessions at work, whose starts are held; their ids."""
    calls = [http.client.HTTPConnection(urlsplit(url).netloc, timeout=10) for _ in range(count)]
    try:
        yield [_open(call, RESEARCH.format(number)) for number, call in enumerate(calls)]
    finally:
        for call in calls:
            call.close()


def _open(call: http.client.HTTPConnection, text: str) -> str:
    _post(call, "/start/start-session", {"mode": "default"})
    session_id: str = json.loads(call.getresponse().read())["sessionId"]
    message = {"actionType": "newTask", "newState": "start", "taskDetails": text}
    _post(call, "/start/send-message", {"sessionId": session_id, "message": message})
    return session_id


def _post(call: http.client.HTTPConnection, path: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    call.request("POST", path, json.dumps(body), headers)


def _floor(url: str, sessions: list[str], settings: dict[str, Any]) -> dict[str, Any]:
    times = {name: settings[name] for name in ("warm_s", "gap_s", "cpu_s")}
    wanted = json.dumps({"url": url, "sessions": sessions, **times})
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.bare_channels", wanted],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(Path(folder)),
            cwd=ROOT,
            timeout=300,
            check=True,
        )
    floor: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return floor


def _gaps(ours: list[float], floor: list[float]) -> Figure:
    return Figure(
        name="live_200.gap_p99",
        unit="ms",
        value=percentile(ours, 99),
        floor=percentile(floor, 99),
        bar=P99_MS,
        is_ratio=False,
        note=f"of {len(ours)} sleeps of 2 ms, p99.9 {percentile(ours, 99.9):.0f}, longest "
        f"{max(ours):.0f} ms (the floor: {percentile(floor, 99.9):.0f} and {max(floor):.0f})",
    )


def _cpu(ours: float, floor: float, note: str) -> Figure:
    return Figure(
        name="live_200.cpu",
        unit="% of a core",
        value=ours * 100,
        floor=floor * 100,
        bar=CPU_BAR,
        note=note,
    )
