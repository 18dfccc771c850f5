"""A tiny HTTP server on raw sockets that can misbehave: drop, cut, delay, dribble."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Play = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Writes the answer to one request; returning without one closes the connection."""


@dataclass
class Request:
    """What arrived. Header names in lower case; connection counts from 1."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Loopback:
    """`play` answers every request; `requests` keeps them."""

    url: str = ""
    play: Play = field(default_factory=lambda: answer("{}"))
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, count: int) -> None:
        """Return once so many requests have arrived."""
        async with self.arrived:
            await self.arrived.wait_for(lambda: len(self.requests) >= count)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: it is closed at the end, however little of it was served by then."""
        self.writers.append(writer)
        task = asyncio.create_task(self._serve(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while True:
                request = await read_request(reader, number)
                async with self.arrived:
                    self.requests.append(request)
                    self.arrived.notify_all()
                await self.play(writer)
                await writer.drain()
                if writer.is_closing():
                    break
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError, ValueError):
            writer.close()


async def read_request(reader: asyncio.StreamReader, connection: int) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _version = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body, connection)


@asynccontextmanager
async def loopback(play: Play | None = None) -> AsyncIterator[Loopback]:
    """A running server; its connections are closed at the end."""
    server = Loopback()
    if play is not None:
        server.play = play
    listener = await asyncio.start_server(server.accept, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        running = list(server.tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for writer in server.writers:
            writer.close()
        await asyncio.sleep(0)  # lets the transports report their end


def answer(body: str | bytes, status: int = 200, **headers: str) -> Play:
    """A whole, well-formed answer. Underscores in header names become hyphens."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(head(body, status, **headers) + data(body))

    return play


def data(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


def head(body: str | bytes, status: int = 200, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data(body))}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def drop(writer: asyncio.StreamWriter) -> None:
    writer.close()


def cut(body: str) -> Play:
    """Promise a whole body and close in the middle."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(head(body) + data(body)[: len(body) // 2])
        await writer.drain()
        writer.close()

    return play


def dribble(body: str, pause_s: float) -> Play:
    """One byte at a time: no single read ever waits long."""

    async def play(writer: asyncio.StreamWriter) -> None:
        writer.write(head(body))
        for byte in data(body):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(pause_s)

    return play


def held(until: asyncio.Event, body: str) -> Play:
    async def play(writer: asyncio.StreamWriter) -> None:
        await until.wait()
        writer.write(head(body) + data(body))

    return play
