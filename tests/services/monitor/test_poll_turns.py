"""When the next poll goes out, to the millisecond: clock and random source are moved by hand."""

import asyncio
import random
from collections import Counter
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
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.health import Health
from enigma_panel.services.monitor.poller import FEW, Poller
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
        self.speaking = False
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
        live = SimpleNamespace(
            is_speaking=lambda _key: self.speaking, is_alive_since=lambda *_: False
        )
        self.has_cap = False
        self.poller = Poller(context, self.starts, cast("Any", live), lambda: self.has_cap)
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


@pytest.mark.parametrize(("tasks", "at_once"), [(FEW, FEW), (100, 1)])
async def test_many_that_were_named_at_once_are_spread(tasks: int, at_once: int) -> None:
    async with polling(most=False) as scene:
        scene.store.changed.emit(Diff(tasks=frozenset(range(1, tasks + 1))))
        await scene.clock.advance(11_999)
        in_turn = [at for at in scene.client.polls_at if at >= 10_000]
        assert len(in_turn) == tasks, "none is asked for less often"
        assert Counter(in_turn).most_common(1)[0][1] == at_once
        assert max(in_turn) - min(in_turn) <= 1_000


async def test_a_command_waits_for_no_turn() -> None:
    async with polling(most=False) as scene:
        scene.store.changed.emit(Diff(tasks=frozenset(range(1, 101))))
        await scene.clock.advance(2_005)
        before = len(scene.client.polls_at)
        scene.poller.wake_all()
        await settle()
        assert len(scene.client.polls_at) - before >= 99


async def test_backs_off_from_one_to_thirty_seconds_while_nothing_answers() -> None:
    async with polling(most=True) as scene:
        scene.client.say_poll = scene.client.fail(REFUSED)
        await scene.clock.advance(150_000)
        assert gaps(scene.client.polls_at)[1:8] == [
            *(1_000, 2_000, 4_000, 8_000, 16_000),
            *(30_000, 30_000),
        ]


async def test_full_jitter_spreads_over_the_whole_wait() -> None:
    waits = []
    for seed in range(60):
        rng = random.Random(seed)
        poller = Scene(rng).poller
        waits.append(poller._retry_ms(0, 6, REFUSED) - poller._clock.now_ms())
    assert all(0 <= wait <= 30_000 for wait in waits)
    assert min(waits) < 3_000
    assert max(waits) > 27_000


@pytest.mark.parametrize("error", [HTML, RejectedError(Reply(status=500), nothing_happened=False)])
async def test_whoever_answers_is_never_asked_faster_than_without_a_fault(error: ApiError) -> None:
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
        assert len(scene.store.recorded) == recorded + 1


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


async def test_an_answer_that_ends_an_outage_keeps_the_hint_that_came_meanwhile() -> None:
    async with polling(most=True) as scene:
        scene.scope.spawn("health", scene.health.run())
        scene.client.say_poll = scene.client.fail(REFUSED)
        await scene.clock.advance(100)

        async def answer() -> Observation:
            scene.poller.poll_soon(1)
            return Observation(kind=Kind.ACTIVE)

        scene.client.say_poll = answer
        scene.poller.wake(1)
        await settle()
        polls = len(scene.client.polls_at)
        await scene.clock.advance(500)
        assert len(scene.client.polls_at) == polls + 1


async def test_while_a_cap_is_set_no_channel_saves_a_poll() -> None:
    async with polling(most=False) as scene:
        scene.speaking = scene.has_cap = True
        await scene.clock.advance(12_000)
        assert set(gaps(scene.client.polls_at)) == {2_000}


async def test_the_turn_after_a_poll_is_that_of_the_record_that_it_made() -> None:
    async with polling(most=False) as scene:
        scene.speaking = True
        await scene.clock.advance(30_000)
        assert gaps(scene.client.polls_at)[-1] == 10_000
        asks = replace(scene.store.one_task, status=TaskStatus.ASKS)

        async def record(*_: object) -> None:
            scene.store.one_task = asks

        scene.store.record = record  # type: ignore[method-assign]
        await scene.clock.advance(4_500)
        assert scene.client.polls_at[-3:] == [22_000, 32_000, 34_000]


async def test_a_poll_that_hangs_on_a_dead_connection_is_given_up_when_woken() -> None:
    async with polling() as scene:
        scene.client.say_poll = scene.client.hang
        await scene.clock.advance(60_000)
        assert scene.client.in_flight == 1
        scene.client.say_poll = scene.answer
        scene.poller.wake_all()
        await asyncio.sleep(0.05)
        await settle()
        assert scene.client.in_flight == 0
        assert len(scene.store.recorded) == 2  # the first of all, and the one just now
        assert scene.client.most_in_flight == 1
        assert scene.health.status is ServiceStatus.OK  # it tells nothing of the network


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


async def test_a_poll_just_sent_is_not_given_up() -> None:
    async with polling() as scene:
        scene.client.say_poll = scene.client.hang
        await scene.clock.advance(2_500)
        asked = len(scene.client.polls_at)
        scene.poller.wake_all()
        await asyncio.sleep(0.05)
        assert scene.client.in_flight == 1
        assert len(scene.client.polls_at) == asked


async def test_a_task_whose_polls_are_always_cut_backs_off_while_others_are_answered() -> None:
    async with polling(most=True) as scene:
        scene.scope.spawn("health", scene.health.run())
        scene.client.say_poll = scene.client.fail(InterruptedCallError("cut"))
        for _ in range(100):
            scene.health.note_answer()  # another task's poll
            await scene.clock.advance(1_000)
        assert scene.health.status is ServiceStatus.OK
        assert gaps(scene.client.polls_at)[-1] == 30_000


async def test_ten_seconds_after_an_assumed_end_also_while_polls_fail() -> None:
    async with polling(most=False) as scene:
        phase = replace(scene.store.one_session, phase=Phase.EXPIRED_ASSUMED)
        scene.store.one_session = phase
        await scene.clock.advance(41_000)
        assert set(gaps(scene.client.polls_at)[1:]) == {10_000}
        scene.client.say_poll = scene.client.fail(REFUSED)
        await scene.clock.advance(41_000)
        assert set(gaps(scene.client.polls_at)[1:]) == {10_000}


def _done_without_cost(scene: Scene) -> None:
    now = scene.clock.now_ms()
    done = replace(scene.store.one_task, status=TaskStatus.DONE, ended_ms=now)
    scene.store.one_task = done
