"""Starts in virtual time: kept before they are sent, said where unclear, closed where unused."""

import asyncio
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import InterruptedCallError, NotConnectedError, RejectedError, Reply
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.observation import MISSING_PROMPT, Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.core.reducer import MAX_LIFE_MS
from enigma_panel.core.service_rules import RULES, Dialect
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.live.event_router import EventRouter
from enigma_panel.services.types import NoticeKind, QueueEntry, WaitReason
from enigma_panel.store.ledger.intents import IntentKind
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.commands.bench import rejected
from tests.services.queue.bench import QueueBench, Service, on_queue

LIMITED, FULL, NO = rejected(429, wait=7.0), rejected(503), rejected(400)


class Slow(Service):
    """Takes a second for each newTask."""

    async def new_task(self, session_id: str, spec: TaskSpec) -> Observation:
        await asyncio.sleep(1)
        return await super().new_task(session_id, spec)


def is_try(n: int, entry: QueueEntry) -> bool:
    """Whether so many tries were made."""
    return entry.attempt == n


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keep"


async def test_a_start_is_in_the_ledger_before_it_is_sent(bench: QueueBench) -> None:
    kept: list[list[IntentKind]] = []

    def note() -> None:
        kept.append([intent.kind for intent in bench.bench.ledger.unsettled()])

    bench.service.touched = note  # as a call comes, and once it had its effect
    await bench.start()
    await bench.until_taken()
    assert kept == [[IntentKind.START_SESSION]] * 2 + [[IntentKind.NEW_TASK]] * 2


async def test_a_start_that_finds_no_browser_is_tried_until_there_is_one(bench: QueueBench) -> None:
    bench.service.refuses_start = [FULL] * 5
    key = await bench.start()
    await bench.until_waits(key, partial(is_try, 4))
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.NO_BROWSER and entry.due_ms)
    assert bench.queue.wants_browser
    bench.queue.try_now()
    await asyncio.sleep(0.2)
    assert existing(bench.queue.entry(key)).attempt == 5, "at once"
    await bench.until_taken()
    assert (bench.service.opened, bench.queue.wants_browser) == (["s1"], False)


@pytest.mark.parametrize("grace_ms", [0, 3_000])
def test_stopped_before_it_is_refused_it_is_not_tried_again(folder: Path, grace_ms: int) -> None:
    async def test(bench: QueueBench) -> None:
        bench.service.refuses = [FULL]
        key = await bench.start()
        await until(lambda: bench.task(key).sent_ms is not None)
        bench.bench.give(bench.session_of(key).key, CommandVerb.STOP, grace_ms)
        await asyncio.sleep(60)
        task = bench.task(key)
        assert (task.status, task.code) == (TaskStatus.STOPPED, "TAKEN_BACK")
        assert (bench.service.asked, bench.service.open) == (["s1"], set())

    on_queue(folder, test, Slow())


async def test_a_terminate_taken_back_while_the_browser_opens_changes_nothing(
    bench: QueueBench,
) -> None:
    first = await bench.start()
    await bench.until_taken()
    await bench.start(where=bench.session_of(first))  # so that its key is no session's
    key = await bench.start()
    session = bench.session_of(key).key
    await until(lambda: len(bench.service.opened) == 2)
    bench.bench.give(session, CommandVerb.TERMINATE, 3_000)
    await asyncio.sleep(1)
    assert bench.commands.undo(session)
    await bench.until_taken(2)
    assert bench.service.asked == ["s1", "s2"]


async def test_a_start_that_is_refused_for_good_is_not_tried_again(bench: QueueBench) -> None:
    bench.service.refuses_start = [rejected(413)]
    key = await bench.start()
    await asyncio.sleep(600)
    assert bench.task(key).status is TaskStatus.FAILED
    assert bench.said == [NoticeKind.START_REFUSED]
    assert (bench.service.opened, bench.queue.entries()) == ([], [])


async def test_a_start_that_never_got_through_waits_for_the_connection(bench: QueueBench) -> None:
    bench.service.refuses_start = [NotConnectedError("refused")] * 3
    key = await bench.start()
    await bench.until_waits(key, lambda entry: entry.why is WaitReason.CONNECTION)
    await bench.until_taken()
    assert (bench.said, len(bench.service.opened)) == ([], 1)


async def test_a_browser_that_is_said_to_live_for_years_gets_an_hour(bench: QueueBench) -> None:
    bench.service.life_ms = 10**15
    key = await bench.start()
    await bench.until_taken()
    session = bench.session_of(key)
    assert session.expires_ms == session.created_ms + MAX_LIFE_MS


