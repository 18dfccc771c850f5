"""The tray: what its icon says, where its menu leads, and when the window hides."""

from decimal import Decimal
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.features.feature import Host
from enigma_panel.features.tray.feature import TRAY
from enigma_panel.features.tray.icon import SIZES, tray_icon
from enigma_panel.features.tray.settings import TraySettings
from enigma_panel.features.tray.text import TrayState
from enigma_panel.features.tray.tray import MOST_HINTS, Tray
from enigma_panel.services.desktop_notifier import DesktopNotifier
from enigma_panel.services.types import KeyState, ServiceStatus
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.fakes import FakeDialogs
from tests.kit.wait import until
from tests.store.settings_files import section_written_before

LOGIN = "I need login credentials to proceed."


class FakeIcon(QObject):
    """A place in a tray that this platform does not have. said: what it was to show."""

    activated = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._icon = QIcon()
        self.tip = ""
        self.said: list[str] = []
        self.menu: QMenu | None = None
        self.is_shown = False

    def setIcon(self, icon: QIcon) -> None:
        self._icon = icon

    def icon(self) -> QIcon:
        return self._icon

    def setToolTip(self, tip: str) -> None:
        self.tip = tip

    def setContextMenu(self, menu: QMenu) -> None:
        self.menu = menu

    def showMessage(self, _title: str, text: str, _icon: QIcon) -> None:
        self.said.append(text)

    def show(self) -> None:
        self.is_shown = True


@pytest.fixture
def icon() -> FakeIcon:
    return FakeIcon()


@pytest.fixture
def tray(window: MainWindow, services: Any, icon: FakeIcon) -> Tray:
    tray = Tray(services, window, bring_to_front=window.show, icon=cast("QSystemTrayIcon", icon))
    window.hides_on_close = tray.hides_window
    window.hidden.connect(tray.note_hidden)
    return tray


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def entry(menu: QMenu, text: str) -> Any:
    return next(action for action in menu.actions() if action.text().startswith(text))


def test_its_state_is_the_most_urgent_one(tray: Tray, services: Any, icon: FakeIcon) -> None:
    assert icon.is_shown
    assert tray.state is TrayState.IDLE
    assert icon.tip == "Enigma Control Panel: nothing is running"
    services.sessions.add(1)
    tray.refresh()
    assert tray.state is TrayState.RUNNING
    assert icon.tip == "Enigma Control Panel: 1 session is open"
    services.task_search.tell_today(TaskSum(cost=Decimal("0.26"), running=1))
    tray.refresh()
    assert icon.tip.splitlines()[1] == "$0.26 today so far"
    services.task_search.tell_today(None)
    services.health.status = ServiceStatus.UNREACHABLE
    tray.refresh()
    assert tray.state is TrayState.TROUBLE
    services.inbox.ask(services.sessions.add_asking(2, LOGIN))
    tray.refresh()
    assert tray.state is TrayState.ASKING
    assert icon.tip == "Enigma Control Panel: 1 session needs you"


@pytest.mark.parametrize("trouble", ["key", "ledger"])
def test_what_keeps_it_from_working_is_trouble(tray: Tray, services: Any, trouble: str) -> None:
    if trouble == "key":
        services.account.state = KeyState.LOCKED
    else:
        services.writer.is_failing = True
    tray.refresh()
    assert tray.state is TrayState.TROUBLE


def test_each_state_has_its_own_shape(qapp: QApplication) -> None:
    """Not only its own colour: which points are white differs."""
    shapes = set()
    for state in TrayState:
        assert {size.width() for size in tray_icon(state).availableSizes()} == set(SIZES)
        picture = tray_icon(state).pixmap(64).toImage()
        white = QColor("white").rgba()
        points = [(x, y) for x in range(64) for y in range(64) if picture.pixel(x, y) == white]
        shapes.add(tuple(points))
        assert points
    assert len(shapes) == len(TrayState)


