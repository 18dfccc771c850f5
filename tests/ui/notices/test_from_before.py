"""The notice after a start: of what was open before it, what is not known, and when it leaves."""

from typing import Any

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.services.types import Recovered
from enigma_panel.ui.main_window.window import MainWindow
from tests.kit.fakes import FakeDialogs
from tests.kit.person import button, notice_texts

LAST_RUN, TWICE = "From the last run: ", "Nothing was started twice."


def start(window: MainWindow, *keys: int, tasks: tuple[int, ...] | None = None) -> None:
    """The program has started and found these sessions; their tasks were at work."""
    window.show_recovered(
        Recovered(sessions=keys, tasks=frozenset(keys if tasks is None else tasks))
    )


def said(window: MainWindow) -> list[str]:
    """What is said a second later, between the words that are always there."""
    window._tick()
    texts = notice_texts(window.notices)
    return [text.removeprefix(LAST_RUN).removesuffix(f". {TWICE}") for text in texts]


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": TaskStatus.WORKING}, []),
        ({"phase": Phase.CONNECTION_LOST}, []),
        ({"phase": Phase.CLOSED, "status": TaskStatus.FAILED, "is_new": True}, []),
        ({"status": TaskStatus.UNCONFIRMED}, ["1 session may still be open"]),
        (
            {"phase": Phase.UNCONFIRMED, "status": TaskStatus.UNCONFIRMED},
            ["1 start is unconfirmed"],
        ),
    ],
)
def test_what_is_not_known_of_a_session_is_said(
    window: MainWindow, services: Any, facts: dict[str, Any], words: list[str]
) -> None:
    """Of what is known the rows say more."""
    services.sessions.add(1, **facts)
    start(window, 1)
    assert said(window) == words


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.EXPIRED_ASSUMED])
def test_what_the_service_has_not_told_is_counted_as_unknown(
    window: MainWindow, services: Any, phase: Phase
) -> None:
    services.sessions.add(1, phase=phase)
    services.sessions.add(2)
    services.sessions.add(3, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    services.sessions.set_asking(1)
    services.sessions.set_missing(2)
    start(window, 1, 2, 3)
    assert said(window) == ["1 start is unconfirmed, 2 sessions may still be open"]
    services.sessions.set_asking()
    assert said(window) == ["1 start is unconfirmed, 1 session may still be open"]
    services.sessions.set_missing()
    services.sessions.change_task(3, status=TaskStatus.LOST)
    services.sessions.change_session(3, phase=Phase.CLOSED_ASSUMED)
    assert said(window) == []


def test_those_that_may_still_be_open_are_shown_and_terminated(
    window: MainWindow, services: Any, dialogs: FakeDialogs
) -> None:
    for number in (1, 2, 3, 4):
        services.sessions.add(number)
    services.sessions.set_asking(2, 3)
    start(window, 1, 2, 3)
    window.all_notices.trigger()
    button(window.notice_panel, "Show").click()
    assert window.selection.session_keys() == [2, 3]
    button(window.notice_panel, "Terminate 2").click()
    assert dialogs.calls == [("confirm_terminate_all", [2, 3])]
    services.sessions.set_asking()
    assert said(window) == [], "the rows of those that are open say it"


def test_where_none_can_be_terminated_they_are_shown_all_the_same(
    window: MainWindow, services: Any
) -> None:
    services.sessions.add(1)
    services.sessions.add(2, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    start(window, 1, 2)
    window.all_notices.trigger()
    button(window.notice_panel, "Show").click()
    assert window.selection.session_keys() == [2]


def test_a_task_that_starts_after_the_start_is_not_unknown(
    window: MainWindow, services: Any
) -> None:
    services.sessions.add(1)
    start(window, 1, tasks=())
    services.sessions.set_asking(1)
    assert said(window) == []


def test_dismissed_it_does_not_come_again(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    services.sessions.set_asking(1)
    start(window, 1)
    window.notices.dismiss(*window.notices.notices())
    assert said(window) == []


def test_with_nothing_open_nothing_is_said(window: MainWindow) -> None:
    start(window)
    assert said(window) == []
