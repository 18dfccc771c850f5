"""*Close the browser when nobody answers for*, in the settings."""

from typing import Any, cast

from PySide6.QtCore import Qt

from enigma_panel.features.feature import Host
from enigma_panel.features.unanswered import feature
from enigma_panel.features.unanswered.settings import MinutesField, UnansweredSettings
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.settings.dialog import SettingsDialog
from tests.kit.person import in_sight, key, type_text
from tests.kit.question_pages import form_of
from tests.kit.world import World


async def test_it_is_chosen_by_keys_and_holds_at_once(world: World) -> None:
    dialogs, nothing = Dialogs(world.services, lambda: None), cast("Any", None)
    host = Host(services=world.services, window=nothing, dialogs=dialogs, notifier=nothing)
    feature.install(host)
    dialogs.open_settings()
    settings = dialogs.made(SettingsDialog)
    assert settings is not None
    field = settings.findChild(MinutesField)
    assert field is not None
    assert field.choice.accessibleName() == "Close the browser when nobody answers for"
    settings.tabs.setCurrentIndex(settings.tabs.count() - 1)
    field.choice.setFocus()
    key(field.choice, Qt.Key.Key_Down)
    assert world.settings.section(UnansweredSettings).minutes == 1
    assert field.choice.currentText() == "1 minute"
    world.settings.change_section(UnansweredSettings, minutes=7)  # by hand, in the file
    assert field.choice.currentText() == "The browser's life"
    dialogs.close_all()
    await world.settle()


async def test_it_is_known_what_was_begun(world: World) -> None:
    dialogs = Dialogs(world.services, lambda: None)
    question = world.sessions.add_asking(1, "Which one?")
    world.inbox.ask(question)
    assert not dialogs.is_answer_begun(question)
    dialogs.open_question(1)
    (dialog,) = in_sight(QuestionDialog)
    assert not dialogs.is_answer_begun(question)
    type_text(form_of(dialog).page().first_field(), "red")
    assert dialogs.is_answer_begun(question)
    dialogs.close_all()
    await world.settle()
