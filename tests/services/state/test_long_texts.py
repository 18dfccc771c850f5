"""Long questions are cut and redacted once, long results are kept whole."""

import pytest

from enigma_panel.api.wire.responses import MAX_QUESTION
from enigma_panel.api.wire.socket_events import read_event
from enigma_panel.api.wire.values import CUT_MARK
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.secrets.redaction import Redactor
from tests.kit.existing import existing
from tests.services.live.bench import Bench

WORDS = "the quick brown fox, paid=12 mail ann@example.org https://shop.example/x?id=4 "
LONG = (WORDS * (5_000_000 // len(WORDS) + 1))[:5_000_000]


def asks(text: str) -> Observation:
    return existing(read_event("message", {"type": "guardrail_trigger", "data": {"value": text}}))


@pytest.fixture
def redacted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the long texts that were redacted."""
    lengths: list[int] = []
    real = Redactor.redact

    def redact(self: Redactor, text: str) -> str:
        if len(text) > 10_000:
            lengths.append(len(text))
        return real(self, text)

    monkeypatch.setattr(Redactor, "redact", redact)
    return lengths


async def test_a_long_question(bench: Bench, redacted: list[int]) -> None:
    session, key = await bench.open()
    await tell(bench, LONG)
    assert (bench.task(key).question_n, len(redacted)) == (1, 1)
    await tell(bench, LONG)
    await bench.store.record(session, key, asks(LONG))  # as a poll does
    assert (bench.task(key).question_n, len(redacted)) == (1, 1), "it passed before"
    await tell(bench, "?" + LONG)
    assert (bench.task(key).question_n, len(redacted)) == (2, 2)
    assert max(redacted) <= MAX_QUESTION + len(CUT_MARK)


async def test_a_question_that_is_told_again_with_what_was_answered_is_the_same(
    bench: Bench,
) -> None:
    session, key = await bench.open()
    await tell(bench, "Is it hunter2-and-more?")
    bench.redactor.add_secret("hunter2-and-more")
    for text in ("Is it hunter2-and-more?", "Is it [redacted]?"):
        await bench.store.record(session, key, asks(text))
        assert bench.task(key).question_n == 1
    await tell(bench, "Was it hunter2-and-more?")
    task = bench.task(key)
    assert (task.question_n, task.question) == (2, "Was it [redacted]?")


async def test_a_long_result_is_kept_whole(bench: Bench) -> None:
    session, key = await bench.open()
    bench.redactor.add_secret("hunter2-and-more")
    result = Observation(kind=Kind.COMPLETED, text=LONG + " hunter2-and-more", task_id="t1")
    await bench.store.record(session, key, result)
    assert bench.task(key).result == LONG + " [redacted]"


async def tell(bench: Bench, text: str) -> None:
    bench.connection.tell(asks(text))
    await bench.wait(0.01)
