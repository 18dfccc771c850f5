"""How often the service is asked how it is, and what its silence and its return set off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    Reply,
)
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services import health as module
from enigma_panel.services.health import Health
from enigma_panel.services.types import ServiceStatus
from tests.conftest import first_and_weekly_each
from tests.kit.clock import NOW, HandClock, gaps
from tests.kit.fakes import FakeAccount, FakeClient, FakeScope
from tests.kit.wait import settle
from tests.kit.world import World

REFUSED = NotConnectedError("refused")
CUT = InterruptedCallError("cut")
HTML = ProtocolError(502, "<html>")
NO_PAGE = ProtocolError(404, "<html>")
SICK = RejectedError(Reply(status=500), nothing_happened=False)


class Scene:
    """Health that runs, on a clock moved by hand."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.client = FakeClient(self.clock)
        self.account = FakeAccount(self.client)
        self.is_standby = False
        self.health = Health(self.account, self.clock, lambda: self.is_standby)
        self.recovered: list[int] = []
        self.health.recovered.connect(self._note_recovered)

    def _note_recovered(self) -> None:
        self.recovered.append(self.clock.now)


@asynccontextmanager
async def running(error: ApiError | None = None) -> AsyncIterator[Scene]:
    """error: what the health page says from the beginning."""
    scene, scope = Scene(), TaskScope()
    if error is not None:
        scene.client.say_health = scene.client.fail(error)
    scope.spawn("health", scene.health.run())
    await settle()
    try:
        yield scene
    finally:
        await scope.close()


async def test_every_ten_seconds_while_all_is_well() -> None:
    async with running() as scene:
        await scene.clock.advance(35_000)
        assert gaps(scene.client.health_at) == [10_000] * 3
        assert scene.recovered == []


async def test_in_standby_every_ten_seconds_until_something_may_wait_for_the_service() -> None:
    async with running(REFUSED) as scene:
        scene.is_standby = True
        await scene.clock.advance(5_000)
        scene.client.health_at.clear()
        await scene.clock.advance(40_000)
        assert gaps(scene.client.health_at) == [10_000] * 3
        assert scene.health.next_try_ms is None, "nobody counts its seconds"
        scene.is_standby = False
        scene.client.health_at.clear()
        now = scene.clock.now
        scene.health.resume()
        await scene.clock.advance(3_000)
        assert scene.client.health_at[0] == now - NOW, "at once"
        assert gaps(scene.client.health_at) == [1_500] * 2
        assert scene.health.next_try_ms == now + 4_500


async def test_the_end_of_standby_asks_nothing_of_a_service_that_answers() -> None:
    async with running() as scene:
        scene.client.health_at.clear()
        scene.health.resume()
        await settle()
        assert scene.client.health_at == []


@first_and_weekly_each("error", [REFUSED, CUT, NotConnectedError("dns"), NotConnectedError("tls")])
async def test_every_1500_ms_while_nothing_answers_and_the_first_answer_wakes_all(
    error: ApiError,
) -> None:
    async with running() as scene:
        scene.client.say_health = scene.client.fail(error)
        await scene.clock.advance(30_000)
        assert scene.health.status is ServiceStatus.UNREACHABLE
        assert scene.health.unreachable_since_ms is not None
        assert set(gaps(scene.client.health_at[2:])) == {1_500}
        scene.client.say_health = scene.client.free(2)
        back = scene.clock.now
        await scene.clock.advance(20_000)
        assert len(scene.recovered) == 1
        assert scene.recovered[0] - back <= 1_500
        assert scene.health.status is ServiceStatus.OK
        assert scene.health.unreachable_since_ms is None


async def test_a_call_that_found_nobody_has_the_next_probe_sent_soon() -> None:
    async with running() as scene:
        await scene.clock.advance(500)
        scene.client.say_health = scene.client.fail(REFUSED)
        scene.health.note_error(REFUSED)
        assert scene.health.status is ServiceStatus.UNREACHABLE
        await scene.clock.advance(4_400)
        assert scene.client.health_at == [0, 1_500, 3_000, 4_500]


