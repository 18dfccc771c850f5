"""Where a question comes up: in Details' place in the main window, or in a window of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.place import WIDTH
from enigma_panel.ui.widgets.basics import GAP
from enigma_panel.ui.widgets.inputs import ScrollArea
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from tests.kit.builders import a_question
from tests.kit.person import CTRL, button, click, in_sight, key, type_text
from tests.kit.question_pages import credentials, form_of, free_text, question_of
from tests.kit.wait import run_events

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WHICH = "Which colour should I take?"


class Stage:
    """A main window with three sessions, the second of which asks."""

    def __init__(self, window: MainWindow, services: Any, qapp: QApplication) -> None:
        self.window, self.services, self.qapp = window, services, qapp
        services.clock.now -= ARM_MS
        for number in (1, 2, 3):
            services.sessions.add(number, left_s=100 * number)
        services.clock.now += ARM_MS
        self.manager = Dialogs(services, lambda: window)
        self.manager.find_side = window.body.find_side
        self.manager.start()
        self.side = window.body.side

    def be_active(self) -> None:
        self.window.activateWindow()
        run_events(self.qapp, self.window.isActiveWindow)

    def ask(self, number: int = 2, text: str = WHICH, **facts: Any) -> QuestionDialog:
        self.services.inbox.ask(a_question(number, text, **facts))
        self.qapp.processEvents()
        dialog = self.question()
        assert dialog is not None
        return dialog

    def question(self) -> QuestionDialog | None:
        found = in_sight(QuestionDialog)
        return found[0] if found else None

    def docked(self) -> QuestionDialog:
        """The question in the window, which is active and wide; its buttons act."""
        self.be_active()
        dialog = self.ask()
        assert self.side.currentWidget() is dialog
        self.arm(dialog)
        return dialog

    def arm(self, dialog: QuestionDialog) -> None:
        self.qapp.processEvents()
        self.services.clock.pass_ms(1_500)
        assert dialog.is_armed()

    def places(self) -> list[QRect]:
        """Where the tables stand, their rows, and Details' place."""
        window = self.window
        tables = (window.selection.sessions, window.selection.tasks)
        parts: list[QWidget] = [*tables, *(table.viewport() for table in tables), self.side]
        return [QRect(part.mapTo(window, QPoint()), part.size()) for part in parts]


@pytest.fixture
def stage(window: MainWindow, services: Any, qapp: QApplication) -> Stage:
    return Stage(window, services, qapp)


def test_in_an_active_wide_window_it_takes_details_place_and_moves_nothing(stage: Stage) -> None:
    stage.be_active()
    before = stage.places()
    dialog = stage.ask()
    assert stage.side.currentWidget() is dialog
    assert not stage.window.details.isVisible()
    assert stage.places() == before
    reader = QAccessible.queryAccessibleInterface(dialog)
    assert reader.role() is QAccessible.Role.Dialog
    assert reader.text(QAccessible.Text.Name) == "Question from the agent"
    click(button(dialog, "Later"))
    assert stage.window.details.isVisible()
    assert stage.places() == before


def is_away(stage: Stage) -> None:
    other = QWidget()
    other.setParent(stage.window, Qt.WindowType.Window)
    other.show()
    other.activateWindow()
    run_events(stage.qapp, other.isActiveWindow)


ELSEWHERE: dict[str, Callable[[Stage], object]] = {
    "hidden": lambda stage: stage.window.hide(),
    "minimised": lambda stage: stage.window.showMinimized(),
    "narrow": lambda stage: stage.window.resize(999, 800),
    "another window": is_away,
    "no Details": lambda stage: stage.window.body.set_details_open(False),
}


@pytest.mark.parametrize("where", ELSEWHERE)
def test_else_it_has_a_window_of_its_own(stage: Stage, where: str) -> None:
    stage.be_active()
    ELSEWHERE[where](stage)
    stage.qapp.processEvents()
    dialog = stage.ask()
    assert dialog.isWindow()
    assert stage.side.currentWidget() is stage.window.details
    key(dialog, Qt.Key.Key_Escape)
    assert stage.question() is None


