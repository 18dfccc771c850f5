"""`--check-service` against the simulator in each dialect, and against a service with less."""

import asyncio
import io
import json
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from enigma_panel.bootstrap import DataDirs, Parts, build
from enigma_panel.check_service import ServiceCheck
from enigma_panel.cli import Options
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.simulator.settings import DEMO_KEY
from enigma_panel.store.paths import folders_below
from tests.conftest import Simulator, first_and_weekly_each
from tests.kit.clock import FastClock
from tests.kit.ledgers import make_ledger
from tests.kit.simulator_process import SimulatorProcess
from tests.kit.wait import until
from tests.services.conftest import LongLived, leave as end

pytestmark = pytest.mark.process
Start = Callable[..., Simulator]
StartSeed = Callable[..., SimulatorProcess]
SPEED = ("--speed", "10")
TIMING = {"newTask is answered at the end or after 50 s", "a pause holds the agent"}
"""What a loaded machine may make differ."""
NO_MORE = {"a health page answers", "a key can be tested without a task"}


class Bench:
    """One check on a data folder of its own."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder = folder
        self._capsys = capsys
        self.leave = asyncio.Event()
        self.check = ServiceCheck(lambda: b"y\n")
        self.said = ""

    async def run(
        self,
        url: str,
        dialect: Dialect = Dialect.E,
        then: Callable[[Parts], Awaitable[None]] | None = None,
    ) -> int:
        """Check the service there; `then` sees what the check leaves."""
        folders = folders_below(self._folder)
        folders.prepare()
        make_ledger(folders.ledger)
        place = DataDirs(folders=folders, root=self._folder, throw_away=False)
        options = Options(base_url=url, dialect=dialect, check_service=True)
        parts = await build(options, place, None, FastClock(), LongLived, watch=self.check.watch)
        try:
            status = await self.check.run(parts, self.leave)
            self.said = self._capsys.readouterr().out
            if then is not None:
                await then(parts)
        finally:
            await end(parts)
        return status

    def found(self, verdict: str) -> set[str]:
        lines = [line.removeprefix(verdict) for line in self.said.splitlines()]
        told = zip(lines, self.said.splitlines(), strict=True)
        return {line.strip().partition(":")[0] for line, whole in told if line != whole}


@pytest.fixture
def bench(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Bench:
    monkeypatch.setenv("ENIGMA_API_KEY", DEMO_KEY)
    return Bench(tmp_path / "data", capsys)


class ClosedTerminal(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def _state(url: str) -> dict[str, dict[str, int]]:
    with urllib.request.urlopen(url + "/_sim/state", timeout=5) as reply:
        return dict(json.load(reply))


def _fault(url: str, **fault: str | int) -> None:
    request = urllib.request.Request(url + "/_sim/faults", json.dumps([fault]).encode())
    request.add_header("content-type", "application/json")
    urllib.request.urlopen(request, timeout=5).close()


@first_and_weekly_each("dialect", list(Dialect))
async def test_the_simulator_is_as_the_program_assumes(
    simulator: Start, bench: Bench, dialect: Dialect
) -> None:
    url = simulator("--faults", "--live", "up", "--dialect", dialect, *SPEED).url

    async def tells_no_secret(parts: Parts) -> None:
        [session], [task] = parts.services.store.sessions(), parts.services.store.tasks()
        assert session.is_ended
        balance = parts.services.health.balance
        for secret in (DEMO_KEY, session.service_id, task.service_id, str(balance)):
            assert secret
            assert secret not in bench.said

    assert await bench.run(url, dialect, tells_no_secret) == 0
    assert bench.found("differs") <= TIMING
    assert bench.found("holds") >= NO_MORE | {
        "start-session needs no taskDetails",
        "the live channel opens",
        "startingUrl is heeded",
        "commands are confirmed",
    }
    assert "No browser is left open." in bench.said
    assert _state(url)["applied"]["start-session"] == 1


async def test_a_service_with_less(seed_service: StartSeed, bench: Bench) -> None:
    assert await bench.run(seed_service("--tolerant", "--live", "off", *SPEED).url) == 0
    assert bench.found("differs") - TIMING == NO_MORE | {
        "the live channel opens",
        "polls of a running task carry its cost",
    }
    assert "idle time is in no task's cost" in bench.found("not seen")
    assert "None" not in bench.said


async def test_a_service_that_wants_a_task_with_the_session(
    seed_service: StartSeed, bench: Bench
) -> None:
    assert await bench.run(seed_service(*SPEED).url) == 0
    assert "start-session needs no taskDetails" in bench.found("differs")
    assert "400, taskDetails is required; opened" in bench.said
    assert "a stopped task is polled as ended" in bench.found("holds")
    assert "startingUrl is heeded" in bench.found("not seen")
    assert "No browser is left open." in bench.said


async def test_no_browser_is_free(simulator: Start, bench: Bench) -> None:
    url = simulator("--faults", *SPEED).url
    _fault(url, path="/start/start-session", kind="503", times=0)

    async def nothing_waits(parts: Parts) -> None:
        assert parts.services.queue.in_order() == []

    assert await bench.run(url, then=nothing_waits) == 1
    assert "503, no code, No available instances." in bench.said
    assert "No browser is left open." in bench.said


async def test_ended_with_its_terminal_while_a_browser_is_opened(
    simulator: Start, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = simulator("--faults", *SPEED).url
    _fault(url, path="/start/start-session", kind="delay", seconds=2)
    running = asyncio.ensure_future(bench.run(url))
    await until(lambda: "start-session" in _state(url)["arrived"])
    monkeypatch.setattr(sys, "stdout", ClosedTerminal())
    bench.leave.set()
    assert await running == 1
    applied = _state(url)["applied"]  # its task may have gone out with the answer to the start
    assert (applied["start-session"], applied["state:terminate"]) == (1, 1)


async def test_what_is_polled_after_ctrl_c_says_nothing_of_the_command_before(
    simulator: Start, bench: Bench
) -> None:
    running = asyncio.ensure_future(bench.run(simulator("--live", "off", *SPEED).url))
    in_pause = ("poll", CommandVerb.PAUSE)
    await until(lambda: in_pause in [(call.name, call.stage) for call in bench.check.calls])
    bench.leave.set()
    assert await running == 1
    assert "No browser is left open." in bench.said
    assert "a paused task is polled as running" in bench.found("holds")


async def test_a_start_whose_answer_is_lost(simulator: Start, bench: Bench) -> None:
    url = simulator("--faults", *SPEED).url
    _fault(url, path="/start/start-session", kind="drop-after")
    assert await bench.run(url) == 1
    assert "The answer to the start was lost. Its browser closes by " in bench.said
    assert _state(url)["applied"] == {"start-session": 1}


async def test_nothing_is_sent_before_somebody_agrees(simulator: Start, bench: Bench) -> None:
    url = simulator("--faults").url
    bench.check = ServiceCheck(lambda: b"\n")
    assert await bench.run(url) == 2
    assert "costs about $0.05" in bench.said
    assert _state(url)["applied"] == {}


async def test_without_a_key(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ENIGMA_API_KEY")
    assert await bench.run("http://127.0.0.1:9") == 2
    assert "There is no API key." in bench.said


async def test_a_refused_key_starts_nothing(
    simulator: Start, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENIGMA_API_KEY", "enig_wrong")
    url = simulator("--faults").url
    assert await bench.run(url) == 2
    assert "The service refused this key. Nothing was started." in bench.said
    assert _state(url)["applied"] == {}
