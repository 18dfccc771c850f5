"""All dialogs behind one door."""

import asyncio

import pytest
from PySide6.QtWidgets import QDialog, QWidget

from enigma_panel.core.models import TaskSpec, TaskStatus
from enigma_panel.services.types import KeyState
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.quit.dialog import QuitChoice, QuitDialog
from enigma_panel.ui.settings.key_dialog import KeyDialog
from tests.kit.builders import a_session, a_task
from tests.kit.existing import existing
from tests.kit.person import click, in_sight
from tests.kit.wait import until
from tests.kit.world import World


@pytest.fixture
def manager(world: World) -> Dialogs:
    return Dialogs(world.services, lambda: None)


def titles(world: World) -> list[str]:
    return sorted(dialog.windowTitle() for dialog in in_sight(QDialog))


async def test_it_is_what_the_main_window_asks_for(world: World, manager: Dialogs) -> None:
    dialogs: Dialogs = manager
    world.sessions.put(a_session(1), a_task(1, status=TaskStatus.DONE, result="$5"))
    for _ in range(2):
        dialogs.open_new_task(None, None)
        dialogs.open_new_task(1, TaskSpec(text="x"))
        dialogs.open_settings()
        dialogs.open_key()
        dialogs.confirm_terminate_all([1])
        dialogs.open_question(None)
    await world.settle()
    assert titles(world) == ["API key", "New task", "Settings", "Terminate all"]
    manager.close_all()
    assert titles(world) == []


async def test_the_key_dialog_opens_once_by_itself(world: World, manager: Dialogs) -> None:
    world.account.set_state(KeyState.LOOKING)
    assert titles(world) == []
    world.account.set_state(KeyState.ABSENT)
    assert titles(world) == ["API key"]
    manager.close_all()
    world.account.set_state(KeyState.LOCKED)
    assert titles(world) == []
    await world.settle()


async def test_questions_that_wait_already_come_up_at_the_start(
    world: World, manager: Dialogs
) -> None:
    world.account.set_state(KeyState.LOOKING)
    world.inbox.ask(world.sessions.add_asking(1, "Which colour?"))
    assert titles(world) == []
    world.account.state = KeyState.READY
    manager.start()
    assert titles(world) == ["Question from the agent"]
    manager.close_all()
    assert titles(world) == []
    manager.open_question(1)
    assert titles(world) == ["Question from the agent"]


async def test_quitting_with_nothing_open_asks_nobody(world: World, manager: Dialogs) -> None:
    assert not manager.has_to_ask_before_quit()
    assert await manager.ask_before_quit() is QuitChoice.LEAVE_RUNNING
    assert titles(world) == []


async def test_quitting_asks_while_the_ledger_lacks_something(
    world: World, manager: Dialogs
) -> None:
    world.writer.is_failing = True
    assert manager.has_to_ask_before_quit()


async def test_quit_waits_for_a_ledger_that_is_locked_before_it_says_anything(
    world: World, manager: Dialogs
) -> None:
    world.writer.is_locked = True
    answer = asyncio.ensure_future(manager.ask_before_quit())
    await until(lambda: titles(world) == ["Quit"])
    warning = existing(manager.made(QuitDialog)).warning
    assert "Quitting now loses recent entries" in warning.text()
    manager.cancel_quit()
    assert await answer is QuitChoice.CANCEL


@pytest.mark.parametrize(("button", "called"), [("leave_button", [True]), ("cancel_button", [])])
async def test_trying_the_demo_asks_as_quit_does(
    world: World, button: str, called: list[bool]
) -> None:
    world.writer.is_failing = True
    left: list[bool] = []
    manager = Dialogs(world.services, lambda: None, try_demo=lambda: left.append(True))
    manager.open_key()
    click(existing(manager.made(KeyDialog)).demo_button)
    await until(lambda: titles(world) == ["Quit"])
    assert left == []
    assert manager.made(QuitDialog) is not None
    click(getattr(manager.made(QuitDialog), button))
    await world.settle()
    assert left == called


async def test_leaving_the_demo(world: World) -> None:
    called: list[bool] = []
    manager = Dialogs(world.services, lambda: None, use_account=lambda: called.append(True))
    manager.leave_demo()
    assert called == [True]
    Dialogs(world.services, lambda: None).leave_demo()


async def test_no_question_comes_up_over_the_key_dialog(world: World) -> None:
    """The key that is being typed would go to the agent; and no answer can be sent without it."""
    window = QWidget()
    manager = Dialogs(world.services, lambda: window)
    world.account.set_state(KeyState.ABSENT)
    manager.start()
    world.inbox.ask(world.sessions.add_asking(1, "I need login credentials to proceed."))
    await world.settle()
    assert titles(world) == ["API key"]
    world.account.set_state(KeyState.READY)
    await world.settle()
    assert titles(world) == ["API key"], "it tells yet what became of the key"
    existing(manager.made(KeyDialog)).reject()
    await world.settle()
    assert titles(world) == ["Question from the agent"]
    manager.close_all()
    window.deleteLater()


@pytest.mark.parametrize("shows_notices", [True, False])
async def test_behind_a_hidden_window_it_waits_only_where_a_notice_tells_of_it(
    world: World, shows_notices: bool
) -> None:
    window = QWidget()
    manager = Dialogs(world.services, lambda: window)
    is_on = True
    manager.tells_of_questions = lambda: shows_notices and is_on
    manager.start()
    world.inbox.ask(world.sessions.add_asking(1, "Which colour?"))
    assert titles(world) == ([] if shows_notices else ["Question from the agent"])
    is_on = False
    world.settings.changed.emit()
    assert titles(world) == ["Question from the agent"]
    manager.close_all()
    is_on = True
    window.show()
    world.inbox.ask(world.sessions.add_asking(2, "Which size?"))
    assert titles(world) == ["Question from the agent"]
    await world.settle()
    manager.close_all()
    window.deleteLater()
