"""The toast of the main window: what was done, and for some seconds the way back."""

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from enigma_panel.api.errors import InterruptedCallError
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import Diff, NoticeFacts, NoticeKind, ServiceNotice, WaitReason
from enigma_panel.ui import actions
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.widgets import toast
from tests.kit.clock import NOW
from tests.kit.person import CTRL, button, key, notice_texts, shown_texts
from tests.kit.wait import run_events


@pytest.fixture
def done(window: MainWindow, qapp: QApplication) -> list[str]:
    """A toast stands there; what is here was taken back."""
    taken_back: list[str] = []
    window.activateWindow()
    window.toast.offer_undo("A task was removed.", lambda: taken_back.append("draft"))
    qapp.processEvents()
    return taken_back


@pytest.mark.parametrize("words", ["A task was removed.", "“Price of MX Keys” was removed. " * 4])
@pytest.mark.parametrize("is_asked", [False, True])
def test_it_stands_above_the_status_bar_or_on_it_below_a_question_and_takes_no_focus(
    window: MainWindow, done: list[str], qapp: QApplication, words: str, is_asked: bool
) -> None:
    """It covers no button of a question, and not the way to the list of notices.

    It is as high with a button as without.
    """
    focused, toast, look = qapp.focusWidget(), window.toast, window.status_bar.look
    question = QDialog()
    if is_asked:
        window.body.side.addWidget(question)
        window.body.side.setCurrentWidget(question)
    for width, height in ((1280, 800), (640, 400)):
        window.resize(width, height)
        for n in range(2):
            window.status_bar.show_count(n)
            toast.offer_undo(words, lambda: None)
            qapp.processEvents()
            assert toast.accessibleName() == words
            assert window.rect().contains(toast.geometry())
            lower = question.mapTo(window, question.rect().bottomLeft()).y() if is_asked else 0
            assert toast.y() > lower
            bar = window.status_bar.mapTo(window, QPoint()).y()
            assert (toast.geometry().bottom() < bar) is not is_asked
            seen = QRect(look.mapTo(window, QPoint()), look.size())
            assert look.isHidden() or not seen.intersects(toast.geometry())
            with_button = toast.height()
            toast.say(words)
            qapp.processEvents()
            assert toast.height() == with_button
    assert qapp.focusWidget() is focused


def test_a_question_that_comes_or_grows_while_it_stands_keeps_its_buttons_free(
    window: MainWindow, done: list[str], qapp: QApplication
) -> None:
    window.resize(640, 400)
    qapp.processEvents()
    question, side = QDialog(), window.body.side
    side.addWidget(question)
    side.setCurrentWidget(question)
    for width, height in ((640, 400), (760, 560), (1280, 800)):
        window.resize(width, height)
        qapp.processEvents()
        docked = QRect(question.mapTo(window, QPoint()), question.size())
        assert window.toast.isVisible()
        assert not docked.intersects(window.toast.geometry())


def test_its_button_and_ctrl_z_take_back_once(window: MainWindow, done: list[str]) -> None:
    key(window, Qt.Key.Key_Z, CTRL)
    key(window, Qt.Key.Key_Z, CTRL)
    assert done == ["draft"]
    assert not window.toast.isVisible()
    window.toast.offer_undo("Again.", lambda: done.append("again"))
    button(window.toast, "Undo").click()
    assert done == ["draft", "again"]


@pytest.mark.parametrize("is_undone", [True, False])
def test_no_word_takes_the_place_of_an_undo(
    window: MainWindow, done: list[str], services: Any, is_undone: bool
) -> None:
    """As "$2.10 of $2.60 is spent today." did, two seconds after the cap was raised."""
    window.toast.say("Copied.")
    services.caps.today = Decimal("2.10")
    facts: NoticeFacts = {"cap": "$2.60"}
    services.sessions.said.emit(ServiceNotice(kind=NoticeKind.CAP_NEAR, facts=facts))
    assert window.toast.accessibleName() == "A task was removed."
    if is_undone:
        key(window, Qt.Key.Key_Z, CTRL)
        assert (done, window.toast.isVisible()) == (["draft"], False)  # the cap is another one
    else:
        window.toast._leaves.timeout.emit()
        assert window.toast.accessibleName() == "$2.10 of $2.60 is spent today."  # not "Copied."


