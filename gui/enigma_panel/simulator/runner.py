"""Running of the simulator with uvicorn, until whoever started it ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import signal
import socket
import sys
import threading
import time
from collections.abc import Generator

import uvicorn

from enigma_panel.simulator.faults import Connections
from enigma_panel.simulator.http_server import Simulator
from enigma_panel.simulator.service import Service
from enigma_panel.simulator.settings import Settings
from enigma_panel.simulator.socketio_server import MOST_BYTES, Live

_READ_AT_ONCE = 4096
_LONGEST_KEY = 4096


class _Server(uvicorn.Server):
    """A uvicorn server that says its URL once it listens, and leaves signals to us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Do nothing: uvicorn's way waits for long polls and raises the signal again."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then print the URL as the one line of standard output."""
        await super().startup(sockets)
        host, port = (sockets or [])[0].getsockname()[:2]
        try:
            sys.stdout.write(f"http://{host}:{port}\n")
            sys.stdout.flush()
        except BrokenPipeError:  # who started us is gone, and nobody else wants to know
            self.should_exit = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python writes the rest when it ends


def run(port: int, settings: Settings, seed: int | None, faults: bool) -> None:
    """Serve on 127.0.0.1 until standard input ends or a signal comes.

    Raises ``OSError`` if the port cannot be had.
    """
    # Only with the protocol named does asyncio turn off Nagle's algorithm on what is accepted;
    # without that each small reply takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        if os.name == "posix":
            # On Windows the same option would let two programs share the port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(listener, settings, seed, faults))


async def _serve(
    listener: socket.socket, settings: Settings, seed: int | None, faults: bool
) -> None:
    epoch = time.time() - time.monotonic()
    service = Service(time.monotonic, random.Random(seed), settings, epoch)
    connections = Connections()
    simulator = Simulator(service, faults)
    live = Live(simulator.app(connections.cut), service, connections, simulator.notify, seed)
    simulator.live = live
    config = uvicorn.Config(
        live,
        http=connections.http(),
        ws=connections.web_socket,  # type: ignore[arg-type]  # a function instead of the class
        ws_max_size=MOST_BYTES,
        ws_ping_interval=None,  # Engine.IO has its own
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
    )
    ended = asyncio.Event()
    _watch_stdin(service, ended)
    _watch_signals(ended)
    serving = asyncio.create_task(_Server(config).serve([listener]))
    ending = asyncio.create_task(ended.wait())
    await asyncio.wait([serving, ending], return_when=asyncio.FIRST_COMPLETED)
    # Long polls are cut off from here on: no error page for them, and no word about it.
    logging.disable()
    connections.abort_all()
    if serving.done():
        serving.result()


def _watch_stdin(service: Service, ended: asyncio.Event) -> None:
    """Read keys from standard input, one a line, in a thread; its end is our end."""
    loop = asyncio.get_running_loop()

    def send(call: object, *arguments: str) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: we are leaving anyway
            loop.call_soon_threadsafe(call, *arguments)  # type: ignore[arg-type]  # any call

    def read() -> None:
        rest = b""
        with contextlib.suppress(OSError):  # no standard input at all counts as ended
            # Not sys.stdin: a thread that waits in it blocks the interpreter's shutdown.
            while data := os.read(0, _READ_AT_ONCE):
                *lines, rest = (rest + data).split(b"\n")
                rest = rest[:_LONGEST_KEY]
                for line in filter(None, (line.strip() for line in lines)):
                    send(service.add_key, line.decode("utf-8", "replace"))
        send(ended.set)

    threading.Thread(target=read, name="stdin", daemon=True).start()


def _watch_signals(ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers; there Ctrl+C raises KeyboardInterrupt.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, ended.set)
