"""Starting, timing and looking into the processes that are measured."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FLOOR = [sys.executable, str(HERE / "floor.py")]
KEY = "enig_demo"
RESEARCH = "Research the history of town number {}, in depth"
"""The text of a task that takes long."""


def program() -> list[str]:
    """The command that people type, of the environment that runs us."""
    script = Path(sys.executable).with_name("enigma-panel")
    return [str(script)] if script.exists() else [sys.executable, "-m", "enigma_panel"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Nothing of the home of whoever runs us, no keychain, no display."""
    drop = ("XDG_", "PYTHONDONTWRITEBYTECODE")
    keep = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return {
        **keep,
        "HOME": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "gui", ROOT / "resources", ROOT))),
        "ENIGMA_API_KEY": KEY,
        **more,
    }


@contextmanager
def desktop() -> Iterator[dict[str, str]]:
    """Run an X server and a window manager; gives what a program's environment needs for them."""
    command = ["Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", "1400x900x24"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True) as server:
        assert server.stdout is not None
        env = {"DISPLAY": f":{server.stdout.readline().strip()}", "QT_QPA_PLATFORM": "xcb"}
        manager = ["openbox", "--sm-disable"]
        try:
            with subprocess.Popen(
                manager, env={**os.environ, **env}, stdout=quiet, stderr=quiet
            ) as process:
                try:
                    yield env
                finally:
                    process.terminate()
        finally:
            server.terminate()


@contextmanager
def simulator(*arguments: str) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "enigma_panel.simulator", "--port", "0", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def probed(module: str, mode: str, settings: dict[str, Any], url: str) -> Iterator[dict[str, Any]]:
    """The records that the program prints with that probe in it, as they come."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", f"benchmarks.{module}", mode, json.dumps(settings)]
        command += ["--base-url", url, "--data-dir", folder]
        env = environment(Path(folder))
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env=env, cwd=ROOT
        ) as process:
            assert process.stdout is not None
            try:
                yield from map(json.loads, process.stdout)
            except BaseException:
                process.terminate()
                raise
        if process.returncode != 0:
            raise RuntimeError(f"the program ended with {process.returncode}")


@dataclass(frozen=True)
class Times:
    """Seconds from the spawn to the line "shown" and to the end."""

    shown: float
    whole: float


def timed(command: list[str], env: Mapping[str, str]) -> Times:
    """Run a command that prints "shown" and ends by itself."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(env)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        shown = time.perf_counter() - began
        status = process.wait(60)
    whole = time.perf_counter() - began
    if line != "shown\n" or status != 0:
        raise RuntimeError(f"{command[-1]} said {line!r} and ended with {status}")
    return Times(shown, whole)
