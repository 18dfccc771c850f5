"""When the next poll goes out, to the millisecond: clock and random source are moved by hand."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    Reply,
)
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.health import Health
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.retry_policy import backoff_ms
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import Diff, ServiceStatus
from tests.conftest import first_and_weekly_each
from tests.kit.clock import HandClock, gaps
from tests.kit.fakes import FakeAccount, FakeClient, FakeStore
from tests.kit.wait import settle

REFUSED = NotConnectedError("refused")
HTML = ProtocolError(502, "<html>")


class EndsOnly(random.Random):
    def __init__(self, *, most: bool) -> None:
        super().__init__()
        self._most = most

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        return start - 1 if self._most else 0


class Scene:
    """A poller with one task, and a health service that runs."""

    def __init__(self, rng: random.Random) -> None:
        self.starts = StartsUnderWay()
        self.held = self.starts._awaiting
        self.clock = HandClock()
        self.client = FakeClient(self.clock)
        self.account = FakeAccount(self.client)
        self.store = FakeStore()
        self.scope = TaskScope()
        self.health = Health(self.account, self.clock)
        context = ServiceContext(
            clock=self.clock,
            scope=self.scope,
            rng=rng,
            store=self.store,
            account=self.account,
            health=self.health,
            rate_limiter=cast("Any", None),
            notices=cast("Any", None),
        )
        live = SimpleNamespace(is_up=lambda _key: False, is_alive_since=lambda *_: False)
        self.poller = Poller(context, self.starts, cast("Any", live))
        self.health.recovered.connect(self.poller.wake_all)

    async def answer(self) -> Observation:
        return Observation(kind=Kind.ACTIVE)


@asynccontextmanager
async def polling(*, most: bool = True) -> AsyncIterator[Scene]:
    scene = Scene(EndsOnly(most=most))
    scene.client.say_poll = scene.answer
    scene.store.changed.emit(Diff(tasks=frozenset({1})))
    await settle()
    try:
        yield scene
    finally:
        await scene.scope.close()


async def test_two_seconds_and_a_little() -> None:
    async with polling(most=True) as scene:
        await scene.clock.advance(12_000)
        assert set(gaps(scene.client.polls_at)) == {2_299}
    async with polling(most=False) as scene:
        await scene.clock.advance(12_000)
        assert set(gaps(scene.client.polls_at)) == {2_000}


async def test_each_of_many_is_asked_for_in_its_own_time() -> None:
    """None waits for a turn of others, so none is asked for less often."""
    async with polling(most=True) as scene:
        scene.store.changed.emit(Diff(tasks=frozenset(range(1, 101))))
        await scene.clock.advance(12_000)
        assert len(scene.client.polls_at) == 100 * 6


async def test_backs_off_to_thirty_seconds_while_nothing_answers() -> None:
    async with polling(most=True) as scene:
        scene.client.say_poll = scene.client.fail(REFUSED)
        await scene.clock.advance(150_000)
        assert gaps(scene.client.polls_at)[1:8] == [
            *(2_299, 2_299, 4_000, 8_000, 16_000),
            *(30_000, 30_000),
        ]


def test_full_jitter_spreads_over_the_whole_wait() -> None:
    waits = [backoff_ms(6, random.Random(seed)) for seed in range(60)]
    assert all(0 <= wait <= 30_000 for wait in waits)
    assert min(waits) < 3_000
    assert max(waits) > 27_000


@pytest.mark.parametrize(
    "error", [REFUSED, HTML, RejectedError(Reply(status=500), nothing_happened=False)]
)
async def test_nobody_is_asked_faster_than_without_a_fault(error: ApiError) -> None:
    async with polling(most=False) as scene:
        scene.client.say_poll = scene.client.fail(error)
        await scene.clock.advance(30_000)
        assert min(gaps(scene.client.polls_at)) == 2_000


async def test_a_time_to_wait_that_was_told_is_kept() -> None:
    busy = RejectedError(Reply(status=429, retry_after_s=7.0), nothing_happened=True)
    async with polling(most=False) as scene:
        scene.client.say_poll = scene.client.fail(busy)
        await scene.clock.advance(25_000)
        assert set(gaps(scene.client.polls_at)[1:]) == {7_000}


async def test_one_answer_ends_the_backing_off() -> None:
    async with polling(most=True) as scene:
        scene.client.say_poll = scene.client.fail(REFUSED)
        await scene.clock.advance(33_000)
        scene.client.say_poll = scene.answer
        await scene.clock.advance(34_000)
        assert gaps(scene.client.polls_at)[-1] == 2_299


@first_and_weekly_each("after_s", [20, 5, 100])
async def test_asks_again_within_two_seconds_of_the_networks_return(after_s: int) -> None:
    async with polling(most=True) as scene:
        scene.scope.spawn("health", scene.health.run())
        scene.client.say_poll = scene.client.say_health = scene.client.fail(REFUSED)
        await scene.clock.advance(after_s * 1_000)
        scene.client.say_poll = scene.answer
        scene.client.say_health = scene.client.free(2)
        recorded = len(scene.store.recorded)
        await scene.clock.advance(2_000)
        assert len(scene.store.recorded) > recorded
        assert scene.health.status is ServiceStatus.OK


async def test_a_command_cuts_the_longest_wait_short() -> None:
    async with polling(most=True) as scene:
        scene.client.say_poll = scene.client.fail(REFUSED)
        await scene.clock.advance(70_000)
        scene.client.say_poll = scene.answer
        scene.poller.wake(1)
        recorded = len(scene.store.recorded)
        await settle()
        assert len(scene.store.recorded) > recorded


@pytest.mark.parametrize("most", [True, False])
async def test_a_flood_of_live_events_asks_twice_a_second_at_most(*, most: bool) -> None:
    async with polling(most=most) as scene:
        for _ in range(200):
            scene.poller.poll_soon(1)
            await scene.clock.advance(50)
        assert set(gaps(scene.client.polls_at)) == {500}


async def test_a_single_live_event_is_followed_up_at_once() -> None:
    async with polling(most=True) as scene:
        await scene.clock.advance(1_000)
        scene.poller.poll_soon(1)
        await settle()
        assert scene.client.polls_at == [0, 1_000]


async def test_an_older_task_of_the_session_is_asked_for_as_soon() -> None:
    async with polling(most=True) as scene:
        scene.store.one_session = replace(scene.store.one_session, current_task=2)
        await scene.clock.advance(1_000)
        scene.poller.poll_soon(1)
        await settle()
        assert scene.client.polls_at == [0, 1_000]


async def test_live_events_do_not_cut_a_time_to_wait_that_was_told_but_a_command_does() -> None:
    busy = RejectedError(Reply(status=429, retry_after_s=7.0), nothing_happened=True)
    async with polling(most=False) as scene:
        scene.client.say_poll = scene.client.fail(busy)
        scene.poller.wake(1)
        await settle()
        for _ in range(400):
            scene.poller.poll_soon(1)
            await scene.clock.advance(50)
        assert set(gaps(scene.client.polls_at)[1:]) == {7_000}
        scene.poller.wake(1)
        await settle()
        assert scene.client.polls_at[-1] == 20_000


async def test_live_events_do_not_end_the_backing_off() -> None:
    async with polling(most=True) as scene:
        scene.client.say_poll = scene.client.fail(HTML)
        for _ in range(1_500):
            scene.poller.poll_soon(1)
            await scene.clock.advance(100)
        assert len(scene.client.polls_at) < 15
        assert gaps(scene.client.polls_at)[-1] >= 16_000


async def test_a_command_within_a_flood_is_asked_after_at_once() -> None:
    async with polling(most=True) as scene:
        await scene.clock.advance(1_000)
        scene.poller.poll_soon(1)
        await settle()
        await scene.clock.advance(100)
        scene.poller.poll_soon(1)
        scene.poller.wake(1)
        await settle()
        assert scene.client.polls_at == [0, 1_000, 1_100]


async def test_one_poll_is_in_flight_however_often_it_is_asked_for() -> None:
    async with polling() as scene:
        answered = asyncio.Event()

        async def held() -> Observation:
            await answered.wait()
            return Observation(kind=Kind.ACTIVE)

        scene.client.say_poll = held
        asked = [asyncio.create_task(scene.poller.poll_now(1)) for _ in range(3)]
        scene.poller.wake(1)
        await settle()
        answered.set()
        assert await asyncio.gather(*asked) == [True, True, True]
        assert scene.client.most_in_flight == 1


async def test_a_refused_poll_says_at_once_that_the_service_is_out_of_reach() -> None:
    async with polling() as scene:
        await scene.clock.advance(2_500)
        assert scene.health.status is ServiceStatus.OK
        scene.client.say_poll = scene.client.fail(REFUSED)
        await scene.clock.advance(2_500)
        assert scene.health.status is ServiceStatus.UNREACHABLE


async def test_a_task_whose_polls_are_always_cut_backs_off_while_others_are_answered() -> None:
    async with polling(most=True) as scene:
        scene.scope.spawn("health", scene.health.run())
        scene.client.say_poll = scene.client.fail(InterruptedCallError("cut"))
        for _ in range(100):
            scene.health.note_answer()  # another task's poll
            await scene.clock.advance(1_000)
        assert scene.health.status is ServiceStatus.OK
        assert gaps(scene.client.polls_at)[-1] == 30_000
