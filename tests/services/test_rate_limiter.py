"""The budget in virtual time: order, waits, cancellations; never too many calls in a window."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from enigma_panel.api.errors import ProtocolError, RejectedError, Reply
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.services.rate_limiter import RateLimiter
from tests.kit.clock import VirtualClock, in_virtual_time
from tests.kit.existing import existing

SEND, START = Endpoint.SEND_MESSAGE, Endpoint.START_SESSION
MINUTE = 60_000


@dataclass
class Calls:
    """Makes calls through a budget and keeps when each went out and was counted."""

    clock: VirtualClock
    rate_limiter: RateLimiter
    sent: list[tuple[int, Rank, int]] = field(default_factory=list)
    arrived: list[tuple[Endpoint, int]] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def make(self, rank: Rank, number: int = 0, to: Endpoint = SEND, **how: float) -> None:
        """One call: `way` seconds until it is counted, `hold` seconds more until the reply."""
        with await self.rate_limiter.turn(to, rank, tag=number) as call:
            await asyncio.sleep(how.get("before", 0.0))
            call.sent()
            self.sent.append((self.clock.now_ms(), rank, number))
            await asyncio.sleep(how.get("way", 0.02))
            self.arrived.append((to, self.clock.now_ms()))
            await asyncio.sleep(how.get("hold", 0.02))

    def begin(self, coro: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.get_running_loop().create_task(coro))
        return self.tasks[-1]

    async def done(self) -> None:
        """Wait for all; those that were cancelled are none of our business."""
        for task in self.tasks:
            with suppress(asyncio.CancelledError):
                await task


def most_in_a_window(times: list[int]) -> int:
    """The most calls that any 60 s hold, as the service counts."""
    times = sorted(times)
    return max((sum(t <= u < t + MINUTE for u in times) for t in times), default=0)


async def test_the_more_urgent_goes_first_and_the_older_among_equals(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    calls = Calls(clock, rate_limiter)
    await calls.make(Rank.START)
    wanted = [Rank.START, Rank.PAUSE, Rank.TERMINATE, Rank.NEW_TASK, Rank.TERMINATE]
    for number, rank in enumerate(wanted):
        calls.begin(calls.make(rank, number))
        await asyncio.sleep(1)
    await calls.done()
    assert [n for _, _, n in calls.sent[1:]] == [2, 4, 1, 3, 0]


async def test_what_is_tried_again_keeps_its_place(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    await Calls(clock, rate_limiter).make(Rank.STOP)
    order: list[str] = []

    async def wait(name: str, since_ms: int | None) -> None:
        with await rate_limiter.turn(SEND, Rank.STOP, since_ms=since_ms) as call:
            call.sent()
            order.append(name)

    loop = asyncio.get_running_loop()
    new = loop.create_task(wait("new", None))
    await asyncio.sleep(1)
    old = loop.create_task(wait("old", clock.now_ms() - 5_000))
    newest = loop.create_task(wait("newest", None))
    await asyncio.gather(new, old, newest)
    assert order == ["old", "new", "newest"]


async def test_a_wait_ends_when_it_was_expected_to(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock)
    calls = Calls(clock, rate_limiter)
    for number in range(12):
        calls.begin(calls.make(Rank.TERMINATE, number))
        await asyncio.sleep(0.1)
    told = [rate_limiter.due_of(number) for number in (10, 11)]
    free = rate_limiter.free_at(SEND, Rank.STOP)
    assert rate_limiter.free_at(SEND, Rank.START) > free
    await calls.done()
    assert [at for at, _, number in calls.sent if number >= 10] == told
    last = calls.sent[-1][0]
    assert last <= free <= last + 200


async def test_calls_that_go_together_wait_for_the_later_one(clock: VirtualClock) -> None:
    rate_limiter, now = RateLimiter(clock, limit=4, reserved=1), clock.now_ms()
    both = [(SEND, Rank.NEW_TASK), (START, Rank.START)]
    assert rate_limiter.free_times(both, 4) == [now] * 3 + [now + MINUTE + 100]


async def test_a_tag_finds_its_wait(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    with await rate_limiter.turn(SEND, Rank.STOP) as first:
        first.sent()
    waiter = asyncio.get_running_loop().create_task(rate_limiter.turn(SEND, Rank.STOP, tag=7))
    await asyncio.sleep(0)
    assert rate_limiter.due_of(7) == clock.now_ms() + MINUTE + 100
    assert rate_limiter.due_of(8) is None
    (await waiter).give_back()
    assert rate_limiter.due_of(7) is None


async def test_at_once_or_not_at_all(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=2, reserved=1)
    first = existing(rate_limiter.try_acquire(SEND, Rank.NEW_TASK))
    assert rate_limiter.try_acquire(SEND, Rank.NEW_TASK) is None
    urgent = existing(rate_limiter.try_acquire(SEND, Rank.ANSWER))
    await asyncio.sleep(3_600)
    assert rate_limiter.try_acquire(SEND, Rank.TERMINATE) is None, "what is not sent has no end"
    waiter = asyncio.get_running_loop().create_task(rate_limiter.turn(SEND, Rank.STOP))
    await asyncio.sleep(0)
    urgent.give_back()
    urgent.give_back()
    assert rate_limiter.try_acquire(SEND, Rank.TERMINATE) is None, "the slot is the waiter's"
    taken = await waiter
    taken.give_back()
    first.give_back()
    assert rate_limiter.try_acquire(SEND, Rank.NEW_TASK) is not None


async def test_nobody_overtakes_one_who_waits_for_the_same(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    first = existing(rate_limiter.try_acquire(SEND, Rank.START))
    first.sent()
    first.answered()
    waiter = asyncio.get_running_loop().create_task(rate_limiter.turn(SEND, Rank.PAUSE))
    await asyncio.sleep(1)
    # The slot is free from here on, but no timer has fired yet.
    clock._loop._now += 61  # type: ignore[attr-defined]
    assert rate_limiter.try_acquire(SEND, Rank.PAUSE) is None
    assert (await waiter) is not None


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
async def test_a_wait_that_is_cancelled_leaves_nothing(clock: VirtualClock, turns: int) -> None:
    """turns 0: in the loop turn in which it was granted; later: while or after it took the Pass."""
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    first = await rate_limiter.turn(SEND, Rank.STOP)

    async def take(tag: int) -> None:
        with await rate_limiter.turn(SEND, Rank.STOP, tag=tag):
            await asyncio.sleep(100)

    loop = asyncio.get_running_loop()
    second, third = loop.create_task(take(2)), loop.create_task(take(3))
    await asyncio.sleep(1)
    first.give_back()
    for _ in range(turns):
        await asyncio.sleep(0)
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    assert rate_limiter.due_of(2) is rate_limiter.due_of(3) is None
    third.cancel()
    with suppress(asyncio.CancelledError):
        await third
    assert rate_limiter.try_acquire(SEND, Rank.STOP) is not None


async def test_a_wait_cancelled_in_queue_is_forgotten(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    told: list[bool] = []
    rate_limiter.changed.connect(lambda: told.append(rate_limiter.due_of(2) is not None))
    first = await rate_limiter.turn(SEND, Rank.STOP)
    waiter = asyncio.get_running_loop().create_task(rate_limiter.turn(SEND, Rank.STOP, tag=2))
    await asyncio.sleep(1)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    assert told[-2:] == [True, False]
    first.give_back()
    assert rate_limiter.try_acquire(SEND, Rank.STOP) is not None


async def test_an_error_inside_ends_the_pass(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    with suppress(ZeroDivisionError), await rate_limiter.turn(SEND, Rank.STOP):
        raise ZeroDivisionError
    assert rate_limiter.free_at(SEND, Rank.STOP) == clock.now_ms()
    with suppress(ZeroDivisionError), await rate_limiter.turn(SEND, Rank.STOP) as call:
        call.sent()
        raise ZeroDivisionError
    assert rate_limiter.free_at(SEND, Rank.STOP) == clock.now_ms() + MINUTE + 100


async def test_never_connected_frees_the_slot_even_after_sent(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    with await rate_limiter.turn(SEND, Rank.STOP) as call:
        call.sent()
        call.give_back()
    call.answered()
    assert rate_limiter.free_at(SEND, Rank.STOP) == clock.now_ms()


@pytest.mark.parametrize("told_s", [12.0, None])
async def test_after_a_429_that_kind_of_call_rests_and_no_other(
    clock: VirtualClock, told_s: float | None
) -> None:
    """The call that was refused counts."""
    rate_limiter, begin = RateLimiter(clock, limit=2, reserved=0), clock.now_ms()
    calls = Calls(clock, rate_limiter)
    refused = RejectedError(Reply(status=429, retry_after_s=told_s), nothing_happened=True)
    with pytest.raises(RejectedError), (await rate_limiter.turn(SEND, Rank.STOP)).calling():
        raise refused
    for number in range(2):
        calls.begin(calls.make(Rank.TERMINATE, number))
    calls.begin(calls.make(Rank.START, 3, to=START))
    await calls.done()
    rest_ms = 5_000 if told_s is None else round(told_s * 1000)
    assert [at - begin for at, _, _ in calls.sent] == [0, rest_ms, MINUTE + 100]


async def test_a_second_429_holds_those_who_wait_already(clock: VirtualClock) -> None:
    rate_limiter, begin = RateLimiter(clock), clock.now_ms()
    calls = Calls(clock, rate_limiter)
    rate_limiter.note_refused(SEND, 12_000)
    calls.begin(calls.make(Rank.TERMINATE))
    await asyncio.sleep(1)
    rate_limiter.note_refused(SEND, 30_000)
    await calls.done()
    assert calls.sent[0][0] - begin == 31_000


async def test_a_refusal_that_is_no_429_lets_nothing_rest(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock)
    places = Reply(status=429, code="SESSION_LIMIT_REACHED", retry_after_s=30.0)
    for error in (RejectedError(places, nothing_happened=True), ProtocolError(503, "full")):
        with suppress(type(error)), (await rate_limiter.turn(START, Rank.START)).calling():
            raise error
    assert rate_limiter.free_at(START, Rank.START) == clock.now_ms()


async def test_calls_of_an_earlier_run_count(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock, limit=1, reserved=0)
    rate_limiter.remember(SEND, [clock.now_ms() - 40_000])
    assert rate_limiter.free_at(SEND, Rank.STOP) == clock.now_ms() + 21_100
    rate_limiter.remember(START, [clock.now_ms() - 70_000])
    assert rate_limiter.try_acquire(START, Rank.START) is not None


async def test_room_is_how_often_all_calls_could_go(clock: VirtualClock) -> None:
    rate_limiter = RateLimiter(clock)
    calls = ((START, Rank.START), (SEND, Rank.NEW_TASK))
    assert rate_limiter.room(*calls) == 7
    for _ in range(5):
        assert rate_limiter.try_acquire(START, Rank.START) is not None
    assert rate_limiter.room(*calls) == 5
    rate_limiter.note_refused(START, 1_000)
    assert rate_limiter.room(*calls) == 0
    await asyncio.sleep(1)
    assert rate_limiter.room(*calls) == 5


CALL = st.fixed_dictionaries(
    {
        "rank": st.sampled_from(Rank),
        "to": st.sampled_from([SEND, START]),
        "after": st.floats(0, 20),
        "before": st.sampled_from([0.0, 0.0, 3.0]),
        "way": st.floats(0, 0.9),
        "hold": st.sampled_from([0.0, 0.1, 5.0, 50.0]),
        "cancel": st.sampled_from([None, None, None, 0.0, 0.5, 30.0]),
    }
)


@given(st.lists(CALL, max_size=50))
@settings(max_examples=120, deadline=None)
def test_whatever_is_asked_no_window_holds_too_many(wanted: list[Any]) -> None:
    async def run(clock: VirtualClock) -> None:
        rate_limiter = RateLimiter(clock)
        calls = Calls(clock, rate_limiter)
        loop = asyncio.get_running_loop()
        for number, it in enumerate(wanted):
            await asyncio.sleep(it["after"])
            how = {name: it[name] for name in ("before", "way", "hold")}
            task = calls.begin(calls.make(it["rank"], number, it["to"], **how))
            if it["cancel"] is not None:
                loop.call_later(it["cancel"], task.cancel)
        await calls.done()  # nobody starves: else this never ends
        for to in (SEND, START):
            assert most_in_a_window([at for e, at in calls.arrived if e is to]) <= 10
        await asyncio.sleep(130)
        for endpoint in (SEND, START):
            taken = [rate_limiter.try_acquire(endpoint, Rank.TERMINATE) for _ in range(10)]
            for one in taken:
                assert one is not None, "a slot leaked"
                one.give_back()

    in_virtual_time(run)


@given(st.lists(st.sampled_from(Rank), min_size=12, max_size=20))
@settings(max_examples=10, deadline=None)
def test_of_those_who_wait_the_most_urgent_goes(ranks: list[Rank]) -> None:
    async def run(clock: VirtualClock) -> None:
        rate_limiter = RateLimiter(clock)
        calls = Calls(clock, rate_limiter)
        for _ in range(10):
            await calls.make(Rank.TERMINATE)
        for number, rank in enumerate(ranks):
            calls.begin(calls.make(rank, number))
        await calls.done()
        order = [(rank, number) for _, rank, number in calls.sent[10:]]
        assert order == sorted(order)

    in_virtual_time(run)
