"""Keys: Enter on rows and buttons, and each question from its own row."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.statuses import FINAL_STATUSES
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets.actions import make_action
from enigma_panel.ui.widgets.basics import ToolButton, make_button
from tests.kit.builders import a_question
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.kit.fakes import FakeDialogs
from tests.kit.person import double_click, key
from tests.kit.tables import verb_point
from tests.kit.wait import run_events

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
ENTERS = [Qt.Key.Key_Return, Qt.Key.Key_Enter]
NONE = Qt.KeyboardModifier.NoModifier


def send_key(widget: QWidget, code: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, code, modifiers))


def ask(services: Any, *keys: int) -> None:
    for one in keys:
        services.sessions.add(one, status=TaskStatus.ASKS, left_s=100 + one)
    services.inbox.ask(*(a_question(one, f"Which colour, {one}?") for one in keys))


@pytest.mark.parametrize("enter", [*ENTERS, Qt.Key.Key_Space])
@pytest.mark.parametrize("make", [lambda: make_button("Stop"), ToolButton])
def test_a_button_is_pressed_by_enter_and_by_space_alone(
    qapp: QApplication, make: Any, enter: Qt.Key
) -> None:
    pressed: list[str] = []
    one = make()
    one.clicked.connect(lambda: pressed.append("clicked"))
    send_key(one, enter)
    assert pressed == ["clicked"]
    for modifier in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier):
        if enter is not Qt.Key.Key_Space:
            send_key(one, enter, modifier)
    held = QKeyEvent(QEvent.Type.KeyPress, enter, NONE, "", autorep=True)
    QApplication.sendEvent(one, held)
    one.setEnabled(False)
    send_key(one, enter)
    assert pressed == ["clicked"]


def test_keys_pressed_before_their_command_is_there_run_it_once(
    window: MainWindow, qapp: QApplication
) -> None:
    ran: list[str] = []
    control = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    send_key(window.selection.tasks, Qt.Key.Key_C, control)
    for keys in ("F1", "Ctrl+Shift+C"):
        action = make_action(window, keys, partial(ran.append, keys), shortcut=keys)
        window.add_command(action)
    assert ran == [], "all features are there first"
    run_events(qapp, lambda: ran)
    assert ran == ["Ctrl+Shift+C"]


@pytest.mark.parametrize("way", [*ENTERS, "double click"])
def test_a_row_that_asks_opens_its_own_question(
    window: MainWindow, services: Any, dialogs: FakeDialogs, way: Any
) -> None:
    ask(services, 1, 2)
    for table in (window.selection.sessions, window.selection.tasks):
        dialogs.calls.clear()
        row = table.rows.row_of(2)
        assert row is not None
        if way == "double click":
            place = table.visualRect(table.rows.index(row, 0)).center()
            double_click(table.viewport(), place)
        else:
            table.select_key(2)
            key(table, way)
        assert set(dialogs.calls) == {("open_question", 2)}  # one click opens it in Sessions


def test_an_idle_session_gets_its_next_task(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    services.sessions.add(1, status=TaskStatus.DONE, ended_ms=NOW)
    window.selection.sessions.select_key(1)
    key(window.selection.sessions, Qt.Key.Key_Return)
    assert dialogs.calls == [("open_new_task", 1, None)]


def test_else_details_get_the_focus(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    window.activateWindow()
    services.sessions.add(1)
    window.body.set_details_open(False)
    for table in (window.selection.tasks, window.selection.sessions):
        table.select_key(1)
        table.setFocus()
        key(table, Qt.Key.Key_Return)
        assert window.details.isVisible()
        assert window.details.page.hasFocus()
        assert window.details.task_key == 1
    assert dialogs.calls == []


def test_a_task_that_ended_opens_its_result(window: MainWindow, services: Any) -> None:
    """In Details, and where a feature says so in a window of its own."""
    for number, status in enumerate(sorted(FINAL_STATUSES), 1):
        services.sessions.add(number, status=status, ended_ms=NOW)
    window.activateWindow()
    table = window.selection.tasks
    table.select_key(1)
    key(table, ENTERS[0])
    assert window.details.page.hasFocus()
    opened: list[int] = []
    window.selection.read_result = opened.append
    for number in range(1, len(FINAL_STATUSES) + 1):
        place = table.visualRect(table.rows.index(existing(table.rows.row_of(number)), 2)).center()
        double_click(table.viewport(), place)
        for enter in ENTERS:
            table.select_key(number)
            key(table, enter)
        assert opened == [number] * 3
        opened.clear()


def test_one_that_takes_no_task_shows_its_details(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    window.activateWindow()
    services.sessions.add(1, status=TaskStatus.UNCONFIRMED, phase=Phase.UNCONFIRMED)
    window.selection.sessions.select_key(1)
    key(window.selection.sessions, Qt.Key.Key_Return)
    assert dialogs.calls == []
    assert window.details.page.hasFocus()


def test_enter_without_a_selection_is_for_the_row_of_the_keyboard(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    table = window.selection.sessions
    key(table, Qt.Key.Key_Return)
    assert dialogs.calls == [], "there is no row"
    ask(services, 1, 2)
    window.activateWindow()
    table.setFocus()
    assert table.selected_keys() == []
    key(table, Qt.Key.Key_Return)
    assert dialogs.calls == [("open_question", 1)]
    assert table.selected_keys() == [1]


def test_enter_is_for_one_row_once(
    window: MainWindow, services: Any, dialogs: FakeDialogs, qapp: QApplication
) -> None:
    ask(services, 1, 2)
    table = window.selection.sessions
    table.selectAll()
    key(table, Qt.Key.Key_Return)
    table.select_key(1)
    QApplication.sendEvent(
        table, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, NONE, "\r", autorep=True)
    )
    assert dialogs.calls == []


def test_two_clicks_on_a_verb_open_nothing(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    ask(services, 1)
    table = window.selection.sessions
    double_click(table.viewport(), verb_point(table, 0, CommandVerb.STOP))
    assert dialogs.calls == []


@pytest.mark.parametrize("where", ["sessions", "tasks"])
def test_answer_in_a_context_menu_opens_that_question(
    window: MainWindow, services: Any, dialogs: FakeDialogs, where: str
) -> None:
    ask(services, 1, 2)
    services.sessions.add(3)
    table = getattr(window.selection, where)
    show = getattr(window.menus, f"show_for_{where}")
    for wanted, offered in ((2, True), (3, False)):
        table.select_key(wanted)
        show(window.pos())
        found = [a for a in window.menus.menu.actions() if a.text() == "Answer"]
        assert len(found) == offered
        for action in found:
            action.trigger()
        window.menus.menu.close()
    assert dialogs.calls == [("open_question", 2)]
