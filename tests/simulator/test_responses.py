"""Every documented body, field by field, on a virtual clock."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from tests.simulator.world import BASE, RUN, START, World

ID = re.compile(r"[a-z0-9]{12}")
USAGE = {"inputTokens": int, "outputTokens": int, "computeTime": float, "cost": Decimal}
DATA = {
    "message": str,
    "completion_time": float,
    "prompt_tokens": int,
    "completion_tokens": int,
    "total_tokens": int,
}


def assert_shape(body: dict[str, Any], shape: dict[str, type]) -> None:
    """Compare names (in any order) and types."""
    assert {name: type(value) for name, value in body.items()} == shape


def test_start_session() -> None:
    reply = World().post(START, {})
    sid = reply.body["sessionId"]
    assert ID.fullmatch(sid)
    assert reply.status == 200
    assert reply.body == {
        "success": True,
        "sessionId": sid,
        "socketURL": BASE,
        "streaming": {
            "webRTCURL": f"{BASE}/view/{sid}/whep",
            "webViewURL": f"{BASE}/view/{sid}",
            "dimensions": {"width": 1024, "height": 600},
        },
        "initialPrompt": "",
        "expiresIn": 300000,
        "balance": Decimal("12.50"),
        "message": "Connect to instance using sessionId in auth",
    }


def test_start_session_with_a_task_names_no_task_and_never_asks() -> None:
    world = World()
    reply = world.post(START, {"taskDetails": "Go to a.example and log in", "startingUrl": None})
    assert "taskId" not in reply.body
    assert reply.body["initialPrompt"] == "Go to a.example and log in"
    world.wait(20)
    (task,) = world.service.sessions[reply.body["sessionId"]].tasks.values()
    assert task.state == "completed"


def test_expires_in_says_what_will_happen() -> None:
    world = World(speed=10.0)
    reply = world.post(START, {"maxDuration": 60_000})
    assert reply.body["expiresIn"] == 6_000
    session = world.service.sessions[reply.body["sessionId"]]
    world.wait(5.9)
    assert session.state == "active"
    world.wait(0.2)
    assert session.state == "expired"


def test_run_task_inline() -> None:
    world = World()
    held = world.hold(RUN, {"taskDetails": "Search for lighthouses"})
    reply = world.settle(held)
    result = reply.body.pop("result")
    assert reply.body == {
        "success": True,
        "sessionId": held.task.session_id,
        "taskId": held.task.id,
        "status": "complete",
    }
    assert result.keys() == {"type", "data", "usage"}
    assert result["type"] == "task_completed"
    assert_shape(result["data"], DATA)
    assert_shape(result["usage"], {"cost": Decimal})
    assert "lighthouses" in result["data"]["message"]


def test_run_task_pending_after_50_seconds() -> None:
    world = World()
    held = world.hold(RUN, {"taskDetails": "Research lighthouses"})
    began = world.time
    reply = world.settle(held)
    assert world.time - began == pytest.approx(50)
    sid, tid = held.task.session_id, held.task.id
    assert reply.body == {
        "success": True,
        "sessionId": sid,
        "taskId": tid,
        "status": "pending",
        "pollUrl": f"{BASE}/task/{sid}/{tid}",
        "message": "Task still running. Poll GET /task/:sessionId/:taskId for result.",
    }


def test_new_task_inline_has_neither_status_nor_usage() -> None:
    world = World()
    held = world.task(world.session(), "Search for lighthouses")
    reply = world.settle(held)
    assert reply.body.keys() == {"success", "sessionId", "taskId", "result"}
    assert reply.body["result"].keys() == {"type", "data"}
    assert_shape(reply.body["result"]["data"], DATA)


def test_new_task_pending_has_a_flag_and_no_status() -> None:
    world = World()
    held = world.task(world.session(), "Research lighthouses")
    reply = world.settle(held)
    sid, tid = held.task.session_id, held.task.id
    assert reply.body == {
        "success": True,
        "sessionId": sid,
        "taskId": tid,
        "pending": True,
        "pollUrl": f"{BASE}/task/{sid}/{tid}",
        "message": "Task still running. Poll GET /task/:sessionId/:taskId for result.",
    }


def test_poll_running() -> None:
    world = World()
    held = world.task(world.session(), "Research lighthouses")
    world.wait(10)
    body = world.poll_of(held)
    usage = body.pop("usage")
    assert body == {"success": True, "status": "active", "pending": True}
    assert_shape(usage, USAGE)


def test_poll_completed() -> None:
    world = World()
    held = world.task(world.session(), "Search for lighthouses")
    world.settle(held)
    body = world.poll_of(held)
    assert body.keys() == {"success", "type", "data", "usage", "completedAt"}
    assert (body["success"], body["type"]) == (True, "task_completed")
    assert_shape(body["data"], DATA)
    assert_shape(body["usage"], USAGE)
    assert re.fullmatch(r"2023-11-14T22:1\d:\d\d\.\d{3}Z", body["completedAt"])


def test_poll_question() -> None:
    world = World()
    held = world.task(world.session(), "Log in to a.example")
    world.until_state(held, "asking")
    assert world.poll_of(held) == {
        "success": True,
        "type": "guardrail_trigger",
        "data": {"type": "human_input_needed", "value": "I need login credentials to proceed"},
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("open a page that is unreachable", "NAVIGATION_TIMEOUT"),
        ("press the missing button", "ELEMENT_NOT_FOUND"),
        ("make the page CRASH", "PAGE_CRASH"),
    ],
)
def test_failures_in_the_hold_and_in_a_poll(text: str, code: str) -> None:
    world = World()
    held = world.task(world.session(), text)
    inline = world.settle(held).body
    polled = world.poll_of(held)
    assert polled.keys() == {"success", "status", "error", "code", "usage"}
    assert (polled["success"], polled["status"], polled["code"]) == (False, "failed", code)
    assert inline == {"sessionId": held.task.session_id, "taskId": held.task.id, **polled}


def test_stopped_and_terminated() -> None:
    world = World()
    sid = world.session()
    stopped, cut_off = world.task(sid, "Research A"), world.task(sid, "Research B")
    world.wait(5)
    assert world.state(sid, "stop").body == {
        "success": True,
        "message": "Message sent successfully",
    }
    assert world.service.sessions[sid].state == "active"
    body = world.poll_of(stopped)
    body.pop("usage")
    assert body == {"success": False, "status": "failed", "error": "Task stopped by user"}
    world.state(sid, "terminate")
    body = world.poll_of(cut_off)
    assert_shape(body.pop("usage"), {**USAGE, "computeTime": float})
    assert body == {"success": False, "status": "terminated"}
    assert world.settle(cut_off).body["status"] == "terminated"


def test_results_outlive_the_session_for_ten_minutes() -> None:
    world = World()
    held = world.hold(RUN, {"taskDetails": "Search for lighthouses"})
    world.settle(held)
    assert world.service.sessions[held.task.session_id].state == "completed"
    world.wait(599)
    assert world.poll_of(held)["type"] == "task_completed"
    world.wait(2)
    reply = world.poll(held.task.session_id, held.task.id)
    assert (reply.status, reply.body) == (404, {"success": False, "message": "Session not found"})


def test_rich_states() -> None:
    world = World(states="rich")
    sid = world.session()
    first, second = world.task(sid, "Log in"), world.task(sid, "Search")
    assert world.poll_of(second)["status"] == "queued"
    world.state(sid, "pause")
    world.until_state(first, "paused")
    assert world.poll_of(first)["status"] == "paused"
    world.state(sid, "resume")
    world.until_state(first, "asking")
    asking = world.poll_of(first)
    assert (asking["status"], asking["type"]) == ("awaiting_input", "guardrail_trigger")
    world.state(sid, "stop")
    assert world.poll_of(first)["status"] == "stopped"
    lost = world.task(world.session(), "work in an unstable browser")
    seen = set()
    while not lost.task.over:
        seen.add(world.poll_of(lost).get("status"))
        world.wait(1)
    assert seen == {"active", "orphaned"}


def test_documented_states_say_active_instead() -> None:
    world = World()
    sid = world.session()
    first, second = world.task(sid, "Research A"), world.task(sid, "Search")
    world.state(sid, "pause")
    world.until_state(first, "paused")
    for held in (first, second):
        body = world.poll_of(held)
        body.pop("usage")
        assert body == {"success": True, "status": "active", "pending": True}


def test_question_in_hold_early_and_late() -> None:
    early = World(question_in_hold="early")
    held = early.task(early.session(), "Log in")
    began = early.time
    body = early.settle(held).body
    assert early.time - began < 50
    assert body == {
        "success": True,
        "sessionId": held.task.session_id,
        "taskId": held.task.id,
        "result": {
            "type": "guardrail_trigger",
            "data": {"type": "human_input_needed", "value": "I need login credentials to proceed"},
        },
    }
    late = World()
    held = late.task(late.session(), "Log in")
    began = late.time
    assert late.settle(held).body["pending"] is True
    assert late.time - began == pytest.approx(50)


def test_free_endpoints() -> None:
    world = World()
    health = world.get("/start/health", key=None)
    assert health.body == {
        "success": True,
        "status": "healthy",
        "instancesAvailable": True,
        "instanceCount": 8,
        "timestamp": "2023-11-14T22:15:00.000Z",
    }
    sockets = world.get("/start/active-sockets", key=None).body
    assert sockets.keys() == {"success", "sockets", "count", "timestamp"}
    assert sockets["count"] == len(sockets["sockets"])
    models = world.get("/v1/models").body
    assert models["object"] == "list"
    assert models["data"][0].keys() == {"id", "object", "created", "owned_by"}
    assert models["data"][0]["id"] == "enigma-browser-1"
