"""Ways out: notice, Details and context menus offer the same, none without its warning."""

from typing import Any

import pytest
from PySide6.QtWidgets import QMenu, QPushButton

from enigma_panel.api.errors import InterruptedCallError, RejectedError, Reply
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import NoticeKind, ServiceNotice, WaitReason
from enigma_panel.ui import actions
from enigma_panel.ui.actions import GRACE_MS
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.text.problems import NoticeAction, notice_action_label
from enigma_panel.ui.text.ways_out import WAYS, way_out_tip, ways_out
from enigma_panel.ui.widgets.tips import short_lines
from tests.kit.builders import BASE_URL
from tests.kit.clock import NOW
from tests.kit.person import button

PAGE, NO_PAGE = "https://connect.webrun.ai", "https://staging.example"
AGAIN, AWAY = "Start it again (may run twice)", "Dismiss this start"
ASK, END, OPEN = "Ask the session for its result", "Terminate", "Open the account page"
SWITCH = "Switch to WebRun and start again"
NEVER_UNWARNED = {"Run again", "Edit and run again…"}
REPLY = Reply(status=400, code="MISSING_PROMPT", message="Missing task.prompt")
LOST = InterruptedCallError("timeout")
REFUSED = RejectedError(REPLY, nothing_happened=True)

CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any], set[str]]] = {
    "a start": (NO_PAGE, {"phase": Phase.UNCONFIRMED, "service_id": None}, {}, {AGAIN, AWAY}),
    "a start, with a page": (
        PAGE,
        {"phase": Phase.UNCONFIRMED, "service_id": None},
        {},
        {OPEN, AGAIN, AWAY},
    ),
    "a task": (NO_PAGE, {"close_after": False}, {}, {ASK, END}),
    "a task in a session that closes": (NO_PAGE, {"close_after": True}, {}, {END}),
    "a refused dialect": (
        BASE_URL,
        {},
        {"status": TaskStatus.FAILED, "code": "MISSING_PROMPT", "ended_ms": NOW},
        {SWITCH},
    ),
}


def of_menu(menu: QMenu) -> dict[str, str]:
    return {a.text(): a.toolTip() for a in menu.actions() if a.isEnabled() and a.text()}


def offered(window: MainWindow) -> dict[str, set[str]]:
    """The labels in each of the places, those of ways out."""
    notices = window.notices.notices()
    selection, menus = window.selection, window.menus
    in_notice = {notice.label(action) for notice in notices for action in notice.actions}
    selection.tasks.select_key(1)
    buttons = window.details.findChildren(QPushButton)
    details = {b.text() for b in buttons if b.isVisible() and b.isEnabled()}
    menus._fill_for_tasks(menus.menu, [1])
    of_task = set(of_menu(menus.menu))
    menus._fill_for_sessions(menus.menu, [1])
    of_session = set(of_menu(menus.menu))
    ways = {notice_action_label(way) for way in WAYS} | {SWITCH} | NEVER_UNWARNED
    places = {"notice": in_notice, "Details": details, "task": of_task, "session": of_session}
    return {place: labels & ways for place, labels in places.items()}


@pytest.mark.parametrize("case", CASES)
def test_all_places_offer_the_same(window: MainWindow, services: Any, case: str) -> None:
    url, session, task, ways = CASES[case]
    services.account.base_url = url
    services.sessions.add(1, **{"status": TaskStatus.UNCONFIRMED, **task})
    services.sessions.change_session(1, **session)
    is_refused = "status" in task
    kind = NoticeKind.START_REFUSED if is_refused else NoticeKind.START_UNCONFIRMED
    error = REFUSED if is_refused else LOST
    services.sessions.said.emit(ServiceNotice(kind=kind, session_key=1, task_key=1, error=error))
    found = offered(window)
    if is_refused:  # known for certain: nothing runs that a second start would double
        found = {place: labels - NEVER_UNWARNED for place, labels in found.items()}
    assert found["notice"] == (set() if is_refused else ways)  # a toast leads to Details
    assert found["Details"] - {END} == ways - {END}
    assert found["Details"] >= ways  # Terminate is one of the verbs there
    assert found["task"] == ways
    assert found["session"] >= ways  # Terminate is one of its verbs anyway


def test_none_is_offered_that_could_not_be_done(services: Any) -> None:
    sessions = services.sessions
    sessions.add(1, status=TaskStatus.UNCONFIRMED)
    sessions.change_session(1, close_after=False)
    ask, end = NoticeAction.ASK_RESULT, NoticeAction.TERMINATE

    def offered_now() -> tuple[NoticeAction, ...]:
        return ways_out(sessions.session(1), sessions.task(1), services)

    assert offered_now() == (ask, end)
    sessions.set_pending(1, CommandVerb.TERMINATE, WaitReason.SENDING)
    assert offered_now() == (ask,)
    sessions.set_pending(1, None)
    sessions.not_ours.add(1)
    assert offered_now() == ()
    assert ways_out(None, sessions.task(1), services) == ()


def test_none_is_without_its_warning(window: MainWindow, services: Any) -> None:
    assert {way for way in WAYS if not way_out_tip(way)} == {
        NoticeAction.ACCOUNT_PAGE,  # costs nothing
        NoticeAction.SWITCH_DIALECT,  # the service has refused it: nothing runs
    }
    services.sessions.add(1, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    services.sessions.change_session(1, service_id=None)
    error = ServiceNotice(kind=NoticeKind.START_UNCONFIRMED, session_key=1, task_key=1, error=LOST)
    services.sessions.said.emit(error)
    window.selection.tasks.select_key(1)
    warning = way_out_tip(NoticeAction.START_AGAIN)
    window.all_notices.trigger()
    for place in (window.notice_panel, window.details):
        again = button(place, AGAIN)
        assert again.toolTip() == short_lines(warning)
        assert again.accessibleDescription().endswith(warning)
    window.menus._fill_for_tasks(window.menus.menu, [1])
    assert of_menu(window.menus.menu)[AGAIN] == warning


@pytest.mark.parametrize("place", ["Details", "menu"])
def test_each_does_what_it_says(
    window: MainWindow, services: Any, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take(label: str) -> None:
        if place == "Details":
            button(window.details, label).click()
            return
        window.menus._fill_for_tasks(window.menus.menu, [1])
        next(a for a in window.menus.menu.actions() if a.text() == label).trigger()

    def open_page(url: str) -> bool:
        pages.append(url)
        return True

    pages: list[str] = []
    monkeypatch.setattr(actions, "open_account_page", open_page)
    services.account.base_url = PAGE
    sessions = services.sessions
    sessions.add(1, status=TaskStatus.UNCONFIRMED)
    sessions.change_session(1, close_after=False)
    window.selection.tasks.select_key(1)
    take(ASK)
    verb, text, where = sessions.calls.pop()
    assert (verb, where, "“Task 1”" in text) == ("start", 1, True)
    take(END)
    assert sessions.commands == [((1,), CommandVerb.TERMINATE, GRACE_MS)]
    sessions.change_session(1, phase=Phase.UNCONFIRMED, service_id=None)
    take(OPEN)
    assert len(pages) == 1
    take(AGAIN)
    assert sessions.calls.pop()[:2] == ("start", "Task 1")
    take(AWAY)
    assert sessions.calls.pop() == ("dismiss", 1)
