"""The simulator as a process of its own. It ends with us, also when we are killed.

It reads our end of a pipe as its standard input and exits at its end, which the system
brings about however we end.
"""

import contextlib
import os
import subprocess
import sys
from typing import IO

from enigma_panel.cli import Options

STOP_S = 3.0
DEMO_KEY = "enig_demo"


class SimulatorError(Exception):
    """The simulator did not start; the text is one line for people."""


class SimulatorProcess:
    """A running `enigma_panel.simulator`. Standard error is ours, so that its errors are seen."""

    def __init__(self, *arguments: str) -> None:
        frozen = getattr(sys, "frozen", False)
        program = ["--simulator"] if frozen else ["-P", "-m", "enigma_panel.simulator"]
        self._process = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            [sys.executable, *program, "--port", "0", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl+C in a terminal is for us; we end the simulator, and it ends in order.
            process_group=0 if os.name == "posix" else None,
        )

    def url(self) -> str:
        """The simulator's address: its first line of output. Blocks; SimulatorError if it ends."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line.startswith("http://127.0.0.1:"):
            self.stop()
            raise SimulatorError("the demo service did not start")
        return line

    def stop(self) -> int:
        """Close its input, wait for its end, kill it only if it does not come. Exit status."""
        _close(self._process.stdin)
        try:
            return self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            _close(self._process.stdout)  # not before: it may be about to print its address


def start_for(options: Options) -> SimulatorProcess | None:
    """The simulator that this run needs, if any. It gets ready while we import the windows."""
    if not options.demo:
        return None
    arguments = ["--dialect", options.dialect] if options.dialect is not None else []
    return SimulatorProcess(*arguments)


def _close(pipe: IO[str] | None) -> None:
    if pipe is not None:
        with contextlib.suppress(OSError):  # it may have gone before
            pipe.close()
