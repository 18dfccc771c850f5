"""Long texts do not hold the loop up: questions are cut, results are redacted in pieces."""

import asyncio
from typing import Any, cast

import pytest

from enigma_panel.api.wire.responses import MAX_QUESTION
from enigma_panel.api.wire.socket_events import read_event
from enigma_panel.api.wire.values import CUT_MARK
from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.secrets.redaction import PIECE, Redactor
from enigma_panel.services.queue.starter import Starter
from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.spending import DayCap
from enigma_panel.store.ledger.intents import Intent, Outcome
from enigma_panel.store.settings import Settings
from tests.services.live.bench import Bench

WORDS = "the quick brown fox, paid=12 mail ann@example.org https://shop.example/x?id=4 "
LONG = (WORDS * (5_000_000 // len(WORDS) + 1))[:5_000_000]


def asks(text: str) -> Observation:
    observation = read_event("message", {"type": "guardrail_trigger", "data": {"value": text}})
    assert observation is not None
    return observation


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
    assert (bench.task(key).question_n, len(redacted)) == (2, 3)
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
    assert bench.store.redaction.is_question_of(bench.task(key), "Is it [redacted]?")
    await tell(bench, "Was it hunter2-and-more?")
    task = bench.task(key)
    assert (task.question_n, task.question) == (2, "Was it [redacted]?")


async def test_a_long_result_passes_in_pieces(bench: Bench, redacted: list[int]) -> None:
    session, key = await bench.open()
    bench.redactor.add_secret("hunter2-and-more")
    result = Observation(kind=Kind.COMPLETED, text=LONG + " hunter2-and-more", task_id="t1")
    recording = asyncio.create_task(bench.store.record(session, key, result))
    turns = 0
    while not recording.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > LONG.count("") // PIECE, "something else had its turn in between"
    assert max(redacted) < 1.1 * PIECE
    assert sum(redacted) == len(result.text or ""), "each part once"
    assert bench.task(key).result == LONG + " [redacted]"


async def test_so_do_many_long_addresses(bench: Bench) -> None:
    session, key = await bench.open()
    bench.redactor.add_secret("hunter2-and-more")
    told = tuple(f"https://shop.example/{n}?a=hunter2-and-more&b={'x' * 2000}" for n in range(300))
    result = Observation(kind=Kind.COMPLETED, text="42", network=told, task_id="t1")
    recording = asyncio.create_task(bench.store.record(session, key, result))
    turns = 0
    while not recording.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > len(told), "something else had its turn in between"
    kept = tuple(address.replace("hunter2-and-more", "[redacted]") for address in told)
    assert (bench.task(key).network, bench.task(key).result) == (kept, "42")


async def test_a_long_result_outlives_a_cancellation(bench: Bench) -> None:
    session, key = await bench.open()
    result = Observation(kind=Kind.COMPLETED, text=LONG, task_id="t1")
    async with asyncio.timeout(60):
        recording = asyncio.create_task(bench.store.record(session, key, result))
        await asyncio.sleep(0)
        recording.cancel()
        await asyncio.wait([recording])
    assert recording.cancelled()
    assert (bench.task(key).status, bench.task(key).result) == (TaskStatus.DONE, LONG)
    await bench.store.flush()  # as at the end of the program
    rows = await bench.store.read(lambda ledger: ledger.tasks([key]))
    assert rows[key].result == LONG


async def test_a_limit_of_time_is_kept(bench: Bench) -> None:
    session, key = await bench.open()
    result = Observation(kind=Kind.COMPLETED, text=LONG, task_id="t1")
    limit = asyncio.timeout(None)

    async def record() -> None:
        async with limit:
            await bench.store.record(session, key, result)
            await asyncio.sleep(60)

    recording = asyncio.create_task(record())
    await asyncio.sleep(0)
    limit.reschedule(0)
    with pytest.raises(TimeoutError):
        await recording
    assert bench.task(key).status is TaskStatus.DONE


@pytest.mark.parametrize("is_news", [True, False])
async def test_a_limit_of_time_hits_nothing_behind_it(bench: Bench, is_news: bool) -> None:
    """Also where nothing is written, as of a result that the other way has told."""
    session, key = await bench.open()
    result = Observation(kind=Kind.COMPLETED, text=LONG, task_id="t1")
    if not is_news:
        await bench.store.record(session, key, result)
    limit = asyncio.timeout(None)
    went_on: list[bool] = []

    async def ask() -> None:
        try:
            async with limit:
                await bench.store.record(session, key, result)
        except TimeoutError:
            await asyncio.sleep(0)
            went_on.append(True)

    asking = asyncio.create_task(ask())
    await asyncio.sleep(0)
    limit.reschedule(0)
    await asyncio.wait([asking])
    assert (asking.cancelled(), went_on) == (False, [True])


async def test_one_whose_outcome_is_settled_while_it_waits_leaves_nothing_untold(
    bench: Bench,
) -> None:
    _, key = await bench.open()
    told: list[int] = []
    bench.store.changed.connect(lambda diff: told.extend(diff.tasks))
    result = Observation(kind=Kind.COMPLETED, text=LONG, task_id="t1")
    settling = asyncio.create_task(bench.store.settle(bench.intent, Outcome.KNOWN, result))
    await asyncio.sleep(0)
    settling.cancel()
    await asyncio.wait([settling])
    assert (told, bench.task(key).status) == ([key], TaskStatus.DONE)


async def test_one_that_waited_too_long_leaves_nothing_untold(bench: Bench) -> None:
    session, key = await bench.open()
    told: list[int] = []
    bench.store.changed.connect(lambda diff: told.extend(diff.tasks))
    result = Observation(kind=Kind.COMPLETED, text=LONG, task_id="t1")
    recording = asyncio.create_task(bench.store.record(session, key, result))
    await asyncio.sleep(0)
    recording.cancel()
    await asyncio.wait([recording])
    assert told == [key], "windows follow what is told"


class Holding:
    """A service that holds the reply to newTask, and a client for it."""

    def __init__(self, result: Observation) -> None:
        self.result = result
        self.reply = asyncio.Event()

    async def new_task(self, _session_id: str, _spec: TaskSpec) -> Observation:
        await self.reply.wait()
        return self.result


async def test_a_long_result_by_both_ways_goes_to_the_task_that_the_reply_names(
    bench: Bench,
) -> None:
    session, older = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=Kind.UNKNOWN))
    intent = await bench.add(session)
    assert intent.task is not None
    result = Observation(kind=Kind.COMPLETED, text=LONG, task_id="tB")
    service = Holding(result)
    sending = asyncio.create_task(_send(bench, intent, service))
    await bench.wait(1)
    bench.connection.tell(result)
    await asyncio.sleep(0)
    service.reply.set()  # both are being cleaned
    await sending
    await bench.wait(1)
    assert bench.task(older).status is TaskStatus.UNCONFIRMED
    assert bench.task(intent.task.key).status is TaskStatus.DONE


