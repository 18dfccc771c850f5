"""The service that has only what its oldest page documents: its bodies, and nothing else."""

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.kit.seed_service import NO_BROWSER, SeedService
from tests.simulator.process import Running, running

pytestmark = pytest.mark.process
OPENING = {"taskDetails": "Go to shop.example", "startingUrl": "https://shop.example"}


@pytest.fixture(scope="module")
def seed() -> Iterator[Running]:
    with running("--speed", "50", "--seed", "5", kind=SeedService) as service:
        yield service


def _say(seed: Running, session_id: str, **message: object) -> httpx.Response:
    return seed.post("/start/send-message", {"sessionId": session_id, "message": message})


def _polled(seed: Running, session_id: str, task_id: str, **wanted: object) -> Any:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        body = seed.get(f"/task/{session_id}/{task_id}")
        if wanted.items() <= body.items():
            return body
    raise AssertionError(body)


def test_a_session_with_a_login_as_the_page_draws_it(seed: Running) -> None:
    started = seed.post("/start/start-session", OPENING).json()
    assert list(started) == [
        *("success", "sessionId", "socketURL", "streaming", "expiresIn", "balance")
    ]
    session_id = started["sessionId"]
    new = {"actionType": "newTask", "newState": "start", "taskDetails": "Log in to the website"}
    sent = _say(seed, session_id, **new, startingUrl="https://ignored.example").json()
    assert sent["pending"]
    assert "usage" not in sent
    asked = _polled(seed, session_id, sent["taskId"], type="guardrail_trigger")
    assert list(asked["data"]) == ["value"]
    text = "Username: ada, Password: right"
    _say(seed, session_id, actionType="guardrail", taskDetails=text, newState="resume")
    done = _polled(seed, session_id, sent["taskId"], type="task_completed")
    assert list(done["usage"]) == ["cost"]
    _say(seed, session_id, actionType="state", newState="terminate")
    gone = _say(seed, session_id, actionType="state", newState="pause")
    assert (gone.status_code, gone.json()["code"]) == (404, "SESSION_NOT_FOUND")


def test_a_stopped_task_is_a_failed_one(seed: Running) -> None:
    session_id = seed.post("/start/start-session", OPENING).json()["sessionId"]
    new = {"actionType": "newTask", "newState": "start", "taskDetails": "Buy a lamp"}
    sent = _say(seed, session_id, **new).json()
    _say(seed, session_id, actionType="state", newState="stop")
    body = _polled(seed, session_id, sent["taskId"], status="failed")
    assert list(body) == ["success", "status", "error"]


def test_what_the_page_does_not_have_is_not_there(seed: Running) -> None:
    for path in ("/start/health", "/v1/models", "/socket.io/", "/start/active-sockets", "/view/x"):
        assert seed.client.get(path).status_code == 404
    wrong = _say(seed, "x", actionType="interaction", action={"type": "CLICK", "x": 1, "y": 1})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "INVALID_PARAMS")


def test_it_insists_on_task_details_and_can_be_full(seed: Running) -> None:
    reply = seed.post("/start/start-session", {"mode": "default"})
    assert reply.status_code == 400
    assert reply.json() == {
        "success": False,
        "message": "taskDetails is required",
        "code": "INVALID_PARAMS",
    }
    seed.faults(NO_BROWSER | {"times": 2})
    replies = [seed.post("/start/start-session", OPENING) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [503, 503, 200]
    assert replies[0].json()["code"] == "NO_INSTANCES_AVAILABLE"


def test_a_tolerant_one_takes_an_empty_start() -> None:
    with running("--tolerant", kind=SeedService) as seed:
        assert seed.post("/start/start-session", {}).status_code == 200
