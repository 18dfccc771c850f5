"""Nothing moves under the hand: the window as a whole, while somebody aims at a row."""

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCursor, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.actions import GRACE_MS
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import ENDED_STAY_MS, Column
from enigma_panel.ui.sessions.table import RowVerb
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.pointer_hold import AIM_MS, ARM_MS
from enigma_panel.ui.widgets.table.table import ROW_HEIGHT, KeyedTable
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.person import button, leave, move_to
from tests.kit.tables import verb_point

LEFT = Qt.MouseButton.LeftButton
END = CommandVerb.TERMINATE


@pytest.fixture
def aimed(window: MainWindow, services: Any, qapp: QApplication) -> MainWindow:
    """Three sessions that have stood for a while; the pointer is over the second."""
    window.activateWindow()
    services.clock.now -= ARM_MS
    for number in (1, 2, 3):
        services.sessions.add(number, left_s=100 * number)
    qapp.processEvents()
    services.clock.now += ARM_MS
    move_to(window.selection.sessions, 1)
    return window


@pytest.fixture
def in_line(aimed: MainWindow, services: Any, qapp: QApplication) -> MainWindow:
    """Details is of a task that waits, as the second in the queue; nobody aims."""
    leave(aimed.selection.sessions)
    for number in (7, 8):
        services.sessions.add_queued(number)
    services.queue.put(7, 8)
    aimed.selection.tasks.select_key(8)
    qapp.processEvents()
    return aimed


def start(services: Any) -> None:
    services.sessions.change_session(8, phase=Phase.OPEN, current_task=8)
    services.sessions.change_task(8, status=TaskStatus.WORKING, sent_ms=NOW)
    services.queue.set(*services.queue.waiting[:1])
    QApplication.processEvents()


def buttons_of(part: QWidget) -> dict[str, bool]:
    found = [b for b in part.findChildren(QPushButton) if b.isVisible()]
    return {b.accessibleName(): b.isEnabled() for b in found}


LINE = ("Start next", "Up", "Remove")


def end(services: Any, key: int) -> None:
    ended = {"phase": Phase.CLOSED, "ended_ms": NOW - ENDED_STAY_MS}
    services.sessions.change_session(key, **ended)


def place(table: KeyedTable, row: int) -> QPoint:
    cell = table.visualRect(table.rows.index(row, Column.VERBS))
    return table.viewport().mapTo(table.window(), cell.topLeft())


def press(window: MainWindow, row: int, verb: CommandVerb = END) -> None:
    table = window.selection.sessions
    QTest.mouseClick(table.viewport(), LEFT, pos=verb_point(table, row, verb))


# -- what waits -----------------------------------------------------------------------------------


def test_the_pointer_over_one_table_holds_the_other_too(
    aimed: MainWindow, services: Any, qapp: QApplication
) -> None:
    leave(aimed.selection.sessions)
    move_to(aimed.selection.tasks, 0)
    end(services, 1)
    assert aimed.selection.session_rows.keys() == [1, 2, 3]
    leave(aimed.selection.tasks)
    assert aimed.selection.session_rows.keys() == [2, 3]
    move_to(aimed.selection.sessions, 0)
    services.queue.put(1, 2)
    assert aimed.selection.task_rows.keys() == [3, 2, 1]
    leave(aimed.selection.sessions)
    assert aimed.selection.task_rows.keys() == [1, 2, 3]


def hover(window: MainWindow, part: QWidget) -> None:
    """The pointer comes over the middle of a part, wherever an earlier test has left it."""
    middle = part.mapTo(window, part.rect().center())
    for point in (middle - QPoint(1, 1), middle):
        QTest.mouseMove(window.windowHandle(), point)
        QApplication.processEvents()


@pytest.fixture
def pointer() -> Iterator[type[QCursor]]:
    """The pointer of the screen; other tests find it where it was."""
    before = QCursor.pos()
    yield QCursor
    QCursor.setPos(before)


