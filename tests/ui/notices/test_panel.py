"""The list of notices in the window: its count, its ways out, and that no row of it moves."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.api.errors import InterruptedCallError
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.services.types import NoticeKind, PauseReason, ServiceNotice, WaitReason
from enigma_panel.ui.dialogs import Dialogs
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.text.problems import Notice, NoticeAction
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from tests.kit.person import active, button, in_sight, key, shown_texts, type_text

PLAIN = Notice(title="Something happened.")
SLEPT = Notice(title="This computer slept.", text="All is checked.", needs_look=False)


def unconfirmed(services: Any) -> None:
    services.sessions.add(1, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    services.sessions.change_session(1, service_id=None)
    error = InterruptedCallError("timeout")
    kind = NoticeKind.START_UNCONFIRMED
    services.sessions.said.emit(ServiceNotice(kind=kind, session_key=1, task_key=1, error=error))


def test_the_count_is_of_what_needs_a_look(window: MainWindow) -> None:
    look = window.status_bar.look
    assert not window.all_notices.isEnabled()
    window.notices.add(SLEPT)
    assert window.toast.accessibleName() == SLEPT.words
    assert (look.isVisible(), window.all_notices.isEnabled()) == (False, False)
    window.notices.add(PLAIN)
    assert look.text() == look.accessibleName() == "1 needs a look"
    window.notices.add(Notice(title="Another."))
    assert look.text() == "2 need a look"
    look.click()
    assert window.all_notices in window.command_groups()[0].actions
    said = shown_texts(window.notice_panel)
    assert "2 need a look" in said
    assert SLEPT.title not in said
    for notice in window.notices.notices():
        window.notices.dismiss(notice)
    assert "Nothing needs a look." in shown_texts(window.notice_panel)


def test_it_comes_as_a_toast_that_leads_to_the_list(window: MainWindow, services: Any) -> None:
    unconfirmed(services)
    assert window.toast.accessibleName() == "The start of “Task 1” is unconfirmed."
    button(window.toast, "Show").click()
    assert window.notice_panel.isVisible()
    button(window.notice_panel, "Dismiss this start").click()
    assert services.sessions.calls == [("dismiss", 1)]
    assert not window.status_bar.look.isVisible()


def test_what_the_open_list_says_is_no_toast_beside_it(window: MainWindow, services: Any) -> None:
    unconfirmed(services)
    assert window.toast.isVisible()
    window.status_bar.look.click()
    assert (window.notice_panel.isVisible(), window.toast.isVisible()) == (True, False)


async def test_the_keyboard_reaches_all_of_it(window: MainWindow, services: Any) -> None:
    await active(window)
    unconfirmed(services)
    look, panel = window.status_bar.look, window.notice_panel
    look.setFocus()
    key(look, Qt.Key.Key_Return)
    assert panel.close_button.hasFocus()
    reached = []
    for _ in range(3):
        key(window.focusWidget(), Qt.Key.Key_Tab)
        reached.append(window.focusWidget().accessibleName())
    again = button(panel, "Start it again (may run twice)")
    ways = ["Open the account page", again.accessibleName(), "Dismiss this start"]
    assert reached == ways
    assert again.accessibleDescription().startswith("The start of “Task 1”")
    key(window.focusWidget(), Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert window.selection.lead.hasFocus()


def test_no_row_moves_under_the_pointer(window: MainWindow, qapp: QApplication) -> None:
    window.notices.add(PLAIN)
    window.notices.add(Notice(title="Another."))
    window.all_notices.trigger()
    panel = window.notice_panel
    qapp.processEvents()
    qapp.sendEvent(panel, QEvent(QEvent.Type.Enter))
    rows = {row.notice.title: row for row in panel._rows}
    places = {title: row.mapTo(window, QPoint()) for title, row in rows.items()}
    rows["Another."].dismiss_button.click()
    assert not rows["Another."].isEnabled()
    window.notices.add(Notice(title="A third."))
    qapp.processEvents()
    assert [row.notice.title for row in panel._rows] == ["Another.", PLAIN.title, "A third."]
    for title, row in rows.items():
        assert row.mapTo(window, QPoint()) == places[title]
    qapp.sendEvent(panel, QEvent(QEvent.Type.Leave))  # what is over goes
    assert [row.notice.title for row in panel._rows] == ["A third.", PLAIN.title]
    height = panel.height()
    window.notices.add(Notice(title="A fourth."))
    assert panel._rows[0].notice.title == "A fourth."
    assert panel.height() > height, "all of it is in sight"


async def test_escape_closes_what_floats_first(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    await active(window)
    window.notices.add(PLAIN)
    window.all_notices.trigger()
    field = window.filter_bar.field
    type_text(field, "hub")
    key(field, Qt.Key.Key_Escape)
    assert (window.notice_panel.isVisible(), field.text()) == (False, "hub")
    key(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_a_notice_with_other_ways_out_is_another_row(
    window: MainWindow, qapp: QApplication
) -> None:
    funds = Notice(title="Used up.", actions=(NoticeAction.FUNDS_ADDED,), topic="queue")
    window.notices.add(funds)
    window.all_notices.trigger()
    qapp.sendEvent(window.notice_panel, QEvent(QEvent.Type.Enter))
    (row,) = window.notice_panel._rows
    window.notices.add(Notice(title="Refused.", actions=(NoticeAction.ENTER_KEY,), topic="queue"))
    _, new = window.notice_panel._rows
    assert (row.notice.title, row.isEnabled()) == ("Used up.", False)
    assert new.buttons[NoticeAction.ENTER_KEY].isEnabled()
    window.notices.add(funds)
    assert (row.isEnabled(), new.isEnabled()) == (True, False)


async def test_dismiss_leaves_the_keyboard_in_the_list(window: MainWindow) -> None:
    await active(window)
    for title in ("One.", "Two."):
        window.notices.add(Notice(title=title))
    window.all_notices.trigger()
    panel = window.notice_panel
    first, second = panel._rows
    first.dismiss_button.setFocus()
    key(first.dismiss_button, Qt.Key.Key_Space)
    assert second.dismiss_button.hasFocus()
    key(second.dismiss_button, Qt.Key.Key_Space)
    assert panel.close_button.hasFocus()
    key(panel.close_button, Qt.Key.Key_Escape)
    assert not panel.isVisible()


async def test_under_a_sheet_the_list_comes_below_it(window: MainWindow) -> None:
    await active(window)
    manager = Dialogs(window.services, lambda: window)
    manager.open_settings()
    (sheet,) = in_sight(SettingsDialog)
    window.notices.add(PLAIN)
    button(window.toast, "Show").click()
    panel = window.notice_panel
    assert panel.isVisible()
    spot = panel.geometry().center()
    assert window.childAt(spot) is window.shade
    assert sheet.isAncestorOf(window.focusWidget())
    sheet.reject()
    window.all_notices.trigger()
    assert panel.close_button.hasFocus()


def test_a_held_queue_stands_in_the_top_bar_with_its_way_out(
    window: MainWindow, services: Any
) -> None:
    strip, queue = window.question_strip, services.queue
    assert not strip.isVisible()
    queue.put(1, 2, 3, why=WaitReason.STOPPED)
    queue.set(*queue.waiting, pause_reason=PauseReason.RESTARTED)
    assert "3 queued tasks are on hold" in shown_texts(strip)
    services.clock.now += ARM_MS
    button(strip, "Go on").click()
    assert queue.calls == [("go on",)]
    queue.set(*queue.waiting, pause_reason=PauseReason.FUNDS)
    assert "The balance is used up" in shown_texts(strip)
    queue.set(*queue.waiting)
    assert not strip.isVisible()


@pytest.mark.parametrize("size", [(1280, 800), (640, 400)])
def test_it_floats_above_the_status_bar_and_moves_nothing(
    window: MainWindow, services: Any, qapp: QApplication, size: tuple[int, int]
) -> None:
    """What happens below the top bar happens in place."""
    services.sessions.add(2)
    services.queue.put(9, why=WaitReason.STOPPED)
    window.resize(*size)
    qapp.processEvents()
    parts = (window.selection.sessions, window.selection.tasks, window.details, window.status_bar)

    def places() -> list[tuple[QPoint, int, int]]:
        qapp.processEvents()
        return [(one.mapTo(window, QPoint()), one.width(), one.height()) for one in parts]

    before = places()
    for n in range(9):
        window.notices.add(Notice(title=f"Something {n} happened.", text="It may cost money. " * 4))
    assert places() == before
    window.all_notices.trigger()
    assert places() == before
    panel = window.notice_panel
    assert window.rect().contains(panel.geometry())
    assert panel.geometry().bottom() < window.status_bar.mapTo(window, QPoint()).y()
    services.health.lose(services.clock.now)
    assert places() == before
    services.health.come_back()
    services.queue.set(*services.queue.waiting, pause_reason=PauseReason.RESTARTED)
    assert places() == before
    services.queue.set()
    window.toast.offer_undo("A task was taken out of the queue.", lambda: None)
    assert places() == before
