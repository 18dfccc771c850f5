"""A simulator, ten times as fast, whose gateway does not find sessions that work on."""

from collections.abc import Callable
from typing import Any

import pytest

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import AnswerOutcome
from tests.conftest import Simulator
from tests.kit.clock import FastClock
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.conftest import LongLived, Running
from tests.services.queue.test_unknown_outcomes import MESSAGES, faults

LOGIN = TaskSpec(text="Log in to shop.example", close_after=False)
ANSWER = "Username: maria, Password: a-long-password"


@pytest.fixture
def sim(simulator: Callable[..., Simulator]) -> Simulator:
    more = ("--question-in-hold", "early", "--live", "off")
    return simulator("--speed", "10", "--faults", *more)


def not_found(path: str, times: int, **more: Any) -> dict[str, Any]:
    """The service's own words, from somebody who does not know."""
    status = 404 if path.startswith("/task/") else 401
    words = "Session not found" if status == 404 else "Session not found or unauthorized"
    body = {"success": False, "message": words}
    return {"path": path, "kind": f"status:{status}", "body": body, "times": times, **more}


async def asking(parts: Parts) -> tuple[int, int]:
    """A task that asks, as a poll tells; keys of session and task."""
    sessions = parts.services.sessions
    key = await sessions.start(LOGIN)
    await until(parts.services.inbox.questions)
    return existing(sessions.task(key)).session_key, key


async def test_wrong_ones_end_nothing_and_the_result_arrives(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url, FastClock(), LongLived) as parts:
        sessions, inbox = parts.services.sessions, parts.services.inbox
        session, key = await asking(parts)
        faults(sim.url, not_found("/task/*", 3))
        await until(lambda: sessions.is_missing(sessions.task(key)))
        assert existing(sessions.task(key)).status is TaskStatus.ASKS
        assert existing(sessions.session(session)).phase is Phase.OPEN
        assert sessions.can(session, CommandVerb.TERMINATE)
        await until(lambda: not sessions.is_missing(sessions.task(key)))
        result = await inbox.answer(inbox.questions()[0], ANSWER, AnswerVerb.RESUME)
        assert result.outcome is AnswerOutcome.DELIVERED
        await until(lambda: existing(sessions.task(key)).status is TaskStatus.DONE)
        assert existing(sessions.task(key)).result
        assert existing(sessions.session(session)).phase is Phase.OPEN


async def test_one_to_our_terminate_takes_it_from_nobody(sim: Simulator, running: Running) -> None:
    async with running(sim.url, FastClock(), LongLived) as parts:
        sessions = parts.services.sessions
        session, key = await asking(parts)
        faults(sim.url, not_found("/task/*", 2), not_found(MESSAGES, 1))
        await until(lambda: sessions.is_missing(sessions.task(key)))
        await sessions.command([session], CommandVerb.TERMINATE)
        assert existing(sessions.session(session)).phase is Phase.CLOSED_ASSUMED
        assert not sessions.is_missing(sessions.task(key))
        await until(lambda: existing(sessions.session(session)).phase is Phase.OPEN)
        await sessions.command([session], CommandVerb.TERMINATE)
        await until(lambda: existing(sessions.session(session)).phase is Phase.ENDED_BY_YOU)
