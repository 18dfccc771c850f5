"""A way to a server that can go dead while both ends still look open."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 65_536


@dataclass
class Relay:
    """is_deaf: what comes in from either side is thrown away from now on."""

    target: str
    url: str = ""
    is_deaf: bool = False
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = urlsplit(self.target)
        self.writers.append(writer)  # the relay may end before the other side is there
        far_reader, far_writer = await asyncio.open_connection(there.hostname, there.port)
        self.writers.append(far_writer)
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):  # one side is gone: so is the other
            while chunk := await reader.read(CHUNK):
                if not self.is_deaf:
                    writer.write(chunk)
        writer.close()


@asynccontextmanager
async def relay(target: str) -> AsyncIterator[Relay]:
    """A relay to that address; ended with all its connections."""
    made = Relay(target)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()
        for writer in made.writers:
            writer.close()
        await asyncio.gather(
            *(writer.wait_closed() for writer in made.writers), return_exceptions=True
        )
