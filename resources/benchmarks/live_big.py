"""How long one question or result of 5 MB holds the loop up, from its bytes to the record."""

import asyncio
import json
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, percentile
from enigma_panel.api.wire.error_responses import Answer
from enigma_panel.api.wire.excerpt import make_scrub
from enigma_panel.api.wire.responses import read_poll
from enigma_panel.api.wire.socket_events import read_event
from enigma_panel.api.wire.values import parse
from tests.services.live.bench import Bench

RUNS, QUICK_RUNS = 40, 3
BAR_MS = 16.0
TABLE_RATIO = 2.0
WORDS = "the quick brown fox, paid=12 mail ann@example.org https://shop.example/x?id=4 "
ROW = '{"name":"a","paid":12.5,"mail":"ann@example.org","url":"https://shop.example/x?id=4"},'
SIZE = 5_000_000
LONG = (WORDS * (SIZE // len(WORDS) + 1))[:SIZE]
TABLE = (ROW * (SIZE // len(ROW) + 1))[:SIZE]  # no white space
SECRETS = 3
MOST_TURNS = 10_000


def live_big(*, quick: bool) -> list[Figure]:
    """Each is another text: questions by the channel, results by polls. Floor: to decode it."""
    runs = QUICK_RUNS if quick else RUNS
    questions, results, tables = Samples(), Samples(), Samples()

    async def tell(bench: Bench) -> None:
        for number in range(SECRETS):
            bench.redactor.add_secret(f"hunter2-and-more-{number}")
        await _ask(bench, runs, questions)
        await _end(bench, runs, results, LONG)
        await _end(bench, runs, tables, TABLE)

    with tempfile.TemporaryDirectory() as folder:
        Bench.run(Path(folder), tell)
    return [
        _figure("question", questions),
        _figure("result", results),
        # To decode its quotation marks alone may take longer than the time of the others.
        replace(_figure("table", tables), bar=TABLE_RATIO, is_ratio=True),
    ]


async def _ask(bench: Bench, runs: int, samples: "Samples") -> None:
    _, key = await bench.open()
    for number in range(runs):
        event = {"type": "guardrail_trigger", "data": {"value": f"{number} {LONG}"}}
        await _tell(bench, event, samples, key)


async def _end(bench: Bench, runs: int, samples: "Samples", text: str) -> None:
    for number in range(runs):
        _, key = await bench.open()
        result = f"{number}{text[:-9]}"
        event = {"type": "task_completed", "data": {"message": result}}
        await _tell(bench, event, samples, key, by_poll=True)
        assert bench.task(key).result == result


@dataclass
class Samples:
    """Milliseconds: the longest turn of the loop for each text, and to decode its bytes."""

    program: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)


class Turns:
    """The longest turn of the loop, in CPU time of this thread."""

    def __init__(self, bench: Bench) -> None:
        self._executor = bench.executor
        self.longest_ms = 0.0

    async def watch(self) -> None:
        while True:
            began = self._now_s()
            await asyncio.sleep(0)
            self.longest_ms = max(self.longest_ms, (self._now_s() - began) * 1000)

    def _now_s(self) -> float:
        return time.thread_time() - self._executor.spent_s


async def _tell(
    bench: Bench, event: Any, samples: Samples, key: int, *, by_poll: bool = False
) -> None:
    before = bench.task(key)
    raw = json.dumps(event).encode()
    began = time.thread_time()
    payload = parse(raw)
    samples.floor.append((time.thread_time() - began) * 1000)
    turns = Turns(bench)
    watching = asyncio.create_task(turns.watch())
    await asyncio.sleep(0)
    if by_poll:
        answer = read_poll(Answer(status=200, body=raw), make_scrub())
        await bench.store.record(before.session_key, key, answer)
    else:
        seen = read_event("message", payload)
        assert seen is not None
        bench.connection.tell(seen)
    for _ in range(MOST_TURNS):
        if bench.task(key) is not before:
            break
        await asyncio.sleep(0)
    assert bench.task(key) is not before, "it was not taken"
    await asyncio.sleep(0)  # the turn that ended it counts
    watching.cancel()
    await bench.wait(0.01)
    samples.program.append(turns.longest_ms + (0.0 if by_poll else samples.floor[-1]))


def _figure(name: str, samples: Samples) -> Figure:
    return Figure(
        name=f"live_big.{name}",
        unit="ms",
        value=percentile(samples.program, 95),
        floor=percentile(samples.floor, 95),
        bar=BAR_MS,
        is_ratio=False,
        note=f"p95 of {len(samples.program)} {name}s of 5 MB, longest {max(samples.program):.1f} "
        "ms; floor: to decode the bytes",
        samples={"program": samples.program, "floor": samples.floor},
    )
