"""The line against the simulator process: turns, places, holds, and what a restart leaves."""

import asyncio
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import NoticeKind, PauseReason, WaitReason
from enigma_panel.store.ledger.intents import Intent, IntentKind
from enigma_panel.store.settings import Settings
from tests.conftest import Simulator
from tests.kit.builders import new_session, new_task
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.conftest import Running
from tests.services.queue.bench import QueueBench
from tests.services.queue.test_unknown_outcomes import applied, arrived, faults, listen

Start = Callable[..., Simulator]
QUICK = TaskSpec(text="Search for MX Keys at amazon.com")
KEPT = TaskSpec(text="Search for MX Keys at amazon.com", close_after=False)
LONG = TaskSpec(text="Research typewriters", close_after=False)
STARTS = "/start/start-session"


def answered(url: str) -> dict[str, int]:
    """How often which request was answered with which status."""
    return dict(httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()["answered"])


def statuses(parts: Parts, keys: list[int]) -> list[TaskStatus]:
    found = (parts.services.sessions.task(key) for key in keys)
    return [task.status for task in found if task is not None]


async def test_no_more_browsers_than_the_setting_and_each_task_in_its_turn(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        parts.services.settings.change(browsers_at_once=2)
        sessions, queue, store = parts.services.sessions, parts.services.queue, parts.services.store
        most = [0]
        store.changed.connect(lambda _: most.append(sum(s.occupies_slot for s in store.sessions())))
        keys = await sessions.start_many([QUICK] * 4)
        await until(lambda: len(queue.entries()) == 2)
        assert (queue.free_places, queue.free_calls(single=False)) == (0, 5)
        assert queue.free_calls(single=True) == 10
        assert [entry.task_key for entry in queue.entries()] == keys[2:]
        assert [(e.position, e.why) for e in queue.entries()] == [
            (1, WaitReason.NO_SLOT),
            (2, WaitReason.TURN),
        ]
        await until(lambda: queue.entries()[0].due_ms is not None)
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})
        assert max(most) == 2
        assert applied(sim.url)["start-session"] == 4


async def test_a_full_house_puts_the_task_back_and_lowers_the_limit_once(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--places", "1", "--faults")
    async with running(sim.url) as parts:
        sessions, queue, said = parts.services.sessions, parts.services.queue, listen(parts)
        keys = await sessions.start_many([QUICK] * 3)
        await until(lambda: queue.limit == 1)
        assert [n.kind for n in said] == [NoticeKind.LIMIT_LOWERED]
        assert said[0].facts == {"places": 1}
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE}, 140)
        assert applied(sim.url)["start-session"] == 3
        assert applied(sim.url)["newTask"] == 3


