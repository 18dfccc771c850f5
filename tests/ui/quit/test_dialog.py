"""'Quit' and 'Terminate all…'."""

import asyncio

import pytest
from PySide6.QtCore import Qt

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.quit.dialog import QuitChoice, QuitDialog
from enigma_panel.ui.quit.session_list import SessionList
from enigma_panel.ui.quit.terminate_all import TerminateAllDialog
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.person import ENTER, active, click, key
from tests.kit.world import World

UNWRITTEN = "The ledger cannot be written: what it lacks is lost if you quit now."


@pytest.fixture
def guard(world: World) -> QuitDialog:
    world.sessions.put(a_session(1))
    return QuitDialog(world.services, None)


@pytest.fixture
def terminating(world: World) -> TerminateAllDialog:
    for number in (1, 2, 3):
        world.sessions.put(a_session(number))
    return TerminateAllDialog(world.services, None)


async def asked(world: World, guard: QuitDialog) -> "asyncio.Task[QuitChoice]":
    task = world.scope.spawn("quit", guard.choice())
    assert task is not None
    await asyncio.sleep(0)
    await active(guard)
    return task


def rows_of(sessions: SessionList) -> list[tuple[str, ...]]:
    """The cells of a list, row by row."""
    items = [sessions.topLevelItem(row) for row in range(sessions.topLevelItemCount())]
    return [tuple(item.text(column) for column in range(4)) for item in items if item is not None]


@pytest.mark.parametrize(
    ("button", "choice"),
    [
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


@pytest.mark.parametrize(("button", "told"), [("leave_button", [True]), ("cancel_button", [])])
async def test_whoever_leaves_starts_nothing_more(
    world: World, guard: QuitDialog, button: str, told: list[bool]
) -> None:
    """A browser that gets free between the choice and the end must not start the next task."""
    heard: list[bool] = []
    guard.leaving.connect(heard.append)
    answer = await asked(world, guard)
    click(getattr(guard, button))
    await answer
    assert heard == told


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
    world.sessions.put(
        a_session(2, current_task=2),
        a_task(2, text="MX Keys", service_id=None, sent_ms=NOW - 12_000),
    )
    answer = await asked(world, guard)
    assert guard.wait_button.text() == "Wait 0:38"
    assert "MX Keys" in guard.text_label.text()
    click(guard.wait_button)
    assert not answer.done()
    world.sessions.change_task(2, service_id="task-2")
    assert await answer is QuitChoice.LEAVE_RUNNING


async def test_a_name_that_never_comes_leaves_the_choice(world: World, guard: QuitDialog) -> None:
    world.sessions.put(a_session(2, current_task=2), a_task(2, service_id=None))
    answer = await asked(world, guard)
    click(guard.wait_button)
    assert guard.waiting.isVisible()
    world.clock.pass_ms(75_000)
    guard.refresh()
    assert not guard.waiting.isVisible()
    assert not answer.done()
    world.sessions.change_task(2, status=TaskStatus.UNCONFIRMED)
    assert not answer.done()
    guard.reject()
    assert await answer is QuitChoice.CANCEL


async def test_there_is_a_line_per_session(world: World, guard: QuitDialog) -> None:
    world.sessions.put(a_session(2, phase=Phase.UNCONFIRMED, service_id=None))
    answer = await asked(world, guard)
    assert len(rows_of(guard.list)) == 2
    guard.reject()
    await answer


# -- terminate all and quit -----------------------------------------------------------------------


async def ending(world: World, guard: QuitDialog) -> "asyncio.Task[QuitChoice]":
    """Terminate all and quit was pressed; the commands are on their way."""
    world.sessions.command_gate = asyncio.Event()
    answer = await asked(world, guard)
    click(guard.terminate_button)
    await asyncio.sleep(0.01)
    return answer


async def come_back(world: World) -> None:
    """The commands come back."""
    assert world.sessions.command_gate is not None
    world.sessions.command_gate.set()
    await asyncio.sleep(0.01)


async def test_it_quits_when_all_have_ended(world: World, guard: QuitDialog) -> None:
    world.sessions.put(a_session(2))
    answer = await ending(world, guard)
    assert world.sessions.commands == [((1,), CommandVerb.TERMINATE), ((2,), CommandVerb.TERMINATE)]
    world.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED)
    assert guard.waiting.text() == "Terminating, 1 of 2 closed …"
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
    assert guard.waiting.text() == (
        "Terminating, 1 of 2 closed …\n"
        "amazon.com 2 could not be terminated and may still cost money."
    )
    assert guard.terminate_button.text() == guard.terminate_button.accessibleName() == "Try again"
    assert guard.leave_button.text() == "Leave them running"
    world.sessions.calls.clear()
    world.sessions.command_gate = None
    click(guard.terminate_button)
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
    assert not guard.leave_button.isVisible()  # they are being sent now
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION)
    assert "A Terminate for amazon.com 1 waits for a connection; it is sent at the next start." in (
        guard.text_label.text()
    )
    assert guard.waiting.text().endswith(
        "amazon.com 1 could not be reached so far; Terminate is tried again."
    )
    assert not guard.terminate_button.isVisible()
    world.writer.is_failing = True
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION, is_kept=False)
    assert "A Terminate for amazon.com 1 cannot be kept" in guard.text_label.text()
    assert guard.leave_button.text() == "Leave them running"
    world.writer.is_failing = False
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION)
    assert guard.leave_button.text() == "Quit, send them at the next start"
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
    await come_back(world)