def test_ctrl_z_is_for_a_command_that_can_be_taken_back(
    window: MainWindow, done: list[str], services: Any
) -> None:
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.UNDO)
    key(window, Qt.Key.Key_Z, CTRL)
    assert ("undo", (1,)) in services.sessions.calls
    assert done == []
    key(window, Qt.Key.Key_Z, CTRL)  # one too many, or too late: meant for that command
    assert done == []
    button(window.toast, "Undo").click()
    assert done == ["draft"]


@pytest.mark.parametrize("moment", ["while it waits", "a moment too late"])
def test_ctrl_z_stays_with_a_command_that_waited_first(
    window: MainWindow, services: Any, qapp: QApplication, moment: str
) -> None:
    """What was taken out of the queue was put back, and started; the Terminate went out."""
    done: list[str] = []
    window.activateWindow()
    services.sessions.add(1)
    window.selection.sessions.select_key(1)
    services.sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.UNDO)
    window.toast.offer_undo("A task was taken out of the queue.", lambda: done.append("task"))
    if moment == "a moment too late":
        services.sessions.set_pending(1, None)
    key(window, Qt.Key.Key_Z, CTRL)
    assert (("undo", (1,)) in services.sessions.calls) is (moment == "while it waits")
    assert done == []
    window.toast.offer_undo("Another one.", lambda: done.append("another"))
    key(window, Qt.Key.Key_Z, CTRL)
    assert done == ["another"]


