"""What a quit would do now, and what a later one waits for."""

from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.quitting import QuitOutcome, QuitPlan, quit_plan
from enigma_panel.services.types import WaitReason
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.fakes import FakeScope
from tests.kit.world import World

TERMINATE, STOP = CommandVerb.TERMINATE, CommandVerb.STOP


@pytest.fixture
def world() -> World:
    return World(FakeScope())


def plan(world: World, **task: Any) -> QuitPlan:
    world.sessions.put(a_session(1, current_task=1), a_task(1, **task))
    return quit_plan(world.services)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (TaskStatus.STARTING, QuitOutcome.RUNS),
        (TaskStatus.WORKING, QuitOutcome.RUNS),
        (TaskStatus.ASKS, QuitOutcome.ASKS),
        (TaskStatus.PAUSED, QuitOutcome.PAUSED),
        (TaskStatus.DONE, QuitOutcome.IDLE),
    ],
)
def test_what_becomes_of_a_session(world: World, status: TaskStatus, outcome: QuitOutcome) -> None:
    assert [one.outcome for one in plan(world, status=status).sessions] == [outcome]
    world.sessions.change_session(1, close_after=True)
    closes = QuitOutcome.CLOSES if outcome is QuitOutcome.RUNS else outcome
    assert [one.outcome for one in quit_plan(world.services).sessions] == [closes]


def test_what_is_not_known_of_a_session(world: World) -> None:
    world.sessions.put(a_session(2, phase=Phase.UNCONFIRMED, service_id=None))
    world.sessions.missing = {1}
    found = plan(world)
    assert {one.session.key: one.outcome for one in found.sessions} == {
        1: QuitOutcome.UNKNOWN,
        2: QuitOutcome.UNCONFIRMED,
    }
    assert [one.session.key for one in found.to_end] == [1], "an unconfirmed one has no id"


def test_ended_sessions_are_no_reason_to_ask(world: World) -> None:
    for key, phase in enumerate((Phase.CLOSED, Phase.CLOSED_ASSUMED, Phase.ENDED_BY_YOU)):
        world.sessions.put(a_session(key, phase=phase))
    assert not quit_plan(world.services).must_ask
    world.sessions.set_pending(1, TERMINATE, WaitReason.CONNECTION)
    assert [one.outcome for one in quit_plan(world.services).sessions] == [QuitOutcome.ENDS]
    world.sessions.set_pending(1, None)
    world.writer.is_failing = True
    assert quit_plan(world.services).must_ask


@pytest.mark.parametrize(
    ("task", "waits"),
    [
        ({"status": TaskStatus.STARTING}, True),
        ({"status": TaskStatus.ASKS}, True),
        ({"status": TaskStatus.UNCONFIRMED}, True),
        ({"status": TaskStatus.UNCONFIRMED, "service_id": None}, False),
        ({"status": TaskStatus.PAUSED}, False),
        ({"status": TaskStatus.PAUSED, "service_id": None}, True),
        ({"status": TaskStatus.DONE}, False),
    ],
)
def test_what_is_waited_for(world: World, task: dict[str, object], waits: bool) -> None:
    assert bool(plan(world, **task).waited_for) is waits


def test_a_name_is_waited_for_as_long_as_it_may_come(world: World) -> None:
    found = plan(world, status=TaskStatus.PAUSED, service_id=None)
    assert [one.is_unnamed for one in found.waited_for] == [True]
    world.clock.pass_ms(70_000)
    assert quit_plan(world.services).waited_for == []
    world.clock.pass_ms(-1)
    assert quit_plan(world.services).waited_for != []
    world.sessions.lost_replies = {1}
    assert quit_plan(world.services).waited_for == [], "no reply can bring it any more"


def test_a_failed_task_s_browser_is_waited_for_until_it_is_closed(world: World) -> None:
    assert plan(world, status=TaskStatus.FAILED).waited_for == []
    world.sessions.change_session(1, close_after=True)
    assert len(quit_plan(world.services).waited_for) == 1


@pytest.mark.parametrize(
    ("why", "waits"),
    [
        (WaitReason.SENDING, True),
        (WaitReason.BUDGET, True),
        (WaitReason.CONNECTION, False),
        (WaitReason.KEY, False),
        (WaitReason.LEDGER, False),
    ],
)
def test_a_terminate_is_waited_for_while_it_can_be_sent(
    world: World, why: WaitReason, waits: bool
) -> None:
    world.sessions.put(a_session(1))
    world.sessions.set_pending(1, TERMINATE, why)
    found = quit_plan(world.services)
    assert bool(found.waited_for) is waits
    assert [one.is_unsent for one in found.sessions] == [why is not WaitReason.SENDING]
    world.sessions.waiting[1] = replace(world.sessions.waiting[1], attempt=3)
    assert quit_plan(world.services).waited_for == []


def test_a_command_that_the_ledger_lacks_would_be_lost(world: World) -> None:
    world.sessions.put(a_session(1))
    for verb in (TERMINATE, STOP):
        world.writer.is_failing = True
        world.sessions.set_pending(1, verb, WaitReason.BUDGET)
        assert quit_plan(world.services).lost == []
        world.sessions.set_pending(1, verb, WaitReason.BUDGET, is_kept=False)
        assert len(quit_plan(world.services).lost) == 1
        world.writer.is_failing = False
        assert quit_plan(world.services).lost == []
    world.writer.is_failing = True
    world.sessions.set_pending(1, CommandVerb.PAUSE, WaitReason.BUDGET, is_kept=False)
    assert quit_plan(world.services).lost == [], "a pause is kept nowhere"


def test_queued_tasks_are_counted_and_offline_is_said(world: World) -> None:
    world.queue.put(9, why=WaitReason.NO_SLOT)
    world.health.unreachable_since_ms = NOW
    found = quit_plan(world.services)
    assert (found.queued, found.offline_ms, found.must_ask) == (1, NOW, False)
