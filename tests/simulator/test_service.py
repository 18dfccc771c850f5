"""The rules between the replies: queue, pause, stop, limits, money, time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from enigma_panel.simulator.rate_limit import SlidingWindow
from enigma_panel.simulator.task import TaskState
from tests.simulator.world import EPOCH, RUN, SEND, START, World


def test_one_task_at_a_time_and_the_next_follows() -> None:
    world = World()
    sid = world.session(taskDetails="Go to a.example")
    first, second = world.task(sid, "Search A"), world.task(sid, "Search B")
    assert (first.task.state.value, second.task.state.value) == ("queued", "queued")
    world.until_state(first, "running")
    assert second.task.state.value == "queued"
    world.settle(first)
    assert second.task.state.value == "running"


def test_a_task_works_where_its_browser_was_opened() -> None:
    world = World()
    held = world.task(world.session(startingUrl="https://a.example"), "Research A")
    world.settle(held)
    assert "a.example" in {step.target for step in held.task.steps_done}


def test_pause_waits_for_the_current_action() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "Research A")
    world.wait(0.5)
    world.state(sid, "pause")
    assert held.task.state is TaskState.RUNNING
    world.until_state(held, "paused")
    done = len(held.task.steps_done)
    assert done == 1
    before = world.service.balance()
    world.wait(60)
    assert len(held.task.steps_done) == done
    assert world.service.balance() < before, "a paused browser still costs money"
    world.state(sid, "resume")
    assert held.task.state is TaskState.RUNNING


def test_pause_during_a_question_holds_the_answer() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "Solve a captcha page")
    world.until_state(held, "asking")
    world.state(sid, "pause")
    world.answer(sid, "done")
    assert held.task.state is TaskState.PAUSED
    world.state(sid, "resume")
    world.until_state(held, "completed")


@pytest.mark.parametrize(
    "message",
    [
        {"actionType": "state", "newState": "manual"},
        {"actionType": "guardrail", "newState": "deny"},
        {"actionType": "guardrail", "newState": "resume"},
        {"actionType": "newTask", "taskDetails": "x"},
        {"actionType": "newTask", "newState": "start"},
        {"actionType": "newTask", "newState": "start", "taskDetails": "x", "maxDuration": 1},
        {"actionType": "newTask", "newState": "start", "taskDetails": "x", "startingUrl": 1},
        {"actionType": "newTask", "newState": "start", "taskDetails": "x", "avoidDomains": "a"},
        {"actionType": "newTask", "newState": "start", "taskDetails": ["x"]},
        {"actionType": "dance"},
    ],
)
def test_messages_without_sense(message: dict[str, object]) -> None:
    world = World()
    assert world.message(world.session(), **message).status == 400


def test_refusing_a_question_ends_the_task_only() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "Research A")
    world.wait(3)
    stop = {"actionType": "guardrail", "newState": "stop"}
    assert world.message(sid, **stop).status == 200
    assert held.task.state is TaskState.RUNNING, "there was no question to refuse"
    world.state(sid, "stop")
    held = world.task(sid, "choose a lamp")
    world.until_state(held, "asking")
    world.message(sid, **stop)
    assert held.task.state is TaskState.STOPPED
    assert world.service.sessions[sid].state == "active"
    assert world.service.applied["answers-taken"] == 1


def test_close_after_completion_but_not_after_failure() -> None:
    world = World()
    sid = world.session()
    failed = world.task(sid, "crash", terminateOnCompletion=True)
    world.settle(failed)
    assert world.service.sessions[sid].state == "active"
    done = world.task(sid, "Search", terminateOnCompletion=True)
    world.settle(done)
    assert world.service.sessions[sid].state == "completed"
    assert world.state(sid, "stop").status == 401
    by_session = world.session(terminateOnCompletion=True)
    world.settle(world.task(by_session, "Search"))
    assert world.service.sessions[by_session].state == "completed"


def test_run_task_always_gives_its_place_back() -> None:
    world = World(places=1)
    for text in ("crash", "Search"):
        world.settle(world.hold(RUN, {"taskDetails": text}))
    held = world.hold(RUN, {"taskDetails": "Research"})
    world.state(held.task.session_id, "stop")
    assert world.service.sessions[held.task.session_id].state == "completed"


def test_session_and_task_durations() -> None:
    world = World()
    sid = world.session(maxDuration=120_000)
    late = world.task(sid, "Research", maxDuration=20_000)
    body = world.settle(late).body
    assert (body["status"], body["code"]) == ("failed", "TASK_TIMEOUT")
    cut = world.hold(RUN, {"taskDetails": "Research", "maxDuration": 30_000})
    assert world.settle(cut).body["status"] == "terminated"
    world.wait(120)
    assert world.service.sessions[sid].state == "expired"


def test_token_limits() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "Search", maxInputTokens=2000)
    body = world.settle(held).body
    assert (body["status"], body["error"]) == ("failed", "Input token limit exceeded")
    held = world.task(sid, "Search", maxOutputTokens=5)
    data = world.settle(held).body["result"]["data"]
    assert data["completion_tokens"] == 5
    assert len(data["message"]) == 20


def test_places_and_instances() -> None:
    world = World(places=2)
    ids = [world.session(), world.session()]
    reply = world.post(START, {})
    assert reply.status == 429
    assert "Retry-After" not in reply.headers
    assert reply.body["code"] == "SESSION_LIMIT_REACHED"
    assert reply.body["details"] == {"current": 2, "limit": 2}
    world.state(ids[0], "terminate")
    assert world.post(START, {}).status == 200
    none_left = World(instances=0).post(START, {})
    assert none_left.status == 503
    assert none_left.body == {"success": False, "message": "No available instances."}


@pytest.mark.parametrize("speed", [1.0, 1000.0])
def test_rate_windows_are_real_time(speed: float) -> None:
    world = World(speed=speed, places=1000)
    for used in range(10):
        reply = world.post(START, {"maxDuration": "bad"} if used % 2 else {})
        assert reply.headers["X-RateLimit-Limit"] == "10"
        assert reply.headers["X-RateLimit-Remaining"] == str(9 - used)
        assert reply.headers["X-RateLimit-Reset"] == str(int(EPOCH + 160))
        assert "Retry-After" not in reply.headers
        world.time += 1
    reply = world.post(START, {})
    assert reply.status == 429
    message = "Rate limit exceeded. Please try again later."
    assert reply.body == {"success": False, "message": message}
    assert reply.headers["Retry-After"] == "50"
    assert world.get("/v1/models").status == 200
    assert world.post(RUN, {}).status == 400, "another endpoint has its own ten"
    world.time += 50
    assert world.post(START, {}).status == 200


def test_a_shared_rate_window() -> None:
    world = World(rate_limit="shared")
    for _ in range(10):
        assert world.post(RUN, {}).status == 400
    assert world.post(START, {}).status == 429


def test_refused_requests_do_not_lengthen_the_wait() -> None:
    window = SlidingWindow(2, 60.0)
    assert [window.ask(at).allowed for at in (0.0, 1.0, 2.0, 59.0)] == [True, True, False, False]
    verdict = window.ask(60.0)
    assert (verdict.allowed, verdict.remaining, verdict.resets_in) == (True, 0, 1.0)


def test_money_falls_and_ends() -> None:
    world = World(balance=Decimal("0.03"))
    sid = world.session()
    held = world.task(sid, "Research")
    costs = []
    for _ in range(8):
        world.wait(5)
        costs.append(world.poll_of(held)["usage"]["cost"])
    assert costs == sorted(set(costs)), "the cost grows from poll to poll"
    world.wait(250)
    expected = {"success": False, "message": "Insufficient balance.", "balance": Decimal(0)}
    reply = world.post(START, {})
    assert (reply.status, reply.body) == (402, expected)
    fresh = World(balance=Decimal(0))
    assert fresh.post(RUN, {"taskDetails": "x"}).status == 402


def test_what_was_used_up_stays_paid_when_a_step_is_cut_short() -> None:
    world = World()
    sid = world.session()
    held = world.task(sid, "Research")
    world.wait(2)
    before, used = world.service.balance(), world.poll_of(held)["usage"]
    assert used["inputTokens"] > 0
    world.state(sid, "stop")
    assert world.service.balance() == before
    assert world.poll_of(held)["usage"] == used


def test_new_task_needs_money_and_commands_do_not() -> None:
    world = World(balance=Decimal("0.001"))
    sid = world.session()
    world.wait(10)
    task = {"actionType": "newTask", "newState": "start", "taskDetails": "x"}
    assert world.message(sid, **task).status == 402
    world.service.receive(sid, task)
    assert not world.service.sessions[sid].tasks
    assert world.state(sid, "terminate").status == 200


def test_forgetting_a_session_does_not_give_money_back() -> None:
    world = World()
    held = world.hold(RUN, {"taskDetails": "Search"})
    world.settle(held)
    before = world.service.balance()
    world.wait(700)
    assert not world.service.sessions
    assert world.service.balance() == before
    assert world.service.next_event_at() is None


@pytest.mark.parametrize(
    ("path", "body", "status", "settings"),
    [
        (START, {"maxDuration": "bad"}, 400, {}),
        (
            SEND,
            {"sessionId": "nobody", "message": {"actionType": "state", "newState": "stop"}},
            401,
            {},
        ),
        (START, {}, 402, {"balance": Decimal(0)}),
        (START, {}, 429, {"places": 0}),
        (START, {}, 503, {"instances": 0}),
    ],
)
def test_failed_requests_count(
    path: str, body: dict[str, object], status: int, settings: dict[str, Any]
) -> None:
    """Every refusal but that of the window itself, and that about the key: it knows no user."""
    world = World(**settings)
    assert world.post(path, body, key="enig_wrong").status == 401
    for left in range(9, -1, -1):
        reply = world.post(path, body)
        assert (reply.status, reply.headers["X-RateLimit-Remaining"]) == (status, str(left))
    assert world.post(path, body).headers["Retry-After"] == "60"