async def _send(bench: Bench, intent: Intent, service: Holding) -> None:
    path = bench.ledger.path.with_name("settings.json")
    settings = SettingsBook(path, Settings(), bench.executor, bench.scope)
    day_cap = DayCap(settings, bench.store)
    starter = Starter(bench.context, bench.starts, cast("Any", None), day_cap)
    taken = bench.context.rate_limiter.try_acquire(Endpoint.SEND_MESSAGE, Rank.NEW_TASK)
    assert taken is not None
    assert intent.task is not None
    await starter.send_task(
        intent,
        intent.task,
        service,  # type: ignore[arg-type]
        taken,
        lambda *_told: False,
    )


async def test_results_that_wait_for_a_reply_outlive_a_quit(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=Kind.UNKNOWN))
    await bench.add(session)
    for name in ("a", "b"):
        await bench.hear(Kind.COMPLETED, f"of {name}", task_id=name)
    facts = bench.live._events
    assert facts.unclear() == [session]
    bench.held.clear()
    looking = asyncio.create_task(facts.retry_unclear(session))
    await asyncio.sleep(0)
    looking.cancel()
    await asyncio.wait([looking])
    assert facts.unclear() == [session]
    await facts.retry_unclear(session)
    results = {task.result for task in bench.store.tasks_of(session)}
    assert results == {"of a", "of b"}


async def tell(bench: Bench, text: str) -> None:
    bench.connection.tell(asks(text))
    await bench.wait(0.01)