def test_a_pointer_that_a_dialog_leaves_over_a_table_aims_at_nothing_until_it_moves(
    aimed: MainWindow, services: Any, pointer: type[QCursor], qapp: QApplication, qtbot: Any
) -> None:
    table = aimed.selection.sessions
    leave(table)
    dialog = ModelessDialog("Above", aimed)
    dialog.present()
    qtbot.waitUntil(dialog.isActiveWindow)
    below = table.viewport().mapToGlobal(table.visualRect(table.rows.index(1, 0)).center())
    dialog.move(below - dialog.rect().center())
    qapp.processEvents()
    pointer.setPos(below)
    qapp.processEvents()
    dialog.close()
    aimed.activateWindow()
    qtbot.waitUntil(aimed.isActiveWindow)
    enter(table, below)
    assert not aimed.hold.is_held
    end(services, 1)
    assert table.rows.keys() == [2, 3]
    enter(table, below + QPoint(1, 0))
    assert aimed.hold.is_held


def enter(table: KeyedTable, at: QPoint) -> None:
    point = QPointF(at)
    local = table.mapFromGlobal(point)
    QApplication.sendEvent(table, QEnterEvent(local, local, point))


def test_no_button_of_details_becomes_another_under_the_pointer(
    in_line: MainWindow, services: Any
) -> None:
    verbs = in_line.details.verbs
    hover(in_line, button(verbs, "Start next"))
    start(services)
    assert buttons_of(verbs) == dict.fromkeys(LINE, False)
    services.clock.now += AIM_MS + 1
    hover(in_line, in_line.status_bar)
    assert list(buttons_of(verbs)) == ["Pause", "Resume", "Stop", "Terminate"]


def test_run_again_takes_no_press_that_was_meant_for_another(
    in_line: MainWindow, services: Any, qtbot: Any
) -> None:
    verbs = in_line.details.verbs
    place = button(verbs, "Start next").mapTo(in_line, QPoint(9, 9))
    start(services)
    end(services, 8)
    services.sessions.change_task(8, status=TaskStatus.DONE, ended_ms=NOW)
    again = button(verbs, "Run again")
    assert again.geometry().contains(existing(again.parentWidget()).mapFrom(in_line, place))
    pressed: list[object] = []
    verbs.again_asked.connect(pressed.append)
    QTest.mouseClick(in_line.windowHandle(), LEFT, pos=place)
    assert pressed == []
    qtbot.waitUntil(again.isEnabled, timeout=5_000)
    QTest.mouseClick(in_line.windowHandle(), LEFT, pos=place)
    assert len(pressed) == 1


def test_buttons_for_what_the_person_selects_are_ready_at_once(
    in_line: MainWindow, services: Any
) -> None:
    verbs = in_line.details.verbs
    services.sessions.change_task(1, status=TaskStatus.DONE, ended_ms=NOW)
    in_line.selection.tasks.select_key(1)
    assert buttons_of(verbs) == {"Run again": True, "Edit and run again…": True}
    hover(in_line, button(verbs, "Run again"))
    in_line.selection.tasks.select_key(8)
    assert buttons_of(verbs) == dict.fromkeys(LINE, True)


def test_what_the_person_wants_shown_is_shown_at_once(aimed: MainWindow, services: Any) -> None:
    leave(aimed.selection.sessions)
    end(services, 1)
    move_to(aimed.selection.sessions, 0)
    assert aimed.selection.session_rows.keys() == [2, 3]
    aimed.main_menu.ended.trigger()
    assert aimed.selection.session_rows.keys() == [2, 3, 1]
    aimed.main_menu.ended.trigger()
    assert aimed.selection.session_rows.keys() == [2, 3]


@pytest.mark.parametrize("covers", [False, True], ids=["menu", "sheet"])
def test_what_a_choice_or_a_sheet_starts_is_shown_at_once_below_a_resting_pointer(
    aimed: MainWindow, services: Any, pointer: type[QCursor], *, covers: bool
) -> None:
    table = aimed.selection.sessions
    at = table.viewport().mapToGlobal(table.visualRect(table.rows.index(1, 0)).center())
    pointer.setPos(at)
    if covers:
        aimed.shade.covers.emit(True)
    else:
        aimed.menus.show_for_tasks(QPoint())
        table.selectRow(1)
        aimed.menus.show_for_sessions(QPoint())
        action = next(a for a in aimed.menus.menu.actions() if a.text() == "Next task here")
        action.trigger()
        aimed.menus.menu.hide()
    enter(table, at)  # as what stood above goes
    services.sessions.add(4)
    assert aimed.selection.task_rows.keys() == [4, 3, 2, 1]
    enter(table, at + QPoint(1, 0))
    services.sessions.add(5)
    assert aimed.selection.task_rows.keys() == [4, 3, 2, 1]


