"""How long a result of 1 MB holds the loop up, from the bytes of its reply to the ledger."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from enigma_panel.api.client import HttpClient
from enigma_panel.api.wire.responses import MAX_FILES, MAX_NETWORK
from enigma_panel.api.wire.values import MAX_URL, parse
from enigma_panel.core.service_rules import Dialect
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.live_big import ROW, WORDS, Samples, Turns
from tests.services.live.bench import BASE, Bench, with_bench

RUNS, QUICK_RUNS = 40, 3
BAR_MS = 16.0
SIZE = 1_000_000
PIECE_BYTES = 64 * 1024
"""So much of a reply comes at once."""
SECRETS = 3


def big_result(*, quick: bool) -> list[Figure]:
    """Each is polled and is another one; the floor is to decode its bytes."""
    shapes = {name: Samples() for name in ("text", "table", "lists")}

    async def poll(bench: Bench) -> None:
        for number in range(SECRETS):
            bench.redactor.add_secret(f"hunter2-and-more-{number}")
        for number in range(QUICK_RUNS if quick else RUNS):
            for name, samples in shapes.items():
                await _poll(bench, _data(name, number), samples)

    with tempfile.TemporaryDirectory() as folder:
        with_bench(Path(folder), poll)
    return [_figure(name, samples) for name, samples in shapes.items()]


def _data(shape: str, number: int) -> Mapping[str, Any]:
    """The `data` of a result, SIZE bytes as JSON."""
    if shape != "lists":
        part = WORDS if shape == "text" else ROW
        return {"message": f"{number}{part * (SIZE // len(json.dumps(part)))}"}
    files = [
        {"source": "vision", "downloadUrl": _url(number, n), "filename": f"{n}.pdf"}
        for n in range(MAX_FILES)
    ]
    urls = [{"url": _url(number, n)} for n in range(MAX_NETWORK)]
    return {"message": f"{number}", "files": files, "network": [{"urls": urls}]}


def _url(number: int, n: int) -> str:
    address = f"https://shop.example/{number}/{n}?mail=ann@example.org"
    return (address + "&page=12&session=a1B2c3D4" * MAX_URL)[: SIZE // (MAX_FILES + MAX_NETWORK)]


async def _poll(bench: Bench, data: Mapping[str, Any], samples: Samples) -> None:
    session_key, key = await bench.open(listens=False, dialect=Dialect.W2)
    report = {"success": True, "type": "task_completed", "data": data, "usage": {"cost": 0.01}}
    raw = json.dumps(report).encode()
    began = time.thread_time()
    parse(raw)
    samples.floor.append((time.thread_time() - began) * 1000)
    client = HttpClient(BASE, "wr_demo", Dialect.W2, transport=_Wire(raw))
    turns = Turns(bench)
    watching = asyncio.create_task(turns.watch())
    await asyncio.sleep(0)
    observation = await client.poll(f"s{session_key}", f"t{key}")
    await bench.store.record(session_key, key, observation)
    await asyncio.sleep(0)  # the turn that ended it counts
    watching.cancel()
    await client.aclose()
    assert bench.task(key).result == data["message"]
    assert len(bench.task(key).network) == (MAX_NETWORK if "network" in data else 0)
    samples.program.append(turns.longest_ms)


class _Wire(httpx.AsyncBaseTransport):
    """Answers with a body that comes in pieces."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=_Pieces(self._body), request=request)


class _Pieces(httpx.AsyncByteStream):
    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self._body), PIECE_BYTES):
            await asyncio.sleep(0)
            yield self._body[at : at + PIECE_BYTES]


def _figure(name: str, samples: Samples) -> Figure:
    return Figure(
        name=f"big_result.{name}",
        unit="ms",
        value=percentile(samples.program, 95),
        floor=percentile(samples.floor, 95),
        bar=BAR_MS,
        is_ratio=False,
        note=f"p95 of {len(samples.program)} of 1 MB, longest {max(samples.program):.1f} ms; "
        "floor: to decode the bytes",
        samples={"program": samples.program, "floor": samples.floor},
    )