# -- quit when they are done ----------------------------------------------------------------------


@pytest.fixture
def words_of(guard: QuitDialog) -> list[str]:
    said: list[str] = []
    guard.waiting_changed.connect(said.append)
    return said


def add_working(world: World, *keys: int, **task: object) -> None:
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
    world.queue.put(9, why=WaitReason.NO_SLOT)
    answer = await when_done(world, guard)
    assert words_of[-1] == "Quits when 2 tasks are done; queued tasks stay in the queue."
    world.sessions.change_task(2, status=TaskStatus.DONE)
    assert words_of[-1] == "Quits when 1 task is done; queued tasks stay in the queue."
    world.sessions.change_task(3, status=TaskStatus.ASKS)
    assert not answer.done()  # somebody has to answer it
    world.sessions.change_task(3, status=TaskStatus.FAILED)
    assert await answer is QuitChoice.WHEN_DONE
    assert words_of[-1] == ""


async def test_it_waits_until_a_failed_task_s_browser_is_closed(
    world: World, guard: QuitDialog, words_of: list[str]
) -> None:
    add_working(world, 2)
    world.sessions.change_session(2, close_after=True)
    answer = await when_done(world, guard)
    world.sessions.change_task(2, status=TaskStatus.FAILED)
    assert not answer.done()
    world.sessions.set_pending(2, CommandVerb.TERMINATE, WaitReason.SENDING)
    assert words_of[-1] == "Quits when 1 Terminate is sent."
    world.sessions.change_session(2, phase=Phase.CLOSED_ASSUMED)
    world.sessions.set_pending(2, None)
    assert await answer is QuitChoice.WHEN_DONE


@pytest.mark.parametrize(
    ("task", "waits"),
    [
        ({"status": TaskStatus.STARTING}, True),
        ({"status": TaskStatus.ASKS}, True),
        ({"status": TaskStatus.UNCONFIRMED}, True),
        ({"status": TaskStatus.UNCONFIRMED, "service_id": None}, False),
        ({"status": TaskStatus.PAUSED}, False),
        ({"status": TaskStatus.DONE}, False),
    ],
)
async def test_it_is_offered_where_there_is_something_to_wait_for(
    world: World, guard: QuitDialog, task: dict[str, object], waits: bool
) -> None:
    add_working(world, 2, **task)
    answer = await asked(world, guard)
    assert guard.done_button.isVisible() is waits
    guard.reject()
    await answer


async def test_a_terminate_without_a_connection_is_not_waited_for(
    world: World, guard: QuitDialog
) -> None:
    add_working(world, 2)
    answer = await when_done(world, guard)
    world.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.CONNECTION)
    world.sessions.change_task(2, status=TaskStatus.STOPPED)
    assert await answer is QuitChoice.WHEN_DONE


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


