"""The real GNOME keyring on a private session bus, locked and unlocked, and no bus at all."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("child_keychain.py")
GUI = Path(__file__).parents[2] / "gui"
TIME_LIMIT_S = 60
WHERE = "the GNOME keyring"

MISSING = [tool for tool in ("dbus-run-session", "gnome-keyring-daemon") if not shutil.which(tool)]

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="the GNOME keyring is on Linux"),
]
with_keyring = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

# The daemon reads the keyring's password from stdin; the shell then becomes the child program.
UNLOCKED = (
    "printf secret | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null"
    ' && exec "$@"'
)


def _run(home: Path, *command: str) -> list[Any]:
    """Run a command with a home of its own and without a display; the JSON that it printed."""
    run_dir = home / "run"
    run_dir.mkdir(mode=0o700, parents=True)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(run_dir),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PYTHONPATH": str(GUI),
    }
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stderr
    told: list[Any] = json.loads(done.stdout)
    return told


def _on_a_bus(home: Path, *arguments: str) -> list[Any]:
    child = (sys.executable, str(CHILD), *arguments)
    return _run(home, "dbus-run-session", "--", "sh", "-c", UNLOCKED, "sh", *child)


@with_keyring
def test_saved_read_back_and_removed(tmp_path: Path) -> None:
    assert _on_a_bus(tmp_path / "own") == [
        ["absent", WHERE, None],
        ["saved", WHERE, None],
        ["found", WHERE, "enig_real_key"],
        ["absent", WHERE, None],  # another profile
        ["removed", WHERE, None],
        ["absent", WHERE, None],
    ]
    kept = [file for file in (tmp_path / "own" / "data" / "keyrings").iterdir() if file.is_file()]
    assert kept, "the real daemon keeps its file here"
    assert not any(b"enig_real_key" in file.read_bytes() for file in kept)


@with_keyring
def test_a_locked_keyring_without_a_dialog_is_told_at_once(tmp_path: Path) -> None:
    steps = _on_a_bus(tmp_path / "own", "locked")
    assert steps[2] == ["found", WHERE, "enig_real_key"]
    assert steps[3:] == [["locked", WHERE, None]] * 4


@with_keyring
def test_each_saved_login_has_an_entry_of_its_own(tmp_path: Path) -> None:
    assert _on_a_bus(tmp_path / "own", "logins") == [
        ["saved", WHERE, None],
        ["saved", WHERE, None],
        ["found", WHERE, "zebra-47"],
        ["found", WHERE, "lion-11"],
        ["absent", WHERE, None],
        ["removed", WHERE, None],
        ["absent", WHERE, None],
        ["found", WHERE, "lion-11"],
    ]


def test_without_a_bus_there_is_no_keychain(tmp_path: Path) -> None:
    assert _run(tmp_path / "own", sys.executable, str(CHILD)) == [["no_keychain", "", None]] * 6
