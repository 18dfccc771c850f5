"""How long one question of 5 MB holds the loop up, from its bytes to the record."""

import json
import tempfile
import time
from pathlib import Path

from enigma_panel.api.wire.jsontext import parse
from enigma_panel.api.wire.live import read_event
from tests.benchmarks.figures import Figure, percentile
from tests.services.live_bench import Bench, with_bench

RUNS, QUICK_RUNS = 40, 3
BAR_MS = 16.0
WORDS = "the quick brown fox, paid=12 mail ann@example.org https://shop.example/x?id=4 "
LONG = (WORDS * (5_000_000 // len(WORDS) + 1))[:5_000_000]
SECRETS = 3


def live_big(*, quick: bool) -> list[Figure]:
    """Each is another question, told by the channel; the floor is to decode its bytes."""
    samples: dict[str, list[float]] = {"program": [], "floor": []}

    async def ask(bench: Bench) -> None:
        for number in range(SECRETS):
            bench.redactor.add_secret(f"hunter2-and-more-{number}")
        _, task = await bench.open()
        runs = QUICK_RUNS if quick else RUNS
        for number in range(runs):
            await _tell(bench, f"{number} {LONG}", samples)
        assert bench.task(task).question_n == runs

    with tempfile.TemporaryDirectory() as folder:
        with_bench(Path(folder), ask)
    return [_figure(samples["program"], samples["floor"])]


async def _tell(bench: Bench, question: str, samples: dict[str, list[float]]) -> None:
    """CPU time of this thread: in the program the ledger's disk is waited for in another one."""
    raw = json.dumps({"type": "guardrail_trigger", "data": {"value": question}}).encode()
    began = time.thread_time()
    payload = parse(raw)
    samples["floor"].append((time.thread_time() - began) * 1000)
    seen = read_event("message", payload)
    assert seen is not None
    bench.line.tell(seen)
    await bench.wait(0.01)
    samples["program"].append((time.thread_time() - began) * 1000)


def _figure(program: list[float], floor: list[float]) -> Figure:
    return Figure(
        name="live_big.question",
        unit="ms",
        value=percentile(program, 95),
        floor=percentile(floor, 95),
        bar=BAR_MS,
        is_ratio=False,
        note=f"p95 of {len(program)} questions of 5 MB, longest {max(program):.1f} ms; "
        "floor: to decode the bytes",
        samples={"program": program, "floor": floor},
    )
