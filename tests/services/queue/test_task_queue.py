"""The line against the simulator process: turns, places, holds, and what a restart leaves."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, Session, StateVerb, Task, TaskSpec, TaskStatus, TaskVerb
from enigma_panel.services.types import NoticeKind, PauseReason, WaitReason
from enigma_panel.store.ledger.intents import Intent, IntentKind
from tests.conftest import Simulator
from tests.services.conftest import FastClock, Running, until
from tests.services.queue.test_unknown_outcomes import MESSAGES, applied, arrived, faults, listen

Start = Callable[..., Simulator]
QUICK = TaskSpec(text="Search for MX Keys at amazon.com")
KEPT = TaskSpec(text="Search for MX Keys at amazon.com", close_after=False)
LONG = TaskSpec(text="Research typewriters", close_after=False)
STARTS = "/start/start-session"


def answered(url: str) -> dict[str, int]:
    """How often which request was answered with which status."""
    return dict(httpx.get(f"{url}/_sim/state", trust_env=False).json()["answered"])


def statuses(parts: Parts, keys: list[int]) -> list[TaskStatus]:
    """In the order of the keys."""
    found = (parts.services.fleet.task(key) for key in keys)
    return [task.status for task in found if task is not None]


async def test_no_more_browsers_than_the_setting_and_each_task_in_its_turn(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        parts.settings.change(browsers_at_once=2)
        fleet, line, registry = parts.services.fleet, parts.services.line, parts.registry
        most = [0]
        registry.changed.connect(
            lambda _: most.append(sum(s.occupies_slot for s in registry.sessions()))
        )
        keys = await fleet.start_many([QUICK] * 4)
        await until(lambda: len(line.entries()) == 2)
        assert [entry.task_key for entry in line.entries()] == keys[2:]
        assert [(e.position, e.why) for e in line.entries()] == [
            (1, WaitReason.NO_SLOT),
            (2, WaitReason.TURN),
        ]
        await until(lambda: line.entries()[0].due_ms is not None)
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})
        assert max(most) == 2
        assert applied(sim.url)["start-session"] == 4


async def test_a_full_house_puts_the_task_back_and_lowers_the_ceiling_once(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--places", "1", "--faults")
    async with running(sim.url) as parts:
        fleet, line, said = parts.services.fleet, parts.services.line, listen(parts)
        keys = await fleet.start_many([QUICK] * 3)
        await until(lambda: line.limit == 1)
        assert [n.kind for n in said] == [NoticeKind.LIMIT_LOWERED]
        assert said[0].facts == {"places": 1}
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE}, 60)
        assert applied(sim.url)["start-session"] == 3
        assert applied(sim.url)["newTask"] == 3


async def test_run_after_this_one_waits_for_its_session(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        first = await fleet.start(KEPT)
        where = fleet.task(first).session_key
        await until(lambda: fleet.session(where).phase is Phase.OPEN)
        second = await fleet.start(KEPT, where=where)
        third = await fleet.start(KEPT, where=where)
        assert line.entry(second).why is WaitReason.BUSY
        await until(lambda: fleet.task(third).status is TaskStatus.DONE)
        tasks = [fleet.task(key) for key in (first, second, third)]
        assert [task.session_key for task in tasks] == [where] * 3
        assert tasks[0].ended_ms <= tasks[1].sent_ms <= tasks[1].ended_ms <= tasks[2].sent_ms
        assert applied(sim.url)["start-session"] == 1


async def test_a_task_whose_session_ended_stays_until_it_gets_another(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        first = await fleet.start(LONG)
        where = fleet.task(first).session_key
        await until(lambda: fleet.task(first).service_id is not None)
        second = await fleet.start(QUICK, where=where)
        await fleet.command([where], StateVerb.TERMINATE)
        await until(lambda: line.entry(second).why is WaitReason.SESSION_ENDED)
        assert fleet.task(second).status is TaskStatus.QUEUED
        await line.run_in_new_session(second)
        await until(lambda: fleet.task(second).status is TaskStatus.DONE)
        assert fleet.task(second).session_key != where


async def test_the_order_is_the_person_s(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "5")
    async with running(sim.url) as parts:
        parts.settings.change(browsers_at_once=1)
        fleet, line = parts.services.fleet, parts.services.line
        await fleet.start(LONG)
        a, b, c, d = await fleet.start_many([QUICK] * 4)
        await line.start_next(c)
        await line.up(b)
        await line.remove([d])
        assert [entry.task_key for entry in line.entries()] == [c, b, a]
        await line.remove([a, b, c])
        assert line.entries() == []
        assert fleet.task(d).status is TaskStatus.STOPPED
        assert fleet.task(d).code == "TAKEN_BACK"
        assert not fleet.task(d).is_new
        assert parts.registry.session(fleet.task(d).session_key).phase is Phase.DROPPED


async def test_402_holds_the_line_and_one_start_tries_before_the_rest(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        body = {"success": False, "message": "Insufficient balance.", "balance": 0.15}
        faults(sim.url, {"path": STARTS, "kind": "status:402", "body": body, "times": 0})
        keys = await fleet.start_many([QUICK] * 3)
        await until(lambda: line.pause_reason is PauseReason.FUNDS)
        assert str(parts.services.health.balance) == "0.15"
        await until(lambda: [entry.why for entry in line.entries()] == [WaitReason.FUNDS] * 3)
        before = arrived(sim.url)["start-session"]
        assert before <= 3
        line.funds_added()
        await until(lambda: line.pause_reason is PauseReason.FUNDS)
        assert arrived(sim.url)["start-session"] == before + 1, "one tries"
        faults(sim.url)
        line.funds_added()
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})


async def test_a_refused_key_parks_the_line_until_there_is_another(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        body = {"success": False, "message": "Invalid or revoked API key"}
        faults(sim.url, {"path": STARTS, "kind": "status:401", "body": body})
        keys = await fleet.start_many([QUICK] * 2)
        await until(lambda: line.pause_reason is PauseReason.KEY)
        await parts.account.save("enig_demo")
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})


async def test_no_connection_keeps_what_waits_and_fails_what_was_just_clicked(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        assert parts.scope.spawn("vitals", parts.services.health.run()) is not None
        fleet, line = parts.services.fleet, parts.services.line
        faults(sim.url, {"path": STARTS, "kind": "refuse-before", "times": 0})
        keys = await fleet.start_many([QUICK] * 2)
        await until(lambda: arrived(sim.url).get("start-session", 0) >= 0)
        faults(sim.url)
        await until(lambda: not line.entries(), 40)
        assert TaskStatus.FAILED not in statuses(parts, keys)


async def test_the_third_503_waits_for_a_free_browser(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url, FastClock()) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        faults(sim.url, {"path": STARTS, "kind": "503", "times": 3})
        key = await fleet.start(QUICK)
        await until(lambda: line.entry(key) is not None and line.entry(key).attempt == 3)
        assert line.entry(key).why is WaitReason.NO_BROWSER
        assert line.entry(key).due_ms is None
        assert parts.scope.spawn("vitals", parts.services.health.run()) is not None
        await until(lambda: fleet.task(key).status is TaskStatus.DONE)
        assert arrived(sim.url)["start-session"] == 4


async def test_ten_tasks_at_once_with_the_documented_limits(
    simulator: Start, running: Running
) -> None:
    """The minute is a tenth of one here: 10 calls in 6 s, as the fast clock counts them."""
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url, FastClock()) as parts:
        keys = await parts.services.fleet.start_many([QUICK] * 10)
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE}, 60)
        assert applied(sim.url)["start-session"] == 10


async def test_the_line_survives_a_restart_and_waits_for_go_on(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        parts.settings.change(browsers_at_once=1)
        first = await parts.services.fleet.start(LONG)
        session = parts.services.fleet.task(first).session_key
        await until(lambda: parts.registry.session(session).phase is Phase.OPEN)
        waiting = await parts.services.fleet.start_many([QUICK] * 2)
        assert len(parts.services.line.entries()) == 2
    async with running(sim.url) as parts:
        parts.settings.change(browsers_at_once=3)
        fleet, line = parts.services.fleet, parts.services.line
        assert line.pause_reason is PauseReason.RESTARTED
        assert [(e.task_key, e.why) for e in line.entries()] == [
            (key, WaitReason.STOPPED) for key in waiting
        ]
        fresh = await fleet.start(QUICK)
        await until(lambda: fleet.task(fresh).status is TaskStatus.DONE)
        assert statuses(parts, waiting) == [TaskStatus.QUEUED] * 2, "nothing old was started"
        line.go_on()
        await until(lambda: set(statuses(parts, waiting)) == {TaskStatus.DONE})
        assert applied(sim.url)["start-session"] == 4


async def test_taken_back_between_two_tries_the_browser_made_for_it_is_closed(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        faults(sim.url, {"path": MESSAGES, "kind": "503", "action": "newTask", "times": 1})
        key = await fleet.start(KEPT)
        await until(lambda: line.entry(key) is not None and line.entry(key).attempt == 1)
        await line.remove([key])
        await until(lambda: parts.registry.session(fleet.task(key).session_key).is_ended)
        assert applied(sim.url).get("newTask", 0) == 0
        assert applied(sim.url)["state:terminate"] == 1


async def test_several_tasks_for_an_idle_session_go_one_after_the_other(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet = parts.services.fleet
        first = await fleet.start(KEPT)
        where = fleet.task(first).session_key
        await until(lambda: fleet.task(first).status is TaskStatus.DONE)
        keys = await fleet.start_many([KEPT] * 3, where=where)
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})
        a, b, c = (fleet.task(key) for key in keys)
        assert a.ended_ms <= b.sent_ms <= b.ended_ms <= c.sent_ms


async def test_another_key_after_a_401_to_the_task_goes_on_with_the_line(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        parts.settings.change(browsers_at_once=1)
        fleet, line = parts.services.fleet, parts.services.line
        body = {"success": False, "message": "Invalid or revoked API key"}
        refused = {"path": MESSAGES, "kind": "status:401", "body": body, "times": 0}
        faults(sim.url, refused)
        keys = await fleet.start_many([QUICK] * 2)
        await until(lambda: line.pause_reason is PauseReason.KEY)
        await until(lambda: len(line.entries()) == 2)
        # The browser that was opened can be ended only with its own key.
        opened = next(s.key for s in parts.registry.sessions() if s.service_id)
        await until(lambda: fleet.pending(opened) is not None)
        faults(sim.url)
        await parts.account.save("enig_demo")
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE})


async def test_a_task_for_another_address_blocks_nobody(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        away = Session(
            base_url="https://elsewhere.example",
            key_fingerprint="p",
            site="s",
            phase=Phase.PLANNED,
            since_ms=1,
            created_ms=1,
        )
        task = Task(session_key=0, verb=TaskVerb.NEW_TASK, spec=QUICK, since_ms=1, created_ms=1)
        (foreign,) = await line.add([(away, task)])
        key = await fleet.start(QUICK)
        await until(lambda: fleet.task(key).status is TaskStatus.DONE)
        assert line.entry(foreign).why is WaitReason.KEY


async def test_nothing_starts_while_the_program_leaves(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        parts.services.line.set_leaving(True)
        key = await parts.services.fleet.start(QUICK)
        await parts.services.clock.sleep_until(parts.services.clock.now_ms() + 300)
        assert statuses(parts, [key]) == [TaskStatus.QUEUED]
        assert arrived(sim.url).get("start-session", 0) == 0


async def test_up_and_next_leave_alone_what_is_being_sent(
    simulator: Start, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, line = parts.services.fleet, parts.services.line
        parts.settings.change(browsers_at_once=1)
        slow = parts.ledger.open_intent

        def open_slowly(*args: Any, **kwargs: Any) -> Intent:
            time.sleep(0.4)
            return slow(*args, **kwargs)

        monkeypatch.setattr(parts.ledger, "open_intent", open_slowly)
        keys = await fleet.start_many([QUICK] * 2)
        for _ in range(4):
            await line.up(keys[1])
            await line.start_next(keys[0])
            await asyncio.sleep(0.05)
        await until(lambda: set(statuses(parts, keys)) == {TaskStatus.DONE}, 40)
        assert applied(sim.url)["newTask"] == 2


async def test_an_open_intent_of_a_session_long_ended_does_not_stop_the_start(
    simulator: Start, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet = parts.services.fleet
        key = await fleet.start(QUICK)
        await until(lambda: fleet.task(key).is_final)
        session = fleet.session(fleet.task(key).session_key)
        await until(lambda: fleet.session(session.key).is_ended)
        ended = replace(fleet.session(session.key), phase=Phase.CLOSED)
        await parts.registry.update(ended)
        task = fleet.task(key)
        await parts.registry.intend(IntentKind.STATE, ended, task, StateVerb.STOP)
        newer = await fleet.start(QUICK)
        await until(lambda: fleet.task(newer).is_final)
    monkeypatch.setattr("enigma_panel.services.state.session_store.FIRST_TASKS", 1)
    async with running(sim.url) as parts:
        assert parts.services.fleet.all_pending() == []


async def test_the_next_task_waits_for_a_stop_that_is_on_its_way_to_its_session(
    simulator: Start, running: Running
) -> None:
    """It might find the next one at work by then, and end that."""
    sim = simulator("--speed", "20", "--faults")
    async with running(sim.url) as parts:
        fleet, registry = parts.services.fleet, parts.registry
        first = await fleet.start(KEPT)
        await until(lambda: fleet.task(first).status is TaskStatus.DONE)
        session_key = fleet.task(first).session_key
        registry.ending.mark(session_key, StateVerb.STOP, "test")
        second = await fleet.start(KEPT, where=session_key)
        await asyncio.sleep(0.5)
        assert fleet.task(second).status is TaskStatus.QUEUED
        registry.ending.unmark(session_key, "test")
        parts.assembly.commands.changed.emit(session_key)
        await until(lambda: fleet.task(second).status is TaskStatus.DONE)
