"""The live channel as tests want it: its modes, and events that they make up."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import ExitStack

import httpx
import pytest

from tests.simulator.channels import live, new_task, open_session, order, refused
from tests.simulator.listener import listening
from tests.simulator.process import Running, running

pytestmark = pytest.mark.process


@pytest.fixture
def sim() -> Generator[Running, None, None]:
    with running("--speed", "50", "--seed", "5", "--faults") as simulator:
        yield simulator


# --- modes ---


def test_off_is_not_there(sim: Running) -> None:
    session_id = open_session(sim)
    with listening(sim.url, session_id) as ear:
        order(sim, mode="off")
        ear.until_lost()
    refused(sim, {"sessionId": session_id})
    assert sim.client.get("/socket.io/?EIO=4&transport=polling").status_code == 404
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }  # fmt: skip
    reply = httpx.get(
        f"{sim.url}/socket.io/?EIO=4&transport=websocket",
        headers=upgrade,
        trust_env=False,
        verify=False,
    )
    assert reply.status_code == 404
    order(sim, mode="up")
    with listening(sim.url, session_id):
        assert live(sim)["connects"] == 2


def test_refuse_lets_nobody_in(sim: Running) -> None:
    session_id = open_session(sim)
    with listening(sim.url, session_id) as ear:
        order(sim, mode="refuse")
        refused(sim, {"sessionId": session_id})
        assert (live(sim)["refused"], ear.lost) == (1, None), "who is in stays"
        order(sim, cut=True)
        ear.until_lost()


def test_drop_cuts_each_channel_after_its_time(sim: Running) -> None:
    session_id = open_session(sim)
    with listening(sim.url, session_id) as first:
        order(sim, mode="drop:0.4")
        with listening(sim.url, session_id) as second:
            began = time.monotonic()
            second.until_lost()
            assert time.monotonic() - began > 0.3
            assert first.lost
    with listening(sim.url, session_id) as third:
        order(sim, mode="up")
        time.sleep(0.6)
        assert third.lost is None


def test_freeze_is_silent_though_the_connection_stays(sim: Running) -> None:
    session_id = open_session(sim)
    order(sim, mode="freeze", ping=[0.2, 0.3])
    with listening(sim.url, session_id) as ear:
        ear.emit(new_task("x"))
        assert ear.until_lost() in ("ping timeout", "transport error"), "the client gave up"
        assert ear.heard == []
    state = sim.get("/_sim/state")
    assert state["live"]["connects"] == 1
    assert state["live"]["received"] == {}
    assert state["applied"] == {"start-session": 1}


# --- events made up by tests ---


def test_pushed_events(sim: Running) -> None:
    ids = [open_session(sim) for _ in range(3)]
    with ExitStack() as stack:
        ears = [stack.enter_context(listening(sim.url, session_id)) for session_id in ids]
        payload = {"type": "agent", "content": "<b>{n}</b>\u0000\ud83d"}
        assert order(sim, push={"payload": payload, "sessionId": ids[0], "times": 3}) == {
            "success": True,
            "channels": 1,
        }
        ears[0].until_heard("agent", 3)
        texts = [heard.payload["content"] for heard in ears[0].heard]
        assert texts == [f"<b>{number}</b>\u0000\ud83d" for number in range(3)]
        both = {"name": "instance:reconnected", "payload": None, "sessionId": ids[:2]}
        assert order(sim, push=both)["channels"] == 2
        assert order(sim, push={"payload": {"type": "?"}})["channels"] == 3
        for ear in ears:
            ear.until_heard("?")
        assert [ear.kinds().count("instance:reconnected") for ear in ears] == [1, 1, 0]
        order(sim, push={"name": "end_session", "payload": {"reason": "x"}, "sessionId": ids[2]})
        ears[2].until_lost()
        assert live(sim)["open"] == 2
