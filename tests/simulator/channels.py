"""What tests of the live channel do with a simulator."""

from __future__ import annotations

import json
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.simulator.listener import NotConnectedError, anyone
from tests.simulator.process import Running

START = "/start/start-session"
SEND = "/start/send-message"
CAPTCHA_SOLVED = {"actionType": "guardrail", "newState": "resume", "taskDetails": "solved"}
PAUSE = {"actionType": "state", "newState": "pause"}
TERMINATE = {"actionType": "state", "newState": "terminate"}


def open_session(sim: Running) -> str:
    return str(sim.post(START, {}).json()["sessionId"])


def new_task(text: str, **more: object) -> dict[str, object]:
    return {"actionType": "newTask", "newState": "start", "taskDetails": text, **more}


def order(sim: Running, **what: object) -> Any:
    reply = sim.client.post("/_sim/live", content=json.dumps(what))
    assert reply.status_code == 200, reply.text
    return reply.json()


def live(sim: Running) -> dict[str, Any]:
    return dict(sim.get("/_sim/state")["live"])


@contextmanager
def posted(sim: Running, session_id: str, message: object) -> Generator[Future[Any], None, None]:
    """Post a message whose reply is held."""
    with ThreadPoolExecutor(1) as pool:
        body = {"sessionId": session_id, "message": message}
        yield pool.submit(lambda: sim.post(SEND, body).json())


def refused(sim: Running, auth: object) -> None:
    with anyone() as client, pytest.raises(NotConnectedError):
        client.connect(sim.url, auth)
