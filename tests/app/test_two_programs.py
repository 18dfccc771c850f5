"""Two programs on one folder: the second has the first one show its window, and leaves."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.app.program import Driven
from tests.kit.wait import wait_for

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets"),
]
NOWHERE = "http://127.0.0.1:9"
NEW_TASK = "Start and add another"
"""A button that stands in New task alone."""
SHOWN = "Enigma Control Panel is already open with its own options: its window is in front.\n"


def start(folder: Path, *options: str, **more: str) -> subprocess.Popen[str]:
    where = ("--base-url", NOWHERE, "--data-dir", str(folder))
    return subprocess.Popen(
        [sys.executable, "-m", "enigma_panel", *where, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **more},
    )


def end_of(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture
def long_folder(tmp_path: Path) -> Path:
    return tmp_path / ("long" * 20) / ("longer" * 10)


def test_the_second_has_the_first_come_to_the_front(long_folder: Path) -> None:
    first = Driven(NOWHERE, long_folder)
    first.tell("minimise")
    assert first.tell("window")[1] is True
    assert end_of(start(long_folder, XDG_ACTIVATION_TOKEN="token-7")) == (0, SHOWN, "")
    visible, minimised, _ = first.tell("window")
    assert visible
    assert not minimised
    assert NEW_TASK not in first.tell("texts")
    assert end_of(start(long_folder, "--new-task")) == (0, SHOWN, "")
    assert NEW_TASK in first.tell("texts")
    assert first.quit() == (0, "")
    assert not list(long_folder.rglob("*.sock"))


@pytest.mark.weekly
def test_one_that_hangs_is_said_to_hang(tmp_path: Path) -> None:
    first = Driven(NOWHERE, tmp_path)
    first.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    status, out, err = end_of(start(tmp_path))
    took = time.monotonic() - began
    first.process.send_signal(signal.SIGCONT)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert f"another enigma-panel is using the folder {tmp_path}/data" in err
    assert "does not respond" in err
    assert took < 20  # it waits a second, not for ever; the rest is the start of Python and Qt
    assert first.quit() == (0, "")


def test_of_two_that_start_at_once_one_stays(tmp_path: Path) -> None:
    pair = [start(tmp_path), start(tmp_path)]
    (loser,) = wait_for(lambda: [process for process in pair if process.poll() is not None])
    (winner,) = set(pair) - {loser}
    assert end_of(loser) == (0, SHOWN, "")
    assert winner.poll() is None
    winner.terminate()
    assert end_of(winner) == (0, "", "")
