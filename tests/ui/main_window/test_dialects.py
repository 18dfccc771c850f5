"""A start that was refused because of its dialect, and sessions of another one, in the window."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication

from enigma_panel.core.models import Limits, TaskSpec, TaskStatus
from enigma_panel.core.service_rules import Dialect
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.problems import NoticeAction
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import button, shown_texts

E, W1, W2 = Dialect.E, Dialect.W1, Dialect.W2
TO_WEBRUN = "Switch to WebRun and start again"
TO_ENIGMA = "Switch to Enigma and start again"


def refuse(window: MainWindow, services: Any, used: Dialect, code: str) -> None:
    """A task that the service refused so is what Details shows."""
    services.account.chosen_dialect = used
    services.sessions.add(1, status=TaskStatus.FAILED, code=code, error="No", ended_ms=NOW)
    services.sessions.change_session(1, dialect=used)
    window.selection.tasks.select_key(1)


def test_a_refused_start_is_switched_and_started_again(window: MainWindow, services: Any) -> None:
    refuse(window, services, E, "MISSING_PROMPT")
    assert "The service seems to speak WebRun (W2)." in shown_texts(window.details)
    switch = button(window.details, TO_WEBRUN)
    switch.setFocus()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert (services.account.dialect, services.settings.value.dialect) == (W2, "W2")
    assert services.sessions.calls == [("start", "Task 1", None)]
    assert not window.details.trouble.ways[NoticeAction.SWITCH_DIALECT].isVisible()
    assert window.details.isAncestorOf(window.focusWidget())


def test_a_double_click_runs_a_task_again_once(window: MainWindow, services: Any) -> None:
    refuse(window, services, E, "INVALID_PARAMS")
    again = button(window.details, "Run again")
    QTest.qWait(0)
    there = again.mapTo(window, again.rect().center())
    assert window.childAt(there) is again
    left, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseDClick(window.windowHandle(), left, no_keys, there)
    assert services.sessions.calls == [("start", "Task 1", None)]


def test_and_the_other_way_round(window: MainWindow, services: Any) -> None:
    refuse(window, services, W2, "MISSING_TASK_DETAILS")
    button(window.details, TO_ENIGMA).click()
    assert services.account.dialect is E
    assert services.sessions.calls == [("start", "Task 1", None)]


def test_only_another_dialect_is_offered(window: MainWindow, services: Any) -> None:
    for used, code in (
        (W1, "MISSING_TASK_DETAILS"),
        (E, "MISSING_TASK_DETAILS"),
        (W2, "MISSING_PROMPT"),
        (E, "INVALID_PARAMS"),
    ):
        refuse(window, services, used, code)
        assert not window.details.trouble.ways[NoticeAction.SWITCH_DIALECT].isVisible(), (
            used,
            code,
        )
    refuse(window, services, W1, "MISSING_PROMPT")
    assert window.details.trouble.ways[NoticeAction.SWITCH_DIALECT].text() == TO_WEBRUN


def test_what_one_address_asks_for_is_not_offered_at_another(
    window: MainWindow, services: Any
) -> None:
    refuse(window, services, E, "MISSING_PROMPT")
    assert window.details.trouble.ways[NoticeAction.SWITCH_DIALECT].isVisible()
    services.sessions.change_session(1, base_url="https://connect.example")
    assert not window.details.trouble.ways[NoticeAction.SWITCH_DIALECT].isVisible()


def test_what_goes_away_when_pressed_leaves_its_place_to_no_button(
    window: MainWindow, services: Any, qapp: QApplication
) -> None:
    refuse(window, services, E, "MISSING_PROMPT")
    switch = button(window.details, TO_WEBRUN)
    qapp.processEvents()
    there = switch.mapTo(window, switch.rect().center())
    assert window.childAt(there) is switch
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    qapp.processEvents()
    assert not isinstance(window.childAt(there), QAbstractButton)
    assert services.sessions.calls == [("start", "Task 1", None)]


def test_a_task_with_a_field_that_the_new_dialect_lacks_is_shown_first(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    refuse(window, services, E, "MISSING_PROMPT")
    spec = TaskSpec(text="Look", limits=Limits(avoid_domains=("ads.example",)))
    services.sessions.change_task(1, spec=spec)
    button(window.details, TO_WEBRUN).click()
    assert services.account.dialect is W2
    assert services.sessions.calls == []
    assert dialogs.calls == [("open_new_task", None, spec)]
