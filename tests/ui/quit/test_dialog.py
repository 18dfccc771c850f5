"""'Quit' and 'Terminate all…'."""

import asyncio
from typing import Any

import pytest
from PySide6.QtCore import Qt

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.quitting import NAME_MS
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.quit.dialog import QuitChoice, QuitDialog
from enigma_panel.ui.quit.terminate_all import TerminateAllDialog
from enigma_panel.ui.widgets.confirm_sheet import ConfirmSheet
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.person import ENTER, active, click, key
from tests.kit.world import World

UNWRITTEN = "The history can't be saved. Quitting now loses recent entries."


@pytest.fixture
def guard(world: World) -> QuitDialog:
    world.sessions.put(a_session(1))
    return QuitDialog(world.services, None)


@pytest.fixture
def terminating(world: World) -> TerminateAllDialog:
    for number in (1, 2, 3):
        world.sessions.put(a_session(number))
    return TerminateAllDialog(world.services, None)


def lines(sheet: ConfirmSheet) -> list[tuple[str, str]]:
    return [(name.text(), text.text()) for name, text in sheet._lines if not name.isHidden()]


async def asked(world: World, guard: QuitDialog) -> "asyncio.Task[QuitChoice]":
    task = world.scope.spawn("quit", guard.choice())
    assert task is not None
    await asyncio.sleep(0)
    await active(guard)
    return task


@pytest.mark.parametrize(
    ("button", "choice", "told"),
    [
        ("leave_button", QuitChoice.LEAVE_RUNNING, [True]),
        ("cancel_button", QuitChoice.CANCEL, []),
        ("close_button", QuitChoice.CANCEL, []),
    ],
)
async def test_each_button_is_a_choice(
    world: World, guard: QuitDialog, button: str, choice: QuitChoice, told: list[bool]
) -> None:
    """A browser that gets free between the choice and the end must not start the next task."""
    heard: list[bool] = []
    guard.leaving.connect(heard.append)
    answer = await asked(world, guard)
    click(getattr(guard, button))
    assert await answer is choice
    assert not guard.isVisible()
    assert heard == told


async def test_escape_cancels_and_it_can_be_asked_again(world: World, guard: QuitDialog) -> None:
    for _ in range(2):
        answer = await asked(world, guard)
        key(guard, Qt.Key.Key_Escape)
        assert await answer is QuitChoice.CANCEL


async def test_whoever_asks_meanwhile_gets_the_same_answer(world: World, guard: QuitDialog) -> None:
    first, second = await asked(world, guard), await asked(world, guard)
    click(guard.leave_button)
    assert [await first, await second] == [QuitChoice.LEAVE_RUNNING] * 2


async def test_there_is_a_line_for_each_session(world: World, guard: QuitDialog) -> None:
    world.sessions.put(a_session(2, phase=Phase.UNCONFIRMED, service_id=None))
    answer = await asked(world, guard)
    opened = "1 session is open. 1 session is unconfirmed. If you leave them running:"
    assert guard.text.text() == opened
    assert guard.verb_button.text() == "Terminate 1 and quit"
    assert "The unconfirmed session can't be terminated" in guard.notes.text()
    assert [line[0] for line in lines(guard)] == ["amazon.com 1", "amazon.com 2"]
    world.sessions.change_session(1, phase=Phase.CLOSED)
    assert [line[0] for line in lines(guard)] == ["amazon.com 2"]
    assert not guard.verb_button.isVisible(), "an unconfirmed one cannot be terminated"
    guard.reject()
    await answer


async def test_buttons_stay_in_their_place_when_a_line_goes(
    world: World, guard: QuitDialog
) -> None:
    world.sessions.put(a_session(2))
    answer = await asked(world, guard)
    await asyncio.sleep(0.02)
    before = guard.leave_button.mapToGlobal(guard.leave_button.rect().center())
    world.sessions.change_session(2, phase=Phase.CLOSED)
    await asyncio.sleep(0.02)
    assert len(lines(guard)) == 1
    assert guard.leave_button.mapToGlobal(guard.leave_button.rect().center()) == before
    guard.reject()
    await answer


# -- terminate all and quit -----------------------------------------------------------------------