def test_its_menu_leads_to_all_that_can_be_done(
    tray: Tray, services: Any, window: MainWindow, dialogs: FakeDialogs
) -> None:
    assert texts(tray.menu) == ["New task", "Quiet for 30 minutes", "Show window", "Quit"]
    entry(tray.menu, "New task").trigger()
    assert dialogs.calls[-1][0] == "open_new_task"
    entry(tray.menu, "Quiet").trigger()
    assert services.urgency.quiet_until_ms is not None
    asked: list[bool] = []
    window.quit_requested.connect(lambda: asked.append(True))
    entry(tray.menu, "Quit").trigger()
    assert asked == [True]


def test_a_click_on_it_shows_the_window(tray: Tray, icon: FakeIcon, window: MainWindow) -> None:
    window.hide()
    icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    assert not window.isVisible()
    icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert window.isVisible()


def test_the_window_hides_only_while_something_is_open(
    tray: Tray, services: Any, window: MainWindow, icon: FakeIcon
) -> None:
    asked: list[bool] = []
    window.quit_requested.connect(lambda: asked.append(True))
    window.close()
    assert (window.isVisible(), asked) == (True, [True])
    services.sessions.add(1)
    window.close()
    assert (window.isVisible(), asked) == (False, [True])
    for _ in range(MOST_HINTS + 2):
        window.show()
        window.close()
    assert len(icon.said) == MOST_HINTS
    assert "sessions are open" in icon.said[0]
    window.show()
    services.settings.change_section(TraySettings, keep_in_tray=False)
    window.close()
    assert (window.isVisible(), asked) == (True, [True, True])


def test_hidden_for_queued_tasks_alone_it_names_no_browser(
    tray: Tray, services: Any, window: MainWindow, icon: FakeIcon
) -> None:
    services.queue.set_waiting(3)
    window.close()
    assert "tasks are queued" in icon.said[0]
    assert "browsers" not in icon.said[0]


def test_a_waiting_task_or_an_open_question_keeps_it_too(
    tray: Tray, services: Any, window: MainWindow
) -> None:
    services.inbox.ask(services.sessions.add_asking(1, LOGIN))
    services.sessions.sessions.clear()
    assert tray.hides_window()
    services.inbox.close(1)
    assert not tray.hides_window()
    services.sessions.add_queued(3)
    services.queue.put(3)
    assert tray.hides_window()


async def test_it_follows_by_itself(tray: Tray, services: Any) -> None:
    services.inbox.ask(services.sessions.add_asking(1, LOGIN))
    await until(lambda: tray.state is TrayState.ASKING)
    services.inbox.close(1)
    services.sessions.sessions.clear()
    services.health.status = ServiceStatus.UNREACHABLE
    services.health.changed.emit()
    await until(lambda: tray.state is TrayState.TROUBLE)


def test_quit_shows_the_window_before_it_asks(tray: Tray, window: MainWindow) -> None:
    window.hide()
    shown: list[bool] = []
    window.quit_requested.connect(lambda: shown.append(window.isVisible()))
    entry(tray.menu, "Quit").trigger()
    assert shown == [True]


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # offscreen, Qt has no tray
@pytest.mark.parametrize("has_tray", [True, False])
def test_it_is_there_where_the_desktop_has_a_tray(
    window: MainWindow,
    services: Any,
    dialogs: FakeDialogs,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_tray: bool,
) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: has_tray)
    real, notifier = Dialogs(services, lambda: window), DesktopNotifier()
    tray = TRAY.install(Host(services=services, window=window, dialogs=real, notifier=notifier))
    assert len(real.settings_parts) == has_tray
    services.inbox.ask(services.sessions.add_asking(2, LOGIN))
    window.close()
    assert window.isVisible() is not has_tray
    if isinstance(tray, Tray):
        entry(tray.menu, "Show window").trigger()
        assert window.isVisible()


def test_a_file_written_before_the_section_keeps_its_values() -> None:
    assert section_written_before(TraySettings) == TraySettings(keep_in_tray=False, tray_told=2)
