"""How a channel is lost, found again and let go: pauses, the gap's beginning, why there is none."""

import asyncio
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from enigma_panel import bootstrap
from enigma_panel.api.protocols import LiveError, LiveFault
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.state.history import ASSUMED_FOR_MS
from enigma_panel.services.state.timeline import GAP, NO_LIVE
from enigma_panel.services.types import LiveShare
from enigma_panel.ui.text.steps import live_tip
from tests.conftest import LogWatch
from tests.kit.clock import NOW
from tests.services.live.bench import Bench, FakeConnection


def in_s(ms: int | str) -> float:
    """Seconds since the test began."""
    return (int(ms) - NOW) / 1000


async def gaps(bench: Bench, task: int) -> list[tuple[float, float]]:
    """From when to when the time line says that there was no news."""
    lines = [step for step in await bench.steps(task) if step.kind == GAP]
    return [(in_s(line.text), in_s(line.at_ms)) for line in lines]


@pytest.mark.parametrize("fault", [LiveFault.REFUSED, LiveFault.UNREACHABLE])
async def test_a_session_without_a_channel_says_so_once(bench: Bench, fault: LiveFault) -> None:
    bench.connector.fault = fault
    _, key = await bench.open()
    await bench.wait(60)
    assert [step.kind for step in await bench.steps(key)].count(NO_LIVE) == 1
    bench.connector.fault = None
    await bench.wait(40)
    await bench.connection.aclose()
    await bench.wait(40)
    kinds = [step.kind for step in await bench.steps(key)]
    assert (kinds.count(NO_LIVE), kinds.count(GAP)) == (1, 1)


async def test_pauses_grow_also_where_each_try_takes_ten_seconds(bench: Bench) -> None:
    ends: list[float] = []

    async def silent(*_args: object) -> None:
        bench.connector.tries.append(in_s(bench.clock.now_ms()))
        await bench.wait(10)
        ends.append(in_s(bench.clock.now_ms()))
        raise LiveError(LiveFault.UNREACHABLE)

    bench.connector.connect = silent  # type: ignore[assignment,method-assign]
    await bench.open()
    await bench.wait(280)
    pauses = [b - a for a, b in zip(ends, bench.connector.tries[1:], strict=False)]
    assert 0.5 <= pauses[0] <= 1.1
    assert all(15 <= pause <= 30.1 for pause in pauses[5:])
    assert len(pauses) >= 7


async def test_a_channel_that_was_up_for_long_is_tried_again_soon(bench: Bench) -> None:
    await bench.open()
    for _ in range(5):
        await bench.wait(15)
        bench.connection.down.set()
        await bench.wait(1.2)
        assert not bench.connection.down.is_set()


async def test_no_live_news_from_when_it_last_told_something(bench: Bench) -> None:
    """As after a sleep, or on a line of which only the time-out tells that it is dead."""
    _, task = await bench.open()
    await bench.hear(Kind.ACTION, "one")
    heard = in_s(bench.clock.now_ms())
    await bench.wait(150)
    bench.live.renew()
    await bench.wait(0.3)
    [(begun, ended)] = await gaps(bench, task)
    assert begun == pytest.approx(heard, abs=0.02)
    assert ended - begun == pytest.approx(150, abs=0.5)


async def test_a_channel_that_told_nothing_is_missed_from_when_it_came_up(bench: Bench) -> None:
    _, task = await bench.open()
    up = in_s(bench.clock.now_ms())
    await bench.wait(50)
    bench.connection.down.set()
    await bench.wait(5)
    bench.connection.down.set()
    await bench.wait(5)
    first, second = await gaps(bench, task)
    assert first[0] == pytest.approx(up, abs=0.3)
    assert first[1] > 50
    assert second[0] == first[1], "between the two it told nothing either"


async def test_a_lost_channel_says_so_until_it_is_up_again(bench: Bench) -> None:
    for _ in range(2):
        await bench.open()
    bench.connection.down.set()
    await bench.wait(0.05)
    share = bench.live.share()
    assert share == LiveShare(up=1, of=2, fault=LiveFault.LOST)
    assert live_tip(share).endswith("Live updates broke off. The program keeps trying.")
    await bench.wait(3)
    assert bench.live.share() == LiveShare(up=2, of=2)