def test_it_goes_by_itself_but_not_from_under_the_focus(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    monkeypatch.setattr(toast, "STAYS_MS", 30)
    window.activateWindow()
    window.toast.offer("Started.", "Show", lambda: None)
    undo = button(window.toast, "Show")
    undo.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.qWait(80)
    assert window.toast.isVisible()
    window.selection.tasks.setFocus()
    run_events(qapp, lambda: not window.toast.isVisible())


@pytest.mark.parametrize("hand", ["the pointer", "the focus"])
def test_its_undo_is_not_exchanged_below_the_hand(
    window: MainWindow, done: list[str], qapp: QApplication, hand: str
) -> None:
    undo = button(window.toast, "Undo")
    if hand == "the pointer":
        qapp.sendEvent(window.toast, QEvent(QEvent.Type.Enter))
    else:
        undo.setFocus(Qt.FocusReason.TabFocusReason)
    window.toast.offer("Started “Buy one hub”.", "Show", lambda: done.append("show"))
    window.toast.offer_undo("A task was taken out of the queue.", lambda: done.append("task"))
    assert window.toast.accessibleName() == "A task was removed."
    undo.click()
    assert done == ["draft"]
    assert not window.toast.isVisible(), "what waited may be untrue now"


def test_what_waited_for_the_hand_comes_when_it_is_gone(
    window: MainWindow, done: list[str], qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toast, "UNDO_STAYS_MS", 30)
    window.toast.offer_undo("The first.", lambda: done.append("first"))
    monkeypatch.undo()
    qapp.sendEvent(window.toast, QEvent(QEvent.Type.Enter))
    window.toast.offer_undo("The second.", lambda: done.append("second"))
    qapp.sendEvent(window.toast, QEvent(QEvent.Type.Leave))
    run_events(qapp, lambda: window.toast.accessibleName() == "The second.")
    key(window, Qt.Key.Key_Z, CTRL)
    assert done == ["second"]


def test_a_stop_can_be_taken_back_until_it_is_sent_and_no_longer(
    window: MainWindow, services: Any, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.sessions.add(1)
    window.app_actions.command([1], CommandVerb.STOP)
    assert window.toast.accessibleName() == "Stopping shop.example 1"
    services.sessions.set_pending(1, CommandVerb.STOP, WaitReason.UNDO)
    button(window.toast, "Undo").click()
    assert services.sessions.calls[-1] == ("undo", (1,))
    monkeypatch.setattr(actions, "GRACE_MS", 30)
    services.sessions.set_pending(1, None)
    window.app_actions.command([1], CommandVerb.STOP)
    qapp.sendEvent(window.toast, QEvent(QEvent.Type.Enter))
    run_events(qapp, lambda: not window.toast.isVisible())  # also from under the pointer


def test_what_was_started_is_led_to(window: MainWindow, services: Any) -> None:
    services.sessions.add(1, created_ms=NOW)
    assert not window.toast.isVisible()  # there was no subject: it is one
    said: list[str] = []
    window.toast.said.connect(said.append)
    services.sessions.add(2, created_ms=NOW, text="Buy one hub")
    assert said == ["Added “Buy one hub”."]
    assert "Added “Buy one hub”." in shown_texts(window.toast)
    assert window.details.task_key == 1
    button(window.toast, "Show").click()
    assert window.details.task_key == 2


def start_several(services: Any, first: int, last: int) -> None:
    keys = range(first, last + 1)
    for number in keys:
        services.sessions.add_queued(number, created_ms=NOW)
    services.queue.put(*keys, tell=False)
    services.sessions.changed.emit(Diff(tasks=frozenset(keys), new_tasks=tuple(reversed(keys))))


@pytest.mark.parametrize("is_first", [True, False])
def test_of_many_that_were_started_the_first_is_in_sight(
    window: MainWindow, services: Any, qapp: QApplication, is_first: bool
) -> None:
    table = window.selection.tasks
    if not is_first:
        services.sessions.add(300)
        table.select_key(300)
    start_several(services, 1, 200)
    assert window.details.task_key == (1 if is_first else 300)
    services.queue.set(*services.queue.waiting[1:])  # it is sent: the others stand above it
    qapp.processEvents()
    assert table.rows.row_of(1) in table.visible_rows()
    table.scrollToTop()
    services.queue.set(*services.queue.waiting[1:])
    assert table.verticalScrollBar().value() == 0, "nothing moves any more"


def test_it_does_not_say_started_of_what_may_have_to_wait(
    window: MainWindow, services: Any
) -> None:
    services.sessions.add(1, created_ms=NOW)
    said: list[str] = []
    window.toast.said.connect(said.append)
    start_several(services, 2, 4)
    assert said == ["Added 3 tasks."]
    button(window.toast, "Show").click()
    assert window.details.task_key == 2


def start_unconfirmed(services: Any) -> None:
    """A start whose fate nobody knows, and its notice."""
    services.sessions.add(1, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    services.sessions.change_session(1, service_id=None)
    unconfirmed = ServiceNotice(
        kind=NoticeKind.START_UNCONFIRMED,
        session_key=1,
        task_key=1,
        error=InterruptedCallError("reset"),
    )
    services.sessions.said.emit(unconfirmed)


def dismiss(window: MainWindow) -> None:
    window.all_notices.trigger()
    button(window.notice_panel, "Dismiss this start").click()


def test_a_start_that_was_dismissed_is_restored(window: MainWindow, services: Any) -> None:
    start_unconfirmed(services)
    (notice,) = notice_texts(window.notices)
    dismiss(window)
    assert notice_texts(window.notices) == []
    assert window.toast.accessibleName() == "The start of “Task 1” was dismissed."
    key(window, Qt.Key.Key_Z, CTRL)
    assert services.sessions.calls == [("dismiss", 1), ("restore", (1,))]
    assert notice_texts(window.notices) == [notice]  # an unconfirmed start is never buried


def test_a_start_whose_result_came_meanwhile_is_not_said_to_be_unconfirmed(
    window: MainWindow, services: Any
) -> None:
    start_unconfirmed(services)
    dismiss(window)
    services.sessions.change_task(1, status=TaskStatus.DONE, ended_ms=NOW)
    button(window.toast, "Undo").click()
    assert services.sessions.calls[-1] == ("restore", (1,))
    assert notice_texts(window.notices) == []


def test_tasks_that_were_removed_are_put_back(window: MainWindow, services: Any) -> None:
    for n in (1, 2, 3):
        services.sessions.add(n, phase=Phase.PLANNED, status=TaskStatus.QUEUED)
    services.queue.put(1, 2, 3)
    table = window.selection.tasks
    table.setFocus()
    table.select_key(2)
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert window.toast.accessibleName() == "“Task 2” was removed from the queue."
    button(window.toast, "Undo").click()
    assert services.queue.calls == [("remove", (2,))]
    assert services.sessions.calls == [("restore", (2,))]
    table.selectAll()
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert window.toast.accessibleName() == "3 tasks were removed from the queue."
    key(window, Qt.Key.Key_Z, CTRL)
    assert services.sessions.calls[-1] == ("restore", services.queue.calls[-1][1])
