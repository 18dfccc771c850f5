"""A question does not come up by itself over words that were typed and not sent."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.presenter import TYPING_MS, holds_unsent_words
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.steps.search import StepsSearch
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from tests.kit.builders import a_question
from tests.kit.person import button, key, type_text, write_by_screen_reader
from tests.kit.wait import run_events


def dialogs_of(kind: type[QWidget]) -> list[Any]:
    """The open windows of that kind."""
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]


def question() -> QuestionDialog | None:
    """The question that stands on the screen."""
    found = dialogs_of(QuestionDialog)
    return found[0] if found else None


@pytest.fixture
def manager(window: MainWindow, services: Any) -> Dialogs:
    """The dialogs over a main window with three sessions."""
    services.clock.now -= ARM_MS
    for number in (1, 2, 3):
        services.sessions.add(number, left_s=100 * number)
    services.clock.now += ARM_MS
    manager = Dialogs(services, lambda: window)
    manager.start()
    return manager


def ask(services: Any, **facts: Any) -> None:
    """The agent of the first session asks, a while after the last key."""
    services.clock.now += TYPING_MS
    services.inbox.ask(a_question(1, "Which colour should I take?", **facts))


def test_it_does_not_come_up_over_words_that_were_not_sent(
    window: MainWindow, manager: Dialogs, services: Any, qapp: QApplication
) -> None:
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    run_events(qapp, new_task.isActiveWindow)
    type_text(new_task.task_text, "Buy one hub")
    ask(services)
    assert question() is None
    assert window.question_strip.isVisible()
    new_task.task_text.selectAll()
    key(new_task.task_text, Qt.Key.Key_Delete)
    services.clock.now += TYPING_MS
    run_events(qapp, lambda: question() is not None)


def test_it_comes_when_the_dialog_with_the_words_is_closed(
    manager: Dialogs, services: Any, qapp: QApplication
) -> None:
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    run_events(qapp, new_task.isActiveWindow)
    type_text(new_task.task_text, "Buy one hub")
    ask(services)
    key(new_task, Qt.Key.Key_Escape)
    services.clock.now += TYPING_MS
    run_events(qapp, lambda: question() is not None)


def test_it_comes_when_the_cursor_is_elsewhere_and_for_its_last_minute(
    window: MainWindow, manager: Dialogs, services: Any, qapp: QApplication
) -> None:
    window.setGeometry(0, 0, 800, 420)
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    run_events(qapp, new_task.isActiveWindow)
    type_text(new_task.task_text, "Buy one hub")
    ask(services, expires_ms=services.clock.now + TYPING_MS + 62_000)
    assert question() is None
    services.clock.now += 2_000
    services.urgency.changed.emit()
    dialog = question()
    assert dialog is not None
    assert new_task.isActiveWindow(), "who types on types there"
    middle = dialog.frameGeometry().center() - window.frameGeometry().center()
    assert middle.manhattanLength() < 40, "in the middle, as other dialogs"
    dialog.reject()
    window.activateWindow()
    window.selection.sessions.setFocus()
    run_events(qapp)
    services.inbox.ask(a_question(2, "Which size?"))
    assert dialog.isVisible()


def test_an_untouched_dialog_keeps_nothing_away(manager: Dialogs, services: Any) -> None:
    manager.open_new_task(None, None)
    ask(services)
    assert question() is not None


def test_an_earlier_task_s_words_keep_nothing_away_until_they_are_changed(
    manager: Dialogs,
) -> None:
    manager.open_new_task(None, TaskSpec(text="Buy one hub", close_after=True))
    (new_task,) = dialogs_of(NewTaskDialog)
    assert not holds_unsent_words(new_task.task_text)
    type_text(new_task.task_text, " in black")
    assert holds_unsent_words(new_task.task_text)


def test_what_assistive_technology_wrote_is_not_covered(manager: Dialogs) -> None:
    manager.open_new_task(None, TaskSpec(text="Buy a hub", starting_url="https://shop.example"))
    (new_task,) = dialogs_of(NewTaskDialog)
    assert not holds_unsent_words(new_task.starting_url)
    write_by_screen_reader(new_task.starting_url, "https://other.example")
    assert holds_unsent_words(new_task.starting_url)


def test_an_address_that_was_not_applied_is_not_covered(
    manager: Dialogs, qapp: QApplication
) -> None:
    manager.open_settings()
    (settings,) = dialogs_of(SettingsDialog)
    settings.tabs.setCurrentIndex(1)
    qapp.processEvents()
    assert not holds_unsent_words(settings.account.base_url), "what stands there is what holds"
    type_text(settings.account.base_url, "x")
    assert holds_unsent_words(settings.account.base_url)


def test_what_nobody_typed_or_what_acts_at_once_is_no_unsent_word(
    window: MainWindow, qapp: QApplication
) -> None:
    holder = QDialog()
    field, text, search = QLineEdit("ours"), QPlainTextEdit("ours"), window.details.steps.search
    assert isinstance(search, StepsSearch)
    column = QVBoxLayout(holder)
    for widget in (field, text, search):
        column.addWidget(widget)
    holder.show()
    qapp.processEvents()
    type_text(search.field, "opened")
    assert search.text == "opened"
    assert not any(map(holds_unsent_words, (field, text, search.field, holder, None)))
    type_text(window.filter_bar.field, "mine")
    assert not holds_unsent_words(window.filter_bar.field), "no dialog"
    type_text(text, "mine")
    text.setReadOnly(True)
    assert not holds_unsent_words(text)
    text.setReadOnly(False)
    assert holds_unsent_words(text)


def test_asked_for_it_opens_anywhere(manager: Dialogs, services: Any, qapp: QApplication) -> None:
    manager.open_new_task(None, None)
    (new_task,) = dialogs_of(NewTaskDialog)
    run_events(qapp, new_task.isActiveWindow)
    type_text(new_task.task_text, "Buy one hub")
    ask(services)
    assert question() is None
    manager.open_question(1)
    assert question() is not None
    assert button(new_task, "Start").isVisible()
