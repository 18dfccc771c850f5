"""The sessions in the dialogs Quit and Terminate all: a row each, in any number."""

import asyncio

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QScreen
from PySide6.QtWidgets import QPushButton

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.ui.quit.dialog import QuitDialog
from enigma_panel.ui.quit.session_list import MOST_ROWS, SessionList
from enigma_panel.ui.quit.terminate_all import TerminateAllDialog
from enigma_panel.ui.widgets.dialog import ModelessDialog
from tests.kit.builders import a_session, a_task
from tests.kit.person import active, click, key
from tests.kit.world import World

LONG = "Buy the cheapest USB-C hub with four ports and ship it to the office, but ask first"


def fill(world: World, n: int) -> None:
    """So many sessions, each at work."""
    for number in range(1, n + 1):
        session = a_session(number, current_task=number)
        world.sessions.put(session, a_task(number, text=LONG, status=TaskStatus.WORKING))


async def opened(world: World, which: str) -> tuple[ModelessDialog, SessionList]:
    """The dialog is open, for all sessions."""
    if which == "quit":
        dialog = QuitDialog(world.services, None)
        world.scope.spawn("quit", dialog.choice())
        await asyncio.sleep(0)
        await active(dialog)
        return dialog, dialog.list
    terminating = TerminateAllDialog(world.services, None)
    terminating.ask(world.sessions.terminable_keys())
    await active(terminating)
    return terminating, terminating.list


BOTH = pytest.mark.parametrize("which", ["quit", "terminate all"])


@BOTH
async def test_a_row_has_name_state_time_and_task(world: World, which: str) -> None:
    fill(world, 2)
    world.clock.pass_ms(41_000)
    dialog, sessions = await opened(world, which)
    item = sessions.topLevelItem(1)
    assert item is not None
    assert [item.text(column) for column in range(3)] == [
        "amazon.com 2",
        "Running 0:41",
        "4:19 left",
    ]
    assert LONG.startswith(item.text(3).rstrip("…"))
    assert sessions.visualItemRect(item).height() < 2 * sessions.fontMetrics().height()
    spoken = item.data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith("amazon.com 2 – working 0:41, 4:19 left – Buy the cheapest")
    assert LONG[:40] in item.toolTip(3)
    dialog.reject()


@BOTH
async def test_without_a_connection_its_clocks_stand_but_for_the_time_left(
    world: World, which: str
) -> None:
    fill(world, 1)
    world.clock.pass_ms(41_000)
    world.health.unreachable_since_ms = world.clock.now_ms()
    world.clock.pass_ms(60_000)
    dialog, sessions = await opened(world, which)
    item = sessions.topLevelItem(0)
    assert item is not None
    assert [item.text(column) for column in (1, 2)] == ["Running 0:41", "3:19 left"]
    dialog.reject()


@BOTH
async def test_fifty_are_scrolled_and_fit_a_small_screen(
    world: World, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QScreen, "availableSize", lambda _screen: QSize(640, 400))
    fill(world, 50)
    dialog, sessions = await opened(world, which)
    await asyncio.sleep(0.05)
    assert dialog.width() <= 640
    assert dialog.height() <= 400
    assert sessions.topLevelItemCount() == 50
    assert sessions.verticalScrollBar().maximum() > 0
    assert sessions.horizontalScrollBar().maximum() == 0
    for button in dialog.findChildren(QPushButton):
        if button.isVisible():
            assert dialog.rect().contains(button.geometry()), button.text()
    sessions.setFocus()
    key(sessions, Qt.Key.Key_End)
    assert sessions.currentIndex().row() == 49
    dialog.reject()


@BOTH
async def test_as_high_as_its_rows_ten_at_most(world: World, which: str) -> None:
    fill(world, 3)
    dialog, sessions = await opened(world, which)
    three = sessions.height()
    assert sessions.verticalScrollBar().maximum() == 0
    dialog.reject()
    fill(world, 30)
    dialog, sessions = await opened(world, which)
    assert sessions.height() < three * (MOST_ROWS + 1) / 3
    dialog.reject()


async def test_what_is_read_stays_where_it_is_each_second(world: World) -> None:
    fill(world, 50)
    dialog, sessions = await opened(world, "quit")
    assert isinstance(dialog, QuitDialog)
    sessions.verticalScrollBar().setValue(sessions.verticalScrollBar().maximum())
    sessions.setCurrentItem(sessions.topLevelItem(48))
    place = sessions.verticalScrollBar().value()
    world.clock.pass_ms(1_000)
    dialog.refresh()
    assert sessions.verticalScrollBar().value() == place
    assert sessions.currentIndex().row() == 48
    item = sessions.topLevelItem(0)
    assert item is not None
    assert item.text(1) == "Running 0:01"
    world.sessions.change_session(50, phase=Phase.CLOSED)
    assert sessions.topLevelItemCount() == 49
    dialog.reject()


@pytest.mark.parametrize(
    ("keys", "title"),
    [([1, 2, 3], "Terminate all"), ([1, 3], "Terminate 2 sessions")],
)
async def test_the_title_says_whether_it_is_all(world: World, keys: list[int], title: str) -> None:
    fill(world, 3)
    dialog = TerminateAllDialog(world.services, None)
    dialog.ask(keys)
    assert dialog.windowTitle() == dialog.accessibleName() == title
    dialog.reject()


async def test_what_is_started_meanwhile_is_not_among_all(world: World) -> None:
    fill(world, 2)
    dialog, sessions = await opened(world, "terminate all")
    assert isinstance(dialog, TerminateAllDialog)
    world.sessions.put(a_session(3))
    world.sessions.change_session(3, phase=Phase.OPEN)
    assert dialog.windowTitle() == "Terminate 2 sessions"
    assert sessions.topLevelItemCount() == 2
    click(dialog.terminate_button)
    await world.settle()
    assert [keys for keys, _verb in world.sessions.commands] == [(1, 2)]


async def test_it_is_a_list_to_a_screen_reader(world: World) -> None:
    fill(world, 2)
    dialog, sessions = await opened(world, "terminate all")
    interface = QAccessible.queryAccessibleInterface(sessions)
    assert interface.text(QAccessible.Text.Name) == "Sessions"
    cells = [interface.child(n).text(QAccessible.Text.Name) for n in range(4, 12)]
    assert cells[0].startswith("amazon.com 1 – working 0:00, 5:00 left – Buy")
    assert cells[1] == "Running 0:00"
    assert cells[4].startswith("amazon.com 2 – ")
    dialog.reject()