async def ending(world: World, guard: QuitDialog) -> "asyncio.Task[QuitChoice]":
    """Terminate all and quit was pressed; the commands are on their way."""
    world.sessions.command_gate = asyncio.Event()
    answer = await asked(world, guard)
    click(guard.verb_button)
    await asyncio.sleep(0.01)
    return answer


async def come_back(world: World) -> None:
    assert world.sessions.command_gate is not None
    world.sessions.command_gate.set()
    await asyncio.sleep(0.01)


async def test_it_quits_when_all_have_ended(world: World, guard: QuitDialog) -> None:
    world.sessions.put(a_session(2))
    answer = await ending(world, guard)
    assert world.sessions.commands == [((1,), CommandVerb.TERMINATE), ((2,), CommandVerb.TERMINATE)]
    assert guard.waiting.text() == "Quits when 2 sessions are closed."
    assert not guard.verb_button.isEnabled()
    world.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED)
    assert not answer.done()
    world.sessions.change_session(2, phase=Phase.ENDED_BY_YOU)
    assert await answer is QuitChoice.TERMINATE_ALL
    assert not guard.isVisible()
    await come_back(world)


async def test_it_stays_when_a_terminate_failed_and_says_which(
    world: World, guard: QuitDialog
) -> None:
    world.sessions.put(a_session(2))
    answer = await ending(world, guard)
    world.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED)
    await come_back(world)
    assert not answer.done()
    assert guard.isVisible()
    assert guard.waiting.text() == "amazon.com 2 could not be terminated and may still cost money."
    assert guard.leave_button.text() == "Leave it running"
    world.sessions.calls.clear()
    world.sessions.command_gate = None
    click(guard.verb_button)
    await asyncio.sleep(0.01)
    assert world.sessions.commands == [((2,), CommandVerb.TERMINATE)]
    click(guard.cancel_button)
    assert await answer is QuitChoice.CANCEL


async def test_one_of_another_key_is_named_as_not_terminated(
    world: World, guard: QuitDialog
) -> None:
    world.sessions.not_ours = {1}
    answer = await ending(world, guard)
    assert world.sessions.commands == []
    assert "amazon.com 1 could not be terminated" in guard.waiting.text()
    click(guard.leave_button)
    assert await answer is QuitChoice.LEAVE_RUNNING


async def test_what_the_ledger_keeps_can_be_left_to_the_next_start(
    world: World, guard: QuitDialog
) -> None:
    answer = await ending(world, guard)
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION)
    assert "are sent at the next start" in guard.notes.text()
    assert guard.leave_button.text() == guard.leave_button.accessibleName() == "Quit now"
    world.writer.is_failing = True
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION, is_kept=False)
    assert "Terminate for amazon.com 1 can't be saved" in guard.warning.text()
    assert "are sent at the next start" not in guard.notes.text()
    click(guard.leave_button)
    assert await answer is QuitChoice.LEAVE_RUNNING
    await come_back(world)


async def test_nothing_new_is_started_while_it_ends(world: World, guard: QuitDialog) -> None:
    told: list[bool] = []
    guard.leaving.connect(told.append)
    answer = await ending(world, guard)
    assert told == [True]
    click(guard.cancel_button)
    assert await answer is QuitChoice.CANCEL
    assert told == [True, False]
    assert world.queue.calls == [("park",)]
    await come_back(world)


async def test_a_question_that_is_opened_takes_no_choice_back(
    world: World, guard: QuitDialog
) -> None:
    said: list[str] = []
    guard.waiting_changed.connect(said.append)
    answer = await asked(world, guard)
    guard.make_way()
    assert await answer is QuitChoice.CANCEL, "nothing was chosen"
    world.sessions.put(a_session(2))
    answer = await ending(world, guard)
    guard.make_way()
    assert not guard.isVisible()
    assert not answer.done()
    assert said[-1] == "Quits when 2 sessions are closed."
    world.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED)
    await come_back(world)
    assert said[-1] == "amazon.com 2 could not be terminated and may still cost money."
    world.sessions.change_session(2, phase=Phase.ENDED_BY_YOU)
    assert await answer is QuitChoice.TERMINATE_ALL
    assert said[-1] == ""