async def test_run_after_this_one_waits_for_its_session(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, queue = parts.services.sessions, parts.services.queue
        first = await sessions.start(KEPT)
        where = existing(sessions.task(first)).session_key
        await until(lambda: existing(sessions.session(where)).phase is Phase.OPEN)
        second = await sessions.start(KEPT, where=where)
        third = await sessions.start(KEPT, where=where)
        assert existing(queue.entry(second)).why is WaitReason.BUSY
        await until(lambda: existing(sessions.task(third)).status is TaskStatus.DONE)
        tasks = [existing(sessions.task(key)) for key in (first, second, third)]
        assert [task.session_key for task in tasks] == [where] * 3
        for before, after in pairwise(tasks):
            assert existing(before.ended_ms) <= existing(after.sent_ms)
        assert applied(sim.url)["start-session"] == 1


async def test_the_order_is_the_person_s(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "5")
    async with running(sim.url) as parts:
        parts.services.settings.change(browsers_at_once=1)
        sessions, queue = parts.services.sessions, parts.services.queue
        await sessions.start(LONG)
        a, b, c, d = await sessions.start_many([QUICK] * 4)
        await queue.start_next(c)
        await queue.up(b)
        await queue.remove([d])
        assert [entry.task_key for entry in queue.entries()] == [c, b, a]
        await queue.remove([a, b, c])
        assert queue.entries() == []
        assert existing(sessions.task(d)).status is TaskStatus.STOPPED
        assert existing(sessions.task(d)).code == "TAKEN_BACK"
        assert not existing(sessions.task(d)).is_new
        assert (
            existing(parts.services.store.session(existing(sessions.task(d)).session_key)).phase
            is Phase.DROPPED
        )


async def test_402_holds_the_line_and_one_start_tries_before_the_rest(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, queue = parts.services.sessions, parts.services.queue
        body = {"success": False, "message": "Insufficient balance.", "balance": 0.15}
        faults(sim.url, {"path": STARTS, "kind": "status:402", "body": body, "times": 0})
        keys = await sessions.start_many([QUICK] * 3)
        await until(lambda: queue.pause_reason is PauseReason.FUNDS)
        assert str(parts.services.health.balance) == "0.15"
        await until(lambda: [entry.why for entry in queue.entries()] == [WaitReason.FUNDS] * 3)
        before = arrived(sim.url)["start-session"]
        assert before <= 3
        queue.funds_added()
        await until(lambda: queue.pause_reason is PauseReason.FUNDS)
        assert arrived(sim.url)["start-session"] == before + 1, "one tries"
        faults(sim.url, {"path": STARTS, "kind": "status:402", "body": {"success": False}})
        queue.funds_added()
        await until(lambda: parts.services.health.left is None)  # it is used up: nothing is left
        faults(sim.url)
        queue.funds_added()
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})


async def test_a_refused_key_parks_the_line_until_there_is_another(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, queue = parts.services.sessions, parts.services.queue
        body = {"success": False, "message": "Invalid or revoked API key"}
        faults(sim.url, {"path": STARTS, "kind": "status:401", "body": body})
        keys = await sessions.start_many([QUICK] * 2)
        await until(lambda: queue.pause_reason is PauseReason.KEY)
        await parts.services.account.save("enig_demo")
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})


async def test_no_browser_is_opened_while_no_call_is_left_for_its_task(running: Running) -> None:
    """It would idle, and cost money, until the minute is over. Nobody listens at that address."""
    async with running("http://127.0.0.1:9") as parts:
        services = parts.services
        services.rate_limiter.remember(Endpoint.SEND_MESSAGE, [services.clock.now_ms()] * 7)
        key = await services.sessions.start(QUICK)
        entry = existing(services.queue.entry(key))
        assert entry.why is WaitReason.BUDGET
        assert entry.due_ms is not None
        task = existing(services.sessions.task(key))
        assert existing(services.store.session(task.session_key)).phase is Phase.PLANNED


