"""What becomes of a start or an answer whose reply is an error or does not come."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import AnswerOutcome, NoticeKind, ServiceNotice
from tests.conftest import Simulator, up_and_weekly_each
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.conftest import Running

Start = Callable[..., Simulator]
pytestmark = up_and_weekly_each
REPLY_LOST = {
    "up": {TaskStatus.DONE},
    "refuse": {TaskStatus.UNCONFIRMED},
    "drop": {TaskStatus.DONE, TaskStatus.UNCONFIRMED},
}
"""What becomes of a task that was accepted and whose reply did not come."""
SPEC = TaskSpec(text="Search for MX Keys at amazon.com")
MESSAGES = "/start/send-message"


def faults(url: str, *wanted: dict[str, Any]) -> None:
    httpx.post(
        f"{url}/_sim/faults", json=list(wanted), trust_env=False, verify=False
    ).raise_for_status()


def applied(url: str) -> dict[str, int]:
    """How often the simulator did what."""
    return dict(httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()["applied"])


def arrived(url: str) -> dict[str, int]:
    """How many requests of which name came to the simulator, whatever became of them."""
    return dict(httpx.get(f"{url}/_sim/state", trust_env=False, verify=False).json()["arrived"])


def push_live(url: str, payload: dict[str, Any]) -> None:
    order = {"push": {"name": "message", "payload": payload}}
    httpx.post(f"{url}/_sim/live", json=order, trust_env=False, verify=False).raise_for_status()


def somebody_else_stops(url: str, session_id: str) -> None:
    """Another program with the same key answers the question with a stop."""
    body = {"actionType": "guardrail", "taskDetails": "", "newState": "stop"}
    httpx.post(
        f"{url}{MESSAGES}",
        json={"sessionId": session_id, "message": body},
        headers={"Authorization": "Bearer enig_demo"},
        trust_env=False,
        verify=False,
    ).raise_for_status()


def listen(parts: Parts) -> list[ServiceNotice]:
    said: list[ServiceNotice] = []
    parts.services.sessions.said.connect(said.append)
    return said


@pytest.fixture
def sim(simulator: Start) -> Simulator:
    return simulator("--speed", "20", "--faults")


async def test_a_new_session_whose_reply_is_lost_is_unconfirmed(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        faults(sim.url, {"path": "/start/start-session", "kind": "drop-after"})
        key = await sessions.start(SPEC)
        await until(lambda: said)
        assert existing(sessions.task(key)).status is TaskStatus.UNCONFIRMED
        session_key = existing(sessions.task(key)).session_key
        assert existing(sessions.session(session_key)).phase is Phase.UNCONFIRMED
        assert existing(sessions.session(session_key)).expires_ms is not None
        assert [notice.kind for notice in said] == [NoticeKind.START_UNCONFIRMED]
        assert not sessions.can(session_key, CommandVerb.TERMINATE)
        await sessions.dismiss(session_key)
        assert existing(sessions.task(key)).status is TaskStatus.LOST
        assert existing(sessions.task(key)).is_cost_unknown
        assert applied(sim.url).get("newTask", 0) == 0
        assert applied(sim.url)["start-session"] == 1


async def test_a_new_task_whose_reply_is_lost_is_never_sent_again(
    sim: Simulator, running: Running, live_mode: str
) -> None:
    """The live channel brings the result all the same; without it nothing is known of the task."""
    kept = TaskSpec(text=SPEC.text, close_after=False)
    async with running(sim.url) as parts:
        sessions = parts.services.sessions
        faults(sim.url, {"path": MESSAGES, "kind": "drop-after", "action": "newTask"})
        key = await sessions.start(kept)
        await until(lambda: existing(sessions.task(key)).status in REPLY_LOST[live_mode])
        task, session_key = existing(sessions.task(key)), existing(sessions.task(key)).session_key
        if task.status is TaskStatus.DONE:
            assert task.result
            assert task.cost is not None
            assert task.cost > 0
        assert existing(sessions.session(session_key)).phase is Phase.OPEN
        assert sessions.can(session_key, CommandVerb.TERMINATE)
        await sessions.command([session_key], CommandVerb.TERMINATE)
        assert existing(sessions.session(session_key)).is_ended
        assert applied(sim.url)["newTask"] == 1


async def test_no_answer_goes_to_a_question_that_is_no_longer_open(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url) as parts:
        inbox = parts.services.inbox
        key = await parts.services.sessions.start(TaskSpec(text="Log in to shop.example"))
        await until(inbox.questions)
        question = inbox.questions()[0]
        # Nobody can look whether it is still open before the held reply has named the task.
        await until(lambda: existing(parts.services.sessions.task(key)).service_id is not None)
        session = existing(parts.services.sessions.session(question.session_key))
        somebody_else_stops(sim.url, existing(session.service_id))
        text = "Username: maria, Password: a-long-password"
        result = await inbox.answer(question, text, AnswerVerb.RESUME)
        assert result.outcome is AnswerOutcome.GONE
        assert existing(parts.services.sessions.task(key)).is_final
        assert applied(sim.url).get("guardrail:resume", 0) == 0
