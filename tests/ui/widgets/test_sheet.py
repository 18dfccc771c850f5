"""A sheet: in the window, below the top bar, in nobody's way."""

import asyncio
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.core.models import Phase
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_menu.commands import CommandPalette
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.quit.dialog import QuitChoice, QuitDialog
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.settings.key_dialog import KeyDialog
from tests.kit.builders import a_question
from tests.kit.fakes import FakeDialogs
from tests.kit.person import CTRL, button, click, double_click, in_sight, key, type_text
from tests.kit.tables import verb_point
from tests.kit.wait import run_events
from tests.kit.world import World

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def manager(window: MainWindow, services: Any, qapp: QApplication) -> Dialogs:
    """The dialogs over a main window with two sessions, the first one selected."""
    for number in (1, 2):
        services.sessions.add(number)
    window.activateWindow()
    run_events(qapp, window.isActiveWindow)
    window.selection.sessions.select_key(1)
    window.selection.sessions.setFocus()
    return Dialogs(services, lambda: window)


@pytest.fixture
def sheet(window: MainWindow, manager: Dialogs, qapp: QApplication) -> NewTaskDialog:
    manager.open_new_task(None, None)
    (sheet,) = in_sight(NewTaskDialog)
    run_events(qapp, sheet.task.field.hasFocus)
    type_text(sheet.task.field, "Buy one hub")
    return sheet


def test_it_stands_in_the_window_below_the_top_bar(
    window: MainWindow, sheet: NewTaskDialog
) -> None:
    assert sheet.window() is window
    assert window.rect().contains(sheet.geometry())
    opener = button(window, "New task")
    assert sheet.y() > opener.mapTo(window, opener.rect().bottomLeft()).y()
    spoken = QAccessible.queryAccessibleInterface(sheet)
    assert spoken.role() == QAccessible.Role.Dialog
    assert spoken.text(QAccessible.Text.Name) == sheet.windowTitle() == "New task"
    assert at(window, opener.mapTo(window, opener.rect().center())) is opener
    for table in (window.selection.sessions, window.selection.tasks, window.status_bar):
        place = table.mapTo(window, QPoint(2, 2))
        assert at(window, place) is window.shade


def at(window: MainWindow, place: QPoint) -> QWidget:
    found = window.childAt(place)
    assert found is not None
    return found


@pytest.mark.parametrize("way", ["escape", "cross", "shade"])
def test_it_closes_with_its_draft_kept(
    window: MainWindow, manager: Dialogs, sheet: NewTaskDialog, way: str
) -> None:
    match way:
        case "escape":
            key(sheet.task.field, Qt.Key.Key_Escape)
        case "cross":
            click(sheet.close_button)
        case _:
            double_click(window.shade, QPoint(3, 3))
    assert not sheet.isVisible()
    assert window.shade.isHidden() is (way == "escape"), "a click may be followed by a second one"
    assert window.selection.sessions.hasFocus()
    manager.open_new_task(None, None)
    assert sheet.task.field.text() == "Buy one hub"


def test_a_click_on_what_lies_below_does_nothing_else(
    window: MainWindow, services: Any, sheet: NewTaskDialog, qapp: QApplication
) -> None:
    table, shade = window.selection.sessions, window.shade
    spot = table.viewport().mapTo(window, verb_point(table, 1, CommandVerb.TERMINATE))
    double_click(shade, spot - shade.pos())
    assert not sheet.isVisible()
    assert at(window, spot) is shade, "where the second click falls"
    run_events(qapp, lambda: not shade.isVisible())
    assert services.sessions.calls == []
    assert table.selected_keys() == [1]
    assert shade.isHidden()


