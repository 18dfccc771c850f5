"""The quit guard on the program's own services, against the simulator process."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.ui.quit.dialog import QuitChoice, QuitDialog
from tests.conftest import Simulator
from tests.kit.wait import until
from tests.services.conftest import Running, running

__all__ = ["running"]  # a fixture
pytestmark = pytest.mark.usefixtures("no_window_left")

Start = Callable[..., Simulator]
LONG = TaskSpec(text="Research opening hours of 12 pharmacies, as a table", close_after=False)


def faults(url: str, *wanted: dict[str, Any]) -> None:
    httpx.post(
        f"{url}/_sim/faults", json=list(wanted), trust_env=False, verify=False
    ).raise_for_status()


async def working(parts: Parts) -> int:
    """A session whose task works; its key."""
    sessions = parts.services.sessions
    key = await sessions.start(LONG)
    await until(lambda: sessions.task(key).status is TaskStatus.WORKING)
    task = sessions.task(key)
    assert task is not None
    return task.session_key


async def test_quit_stays_when_a_terminate_failed(simulator: Start, running: Running) -> None:
    sim = simulator("--speed", "5", "--faults")
    async with running(sim.url) as parts:
        services = parts.services
        key = await working(parts)
        faults(
            sim.url,
            {"path": "/start/send-message", "kind": "500", "action": "state:terminate", "times": 0},
        )
        guard = QuitDialog(services, None)
        answer = parts.services.scope.spawn("quit", guard.choice())
        assert answer is not None
        await until(guard.isVisible)
        guard.terminate_button.click()
        await until(lambda: "are sent at the next start" in guard.notes.text())
        assert not answer.done()
        assert guard.isVisible()
        assert guard.leave_button.text() == "Quit now"
        faults(sim.url)
        assert await answer is QuitChoice.TERMINATE_ALL
        session = services.sessions.session(key)
        assert session is not None
        assert session.is_ended
