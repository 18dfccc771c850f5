"""Commands that wait: what stands on the row, and Undo by mouse, menu and keyboard."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.ui.actions import GRACE_MS, SETTLED_MS
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import Column
from enigma_panel.ui.sessions.table import SessionsTable, VerbsDelegate
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from enigma_panel.ui.widgets.table.model import Role
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.person import button, shown_texts
from tests.kit.tables import SPOKEN, cell_text, verb_point

END, STOP, PAUSE = CommandVerb.TERMINATE, CommandVerb.STOP, CommandVerb.PAUSE
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def working(window: MainWindow, services: Any, qapp: QApplication) -> MainWindow:
    """Session 1 works, session 2 is idle; 1 is selected. Both came a moment ago."""
    services.clock.now -= ARM_MS
    services.sessions.add(1, left_s=100)
    services.sessions.add(2, left_s=150, status=TaskStatus.DONE, ended_ms=NOW)
    window.activateWindow()
    window.selection.sessions.select_key(1)
    qapp.processEvents()
    services.clock.now += ARM_MS
    return window


def undo_point(table: SessionsTable, key: int) -> QPoint:
    row = table.rows.row_of(key)
    assert row is not None
    return VerbsDelegate.undo_rect(table.visualRect(table.rows.index(row, Column.VERBS))).center()


def row_of(window: MainWindow, key: int) -> int:
    row = window.selection.session_rows.row_of(key)
    assert row is not None
    return row


def test_the_row_says_what_waits(working: MainWindow, services: Any) -> None:
    rows = working.selection.session_rows
    services.sessions.set_pending(2, END, WaitReason.CONNECTION)
    cell = cell_text(rows, 2, Column.STATE, Role.CELL)
    assert cell.text == "Idle"
    assert cell.tail == "Terminate once online"
    said = "Idle, still billing, Terminate once online"
    assert cell_text(rows, 2, Column.STATE, SPOKEN) == said
    assert cell.tip  # where the row has no room for it all
    services.sessions.set_pending(1, END, WaitReason.UNDO, due_ms=NOW + 2_900)
    assert cell_text(rows, 1, Column.STATE, Role.CELL).tail == "Terminating in 3 s"
    assert cell_text(rows, 1, Column.VERBS, SPOKEN) == "Undo Terminate"
    assert "Terminating in 3 s" in shown_texts(working.details)
    services.clock.now += 1_000
    working.selection.tick()
    assert "Terminating in 2 s" in shown_texts(working.details)
    assert cell_text(rows, 1, Column.STATE, Role.CELL).tail == "Terminating in 2 s"
    services.sessions.set_pending(1, None)
    assert cell_text(rows, 1, Column.STATE, Role.CELL).tail == "0:31"


def test_an_assumed_end_is_never_said_to_be_sure(working: MainWindow, services: Any) -> None:
    services.sessions.set_pending(1, END, WaitReason.SENDING)
    services.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED, ended_ms=NOW)
    assert cell_text(working.selection.session_rows, 1, Column.STATE) == "Closed (assumed)"


def test_a_terminate_of_a_task_at_work_can_be_taken_back(
    working: MainWindow, services: Any
) -> None:
    sessions, table = services.sessions, working.selection.sessions
    QTest.mouseClick(table.viewport(), LEFT, pos=verb_point(table, row_of(working, 1), END))
    QTest.mouseClick(table.viewport(), LEFT, pos=verb_point(table, row_of(working, 2), END))
    assert sessions.calls == [("command", (1,), END, GRACE_MS), ("command", (2,), END)]
    sessions.set_pending(1, END, WaitReason.UNDO, due_ms=NOW + 2_000)
    sessions.calls.clear()
    QTest.mouseClick(table.viewport(), LEFT, pos=verb_point(table, row_of(working, 1), END))
    working.verbs[END].trigger()
    assert sessions.calls == [("command", (1,), END), ("command", (1,), END)]  # both at once


@pytest.mark.parametrize("status", [TaskStatus.ASKS, TaskStatus.PAUSED, TaskStatus.STARTING])
def test_a_task_that_is_not_over_is_at_work(
    working: MainWindow, services: Any, status: TaskStatus
) -> None:
    services.sessions.change_task(1, status=status)
    working.verbs[END].trigger()
    working.verbs[STOP].trigger()
    assert services.sessions.calls == [("command", (1,), verb, GRACE_MS) for verb in (END, STOP)]


def test_stop_can_be_taken_back_wherever_it_is_clicked_and_pause_goes_at_once(
    working: MainWindow, services: Any
) -> None:
    sessions, table = services.sessions, working.selection.sessions
    QTest.mouseClick(table.viewport(), LEFT, pos=verb_point(table, row_of(working, 1), STOP))
    QTest.keyClick(working, Qt.Key.Key_Period, CTRL)
    working.menus.show_for_sessions(QPoint(10, 10))
    next(a for a in working.menus.menu.actions() if a.text() == "Stop").trigger()
    working.menus.menu.hide()
    assert sessions.commands == [((1,), STOP, GRACE_MS)] * 3
    sessions.calls.clear()
    working.verbs[PAUSE].trigger()
    QTest.mouseClick(table.viewport(), LEFT, pos=verb_point(table, row_of(working, 1), PAUSE))
    assert sessions.commands == [((1,), PAUSE)] * 2


def test_undo_in_the_row_takes_back_that_row(
    working: MainWindow, services: Any, qapp: QApplication
) -> None:
    sessions, table = services.sessions, working.selection.sessions
    sessions.set_pending(2, END, WaitReason.BUDGET, due_ms=NOW + 12_000)
    qapp.processEvents()
    QTest.mouseClick(table.viewport(), LEFT, pos=undo_point(table, 2))
    assert sessions.calls == [("undo", (2,))]
    assert table.selected_keys() == [1]


def test_the_second_click_of_two_takes_nothing_back(
    working: MainWindow, services: Any, qapp: QApplication
) -> None:
    sessions, table = services.sessions, working.selection.sessions
    sessions.set_pending(1, PAUSE, WaitReason.BUDGET, due_ms=NOW + 12_000, made_ms=NOW)
    qapp.processEvents()
    services.clock.now += SETTLED_MS - 1
    QTest.mouseClick(table.viewport(), LEFT, pos=undo_point(table, 1))
    assert sessions.calls == []
    services.clock.now += 1
    QTest.mouseClick(table.viewport(), LEFT, pos=undo_point(table, 1))
    assert sessions.calls == [("undo", (1,))]


def test_a_click_on_an_undo_that_has_just_gone_is_no_pause(
    working: MainWindow, services: Any, qapp: QApplication
) -> None:
    sessions, table = services.sessions, working.selection.sessions
    sessions.set_pending(1, STOP, WaitReason.BUDGET, due_ms=NOW + 12_000)
    qapp.processEvents()
    sessions.set_pending(1, None)
    qapp.processEvents()
    pause = verb_point(table, row_of(working, 1), PAUSE)
    QTest.mouseClick(table.viewport(), LEFT, pos=pause)
    assert sessions.calls == []
    services.clock.now += SETTLED_MS
    QTest.mouseClick(table.viewport(), LEFT, pos=pause)
    assert sessions.calls == [("command", (1,), PAUSE)]


def test_what_is_being_sent_cannot_be_taken_back(
    working: MainWindow, services: Any, qapp: QApplication
) -> None:
    sessions, table = services.sessions, working.selection.sessions
    sessions.set_pending(1, END, WaitReason.SENDING)
    qapp.processEvents()
    assert cell_text(table.rows, 1, Column.STATE, Role.CELL).tail == "Terminating…"
    QTest.mouseClick(table.viewport(), LEFT, pos=undo_point(table, 1))
    QTest.keyClick(working, Qt.Key.Key_Z, CTRL)
    assert sessions.calls == []
    assert not working.undo.isVisible()
    assert not working.verbs[END].isEnabled()


def test_keyboard_and_menu_take_back(
    working: MainWindow, services: Any, qapp: QApplication
) -> None:
    sessions = services.sessions
    sessions.set_pending(1, STOP, WaitReason.KEY)
    QTest.keyClick(working, Qt.Key.Key_Z, CTRL)
    assert sessions.calls == [("undo", (1,))]
    QTest.keyClick(working, Qt.Key.Key_Z, CTRL)
    assert len(sessions.calls) == 1
    sessions.set_pending(1, STOP, WaitReason.KEY)
    sessions.set_pending(2, END, WaitReason.CONNECTION)
    working.selection.sessions.selectAll()
    working.menus.show_for_sessions(QPoint(10, 10))
    undo = next(a for a in working.menus.menu.actions() if a.text() == "Undo 2 commands")
    undo.trigger()
    working.menus.menu.hide()
    assert sessions.calls[-1] == ("undo", (1, 2))


def test_pressing_stop_again_never_terminates(
    working: MainWindow, services: Any, qapp: QApplication
) -> None:
    stop = button(working.details, "Stop")
    stop.setFocus()
    QTest.keyClick(stop, Qt.Key.Key_Space)
    services.sessions.change_task(1, status=TaskStatus.STOPPED, stop_sent_ms=NOW)
    assert not stop.isEnabled()
    assert working.selection.sessions.hasFocus()
    QTest.keyClick(existing(qapp.focusWidget()), Qt.Key.Key_Space)
    assert services.sessions.calls == [("command", (1,), STOP, GRACE_MS)]


def test_the_status_line_counts_what_waits(working: MainWindow, services: Any) -> None:
    def said() -> str:
        return shown_texts(working.status_bar)

    assert "wait" not in said()
    services.sessions.set_pending(1, END, WaitReason.BUDGET, due_ms=NOW + 12_000)
    assert "1 command waits, next 0:12" in said()
    services.sessions.set_pending(2, END, WaitReason.SENDING)
    assert "1 command waits, next 0:12" in said()
    services.clock.now += 2_000
    working.status_bar.refresh()
    assert "1 command waits, next 0:10" in said()
    services.sessions.set_pending(1, None)
    assert "wait" not in said()