def test_the_second_click_on_a_button_that_closes_it_falls_on_nothing(
    window: MainWindow, manager: Dialogs, qapp: QApplication
) -> None:
    manager.open_settings()
    (settings,) = in_sight(SettingsDialog)
    cross = settings.close_button
    spot = cross.mapTo(window, cross.rect().center())
    click(cross)
    assert not settings.isVisible()
    assert at(window, spot) is window.shade
    run_events(qapp, lambda: not window.shade.isVisible())


@pytest.mark.parametrize("place", ["tasks", "filter"])
def test_the_keyboard_goes_back_to_the_table_or_field(
    window: MainWindow, manager: Dialogs, place: str
) -> None:
    before = window.selection.tasks if place == "tasks" else window.filter_bar.field
    before.setFocus()
    manager.open_settings()
    assert not before.hasFocus()
    in_sight(SettingsDialog)[0].reject()
    assert before.hasFocus()


def test_tab_goes_round_in_it(window: MainWindow, sheet: NewTaskDialog) -> None:
    for code in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
        reached = []
        for _ in range(20):
            focus = window.focusWidget()
            assert focus is not None
            key(focus, code)
            reached.append(window.focusWidget())
        assert all(one is not None and sheet.isAncestorOf(one) for one in reached)
        assert sheet.task.field in reached


def test_the_keys_of_the_verbs_work_over_it(
    window: MainWindow, services: Any, sheet: NewTaskDialog, qapp: QApplication
) -> None:
    assert window.verbs[CommandVerb.PAUSE].shortcut().toString() == "Ctrl+P"
    key(sheet.task.field, Qt.Key.Key_P, CTRL)
    run_events(qapp, lambda: services.sessions.calls)
    assert services.sessions.calls == [("command", (1,), CommandVerb.PAUSE)]
    assert sheet.isVisible()