async def test_the_queue_survives_a_restart_and_waits_for_go_on(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        parts.services.settings.change(browsers_at_once=1)
        first = await parts.services.sessions.start(LONG)
        session = existing(parts.services.sessions.task(first)).session_key
        await until(lambda: existing(parts.services.store.session(session)).phase is Phase.OPEN)
        waiting = await parts.services.sessions.start_many([QUICK] * 2)
        assert len(parts.services.queue.entries()) == 2
    async with running(sim.url) as parts:
        parts.services.settings.change(browsers_at_once=3)
        sessions, queue = parts.services.sessions, parts.services.queue
        assert queue.pause_reason is PauseReason.RESTARTED
        assert [(e.task_key, e.why) for e in queue.entries()] == [
            (key, WaitReason.STOPPED) for key in waiting
        ]
        fresh = await sessions.start(QUICK)
        await until(lambda: existing(sessions.task(fresh)).status is TaskStatus.DONE)
        assert statuses(parts, waiting) == [TaskStatus.QUEUED] * 2, "nothing old was started"
        queue.go_on()
        await until(lambda: set(statuses(parts, waiting)) == {TaskStatus.DONE})
        assert applied(sim.url)["start-session"] == 4


async def test_what_was_queued_at_a_terminate_all_waits_for_go_on(bench: QueueBench) -> None:
    bench.settings.value = Settings(browsers_at_once=1)
    first, *waiting = [await bench.start() for _ in range(3)]
    await bench.until_taken()
    bench.queue.park()
    await bench.commands.terminate(bench.session_of(first).key)
    await asyncio.sleep(60)
    assert bench.service.opened == ["s1"]
    await bench.start()
    await bench.until_taken(2)
    assert [entry.task_key for entry in bench.queue.entries()] == waiting


async def test_a_task_for_another_address_blocks_nobody(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, queue = parts.services.sessions, parts.services.queue
        away = new_session(base_url="https://elsewhere.example", phase=Phase.PLANNED)
        task = new_task(spec=QUICK)
        (foreign,) = await queue.add([(away, task)])
        key = await sessions.start(QUICK)
        await until(lambda: existing(sessions.task(key)).status is TaskStatus.DONE)
        assert existing(queue.entry(foreign)).why is WaitReason.KEY


async def test_up_and_next_leave_alone_what_is_being_sent(
    simulator: Start, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, queue = parts.services.sessions, parts.services.queue
        parts.services.settings.change(browsers_at_once=1)
        slow = parts.ledger.open_intent

        def open_slowly(*args: Any, **kwargs: Any) -> Intent:
            time.sleep(0.4)
            return slow(*args, **kwargs)

        monkeypatch.setattr(parts.ledger, "open_intent", open_slowly)
        keys = await sessions.start_many([QUICK] * 2)
        for _ in range(4):
            await queue.up(keys[1])
            await queue.start_next(keys[0])
            await asyncio.sleep(0.05)
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE}, 40)
        assert applied(sim.url)["newTask"] == 2


async def test_what_is_about_to_be_sent_is_not_taken_back(bench: QueueBench) -> None:
    key = await bench.start()
    assert await bench.queue.remove([key]) == []
    await bench.until_taken()
    assert not bench.task(key).is_final


async def test_an_open_intent_of_a_session_long_ended_does_not_stop_the_start(
    simulator: Start, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions = parts.services.sessions
        key = await sessions.start(QUICK)
        await until(lambda: existing(sessions.task(key)).is_final)
        session = existing(sessions.session(existing(sessions.task(key)).session_key))
        await until(lambda: existing(sessions.session(session.key)).is_ended)
        ended = replace(existing(sessions.session(session.key)), phase=Phase.CLOSED)
        await parts.services.store.update(ended)
        task = sessions.task(key)
        await parts.services.store.intend(IntentKind.STATE, ended, task, CommandVerb.STOP)
        newer = await sessions.start(QUICK)
        await until(lambda: existing(sessions.task(newer)).is_final)
    monkeypatch.setattr("enigma_panel.services.state.first_read.FIRST_TASKS", 1)
    async with running(sim.url) as parts:
        assert parts.services.sessions.all_pending() == []


async def test_the_next_task_waits_for_a_stop_that_is_on_its_way_to_its_session(
    simulator: Start, running: Running
) -> None:
    """It might find the next one at work by then, and end that."""
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        sessions, store = parts.services.sessions, parts.services.store
        first = await sessions.start(KEPT)
        await until(lambda: existing(sessions.task(first)).status is TaskStatus.DONE)
        session_key = existing(sessions.task(first)).session_key
        store.ending.mark(session_key, CommandVerb.STOP, "test")
        second = await sessions.start(KEPT, where=session_key)
        await asyncio.sleep(0.5)
        assert existing(sessions.task(second)).status is TaskStatus.QUEUED
        store.ending.unmark(session_key, "test")
        parts.services.commands.changed.emit(session_key)
        await until(lambda: existing(sessions.task(second)).status is TaskStatus.DONE)
