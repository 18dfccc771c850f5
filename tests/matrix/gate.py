"""The way to the simulator: TLS, a name of its own, and the network's own troubles.

The service is reached as https://HOST:PORT with a `.invalid` name that only this process resolves.
Where the name leads is what changes: to a listener with a trusted certificate, to one with a
certificate that nobody knows, to an address where nobody listens, or nowhere.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from tests.matrix.certificates import Certificates

GOOD, NOBODY, BAD = "127.0.0.1", "127.0.0.2", "127.0.0.3"
"""Linux has all of 127.0.0.0/8."""


class Way(StrEnum):
    """What stands between the program and the service."""

    CLEAR = "clear"
    REFUSED = "refused"
    NO_NAME = "no name"
    SELF_SIGNED = "self-signed"


_LEADS_TO = {Way.CLEAR: GOOD, Way.REFUSED: NOBODY, Way.SELF_SIGNED: BAD}


class Gate:
    """Forwards what arrives to the simulator, byte by byte, in a thread and loop of its own."""

    def __init__(self, url: str, certificates: Certificates, host: str) -> None:
        parts = urlsplit(url)
        self._upstream = (parts.hostname or "", parts.port or 0)
        self._certificates = certificates
        self._host = host
        self.way = Way.CLEAR
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="gate", daemon=True)
        self._servers: list[asyncio.Server] = []
        self._open: set[asyncio.Task[Any]] = set()

    @property
    def url(self) -> str:
        return f"https://{self._host}:{self.port}"

    def lead(self, way: Way) -> None:
        self.way = way
        self._run(self._cut())

    def resolve(self) -> str:
        """Where the name leads; gaierror where it leads nowhere."""
        if self.way is Way.NO_NAME:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return _LEADS_TO[self.way]

    def start(self) -> None:
        self._thread.start()
        self._run(self._listen())

    def stop(self) -> None:
        """Close everything and end the thread."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self, coro: Any) -> None:
        future: Future[None] = asyncio.run_coroutine_threadsafe(coro, self._loop)
        future.result(10)

    async def _listen(self) -> None:
        pairs = ((GOOD, self._certificates.trusted), (BAD, self._certificates.self_signed))
        for address, context in pairs:
            server = await asyncio.start_server(self._serve, address, self.port, ssl=context)
            self.port = self.port or server.sockets[0].getsockname()[1]
            self._servers.append(server)

    async def _cut(self) -> None:
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._forward(reader, writer)
            writer.close()  # after what is still to be written
            await writer.wait_closed()
        writer.transport.abort()
        self._open.discard(task)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._upstream)
        pumps = [
            asyncio.ensure_future(_pump(reader, up_writer)),
            asyncio.ensure_future(_pump(up_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            up_writer.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


class Names:
    """Names that only this process knows; everything else is resolved as ever."""

    def __init__(self) -> None:
        self.known: dict[str, Callable[[], str]] = {}
        self._real = socket.getaddrinfo

    def look_up(self, host: Any, *arguments: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        lead = self.known.get(name)
        return self._real(host if lead is None else lead(), *arguments, **named)


@contextmanager
def private_names() -> Iterator[Names]:
    """Put them in the place of the resolver."""
    names = Names()
    socket.getaddrinfo = names.look_up
    try:
        yield names
    finally:
        socket.getaddrinfo = names._real