async def test_a_probe_that_hangs_is_one_and_does_not_hold_up_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PROBE_S", 0.05)
    async with running() as scene:
        scene.client.say_health = scene.client.hang
        await scene.clock.advance(10_000)
        for n in range(2, 6):
            assert len(scene.client.health_at) == n
            await asyncio.sleep(0.07)  # past its own limit
            await scene.clock.advance(1_500)
        assert scene.health.status is ServiceStatus.UNREACHABLE
        assert scene.client.most_in_flight == 1


async def test_whoever_tells_of_a_cut_call_hears_when_there_is_an_answer() -> None:
    async with running() as scene:
        await scene.clock.advance(1_000)
        scene.health.note_error(CUT)  # a command, say: it waits for `recovered`
        assert scene.health.status is ServiceStatus.OK
        await scene.clock.advance(1_000)
        assert len(scene.recovered) == 1


async def test_calls_that_we_ended_ourselves_say_nothing() -> None:
    async with running() as scene:
        await scene.clock.advance(5_000)
        scene.health.note_error(NotConnectedError("closed"))
        scene.health.note_error(InterruptedCallError("closed"))
        assert scene.health.status is ServiceStatus.OK
        await scene.clock.advance(10_000)
        assert scene.recovered == []


@pytest.mark.parametrize("error", [HTML, SICK])
async def test_nonsense_is_no_return(error: ApiError) -> None:
    async with running() as scene:
        scene.client.say_health = scene.client.fail(REFUSED)
        await scene.clock.advance(12_000)
        scene.client.say_health = scene.client.fail(error)
        await scene.clock.advance(20_000)
        assert scene.health.status is ServiceStatus.UNREACHABLE
        assert set(gaps(scene.client.health_at)[-4:]) == {1_500}
        assert scene.recovered == []
        scene.client.say_health = scene.client.free(1)
        await scene.clock.advance(3_000)
        assert len(scene.recovered) == 1


@pytest.mark.parametrize("slept_ms", [0, 7_200_000])
async def test_it_is_unreachable_since_the_last_answer(slept_ms: int) -> None:
    async with running() as scene:
        await scene.clock.advance(10_000)
        answered = scene.health.heard_ms
        assert answered == scene.clock.now
        scene.client.say_health = scene.client.fail(REFUSED)
        scene.clock.now += slept_ms
        await scene.clock.advance(15_000)
        assert scene.health.unreachable_since_ms == answered


async def test_where_nothing_answered_yet_it_is_unreachable_since_the_first_failure() -> None:
    scene = Scene()
    began = scene.clock.now
    scene.health.note_error(REFUSED)
    scene.clock.now += 5_000
    scene.health.note_error(REFUSED)
    assert (scene.health.heard_ms, scene.health.unreachable_since_ms) == (None, began)


async def test_nonsense_does_not_end_the_time_without_an_answer() -> None:
    async with running() as scene:
        answered = scene.health.heard_ms
        for error in (REFUSED, HTML, REFUSED, HTML):
            scene.client.say_health = scene.client.fail(error)
            await scene.clock.advance(12_000)
            scene.health.note_error(error)
            assert scene.health.unreachable_since_ms == answered
        told: list[int | None] = []
        scene.health.changed.connect(lambda: told.append(scene.health.unreachable_since_ms))
        scene.health.note_answer()
        assert told == [None]


async def test_a_refusal_is_an_answer() -> None:
    async with running() as scene:
        scene.health.note_error(REFUSED)
        scene.health.note_error(RejectedError(Reply(status=401), nothing_happened=True))
        assert scene.health.status is ServiceStatus.OK
        assert len(scene.recovered) == 1