def test_that_one_opens_over_the_windows_middle_wherever_it_was_before(stage: Stage) -> None:
    stage.be_active()
    stage.window.resize(800, 700)
    dialog = stage.ask()
    for _ in range(2):
        away = dialog.frameGeometry().center() - stage.window.frameGeometry().center()
        assert away.manhattanLength() < GAP
        dialog.reject()
        dialog.move(0, 0)
        stage.manager.open_question(2)


def test_who_asks_for_it_gets_it_in_the_window(stage: Stage) -> None:
    stage.window.body.set_details_open(False)
    stage.be_active()
    dialog = stage.ask()
    dialog.reject()
    stage.be_active()
    stage.manager.open_question(2)
    assert stage.side.currentWidget() is dialog
    assert dialog.isVisible()
    click(button(dialog, "Later"))
    assert not stage.side.isVisible(), "Details stays away, as it was"


def test_another_row_becomes_the_subject_and_the_question_stays(stage: Stage) -> None:
    dialog = stage.docked()
    sessions = stage.window.selection.sessions
    for number in (1, 3):
        sessions.select_key(number)
        stage.qapp.processEvents()
        assert dialog.isVisible()
    click(button(dialog, "Close question"))
    assert stage.question() is None
    assert stage.services.inbox.answered == []


def test_what_becomes_of_the_window_leaves_it_there(stage: Stage) -> None:
    dialog = stage.docked()
    stage.window.resize(900, 800)
    stage.qapp.processEvents()
    is_away(stage)
    assert not dialog.isWindow()
    assert dialog.isVisible()


def test_answer_changes_the_place_with_what_was_typed_and_arms_anew(stage: Stage) -> None:
    dialog = stage.docked()
    form = form_of(dialog)
    type_text(free_text(form).text, "blue")
    stage.window.resize(900, 800)
    stage.qapp.processEvents()
    stage.manager.open_question(2)
    assert dialog.isWindow()
    assert not dialog.is_armed()
    assert dialog.width() == WIDTH
    assert stage.side.currentWidget() is stage.window.details
    stage.window.resize(1280, 800)
    stage.be_active()
    stage.manager.open_question(2)
    assert stage.side.currentWidget() is dialog
    assert not dialog.is_armed()
    assert dialog.page.form is form
    assert free_text(form).text.text() == "blue"
    run_events(stage.qapp, free_text(form).text.hasFocus)
    stage.arm(dialog)
    key(free_text(form).text, Qt.Key.Key_Return, CTRL)
    run_events(stage.qapp, lambda: stage.question() is None)
    assert [answer.text for answer in stage.services.inbox.answered] == ["blue"]


@pytest.mark.parametrize("what", ["window", "splitter", "focus"])
def test_what_moves_the_window_around_it_disarms(stage: Stage, what: str) -> None:
    dialog = stage.docked()
    if what == "window":
        stage.window.move(stage.window.pos() + QPoint(30, 20))
    elif what == "splitter":
        handle = stage.window.body.whole.handle(1)
        start = handle.rect().center()
        QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
        QTest.mouseMove(handle, start - QPoint(60, 0))
        QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start)
    else:
        is_away(stage)
        stage.be_active()
    stage.qapp.processEvents()
    assert not dialog.is_armed()


def test_a_window_of_its_own_is_not_disturbed_by_the_main_window(stage: Stage) -> None:
    dialog = stage.docked()
    stage.window.resize(900, 800)
    stage.manager.open_question(2)
    run_events(stage.qapp, dialog.isActiveWindow)
    stage.arm(dialog)
    stage.window.move(stage.window.pos() + QPoint(30, 20))
    stage.qapp.processEvents()
    assert dialog.is_armed()


def test_its_keys_are_those_of_its_fields_and_no_others(stage: Stage) -> None:
    dialog = stage.docked()
    window, form = stage.window, form_of(dialog)
    field = free_text(form).text
    type_text(field, "blue or red")
    window.selection.sessions.select_key(1)
    window.selection.sessions.setFocus()
    key(window.selection.sessions, Qt.Key.Key_Return, CTRL)
    assert stage.services.inbox.answered == []
    field.setFocus()
    field.moveCursor(field.textCursor().MoveOperation.Start)
    key(field, Qt.Key.Key_Delete, CTRL)
    assert field.text().strip() == "or red"
    assert stage.services.sessions.calls == []
    key(field, Qt.Key.Key_Z, CTRL)
    assert field.text() == "blue or red"


