"""The notice after a start: what was open before it, what became of that, and when it leaves."""

from typing import Any

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.services.types import Recovered
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.notices.from_before import Outcome, from_before_text
from tests.kit.clock import NOW
from tests.kit.fakes import FakeDialogs
from tests.kit.person import button, notice_texts

TWICE = "Nothing was started twice."
SENTENCES = [
    ({Outcome.OPEN: 1}, "1 session is still open from the last run."),
    (
        {Outcome.FINISHED: 2, Outcome.OPEN: 3},
        "3 sessions are still open from the last run, 2 tasks finished meanwhile.",
    ),
    (
        {Outcome.FAILED: 1, Outcome.UNKNOWN: 2, Outcome.UNCONFIRMED: 1},
        (
            "From the last run: 1 start is unconfirmed, 2 sessions may still be open, "
            "1 task failed meanwhile."
        ),
    ),
]


@pytest.mark.parametrize(("counts", "words"), SENTENCES)
def test_the_sentence(counts: dict[Outcome, int], words: str) -> None:
    assert from_before_text(counts) == words


def start(window: MainWindow, *keys: int, tasks: tuple[int, ...] | None = None) -> None:
    """The program has started and found these sessions; their tasks were at work."""
    window.show_recovered(
        Recovered(sessions=keys, tasks=frozenset(keys if tasks is None else tasks))
    )


def said(window: MainWindow) -> list[str]:
    """What is said a second later, without its last sentence."""
    window._tick()
    return [text.removesuffix(f". {TWICE}") for text in notice_texts(window.notices)]


KINDS: list[tuple[dict[str, Any], str]] = [
    ({"status": TaskStatus.WORKING}, "1 session is still open from the last run"),
    ({"status": TaskStatus.UNCONFIRMED}, "From the last run: 1 session may still be open"),
    ({"phase": Phase.CONNECTION_LOST}, "1 session is still open from the last run"),
    (
        {"phase": Phase.UNCONFIRMED, "status": TaskStatus.UNCONFIRMED},
        "From the last run: 1 start is unconfirmed",
    ),
    (
        {"status": TaskStatus.DONE, "is_new": True},
        "1 session is still open from the last run, 1 task finished meanwhile",
    ),
    (
        {"phase": Phase.CLOSED, "status": TaskStatus.DONE, "is_new": True},
        "From the last run: 1 task finished meanwhile",
    ),
    (
        {"phase": Phase.ENDED_BY_LIMIT, "status": TaskStatus.FAILED, "is_new": True},
        "From the last run: 1 task failed meanwhile",
    ),
]


@pytest.mark.parametrize(("facts", "words"), KINDS)
def test_what_became_of_a_session(
    window: MainWindow, services: Any, facts: dict[str, Any], words: str
) -> None:
    services.sessions.add(1, **facts)
    start(window, 1)
    assert said(window) == [words]


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.EXPIRED_ASSUMED])
def test_what_the_service_has_not_told_is_counted_as_unknown(
    window: MainWindow, services: Any, phase: Phase
) -> None:
    services.sessions.add(1, phase=phase)
    services.sessions.add(2)
    services.sessions.add(3)
    services.sessions.set_asking(1, 2)
    services.sessions.set_missing(3)
    start(window, 1, 2, 3)
    assert said(window) == ["From the last run: 3 sessions may still be open"]
    assert window.notices.count() == 1
    services.sessions.set_asking(1)
    services.sessions.set_missing()
    services.sessions.change_task(3, status=TaskStatus.DONE, is_new=True)
    words = (
        "2 sessions are still open from the last run, 1 session may still be open, "
        "1 task finished meanwhile"
    )
    assert said(window) == [words]


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
    window._tick()
    assert window.notices.notices()[0].actions == (), "the rows of those that are open say it"


def test_a_task_that_starts_after_the_start_is_neither_unknown_nor_finished(
    window: MainWindow, services: Any
) -> None:
    services.sessions.add(1)
    start(window, 1, tasks=())
    services.sessions.set_asking(1)
    assert said(window) == ["1 session is still open from the last run"]
    assert window.notices.count() == 0  # its row says it
    services.sessions.set_asking()
    services.sessions.change_task(1, status=TaskStatus.DONE, is_new=True)
    assert said(window) == ["1 session is still open from the last run"]


def test_it_leaves_when_all_is_settled(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    services.sessions.add(2)
    start(window, 1, 2)
    services.sessions.change_session(1, phase=Phase.ENDED_BY_YOU, ended_ms=NOW)
    assert said(window) == ["1 session is still open from the last run"]
    services.sessions.change_session(2, phase=Phase.CLOSED, ended_ms=NOW)
    services.sessions.change_task(2, status=TaskStatus.DONE, is_new=True)
    assert said(window) == ["From the last run: 1 task finished meanwhile"]
    services.sessions.change_task(2, is_new=False)
    assert said(window) == []


def test_dismissed_it_does_not_come_again(window: MainWindow, services: Any) -> None:
    services.sessions.add(1)
    start(window, 1)
    window.notices.dismiss(*window.notices.notices())
    services.sessions.change_task(1, status=TaskStatus.DONE, is_new=True)
    assert said(window) == []


def test_with_nothing_open_nothing_is_said(window: MainWindow) -> None:
    start(window)
    assert said(window) == []
