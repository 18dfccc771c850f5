"""What a client may emit, and that each thing is told once whatever is done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from enigma_panel.simulator.responses import Body
from enigma_panel.simulator.service import LongPoll
from enigma_panel.simulator.task import TaskState
from tests.simulator.events import emit, watched
from tests.simulator.test_service_anything_goes import MOVES, body_of
from tests.simulator.world import World


@pytest.mark.parametrize(
    "message",
    [
        None, "", "pause", 7, [], {}, b"x", {"actionType": "state"}, {"actionType": ["state"]},
        {"actionType": "state", "newState": "fly"}, {"actionType": "state", "newState": {}},
        {"actionType": "guardrail", "newState": "resume"}, {"actionType": "newTask"},
        {"actionType": "newTask", "newState": "start", "taskDetails": ""},
        {"actionType": "interaction", "action": {"type": "CLICK", "x": "1"}},
    ],
)  # fmt: skip
def test_nonsense_is_ignored(message: object) -> None:
    world = World()
    sid = world.session()
    told = watched(world, sid)
    world.service.receive(sid, message)
    assert world.service.received == {"nonsense": 1}
    assert dict(world.service.applied) == {"start-session": 1}
    assert told == []


def test_what_is_received_takes_effect_as_by_the_other_door_and_has_no_limit() -> None:
    world = World(calls_per_minute=2)
    sid = world.session()
    emit(world, sid, actionType="newTask", newState="start", taskDetails="Research")
    (task,) = world.service.sessions[sid].tasks.values()
    for _ in range(15):
        emit(world, sid, actionType="state", newState="pause")
    assert world.service.sessions[sid].halted
    world.wait(30)
    assert task.state is TaskState.PAUSED
    emit(world, sid, actionType="state", newState="resume")
    assert task.state is TaskState.RUNNING
    world.service.receive("nobody", {"actionType": "state", "newState": "pause"})
    counted = {"newTask": 1, "state:pause": 15, "state:resume": 1}
    assert world.service.received == counted | {"state:pause": 16}
    assert dict(world.service.applied) == {"start-session": 1} | counted


def test_without_money_nothing_starts() -> None:
    world = World(balance=Decimal("0.000001"))
    sid = world.session()
    world.wait(5)
    emit(world, sid, actionType="newTask", newState="start", taskDetails="x")
    assert not world.service.sessions[sid].tasks


ENDS = {"task_completed": TaskState.COMPLETED, "error": TaskState.FAILED}


def check(world: World, told: dict[str, list[Body]]) -> None:
    """Compare what was told with what is so."""
    for session_id, payloads in told.items():
        session = world.service.sessions.get(session_id)
        if session is None:
            continue
        types = [payload["type"] for payload in payloads]
        states = [task.state for task in session.tasks.values()]
        for kind, state in ENDS.items():
            assert types.count(kind) == states.count(state)
        began = sum(task.began is not None for task in session.tasks.values())
        assert types.count("response_update") == began
        assert types.count("agent") == types.count("action")
        assert types.count("end_session") == (session.ended is not None)
        assert "end_session" not in types[:-1], "nothing comes after it"
        lost = types.count("instance:disconnected") - types.count("instance:reconnected")
        assert lost == 0 if session.ended is None and not session._lost else lost in (0, 1)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    moves=st.lists(st.tuples(MOVES, st.booleans()), max_size=25),
    seed=st.integers(0, 99),
    leap=st.booleans(),
)
def test_each_thing_once_in_any_order(
    moves: list[tuple[tuple[str, Any], bool]], seed: int, leap: bool
) -> None:
    world = World(seed)
    told: dict[str, list[Body]] = {}
    sid = ""
    for (kind, value), by_channel in moves:
        if kind == "wait":
            world.time += value if leap else 0
            world.wait(0 if leap else value)
        else:
            sid = move(world, kind, value, sid, by_channel)
        known = [key for key in world.service.sessions if key not in told]
        for session_id in filter(world.service.knows, known):
            if not world.service.sessions[session_id].tasks:
                told[session_id] = []
                world.service.watch(session_id, lambda _, p, to=told[session_id]: to.append(p))
        check(world, told)


def move(world: World, kind: str, value: Any, sid: str, by_channel: bool) -> str:
    path, body = body_of(kind, value, sid)
    if by_channel and "message" in body:
        world.service.receive(sid, body["message"])
        return sid
    reply = world.call("POST", path, body)
    if isinstance(reply, LongPoll):
        return reply.task.session_id
    return str(reply.body.get("sessionId", sid))
