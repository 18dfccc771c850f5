"""What becomes of a start or an answer whose reply is an error or does not come."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import (
    AnswerOutcome,
    NoticeKind,
    PauseReason,
    ServiceNotice,
    WaitReason,
)
from tests.conftest import Simulator, first_and_weekly_each, up_and_weekly_each
from tests.kit.clock import FastClock
from tests.kit.wait import until
from tests.services.conftest import LongLived, Running

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
GATEWAY_503 = {"message": "Service Unavailable"}
AFTER = {"kind": "after:503", "body": GATEWAY_503, "times": 0}
"""A gateway gives up on what took effect."""


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


@first_and_weekly_each("kind", ["drop-after", "truncated", "notjson", "html502"])
async def test_a_new_session_whose_reply_is_lost_is_unconfirmed(
    sim: Simulator, running: Running, kind: str
) -> None:
    async with running(sim.url) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        faults(sim.url, {"path": "/start/start-session", "kind": kind})
        key = await sessions.start(SPEC)
        await until(lambda: said)
        assert sessions.task(key).status is TaskStatus.UNCONFIRMED
        session_key = sessions.task(key).session_key
        assert sessions.session(session_key).phase is Phase.UNCONFIRMED
        assert sessions.session(session_key).expires_ms is not None
        assert [notice.kind for notice in said] == [NoticeKind.START_UNCONFIRMED]
        assert not sessions.can(session_key, CommandVerb.TERMINATE)
        await sessions.dismiss(session_key)
        assert sessions.task(key).status is TaskStatus.LOST
        assert sessions.task(key).is_cost_unknown
        assert applied(sim.url).get("newTask", 0) == 0
        assert applied(sim.url).get("start-session", 0) <= 1


async def test_a_new_task_whose_reply_is_lost_is_never_sent_again(
    sim: Simulator, running: Running, live_mode: str
) -> None:
    """The live channel brings the result all the same; without it nothing is known of the task."""
    kept = TaskSpec(text=SPEC.text, close_after=False)
    async with running(sim.url) as parts:
        sessions = parts.services.sessions
        faults(sim.url, {"path": MESSAGES, "kind": "drop-after", "action": "newTask"})
        key = await sessions.start(kept)
        await until(lambda: sessions.task(key).status in REPLY_LOST[live_mode])
        task, session_key = sessions.task(key), sessions.task(key).session_key
        if task.status is TaskStatus.DONE:
            assert task.result
            assert task.cost is not None
            assert task.cost > 0
        assert sessions.session(session_key).phase is Phase.OPEN
        assert sessions.can(session_key, CommandVerb.TERMINATE)
        await sessions.command([session_key], CommandVerb.TERMINATE)
        assert sessions.session(session_key).is_ended
        assert applied(sim.url)["newTask"] == 1


@first_and_weekly_each(
    "path, action, one_call",
    [
        ("/start/start-session", "", False),
        ("/start/run-task", "", True),
        (MESSAGES, "newTask", False),
    ],
)
async def test_a_gateway_that_gives_up_makes_no_second_session(
    sim: Simulator, running: Running, path: str, action: str, *, one_call: bool
) -> None:
    """One click, one browser and one task, shown as unconfirmed, also long afterwards."""
    async with running(sim.url, FastClock(), LongLived) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        faults(sim.url, AFTER | {"path": path} | ({"action": action} if action else {}))
        spec = TaskSpec(text="Buy the cheapest USB-C hub", close_after=False)
        key = await sessions.start(spec, one_call=one_call)
        # Where the session is known, the live channel may have told what the task asks.
        known = {TaskStatus.ASKS} if action else set()
        await until(lambda: sessions.task(key).status in {TaskStatus.UNCONFIRMED} | known)
        later = parts.services.clock.now_ms() + 40_000
        await until(lambda: parts.services.clock.now_ms() > later)
        assert {notice.kind for notice in said} <= {NoticeKind.START_UNCONFIRMED}
        assert said or sessions.task(key).status is TaskStatus.ASKS
        name = action or path.rpartition("/")[2]
        assert arrived(sim.url)[name] == 1
        done = applied(sim.url)
        assert done.get("start-session", 0) + done.get("run-task", 0) == 1
        assert done.get("newTask", 0) == (name == "newTask")
        assert len(sessions.session_keys()) == 1
        assert parts.services.queue.entries() == []


async def test_a_new_task_refused_three_times_goes_to_another_browser_once_its_own_is_closed(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url, FastClock(), LongLived) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        faults(sim.url, {"path": MESSAGES, "kind": "503", "action": "newTask", "times": 3})
        key = await sessions.start(TaskSpec(text="Search", close_after=False))
        first = sessions.task(key).session_key
        await until(lambda: sessions.task(key).status is TaskStatus.DONE)
        assert [n.kind for n in said] == [NoticeKind.CLOSED_FOR_WAITING_TASK]
        assert sessions.session(first).is_ended
        assert sessions.task(key).session_key != first
        assert arrived(sim.url)["newTask"] == 4
        assert applied(sim.url)["newTask"] == 1
        assert applied(sim.url)["state:terminate"] == 1


@first_and_weekly_each("kind", ["429", "503"])
async def test_refused_by_a_second_browser_too_the_task_waits_for_go_on(
    sim: Simulator, running: Running, kind: str
) -> None:
    async with running(sim.url, FastClock(), LongLived) as parts:
        sessions, queue = parts.services.sessions, parts.services.queue
        faults(sim.url, {"path": MESSAGES, "kind": kind, "action": "newTask", "times": 6})
        key = await sessions.start(TaskSpec(text="Search", close_after=False))
        await until(lambda: queue.pause_reason is PauseReason.UNTAKEN)
        await until(lambda: queue.entry(key).why is WaitReason.STOPPED)
        assert sessions.task(key).status is TaskStatus.QUEUED
        assert applied(sim.url)["start-session"] == 2
        assert applied(sim.url)["state:terminate"] == 2
        queue.go_on()
        await until(lambda: sessions.task(key).status is TaskStatus.DONE)
        assert applied(sim.url)["newTask"] == 1


async def test_a_new_task_that_is_wrong_closes_the_session_that_was_made_for_it(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url, FastClock(), LongLived) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        body = {"success": False, "message": "taskDetails is required"}
        faults(sim.url, {"path": MESSAGES, "kind": "status:400", "action": "newTask", "body": body})
        key = await sessions.start(TaskSpec(text="Search", close_after=False))
        await until(lambda: len(said) == 2)
        assert [n.kind for n in said] == [
            NoticeKind.START_REFUSED,
            NoticeKind.CLOSED_FOR_REFUSED_TASK,
        ]
        assert sessions.task(key).status is TaskStatus.FAILED
        assert sessions.session(sessions.task(key).session_key).is_ended
        assert arrived(sim.url)["newTask"] == 1
        assert applied(sim.url)["state:terminate"] == 1


async def test_a_new_task_refused_twice_is_sent_a_third_time(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url, FastClock(), LongLived) as parts:
        sessions, queue = parts.services.sessions, parts.services.queue
        faults(sim.url, {"path": MESSAGES, "kind": "503", "action": "newTask", "times": 2})
        key = await sessions.start(SPEC)
        await until(lambda: queue.entry(key) is not None and queue.entry(key).attempt == 2)
        assert queue.entry(key).why is WaitReason.NO_BROWSER
        assert sessions.task(key).status is TaskStatus.QUEUED
        await until(lambda: sessions.task(key).service_id is not None)
        assert arrived(sim.url)["newTask"] == 3
        assert queue.entries() == []


@first_and_weekly_each(
    "fault, phase",
    [
        ({"kind": "status:503", "body": GATEWAY_503}, Phase.UNCONFIRMED),
        ({"kind": "503"}, Phase.PLANNED),
        ({"kind": "429"}, Phase.PLANNED),
        ({"kind": "500"}, Phase.UNCONFIRMED),
        ({"kind": "status:408", "body": {"success": False}}, Phase.FAILED),
        ({"kind": "status:408", "body": "<h1>408</h1>"}, Phase.UNCONFIRMED),
        ({"kind": "status:429", "body": "<h1>429</h1>"}, Phase.PLANNED),
        ({"kind": "status:404", "body": "<h1>404</h1>"}, Phase.FAILED),
        ({"kind": "status:402", "body": {"success": False, "balance": 0.15}}, Phase.PLANNED),
        ({"kind": "status:401", "body": {"success": False}}, Phase.PLANNED),
        ({"kind": "status:403", "body": {"success": False}}, Phase.FAILED),
        ({"kind": "status:400", "body": {"success": False, "error": "maxDuration"}}, Phase.FAILED),
    ],
)
async def test_what_counts_as_refused(
    sim: Simulator, running: Running, fault: dict[str, Any], phase: Phase
) -> None:
    async with running(sim.url) as parts:
        sessions = parts.services.sessions
        faults(sim.url, {"path": "/start/start-session", **fault})
        key = await sessions.start(SPEC)
        session_key = sessions.task(key).session_key
        await until(lambda: arrived(sim.url).get("start-session", 0) == 1)
        await until(lambda: sessions.session(session_key).phase is phase)
        waits = phase is Phase.PLANNED
        assert (sessions.task(key).status is TaskStatus.QUEUED) is waits
        assert (session_key in sessions.session_keys()) is (phase is Phase.UNCONFIRMED)
        if fault["kind"] == "status:402":
            assert str(parts.services.health.balance) == "0.15"


async def test_no_connection_means_nothing_happened(simulator: Start, running: Running) -> None:
    gone = simulator()
    gone.stop()
    async with running(gone.url) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        key = await sessions.start(SPEC)
        await until(lambda: said)
        assert sessions.task(key).code == "NOT_CONNECTED"
        session_key = sessions.task(key).session_key
        assert sessions.session(session_key).phase is Phase.FAILED
        assert session_key not in sessions.session_keys()  # nothing was ever open
        assert said[0].kind is NoticeKind.START_REFUSED


@first_and_weekly_each(
    "kind, outcome, taken, sent",
    [
        ("drop-after", AnswerOutcome.UNCONFIRMED, 1, 1),
        ("429", AnswerOutcome.FAILED, 0, 3),
        ("503", AnswerOutcome.FAILED, 0, 3),
        ("500", AnswerOutcome.UNCONFIRMED, 0, 1),
        ("after:503", AnswerOutcome.UNCONFIRMED, 1, 1),
    ],
)
async def test_an_answer_that_did_not_get_through(
    sim: Simulator, running: Running, *, kind: str, outcome: AnswerOutcome, taken: int, sent: int
) -> None:
    async with running(sim.url, FastClock(), LongLived) as parts:
        inbox = parts.services.inbox
        await parts.services.sessions.start(TaskSpec(text="Log in to shop.example"))
        await until(inbox.questions)
        fault = {"path": MESSAGES, "kind": kind, "action": "guardrail:resume", "times": 3}
        faults(sim.url, fault | ({"body": GATEWAY_503} if kind == "after:503" else {}))
        text = "Username: maria, Password: a-long-password"
        result = await inbox.answer(inbox.questions()[0], text, AnswerVerb.RESUME)
        assert result.outcome is outcome
        assert applied(sim.url).get("answers-taken", 0) == taken
        assert arrived(sim.url)["guardrail:resume"] == sent


async def test_no_answer_goes_to_a_question_that_is_no_longer_open(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url) as parts:
        inbox = parts.services.inbox
        key = await parts.services.sessions.start(TaskSpec(text="Log in to shop.example"))
        await until(inbox.questions)
        question = inbox.questions()[0]
        # Nobody can look whether it is still open before the held reply has named the task.
        await until(lambda: parts.services.sessions.task(key).service_id is not None)
        session = parts.services.sessions.session(question.session_key)
        somebody_else_stops(sim.url, session.service_id)
        text = "Username: maria, Password: a-long-password"
        result = await inbox.answer(question, text, AnswerVerb.RESUME)
        assert result.outcome is AnswerOutcome.GONE
        assert parts.services.sessions.task(key).is_final
        assert applied(sim.url).get("guardrail:resume", 0) == 0


async def test_an_echoed_password_does_not_reach_the_ledger(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url) as parts:
        sessions, inbox = parts.services.sessions, parts.services.inbox
        key = await sessions.start(TaskSpec(text="Log in to shop.example"))
        await until(inbox.questions)
        echo = {
            "success": True,
            "type": "task_completed",
            "data": {"message": "I typed zebra-47-wrong and was let in."},
            "usage": {"cost": 0.01},
        }
        await inbox.answer(  # with which the real task comes to no end
            inbox.questions()[0],
            "Username: maria, Password: zebra-47-wrong",
            AnswerVerb.RESUME,
        )
        faults(sim.url, {"path": "/task/*", "kind": "status:200", "body": echo, "times": 0})
        push_live(sim.url, echo)
        await until(lambda: sessions.task(key).is_final)
        assert sessions.task(key).result == "I typed [redacted] and was let in."


async def test_polls_survive_errors_and_bring_the_result(sim: Simulator, running: Running) -> None:
    async with running(sim.url) as parts:
        sessions = parts.services.sessions
        key = await sessions.start(TaskSpec(text="Research typewriters", close_after=False))
        await until(lambda: sessions.task(key).service_id is not None)
        kinds = ("html502", "notjson")
        faults(sim.url, *({"path": "/task/*", "kind": kind} for kind in kinds))
        await until(lambda: sessions.task(key).status is TaskStatus.DONE)
