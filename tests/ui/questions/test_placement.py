"""Where a question comes up by itself, and over what it does not."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.ui.dialog_manager import DialogManager
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.placement import GAP, free_place, unsent_rects
from enigma_panel.ui.questions.presenter import TYPING_MS
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.steps.search import StepsSearch
from enigma_panel.ui.widgets.pointer_hold import REST_MS, STILL_MS
from tests.kit.builders import a_question
from tests.kit.person import button, key, leave, move_to, type_text, write_by_screen_reader
from tests.kit.wait import run_events

ROOM = QRect(0, 0, 1000, 800)
WANTED = QRect(300, 200, 400, 300)


def dialogs_of(kind: type[QWidget]) -> list[Any]:
    """The open windows of that kind."""
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]


def question() -> QuestionDialog | None:
    """The question that stands on the screen."""
    found = dialogs_of(QuestionDialog)
    return found[0] if found else None


@pytest.fixture
def manager(window: MainWindow, services: Any) -> DialogManager:
    """The dialogs over a main window with three sessions."""
    services.clock.now -= STILL_MS
    for number in (1, 2, 3):
        services.sessions.add(number, left_s=100 * number)
    services.clock.now += STILL_MS
    return DialogManager(services, lambda: window, aimed=window.aimed_rects)


def ask(services: Any) -> None:
    """The agent of the first session asks, a while after the last key."""
    services.clock.now += TYPING_MS
    services.inbox.ask(a_question(1, "Which colour should I take?"))


# -- a free place ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken", "place"),
    [
        ([], (300, 200)),
        ([QRect(0, 0, 200, 100)], (300, 200)),
        ([QRect(100, 250, 200 + 1, 30)], (301 + GAP, 200)),  # to its right
        ([QRect(600, 250, 300, 30)], (600 - 400 - GAP, 200)),  # to its left
        ([QRect(0, 230, 1000, 30)], (300, 260 + GAP)),  # below
        ([QRect(0, 460, 1000, 30)], (300, 460 - 300 - GAP)),  # above
        ([QRect(0, 400, 1000, 30)], (300, 430 + GAP)),
        ([QRect(0, 390, 1000, 130)], (300, 390 - 300 - GAP)),
        ([QRect(0, 300, 1000, 210)], None),
        ([QRect(0, 210, 1000, 1), QRect(0, 600, 1000, 1)], None),  # not between the two
    ],
)
def test_the_free_place(taken: list[QRect], place: tuple[int, int] | None) -> None:
    found = free_place(WANTED, ROOM, taken)
    assert (None if found is None else found.toTuple()) == place


def test_it_is_on_the_screen() -> None:
    assert free_place(QRect(900, -50, 400, 300), ROOM, []) == QPoint(600, 0)
    assert free_place(QRect(0, 0, 1200, 300), ROOM, []) is None


# -- what it does not cover -----------------------------------------------------------------------


def test_it_does_not_come_up_over_words_that_were_not_sent(
    window: MainWindow, manager: DialogManager, services: Any, qapp: QApplication
) -> None:
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    type_text(new_task.task_text, "Buy one hub")
    ask(services)
    assert question() is None
    assert window.question_banner.isVisible()
    new_task.task_text.selectAll()
    key(new_task.task_text, Qt.Key.Key_Delete)
    services.clock.now += TYPING_MS
    run_events(qapp, lambda: question() is not None)


def test_it_comes_when_the_dialog_with_the_words_is_closed(
    manager: DialogManager, services: Any, qapp: QApplication
) -> None:
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    type_text(new_task.task_text, "Buy one hub")
    ask(services)
    key(new_task, Qt.Key.Key_Escape)
    services.clock.now += TYPING_MS
    run_events(qapp, lambda: question() is not None)


def test_it_comes_beside_the_dialog_where_there_is_room(
    window: MainWindow, manager: DialogManager, services: Any, qapp: QApplication
) -> None:
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    type_text(new_task.task_text, "Buy one hub")
    new_task.move(new_task.x(), -200)
    qapp.processEvents()
    ask(services)
    dialog = question()
    assert dialog is not None
    assert not dialog.frameGeometry().intersects(new_task.frameGeometry())
    assert new_task.isActiveWindow()


def test_an_untouched_dialog_keeps_nothing_away(manager: DialogManager, services: Any) -> None:
    manager.open_new_task(None, None)
    ask(services)
    assert question() is not None


def test_an_earlier_task_s_words_keep_nothing_away_until_they_are_changed(
    manager: DialogManager,
) -> None:
    manager.open_new_task(None, TaskSpec(text="Buy one hub", close_after=True))
    (new_task,) = dialogs_of(NewTaskDialog)
    assert unsent_rects() == []
    type_text(new_task.task_text, " in black")
    assert unsent_rects() == [new_task.frameGeometry()]


def test_what_assistive_technology_wrote_is_not_covered(manager: DialogManager) -> None:
    manager.open_new_task(None, TaskSpec(text="Buy a hub", starting_url="https://shop.example"))
    (new_task,) = dialogs_of(NewTaskDialog)
    assert unsent_rects() == []
    write_by_screen_reader(new_task.starting_url, "https://other.example")
    assert unsent_rects() == [new_task.frameGeometry()]


def test_a_name_being_typed_is_not_covered(
    window: MainWindow, manager: DialogManager, services: Any, qapp: QApplication
) -> None:
    window.selection.sessions.select_key(1)
    key(window.selection.sessions, Qt.Key.Key_F2)
    edit = window.details.session_name.edit
    assert edit.isVisible()
    type_text(edit, "Hubs")
    (rect,) = unsent_rects()
    assert rect.size() == edit.size()
    ask(services)
    dialog = question()
    assert dialog is None or not dialog.frameGeometry().intersects(rect)
    key(edit, Qt.Key.Key_Return)
    assert unsent_rects() == []


def test_an_address_that_was_not_applied_is_not_covered(
    manager: DialogManager, qapp: QApplication
) -> None:
    manager.open_settings()
    (settings,) = dialogs_of(SettingsDialog)
    settings.tabs.setCurrentIndex(1)
    qapp.processEvents()
    assert unsent_rects() == [], "what stands there is what holds"
    type_text(settings.account.base_url, "x")
    assert unsent_rects() == [settings.frameGeometry()]


def test_what_nobody_typed_or_what_acts_at_once_is_no_unsent_word(
    window: MainWindow, qapp: QApplication
) -> None:
    holder = QWidget()
    field, text, search = QLineEdit("ours"), QPlainTextEdit("ours"), window.details.steps.search
    assert isinstance(search, StepsSearch)
    column = QVBoxLayout(holder)
    for widget in (field, text, search):
        column.addWidget(widget)
    holder.show()
    qapp.processEvents()
    type_text(search.field, "opened")
    assert search.text == "opened"
    assert unsent_rects() == []
    type_text(text, "mine")
    text.setReadOnly(True)
    assert unsent_rects() == []
    text.setReadOnly(False)
    assert len(unsent_rects()) == 1
    holder.showMinimized()
    assert unsent_rects() == []


# -- the row under the pointer --------------------------------------------------------------------


def test_it_does_not_cover_the_row_under_the_pointer(
    window: MainWindow, manager: DialogManager, services: Any, qapp: QApplication
) -> None:
    window.setGeometry(0, 0, 800, 420)
    window.activateWindow()
    run_events(qapp)
    ask(services)
    dialog = question()
    assert dialog is not None
    usual = dialog.frameGeometry()
    dialog.reject()
    move_to(window.selection.sessions, 1)
    (row,) = window.aimed_rects()
    assert usual.intersects(row)
    services.inbox.ask(a_question(2, "Which size?"))
    assert dialog.isVisible()
    assert not dialog.frameGeometry().intersects(row)
    dialog.reject()
    leave(window.selection.sessions)
    services.inbox.ask(a_question(3, "Which shop?"))
    middle = dialog.frameGeometry().center() - usual.center()
    assert middle.manhattanLength() < 20, "in the middle, as ever"


def test_without_another_place_it_waits_until_nobody_aims_there(
    window: MainWindow,
    manager: DialogManager,
    services: Any,
    monkeypatch: pytest.MonkeyPatch,
    qapp: QApplication,
) -> None:
    """So on Wayland, where no window knows or chooses its place."""
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "wayland")
    window.activateWindow()
    move_to(window.selection.sessions, 1)
    ask(services)
    assert question() is None
    assert window.question_banner.isVisible()
    leave(window.selection.sessions)
    run_events(qapp, lambda: question() is not None)


def test_a_pointer_that_rests_aims_at_nothing(
    window: MainWindow, manager: DialogManager, services: Any
) -> None:
    window.activateWindow()
    move_to(window.selection.sessions, 1)
    assert window.aimed_rects() != []
    services.clock.now += REST_MS
    window.hold.refresh()
    assert window.aimed_rects() == []


def test_after_a_turn_of_the_wheel_it_is_another_row(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    for number in range(1, 41):
        services.sessions.add(number, left_s=100 * number)
    window.activateWindow()
    qapp.processEvents()
    table = window.selection.sessions
    move_to(table, 1)
    (before,) = window.aimed_rects()
    table.verticalScrollBar().setValue(before.height() * 5)
    (after,) = window.aimed_rects()
    assert after == before
    assert table.ground.hovered == 6


def test_a_pointer_that_came_without_a_move_aims_at_the_row_below_it(
    window: MainWindow, manager: DialogManager, qapp: QApplication
) -> None:
    """So where a dialog was closed that stood over a pointer at rest, and then a click came."""
    window.activateWindow()
    qapp.processEvents()
    table = window.selection.sessions
    row = table.visualRect(table.rows.index(2, 0))
    at = QPointF(row.center())
    qapp.sendEvent(table.viewport(), QEnterEvent(at, at, at))
    window.hold.aim()
    (aimed,) = window.aimed_rects()
    assert aimed.contains(table.viewport().mapToGlobal(row.center()))


def test_asked_for_it_opens_anywhere(manager: DialogManager, services: Any) -> None:
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    type_text(new_task.task_text, "Buy one hub")
    ask(services)
    assert question() is None
    manager.open_question(1)
    assert question() is not None
    assert button(new_task, "Start").isVisible()