async def test_a_start_of_unknown_outcome_is_said_and_stays_alone(bench: QueueBench) -> None:
    bench.service.refuses_start = [InterruptedCallError("cut")]
    key = await bench.start()
    await asyncio.sleep(600)
    assert bench.task(key).status is TaskStatus.UNCONFIRMED
    assert bench.said == [NoticeKind.START_UNCONFIRMED]
    assert (bench.service.opened, bench.queue.entries()) == ([], []), "it was not sent again"


async def test_one_that_the_live_channel_names_is_not_said_to_be_unconfirmed(
    bench: QueueBench,
) -> None:
    engine = bench.bench
    router = EventRouter(engine.store, engine.timeline, engine.starts)

    async def lose_reply(session_id: str, spec: TaskSpec) -> Observation:
        result = Observation(kind=Kind.COMPLETED, task_id="t1", session_id=session_id)
        await router.handle(bench.session_of(key).key, result)
        raise InterruptedCallError("cut")

    bench.service.new_task = lose_reply  # type: ignore[method-assign]
    key = await bench.start()
    await until(lambda: bench.task(key).status is TaskStatus.UNCONFIRMED)
    await router.give_names()  # as `Live` does on each change
    assert (bench.task(key).service_id, bench.said) == ("t1", [])


async def test_one_whose_error_names_its_browser_can_be_ended(bench: QueueBench) -> None:
    bench.service.loses = [RejectedError(Reply(status=500), nothing_happened=False)]
    key = await bench.start()
    await until(lambda: bench.task(key).status is TaskStatus.UNCONFIRMED)
    assert bench.service.open == {"s1"}
    await bench.commands.give(bench.session_of(key).key, CommandVerb.TERMINATE)
    assert bench.service.open == set()
    assert bench.session_of(key).phase is Phase.CLOSED_ASSUMED


async def test_without_a_free_place_a_task_waits_and_says_so(bench: QueueBench) -> None:
    keys = [await bench.start() for _ in range(6)]
    await bench.until_taken(5)
    await asyncio.sleep(200)
    assert len(bench.service.opened) == 5, "so many browsers are open at once"
    entry = existing(bench.queue.entry(keys[-1]))
    assert entry.why is WaitReason.NO_SLOT
    assert entry.due_ms == bench.session_of(keys[0]).expires_ms, "one ends then"


async def test_what_waits_behind_sessions_that_do_not_work_is_told_their_end_or_the_answer(
    bench: QueueBench,
) -> None:
    keys = [await bench.start() for _ in range(6)]
    await bench.until_taken(5)
    for key in keys[:5]:
        session = bench.session_of(key)
        await bench.store.update(replace(session, close_after=True))
        kind = Kind.PAUSED if key == keys[0] else Kind.QUESTION
        await bench.store.record(session.key, key, Observation(kind=kind, text="Which one?"))
    entry, first = existing(bench.queue.entry(keys[-1])), bench.session_of(keys[0])
    assert (entry.why, entry.due_ms) == (WaitReason.NO_SLOT, first.expires_ms)
    asks = Observation(kind=Kind.QUESTION, text="Which one?")
    await bench.store.record(first.key, keys[0], asks)
    entry = existing(bench.queue.entry(keys[-1]))
    assert (entry.why, entry.due_ms) == (WaitReason.ANSWER, None)
    assert bench.queue.all_done(1, single=False) is None


async def test_each_task_that_waits_is_told_when_its_own_call_can_go(bench: QueueBench) -> None:
    now = bench.bench.clock.now_ms()
    sent = [now - 50_000 + 5_000 * n for n in range(10)]
    bench.bench.rate_limiter.remember(Endpoint.START_SESSION, sent)
    keys = [await bench.start() for _ in range(3)]
    entries = [entry for key in keys if (entry := bench.queue.entry(key)) is not None]
    assert [entry.due_ms for entry in entries] == [at + 61_100 for at in sent[:3]]


