"""The simulator's life: its command line, and that it ends with whoever started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from enigma_panel.simulator.__main__ import main
from tests.simulator.process import environment, running, spawn

pytestmark = pytest.mark.process

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-m", "enigma_panel.simulator"], stdin=subprocess.PIPE)
time.sleep(60)
"""


def test_it_ends_when_its_standard_input_does() -> None:
    process = spawn()
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"http://127.0.0.1:")
    rest, complaints = process.communicate(timeout=60)
    assert (process.returncode, rest, complaints) == (0, b"", b"")


def test_it_ends_quietly_when_nobody_reads_its_address() -> None:
    process = spawn()
    assert process.stdout is not None
    process.stdout.close()  # as of a program that ended at once
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, b"")


def test_it_ends_while_requests_are_held() -> None:
    with ThreadPoolExecutor(1) as pool:
        with running("--faults") as sim:
            held = pool.submit(
                httpx.post,
                f"{sim.url}/start/run-task",
                json={"taskDetails": "x"},
                headers={"Authorization": "Bearer enig_demo"},
                timeout=60,
                trust_env=False,
            )
            while not sim.get("/_sim/state")["sessions"]:
                assert not held.done()
        with pytest.raises(httpx.RemoteProtocolError):
            held.result(timeout=60)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL on Windows")
def test_it_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, env=environment()
    )
    assert parent.stdout is not None
    with parent.stdout as shared:
        assert shared.readline().startswith(b"http://")
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        # Both wrote to this pipe, so that its end is the end of the second one, too.
        assert shared.read() == b""


@pytest.mark.skipif(os.name == "nt", reason="signals are no way to end a program on Windows")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_by_signal(number: signal.Signals) -> None:
    process = spawn()
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(number)
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, b"")


@pytest.mark.parametrize(
    "argv",
    [
        ["--nonsense"],
        ["--spee", "2"],
        ["extra"],
        ["--port", "x"],
        ["--port", "70000"],
        ["--speed", "0"],
        ["--speed", "nan"],
        ["--dialect", "Q9"],
        ["--states", "some"],
        ["--question-in-hold", "never"],
        ["--rate-limit", "none"],
        ["--balance", "much"],
        ["--balance", "NaN"],
        ["--balance", "-1"],
        ["--places", "0"],
        ["--seed", "x"],
        ["--live", "down"],
        ["--live", "drop"],
        ["--live", "drop:0"],
        ["--live-garble", "lose"],
    ],
)
def test_bad_arguments_get_one_line(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("enigma_panel.simulator: ")
    assert err.count("\n") == 1


def test_help_lists_the_scenes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for word in ("PAGE_CRASH", "--live MODE", "drop:SECONDS", "reorder"):
        assert word in out


def test_a_port_in_use_gets_one_line() -> None:
    first = spawn()
    assert first.stdout is not None
    port = first.stdout.readline().decode().strip().rpartition(":")[2]
    second = spawn("--port", port)
    out, err = second.communicate(timeout=60)
    assert (second.returncode, out) == (2, b"")
    assert err.startswith(b"enigma_panel.simulator: cannot listen on port ")
    assert err.count(b"\n") == 1
    first.communicate(timeout=60)
