"""A private session bus with a stand-in for the program that shows notices."""

import asyncio
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

CHILD = Path(__file__).with_name("child_notices.py")
ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
NAME = "org.freedesktop.Notifications"
needs_bus = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon")

CONFIG = """
<busconfig>
  <type>session</type>
  <listen>unix:path={folder}/bus</listen>
  <servicedir>{folder}</servicedir>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"""Unlike the system's own it knows no folders of services: nothing of the tester's is started."""


class Lines:
    """What a program tells on its standard output."""

    def __init__(self, program: "subprocess.Popen[Any]") -> None:
        assert program.stdout is not None
        self._pipe = program.stdout.fileno()
        self._rest = b""

    def next(self, limit: float) -> str:
        """The next line; "" when none came in time."""
        while b"\n" not in self._rest:
            ready, _, _ = select.select([self._pipe], [], [], limit)
            more = os.read(self._pipe, 4096) if ready else b""
            if not more:
                return ""
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()


class Desk:
    """The bus. `with_shower` starts the stand-in; by_bus: the bus starts it for the first call."""

    def __init__(self, *, by_bus: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="notices-"))  # a socket's path is short by law
        self.told_in = self.folder / "told"
        if by_bus:
            command = f"{sys.executable} {CHILD} {self.told_in}"
            text = f"[D-BUS Service]\nName={NAME}\nExec={command}\n"
            (self.folder / f"{NAME}.service").write_text(text)
        config = self.folder / "bus.conf"
        config.write_text(CONFIG.format(folder=self.folder))
        self.daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.daemon.stdout is not None
        self.address = self.daemon.stdout.readline().strip()
        self.shower: subprocess.Popen[bytes] | None = None
        self._lines: Lines | None = None

    def with_shower(self) -> "Desk":
        self.shower = subprocess.Popen(
            [sys.executable, str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, ADDRESS: self.address},
        )
        self._lines = Lines(self.shower)
        assert self._line(20.0) == "ready"
        return self

    def do(self, line: str) -> None:
        """Returns when it is done."""
        assert self.shower is not None
        assert self.shower.stdin is not None
        self.shower.stdin.write(f"{line}\n".encode())
        self.shower.stdin.flush()
        told = self._line(20.0)
        assert told == f"did {line.split(maxsplit=1)[0]}"

    async def hear(self, limit: float = 10.0) -> str:
        """The next line of the stand-in; "" when none came in time."""
        return await asyncio.to_thread(self._line, limit)

    async def notice(self) -> dict[str, Any]:
        """The next notice that is shown, with the number that it was given."""
        word, _, told = (await self.hear()).partition(" ")
        assert word == "notify", word
        return dict(json.loads(told))

    async def is_quiet(self) -> bool:
        return await self.hear(0.4) == ""

    def _line(self, limit: float) -> str:
        assert self._lines is not None
        return self._lines.next(limit)

    def end_shower(self) -> None:
        if self.shower is not None:
            _end(self.shower)
            self.shower = None

    def end_bus(self) -> None:
        _end(self.daemon)

    def stop(self) -> None:
        self.end_shower()
        self.end_bus()
        shutil.rmtree(self.folder)


def _end(process: "subprocess.Popen[Any]") -> None:
    process.kill()
    process.wait(10)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
