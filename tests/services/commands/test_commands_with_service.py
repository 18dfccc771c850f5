"""State commands in the whole program, against a simulator process that misbehaves."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, TaskSpec
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import NoticeKind, WaitReason
from tests.conftest import Simulator, first_and_weekly_each, up_and_weekly_each
from tests.kit.wait import until
from tests.services.conftest import Running
from tests.services.queue.test_unknown_outcomes import MESSAGES, applied, faults, listen

Start = Callable[..., Simulator]
SPEC = TaskSpec(text="Research typewriters", close_after=False)
TERMINATES = {"path": MESSAGES, "action": "state:terminate"}


@pytest.fixture
def live_mode() -> str:
    """Pause and Resume would go by the live channel, which is not what breaks here."""
    return "off"


@pytest.fixture
def sim(simulator: Start) -> Simulator:
    """A simulator whose tasks take their time."""
    return simulator("--faults")


async def working(parts: Parts) -> int:
    sessions = parts.services.sessions
    task = await sessions.start(SPEC)
    await until(lambda: (it := sessions.task(task)) and it.sent_ms is not None)
    await until(lambda: sessions.can(sessions.task(task).session_key, CommandVerb.PAUSE))
    return int(sessions.task(task).session_key)


@up_and_weekly_each
@first_and_weekly_each("kind", ["drop-after", "refuse-before", "truncated", "503", "html502"])
async def test_a_terminate_gets_through_in_the_end(
    sim: Simulator, running: Running, kind: str
) -> None:
    async with running(sim.url) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        key = await working(parts)
        faults(sim.url, {**TERMINATES, "kind": kind})
        stood: list[WaitReason] = []
        sessions.pending_changed.connect(
            lambda _: stood.extend(w.why for w in sessions.all_pending())
        )
        await sessions.command([key], CommandVerb.TERMINATE)
        stands = {
            "503": WaitReason.NO_BROWSER,
            "html502": WaitReason.NO_BROWSER,
            "refuse-before": WaitReason.CONNECTION,
        }
        # Of the others the effect may be seen before the next try.
        assert stands.get(kind, WaitReason.SENDING) in stood
        assert sessions.session(key).is_ended
        assert sessions.pending(key) is None
        assert said == []
        assert applied(sim.url)["state:terminate"] == 1
        # What it met was done by its first try, or by nobody else than us.
        assert sessions.session(key).phase in {Phase.CLOSED_ASSUMED, Phase.ENDED_BY_YOU}


async def test_without_a_connection_a_pause_fails_and_a_terminate_outlives_the_program(
    simulator: Start, running: Running
) -> None:
    sim = simulator("--faults", "--live", "off")  # else it may take the channel, once that is up
    nothing = {"path": MESSAGES, "kind": "refuse-before", "times": 0}
    async with running(sim.url) as parts:
        sessions, said = parts.services.sessions, listen(parts)
        key = await working(parts)
        faults(sim.url, nothing)
        await sessions.command([key], CommandVerb.PAUSE)
        # The start's held reply is cut with the network, too. Where that is known first, nobody
        # knows what could be paused.
        told = {notice.kind for notice in said}
        assert told & {NoticeKind.COMMAND_FAILED, NoticeKind.START_UNCONFIRMED}
        command = asyncio.ensure_future(sessions.command([key], CommandVerb.TERMINATE))
        await until(
            lambda: (pending := sessions.pending(key)) and pending.why is WaitReason.CONNECTION
        )
    await command
    assert "state:terminate" not in applied(sim.url)
    faults(sim.url)
    async with running(sim.url) as parts:
        await until(lambda: parts.services.sessions.session(key).is_ended)
        assert applied(sim.url)["state:terminate"] == 1


async def test_another_program_that_uses_up_the_limit_is_told_of(
    sim: Simulator, running: Running
) -> None:
    async with running(sim.url) as parts:
        key = await working(parts)
        told: list[bool] = []
        parts.services.rate_limiter.used_elsewhere.connect(lambda: told.append(True))
        _elsewhere(sim.url, 7)
        await parts.services.sessions.command([key], CommandVerb.PAUSE)
        assert told == [True]
        command = asyncio.ensure_future(parts.services.sessions.command([key], CommandVerb.RESUME))
        await until(
            lambda: (
                (pending := parts.services.sessions.pending(key))
                and pending.why is WaitReason.BUDGET
            )
        )
        parts.services.sessions.undo([key])
        await command
        await parts.services.sessions.command([key], CommandVerb.TERMINATE)
        assert applied(sim.url).get("state:resume", 0) == 0
        assert applied(sim.url)["state:terminate"] == 1


def _elsewhere(url: str, times: int) -> None:
    body: dict[str, Any] = {
        "sessionId": "x",
        "message": {"actionType": "state", "newState": "stop"},
    }
    headers = {"Authorization": "Bearer enig_demo"}
    for _ in range(times):
        reply = httpx.post(
            f"{url}{MESSAGES}", json=body, headers=headers, trust_env=False, verify=False
        )
        assert reply.status_code == 401