# -- quit when they are done ----------------------------------------------------------------------


@pytest.fixture
def words_of(guard: QuitDialog) -> list[str]:
    said: list[str] = []
    guard.waiting_changed.connect(said.append)
    return said


def add_working(world: World, *keys: int, **task: Any) -> None:
    for number in keys:
        world.sessions.put(a_session(number, current_task=number), a_task(number, **task))


async def when_done(world: World, guard: QuitDialog) -> "asyncio.Task[QuitChoice]":
    answer = await asked(world, guard)
    click(guard.done_button)
    assert not guard.isVisible()
    return answer


async def test_it_waits_for_tasks_with_the_window_in_use(
    world: World, guard: QuitDialog, words_of: list[str]
) -> None:
    add_working(world, 2, 3)
    answer = await when_done(world, guard)
    assert words_of[-1] == "Quits when 2 tasks are done."
    world.sessions.change_task(2, status=TaskStatus.DONE)
    assert words_of[-1] == "Quits when 1 task is done."
    world.sessions.change_task(3, status=TaskStatus.ASKS)
    assert not answer.done()  # somebody has to answer it
    world.sessions.change_task(3, status=TaskStatus.FAILED)
    assert await answer is QuitChoice.WHEN_DONE
    assert words_of[-1] == ""


async def test_it_waits_for_a_name_too_but_not_for_ever(world: World, guard: QuitDialog) -> None:
    facts = {"status": TaskStatus.PAUSED, "service_id": None}
    add_working(world, 2, **facts)
    answer = await when_done(world, guard)
    world.sessions.change_task(2, service_id="task-2")
    assert await answer is QuitChoice.WHEN_DONE
    add_working(world, 2, **facts)
    answer = await when_done(world, guard)
    world.clock.pass_ms(NAME_MS)
    guard.refresh()  # as it does each second
    assert await answer is QuitChoice.WHEN_DONE


async def test_it_is_offered_where_there_is_something_to_wait_for(
    world: World, guard: QuitDialog
) -> None:
    for status, waits in ((TaskStatus.ASKS, True), (TaskStatus.DONE, False)):
        add_working(world, 2, status=status)
        answer = await asked(world, guard)
        assert guard.done_button.isVisible() is waits
        guard.reject()
        await answer


async def test_it_can_be_cancelled_from_the_window(
    world: World, guard: QuitDialog, words_of: list[str]
) -> None:
    told: list[bool] = []
    guard.leaving.connect(told.append)
    add_working(world, 2)
    answer = await when_done(world, guard)
    guard.cancel()
    assert await answer is QuitChoice.CANCEL
    assert words_of[-1] == ""
    assert told == [True, False]
    world.sessions.change_task(2, status=TaskStatus.DONE)
    assert words_of[-1] == ""


async def test_asking_again_meanwhile_shows_it_and_closing_changes_nothing(
    world: World, guard: QuitDialog
) -> None:
    add_working(world, 2)
    answer = await when_done(world, guard)
    second = await asked(world, guard)
    assert guard.waiting.text() == "Quits when 1 task is done."
    assert not guard.done_button.isVisible()
    key(guard, Qt.Key.Key_Escape)
    assert not answer.done()
    world.sessions.change_task(2, status=TaskStatus.DONE)
    assert [await answer, await second] == [QuitChoice.WHEN_DONE] * 2


async def test_terminate_all_is_possible_while_it_waits(
    world: World, guard: QuitDialog, words_of: list[str]
) -> None:
    add_working(world, 2)
    answer = await when_done(world, guard)
    await asked(world, guard)
    click(guard.verb_button)
    assert words_of[-1] == "", "it waits for something else"
    for number in (1, 2):
        world.sessions.change_session(number, phase=Phase.CLOSED_ASSUMED)
    assert await answer is QuitChoice.TERMINATE_ALL


# -- what the ledger lacks ------------------------------------------------------------------------


async def test_whoever_quits_is_told_that_the_ledger_lacks_something(world: World) -> None:
    guard = QuitDialog(world.services, None)
    world.writer.is_failing = True
    answer = await asked(world, guard)
    assert guard.warning.text() == UNWRITTEN
    assert not guard.verb_button.isVisible()
    assert guard.leave_button.text() == "Quit now"
    click(guard.leave_button)
    assert await answer is QuitChoice.LEAVE_RUNNING


