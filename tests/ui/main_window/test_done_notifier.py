"""From a result that nobody saw over the desktop's notice to its row."""

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel import startup
from enigma_panel.core.models import TaskStatus
from enigma_panel.desktop.notifications import BusNotifier
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services import done_notifier
from enigma_panel.services.clock import SystemClock
from enigma_panel.services.done_notifier import DesktopNotifier
from enigma_panel.store.settings import Settings
from enigma_panel.ui.main_window.window import MainWindow
from tests.desktop.notice_desk import ADDRESS, Desk, needs_bus
from tests.kit.clock import NOW
from tests.kit.wait import until


@pytest.fixture(autouse=True)
def no_real_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ADDRESS, "unix:path=/nowhere/bus")


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    one = Desk()
    monkeypatch.setenv(ADDRESS, one.address)
    one.with_shower()
    yield one
    one.stop()


def add_ended(services: Any, n: int) -> None:
    for key in range(1, n + 1):
        fields = {"result": f"Result {key}", "ended_ms": NOW, "is_new": True}
        services.sessions.add(key, status=TaskStatus.DONE, **fields)


async def lose_focus(window: MainWindow) -> None:
    """The window is minimised, and nobody of ours gets the focus that it had."""
    other = QWidget()
    other.show()
    other.activateWindow()
    await until(other.isActiveWindow)
    window.showMinimized()
    shiboken6.delete(other)
    await until(lambda: QApplication.activeWindow() is None)


def is_new(services: Any, n: int) -> list[int]:
    return [key for key in range(1, n + 1) if services.sessions.tasks[key].is_new]


def test_the_row_is_selected_seen_and_scrolled_to(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    add_ended(services, 80)
    table = window.selection.tasks
    window.resize(900, 600)
    qapp.processEvents()
    window.body.set_details_open(False)
    assert not window.details.isVisible()
    window.open_result(3)
    qapp.processEvents()
    assert table.selected_keys() == [3]
    row = table.visualRect(table.rows.index(table.rows.row_of(3), 0))
    assert table.viewport().rect().contains(row.center())
    assert window.details.result.toPlainText() == "Result 3"
    assert window.details.isVisible()
    assert 3 not in is_new(services, 80)
    assert len(is_new(services, 80)) == 79


def test_one_that_is_selected_already_is_shown_in_details_again(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    add_ended(services, 80)
    window.open_result(3)
    window.selection.sessions.select_key(7)  # Details turns to that session
    assert window.details.result.toPlainText() == "Result 7"
    window.selection.tasks.scrollToTop()
    services.sessions.change_task(3, is_new=True)
    window.open_result(3)
    qapp.processEvents()
    assert window.details.result.toPlainText() == "Result 3"
    assert window.selection.tasks.verticalScrollBar().value() > 0
    assert 3 not in is_new(services, 80)


def test_one_that_has_no_row_yet_is_shown_in_details(window: MainWindow, services: Any) -> None:
    window.hold.aim()
    add_ended(services, 2)
    window.open_result(2)
    assert window.details.result.toPlainText() == "Result 2"
    assert is_new(services, 2) == [1]


def test_elsewhere_than_on_linux_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert type(startup._make_notifier(SimpleNamespace())) is DesktopNotifier


class Program:
    """What `make_done_notifier` needs, over the window's fakes."""

    def __init__(self, window: MainWindow, services: Any) -> None:
        sessions = services.sessions
        sessions.tasks_in_memory = lambda: list(sessions.tasks.values())
        store = SimpleNamespace(
            changed=sessions.changed,
            task=sessions.tasks.get,
            session=sessions.sessions.get,
            tasks=sessions.tasks_in_memory,
        )
        self.services = SimpleNamespace(
            clock=SystemClock(),
            scope=TaskScope(),
            settings=SimpleNamespace(value=Settings()),
            store=store,
        )
        self.notice = startup.make_done_notifier(self, window, lambda text: text)


@needs_bus
async def test_a_click_on_the_notice_opens_the_result(
    desk: Desk,
    window: MainWindow,
    services: Any,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    monkeypatch.setattr(done_notifier, "GATHER_MS", 100)
    tokens: list[str] = []
    activate = window.activateWindow
    monkeypatch.setattr(
        window,
        "activateWindow",
        lambda: (tokens.append(os.environ.get("XDG_ACTIVATION_TOKEN", "")), activate()),
    )
    for key in (1, 2, 3):
        services.sessions.add(key)
    services.sessions.add(4, status=TaskStatus.DONE, is_new=True, result="of an earlier run")
    window.selection.tasks.select_key(4)
    program = Program(window, services)
    await lose_focus(window)
    services.sessions.change_task(4, is_new=True)
    for key in (1, 2):
        ended = {"status": TaskStatus.DONE, "ended_ms": NOW, "is_new": True}
        services.sessions.change_task(key, result=f"Result {key}", **ended)
    told = await desk.notice()
    assert (told["title"], told["body"]) == ("2 of 3 done", "1 is not done yet.")
    assert "Result" not in str(told)
    await until(lambda: program.services.scope.names() == ["desktop notices"])
    desk.do("click 1 wayland-token-7")
    await until(window.isActiveWindow)
    assert not window.isMinimized()
    assert tokens == ["wayland-token-7"]
    assert "XDG_ACTIVATION_TOKEN" not in os.environ
    assert window.selection.tasks.selected_keys() == [2]
    assert window.details.result.toPlainText() == "Result 2"
    assert is_new(services, 4) == [1, 4]  # the others wait to be looked at
    assert await desk.hear() == "close 1"  # who looks needs no notice
    await program.services.scope.close()


@needs_bus
async def test_the_setting_and_the_focus_hold(
    desk: Desk,
    window: MainWindow,
    services: Any,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    monkeypatch.setattr(done_notifier, "GATHER_MS", 50)
    for key in (1, 2, 3):
        services.sessions.add(key)
    program = Program(window, services)
    ended = {"status": TaskStatus.DONE, "ended_ms": NOW, "is_new": True}
    window.activateWindow()
    await until(window.isActiveWindow)
    services.sessions.change_task(1, **ended)
    assert await desk.is_quiet()
    program.services.settings.value = Settings(tell_when_done=False)
    await lose_focus(window)
    services.sessions.change_task(2, **ended)
    assert await desk.is_quiet()
    program.services.settings.value = Settings()
    services.sessions.change_task(3, **ended)
    assert (await desk.notice())["title"] == "Done: shop.example 3"
    notifier = program.notice.findChild(BusNotifier)
    await until(lambda: notifier._shown)
    await program.services.scope.close()
    assert await desk.hear() == "close 1"  # it leaves with the program


def test_the_notice_lives_and_ends_with_the_window(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    program = Program(window, services)
    assert program.notice.parent() is window
    program.notice.deleteLater()
    QApplication.sendPostedEvents(program.notice, QEvent.Type.DeferredDelete)
    window.activateWindow()
    qapp.processEvents()  # the focus moves, and nobody who has gone is asked
