"""The whole main job against a service that has only what its oldest page documents."""

from collections.abc import Callable
from typing import Any

import httpx

from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.types import AnswerOutcome, ServiceStatus
from tests.kit.clock import FastClock
from tests.kit.simulator_process import SimulatorProcess
from tests.kit.wait import until
from tests.services.conftest import LongLived, Running

Start = Callable[..., SimulatorProcess]
OVER = {Phase.CLOSED, Phase.CLOSED_ASSUMED, Phase.ENDED_BY_YOU}


def _refuse(url: str, times: int) -> None:
    from tests.kit.seed_service import NO_BROWSER  # imports the whole simulator

    fault = NO_BROWSER | {"times": times}
    httpx.post(f"{url}/_sim/faults", json=[fault], trust_env=False).raise_for_status()


def _state(url: str) -> Any:
    return httpx.get(f"{url}/_sim/state", trust_env=False).json()


async def test_the_whole_job_where_nothing_but_the_oldest_page_is_served(
    seed_service: Start, running: Running
) -> None:
    """Five refusals, three tasks, a login, the four verbs; the person never says Try now."""
    url = seed_service("--speed", "10", "--tolerant").url
    _refuse(url, times=5)
    async with running(url, FastClock(), LongLived) as parts:
        services = parts.services
        sessions, inbox, health = services.sessions, services.inbox, services.health
        assert services.scope.spawn("health", health.run()) is not None

        login = await sessions.start(TaskSpec(text="Log in to shop.example and read my orders"))
        search = await sessions.start(TaskSpec(text="Search for MX Keys at amazon.com"))
        works = await sessions.start(
            TaskSpec(text="Research the history of typewriters", close_after=False)
        )
        await until(lambda: services.queue.wants_browser)
        await until(lambda: not services.queue.entries(), 30)

        place = sessions.task(works).session_key
        await until(lambda: sessions.task(works).service_id is not None)
        for verb in (CommandVerb.PAUSE, CommandVerb.RESUME, CommandVerb.STOP):
            await until(lambda verb=verb: sessions.can(place, verb))
            await sessions.command([place], verb)
        await until(lambda: sessions.task(works).status is TaskStatus.STOPPED)

        await until(inbox.questions, 30)
        text = "Username: maria, Password: zebra-47-crossing"
        answer = await inbox.answer(inbox.questions()[0], text, AnswerVerb.RESUME)
        assert answer.outcome is AnswerOutcome.DELIVERED
        done = [TaskStatus.DONE] * 2
        await until(lambda: [sessions.task(key).status for key in (login, search)] == done, 30)

        await sessions.command([place], CommandVerb.TERMINATE)
        await until(
            lambda: {sessions.session(key).phase for key in sessions.session_keys()} <= OVER
        )
        assert (health.status, health.tells_load) == (ServiceStatus.OK, False)
        state = _state(url)
        assert [one for one in state["sessions"] if one["state"] == "active"] == []
        assert state["live"]["connects"] == 0


async def test_where_no_browser_is_opened_without_a_text_it_gets_one(
    seed_service: Start, running: Running
) -> None:
    url, page = seed_service("--speed", "10").url, "https://shop.example/lamps"
    async with running(url, FastClock(), LongLived) as parts:
        sessions = parts.services.sessions
        for _ in range(2):
            key = await sessions.start(TaskSpec(text="Read what is there", starting_url=page))
            await until(lambda key=key: sessions.task(key).is_final, 30)
            assert sessions.task(key).status is TaskStatus.DONE
        sql = "SELECT used, outcome FROM intents WHERE kind = 'start_session' ORDER BY key"
        intents = await parts.services.store.read(lambda it: it.connection.execute(sql).fetchall())
        with_text = (f"Open {page}.", "known")
        assert intents == [("", "refused"), with_text, with_text]
        assert [len(one["tasks"]) for one in _state(url)["sessions"]] == [2, 2]