async def test_the_time_that_many_tasks_take_is_told_where_it_can_be_known(
    bench: QueueBench,
) -> None:
    def minutes(n: int, *, single: bool = False) -> tuple[float, int] | None:
        done = bench.queue.all_done(n, single=single)
        return done and (done[0] / 60_000, done[1])

    assert minutes(40) is None, "no task shows it"
    key = await bench.start()
    await bench.until_taken()
    now = bench.bench.clock.now_ms()
    browser = bench.session_of(key)
    done = replace(bench.task(key), status=TaskStatus.DONE, sent_ms=now - 120_000, ended_ms=now)
    await bench.store.update(done)
    await bench.store.update(replace(browser, phase=Phase.CLOSED, ended_ms=now))
    assert minutes(40, single=True) == (16, 5)
    assert minutes(3, single=True) == (2, 3)
    await bench.store.update(replace(bench.task(key), sent_ms=now - 6_000))
    told = existing(minutes(40))
    assert told[0] > 3, "there are ten calls a minute"
    bench.settings.change(browsers_at_once=1)
    await bench.store.update(browser)
    told = existing(minutes(1))
    assert 4 < told[0] < 6, "it waits for the open browser to expire"
    await bench.store.update(replace(browser, expires_ms=None))
    assert minutes(1) is None
    bench.settings.change(browsers_at_once=2)
    assert minutes(1) is not None
    waits = [await bench.start() for _ in range(2)]
    assert minutes(1) is None, "the browser of the one before it stays open"
    await bench.queue.remove(waits)
    bench.settings.change(cap_per_day=Decimal(0))
    assert minutes(1) is None, "the queue is held"


async def test_what_waits_for_a_browser_and_a_call_is_told_the_later_time(
    bench: QueueBench,
) -> None:
    keys = [await bench.start() for _ in range(6)]
    await bench.until_taken(5)
    for key in keys[:5]:
        await bench.store.update(replace(bench.session_of(key), close_after=True))
    now = bench.bench.clock.now_ms()
    bench.bench.rate_limiter.remember(Endpoint.START_SESSION, [now] * 10)
    bench.queue.wake()
    entry = existing(bench.queue.entry(keys[-1]))
    assert entry.due_ms == now + 61_100


async def test_between_two_tries_it_says_what_it_waits_for(bench: QueueBench) -> None:
    bench.service.refuses = [LIMITED] * 2
    key = await bench.start()
    for attempt in (1, 2):
        await bench.until_waits(key, partial(is_try, attempt))
        entry = existing(bench.queue.entry(key))
        assert (entry.why, entry.due_ms is None) == (WaitReason.LIMITED, False)
    await bench.until_taken()
    assert bench.service.asked == ["s1"] * 3


async def test_an_unused_browser_whose_terminate_was_refused_is_closed_later(
    bench: QueueBench,
) -> None:
    bench.service.refuses, bench.service.keeps_open = [NO], [NO]
    key = await bench.start()
    await until(lambda: NoticeKind.COMMAND_FAILED in bench.said)
    assert bench.task(key).status is TaskStatus.FAILED
    assert bench.service.open == {"s1"}
    await until(lambda: not bench.service.open, 60)


def test_one_whose_task_was_removed_is_closed_by_the_next_run(folder: Path) -> None:
    service = Service()

    async def first_life(bench: QueueBench) -> None:
        service.refuses, service.keeps_open = [LIMITED], [NO]
        key = await bench.start()
        await bench.until_waits(key, partial(is_try, 1))
        await bench.queue.remove([key])
        await until(lambda: bench.bench.state_intents() == [("terminate", "refused")])
        assert service.open == {"s1"}

    async def next_life(bench: QueueBench) -> None:
        await bench.recover()
        await until(lambda: not service.open, 60)

    on_queue(folder, first_life, service)
    on_queue(folder, next_life, service)


async def test_a_telling_refusal_is_kept_and_the_same_task_is_started_in_the_other_dialect(
    bench: QueueBench,
) -> None:
    reply = Reply(status=400, code=MISSING_PROMPT, message="Missing task.prompt")
    bench.service.refuses = [RejectedError(reply, nothing_happened=True)]
    key = await bench.start()
    await asyncio.sleep(60)
    task, session = bench.task(key), bench.session_of(key)
    assert (task.status, task.code) == (TaskStatus.FAILED, MISSING_PROMPT)
    assert RULES[session.dialect].switches[existing(task.code)] is Dialect.W2
    assert bench.service.open == set()  # the browser that took nothing is closed
    bench.bench.account.choose_dialect(Dialect.W2)
    again = await bench.start()
    await bench.until_taken()
    assert bench.session_of(again).dialect is Dialect.W2


async def test_a_task_that_the_ledger_cannot_take_is_not_sent_and_its_browser_closes(
    bench: QueueBench,
) -> None:
    service, executor = bench.service, bench.bench.executor

    def fill_the_disk() -> None:
        executor.full = bool(service.opened)

    service.touched = fill_the_disk
    key = await bench.start()
    await until(lambda: bench.task(key).is_final, 300)
    task, session = bench.task(key), bench.session_of(key)
    assert (task.status, task.code) == (TaskStatus.FAILED, "LEDGER_FAILED")
    assert (service.took, session.close_after) == ([], True)
    service.touched = lambda: None
    executor.full = False
    await until(lambda: not service.open, 300)
    assert NoticeKind.LEDGER_FAILED in bench.said
