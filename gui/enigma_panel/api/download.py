"""Fetching a file of a result: one GET, without key and cookies, that follows no redirect.

A file may lie at another host than the service, so nothing of the service's client goes there.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from enigma_panel import __version__
from enigma_panel.api.address import is_loopback
from enigma_panel.api.client import (
    CONNECT_S,
    NETWORK_FAULTS,
    make_context_in_thread,
    make_unused_context,
    translate,
)
from enigma_panel.api.errors import DownloadError, DownloadFault, NotConnectedError

READ_S = 30.0
"""Longest silence of the server."""

PIECE_BYTES = 256 * 1024

_HEADERS = {"User-Agent": f"enigma-control-panel/{__version__}", "Accept-Encoding": "identity"}


class Sink(Protocol):
    """Where a file goes; what it raises ends the download."""

    async def begin(self, total: int | None) -> None:
        """Begin a file; total: its length in bytes where that is known."""

    async def write(self, data: bytes) -> None:
        """Take the next bytes of the file."""


async def fetch(address: str, sink: Sink) -> None:
    """Fetch a whole file from an address that `file_address` gave. Raises DownloadError."""
    failure: DownloadError | None = None
    try:
        async with _answer(address) as response:
            await sink.begin(_check(response))
            async for piece in response.aiter_raw(PIECE_BYTES):
                await sink.write(piece)
    except NETWORK_FAULTS as fault:
        failure = DownloadError(_fault_of(fault))
    if failure is not None:
        # Raised out here: as a context, the fault would carry the address.
        raise failure


@asynccontextmanager
async def _answer(address: str) -> AsyncIterator[httpx.Response]:
    is_plain = address.startswith("http:")
    try:
        client = httpx.AsyncClient(
            verify=make_unused_context() if is_plain else await make_context_in_thread(),
            timeout=httpx.Timeout(READ_S, connect=CONNECT_S),
            trust_env=not is_loopback(urlsplit(address).hostname or ""),
            follow_redirects=False,
            headers=_HEADERS,
        )
    except (ImportError, ValueError):  # an unusable proxy in the environment
        raise DownloadError(DownloadFault.NOT_CONNECTED) from None
    async with client, client.stream("GET", address) as response:
        yield response


def _check(response: httpx.Response) -> int | None:
    """The announced length of a file; raises DownloadError where the answer brings none."""
    status = response.status_code
    if 300 <= status < 400:
        raise DownloadError(DownloadFault.REDIRECTED, status=status)
    if status != httpx.codes.OK:
        raise DownloadError(DownloadFault.REFUSED, status=status)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        # It was not asked for, and a packed file would be kept under the name of the unpacked one.
        raise DownloadError(DownloadFault.NONSENSE, status=status)
    length = response.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


def _fault_of(fault: BaseException) -> DownloadFault:
    error = translate(fault)
    if error.reason == "timeout":
        return DownloadFault.TIMEOUT
    return (
        DownloadFault.NOT_CONNECTED if isinstance(error, NotConnectedError) else DownloadFault.CUT
    )
