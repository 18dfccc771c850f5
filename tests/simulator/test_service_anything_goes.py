"""Any order of calls: the model never breaks and never contradicts itself."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st

from enigma_panel.simulator.responses import Reply
from enigma_panel.simulator.service import LongPoll
from enigma_panel.simulator.task import TaskState
from tests.simulator.world import RUN, SEND, START, World

TEXTS = ("Search", "Log in", "Book a flight", "crash", "Research", "unstable", "buy it", "x")
MOVES = st.one_of(
    st.tuples(st.just("wait"), st.floats(0.01, 120)),
    st.tuples(st.just("start"), st.sampled_from(("", *TEXTS))),
    st.tuples(st.just("run"), st.sampled_from(TEXTS)),
    st.tuples(st.just("task"), st.sampled_from(TEXTS)),
    st.tuples(st.just("state"), st.sampled_from(("pause", "resume", "stop", "terminate"))),
    st.tuples(st.just("answer"), st.sampled_from(("yes", "Username: a, Password: b", "", "2"))),
    st.tuples(st.just("control"), st.sampled_from(("takeOverControl", "releaseControl"))),
)


def body_of(kind: str, value: Any, sid: str) -> tuple[str, dict[str, Any]]:
    message: dict[str, Any] = {}
    match kind:
        case "start":
            return START, {"taskDetails": value, "terminateOnCompletion": value == "x"}
        case "run":
            return RUN, {"taskDetails": value}
        case "task":
            message = {"actionType": "newTask", "newState": "start", "taskDetails": value}
        case "state":
            message = {"actionType": "state", "newState": value}
        case "answer":
            message = {"actionType": "guardrail", "newState": "resume", "taskDetails": value}
        case "control":
            message = {"actionType": "interaction", "action": {"type": value}}
    return SEND, {"sessionId": sid or "none", "message": message}


def check(world: World) -> None:
    for session in world.service.sessions.values():
        working = [task for task in session.tasks.values()
                   if task.state not in (TaskState.QUEUED, TaskState.COMPLETED, TaskState.FAILED,
                                         TaskState.STOPPED, TaskState.TERMINATED)]  # fmt: skip
        assert working == ([] if session.current is None else [session.current])
        if session.ended is not None:
            assert all(task.over for task in session.tasks.values())
        elif session.current is None:
            assert not session.queue
        for task in session.tasks.values():
            assert world.poll(session.id, task.id).status == 200
            assert (task.question is not None) == (task.state is TaskState.ASKING)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moves=st.lists(MOVES, max_size=25), seed=st.integers(0, 99))
def test_any_order(moves: list[tuple[str, Any]], seed: int) -> None:
    world = World(seed, states="rich")
    balance = world.service.balance()
    sid = ""
    held: list[LongPoll] = []
    for kind, value in moves:
        if kind == "wait":
            world.wait(value)
        else:
            path, body = body_of(kind, value, sid)
            reply = world.call("POST", path, body)
            if isinstance(reply, LongPoll):
                held.append(reply)
                sid = reply.task.session_id
            else:
                assert reply.status in (200, 400, 401, 429)
                sid = reply.body.get("sessionId", sid)
        check(world)
        assert world.service.balance() <= balance
        balance = world.service.balance()
    for waiting in held:
        reply = world.settle(waiting)
        assert isinstance(reply, Reply)
        assert reply.body["taskId"] == waiting.task.id
