"""'Quit' and 'Terminate all…'."""

import asyncio

import pytest
from PySide6.QtCore import Qt

from enigma_panel.core.records import Phase, StateVerb, TaskStatus
from enigma_panel.ui.dialogs.quit_guard import QuitChoice, QuitDialog
from enigma_panel.ui.dialogs.terminate_all import TerminateAllDialog
from tests.ui.dialogs.fakes import NOON, World, make_session, make_task
from tests.ui.dialogs.hands import ENTER, active, click, key


@pytest.fixture
def guard(world: World) -> QuitDialog:
    world.fleet.add(make_session(1))
    return QuitDialog(world.services, None)


@pytest.fixture
def terminating(world: World) -> TerminateAllDialog:
    for number in (1, 2, 3):
        world.fleet.add(make_session(number))
    return TerminateAllDialog(world.services, None)


async def asked(world: World, guard: QuitDialog) -> "asyncio.Task[QuitChoice]":
    task = world.scope.spawn("quit", guard.choice())
    assert task is not None
    await asyncio.sleep(0)
    await active(guard)
    return task


@pytest.mark.parametrize(
    ("button", "choice"),
    [
        ("terminate_button", QuitChoice.TERMINATE_ALL),
        ("leave_button", QuitChoice.LEAVE_RUNNING),
        ("cancel_button", QuitChoice.CANCEL),
    ],
)
async def test_each_button_is_a_choice(
    world: World, guard: QuitDialog, button: str, choice: QuitChoice
) -> None:
    answer = await asked(world, guard)
    click(getattr(guard, button))
    assert await answer is choice
    assert not guard.isVisible()


async def test_escape_cancels_and_it_can_be_asked_again(world: World, guard: QuitDialog) -> None:
    for _ in range(2):
        answer = await asked(world, guard)
        key(guard, Qt.Key.Key_Escape)
        assert await answer is QuitChoice.CANCEL


async def test_enter_never_ends_anything(world: World, guard: QuitDialog) -> None:
    answer = await asked(world, guard)
    key(guard, ENTER)
    await asyncio.sleep(0.01)
    assert not answer.done()
    guard.reject()
    await answer


async def test_whoever_asks_meanwhile_gets_the_same_answer(world: World, guard: QuitDialog) -> None:
    first, second = await asked(world, guard), await asked(world, guard)
    click(guard.leave_button)
    assert [await first, await second] == [QuitChoice.LEAVE_RUNNING] * 2


async def test_wait_is_offered_only_for_a_task_without_a_name(
    world: World, guard: QuitDialog
) -> None:
    answer = await asked(world, guard)
    assert not guard.wait_button.isVisible()
    guard.reject()
    await answer
    world.fleet.add(
        make_session(2, current_task=2),
        make_task(2, 2, "MX Keys", service_id=None, sent_ms=NOON - 12_000),
    )
    answer = await asked(world, guard)
    assert guard.wait_button.text() == "Wait 0:38"
    assert "MX Keys" in guard.words.text()
    click(guard.wait_button)
    assert not answer.done()
    world.fleet.change_task(2, service_id="task-2")
    assert await answer is QuitChoice.LEAVE_RUNNING


async def test_a_name_that_never_comes_leaves_the_choice(world: World, guard: QuitDialog) -> None:
    world.fleet.add(make_session(2, current_task=2), make_task(2, 2, service_id=None))
    answer = await asked(world, guard)
    click(guard.wait_button)
    assert guard.waiting.isVisible()
    world.clock.pass_ms(75_000)
    guard.refresh()
    assert not guard.waiting.isVisible()
    assert not answer.done()
    world.fleet.change_task(2, status=TaskStatus.UNCONFIRMED)
    assert not answer.done()
    guard.reject()
    assert await answer is QuitChoice.CANCEL


async def test_there_is_a_line_per_session(world: World, guard: QuitDialog) -> None:
    world.fleet.add(make_session(2, phase=Phase.UNCONFIRMED, service_id=None))
    answer = await asked(world, guard)
    assert len(guard.list.toPlainText().splitlines()) == 2
    guard.reject()
    await answer


async def test_terminate_all_names_what_it_closes(
    world: World, terminating: TerminateAllDialog
) -> None:
    terminating.ask([1, 2])
    await active(terminating)
    assert terminating.terminate_button.text() == "Terminate 2 sessions"
    assert "amazon.com 1" in terminating.list.toPlainText()
    assert "amazon.com 3" not in terminating.list.toPlainText()
    key(terminating, ENTER)
    assert world.fleet.commands == []
    click(terminating.terminate_button)
    await world.settle()
    assert world.fleet.commands == [((1, 2), StateVerb.TERMINATE)]
    assert not terminating.isVisible()


async def test_what_ends_meanwhile_leaves_the_list(
    world: World, terminating: TerminateAllDialog
) -> None:
    terminating.ask([1, 2])
    world.fleet.change_session(1, phase=Phase.CLOSED)
    assert terminating.terminate_button.text() == "Terminate 1 session"
    world.fleet.change_session(2, phase=Phase.CLOSED)
    assert not terminating.terminate_button.isEnabled()
    assert "No session is open any more." in terminating.words.text()


async def test_cancel_terminates_nothing(world: World, terminating: TerminateAllDialog) -> None:
    terminating.ask([1, 2, 3])
    click(terminating.cancel_button)
    await world.settle()
    assert world.fleet.commands == []