@pytest.mark.parametrize(
    ("button", "choice"),
    [("verb_button", QuitChoice.TERMINATE_ALL), ("done_button", QuitChoice.WHEN_DONE)],
)
async def test_no_quit_comes_by_itself_while_the_ledger_lacks_something(
    world: World, guard: QuitDialog, button: str, choice: QuitChoice
) -> None:
    world.sessions.put(a_session(1, current_task=1), a_task(1, sent_ms=NOW - 12_000))
    world.writer.is_failing = True
    answer = await asked(world, guard)
    assert guard.warning.text().startswith(UNWRITTEN)
    click(getattr(guard, button))
    world.sessions.change_task(1, status=TaskStatus.DONE)
    world.sessions.change_session(1, phase=Phase.CLOSED)
    await asyncio.sleep(0.01)
    assert not answer.done()
    assert guard.waiting.text() == "Quits when the history can be saved."
    assert guard.leave_button.isVisibleTo(guard)
    world.writer.is_failing = False
    guard.refresh()  # as it does each second
    assert await answer is choice


# -- terminate all --------------------------------------------------------------------------------


async def test_terminate_all_names_what_it_closes(
    world: World, terminating: TerminateAllDialog
) -> None:
    terminating.ask([1, 2])
    await active(terminating)
    assert terminating.verb_button.text() == "Terminate 2 sessions"
    assert [line[0] for line in lines(terminating)] == ["amazon.com 1", "amazon.com 2"]
    key(terminating, ENTER)
    assert world.sessions.commands == []
    click(terminating.verb_button)
    await world.settle()
    assert world.sessions.commands == [((1, 2), CommandVerb.TERMINATE)]
    assert not terminating.isVisible()


@pytest.mark.parametrize("is_all", [True, False])
async def test_terminate_all_parks_what_is_queued_before_a_place_comes_free(
    world: World, terminating: TerminateAllDialog, is_all: bool
) -> None:
    world.queue.put(8, 9)
    terminating.ask([1, 2, 3] if is_all else [1, 2])
    await active(terminating)
    said = "2 queued tasks are on hold." in terminating.text.text()
    assert said is is_all
    world.queue.calls.clear()
    click(terminating.verb_button)
    parked = [("park",)] if is_all else []
    assert (world.queue.calls, world.sessions.commands) == ([*parked, ("held", False)], [])
    await world.settle()


@pytest.mark.parametrize("end", [Phase.CLOSED, Phase.CLOSED_ASSUMED])
async def test_what_ends_meanwhile_leaves_the_list(
    world: World, terminating: TerminateAllDialog, end: Phase
) -> None:
    terminating.ask([1, 2])
    await active(terminating)
    world.sessions.change_session(1, phase=end)
    assert [line[0] for line in lines(terminating)] == ["amazon.com 2"]
    assert terminating.verb_button.text() == "Terminate 1 session"
    world.sessions.change_session(2, phase=Phase.CLOSED)
    assert not terminating.verb_button.isEnabled()
    assert "Nothing is left to terminate." in terminating.text.text()


async def test_terminate_all_lists_an_unconfirmed_start_too(
    world: World, terminating: TerminateAllDialog
) -> None:
    world.sessions.put(a_session(4, phase=Phase.UNCONFIRMED, service_id=None))
    terminating.ask([1, 2])
    assert len(lines(terminating)) == 2
    terminating.ask([1, 2, 3])
    assert terminating.verb_button.text() == "Terminate 3 sessions"
    assert "Can't be closed yet, may cost money" in lines(terminating)[3][1]


def test_what_is_assumed_closed_is_not_all(world: World, terminating: TerminateAllDialog) -> None:
    for key_ in (1, 2, 3):
        world.sessions.change_session(key_, phase=Phase.CLOSED_ASSUMED)
    terminating.ask([1, 2])
    assert terminating.windowTitle() == "Terminate 2 sessions"
    assert terminating.verb_button.isEnabled()
