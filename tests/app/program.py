"""Starts the driven program (driver.py) and talks to it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).parents[2]
LIMIT_S = 120.0


class Driven:
    running: ClassVar[set["Driven"]] = set()
    """Those that have not been ended; conftest.py ends what a failed test left."""

    def __init__(
        self,
        url: str,
        data: Path,
        key: str = "enig_demo",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.app.driver", "--base-url", url, "--data-dir", str(data)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**(environment or os.environ), **({"ENIGMA_API_KEY": key} if key else {})},
        )
        self.running.add(self)
        assert self._read() == "ready"

    def tell(self, line: str) -> Any:
        """Send a command and return its result."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self._read()

    def until(self, condition: Callable[[dict[str, list[list[str]]]], object]) -> Any:
        """Ask for the tables until they fulfil a condition; returns them."""
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            state = self.tell("state")
            if condition(state):
                return state
            time.sleep(0.1)
        raise AssertionError(f"did not come true in {LIMIT_S:.0f} s: {state}")

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self._end()

    def quit(self) -> tuple[int, str]:
        """Leave in order; exit status and standard error."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._end()

    def terminate(self) -> tuple[int, str]:
        self.process.terminate()
        return self._end()

    def _end(self) -> tuple[int, str]:
        self.running.discard(self)
        assert self.process.stderr is not None
        errors = self.process.stderr.read()
        status = self.process.wait(20)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # a killed process reads no more
        return status, errors

    def _read(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            _, errors = self._end()
            raise AssertionError(f"the program ended: {errors[-2000:]}")
        return json.loads(line)
