"""Over the desktop's notice from a result that nobody saw to its row, from a question to it."""

import os
from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
import shiboken6
from msgspec.structs import replace
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QWidget

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.desktop.notifications import BusNotifier, make_notifier
from enigma_panel.features.desktop_notices import done_notifier
from enigma_panel.features.desktop_notices.feature import make_notifiers
from enigma_panel.features.desktop_notices.settings import NoticeSettings
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.clock import SystemClock
from enigma_panel.services.questions.urgency import Urgency
from enigma_panel.services.types import NoticeKind, ServiceNotice
from enigma_panel.ui.main_window.window import MainWindow
from tests.desktop.notice_desk import ADDRESS, Desk, needs_bus
from tests.kit.clock import NOW
from tests.kit.wait import until

SECRET = "zebra-47-crossing"


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


class Program:
    """What `make_notifiers` needs, over the window's fakes."""

    def __init__(self, window: MainWindow, services: Any) -> None:
        sessions = services.sessions
        sessions.tasks_in_memory = lambda: list(sessions.tasks.values())
        store = SimpleNamespace(
            changed=sessions.changed,
            task=sessions.tasks.get,
            session=sessions.sessions.get,
            tasks=sessions.tasks_in_memory,
        )
        clock, scope = SystemClock(), TaskScope()
        self.services = SimpleNamespace(
            clock=clock,
            scope=scope,
            settings=services.settings,
            store=store,
            inbox=services.inbox,
            urgency=Urgency(services.inbox, clock, scope),
            redactor=Redactor(),
        )
        self.notifier = make_notifier(scope)
        self.notifier.setParent(window)
        make_notifiers(cast("Any", self.services), self.notifier, window)


