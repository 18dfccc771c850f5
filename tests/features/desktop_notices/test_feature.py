"""The feature in the program: where it is met."""

from types import SimpleNamespace
from typing import Any

import pytest

from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.features.desktop_notices.feature import install
from enigma_panel.features.desktop_notices.question_notifier import NOTICE
from enigma_panel.features.desktop_notices.settings import NoticeBoxes, NoticeSettings
from enigma_panel.features.feature import Host
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.settings.dialog import SettingsDialog
from tests.kit.fakes import FakeDialogs
from tests.kit.person import in_sight


@pytest.fixture
def host(window: MainWindow, services: Any) -> Host:
    sessions = services.sessions
    services.store = SimpleNamespace(changed=sessions.changed, tasks=list, session=sessions.session)
    services.redactor = Redactor()
    host = Host(
        services=services,
        window=window,
        dialogs=Dialogs(services, lambda: window),
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
    assert list(pages) == ["General", "Account", "Notifications"]
    assert pages["Notifications"].findChild(NoticeBoxes) is not None
    settings.reject()


def test_the_dialogs_know_whether_the_desktop_tells_of_questions(host: Host, services: Any) -> None:
    tells = host.dialogs.tells_of_questions
    assert not tells(), "nobody shows notices here"
    host.notifier.is_missing = False
    assert tells()
    services.settings.change_section(NoticeSettings, notify_questions=False)
    assert not tells()


def test_a_question_comes_up_once_nobody_shows_notices(host: Host, services: Any) -> None:
    host.notifier.is_missing = False
    host.window.hide()
    host.dialogs.start()
    services.inbox.ask(services.sessions.add_asking(1, "Which colour?"))
    assert questions() == [], "the window is hidden, and the desktop tells of it"
    host.notifier.is_missing = True
    host.notifier.missing_changed.emit()
    assert questions() == ["Which colour?"]
    host.dialogs.close_all()


def test_a_click_on_the_notice_opens_the_question(
    host: Host, services: Any, dialogs: FakeDialogs
) -> None:
    host.notifier.is_missing = False
    host.window.hide()
    fronts: list[int] = []
    host.window.activateWindow = lambda: fronts.append(len(dialogs.calls))
    services.inbox.ask(services.sessions.add_asking(1, "Which colour?"))
    host.notifier.clicked.emit(NOTICE, "")
    assert (dialogs.calls, fronts) == ([("open_question", 1)], [0]), "the question is in front"
    assert host.window.isVisible()


def questions() -> list[str]:
    shown = in_sight(QuestionDialog)
    return [one.current_question().text for one in shown if one.current_question()]
