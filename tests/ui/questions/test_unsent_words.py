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
from enigma_panel.ui.widgets.dialog import ModelessDialog
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from tests.kit.builders import a_question
from tests.kit.person import in_sight, key, type_text, write_by_screen_reader
from tests.kit.wait import run_events


def question() -> QuestionDialog | None:
    found = in_sight(QuestionDialog)
    return found[0] if found else None


class Letter(ModelessDialog):
    """A dialog of its own with a text in it, as features have them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Letter", parent)
        self.words = QPlainTextEdit()
        self.body.addWidget(self.words)


def write(letter: Letter, qapp: QApplication) -> None:
    """Open it and type some words."""
    letter.present(letter.words)
    run_events(qapp, letter.isActiveWindow)
    type_text(letter.words, "Buy one hub")


@pytest.fixture
def manager(window: MainWindow, services: Any) -> Dialogs:
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


@pytest.mark.usefixtures("manager")
def test_it_does_not_come_up_over_words_that_were_not_sent(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    letter = Letter(window)
    write(letter, qapp)
    ask(services)
    assert question() is None
    assert window.question_strip.isVisible()
    letter.words.selectAll()
    key(letter.words, Qt.Key.Key_Delete)
    services.clock.now += TYPING_MS
    run_events(qapp, lambda: question() is not None)


@pytest.mark.usefixtures("manager")
def test_it_comes_when_the_cursor_is_elsewhere_and_for_its_last_minute(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    letter = Letter(window)
    write(letter, qapp)
    ask(services, expires_ms=services.clock.now + TYPING_MS + 62_000)
    assert question() is None
    services.clock.now += 2_000
    services.urgency.changed.emit()
    dialog = question()
    assert dialog is not None
    assert letter.isActiveWindow(), "who types on types there"
    dialog.reject()
    window.activateWindow()
    window.selection.sessions.setFocus()
    run_events(qapp)
    services.inbox.ask(a_question(2, "Which size?"))
    assert dialog.isVisible()


def test_an_earlier_task_s_words_keep_nothing_away_until_they_are_changed(manager: Dialogs) -> None:
    manager.open_new_task(None, TaskSpec(text="Buy one hub", close_after=True))
    (new_task,) = in_sight(NewTaskDialog)
    assert not holds_unsent_words(new_task.task.field)
    type_text(new_task.task.field, " in black")
    assert holds_unsent_words(new_task.task.field)


def test_what_assistive_technology_wrote_is_not_covered(manager: Dialogs) -> None:
    manager.open_new_task(None, TaskSpec(text="Buy a hub", starting_url="https://shop.example"))
    (new_task,) = in_sight(NewTaskDialog)
    assert not holds_unsent_words(new_task.place.starting_url)
    write_by_screen_reader(new_task.place.starting_url, "https://other.example")
    assert holds_unsent_words(new_task.place.starting_url)


def test_an_address_that_was_not_applied_is_not_covered(
    manager: Dialogs, qapp: QApplication
) -> None:
    manager.open_settings()
    (settings,) = in_sight(SettingsDialog)
    settings.tabs.setCurrentIndex(1)
    qapp.processEvents()
    assert not holds_unsent_words(settings.account.base_url), "what stands there is what holds"
    type_text(settings.account.base_url, "x")
    assert holds_unsent_words(settings.account.base_url)


def test_what_nobody_typed_or_what_acts_at_once_is_no_unsent_word(
    window: MainWindow, qapp: QApplication
) -> None:
    holder = QDialog()
    field, text = QLineEdit("ours"), QPlainTextEdit("ours")
    column = QVBoxLayout(holder)
    for widget in (field, text):
        column.addWidget(widget)
    holder.show()
    qapp.processEvents()
    assert not any(map(holds_unsent_words, (field, text, holder, None)))
    type_text(window.filter_bar.field, "mine")
    assert not holds_unsent_words(window.filter_bar.field), "no dialog"
    type_text(text, "mine")
    text.setReadOnly(True)
    assert not holds_unsent_words(text)
    text.setReadOnly(False)
    assert holds_unsent_words(text)


def test_asked_for_it_opens_anywhere(
    window: MainWindow, manager: Dialogs, services: Any, qapp: QApplication
) -> None:
    letter = Letter(window)
    write(letter, qapp)
    ask(services)
    assert question() is None
    manager.open_question(1)
    assert question() is not None
