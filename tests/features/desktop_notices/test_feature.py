"""The feature in the program: where it is met."""

from types import SimpleNamespace
from typing import Any

import pytest

from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.features.desktop_notices.feature import install
from enigma_panel.features.desktop_notices.settings import DoneSettings, QuestionSettings
from enigma_panel.features.feature import Host
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.settings.dialog import SettingsDialog


@pytest.fixture
def host(window: MainWindow, services: Any) -> Host:
    services.store = SimpleNamespace(changed=services.sessions.changed, tasks=list)
    services.redactor = Redactor(b"x" * 32)
    host = Host(
        services=services,
        window=window,
        dialogs=Dialogs(services, lambda: None),
        notifier=DesktopNotifier(),
    )
    install(host)
    return host


def test_the_settings_have_it(host: Host) -> None:
    host.dialogs.open_settings()
    settings = host.dialogs.made(SettingsDialog)
    assert settings is not None
    tabs = settings.tabs
    pages = {tabs.tabText(n): tabs.widget(n) for n in range(tabs.count())}
    assert list(pages) == ["General", "Account", "Appearance", "Questions"]
    assert pages["General"].findChild(DoneSettings) is not None
    assert pages["Questions"].findChild(QuestionSettings) is not None
    settings.reject()


def test_the_dialogs_know_whether_the_desktop_tells_of_questions(host: Host, services: Any) -> None:
    tells = host.dialogs.tells_of_questions
    assert not tells(), "nobody shows notices here"
    host.notifier.is_missing = False
    assert tells()
    services.settings.change(notify_questions=False)
    assert not tells()