@pytest.mark.parametrize("keys", ["Ctrl+F", "F4", "Ctrl+H"])
def test_the_keys_of_what_lies_behind_it_do_nothing(
    window: MainWindow, services: Any, sheet: NewTaskDialog, keys: str
) -> None:
    pressed = QKeySequence(keys)[0]  # type: ignore[index]  # missing in the stubs
    is_open = window.body.is_details_open
    QTest.keyClick(sheet.task.field, pressed.key(), pressed.keyboardModifiers())
    assert sheet.task.field.hasFocus()
    assert window.body.is_details_open is is_open
    assert not services.settings.value.show_ended
    key(sheet.task.field, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert window.filter_tasks.isEnabled()


def test_a_question_stands_in_the_strip_alone_until_it_closes(
    window: MainWindow, services: Any, manager: Dialogs, sheet: NewTaskDialog, qapp: QApplication
) -> None:
    manager.start()
    services.inbox.ask(a_question(1, "Which colour should I take?"))
    run_events(qapp)
    assert in_sight(QuestionDialog) == []
    sheet.task.field.clear()
    services.clock.now += 60_000
    services.urgency.changed.emit()
    assert in_sight(QuestionDialog) == []
    sheet.reject()
    run_events(qapp, lambda: in_sight(QuestionDialog))


def test_a_question_that_a_sheet_dims_stands_in_the_strip_too(
    window: MainWindow, services: Any, manager: Dialogs, qapp: QApplication
) -> None:
    manager.find_side = window.body.find_side
    manager.question_in_sight.connect(window.set_in_sight)
    manager.start()
    services.inbox.ask(a_question(1, "Which colour should I take?"))
    run_events(qapp, lambda: in_sight(QuestionDialog))
    assert not window.question_strip.isVisible()
    window.main_menu.commands.trigger()
    assert window.question_strip.isVisible()
    manager.open_question(1)
    assert in_sight(CommandPalette) == []
    assert not window.question_strip.isVisible()
    window.main_menu.commands.trigger()
    double_click(window.shade, QPoint(3, 3))
    in_sight(QuestionDialog)[0]._second.timeout.emit()
    assert not window.question_strip.isVisible()


def test_a_question_that_a_sheet_dimmed_takes_no_click_at_once(
    window: MainWindow, services: Any, manager: Dialogs, qapp: QApplication
) -> None:
    window.shade.covers.connect(manager.follow_sheets)
    manager.find_side = window.body.find_side
    manager.start()
    services.inbox.ask(a_question(1, "Which colour should I take?"))
    run_events(qapp, lambda: in_sight(QuestionDialog))
    (question,) = in_sight(QuestionDialog)
    manager.open_settings()
    services.clock.now += 1_500
    assert question.is_armed()
    in_sight(SettingsDialog)[0].reject()
    assert question.isVisible()
    assert not question.is_armed()


def test_answer_closes_it_and_opens_the_question(
    services: Any, manager: Dialogs, sheet: NewTaskDialog
) -> None:
    manager.open_question(None)
    assert sheet.isVisible(), "there is none"
    services.inbox.ask(a_question(1, "Which colour should I take?"))
    manager.open_question(None)
    assert not sheet.isVisible()
    assert sheet.task.field.text() == "Buy one hub"
    assert len(in_sight(QuestionDialog)) == 1


async def test_answer_over_quit_takes_no_choice_back(
    qapp: QApplication, world: World, dialogs: FakeDialogs
) -> None:
    window = MainWindow(world.services, dialogs)
    window.show()
    manager = Dialogs(world.services, lambda: window)
    world.sessions.add(1)
    world.sessions.command_gate = asyncio.Event()
    choice = world.scope.spawn("quit", manager.ask_before_quit())
    assert choice is not None
    await asyncio.sleep(0.01)
    (sheet,) = in_sight(QuitDialog)
    click(sheet.verb_button)
    world.inbox.ask(a_question(1, "Which colour should I take?"))
    manager.open_question(None)
    await asyncio.sleep(0.01)
    assert not sheet.isVisible()
    assert len(in_sight(QuestionDialog)) == 1
    assert not choice.done()
    world.sessions.change_session(1, phase=Phase.ENDED_BY_YOU)
    assert await choice is QuitChoice.TERMINATE_ALL
    manager.close_all()
    window.close_for_good()


def test_of_several_the_last_one_is_in_front_and_closes_first(
    window: MainWindow, manager: Dialogs
) -> None:
    manager.open_settings()
    (settings,) = in_sight(SettingsDialog)
    settings.tabs.setCurrentIndex(1)
    settings.account.change_key_button.setFocus()
    click(settings.account.change_key_button)
    (front,) = in_sight(KeyDialog)
    middle = settings.mapTo(window, settings.rect().center())
    assert at(window, QPoint(middle.x(), settings.y() + 3)) in {window.shade, front}
    click(window.shade)
    assert (front.isVisible(), settings.isVisible()) == (False, True)
    assert settings.isAncestorOf(window.focusWidget())
    assert settings.isAncestorOf(at(window, QPoint(settings.x() + 30, settings.y() + 20)))


def test_it_comes_with_its_window_where_that_was_hidden(
    window: MainWindow, manager: Dialogs, qapp: QApplication
) -> None:
    window.hide()
    manager.open_settings()
    run_events(qapp, lambda: in_sight(SettingsDialog))
    assert window.isVisible()


def test_a_toast_that_only_says_something_ends_and_one_with_undo_stays(
    window: MainWindow, manager: Dialogs, qapp: QApplication
) -> None:
    window.toast.say("2 browsers still open.")
    manager.open_new_task(None, None)
    assert window.toast.isHidden()
    in_sight(NewTaskDialog)[0].reject()
    window.resize(640, 400)
    window.toast.offer_undo("Removed 1 task.", bool)
    manager.open_new_task(None, None)
    qapp.processEvents()  # the toast makes way
    sheet = in_sight(NewTaskDialog)[0]
    for part in (button(window.toast, "Undo"), button(sheet, "Start"), button(sheet, "Cancel")):
        assert at(window, part.mapTo(window, part.rect().center())) is part
