"""What a dialect means for the queue.

A service that asks for another one makes it pause, and a task with a field that its dialect lacks
is held back.
"""

import asyncio

import pytest

from enigma_panel.api.errors import RejectedError, Reply
from enigma_panel.core.models import Limits, TaskStatus
from enigma_panel.core.observation import MISSING_PROMPT, Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.core.service_rules import RULES, Dialect, Field
from enigma_panel.services.types import KeyCheck, PauseReason, QueueEntry, WaitReason
from enigma_panel.store.settings import Settings
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.queue.bench import TAKES_S, QueueBench, Service

REPLY = Reply(status=400, code=MISSING_PROMPT, message="Missing task.prompt")
TELLING = RejectedError(REPLY, nothing_happened=True)
AVOIDS = Limits(avoid_domains=("ads.example",))
E, W2 = Dialect.E, Dialect.W2


def choose(bench: QueueBench, dialect: Dialect) -> None:
    bench.bench.account.choose_dialect(dialect)


async def finish(bench: QueueBench, key: int) -> None:
    done = Observation(kind=Kind.COMPLETED, text="42", task_id=bench.task(key).service_id)
    await bench.store.record(bench.session_of(key).key, key, done)


def entry(bench: QueueBench, key: int) -> QueueEntry:
    return existing(bench.queue.entry(key))


# -- the service asks for another dialect ----------------------------------------------------------


@pytest.mark.parametrize("opens", [True, False])
async def test_one_start_tells_and_the_rest_of_the_queue_waits(
    bench: QueueBench, opens: bool
) -> None:
    service, queue = bench.service, bench.queue
    bench.settings.value = Settings(browsers_at_once=1)
    (service.refuses if opens else service.refuses_start).extend([TELLING] * 10)
    refused, *waiting = [await bench.start() for _ in range(10)]
    await asyncio.sleep(600)
    assert queue.pause_reason is PauseReason.DIALECT
    assert (service.opened, service.open) == (["s1"] if opens else [], set())
    task, session = bench.task(refused), bench.session_of(refused)
    assert (task.status, task.code) == (TaskStatus.FAILED, MISSING_PROMPT)
    assert RULES[session.dialect].switches[existing(task.code)] is W2
    assert {entry(bench, key).why for key in waiting} == {WaitReason.STOPPED}
    service.refuses, service.refuses_start = [], []
    choose(bench, W2)
    await bench.until_taken()
    assert bench.session_of(waiting[0]).dialect is W2


async def test_it_goes_on_at_once_whatever_is_known_of_the_key(bench: QueueBench) -> None:
    bench.settings.value = Settings(browsers_at_once=1)
    bench.service.refuses_start = [TELLING]
    for _ in range(2):
        await bench.start()
    await until(lambda: bench.queue.pause_reason is PauseReason.DIALECT)
    bench.bench.account.last_check = KeyCheck.UNREACHABLE
    choose(bench, W2)
    await asyncio.sleep(1)
    assert len(bench.service.took) == 1


async def test_a_service_that_understands_no_dialect_opens_no_browser_for_each_task(
    bench: QueueBench,
) -> None:
    """It asks for the one in use: nothing can be offered, and the next task fares no better."""
    choose(bench, W2)
    bench.settings.value = Settings(browsers_at_once=1)
    bench.service.refuses = [TELLING] * 10
    for _ in range(10):
        await bench.start()
    await asyncio.sleep(600)
    assert bench.queue.pause_reason is PauseReason.DIALECT
    assert (bench.service.opened, bench.service.open) == (["s1"], set())


async def test_go_on_tries_again(bench: QueueBench) -> None:
    bench.settings.value = Settings(browsers_at_once=1)
    bench.service.refuses = [TELLING] * 10
    for _ in range(10):
        await bench.start()
    await until(lambda: bench.queue.pause_reason is PauseReason.DIALECT)
    bench.queue.go_on()
    await asyncio.sleep(600)
    assert bench.queue.pause_reason is PauseReason.DIALECT
    assert (bench.service.opened, bench.service.open) == (["s1", "s2"], set())


async def test_what_was_sent_in_the_dialect_of_before_does_not_make_it_pause(
    bench: QueueBench,
) -> None:
    bench.service.refuses = [TELLING]
    refused = await bench.start()
    await until(lambda: bench.service.opened)
    choose(bench, W2)
    await asyncio.sleep(60)
    assert bench.session_of(refused).dialect is E
    assert bench.task(refused).status is TaskStatus.FAILED
    assert bench.queue.pause_reason is PauseReason.NONE


async def test_what_another_address_says_does_not_make_it_pause(bench: QueueBench) -> None:
    bench.service.refuses_start = [TELLING]
    refused = await bench.start()
    await asyncio.sleep(TAKES_S / 2)
    bench.bench.account.use(Service())  # as after a change of the address, in the same dialect
    await until(lambda: bench.task(refused).status is TaskStatus.FAILED)
    assert bench.queue.pause_reason is PauseReason.NONE


# -- a task with a field that its dialect lacks ----------------------------------------------------


async def test_a_task_is_not_sent_without_a_field_that_was_typed(bench: QueueBench) -> None:
    bench.settings.value = Settings(browsers_at_once=1)
    choose(bench, W2)
    held = await bench.start(limits=AVOIDS)
    other = await bench.start()
    await bench.until_taken()  # it holds up nobody
    assert bench.session_of(other).opened_ms is not None
    bench.settings.value = Settings(browsers_at_once=2)
    bench.queue.wake()
    await asyncio.sleep(600)
    assert len(bench.service.opened) == 1
    why = entry(bench, held)
    assert (why.why, why.unsupported) == (WaitReason.UNSUPPORTED, (Field.AVOID_DOMAINS,))
    choose(bench, E)
    await bench.until_taken(2)


async def test_who_holds_up_nobody_is_not_counted_as_ahead(bench: QueueBench) -> None:
    choose(bench, W2)
    sent = [bench.bench.clock.now_ms() - 50_000 + 5_000 * n for n in range(10)]
    bench.bench.rate_limiter.remember(Endpoint.START_SESSION, sent)
    await bench.start(limits=AVOIDS)
    behind = await bench.start()
    assert entry(bench, behind).due_ms == sent[0] + 61_100


async def test_a_dialect_that_is_chosen_as_it_is_about_to_be_sent_holds_it_back(
    bench: QueueBench,
) -> None:
    held = await bench.start(limits=AVOIDS)
    choose(bench, W2)  # before its start had its turn in the loop
    await asyncio.sleep(600)
    assert (bench.service.opened, entry(bench, held).why) == ([], WaitReason.UNSUPPORTED)


async def test_what_an_open_session_lacks_is_told_by_its_own_dialect(bench: QueueBench) -> None:
    first = await bench.start()
    await bench.until_taken()
    choose(bench, W2)
    await finish(bench, first)
    await bench.start(where=bench.session_of(first), limits=AVOIDS)
    await bench.until_taken(2)
    last = await bench.start()
    await bench.until_taken(3)
    await finish(bench, last)
    choose(bench, E)
    held = await bench.start(where=bench.session_of(last), limits=AVOIDS)
    await asyncio.sleep(60)
    assert (entry(bench, held).why, len(bench.service.took)) == (WaitReason.UNSUPPORTED, 3)
