"""`--check-service` as a process: Ctrl+C, kill -9, and a program that is open on its folder."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.app.program import Driven
from tests.conftest import Simulator
from tests.kit.wait import wait_for

pytestmark = pytest.mark.process
Start = Callable[..., Simulator]


def _check(url: str, data: Path) -> subprocess.Popen[str]:
    where = ("--base-url", url, "--data-dir", str(data))
    check = subprocess.Popen(
        [sys.executable, "-m", "enigma_panel", "--check-service", *where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ENIGMA_API_KEY": "enig_demo"},
    )
    assert check.stdin is not None
    check.stdin.write("y\n")
    check.stdin.flush()
    return check


def _applied(url: str) -> dict[str, int]:
    state = httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()
    return dict(state["applied"])


def test_ctrl_c_ends_the_browser(simulator: Start, tmp_path: Path) -> None:
    url = simulator("--faults").url
    # A shell ignores SIGINT for what runs in its background, and children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    check = _check(url, tmp_path)
    signal.signal(signal.SIGINT, before)
    wait_for(lambda: "newTask" in _applied(url))
    check.send_signal(signal.SIGINT)
    said, errors = check.communicate(timeout=90)
    assert (check.returncode, errors) == (1, "")
    assert "holds     start-session needs no taskDetails" in said
    assert said.endswith("No browser is left open.\n")
    assert _applied(url)["state:terminate"] == 1


def test_after_a_kill_the_program_shows_its_session(simulator: Start, tmp_path: Path) -> None:
    url = simulator("--faults").url
    check = _check(url, tmp_path)
    wait_for(lambda: "newTask" in _applied(url))
    check.kill()
    check.communicate()
    program = Driven(url, tmp_path)
    program.until(lambda state: any("example.com 1" in row for row in state.get("Sessions", ())))
    assert program.quit() == (0, "")


def test_nothing_is_done_while_the_program_is_open(simulator: Start, tmp_path: Path) -> None:
    url = simulator("--faults").url
    program = Driven(url, tmp_path)
    check = _check(url, tmp_path)
    said, errors = check.communicate(timeout=90)
    assert (check.returncode, said) == (2, "")
    assert "another enigma-panel is using the folder" in errors
    assert program.quit() == (0, "")
    assert _applied(url) == {}
