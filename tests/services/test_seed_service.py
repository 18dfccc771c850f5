"""A service that opens no browser without a text: the next try has one, and that is remembered."""

from collections.abc import Callable
from functools import partial
from typing import Any

import httpx

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.services.sessions import Sessions
from tests.kit.clock import FastClock
from tests.kit.existing import existing
from tests.kit.simulator_process import SimulatorProcess
from tests.kit.wait import until
from tests.services.conftest import LongLived, Running


def _is_final(sessions: Sessions, key: int) -> bool:
    return existing(sessions.task(key)).is_final


def _state(url: str) -> Any:
    return httpx.get(f"{url}/_sim/state", trust_env=False).json()


async def test_where_no_browser_is_opened_without_a_text_it_gets_one(
    seed_service: Callable[..., SimulatorProcess], running: Running
) -> None:
    url, page = seed_service("--speed", "10").url, "https://shop.example/lamps"
    async with running(url, FastClock(), LongLived) as parts:
        sessions = parts.services.sessions
        for _ in range(2):
            key = await sessions.start(TaskSpec(text="Read what is there", starting_url=page))
            await until(partial(_is_final, sessions, key), 30)
            assert existing(sessions.task(key)).status is TaskStatus.DONE
        sql = "SELECT used, outcome FROM intents WHERE kind = 'start_session' ORDER BY key"
        intents = await parts.services.store.read(lambda it: it.connection.execute(sql).fetchall())
        with_text = (f"Open {page}.", "known")
        assert intents == [("", "refused"), with_text, with_text]
        assert [len(one["tasks"]) for one in _state(url)["sessions"]] == [2, 2]
