"""Undo of *Put away* and *Remove*: the ledger and what is watched are as they were before."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace

from enigma_panel.api.errors import RejectedError, Reply
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.monitor.housekeeping import Housekeeping
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.types import PauseReason
from tests.kit.wait import until
from tests.services.queue.bench import QueueBench, Service, on_queue

LOST = RejectedError(Reply(status=502), nothing_happened=False)


def make_sessions(bench: QueueBench) -> Sessions:
    poller: Any = SimpleNamespace()
    parts = bench.bench
    return Sessions(parts.context, parts.starts, bench.commands, bench.queue, poller)


async def in_ledger(bench: QueueBench, key: int) -> tuple[Session, Task]:
    """The rows of a task and its session, but for the time since when they stand so."""
    task = (await bench.store.read(lambda ledger: ledger.tasks([key])))[key]
    owner = task.session_key
    session = (await bench.store.read(lambda ledger: ledger.sessions([owner])))[owner]
    return replace(session, since_ms=0), replace(task, since_ms=0)


async def unconfirmed_start(bench: QueueBench) -> int:
    bench.service.loses = [LOST]
    key = await bench.start()
    await until(lambda: bench.task(key).status is TaskStatus.UNCONFIRMED, 300)
    return key


def make_housekeeping(bench: QueueBench) -> Housekeeping:
    parts = bench.bench
    live: Any = SimpleNamespace(is_up=lambda _: False)
    return Housekeeping(parts.context, parts.starts, live, bench.commands)


async def watch(housekeeping: Housekeeping, seconds: int) -> None:
    """What looks after sessions once a second does so for a while."""
    for _ in range(seconds):
        await asyncio.sleep(1)
        await housekeeping.tick()


async def test_a_start_that_is_brought_back_is_watched_as_before(bench: QueueBench) -> None:
    key, sessions = await unconfirmed_start(bench), make_sessions(bench)
    housekeeping = make_housekeeping(bench)
    before, owner = await in_ledger(bench, key), bench.session_of(key).key
    settled = await sessions.dismiss(owner)
    assert (settled, bench.task(key).status) == ([key], TaskStatus.LOST)
    assert not bench.session_of(key).occupies_slot
    await sessions.restore(settled)
    assert await in_ledger(bench, key) == before
    assert bench.session_of(key).occupies_slot
    await watch(housekeeping, 400)  # its browser may be open: until its time is over
    assert bench.session_of(key).phase is Phase.EXPIRED_ASSUMED
    assert bench.task(key).status is TaskStatus.UNCONFIRMED
    await watch(housekeeping, 600)
    assert bench.task(key).status is TaskStatus.LOST
    assert (bench.service.opened, bench.service.asked) == (["s1"], [])


def test_what_was_put_away_and_brought_back_is_there_after_a_kill(tmp_path: Path) -> None:
    service = Service()
    keys: list[int] = []

    async def first(bench: QueueBench) -> None:
        keys.append(await unconfirmed_start(bench))
        sessions, owner = make_sessions(bench), bench.session_of(keys[0]).key
        await sessions.restore(await sessions.dismiss(owner))

    async def second(bench: QueueBench) -> None:
        recovered = await bench.recover()
        assert bench.session_of(keys[0]).key in recovered.sessions
        assert bench.task(keys[0]).status is TaskStatus.UNCONFIRMED
        assert service.opened == ["s1"]

    on_queue(tmp_path / "keep", first, service)
    on_queue(tmp_path / "keep", second, service)


async def test_what_was_removed_waits_again_in_its_place(bench: QueueBench) -> None:
    bench.queue.set_leaving(True)  # nothing starts meanwhile
    assert bench.queue.is_leaving
    keys = [await bench.start(f"Task {n}") for n in range(3)]
    before = [await in_ledger(bench, key) for key in keys]
    removed = await bench.queue.remove(keys[:2])
    assert [task.key for task in bench.queue.in_order()] == keys[2:]
    assert {bench.session_of(key).phase for key in removed} == {Phase.DROPPED}
    await make_sessions(bench).restore(removed)
    assert [task.key for task in bench.queue.in_order()] == keys
    assert [await in_ledger(bench, key) for key in keys] == before
    assert bench.service.opened == []
    bench.queue.set_leaving(False)
    await bench.until_taken(3)
    await asyncio.sleep(60)
    assert sorted(bench.service.took) == ["s1", "s2", "s3"]  # each once


async def test_what_an_earlier_run_left_in_queue_waits_for_go_on_also_when_put_back(
    bench: QueueBench,
) -> None:
    bench.queue.set_leaving(True)
    key = await bench.start()
    bench.queue.park()
    bench.queue.set_leaving(False)
    await make_sessions(bench).restore(await bench.queue.remove([key]))
    await asyncio.sleep(60)
    assert bench.service.opened == []
    assert bench.queue.pause_reason is PauseReason.RESTARTED


async def test_what_was_sent_meanwhile_is_not_sent_again(bench: QueueBench) -> None:
    """Too late to remove it, and nothing to put back."""
    key = await bench.start()
    await bench.until_taken()
    assert await bench.queue.remove([key]) == []
    await make_sessions(bench).restore([key])
    await asyncio.sleep(60)
    assert bench.service.took == ["s1"]


async def test_what_had_a_browser_of_its_own_is_not_put_back(bench: QueueBench) -> None:
    """That browser is closed with it, and nobody knows when."""
    reply = Reply(status=429, retry_after_s=9.0)
    bench.service.refuses = [RejectedError(reply, nothing_happened=True)]
    key = await bench.start()
    await until(lambda: bench.service.asked, 300)
    await asyncio.sleep(0.3)
    assert bench.task(key).status is TaskStatus.QUEUED
    assert await bench.queue.remove([key]) == []
    await until(lambda: bench.session_of(key).terminate_sent_ms is not None, 60)
    assert bench.task(key).code == "TAKEN_BACK"


async def test_what_was_put_back_is_lost_with_its_session_as_any_other(bench: QueueBench) -> None:
    """Its session was over for a minute and is not for ever."""
    bench.queue.set_leaving(True)
    key = await bench.start()
    removed = await bench.queue.remove([key])
    housekeeping = make_housekeeping(bench)
    await watch(housekeeping, 62)
    await make_sessions(bench).restore(removed)
    await watch(housekeeping, 1)
    bench.queue.set_leaving(False)
    await bench.until_taken()
    ended = Observation(kind=Kind.SESSION_ENDED)
    await bench.store.record(bench.session_of(key).key, None, ended)
    await watch(housekeeping, 800)
    assert bench.task(key).status is TaskStatus.LOST


async def test_a_start_that_was_refused_and_removed_is_started_once_when_put_back(
    bench: QueueBench,
) -> None:
    bench.service.refuses_start = [RejectedError(Reply(status=503), nothing_happened=True)]
    key = await bench.start()
    await asyncio.sleep(1)
    assert bench.session_of(key).is_planned
    await make_sessions(bench).restore(await bench.queue.remove([key]))
    await bench.until_taken()
    await asyncio.sleep(120)
    assert bench.service.took == ["s1"]
