"""Two programs on one folder: the second has the first one show its window, and leaves."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from enigma_panel.desktop.single_instance import acquire_folder
from tests.app.program import Driven
from tests.kit.wait import wait_for

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets"),
]
NOWHERE = "http://127.0.0.1:9"
NEW_TASK = "Start and add another"
"""A button that stands in New task alone."""
SHOWN = "Enigma Control Panel is already open. Its window was brought to the front.\n"


def start(folder: Path, *options: str, **more: str) -> subprocess.Popen[str]:
    where = ("--base-url", NOWHERE, "--data-dir", str(folder))
    return subprocess.Popen(
        [sys.executable, "-m", "enigma_panel", *where, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **more},
    )


def wait_for_socket(folder: Path) -> Path:
    path = folder / "data" / "panel.sock"
    wait_for(path.is_socket, what="the socket")
    return path


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
    assert end_of(start(long_folder)) == (0, SHOWN, "")
    assert first.quit() == (0, "")
    assert not list(long_folder.rglob("*.sock"))


def test_the_second_has_the_first_open_new_task(tmp_path: Path) -> None:
    first = Driven(NOWHERE, tmp_path)
    assert NEW_TASK not in first.tell("texts")
    assert end_of(start(tmp_path, "--new-task")) == (0, SHOWN, "")
    assert NEW_TASK in first.tell("texts")
    assert first.quit() == (0, "")


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


def test_the_folder_of_a_dead_one_is_free_within_a_second(tmp_path: Path) -> None:
    first = Driven(NOWHERE, tmp_path)
    wait_for_socket(tmp_path)
    first.kill()
    acquire_folder(tmp_path / "data", may_ask=True).release()
    second = Driven(NOWHERE, tmp_path)  # where a dead one's socket still lies
    assert end_of(start(tmp_path)) == (0, SHOWN, "")
    assert second.quit() == (0, "")


def test_of_two_that_start_at_once_one_stays(tmp_path: Path) -> None:
    pair = [start(tmp_path), start(tmp_path)]
    (loser,) = wait_for(lambda: [process for process in pair if process.poll() is not None])
    (winner,) = set(pair) - {loser}
    assert end_of(loser) == (0, SHOWN, "")
    assert winner.poll() is None
    winner.terminate()
    assert end_of(winner) == (0, "", "")


@pytest.mark.weekly
def test_one_that_waits_for_the_first_to_end_takes_over(tmp_path: Path) -> None:
    """Quit and started again at once: the first has stopped listening and still writes."""
    first = Driven(NOWHERE, tmp_path)
    wait_for_socket(tmp_path).unlink()
    second = start(tmp_path)
    time.sleep(1.0)
    assert first.quit() == (0, "")
    wait_for_socket(tmp_path)
    second.terminate()
    assert end_of(second) == (0, "", "")
