"""The feature of desktop notices: follows questions and ended tasks while nobody looks."""

from functools import partial

from PySide6.QtWidgets import QApplication

from enigma_panel.desktop.single_instance import bring_to_front
from enigma_panel.features.desktop_notices.cap_notifier import CapNotifier
from enigma_panel.features.desktop_notices.done_notifier import DoneNotifier
from enigma_panel.features.desktop_notices.question_notifier import QuestionNotifier
from enigma_panel.features.desktop_notices.settings import NoticeBoxes, NoticeSettings
from enigma_panel.features.desktop_notices.text import asked_notice, done_notice
from enigma_panel.features.feature import Feature, Host
from enigma_panel.services.container import Services
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.settings.dialog import SettingsPart
from enigma_panel.ui.theme import theme

tr = Translations("Settings")


def install(host: Host) -> None:
    """Follow what happens, and add the settings for it."""
    notifier, dialogs, book = host.notifier, host.dialogs, host.services.settings
    make_notifiers(host.services, notifier, host.window)
    dialogs.tells_of_questions = lambda: (
        book.section(NoticeSettings).notify_questions and not notifier.is_missing
    )
    notifier.missing_changed.connect(dialogs.look_for_questions)
    dialogs.settings_parts.append(
        SettingsPart(page=tr("Notifications"), make=partial(NoticeBoxes, book, notifier))
    )


def make_notifiers(services: Services, notifier: DesktopNotifier, window: MainWindow) -> None:
    """Make what shows the notices; it lives as long as the notifier."""
    done = DoneNotifier(
        services.store,
        notifier,
        make_notice=done_notice,
        redact=services.redactor.redact,
        has_focus=_has_focus,
        is_wanted=lambda: services.settings.section(NoticeSettings).tell_when_done,
        clock=services.clock,
        scope=services.scope,
    )
    done.opened.connect(lambda key, token: _open_result(window, key, token))
    asked = QuestionNotifier(
        services.store,
        services.inbox,
        services.urgency,
        notifier,
        settings=services.settings,
        make_notice=asked_notice,
        redact=services.redactor.redact,
        has_focus=_has_focus,
        clock=services.clock,
    )
    asked.opened.connect(lambda key, token: _open_question(window, key, token))
    at_cap = CapNotifier(
        window.notices,
        notifier,
        has_focus=_has_focus,
        is_wanted=lambda: (
            services.settings.section(NoticeSettings).notify_questions
            and services.urgency.quiet_until_ms is None
        ),
    )
    at_cap.opened.connect(partial(bring_to_front, window))
    for follower in (done, asked, at_cap):
        follower.setParent(notifier)
        theme.application().focusWindowChanged.connect(follower.follow_focus)


def _has_focus() -> bool:
    return QApplication.activeWindow() is not None


def _open_question(window: MainWindow, task_key: int | None, token: str) -> None:
    bring_to_front(window, token)
    if task_key is not None:
        window.dialogs.open_question(task_key)


def _open_result(window: MainWindow, key: int, token: str) -> None:
    """Show the result, and come to the front with the desktop's leave, where it gave one."""
    window.selection.open_result(key)
    bring_to_front(window, token)


DESKTOP_NOTICES = Feature(name="desktop_notices", install=install)