async def test_a_full_service_is_asked_every_1500_ms() -> None:
    async with running() as scene:
        scene.client.say_health = scene.client.free(0)
        await scene.clock.advance(19_000)
        assert scene.health.status is ServiceStatus.FULL
        assert set(gaps(scene.client.health_at)[1:]) == {1_500}
        scene.health.note_answer()
        assert scene.health.status is ServiceStatus.FULL, "a poll says nothing of browsers"
        scene.client.say_health = scene.client.free(2)
        await scene.clock.advance(1_500)
        assert scene.health.status is ServiceStatus.OK


async def test_a_service_without_a_health_page_that_answers_is_connected() -> None:
    async with running() as scene:
        scene.health.note_answer()
        scene.client.say_health = scene.client.fail(NO_PAGE)
        await scene.clock.advance(60_000)
        assert (scene.health.status, scene.health.tells_load) == (ServiceStatus.OK, False)
        assert set(gaps(scene.client.health_at)) == {10_000}
        scene.health.note_error(REFUSED)
        assert scene.health.status is ServiceStatus.UNREACHABLE
        await scene.clock.advance(2_000)
        assert scene.health.status is ServiceStatus.OK
        assert len(scene.recovered) == 1


async def test_a_missing_page_of_a_host_that_answered_nothing_is_no_answer() -> None:
    """It may be a hotel's; what answered under another address is another host."""
    async with running() as scene:
        scene.health.note_answer()
        scene.account.base_url = "https://elsewhere.example"
        scene.health.note_error(REFUSED)
        scene.client.say_health = scene.client.fail(NO_PAGE)
        await scene.clock.advance(20_000)
        assert scene.health.unreachable_since_ms is not None
        assert scene.recovered == []


async def test_asking_now_asks_at_once() -> None:
    async with running() as scene:
        await scene.clock.advance(1_000)
        scene.health.ask_now()
        await settle()
        assert scene.client.health_at == [0, 1_000]


@pytest.mark.parametrize("error", [REFUSED, CUT, HTML, SICK, NO_PAGE])
async def test_the_words_of_the_status_bar(error: ApiError) -> None:
    from enigma_panel.ui.main_window.status_bar import StatusBar

    async with running() as scene:
        services: Any = World(FakeScope()).services
        services.health, services.clock = scene.health, scene.clock
        line = StatusBar(services)
        scene.client.say_health = scene.client.fail(error)
        await scene.clock.advance(12_000)
        line.refresh()
        assert line.words.text().startswith("Service not reachable since ")
        scene.client.say_health = scene.client.free(3)
        await scene.clock.advance(3_000)
        line.refresh()
        assert line.words.text() == "Connected"


async def test_a_service_without_a_health_page_is_nowhere_amber() -> None:
    from enigma_panel.ui.main_window.status_bar import StatusBar
    from enigma_panel.ui.theme.palette import Severity

    async with running(NO_PAGE) as scene:
        services: Any = World(FakeScope()).services
        services.health, services.clock = scene.health, scene.clock
        line = StatusBar(services)
        await scene.clock.advance(12_000)
        line.refresh()
        assert line.words.text() == "Connecting…"
        assert line._dot._severity is Severity.DIM
        scene.health.note_answer()
        await scene.clock.advance(12_000)
        line.refresh()
        assert line.words.text() == "Connected"
        assert "does not say how busy it is" in line.toolTip()
        assert line._dot._severity is Severity.GREEN


def test_the_cost_of_a_task_sent_before_the_balance_is_not_subtracted_again() -> None:
    """The balance that the start of a second task brings may hold what the first has cost."""
    health = Scene().health
    health.note_balance(Decimal(12), NOW)
    health.note_cost(Decimal("0.25"), NOW)
    assert health.left == Decimal("11.75")
    health.note_balance(Decimal("11.50"), NOW + 9_000)
    health.note_cost(Decimal("0.50"), NOW)  # told late
    health.note_cost(Decimal("0.10"), NOW + 9_500)
    assert health.left == Decimal("11.40")