@needs_bus
async def test_a_click_on_the_notice_opens_the_result(
    desk: Desk,
    window: MainWindow,
    services: Any,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    monkeypatch.setattr(done_notifier, "COLLECT_MS", 100)
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
    assert (told["title"], told["body"]) == ("2 done", "1 more is not done.")
    assert "Result" not in str(told)
    await until(lambda: program.services.scope.names() == ["desktop notices"])
    desk.do("click 1 wayland-token-7")
    await until(window.isActiveWindow)
    assert not window.isMinimized()
    assert tokens == ["wayland-token-7"]
    assert "XDG_ACTIVATION_TOKEN" not in os.environ
    assert window.selection.tasks.selected_keys() == [2]
    assert window.details.result.reading.toPlainText() == "Result 2"
    await until(lambda: is_new(services, 4) == [1, 4])  # the others wait to be looked at
    assert await desk.hear() == "close 1"  # who looks needs no notice
    await program.services.scope.close()


@needs_bus
async def test_setting_focus_and_redaction_hold(
    desk: Desk,
    window: MainWindow,
    services: Any,
    qapp: QApplication,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    monkeypatch.setattr(done_notifier, "COLLECT_MS", 50)
    sessions = services.sessions
    for key in (1, 2, 3):
        sessions.add(key)
        sessions.sessions[key] = replace(sessions.sessions[key], site=f"with {SECRET}")
    program = Program(window, services)
    program.services.redactor.add_secret(SECRET)
    ended = {"status": TaskStatus.DONE, "ended_ms": NOW, "is_new": True}
    window.activateWindow()
    await until(window.isActiveWindow)
    sessions.change_task(1, **ended)
    assert await desk.is_quiet()
    program.services.settings.change_section(NoticeSettings, tell_when_done=False)
    await lose_focus(window)
    sessions.change_task(2, **ended)
    assert await desk.is_quiet()
    program.services.settings.change_section(NoticeSettings, tell_when_done=True)
    sessions.change_task(3, **ended)
    assert (await desk.notice())["title"] == "with [redacted] 3 is done"
    assert isinstance(program.notifier, BusNotifier)
    await until(lambda: program.notifier._keys)
    await program.services.scope.close()
    assert await desk.hear() == "close 1"  # it leaves with the program


@needs_bus
async def test_a_question_is_on_the_desktop_at_once_and_leaves_with_its_end(
    desk: Desk, window: MainWindow, services: Any, qapp: QApplication
) -> None:
    """Also where nobody wants to be told of what is done."""
    qapp.setQuitOnLastWindowClosed(False)
    program = Program(window, services)
    program.services.settings.change_section(NoticeSettings, tell_when_done=False)
    program.services.redactor.add_secret("shop.example")
    await lose_focus(window)
    ask(program, services, 1, "The PIN of card 4929-1234?")
    told = await desk.notice()
    assert told["title"] == "[redacted] 1 asks for a password or code"
    assert told["body"].startswith("3:50 left, until ")
    assert told["actions"] == ["default", "Show question"]
    ask(program, services, 2, "The PIN of card 4929-1234?")
    both = await desk.notice()
    assert (both["title"], both["replaces"]) == ("2 sessions need you", told["notice"])
    assert "4929" not in str((told, both))
    services.inbox.close(1)
    assert (await desk.notice())["title"] == "[redacted] 2 asks for a password or code"
    services.inbox.close(2)
    assert await desk.hear() == "close 1"
    await program.services.scope.close()


def ask(program: Program, services: Any, key: int, text: str = "Which?") -> None:
    """An agent asks now, who has nearly four minutes."""
    now = program.services.clock.now_ms()
    question = services.sessions.add_asking(key, text)
    services.inbox.ask(replace(question, asked_ms=now, expires_ms=now + 230_900))


@needs_bus
async def test_the_cap_of_the_day_is_said_and_can_be_raised_there(
    desk: Desk, window: MainWindow, services: Any, qapp: QApplication
) -> None:
    qapp.setQuitOnLastWindowClosed(False)
    program = Program(window, services)
    caps = services.caps
    services.settings.change(cap_per_day=Decimal(5))
    caps.today = Decimal("4.02")  # else a second that goes by takes the notice away
    near = ServiceNotice(kind=NoticeKind.CAP_NEAR, facts={"spent": "$4.02", "cap": "$5.00"})
    window.activateWindow()
    await until(window.isActiveWindow)
    window.notices.show(near)
    assert await desk.is_quiet(), "who looks needs none"
    window.notices.dismiss(window.notices.notices()[0])
    await lose_focus(window)
    window.notices._toast_ms.clear()
    window.notices.show(near)
    told = await desk.notice()
    assert (told["title"], told["body"]) == (
        "$4.02 of $5.00 is spent today.",
        "Nothing more starts at the cap.",
    )
    assert told["actions"] == ["default", "Show window"]
    caps.today = Decimal("5.02")
    services.sessions.add(1)
    caps.is_held = True
    window.notices.refresh()
    told = await desk.notice()
    assert told["replaces"] == 1
    assert told["title"] == "Daily cap reached: $5.02 of $5.00."
    assert told["body"] == "1 session carries on."
    raise_it, end_it = "Raise to $10.00", "Terminate running ones"
    assert told["actions"] == ["default", "Show window", raise_it, raise_it, end_it, end_it]
    caps.today = Decimal("5.04")
    window.notices.refresh()
    assert await desk.is_quiet(), "it is said once"
    for label in ("Remove all", "Raise to $20.00", end_it, raise_it):
        desk.do(f"press 1 {label}")
    await until(lambda: len(caps.done) == 2)
    assert caps.done == ["terminate", "raise"], "what it does not offer does nothing"
    caps.is_held = False
    window.notices.refresh()
    assert await desk.hear() == "close 1"
    services.settings.change_section(NoticeSettings, notify_questions=False)
    caps.is_held = True
    window.notices.refresh()
    assert await desk.is_quiet()
    await program.services.scope.close()


def test_the_notice_lives_and_ends_with_the_window(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    program = Program(window, services)
    assert program.notifier.parent() is window
    program.notifier.deleteLater()
    QApplication.sendPostedEvents(program.notifier, QEvent.Type.DeferredDelete)
    window.activateWindow()
    qapp.processEvents()  # the focus moves, and nobody who has gone is asked
