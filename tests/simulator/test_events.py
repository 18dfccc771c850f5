"""What the model tells of a session: each thing once, in order, when it happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from enigma_panel.simulator.responses import Body
from enigma_panel.simulator.task import TaskState
from tests.simulator.events import emit, kinds, watched
from tests.simulator.world import RUN, World


def test_a_task_from_its_beginning_to_its_result() -> None:
    world = World()
    sid = world.session()
    told = watched(world, sid)
    held = world.task(sid, "Search for lighthouses")
    assert kinds(told) == ["response_update", "agent", "action"], "at the moment of the request"
    assert told[0][2]["data"] == {"message": "Starting task... Browsing the web now."}
    world.settle(held)
    steps = held.task.steps_done
    assert kinds(told)[1:] == ["agent", "action"] * len(steps) + ["task_completed"]
    agents = [payload["content"] for _, _, payload in told if payload["type"] == "agent"]
    actions = [payload["data"] for _, _, payload in told if payload["type"] == "action"]
    assert agents == [step.note for step in steps]
    assert actions == [{"name": step.action, "target": step.target} for step in steps]
    assert {name for _, name, _ in told} == {"message"}


def test_both_forms_of_the_result_say_what_a_poll_says() -> None:
    shapes = set()
    for seed in range(12):
        world = World(seed)
        sid = world.session()
        told = watched(world, sid)
        held = world.task(sid, "x")
        world.settle(held)
        event, poll = told[-1][2], world.poll_of(held)
        data = dict(event["data"])
        usage = data.pop("usage", None) or event["usage"]
        shapes.add("usage" in event)
        assert (event["taskId"], data) == (held.task.id, poll["data"])
        assert usage == {"cost": poll["usage"]["cost"]}
    assert shapes == {True, False}


def test_events_come_at_their_time() -> None:
    world = World()
    sid = world.session()
    told = watched(world, sid)
    held = world.task(sid, "captcha")
    world.until_state(held, "asking")
    asked = world.time
    assert told[-1][1:] == (
        "message",
        {
            "type": "guardrail_trigger",
            "data": {"type": "human_input_needed", "value": held.task.question},
        },
    )
    assert told[-1][0] == pytest.approx(asked, abs=0.11)
    moments = {at for at, _, _ in told}
    assert len(moments) == 4, "three steps and the question"


def test_a_question_is_told_once_whatever_happens_meanwhile() -> None:
    world = World()
    sid = world.session()
    told = watched(world, sid)
    held = world.task(sid, "log in")
    world.until_state(held, "asking")
    for kind in ("takeOverControl", "releaseControl"):
        emit(world, sid, actionType="interaction", action={"type": kind})
    for word in ("pause", "resume"):
        world.state(sid, word)
    world.task(sid, "another one that waits")
    world.wait(20)
    assert kinds(told).count("guardrail_trigger") == 1
    for _ in range(2):  # the same question again is another one
        world.answer(sid, "nothing of use")
        world.until_state(held, "running")
        world.until_state(held, "asking")
    assert kinds(told).count("guardrail_trigger") == 3


def test_failures() -> None:
    world = World()
    sid = world.session()
    told = watched(world, sid)
    held = world.task(sid, "crash")
    world.settle(held)
    wanted = {"type": "error", "error": held.task.error, "code": "PAGE_CRASH"}
    assert told[-1][2] == wanted
    world.settle(world.task(sid, "x", maxDuration=1000))
    assert told[-1][2]["code"] == "TASK_TIMEOUT"
    world.settle(world.task(sid, "x", maxInputTokens=1))
    assert told[-1][2] == {"type": "error", "error": "Input token limit exceeded"}
    assert kinds(told).count("error") == 3


def test_of_a_stopped_task_nothing_is_told() -> None:
    world = World()
    sid = world.session()
    told = watched(world, sid)
    world.task(sid, "Research")
    before = len(told)
    world.state(sid, "stop")
    asking = world.task(sid, "captcha")
    world.until_state(asking, "asking")
    emit(world, sid, actionType="guardrail", newState="stop")
    assert asking.task.state is TaskState.STOPPED
    world.wait(60)
    assert set(kinds(told[before:])) == {"response_update", "agent", "action", "guardrail_trigger"}


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("run", "completed"),
        ("terminate", "terminated"),
        ("wait", "expired"),
        ("close-after", "terminateOnCompletion"),
        ("gone", "instance_lost"),
    ],
)
def test_why_a_session_ended(how: str, reason: str) -> None:
    world = World()
    if how == "run":
        held = world.hold(RUN, {"taskDetails": "x"})
        sid = held.task.session_id
        told = watched(world, sid)
        world.settle(held)
    else:
        sid = world.session()
        told = watched(world, sid)
    match how:
        case "terminate":
            world.task(sid, "Research")
            emit(world, sid, actionType="state", newState="terminate")
        case "wait":
            world.wait(310)
        case "close-after":
            world.settle(world.task(sid, "x", terminateOnCompletion=True))
        case "gone":
            world.task(sid, "the browser never comes back")
            world.wait(310)
    name, payload = told[-1][1:]
    assert (name, payload["type"], payload["reason"]) == ("end_session", "end_session", reason)
    assert payload["message"]
    assert kinds(told).count("end_session") == 1
    assert ("task_completed" in kinds(told)) == (how in ("run", "close-after"))
    assert not world.service.knows(sid)
    with pytest.raises(KeyError):
        world.service.watch(sid, lambda *_: None)


def test_a_lost_browser() -> None:
    world = World()
    sid = world.session()
    told = watched(world, sid)
    world.settle(world.task(sid, "unstable"))
    names = [name for _, name, _ in told]
    lost = names.index("instance:disconnected")
    assert names[lost + 1] == "instance:reconnected"
    assert told[lost + 1][0] - told[lost][0] == pytest.approx(15)
    assert told[lost][2]["gracePeriod"] == 300_000
    assert names.count("instance:disconnected") == names.count("instance:reconnected") == 1
    told.clear()
    held = world.task(sid, "unstable")
    while not world.service.sessions[sid]._lost:
        world.wait(0.5)
    world.state(sid, "stop")
    assert held.task.over
    assert told[-1][1] == "instance:reconnected", "the session's browser is there again"


def test_who_is_sent_away_while_others_are_told_hears_no_more() -> None:
    world = World()
    sid = world.session()
    told: list[str] = []
    leaving: list[Callable[[], None]] = []
    world.service.watch(sid, lambda *_: [leave() for leave in leaving])
    leaving.append(world.service.watch(sid, lambda name, _: told.append(name)))
    world.task(sid, "x")
    assert told == []


def test_who_answers_while_told_gets_the_rest_in_order() -> None:
    world = World()
    sid = world.session()
    orders: list[list[str]] = [[], []]

    def first(_name: str, payload: Body) -> None:
        orders[0].append(payload["type"])
        if payload["type"] == "guardrail_trigger":
            emit(world, sid, actionType="guardrail", newState="resume", taskDetails="yes")

    world.service.watch(sid, first)
    world.service.watch(sid, lambda _, payload: orders[1].append(payload["type"]))
    world.settle(world.task(sid, "buy it"))
    assert orders[0] == orders[1]
    assert orders[0][-1] == "task_completed"
