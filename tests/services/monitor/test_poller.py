"""How often polls go out. Seconds here are those of a clock that runs ten times as fast."""

import asyncio
import time
from collections.abc import Callable

import httpx

from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import ServiceStatus
from tests.conftest import Simulator
from tests.kit.clock import FastClock
from tests.kit.wait import until
from tests.services.conftest import Running
from tests.services.queue.test_unknown_outcomes import faults

Start = Callable[..., Simulator]


def polls(url: str) -> int:
    """How many polls the simulator has seen."""
    calls = httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()["calls"]
    return int(calls.get("GET /task/*", 0))


async def test_every_two_seconds_and_never_faster(simulator: Start, running: Running) -> None:
    url = simulator("--speed", "10", "--faults", "--question-in-hold", "early").url
    clock = FastClock()
    async with running(url, clock) as parts:
        sessions = parts.services.sessions
        key = await sessions.start(TaskSpec(text="Log in to shop.example", close_after=False))
        await until(lambda: sessions.task(key).status is TaskStatus.ASKS)
        before, began = polls(url), clock.now_ms()
        await clock.sleep_until(began + 30_000)
        seconds = (clock.now_ms() - began) / 1000
        assert 2 <= polls(url) - before <= seconds / 2 + 1


async def test_slower_while_polls_fail_and_at_once_after_a_command(
    simulator: Start, running: Running
) -> None:
    url = simulator("--speed", "2", "--faults", "--question-in-hold", "early").url
    clock = FastClock()
    async with running(url, clock) as parts:
        sessions = parts.services.sessions
        key = await sessions.start(TaskSpec(text="Log in to shop.example", close_after=False))
        await until(lambda: sessions.task(key).status is TaskStatus.ASKS)
        faults(url, {"path": "/task/*", "kind": "html502", "times": 0})
        await until(lambda: parts.services.health.status is ServiceStatus.TROUBLED)
        began, before = clock.now_ms(), polls(url)
        await clock.sleep_until(began + 40_000)  # every two seconds that would be twenty
        assert polls(url) - before <= 14
        faults(url)
        before = polls(url)
        await sessions.command([sessions.task(key).session_key], CommandVerb.STOP)
        await until(lambda: polls(url) > before)
        await until(lambda: sessions.task(key).status is TaskStatus.STOPPED)
        assert parts.services.health.status is ServiceStatus.OK


async def test_one_poll_in_flight_however_often_it_is_woken(
    simulator: Start, running: Running
) -> None:
    url = simulator("--speed", "10", "--faults", "--question-in-hold", "early").url
    async with running(url, FastClock()) as parts:
        sessions = parts.services.sessions
        key = await sessions.start(TaskSpec(text="Log in to shop.example", close_after=False))
        await until(lambda: sessions.task(key).status is TaskStatus.ASKS)
        faults(url, {"path": "/task/*", "kind": "delay", "seconds": 0.5, "times": 0})
        await asyncio.sleep(0.6)  # whatever was under way is over
        began = time.monotonic()
        asked = [asyncio.create_task(sessions._poller.poll_now(key)) for _ in range(3)]
        for _ in range(40):
            sessions._poller.wake(sessions.task(key).session_key)
            await asyncio.sleep(0.01)
        assert await asyncio.gather(*asked) == [True, True, True]
        assert time.monotonic() - began > 1.4  # one after the other, half a second each


async def test_a_session_past_its_life_is_expired_by_our_clock_and_never_final(
    simulator: Start, running: Running
) -> None:
    url = simulator("--speed", "10", "--faults", "--live", "off").url
    clock = FastClock()
    async with running(url, clock) as parts:
        sessions = parts.services.sessions
        key = await sessions.start(TaskSpec(text="Search for ribbons", close_after=False))
        await until(lambda: sessions.task(key).status is TaskStatus.DONE)
        session_key = sessions.task(key).session_key
        await until(lambda: sessions.session(session_key).phase is Phase.EXPIRED_ASSUMED, limit=40)
        assert not sessions.session(session_key).is_final
        assert sessions.can(session_key, CommandVerb.TERMINATE)