def test_what_asks_is_brought_in_sight_once_nobody_aims_and_the_click_meant_before_is_none(
    aimed: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = aimed.selection.sessions

    def in_sight() -> list[int]:
        qapp.processEvents()
        top, bottom = table.rowAt(1), table.rowAt(table.viewport().height() - 2)
        return table.rows.keys()[top : bottom + 1]

    for number in range(4, 13):
        services.sessions.add(number, left_s=100 * number)
    services.clock.now += ARM_MS
    assert in_sight() == [1, 2, 3, 4, 5]
    services.sessions.change_task(12, status=TaskStatus.ASKS)
    assert in_sight() == [1, 2, 3, 4, 5]
    leave(table)
    assert in_sight() == [8, 9, 10, 11, 12]
    press(aimed, existing(table.rows.row_of(9)))
    assert services.sessions.calls == []
    table.verticalScrollBar().setValue(0)
    aimed.hold.end()
    assert in_sight() == [1, 2, 3, 4, 5], "the person has scrolled away"
    table.setFixedWidth(400)
    qapp.processEvents()
    aside = table.horizontalScrollBar()
    aside.setValue(aside.maximum())
    services.sessions.change_task(6, status=TaskStatus.ASKS)
    assert 6 in in_sight(), "the least time left counts most"
    assert aside.value() == aside.maximum() > 0, "the verbs stay where they are"


# -- which click counts ---------------------------------------------------------------------------


def test_a_click_counts_once_its_row_has_stood_there(
    aimed: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = aimed.selection.sessions
    leave(table)
    end(services, 1)
    qapp.processEvents()
    services.clock.now += ARM_MS - 1
    selected = table.selected_keys()
    press(aimed, 0)
    assert services.sessions.calls == []
    assert table.selected_keys() == selected
    services.clock.now += 1
    press(aimed, 0)
    assert services.sessions.commands[0][:2] == ((2,), END)


def test_a_row_that_comes_last_delays_no_click_but_its_own(
    aimed: MainWindow, services: Any, qapp: QApplication
) -> None:
    services.sessions.add(4)
    qapp.processEvents()
    assert aimed.selection.session_rows.keys() == [1, 2, 3, 4]
    press(aimed, 3)
    assert services.sessions.commands == []
    press(aimed, 1)
    assert services.sessions.commands[0][:2] == ((2,), END)


def test_a_click_that_does_not_count_is_seen(
    aimed: MainWindow, services: Any, qapp: QApplication, qtbot: Any
) -> None:
    table = aimed.selection.sessions
    leave(table)
    end(services, 1)
    qapp.processEvents()
    before = table.viewport().grab().toImage()
    press(aimed, 0)
    assert table.row_background.flashed == 2
    assert table._verbs.refused == RowVerb(2, END)
    assert table.viewport().grab().toImage() != before
    qtbot.waitUntil(lambda: table.row_background.flashed is None, timeout=5_000)


def test_what_the_person_moves_can_be_clicked_at_once(
    aimed: MainWindow, services: Any, qapp: QApplication
) -> None:
    table = aimed.selection.sessions
    for number in range(4, 30):
        services.sessions.add(number, left_s=200 + number)
    leave(table)
    qapp.processEvents()
    services.clock.now += ARM_MS
    press(aimed, 2)
    table.verticalScrollBar().setValue(4 * ROW_HEIGHT)
    press(aimed, 5)
    aimed.resize(aimed.width() - 60, aimed.height() - 40)
    qapp.processEvents()
    press(aimed, 6)
    aimed.body.tables.setSizes([260, 300])
    qapp.processEvents()
    press(aimed, 7)
    aimed.show_details.trigger()
    qapp.processEvents()
    press(aimed, 8)
    assert len(services.sessions.calls) == 5


def test_keyboard_and_menu_need_no_such_time(aimed: MainWindow, services: Any) -> None:
    leave(aimed.selection.sessions)
    aimed.selection.sessions.select_key(3)
    services.sessions.change_task(3, status=TaskStatus.ASKS)
    aimed.verbs[CommandVerb.STOP].trigger()
    assert services.sessions.commands == [((3,), CommandVerb.STOP, GRACE_MS)]