def test_the_focus_stays_where_somebody_is_busy_and_goes_to_the_row_when_it_leaves(
    stage: Stage,
) -> None:
    stage.be_active()
    field = stage.window.filter_bar.field
    field.setFocus()
    dialog = stage.ask()
    assert field.hasFocus()
    form = form_of(dialog)
    free_text(form).text.setFocus()
    key(free_text(form).text, Qt.Key.Key_Escape)
    assert stage.question() is None
    assert stage.window.selection.lead.hasFocus()


@pytest.mark.parametrize("size", [(900, 600), (760, 500), (640, 400)])
def test_sentence_buttons_and_the_field_with_the_focus_are_seen_in_a_small_window(
    stage: Stage, size: tuple[int, int]
) -> None:
    stage.be_active()
    dialog = stage.ask(text="I need login credentials to proceed.")
    assert dialog is not None
    form = form_of(dialog)
    page = credentials(form)
    page.username.setFocus()
    type_text(page.username, "anna")
    stage.window.resize(*size)
    for field in (page.username, page.password, page.username):
        field.setFocus()
        for _ in range(8):
            run_events(stage.qapp)
        assert is_whole(field)
        for part in (
            dialog.card.text,
            dialog.foot.reads,
            dialog.foot.send_button,
            dialog.foot.stop_button,
        ):
            assert is_whole(part)
    stage.window.resize(1280, 800)
    assert stage.window.selection.sessions.isVisible()
    stage.window.resize(*size)
    for _ in range(8):
        run_events(stage.qapp)
    assert is_whole(page.username)


def is_whole(field: QWidget) -> bool:
    return field.visibleRegion().boundingRect() == field.rect()


@pytest.mark.parametrize("width", [900, 1280])
def test_an_answer_takes_no_room_of_the_form(stage: Stage, width: int) -> None:
    stage.window.resize(width, 800)
    stage.be_active()
    dialog = stage.ask(text="May I buy it? The total is $49.99.")
    stage.arm(dialog)
    assert dialog.isWindow() is (width == 900)
    (scroll,) = dialog.findChildren(ScrollArea)
    before = scroll.geometry(), dialog.foot.send_button.mapToGlobal(QPoint())
    click(button(dialog, "Approve up to $49.99"))
    for _ in range(8):
        run_events(stage.qapp)
    assert dialog.foot.reads.isVisible()
    assert (scroll.geometry(), dialog.foot.send_button.mapToGlobal(QPoint())) == before
    assert dialog.is_armed()


def test_one_that_ends_behind_a_hidden_window_leaves_details_there(stage: Stage) -> None:
    stage.docked()
    stage.window.hide()
    stage.services.inbox.close(2)
    stage.window.show()
    stage.qapp.processEvents()
    assert stage.question() is None
    assert stage.window.details.isVisible()


def test_what_nobody_sees_any_more_comes_up_again(stage: Stage) -> None:
    """For its last minute, as it was put off by minimising the window."""
    now = stage.services.clock.now
    stage.be_active()
    dialog = stage.ask(expires_ms=now + 70_000)
    assert not dialog.isWindow()
    stage.window.showMinimized()
    stage.qapp.processEvents()
    stage.services.clock.now += 20_000
    stage.services.urgency.changed.emit()
    assert dialog.isWindow()
    assert dialog.isVisible()


def test_the_strip_learns_which_question_is_in_sight(stage: Stage) -> None:
    seen: list[Any] = []
    stage.manager.question_in_sight.connect(seen.append)
    dialog = stage.docked()
    question = question_of(dialog)
    assert seen[-1] == question.id
    stage.ask(3, "Which size?")
    click(button(dialog, "Next question"))
    assert seen[-1] not in {question.id, None}
    dialog.reject()
    assert seen[-1] is None
    stage.manager.open_question(2)
    assert seen[-1] == question.id
    dialog.reject()
    assert seen[-1] is None
