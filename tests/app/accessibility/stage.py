"""A desktop of its own: display, window manager, session bus, and the real program on it."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

NEEDED = ("Xvfb", "openbox", "dbus-daemon")
SERVICE = Path("/usr/share/dbus-1/services/org.a11y.Bus.service")
LEAVE_S = 20.0
SIZE = "1400x950x24"
INHERITED = ("PATH", "PYTHONPATH")

QT_ALONE = (
    "Received text event for invalid interface",
    "Could not find accessible on path",
    "nvalid index",
)
"""What Qt's bridge complains about: Qt's own events for labels with rich text, and whoever asks for
an object that is just gone, or for a child behind the last of a table."""


def missing_tools() -> list[str]:
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    return missing if SERVICE.exists() else [*missing, "at-spi2-core"]


MISSING = missing_tools()
ON_THE_BUS = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="the accessibility bus is on Linux"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
"""The marks of tests that need a Stage."""


class Stage:
    """Starts the desktop; leaving it ends every process in any case."""

    def __init__(self) -> None:
        self.session_bus = ""
        self._started: list[subprocess.Popen[str]] = []
        # Not below pytest's folder: the path of a socket may have 107 characters.
        self._home = Path(tempfile.mkdtemp(prefix="enigma-a11y-"))
        self._env = self._environment()

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def start_program(
        self, service_url: str, data: Path, key: str = "", *options: str
    ) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "enigma_panel"]
        command += ["--base-url", service_url, "--data-dir", str(data), *options]
        environment = {"ENIGMA_API_KEY": key} if key else {}
        return self._start(*command, name="program", **environment)

    def start_child(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        """A module of the tests as a program, on its standard input and output."""
        name = module.rpartition(".")[2]
        return self._start(
            sys.executable, "-m", module, *arguments, name=name, stdin=subprocess.PIPE
        )

    def leave(self) -> tuple[int, str]:
        """End the program as a log-out does; its exit status and standard error."""
        program = self._started[-1]
        program.terminate()
        return program.wait(LEAVE_S), self.errors()

    def errors(self) -> str:
        """What the program has written to standard error so far, without what Qt alone says."""
        lines = (self._home / "program.err").read_text(errors="replace").splitlines(keepends=True)
        return "".join(line for line in lines if not any(part in line for part in QT_ALONE))

    # -- inside ------------------------------------------------------------------------------

    def _environment(self) -> dict[str, str]:
        run = self._home / "run"
        run.mkdir(mode=0o700)
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return inherited | {
            "LANG": "C.UTF-8",
            "HOME": str(self._home),
            "XDG_RUNTIME_DIR": str(run),
            "GSETTINGS_BACKEND": "memory",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "QT_QPA_PLATFORM": "xcb",
        }

    def _begin(self) -> None:
        # The kernel gives the display's number and the bus its address, so nothing can collide.
        display = self._start("Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", SIZE)
        self._env["DISPLAY"] = f":{_first_line(display)}"
        bus = self._start("dbus-daemon", "--session", "--nofork", "--print-address=1")
        self.session_bus = _first_line(bus)
        self._env["DBUS_SESSION_BUS_ADDRESS"] = self.session_bus
        self._start("openbox", "--sm-disable")

    def _start(
        self, *command: str, name: str = "", stdin: int = subprocess.DEVNULL, **environment: str
    ) -> subprocess.Popen[str]:
        with (self._home / f"{name or command[0]}.err").open("w") as errors:
            process = subprocess.Popen(
                command,
                env=self._env | environment,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def _close(self) -> None:
        for process in reversed(self._started):
            _end(process)
        for number in _marked(str(self._home)):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        shutil.rmtree(self._home, ignore_errors=True)


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, f"{process.args!r} did not start"
    return line


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _marked(folder: str) -> Iterator[int]:
    """What the session bus has started: our folder stands in its environment."""
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal() or int(process.name) == os.getpid():
            continue
        with suppress(OSError):  # somebody else's, or just ended
            if folder.encode() in (process / "environ").read_bytes():
                yield int(process.name)
