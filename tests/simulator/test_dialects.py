"""The simulator in W1 and W2: what it reads, what it replies, when a session ends (api.md §9)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from enigma_panel.simulator.dialects import DIALECTS
from enigma_panel.simulator.responses import Reply
from enigma_panel.simulator.service import LongPoll
from tests.kit.rows import check_rows
from tests.simulator.listener import listening
from tests.simulator.process import running
from tests.simulator.world import RUN, SEND, START, World

BODIES = Path(__file__).parents[1] / "contract" / "requests"
PATHS = {"start_session": START, "run_task": RUN}
USAGE = {"completion_time", "prompt_tokens", "completion_tokens", "total_tokens", "cost"}


OWN_PROXY = {"source": "custom", "type": "http", "host": "p.example", "port": "8080"}


def call(world: World, path: str, body: dict[str, Any]) -> Reply | LongPoll:
    """Make a request; one about a session goes to one that is open."""
    if "sessionId" in body:
        body = body | {"sessionId": world.session(mode="default")}
    return world.call("POST", path, body)


def documented() -> list[tuple[str, str, dict[str, Any]]]:
    """Dialect, path and body of each documented request."""
    cases = [json.loads(file.read_text()) for file in sorted(BODIES.glob("*.json"))]
    return [(case["dialect"], PATHS.get(case["call"], SEND), case["body"]) for case in cases]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_takes_its_own_bodies_and_no_other(dialect: str) -> None:
    own = [json.dumps(body) for name, _, body in documented() if name == dialect]
    assert len(own) >= 5
    for _, path, body in documented():
        reply = call(World(dialect=dialect), path, body)
        taken = isinstance(reply, LongPoll) or reply.status == 200
        # A session that is opened without task and limits is opened alike in all.
        expected = json.dumps(body) in own or body == {}
        assert taken is expected, (dialect, path, body, reply)


@pytest.mark.parametrize(
    ("dialect", "path", "body", "message"),
    [
        ("W2", RUN, {"taskDetails": "x"}, "Missing task.prompt"),
        ("W2", START, {"taskDetails": "x", "mode": "default"}, "Missing task.prompt"),
        ("W2", START, {"maxDuration": 60_000}, "Missing task.prompt"),
        ("W2", RUN, {"task": {"prompt": "x", "taskDetails": "x"}}, "taskDetails is no"),
        ("W2", RUN, {"task": {"prompt": "x"}, "maxDuration": 60_000}, "maxDuration is no"),
        ("W2", RUN, {"task": {"prompt": "x", "avoidDomains": []}}, "avoidDomains is no"),
        ("W2", START, {"reachOutMode": "on"}, "reachOutMode must be one of: off, guardrail_only"),
        ("W2", START, {"proxy": {"source": "none"}}, "proxy.source must be one of"),
        ("W2", START, {"proxy": {"source": "custom", "host": "p.example"}}, "proxy needs type"),
        ("W2", START, {"proxy": OWN_PROXY | {"type": "ftp"}}, "proxy.type must be one of"),
        ("W2", START, {"proxy": OWN_PROXY | {"port": 8080}}, "proxy needs type, host, port"),
        ("W2", START, {"proxy": OWN_PROXY | {"port": "65536"}}, "proxy.port must be"),
        ("W1", RUN, {"taskDetails": "x", "proxy": OWN_PROXY | {"level": "os"}}, "proxy.level must"),
        ("W2", START, {"proxy": {"source": "WebRun", "country": "Spain"}}, "proxy.country must be"),
        ("W2", START, {"environmentId": 7}, "environmentId must be a string"),
        ("W2", RUN, {"task": {"prompt": "x", "policyId": "p"}}, "policyId is no parameter"),
        ("E", RUN, {"taskDetails": "x", "outputType": "text"}, "outputType is no parameter"),
        ("W2", RUN, {"task": {"prompt": "x", "outputType": "structured"}}, "outputType must"),
        ("W2", RUN, {"task": {"prompt": "x", "outputType": "structured_csv"}}, "outputSchema"),
        ("W1", START, {"task": {"prompt": "x"}}, "initialTask.taskDetails is required"),
        ("E", RUN, {"task": {"prompt": "x"}}, "taskDetails is required"),
        ("E", START, {"task": {"prompt": "x"}}, "taskDetails is required"),
        ("E", RUN, {"taskDetails": "x", "environmentId": "e"}, "environmentId is no"),
    ],
)
def test_what_a_dialect_does_not_know_is_refused(
    dialect: str, path: str, body: dict[str, Any], message: str
) -> None:
    world = World(dialect=dialect)
    reply = world.post(path, body)
    assert (reply.status, reply.body["message"][: len(message)]) == (400, message)
    assert not world.service.sessions


def test_what_webrun_knows_beside_the_task_is_taken() -> None:
    around = {"environmentId": "e", "policyId": "p", "proxy": OWN_PROXY, "reachOutMode": "off"}
    world = World(dialect="W2")
    assert world.hold(RUN, {"task": {"prompt": "Search"}, **around}).task.request.text == "Search"
    task = {"prompt": "Open a.example", "startingUrl": "https://a.example"}
    assert world.post(START, {"task": task, "proxy": None}).body["initialPrompt"] == task["prompt"]


def task(world: World, dialect: str, sid: str, text: str, **more: Any) -> LongPoll:
    """Send a newTask in a dialect."""
    message = {"actionType": "newTask", "newState": "start", DIALECTS[dialect].text: text, **more}
    return world.hold(SEND, {"sessionId": sid, "message": message})


@pytest.mark.parametrize("dialect", ["W1", "W2"])
def test_replies_are_flat_and_name_their_task(dialect: str) -> None:
    world = World(dialect=dialect)
    sid = world.session()
    held = task(world, dialect, sid, "Search for lamps")
    who = {"sessionId": sid, "taskId": held.task.id}
    running = {"status": "running"} if dialect == "W2" else {"status": "active", "pending": True}
    polled = world.poll_of(held)
    assert polled.pop("usage").keys() == USAGE
    assert polled == {"success": True, **who, **running}
    reply = world.settle(held).body
    data = {"message": held.task.message}
    assert reply.pop("usage").keys() == USAGE
    assert reply == {"success": True, **who, "type": "task_completed", "data": data}
    polled = world.poll_of(held)
    assert polled.pop("usage").keys() == USAGE
    assert polled.pop("completedAt")
    assert polled == reply


@pytest.mark.parametrize(
    ("dialect", "flags"),
    [("W1", {"status": "pending", "pending": True}), ("W2", {"status": "pending"})],
)
def test_a_long_poll_whose_task_goes_on_is_pending(dialect: str, flags: dict[str, Any]) -> None:
    world = World(dialect=dialect)
    reply = world.settle(task(world, dialect, world.session(), "Research lamps")).body
    assert reply.items() >= flags.items()
    assert reply.keys() == {"success", "sessionId", "taskId", "pollUrl", "message", *flags}


def test_w2_finds_no_task_and_lists_its_model() -> None:
    world = World(dialect="W2")
    assert world.poll("none", "none").body["message"] == "Task not found"
    assert world.get("/v1/models").body["data"][0]["id"] == "webrun-browser-1"


@pytest.mark.parametrize("dialect", ["W1", "W2"])
def test_a_duration_ends_the_task_and_five_idle_minutes_the_session(dialect: str) -> None:
    world = World(dialect=dialect)
    sid = world.session()
    session = world.service.sessions[sid]
    world.wait(299)
    world.state(sid, "pause")  # something happens
    world.wait(299)
    held = task(world, dialect, sid, "Research lamps", maxDuration=20_000)
    world.wait(20.1)
    assert (held.task.state, held.task.code) == ("failed", "TASK_TIMEOUT")
    world.wait(299)
    assert session.state == "active"
    world.wait(1)
    assert session.state == "expired"


def test_a_single_task_has_its_own_end() -> None:
    world = World(dialect="W2")
    short = world.hold(RUN, {"task": {"prompt": "Research lamps", "maxDuration": 20_000}})
    asking = world.hold(RUN, {"task": {"prompt": "log in to a.example"}})
    assert world.settle(short).body["code"] == "TASK_TIMEOUT"
    world.wait(281)
    assert world.poll_of(asking)["code"] == "TASK_TIMEOUT"


def test_a_session_that_works_is_not_ended() -> None:
    world = World(dialect="W2")
    sid = world.session()
    held = [task(world, "W2", sid, "log in to a.example") for _ in range(3)]
    world.wait(899)  # each waits for an answer until its own five minutes are over
    assert world.service.sessions[sid].state == "active"
    world.wait(2)
    assert [each.task.code for each in held] == ["TASK_TIMEOUT"] * 3
    assert world.service.sessions[sid].state == "active"


def test_structured_results_are_a_text_in_the_form_that_was_asked_for() -> None:
    world = World(dialect="W2")
    sid = world.session()
    row = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "price": {"type": "number"}},
    }
    held = task(world, "W2", sid, "Search for lamps", outputType="structured_json",
                outputSchema={"type": "array", "items": row})  # fmt: skip
    rows = json.loads(world.settle(held).body["data"]["message"])
    assert {(type(row["name"]), type(row["price"])) for row in rows} == {(str, float)}
    held = task(world, "W2", sid, "Search for lamps", outputType="structured_csv",
                outputSchema=["name", "price, net"])  # fmt: skip
    lines = world.settle(held).body["data"]["message"].splitlines()
    assert lines[0] == 'name,"price, net"'
    assert len(lines) == 4
    held = task(world, "W2", sid, "Search for lamps, misfit", outputType="structured_csv",
                outputSchema=["name", "price"])  # fmt: skip
    assert world.settle(held).body["data"]["message"].startswith("unexpected,price\n")


def _is_row(value: Any) -> bool:
    return value == {} or ([*value] == ["inner"] and _is_row(value["inner"]))


SCHEMAS: tuple[tuple[dict[str, Any], Callable[[Any], bool]], ...] = (
    ({}, lambda value: isinstance(value, str)),
    ({"enum": ["a", "b"]}, lambda value: value in {"a", "b"}),
    ({"type": ["integer", "null"], "minimum": 5, "maximum": 6}, lambda value: value in {5, 6}),
    ({"type": "number", "maximum": -3}, lambda value: value <= -3),
    ({"type": "string", "minLength": 20, "maxLength": 22}, lambda value: 20 <= len(value) <= 22),
    (
        {"type": "array", "items": {"type": "boolean"}, "minItems": 5, "maxItems": 7},
        lambda value: 5 <= len(value) <= 7 and all(isinstance(each, bool) for each in value),
    ),
    (
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"const": 7}}},
        lambda value: value["a"] == 7 and [*value] == ["a", "b"],
    ),
    ({"anyOf": [{"type": "number"}, {"type": "string"}]}, lambda value: isinstance(value, float)),
    (
        {
            "$defs": {"row": {"type": "object", "properties": {"inner": {"$ref": "#/$defs/row"}}}},
            "type": "array",
            "items": {"$ref": "#/$defs/row"},
        },
        lambda value: bool(value) and all(map(_is_row, value)),
    ),
)


def test_a_structured_result_fits_unless_a_misfit_is_wanted() -> None:
    def check(schema: dict[str, Any], fits: Callable[[Any], bool]) -> None:
        world = World(dialect="W2")
        wanted = {"outputType": "structured_json", "outputSchema": schema}
        held = task(world, "W2", world.session(), "Search for lamps", **wanted)
        assert fits(json.loads(world.settle(held).body["data"]["message"]))
        held = task(world, "W2", world.session(), "Search for lamps, misfit", **wanted)
        assert world.settle(held).body["data"]["message"].startswith("Here it is: ")

    check_rows(SCHEMAS, check)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "minItems": 10**9, "items": {"type": "string", "minLength": 10**9}},
        {"type": "array", "minItems": "x"},
        {"anyOf": [[]], "required": 5, "properties": []},
        {"$ref": "#"},
    ],
    ids=json.dumps,
)
def test_a_schema_that_makes_no_sense_breaks_nothing(schema: dict[str, Any]) -> None:
    world = World(dialect="W2")
    wanted = {"outputType": "structured_json", "outputSchema": schema}
    reply = world.settle(task(world, "W2", world.session(), "Search for lamps", **wanted))
    assert len(reply.body["data"]["message"]) < 1_000_000


def test_files_are_told_by_w2_alone() -> None:
    for dialect, told in (("E", False), ("W1", False), ("W2", True)):
        world = World(dialect=dialect)
        reply = world.settle(task(world, dialect, world.session(), "Download the report")).body
        data = reply.get("result", reply)["data"]
        assert ("files" in data) is told


@pytest.mark.process
def test_a_file_is_served_whole_without_a_key_and_told_by_the_channel() -> None:
    with running("--dialect", "W2", "--speed", "50") as sim:
        sid = sim.post(START, {"mode": "default"}).json()["sessionId"]
        message = {"actionType": "newTask", "newState": "start", "prompt": "Download 3 MB"}
        with listening(sim.url, sid) as listener:
            data = sim.post(SEND, {"sessionId": sid, "message": message}).json()["data"]
            assert listener.until_heard("task_completed").payload["data"] == data
        url = data["files"][0]["downloadUrl"]
        reply = httpx.get(url, trust_env=False, verify=False)
        assert (reply.status_code, len(reply.content)) == (200, 3_000_000)
        assert reply.headers["content-length"] == "3000000"
        assert httpx.get(f"{url}x", trust_env=False, verify=False).status_code == 404
