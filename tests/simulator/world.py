"""A simulated service on a clock that only the test moves."""

from __future__ import annotations

import json
import random
from typing import Any

from enigma_panel.simulator.responses import Reply
from enigma_panel.simulator.service import Call, LongPoll, Service
from enigma_panel.simulator.settings import Settings

BASE = "http://sim.test:1"
EPOCH = 1_700_000_000.0
START = "/start/start-session"
RUN = "/start/run-task"
SEND = "/start/send-message"


class World:
    """A service, its clock, and the calls a client would make. All seconds are clock seconds."""

    def __init__(self, seed: int = 7, **settings: Any) -> None:
        self.time = 100.0
        self.service = Service(lambda: self.time, random.Random(seed), Settings(**settings), EPOCH)

    def call(self, method: str, path: str, body: object = None, key: str | None = "enig_demo",
             raw: bytes | None = None) -> Reply | LongPoll:  # fmt: skip
        """Make one request; ``key=None`` sends no Authorization."""
        header = None if key is None else f"Bearer {key}"
        data = json.dumps(body).encode() if raw is None else raw
        return self.service.handle(Call(method, path, header, data, BASE))

    def post(self, path: str, body: object, **more: Any) -> Reply:
        """Make a request that must be answered at once."""
        reply = self.call("POST", path, body, **more)
        assert isinstance(reply, Reply)
        return reply

    def get(self, path: str, **more: Any) -> Reply:
        """Read something."""
        reply = self.call("GET", path, **more)
        assert isinstance(reply, Reply)
        return reply

    def hold(self, path: str, body: object) -> LongPoll:
        """Make a request that must be held."""
        held = self.call("POST", path, body)
        assert isinstance(held, LongPoll), held
        return held

    def session(self, **body: Any) -> str:
        """Open a session and give its id."""
        reply = self.post(START, body)
        assert reply.status == 200, reply
        return str(reply.body["sessionId"])

    def message(self, session_id: str, **message: Any) -> Reply:
        """Send a message that is answered at once."""
        return self.post(SEND, {"sessionId": session_id, "message": message})

    def state(self, session_id: str, word: str) -> Reply:
        """Send a state command."""
        return self.message(session_id, actionType="state", newState=word)

    def answer(self, session_id: str, text: str) -> Reply:
        """Answer the open question."""
        return self.message(session_id, actionType="guardrail", newState="resume", taskDetails=text)

    def task(self, session_id: str, text: str, **more: Any) -> LongPoll:
        """Send a newTask."""
        message = {"actionType": "newTask", "newState": "start", "taskDetails": text, **more}
        return self.hold(SEND, {"sessionId": session_id, "message": message})

    def poll(self, session_id: str, task_id: str) -> Reply:
        """Poll a task."""
        return self.get(f"/task/{session_id}/{task_id}")

    def poll_of(self, held: LongPoll) -> dict[str, Any]:
        """Poll the task of a held request and give the body."""
        return self.poll(held.task.session_id, held.task.id).body

    def wait(self, seconds: float) -> None:
        """Let time pass, stopping at every event on the way."""
        end = self.time + seconds
        while (due := self.service.next_event_at()) is not None and due <= end:
            self.time = max(self.time, due)
            self.service.advance()
        self.time = end
        self.service.advance()

    def settle(self, held: LongPoll) -> Reply:
        """Let time pass until a held request is answered."""
        for _ in range(1000):
            reply = self.service.settle(held)
            if reply is not None:
                return reply
            self.time = max(self.time, self.service.due_at(held))
        raise AssertionError("the request is held for ever")

    def until_state(self, held: LongPoll, state: str, limit: float = 400.0) -> None:
        """Let time pass until the task is in a state."""
        end = self.time + limit
        while held.task.state.value != state:
            assert self.time < end, f"still {held.task.state}, wanted {state}"
            self.wait(0.1)
