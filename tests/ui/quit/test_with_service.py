"""'Terminate all…' on the program's services: nothing starts beside it."""

from collections.abc import Callable

import pytest

from enigma_panel.core.models import TaskSpec
from enigma_panel.services.types import PauseReason, WaitReason
from enigma_panel.ui.quit.terminate_all import TerminateAllDialog
from tests.conftest import Simulator
from tests.kit.person import active, click
from tests.kit.wait import until
from tests.services.conftest import Running, running

__all__ = ["running"]  # a fixture
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LONG = TaskSpec(text="Research typewriters", close_after=False)


@pytest.mark.parametrize("is_parked", [False, True])
async def test_a_place_that_comes_free_is_left_until_it_is_answered(
    simulator: Callable[..., Simulator], running: Running, is_parked: bool
) -> None:
    sim = simulator("--speed", "20")
    async with running(sim.url) as parts:
        services = parts.services
        services.settings.change(browsers_at_once=1)
        sessions, queue, store = services.sessions, services.queue, services.store
        await sessions.start_many([LONG] * 3)
        dialog = TerminateAllDialog(services, None)
        await until(lambda: len(queue.entries()) == 2)
        await until(sessions.terminable_keys)
        if is_parked:
            queue.park()
        dialog.ask(sessions.terminable_keys())
        await active(dialog)
        services.settings.change(browsers_at_once=2)
        assert [entry.why for entry in queue.entries()] == [WaitReason.STOPPED] * 2
        assert (queue.pause_reason is PauseReason.RESTARTED) is is_parked
        click(dialog.cancel_button)
        if not is_parked:
            await until(lambda: len(sessions.terminable_keys()) == 2)
        assert (queue.pause_reason is PauseReason.RESTARTED) is is_parked
        dialog.ask(sessions.terminable_keys())
        await active(dialog)
        click(dialog.verb_button)
        await until(lambda: not any(session.occupies_slot for session in store.sessions()))
        assert queue.pause_reason is PauseReason.RESTARTED


async def test_a_start_whose_call_is_out_is_terminated_too(
    simulator: Callable[..., Simulator], running: Running
) -> None:
    sim = simulator("--speed", "20")
    async with running(sim.url) as parts:
        sessions, store = parts.services.sessions, parts.services.store
        await sessions.start(LONG)
        await until(sessions.terminable_keys)
        dialog = TerminateAllDialog(parts.services, None)
        keys = sessions.terminable_keys()
        await sessions.start(LONG)  # it is under way, and not shown as open yet
        assert sessions.terminable_keys() == keys
        dialog.ask(keys)
        await active(dialog)
        await until(lambda: dialog.verb_button.text() == "Terminate 2 sessions")
        click(dialog.verb_button)
        await until(lambda: not any(session.occupies_slot for session in store.sessions()))
        assert len(store.sessions()) == 2
