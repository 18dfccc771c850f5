"""The simulator as a process, forked from one that has imported once what all of them need."""

import multiprocessing
import os
import sys
from importlib import import_module
from multiprocessing.connection import Connection
from typing import IO, Any

_FORKS: Any = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "enigma_panel.simulator.__main__",
        "enigma_panel.simulator.runner",
        # What it imports only when it is used:
        "aiohttp",
        "engineio.async_drivers.asgi",
        "socketio",
        "uvicorn.protocols.websockets.wsproto_impl",
    ]
)
LEAVE_S = 60.0


class SimulatorProcess:
    """What `python -m enigma_panel.simulator` is with these arguments."""

    module = "enigma_panel.simulator.__main__"

    def __init__(self, *arguments: str, wants_stderr: bool = False) -> None:
        stdin, to_it = os.pipe()
        outputs = [os.pipe() for _ in range(2 if wants_stderr else 1)]
        theirs = [Connection(stdin, writable=False)]
        theirs += [Connection(output, readable=False) for _, output in outputs]
        self.stdin = os.fdopen(to_it, "wb", buffering=0)
        self._outputs = [os.fdopen(ours, "rb") for ours, _ in outputs]
        given = self.module, arguments, theirs
        self._process = _FORKS.Process(target=_simulate, args=given, daemon=True)
        self._process.start()
        for stream in theirs:
            stream.close()
        self.url = self._outputs[0].readline().decode().strip()

    def stop(self) -> tuple[int | None, list[bytes]]:
        """Close its input, as the program's end does, and wait for its own.

        Returns its exit status, and what it wrote besides its address; the same when asked again.
        """
        if not self.stdin.closed:
            self.stdin.close()
            self._process.join(LEAVE_S)
            status = self._process.exitcode
            self._process.kill()
            self._process.join()
            self._process.close()
            self._left = status, [_rest_of(output) for output in self._outputs]
        return self._left


def _rest_of(output: IO[bytes]) -> bytes:
    with output:
        return output.read()


def _simulate(module: str, arguments: tuple[str, ...], streams: list[Connection]) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.exit(import_module(module).main([*arguments]))
