"""All services with the live channel against the simulator process."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.types import AnswerOutcome, LiveShare
from tests.conftest import first_and_weekly_each
from tests.kit.existing import existing
from tests.kit.wait import until
from tests.services.conftest import Running

pytestmark = pytest.mark.process
Simulator = Callable[..., Any]


def _state(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url + "/_sim/state", timeout=60) as reply:
        return dict(json.load(reply))


async def test_steps_are_there_while_the_reply_is_held(
    simulator: Simulator, running: Running
) -> None:
    url = simulator("--faults", "--live", "up", "--speed", "3").url
    async with running(url) as parts:
        sessions, live = parts.services.sessions, parts.services.live
        await sessions.start(TaskSpec(text="search for headphones"))
        await until(lambda: live.share() == LiveShare(up=1, of=1))
        key = sessions.task_keys()[0]
        await until(lambda: live.doing(sessions.session_keys()[0]))
        task = existing(sessions.task(key))
        assert (task.status, task.service_id) == (TaskStatus.WORKING, None)
        assert sessions.is_awaiting_reply(key)
        assert parts.services.poller._starts.is_awaiting_reply(key), (
            "else the cost of a stranger is asked for"
        )
        kinds = {step.kind for step in await parts.services.timeline.steps(key)}
        assert {"agent", "action"} <= kinds


async def test_a_question_in_the_hold_is_answered_in_the_hold(
    simulator: Simulator, running: Running
) -> None:
    url = simulator("--faults", "--live", "up", "--speed", "5").url
    async with running(url) as parts:
        sessions, inbox = parts.services.sessions, parts.services.inbox
        await sessions.start(TaskSpec(text="choose a laptop"))
        await until(inbox.questions)
        question = inbox.questions()[0]
        task = existing(sessions.task(question.task_key))
        assert task.service_id is None, "its reply is held"
        result = await inbox.answer(question, "the first one", AnswerVerb.RESUME)
        assert result.outcome is AnswerOutcome.DELIVERED
        await until(lambda: (t := sessions.task(task.key)) is not None and t.is_final)
        assert _state(url)["applied"]["answers-taken"] == 1


@first_and_weekly_each("mode", ["off", "refuse", "freeze", "drop:0.3"])
async def test_nothing_needs_the_channel(simulator: Simulator, running: Running, mode: str) -> None:
    url = simulator("--faults", "--live", mode, "--speed", "10").url
    async with running(url) as parts:
        sessions, inbox = parts.services.sessions, parts.services.inbox
        await sessions.start(TaskSpec(text="choose a laptop"))
        await until(inbox.questions)
        await inbox.answer(inbox.questions()[0], "the first one", AnswerVerb.RESUME)
        key = sessions.task_keys()[0]
        await until(lambda: (t := sessions.task(key)) is not None and t.is_final)
        task = existing(sessions.task(key))
        assert task.status is TaskStatus.DONE
        assert _state(url)["applied"]["answers-taken"] == 1
