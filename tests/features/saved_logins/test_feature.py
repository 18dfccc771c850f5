"""The feature in the program: where it is met, and what is said of a login that was to be saved."""

from typing import Any, cast

import pytest

from enigma_panel.core.models import TaskSpec
from enigma_panel.features.feature import Host
from enigma_panel.features.saved_logins import feature
from enigma_panel.features.saved_logins.helper import SavedLogins
from enigma_panel.features.saved_logins.page import LoginsPage
from enigma_panel.store.keychain import SecretOutcome
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.settings.dialog import SettingsDialog
from tests.features.saved_logins.world import LoginsWorld
from tests.kit.person import in_sight
from tests.kit.wait import until
from tests.kit.world import World

LOGIN = "I need login credentials to proceed."
PASSWORD = "zebra-47-crossing"


def host(world: World) -> Host:
    dialogs = Dialogs(world.services, lambda: None)
    nothing = cast("Any", None)
    return Host(services=world.services, window=nothing, dialogs=dialogs, notifier=nothing)


async def test_it_says_what_became_of_a_login(world: LoginsWorld) -> None:
    program = host(world)
    feature.add(program, world.logins)
    said: list[str] = []
    program.dialogs.said.connect(said.append)
    world.logins.remember("bank.example", "maria", PASSWORD)
    await until(lambda: said)
    world.keychain.outcome = SecretOutcome.LOCKED
    world.logins.remember("bank.example", "maria", PASSWORD)
    await until(lambda: len(said) == 2)
    assert said == [
        "Saved maria for bank.example in the GNOME keyring.",
        "Not saved for bank.example: The GNOME keyring could not be used.",
    ]


async def test_a_question_and_the_settings_have_it(world: LoginsWorld) -> None:
    program = host(world)
    feature.add(program, world.logins)
    dialogs = program.dialogs
    world.inbox.ask(world.sessions.add_asking(1, LOGIN, text="Log in to bank.example"))
    dialogs.open_question(1)
    dialogs.open_settings()
    settings = dialogs.made(SettingsDialog)
    assert settings is not None
    assert settings.tabs.tabText(settings.tabs.count() - 1) == "Logins"
    assert settings.findChild(LoginsPage) is not None
    (question,) = in_sight(QuestionDialog)
    assert question.findChild(SavedLogins) is not None
    dialogs.close_all()
    await world.settle()


async def test_a_login_of_the_demo_is_in_no_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr(feature, "KeychainStore", lambda *names: made.append(names))
    program = host(World(demo=True))
    feature.install(program)
    said: list[str] = []
    program.dialogs.said.connect(said.append)
    make = program.dialogs.make_login_helper
    assert make is not None
    helper = make(TaskSpec(text="Log in to bank.example"), LOGIN)
    assert helper is not None
    helper.remember.setChecked(True)
    helper.note_sent("maria", PASSWORD)
    await until(lambda: said)
    assert said == ["Saved maria for bank.example in memory."]
    assert made == []
