"""The live channel of the real process, heard by a real Socket.IO client."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack

import pytest

from tests.conftest import first_and_weekly_each
from tests.simulator.channels import (
    CAPTCHA_SOLVED,
    PAUSE,
    SEND,
    TERMINATE,
    live,
    new_task,
    open_session,
    order,
    posted,
    refused,
)
from tests.simulator.listener import Listener, listening
from tests.simulator.process import Running, running

pytestmark = pytest.mark.process


@pytest.fixture
def sim() -> Generator[Running, None, None]:
    with running("--speed", "50", "--seed", "5", "--faults") as simulator:
        yield simulator


def test_a_whole_task(sim: Running) -> None:
    session_id = open_session(sim)
    task = new_task("captcha", terminateOnCompletion=True)
    with listening(sim.url, session_id) as ear, posted(sim, session_id, task) as held:
        question = ear.until_heard("guardrail_trigger").payload
        assert live(sim)["open"] == 1
        ear.emit(CAPTCHA_SOLVED)
        assert ear.until_lost() == "server disconnect"
        body = held.result()
    assert question == {
        "type": "guardrail_trigger",
        "data": {
            "type": "human_input_needed",
            "value": "A CAPTCHA is blocking me. Please solve it.",
        },
    }
    step = ["agent", "action"]
    assert ear.kinds() == [
        "response_update", *step * 3, "guardrail_trigger", *step * 2, "task_completed",
        "end_session",
    ]  # fmt: skip
    done, end = ear.heard[-2].payload, ear.heard[-1]
    assert done["taskId"] == body["taskId"]
    assert done["data"]["message"] == body["result"]["data"]["message"]
    cost = done.get("usage") or done["data"]["usage"]
    assert 0 < cost["cost"] < 1
    assert (end.name, end.payload["reason"]) == ("end_session", "terminateOnCompletion")
    state = sim.get("/_sim/state")
    assert state["applied"]["answers-taken"] == 1
    assert state["live"] == {
        "connects": 1, "refused": 0, "open": 0, "received": {"guardrail:resume": 1},
        "sent": {"response_update": 1, "agent": 5, "action": 5, "guardrail_trigger": 1,
                 "task_completed": 1, "end_session": 1},
    }  # fmt: skip
    assert "solved" not in str(state)


def test_failure_and_the_lost_browser(sim: Running) -> None:
    session_id = open_session(sim)
    with listening(sim.url, session_id) as ear:
        ear.emit(new_task("crash"))
        error = ear.until_heard("error").payload
        assert error["code"] == "PAGE_CRASH"
        assert "crashed" in error["error"]
        ear.emit(new_task("unstable"))
        ear.until_heard("task_completed")
        lost = ear.until_heard("instance:disconnected")
        back = ear.until_heard("instance:reconnected")
        assert lost.payload["gracePeriod"] == 6000
        assert back.at - lost.at == pytest.approx(15 / 50, abs=0.15)


def test_who_names_no_open_session_is_refused(sim: Running) -> None:
    ended = {"sessionId": open_session(sim)}
    sim.post(SEND, ended | {"message": TERMINATE})
    auths = [None, {}, {"sessionId": "nobody"}, {"sessionId": ["x"]}, "text", ended]
    for n, auth in enumerate(auths, 1):
        refused(sim, auth)
        nobody = {"connects": 0, "refused": n, "open": 0, "sent": {}, "received": {}}
        assert live(sim) == nobody, auth


def test_what_is_emitted_is_neither_limited_nor_acknowledged(sim: Running) -> None:
    session_id = open_session(sim)
    with listening(sim.url, session_id) as ear:
        for _ in range(25):
            ear.emit(PAUSE)
        for nonsense in ("x", {"actionType": "fly"}, b"\0\1"):
            ear.emit(nonsense)
        ear.emit()
        ear.until(lambda: sum(live(sim)["received"].values()) == 29)
        assert live(sim)["received"] == {"state:pause": 25, "nonsense": 4}
        with pytest.raises(Exception, match=r"^$"):  # python-socketio's own TimeoutError
            ear.call(PAUSE, 0.3)
        assert sim.get("/_sim/state")["applied"]["state:pause"] == 26
        assert ear.lost is None


@first_and_weekly_each("mode", ["up", "freeze", "drop:60"])
def test_it_ends_at_once_while_channels_are_open(mode: str) -> None:
    with ExitStack() as stack:
        ears: list[Listener] = []
        with running("--faults", "--live", mode) as sim:
            for _ in range(5):
                session_id = open_session(sim)
                ears += [stack.enter_context(listening(sim.url, session_id)) for _ in range(2)]
                ears[-1].emit(new_task("Search"))
            order(sim, push={"payload": {"type": "agent"}, "times": 1000, "every": 0.01})
            sim.process.stop()
        for ear in ears:
            ear.until_lost()
