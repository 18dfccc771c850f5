"""Card and quit guard on the program's own services, against the simulator process."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PySide6.QtWidgets import QApplication

from enigma_panel.bootstrap import Parts
from enigma_panel.core.models import Phase, TaskSpec, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.demo.simulator_process import DEMO_KEY
from enigma_panel.services.types import Recovered
from enigma_panel.ui.actions import Actions
from enigma_panel.ui.quit.dialog import QuitChoice, QuitDialog
from enigma_panel.ui.recovery.card import RecoveryCard
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from tests.conftest import Simulator
from tests.kit.fakes import FakeDialogs
from tests.kit.wait import until
from tests.services.conftest import Running, running

__all__ = ["running"]  # a fixture

Start = Callable[..., Simulator]
LONG = TaskSpec(text="Research opening hours of 12 pharmacies, as a table", close_after=False)


@pytest.fixture(autouse=True)
def no_windows_left(qapp: QApplication) -> Iterator[None]:
    """Every window is gone afterwards."""
    qapp.setQuitOnLastWindowClosed(False)
    before = set(qapp.topLevelWidgets())
    yield
    for window in set(qapp.topLevelWidgets()) - before:
        window.hide()
        window.deleteLater()


def faults(url: str, *wanted: dict[str, Any]) -> None:
    """Switch these faults on, and no others."""
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


async def test_after_a_restart_the_card_tells_and_ends_what_was_open(
    simulator: Start, running: Running
) -> None:
    url = simulator("--speed", "5").url
    async with running(url) as parts:
        key = await working(parts)
        await until(lambda: parts.services.sessions.task(key).service_id)
    async with running(url) as parts:
        services = parts.services
        hold = PointerHold(services.clock.now_ms)
        card = RecoveryCard(services, Actions(services, FakeDialogs()), hold)
        card.show_recovered(Recovered(sessions=(key,)))
        assert card.text_label.text().startswith("1 browser was open: ")
        await until(lambda: "it still works" in card.text_label.text())
        (view,) = card.rows.views()
        view.terminate_button.click()
        await until(lambda: view.keep_button.text() == "Undo")
        view.terminate_button.click()  # a second time: at once
        await until(lambda: not card.isVisible())
        session = services.sessions.session(key)
        assert session is not None
        assert session.is_ended


async def test_without_a_key_terminate_waits_and_another_key_cannot_do_it(
    simulator: Start, running: Running
) -> None:
    async with running(simulator("--speed", "5").url) as parts:
        services, account = parts.services, parts.services.account
        key = await working(parts)
        await account.remove()
        hold = PointerHold(services.clock.now_ms)
        card = RecoveryCard(services, Actions(services, FakeDialogs()), hold)
        card.show_recovered(Recovered(sessions=(key,)))
        (view,) = card.rows.views()
        assert services.sessions.terminable_keys() == [key]
        assert not services.sessions.can(key, CommandVerb.PAUSE), "for now or never"
        view.terminate_button.click()
        view.terminate_button.click()  # a second time: at once
        await until(lambda: "Terminate waits for the key" in view.accessibleName())
        await account.save("enig_of_somebody_else", even_refused=True)
        card.refresh()
        assert "opened with another key" in view.accessibleName()
        assert services.sessions.terminable_keys() == []
        await account.save(DEMO_KEY)
        await until(lambda: not card.isVisible())  # as long as its end is only assumed, too
        await until(lambda: services.sessions.session(key).phase is Phase.ENDED_BY_YOU)


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
        await until(lambda: "could not be reached so far" in guard.waiting.text())
        assert not answer.done()
        assert guard.isVisible()
        assert guard.leave_button.text() == "Quit, send them at the next start"
        faults(sim.url)
        assert await answer is QuitChoice.TERMINATE_ALL
        session = services.sessions.session(key)
        assert session is not None
        assert session.is_ended


async def test_quit_waits_until_the_task_is_done(simulator: Start, running: Running) -> None:
    async with running(simulator("--speed", "20").url) as parts:
        await working(parts)
        guard = QuitDialog(parts.services, None)
        said: list[str] = []
        guard.waiting_changed.connect(said.append)
        answer = parts.services.scope.spawn("quit", guard.choice())
        assert answer is not None
        await until(guard.isVisible)
        guard.done_button.click()
        assert not guard.isVisible()
        assert said[-1] == "Quits when 1 task is done."
        assert await answer is QuitChoice.WHEN_DONE
