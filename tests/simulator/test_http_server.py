"""The simulator as a real process, over real sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.kit.wait import wait_for
from tests.simulator.process import Running, running

pytestmark = pytest.mark.process

START = "/start/start-session"
SEND = "/start/send-message"


@pytest.fixture
def sim() -> Generator[Running, None, None]:
    """Run a simulator 50 times as fast as life: the hold takes one second."""
    with running("--speed", "50", "--seed", "5", "--faults") as simulator:
        yield simulator


def send(sim: Running, session_id: str, **message: object) -> httpx.Response:
    return sim.post(SEND, {"sessionId": session_id, "message": message})


def new_task(sim: Running, session_id: str, text: str) -> httpx.Response:
    return send(sim, session_id, actionType="newTask", newState="start", taskDetails=text)


def test_a_held_request_blocks_nobody(sim: Running) -> None:
    session_id = sim.post(START, {}).json()["sessionId"]
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(new_task, sim, session_id, "Research lighthouses")
        wait_for_state(sim, "running")
        assert sim.get("/start/health")["instanceCount"] == 7
        assert not held.done()
        stop = send(sim, session_id, actionType="state", newState="stop")
        assert stop.json() == {"success": True, "message": "Message sent successfully"}
        body = held.result().json()
    assert (body["success"], body["status"]) == (False, "failed")
    assert body["error"] == "Task stopped by user"


def wait_for_state(sim: Running, wanted: str) -> None:
    def states() -> set[str]:
        sessions = sim.get("/_sim/state")["sessions"]
        return {task["state"] for session in sessions for task in session["tasks"]}

    wait_for(lambda: wanted in states(), what=f"a task that is {wanted}")


def test_keys_come_from_standard_input(sim: Running) -> None:
    headers = {"Authorization": "Bearer enig_from_stdin"}
    assert sim.client.get("/v1/models", headers=headers).status_code == 401
    sim.process.stdin.write(b"enig_first\n\n  enig_from_stdin \nenig_unfinished")
    wait_for(lambda: sim.client.get("/v1/models", headers=headers).status_code == 200, 5)
    unfinished = {"Authorization": "Bearer enig_unfinished"}
    assert sim.client.get("/v1/models", headers=unfinished).status_code == 401


def test_the_browser_page(sim: Running) -> None:
    text = "Research <script>alert(1)</script>"
    started = sim.post(START, {"taskDetails": text}).json()
    url = started["streaming"]["webViewURL"]
    page = httpx.get(url, trust_env=False, verify=False)
    assert page.status_code == 200
    assert "http-equiv" in page.text
    assert "<script" not in page.text
    send(sim, started["sessionId"], actionType="state", newState="terminate")
    closed = httpx.get(url, trust_env=False, verify=False).text
    assert "terminated" in closed
    assert "http-equiv" not in closed, "a closed browser need not refresh"
    assert httpx.get(f"{sim.url}/view/unknown", trust_env=False, verify=False).status_code == 404
    stream = httpx.post(
        started["streaming"]["webRTCURL"], content="v=0", trust_env=False, verify=False
    )
    assert stream.status_code == 501


def raw_exchange(url: str, request: bytes) -> bytes:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize(("kind", "applied"), [("refuse-before", 0), ("drop-after", 1)])
def test_a_dropped_connection_gets_no_byte(sim: Running, kind: str, applied: int) -> None:
    sim.faults({"path": START, "kind": kind})
    request = (
        f"POST {START} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer enig_demo\r\n"
        "Content-Length: 2\r\n\r\n{}"
    )
    assert raw_exchange(sim.url, request.encode()) == b""
    state = sim.get("/_sim/state")
    assert state["applied"].get("start-session", 0) == applied
    assert state["calls"].get(f"POST {START}", 0) == applied


@pytest.mark.parametrize(("kind", "applied"), [("silence-before", 0), ("silence", 1)])
def test_silence(sim: Running, kind: str, applied: int) -> None:
    sim.faults({"path": START, "kind": kind})
    with pytest.raises(httpx.ReadTimeout):
        sim.client.post(START, json={}, timeout=0.4)
    wait_for(lambda: sim.get("/_sim/state")["applied"].get("start-session", 0) == applied)


def test_replies_that_are_broken_or_wrong(sim: Running) -> None:
    sim.faults(
        {"path": START, "kind": "truncated"},
        {"path": START, "kind": "notjson"},
        {"path": START, "kind": "html502"},
        {"path": START, "kind": "429", "retryAfter": 3},
        {"path": START, "kind": "429"},
        {"path": START, "kind": "503"},
        {"path": START, "kind": "500"},
        {"path": START, "kind": "status:418", "body": {"a": 1}, "headers": {"x-b": "c"}},
        {"path": START, "kind": "delay", "seconds": 0.3},
        {"path": START, "kind": "after:503", "body": {"message": "Service Unavailable"}},
    )
    with pytest.raises(httpx.RemoteProtocolError):
        sim.post(START, {})
    assert sim.post(START, {}).text == "OK, done."
    page = sim.post(START, {})
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html")
    limited = sim.post(START, {})
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    assert "retry-after" not in sim.post(START, {}).headers
    busy = sim.post(START, {})
    assert busy.json() == {"success": False, "message": "No available instances."}
    assert sim.post(START, {}).status_code == 500
    teapot = sim.post(START, {})
    assert (teapot.status_code, teapot.json(), teapot.headers["x-b"]) == (418, {"a": 1}, "c")
    began = time.monotonic()
    assert sim.post(START, {}).status_code == 200
    assert time.monotonic() - began >= 0.3
    late = sim.post(START, {})
    assert (late.status_code, late.json()) == (503, {"message": "Service Unavailable"})
    assert sim.get("/_sim/state")["applied"]["start-session"] == 4


def test_faults_choose_their_requests(sim: Running) -> None:
    session_id = sim.post(START, {}).json()["sessionId"]
    sim.faults(
        {"path": SEND, "kind": "500", "action": "state:pause", "times": 0},
        {"path": "/task/*", "kind": "503", "skip": 1, "times": 2},
    )
    assert send(sim, session_id, actionType="state", newState="resume").status_code == 200
    for _ in range(3):
        assert send(sim, session_id, actionType="state", newState="pause").status_code == 500
    codes = [sim.client.get("/task/a/b").status_code for _ in range(4)]
    assert codes == [404, 503, 503, 404]
    for bad in (
        {"path": "/x", "kind": "after:x"},
        {"kind": "500"},
        {"path": "/", "kind": "500", "q": 1},
    ):
        assert sim.post("/_sim/faults", [bad]).status_code == 400
    assert sim.post("/_sim/faults", {}).status_code == 400


def test_without_faults_there_is_no_such_entrance() -> None:
    with running() as sim:
        assert sim.client.get("/_sim/state").status_code == 404
        assert sim.post("/_sim/faults", []).status_code == 404
        body = sim.post(START, {}).json()
        assert body["expiresIn"] == 300000
        assert round(body["balance"], 2) == 12.5  # the browser is billed from the first moment