async def test_terminate_all_is_possible_while_it_waits(world: World, guard: QuitDialog) -> None:
    add_working(world, 2)
    answer = await when_done(world, guard)
    await asked(world, guard)
    click(guard.terminate_button)
    for number in (1, 2):
        world.sessions.change_session(number, phase=Phase.CLOSED_ASSUMED)
    assert await answer is QuitChoice.TERMINATE_ALL


# -- what the ledger lacks ------------------------------------------------------------------------


async def test_whoever_quits_is_told_that_the_ledger_lacks_something(world: World) -> None:
    guard = QuitDialog(world.services, None)
    world.writer.is_failing = True
    answer = await asked(world, guard)
    assert guard.text_label.text() == UNWRITTEN
    assert not guard.terminate_button.isVisible()
    assert guard.leave_button.text() == "Quit"
    click(guard.leave_button)
    assert await answer is QuitChoice.LEAVE_RUNNING


@pytest.mark.parametrize(
    ("button", "choice", "words"),
    [
        ("terminate_button", QuitChoice.TERMINATE_ALL, "Terminating, 1 of 1 closed …"),
        ("done_button", QuitChoice.WHEN_DONE, "Quits when the ledger can be written."),
        ("wait_button", QuitChoice.LEAVE_RUNNING, "Quits when the ledger can be written."),
    ],
)
async def test_no_quit_comes_by_itself_while_the_ledger_lacks_something(
    world: World, guard: QuitDialog, button: str, choice: QuitChoice, words: str
) -> None:
    world.sessions.put(
        a_session(1, current_task=1), a_task(1, service_id=None, sent_ms=NOW - 12_000)
    )
    world.writer.is_failing = True
    answer = await asked(world, guard)
    assert guard.text_label.text().startswith(UNWRITTEN)
    click(getattr(guard, button))
    world.sessions.change_task(1, status=TaskStatus.DONE, service_id="task-1")
    world.sessions.change_session(1, phase=Phase.CLOSED)
    await asyncio.sleep(0.01)
    assert not answer.done()
    assert guard.waiting.text() == words
    assert guard.leave_button.text() == "Quit"
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
    assert terminating.terminate_button.text() == "Terminate 2 sessions"
    assert [row[0] for row in rows_of(terminating.list)] == ["amazon.com 1", "amazon.com 2"]
    key(terminating, ENTER)
    assert world.sessions.commands == []
    click(terminating.terminate_button)
    await world.settle()
    assert world.sessions.commands == [((1, 2), CommandVerb.TERMINATE)]
    assert not terminating.isVisible()


async def test_what_ends_meanwhile_leaves_the_list(
    world: World, terminating: TerminateAllDialog
) -> None:
    terminating.ask([1, 2])
    world.sessions.change_session(1, phase=Phase.CLOSED)
    assert terminating.terminate_button.text() == "Terminate 1 session"
    world.sessions.change_session(2, phase=Phase.CLOSED)
    assert not terminating.terminate_button.isEnabled()
    assert "No session is open any more." in terminating.text_label.text()


async def test_cancel_terminates_nothing(world: World, terminating: TerminateAllDialog) -> None:
    terminating.ask([1, 2, 3])
    click(terminating.cancel_button)
    await world.settle()
    assert world.sessions.commands == []


async def test_buttons_stay_in_their_place_when_a_line_goes(
    world: World, guard: QuitDialog
) -> None:
    world.sessions.put(a_session(2, phase=Phase.UNCONFIRMED, service_id=None))
    await asked(world, guard)
    await asyncio.sleep(0.02)
    before = guard.leave_button.mapToGlobal(guard.leave_button.rect().center())
    words = guard.text_label.text()
    world.sessions.sessions.pop(2)
    guard.refresh()
    await asyncio.sleep(0.02)
    assert guard.text_label.text() != words
    assert guard.leave_button.mapToGlobal(guard.leave_button.rect().center()) == before
