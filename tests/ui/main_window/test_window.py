"""The window: selection, verbs, Details, notices, layout; nothing moves under the pointer."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import KeyState
from enigma_panel.ui.actions import GRACE_MS
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.sessions.model import ENDED_STAY_MS, Column
from enigma_panel.ui.tasks.filter_bar import Chip
from enigma_panel.ui.tasks.model import Column as TaskColumn
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from tests.kit.builders import ID, LINK, a_question
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import button, shown_texts
from tests.kit.tables import verb_point


def test_several_ends_are_asked_about(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    services.sessions.add(1)
    assert window.terminate_all.isEnabled()
    assert not window.sessions_card.terminate_all.isVisible()  # the row has a button for one
    services.sessions.add(2)
    window.selection.sessions.selectAll()
    assert window.verbs[CommandVerb.TERMINATE].text() == "Terminate 2"
    window.verbs[CommandVerb.TERMINATE].trigger()
    button(window.sessions_card, "Terminate all…").click()
    assert dialogs.calls == [("confirm_terminate_all", [1, 2]), ("confirm_terminate_all", [1, 2])]
    assert services.sessions.calls == []


def test_the_keyboard_has_the_verbs(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    window.activateWindow()
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    control = Qt.KeyboardModifier.ControlModifier
    for key in (Qt.Key.Key_P, Qt.Key.Key_R, Qt.Key.Key_Period, Qt.Key.Key_Delete):
        QTest.keyClick(window, key, control)
    assert [call[2] for call in services.sessions.calls] == [
        CommandVerb.PAUSE,
        CommandVerb.STOP,
        CommandVerb.TERMINATE,
    ]
    QTest.keyClick(window, Qt.Key.Key_N, control)
    assert dialogs.calls == [("open_new_task", None, None)]
    QTest.keyClick(window.selection.sessions, Qt.Key.Key_Escape)
    assert window.selection.sessions.selected_keys() == []


def test_a_painted_verb_acts_on_its_row_alone(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, left_s=100)
    services.sessions.add(2, left_s=150)
    services.clock.now += ARM_MS
    table = window.selection.sessions
    table.select_key(1)
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(table.viewport(), left, pos=verb_point(table, 1, CommandVerb.STOP))
    QTest.mouseClick(table.viewport(), left, pos=verb_point(table, 1, CommandVerb.RESUME))
    assert services.sessions.calls == [("command", (2,), CommandVerb.STOP, GRACE_MS)]
    assert table.selected_keys() == [1]


def test_a_press_that_ends_elsewhere_does_nothing(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    services.clock.now += ARM_MS
    table = window.selection.sessions
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(table.viewport(), left, pos=verb_point(table, 0, CommandVerb.TERMINATE))
    QTest.mouseRelease(table.viewport(), left, pos=verb_point(table, 0, CommandVerb.STOP))
    assert services.sessions.calls == []


def test_selection_scroll_and_focus_survive_news(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    sessions, table = services.sessions, window.selection.tasks
    for key in range(1, 1001):
        sessions.add(key, tell=False, status=TaskStatus.DONE, result="x", ended_ms=NOW)
    services.task_search.answer(by_person=False)
    qapp.processEvents()
    table.select_key(500)
    table.setFocus()
    qapp.processEvents()
    place = table.visualRect(table.currentIndex()).top()
    for key in range(1001, 1021):
        sessions.add(key)
    sessions.change_task(500, result="other")
    qapp.processEvents()
    assert table.selected_keys() == [500]
    assert table.visualRect(table.currentIndex()).top() == place
    assert table.hasFocus()


@pytest.mark.parametrize("table", ["tasks", "sessions"])
def test_a_result_is_new_until_it_was_on_the_screen(
    window: MainWindow, services: Any, qapp: QApplication, table: str
) -> None:
    services.sessions.add(
        1, status=TaskStatus.DONE, result="It costs $5", is_new=True, ended_ms=NOW
    )
    window.activateWindow()
    question, side = QDialog(), window.body.side
    side.addWidget(question)
    side.setCurrentWidget(question)
    getattr(window.selection, table).select_key(1)
    assert services.sessions.tasks[1].is_new, "a question stands in Details' place"
    side.removeWidget(question)
    window._tick()
    assert not services.sessions.tasks[1].is_new
    assert window.details.result.reading.toPlainText() == "It costs $5"
    window.details.result.copy.click()
    assert QGuiApplication.clipboard().text() == "It costs $5"


def test_a_result_that_comes_to_a_selected_row_is_seen_by_who_uses_the_window(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    other = QWidget()
    other.show()
    other.activateWindow()
    qapp.processEvents()
    services.sessions.add(1)
    window.selection.tasks.select_key(1)
    done = {"status": TaskStatus.DONE, "result": "x", "is_new": True, "ended_ms": NOW}
    services.sessions.change_task(1, **done)
    assert services.sessions.tasks[1].is_new
    window.activateWindow()
    qapp.processEvents()
    window._tick()
    assert not services.sessions.tasks[1].is_new
    services.sessions.change_task(1, **done)
    assert not services.sessions.tasks[1].is_new
    other.close()


def choose(window: MainWindow, entry: str) -> QAction:
    button(window.details, "More").click()
    menu = window.menus.menu
    assert menu.isVisible()
    action = next(action for action in menu.actions() if action.text() == entry)
    action.trigger()
    menu.hide()
    return action


def test_ids_are_shown_to_nobody_but_can_be_copied(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    for widget in window.findChildren(QWidget):
        said = widget.accessibleName() + widget.accessibleDescription() + widget.toolTip()
        assert ID not in said + str(getattr(widget, "text", str)())
        assert LINK not in said
    choose(window, "Copy session ID")
    assert QGuiApplication.clipboard().text() == ID
    assert QGuiApplication.clipboard().mimeData().hasFormat("x-kde-passwordManagerHint")
    assert "leaves the clipboard after 30 seconds" in shown_texts(window)
    choose(window, "Copy live page link")
    assert QGuiApplication.clipboard().text() == LINK
    window.close_for_good()
    assert QGuiApplication.clipboard().text() == ""


def test_the_live_page_is_opened_where_its_link_is_copied(
    window: MainWindow, services: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    assert "It stays in your browser history" in choose(window, "Open live page").toolTip()
    assert opened == [LINK]
    assert "No program could open the live page." in shown_texts(window)  # it said that none did
    window.details.head.live.click()
    assert opened == [LINK, LINK]
    services.sessions.change_session(1, phase=Phase.CLOSED, ended_ms=NOW)
    assert window.details.head.live.isHidden()
    assert not choose(window, "Open live page").isEnabled()


def test_questions_are_counted_and_shown(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    assert not window.question_strip.isVisible()
    assert not window.answer.isEnabled()
    services.sessions.add(1, status=TaskStatus.ASKS, question="Which one?")
    services.inbox.ask(a_question(1, "Which one?", expires_ms=NOW + 161_000))
    assert window.windowTitle() == "(1) Enigma Control Panel"
    assert window.question_strip.isVisible()
    button(window.question_strip, "Answer").click()
    window.answer.trigger()
    assert dialogs.calls == [("open_question", 1), ("open_question", None)]
    services.inbox.open.clear()
    services.inbox.changed.emit()
    assert window.windowTitle() == "Enigma Control Panel"
    assert not window.question_strip.isVisible()
    assert not window.answer.isEnabled()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (KeyState.LOOKING, "Waiting for the keychain. It may ask for your keyring password."),
        (KeyState.LOCKED, "Enter an API key to start a task."),
        (KeyState.ABSENT, "Enter an API key to start a task."),
    ],
)
def test_a_waiting_keychain_is_said_where_the_rows_will_be(
    window: MainWindow, services: Any, state: KeyState, words: str
) -> None:
    table = window.selection.sessions
    start = "Open sessions appear here."  # also true while some are perhaps open
    assert table.accessibleDescription() == start
    services.account.state = state
    services.account.changed.emit()
    is_late = state is KeyState.LOOKING  # it answers at once mostly
    assert (table.accessibleDescription() == start) is is_late
    window._tick()
    assert words in shown_texts(table)
    services.account.state = KeyState.READY
    services.account.changed.emit()
    assert table.accessibleDescription() == start


def test_every_control_has_its_visible_name(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, status=TaskStatus.FAILED, code="PAGE_CRASH", ended_ms=NOW)
    window.selection.tasks.select_key(1)
    for control in window.findChildren(QPushButton):
        label = control.words.label if isinstance(control, Chip) else control.text()
        if control is window.money:
            label = window.money.left.text().replace("≈", "about")
        assert control.accessibleName() == label != ""
    for table in (window.selection.sessions, window.selection.tasks):
        assert table.accessibleName() in {"Sessions", "Tasks"}
    for verb in window.verbs.values():
        assert verb.toolTip().count("\n") >= 1
        assert verb.whatsThis()


def test_ended_sessions_are_shown_as_the_menu_says(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    ended = {"phase": Phase.ENDED_BY_YOU, "ended_ms": NOW - 3_600_000}
    services.sessions.change_session(1, **ended)
    rows, shown = window.selection.session_rows, window.main_menu.ended
    assert rows.keys() == []
    services.settings.change(show_ended=True)
    assert (rows.keys(), shown.isChecked()) == ([1], True)
    shown.trigger()
    assert (rows.keys(), services.settings.value.show_ended) == ([], False)


def test_a_line_says_how_many_ended_lately_and_shows_them(
    window: MainWindow, services: Any
) -> None:
    card, rows = window.sessions_card, window.selection.session_rows
    for number, phase in ((1, Phase.CLOSED), (2, Phase.CLOSED_ASSUMED), (3, Phase.OPEN)):
        services.sessions.add(number)
        services.sessions.change_session(number, phase=phase, ended_ms=NOW)
    assert card.ended.text() == "1 ended, 1 perhaps open"
    button(card, "Show").click()
    assert rows.keys() == [3, 1, 2]
    assert window.app_actions.can(2, CommandVerb.TERMINATE)
    button(card, "Hide").click()
    services.clock.now += ENDED_STAY_MS
    window._tick()
    assert card.ended.text() == "1 perhaps open"
    services.sessions.change_session(2, phase=Phase.CLOSED)
    assert (rows.keys(), card.show_ended.isVisible()) == ([3], False)


def test_details_fold_below_1000_px(window: MainWindow, qapp: QApplication) -> None:
    assert window.details.isVisible()
    window.resize(900, 700)
    qapp.processEvents()
    assert not window.details.isVisible()
    assert not window.show_details.isChecked()
    window.show_details.trigger()
    assert window.details.isVisible()
    window.resize(640, 400)
    qapp.processEvents()
    assert window.size().width() == 640
    assert window.size().height() == 400


def test_the_layout_is_remembered(window: MainWindow, services: Any, dialogs: FakeDialogs) -> None:
    window.selection.tasks.setColumnHidden(TaskColumn.SESSION, False)
    window.resize(790, 700)
    window.save_layout()
    again = MainWindow(services, dialogs)
    assert not again.selection.tasks.isColumnHidden(TaskColumn.SESSION)
    assert again.selection.tasks.isColumnHidden(TaskColumn.TOKENS_IN)
    assert again.size() == window.size()
    again.close_for_good()
    services.settings.change(window_geometry="rubbish", window_splitter="|x|")
    MainWindow(services, dialogs).close_for_good()


def test_closing_asks_the_program(window: MainWindow) -> None:
    asked: list[bool] = []
    window.quit_requested.connect(lambda: asked.append(True))
    window.close()
    assert asked == [True]
    assert window.isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_menus_offer_what_can_be_done(
    window: MainWindow, services: Any, qapp: QApplication, dialogs: FakeDialogs
) -> None:
    services.sessions.add(1, status=TaskStatus.DONE, result="fine", ended_ms=NOW)
    window.selection.sessions.select_key(1)
    window.menus.show_for_sessions(QPoint(10, 10))
    names = [a.text() for a in window.menus.menu.actions() if not a.isSeparator()]
    assert names == [
        "Pause",
        "Resume",
        "Stop",
        "Terminate",
        "Next task here",
        "Copy session ID",
        "Copy live page link",
        "Open live page",
    ]
    next(a for a in window.menus.menu.actions() if a.text() == "Next task here").trigger()
    assert dialogs.calls == [("open_new_task", 1, None)]
    window.menus.menu.hide()
    window.selection.tasks.select_key(1)
    window.menus.show_for_tasks(QPoint(10, 10))
    names = [a.text() for a in window.menus.menu.actions() if not a.isSeparator()]
    assert names == [
        "Open result",
        "Copy result",
        "Open live page",
        "Run again",
        "Edit and run again…",
    ]
    next(a for a in window.menus.menu.actions() if a.text() == "Open result").trigger()
    assert window.details.page.hasFocus() or not window.isActiveWindow()
    window.menus.menu.hide()


def test_details_of_a_task_that_left_the_queue_say_no_more_that_it_waits(
    window: MainWindow, services: Any
) -> None:
    """Also where the queue moves only after the task has started."""
    services.sessions.add(1, status=TaskStatus.QUEUED)
    services.queue.put(1)
    window.selection.tasks.select_key(1)
    assert "Next" in window.details.trouble.what.text()
    services.sessions.change_task(1, status=TaskStatus.WORKING)
    services.queue.set()
    assert window.details.trouble.what.text() == ""


def test_all_clocks_go_on_at_one_instant(window: MainWindow, services: Any) -> None:
    """Between two ticks the strip is refreshed, and a row is painted anew."""
    ends = NOW + 161_250
    services.sessions.add(1, status=TaskStatus.ASKS, question="Which one?")
    services.sessions.change_session(1, expires_ms=ends)
    services.inbox.ask(a_question(1, "Which one?", expires_ms=ends))
    for later, left in ((0, "2:41"), (400, "2:41"), (600, "2:40")):
        services.clock.now += later
        window.question_strip.refresh()
        assert left in shown_texts(window.question_strip).split("\n")
        row = window.selection.session_rows.cell(1, Column.LEFT)
        assert (row.text, row.spoken) == (f"{left} left", f"2 min {left[2:]} s")
    services.clock.now += 300
    window._tick()
    assert window._ticks.interval() == services.standby.interval_ms() - 300
