"""Being told to leave: by signals at any moment, by the desktop at log-out."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from enigma_panel.store.folder_lock import FolderLock
from tests.app.program import Driven
from tests.conftest import Simulator, first_and_weekly_each
from tests.kit.wait import wait_for

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
Start = Callable[..., Simulator]
LIMIT_S = 120


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A shell ignores SIGINT for what runs in its background, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _demo(folder: Path, *, ignore_hangup: bool = False) -> subprocess.Popen[str]:
    """A demo in a process group of its own, as a terminal starts it."""
    command = [sys.executable, "-m", "enigma_panel", "--demo"]
    if ignore_hangup:
        command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(folder)},
    )


def _takes_signals(pid: int) -> bool:
    """Whether our first line has run: Python itself only takes SIGINT."""
    status = Path(f"/proc/{pid}/status").read_text()
    (mask,) = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt")]
    return bool(int(mask, 16) & (1 << (signal.SIGTERM - 1)))


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.parametrize(
    "n", [n if n in {0, 3, 6} else pytest.param(n, marks=pytest.mark.weekly) for n in range(10)]
)
def test_ctrl_c_in_the_first_second_leaves_nothing_behind(n: int, tmp_path: Path) -> None:
    """Sent to the whole group, as a terminal does: also to what we started, if it were in it."""
    number = (signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[n % 4]
    program = _demo(tmp_path)
    wait_for(lambda: _takes_signals(program.pid))
    time.sleep(random.Random().uniform(n / 10, n / 10 + 0.1))
    children = _children(program.pid)
    os.killpg(program.pid, number)
    _, errors = program.communicate(timeout=LIMIT_S)
    assert errors == ""
    assert program.returncode in {0, 128 + number}
    assert list(tmp_path.glob("enigma-panel-*")) == []
    wait_for(lambda: not any(_is_alive(child) for child in children))


SELF_SENT = """
import os, signal, sys
from enigma_panel import __main__ as program
{module}
before = {where}
def tell_ourselves(*arguments):
    os.kill(os.getpid(), signal.{name})
    return before(*arguments)
{where} = tell_ourselves
sys.exit(program.main())
"""


@first_and_weekly_each("name", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize(
    ("module", "where", "is_late"),
    [
        ("", "program._import_qt", False),
        ("program._import_qt(); from enigma_panel import app", "app.find_data_dirs", True),
    ],
)
def test_a_signal_before_the_loop_runs_is_not_lost(
    name: str, module: str, where: str, is_late: bool, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SELF_SENT.format(name=name, module=module, where=where), "--demo"],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_API": "pyside6",
            "TMPDIR": str(tmp_path),
        },
    )
    expected = 0 if is_late else 128 + signal.Signals[name]
    assert (done.returncode, done.stderr) == (expected, "")
    assert list(tmp_path.glob("enigma-panel-*")) == []


def test_a_second_signal_does_not_wait(tmp_path: Path) -> None:
    """Where the start hangs, the first is only noted."""
    program = _demo(tmp_path)
    wait_for(lambda: _takes_signals(program.pid))
    for _ in range(2):
        program.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, errors = program.communicate(timeout=LIMIT_S)
    assert "Traceback" not in errors
    assert program.returncode in {0, 128 + signal.SIGINT, -signal.SIGINT}


def test_a_terminal_that_is_closed_ends_it_in_order(simulator: Start, tmp_path: Path) -> None:
    program = Driven(simulator("--speed", "6").url, tmp_path)
    program.tell("start-kept Research typewriters")
    program.until(lambda s: any("Running" in cell for row in s["Sessions"] for cell in row))
    program.process.send_signal(signal.SIGHUP)
    assert program._end() == (0, "")
    FolderLock(tmp_path / "data").release()  # the folder is free and the session is known
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.sqlite3")) as ledger:
        assert ledger.execute("SELECT phase FROM sessions").fetchall() == [("open",)]


def test_nohup_is_respected(tmp_path: Path) -> None:
    program = _demo(tmp_path, ignore_hangup=True)
    wait_for(lambda: _takes_signals(program.pid))
    wait_for(lambda: list(tmp_path.glob("enigma-panel-demo-*/data/panel.sock")))
    program.send_signal(signal.SIGHUP)
    time.sleep(1.0)
    assert program.poll() is None
    program.terminate()
    _, errors = program.communicate(timeout=LIMIT_S)
    assert (program.returncode, errors) == (0, "")


@first_and_weekly_each("how", ["log-out", "qt-quit"])
def test_the_desktop_ends_it_as_sigterm_does(how: str, simulator: Start, tmp_path: Path) -> None:
    """No question is asked: sessions stay open, the layout is kept, nothing is complained of."""
    program = Driven(simulator("--speed", "6").url, tmp_path)
    program.tell("start-kept Research typewriters")
    program.until(lambda s: any("Running" in cell for row in s["Sessions"] for cell in row))
    assert program.tell(how) == "ok"
    assert program._end() == (0, "")
    assert "window_geometry" in (tmp_path / "config" / "settings.json").read_text()
    log = (tmp_path / "data").glob("*.log*")
    assert not [path for path in log if "ERROR" in path.read_text()]