@pytest.mark.parametrize("error", [TimeoutError, OSError, RuntimeError])
def test_a_library_that_cannot_be_loaded_is_not_called_missing(
    tmp_path: Path, log_watch: LogWatch, error: type[Exception]
) -> None:
    log_watch.allow("the live channel cannot be used in this run")

    async def check(bench: Bench) -> None:
        async def broken() -> Any:
            bench.connectors_opened += 1
            raise error

        bench.live._connector._open_connector = broken
        await bench.open()
        await bench.wait(100)
        share = bench.live.share()
        assert (bench.connectors_opened, share) == (
            1,
            LiveShare(up=0, of=1, fault=LiveFault.BROKEN),
        )
        assert "could not be loaded" in live_tip(share)

    Bench.run(tmp_path, check)


def test_only_what_is_not_there_is_called_missing(
    monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch
) -> None:
    log_watch.allow("the library of the live channel cannot be loaded")
    monkeypatch.setitem(sys.modules, "enigma_panel.api.socketio_client", None)
    with pytest.raises(LiveError) as caught:
        bootstrap._socket_connector()
    assert caught.value.fault is LiveFault.MISSING
    half = ModuleType("enigma_panel.api.socketio_client")
    monkeypatch.setitem(sys.modules, "enigma_panel.api.socketio_client", half)
    with pytest.raises(ImportError):
        bootstrap._socket_connector()


async def test_a_connection_that_came_back_long_ago_is_no_reason_to_hurry(bench: Bench) -> None:
    """After a restart of the service all channels would be there at the same moment."""
    for _ in range(12):
        await bench.open()
    bench.live.retry_now()
    await bench.wait(60)
    lost = in_s(bench.clock.now_ms())
    tried = len(bench.connector.tries)
    for connection in list(bench.connector.connections):
        connection.down.set()
    await bench.wait(2)
    again = [at - lost for at in bench.connector.tries[tried:]]
    assert len(again) == 12
    assert min(again) >= 0.5
    assert len({round(at, 2) for at in again}) > 6, "each at its own moment"


async def test_a_reason_to_hurry_that_came_while_connecting_is_used_up(bench: Bench) -> None:
    await bench.open(listens=False)
    await bench.wait(0.01)
    bench.live.retry_now()
    await bench.wait(30)
    assert len(bench.connector.tries) == 1
    lost = in_s(bench.clock.now_ms())
    bench.connection.down.set()
    await bench.wait(2)
    assert bench.connector.tries[1] - lost >= 0.5


def test_a_wait_that_fails_counts_as_a_loss(tmp_path: Path, log_watch: LogWatch) -> None:
    log_watch.allow("task live loss 1 failed")

    async def check(bench: Bench) -> None:
        real = FakeConnection.until_lost

        async def until_lost(connection: FakeConnection) -> None:
            await real(connection)
            if connection is bench.connector.connections[0]:
                raise RuntimeError

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FakeConnection, "until_lost", until_lost)
            session, _ = await bench.open()
            bench.connection.down.set()
            await bench.wait(3)
        assert len(bench.connector.connections) == 2
        assert bench.live.is_up(session)

    Bench.run(tmp_path, check)


async def test_a_listening_that_is_ended_lets_go_of_its_connection(bench: Bench) -> None:
    """Whichever of its two tasks is ended first."""
    await bench.open()
    for task in asyncio.all_tasks():
        if task.get_name() == "live loss 1":
            task.cancel()
    await bench.wait(0.1)
    assert bench.connector.connections[0].down.is_set()


async def test_a_session_whose_end_is_but_assumed_is_let_go_in_the_end(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.store.record(session, None, Observation(kind=Kind.LIFETIME_OVER))
    await listen(bench, ASSUMED_FOR_MS // 1000 - 1)
    assert bench.live.is_up(session), "its end may still be proven"
    await listen(bench, 3)
    assert bench.connection.down.is_set()
    assert not bench.live.is_up(session)
    assert len(bench.connector.tries) == 1


async def test_so_is_one_whose_channel_comes_up_after_that_end(bench: Bench) -> None:
    session, _ = await bench.open(listens=False)
    await bench.wait(0.01)
    await bench.store.record(session, None, Observation(kind=Kind.LIFETIME_OVER))
    await listen(bench, ASSUMED_FOR_MS // 1000 + 2)
    assert all(one.down.is_set() for one in bench.connector.connections)


async def listen(bench: Bench, seconds: int) -> None:
    """The seconds pass, each with its tick."""
    for _ in range(seconds):
        await bench.wait(1)
        bench.live.tick()
