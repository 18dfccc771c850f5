"""What is said to a screen reader, and how often."""

import time
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QApplication

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import (
    NoticeFacts,
    NoticeKind,
    PauseReason,
    ServiceNotice,
    ServiceStatus,
)
from enigma_panel.ui import announcements
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.wait import run_events

ENDS_MS = 50
SECRET = "4929-1234"
S = TaskStatus


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends are said so soon that a test waits for silence for a moment only."""
    monkeypatch.setattr(announcements, "ENDS_MS", ENDS_MS)


class Listener:
    """What was said: words, and whether urgently."""

    def __init__(self, qapp: QApplication) -> None:
        self._qapp = qapp
        self.heard: list[tuple[str, bool]] = []

    def hear(self, _window: Any, text: str, *, urgent: bool = False) -> None:
        self.heard.append((text, urgent))

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.heard]

    def hears(self, text: str) -> bool:
        said = len(self.heard)
        run_events(self._qapp, lambda: len(self.heard) > said)
        self.wait()
        return self.texts[said:] == [text]

    def wait(self) -> None:
        """Wait until all that was to be said was."""
        end = time.monotonic() + 2 * ENDS_MS / 1000
        run_events(self._qapp, lambda: time.monotonic() > end)


@pytest.fixture
def listener(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Listener:
    one = Listener(qapp)
    monkeypatch.setattr(announcements, "announce", one.hear)
    return one


def end(services: Any, *keys: int, status: TaskStatus = S.DONE) -> None:
    for key in keys:
        services.sessions.change_task(key, status=status, result=SECRET, error=SECRET)


def test_an_end_is_said_once(window: MainWindow, services: Any, listener: Listener) -> None:
    for key, status, words in ((1, S.DONE, "Done"), (2, S.FAILED, "Failed")):
        services.sessions.add(key)
        end(services, key, status=status)
        assert listener.hears(f"{words}: shop.example {key}")
        end(services, key, status=status)  # told again, as with figures that come late
        listener.wait()
    assert len(listener.texts) == 2


def test_what_the_person_ended_or_nobody_knows_is_not_said(
    window: MainWindow, services: Any, listener: Listener
) -> None:
    """Nor what ended in an earlier run."""
    for key, status in enumerate((S.STOPPED, S.LOST, S.UNCONFIRMED)):
        services.sessions.add(key)
        end(services, key, status=status)
    services.sessions.add(9, status=S.DONE)
    end(services, 9)
    listener.wait()
    assert listener.texts == []


def test_the_result_of_a_lost_one_is_said_when_it_comes(
    window: MainWindow, services: Any, listener: Listener
) -> None:
    services.sessions.add(1)
    end(services, 1, status=S.LOST)
    end(services, 1)
    assert listener.hears("Done: shop.example 1")


def test_ten_ends_within_a_second_are_one(
    qapp: QApplication, window: MainWindow, services: Any, listener: Listener
) -> None:
    for key in range(1, 12):
        services.sessions.add(key)
    for key in range(1, 11):
        end(services, key, status=S.FAILED if key > 8 else S.DONE)
    run_events(qapp, lambda: listener.heard)
    assert listener.texts == ["10 tasks ended, 2 of them failed"]
    end(services, 11)
    assert listener.hears("Done: shop.example 11")


def test_a_refused_start_is_said_as_such_and_only_once(
    window: MainWindow, services: Any, listener: Listener
) -> None:
    window.toast.said.connect(partial(listener.hear, window))
    for key in (1, 2):
        services.sessions.add(key)
    refused = ServiceNotice(kind=NoticeKind.START_REFUSED, session_key=1, task_key=1)
    end(services, 1, status=S.FAILED)
    services.sessions.said.emit(refused)
    assert listener.texts == ["“Task 1” was not started."]
    services.sessions.said.emit(replace(refused, session_key=2, task_key=2))
    end(services, 2, status=S.FAILED)
    listener.wait()
    assert len(listener.texts) == 1  # many refusals in a moment are one toast


def test_a_command_that_failed_is_said(
    window: MainWindow, services: Any, listener: Listener
) -> None:
    window.toast.said.connect(partial(listener.hear, window))
    services.sessions.add(1)
    facts = NoticeFacts(verb=CommandVerb.TERMINATE)
    failed = ServiceNotice(kind=NoticeKind.COMMAND_FAILED, session_key=1, facts=facts)
    services.sessions.said.emit(failed)
    assert listener.texts == ["Terminate did not reach shop.example 1."]


def test_a_refusal_that_holds_the_line_is_said(
    window: MainWindow, services: Any, listener: Listener
) -> None:
    services.queue.set_waiting(3, PauseReason.RESTARTED)
    services.queue.set_waiting(3, PauseReason.FUNDS)
    services.queue.set_waiting(4, PauseReason.FUNDS)
    assert listener.texts == ["The balance is used up. Tasks stay queued."]


def test_a_question_is_said_at_once_and_without_the_agents_words(
    window: MainWindow, services: Any, listener: Listener
) -> None:
    question = services.sessions.add_asking(1, f"Is {SECRET} the PIN?")
    services.inbox.ask(question)
    services.inbox.changed.emit()
    assert listener.heard == [("shop.example 1 asks for a password or code", True)]
    services.inbox.open = [replace(question, question_n=2)]
    services.inbox.changed.emit()  # another one of the same task
    assert len(listener.heard) == 2
    services.inbox.ask(*(services.sessions.add_asking(key, "Which?") for key in (2, 3)))
    assert listener.texts[2:] == ["2 sessions need you"]
    services.inbox.close(1)
    assert len(listener.heard) == 3
    assert SECRET not in str(listener.heard)


def test_the_connection_is_said_when_it_goes_and_comes(
    window: MainWindow, services: Any, listener: Listener
) -> None:
    services.health.status = ServiceStatus.FULL
    services.health.changed.emit()
    for _ in range(2):
        services.health.lose(services.clock.now)
    assert listener.texts == ["Service not reachable"]
    services.health.come_back()
    assert listener.heard == [("Service not reachable", True), ("Service reachable again", False)]


def test_it_is_an_announcement_of_the_window(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[tuple[Any, ...]] = []

    def keep(event: QAccessibleAnnouncementEvent) -> None:
        events.append((event.object(), event.message(), event.politeness()))

    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(keep))
    announcements.announce(window, "Done", urgent=False)
    announcements.announce(window, "Look", urgent=True)
    levels = QAccessible.AnnouncementPoliteness
    assert events == [(window, "Done", levels.Polite), (window, "Look", levels.Assertive)]
