"""The notice bar: what it says, what it offers, and that it leaves with its cause."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    Reply,
)
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import (
    KeyState,
    NoticeKind,
    Recovered,
    ServiceNotice,
    ServiceStatus,
    WaitReason,
)
from enigma_panel.store.files import Copy, Problem, ProblemKind
from enigma_panel.ui.actions import result_question
from enigma_panel.ui.main_window.notice_controller import NoticeController
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.notices.bar import NoticeBar
from enigma_panel.ui.notices.notice_list import NoticeList
from enigma_panel.ui.text import account_page
from enigma_panel.ui.text.problems import NoticeRank, problem_text
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.widgets.pointer_hold import PointerHold
from tests.kit.builders import BASE_URL, a_task
from tests.kit.clock import NOW
from tests.kit.fakes import FakeActions, FakeSelection
from tests.kit.person import button, notice_texts, shown_texts

Kind = NoticeKind
LOST = InterruptedCallError("timeout")
COPY = Copy(made_ms=NOW - 60_000, sessions_open=2)
AT = local_time(COPY.made_ms)


class Bar:
    """The notices in a window, with the one who fills them."""

    def __init__(self, services: Any, app_actions: FakeActions) -> None:
        self.services, self.app_actions, self.selection = services, app_actions, FakeSelection()
        self.window = QWidget()
        self.window.resize(1280, 200)
        self.notices = NoticeList(services.clock.now_ms)
        self.bar = NoticeBar(self.notices, PointerHold(services.clock.now_ms))
        column = QVBoxLayout(self.window)
        column.addWidget(self.bar)
        column.addStretch(1)
        self.notice_controller = NoticeController(
            services, app_actions, self.selection, self.notices, parent=self.window
        )  # type: ignore[arg-type]
        self.window.show()

    @property
    def lines(self) -> list[str]:
        return notice_texts(self.notices)

    def offers(self) -> list[str]:
        buttons = self.bar.findChildren(QPushButton)
        return [b.text() for b in buttons if b.isVisible() and b is not self.bar.more_button]

    def press(self, name: str) -> None:
        buttons = self.bar.findChildren(QPushButton)
        next(b for b in buttons if b.isVisible() and b.text() == name).click()

    def say(
        self, kind: Kind, key: int | None = None, error: ApiError | None = None, **facts: str | int
    ) -> None:
        notice = ServiceNotice(kind=kind, session_key=key, task_key=key, error=error, facts=facts)
        self.services.sessions.said.emit(notice)


@pytest.fixture
def bar(services: Any, app_actions: FakeActions) -> Bar:
    services.account.base_url = "https://staging.example"
    return Bar(services, app_actions)


def unconfirmed_start(bar: Bar, key: int = 1) -> None:
    bar.services.sessions.add(key, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
    bar.services.sessions.change_session(key, service_id=None)
    bar.say(Kind.START_UNCONFIRMED, key, LOST)


def unconfirmed_task(bar: Bar, **session: Any) -> None:
    bar.services.sessions.add(1, status=TaskStatus.UNCONFIRMED)
    bar.services.sessions.change_session(1, **session)
    bar.say(Kind.START_UNCONFIRMED, 1, LOST)


# -- what is said and offered ---------------------------------------------------------------------


def test_an_unconfirmed_start_offers_what_can_be_done(bar: Bar) -> None:
    unconfirmed_start(bar)
    assert bar.lines == [
        (
            "The start of “Task 1” is unconfirmed. It may be running and cost money; if so, the "
            f"service ends it by {local_time(NOW + 200_000)}. Start it again (may run twice), or "
            "dismiss it."
        )
    ]
    assert bar.offers() == ["Start it again (may run twice)", "Dismiss this start"]
    bar.press("Start it again (may run twice)")
    assert bar.app_actions.calls == [("run_again", bar.services.sessions.tasks[1])]


def test_the_account_page_is_offered_only_where_it_is_known(bar: Bar) -> None:
    bar.services.account.base_url = "https://connect.webrun.ai"
    unconfirmed_start(bar)
    assert bar.offers()[0] == "Open the account page"
    assert "Look at the account page" in bar.lines[0]
    bar.press("Open the account page")
    assert bar.app_actions.calls == [("open_account_page",)]
    assert len(bar.lines) == 1  # it settles nothing


PAGE = "https://enigma.click/settings"


def test_an_account_page_is_never_guessed() -> None:
    assert account_page.account_page("https://connect.webrun.ai") == "https://app.webrun.ai/usage"
    assert account_page.account_page("https://connect.enigma.click") == PAGE
    for other in ("https://enigma.click", "http://127.0.0.1:8080", "https://webrun.ai"):
        assert account_page.account_page(other) is None
        assert not account_page.open_account_page(other)


def test_dismiss_settles_an_unconfirmed_start(bar: Bar) -> None:
    unconfirmed_start(bar)
    bar.press("Dismiss this start")
    assert bar.app_actions.calls == [("dismiss_start", 1)]
    assert bar.lines == []


def test_a_session_that_stays_is_asked_for_a_lost_result(bar: Bar) -> None:
    unconfirmed_task(bar, close_after=False)
    assert "may be working in shop.example 1" in bar.lines[0]
    assert bar.offers() == ["Ask the session for its result", "Terminate"]
    bar.press("Ask the session for its result")
    assert bar.app_actions.calls == [("ask_result", 1, bar.services.sessions.tasks[1])]


@pytest.mark.parametrize("label", ["Start it again (may run twice)", "Terminate"])
def test_what_settles_nothing_leaves_the_notice_without_it(bar: Bar, label: str) -> None:
    """The first start is unconfirmed still, whatever became of the second."""
    if label == "Terminate":
        unconfirmed_task(bar)
    else:
        unconfirmed_start(bar)
    said, others = bar.lines, [offer for offer in bar.offers() if offer != label]
    bar.press(label)
    assert (bar.lines, bar.offers()) == (said, others)
    bar.services.sessions.change_session(1, phase=Phase.CLOSED)
    assert bar.lines == []


def test_a_session_that_closes_cannot_be_asked(bar: Bar) -> None:
    unconfirmed_task(bar, close_after=True)
    assert bar.offers() == ["Terminate"]
    assert "Ask the session" not in bar.lines[0]
    bar.press("Terminate")
    assert bar.app_actions.calls == [("command", [1], CommandVerb.TERMINATE)]


def test_the_question_for_a_result_starts_nothing_anew() -> None:
    task = a_task(1, status=TaskStatus.UNCONFIRMED, text="Buy “this” {now}\nand " + "x" * 9_000)
    spec = result_question(task)
    assert "“Buy 'this' {now} and x" in spec.text
    assert "Do not start that task again" in spec.text
    assert "do not buy" in spec.text
    assert len(spec.text) < 1_200
    assert not spec.close_after


def test_a_task_that_the_service_did_not_accept_can_be_edited(bar: Bar) -> None:
    bar.services.sessions.add(1)
    reply = Reply(status=400, code="INVALID_PARAMETER", message="maxDuration: out of range")
    bar.say(Kind.START_REFUSED, 1, RejectedError(reply, nothing_happened=True))
    assert "“maxDuration: out of range”" in bar.lines[0]
    bar.press("Edit and run again")
    assert bar.app_actions.calls == [("edit_and_run", bar.services.sessions.tasks[1])]


@pytest.mark.parametrize(
    ("seconds", "life"),
    [(10**12, "277,777,777 hours 46 minutes"), (3_660, "1 hour 1 minute")],
)
def test_a_life_that_no_page_knows_is_said(bar: Bar, seconds: int, life: str) -> None:
    bar.services.sessions.add(1)
    bar.say(Kind.LIFE_TOO_LONG, 1, seconds=seconds)
    assert f"lives for {life}, which" in bar.lines[0]
    assert "one hour is assumed" in bar.lines[0]


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_has_words(bar: Bar, kind: NoticeKind) -> None:
    bar.services.sessions.add(1)
    facts: dict[str, Any] = {"places": 3, "seconds": 751}
    if kind is Kind.COMMAND_FAILED:
        facts = {"verb": "pause"}
    bar.say(kind, 1, LOST, **facts)
    text = "".join(bar.lines) or "is over at once"
    assert "None" not in text
    assert "!" not in text


def test_the_program_s_own_troubles(bar: Bar) -> None:
    bar.services.queue.limit = 3
    bar.say(Kind.LIMIT_LOWERED, places=3)
    bar.say(Kind.LIMIT_USED_ELSEWHERE)
    bar.say(Kind.WENT_TO_SLEEP, seconds=751)
    bar.say(Kind.MOVED_HERE)
    assert bar.lines == [
        "Another program uses up the calls of this minute; commands may wait up to a minute.",
        "This computer slept for 12:31; the service is asked again for everything.",
        "The service allows no more than 3 browsers at the moment; more are started as ours end.",
        "Nothing queued was sent: this ledger comes from another computer.",
    ]


# -- files ----------------------------------------------------------------------------------------


def test_a_damaged_ledger_with_a_copy(bar: Bar) -> None:
    problem = Problem(
        kind=ProblemKind.DAMAGED,
        path=Path("/data/ledger.sqlite3"),
        reason="x",
        copy=COPY,
    )
    bar.notice_controller.show_problem(problem)
    assert bar.lines == [
        (
            "The ledger has damage (x): something may be missing here that still costs money, and "
            f"no new copy is made of it. A copy of {AT} is there (2 sessions were open then); "
            "what was started since then is not in it and may still cost money."
        )
    ]
    assert bar.offers() == ["Restart with the copy"]
    wanted: list[bool] = []
    bar.notice_controller.copy_wanted.connect(lambda: wanted.append(True))
    bar.press("Restart with the copy")
    assert wanted == [True]


@pytest.mark.parametrize(
    ("kind", "kept", "words"),
    [
        (ProblemKind.BROKEN, "s.broken", "s made no sense. It was kept as s.broken;"),
        (ProblemKind.NEWER, None, "s was written by a newer version"),
        (ProblemKind.UNREADABLE, None, "s could not be read and stays as it is"),
        (ProblemKind.UNWRITABLE, None, "s cannot be written (x); work goes on without it"),
        (ProblemKind.REPAIRED, None, "Damage in the ledger was mended. Quit and start again:"),
        (ProblemKind.DAMAGED, None, "The ledger has damage (x): something may be missing"),
    ],
)
def test_other_problems_with_files(
    bar: Bar, kind: ProblemKind, kept: str | None, words: str
) -> None:
    kept_as = Path("/data") / kept if kept else None
    problem = Problem(kind=kind, path=Path("/data/s"), kept_as=kept_as, reason="x")
    bar.notice_controller.show_problem(problem)
    assert bar.lines[0].startswith(words)
    says_money = "costs money" in bar.lines[0]
    assert (problem_text(problem, NOW).rank is NoticeRank.COSTS) is says_money


def test_unreadable_rows_are_counted(bar: Bar) -> None:
    bar.notice_controller.show_recovered(Recovered())
    assert bar.lines == []
    bar.notice_controller.show_recovered(Recovered(bad_rows=2))
    bar.notice_controller.show_recovered(Recovered(bad_rows=3))
    assert bar.lines == [
        "3 rows of the ledger could not be read; what they were about may still cost money."
    ]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NotConnectedError("refused"), "Pause did not reach shop.example 1."),
        (LOST, "Pause may not have reached shop.example 1."),
        (ProtocolError(503, "Service Unavailable"), "Pause may not have reached shop.example 1."),
    ],
)
def test_a_command_of_unknown_outcome_is_not_said_to_be_undelivered(
    bar: Bar, error: ApiError, words: str
) -> None:
    bar.services.sessions.add(1, status=TaskStatus.WORKING)
    bar.say(Kind.COMMAND_FAILED, 1, error, verb="pause")
    (said,) = bar.lines
    assert said.startswith(words)


# -- leaving --------------------------------------------------------------------------------------


def test_it_leaves_when_the_ledger_can_be_written_again(bar: Bar) -> None:
    bar.say(Kind.LEDGER_FAILED, reason="disk full")
    bar.say(Kind.LEDGER_FAILED, reason="still full")
    assert len(bar.lines) == 1
    bar.notice_controller.ledger_recovered()
    assert bar.lines == []


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (Kind.COMMAND_FAILED, {"verb": "terminate"}),
        (Kind.COMMAND_FAILED, {"verb": "pause"}),
        (Kind.ANSWER_SENT_LIVE, {"verb": "resume"}),
    ],
)
def test_it_leaves_when_the_session_has_ended(
    bar: Bar, kind: NoticeKind, facts: dict[str, str]
) -> None:
    bar.services.sessions.add(1, status=TaskStatus.WORKING)
    bar.say(kind, 1, LOST, **facts)
    bar.services.sessions.change_task(1, question_n=2)
    assert len(bar.lines) == 1
    bar.services.sessions.change_session(1, phase=Phase.CLOSED)
    assert bar.lines == []


def test_an_unconfirmed_start_leaves_when_it_is_settled(bar: Bar) -> None:
    unconfirmed_start(bar)
    bar.services.sessions.change_session(1, label="x")
    assert bar.lines
    bar.services.sessions.change_task(1, status=TaskStatus.WORKING)
    bar.services.sessions.change_session(1, phase=Phase.OPEN)
    assert bar.lines == []


def test_an_unconfirmed_task_leaves_when_it_is_known(bar: Bar) -> None:
    unconfirmed_task(bar)
    bar.services.sessions.change_session(1, label="x")
    assert bar.lines
    bar.services.sessions.change_task(1, status=TaskStatus.DONE)
    assert bar.lines == []


def test_a_failed_command_leaves_when_it_came_true(bar: Bar) -> None:
    sessions = bar.services.sessions
    sessions.add(1)
    bar.say(Kind.COMMAND_FAILED, 1, LOST, verb="pause")
    sessions.set_pending(1, CommandVerb.PAUSE, WaitReason.SENDING)
    sessions.change_task(1, status=TaskStatus.PAUSED)
    assert bar.lines
    sessions.set_pending(1, None)
    assert bar.lines == []


def test_a_stop_by_the_channel_is_told_until_it_was_sent_once_more(bar: Bar) -> None:
    sessions = bar.services.sessions
    sessions.add(1, status=TaskStatus.WORKING)
    sessions.set_pending(1, CommandVerb.STOP, WaitReason.BUDGET)
    bar.say(Kind.ANSWER_SENT_LIVE, 1, verb="stop")
    (said,) = bar.lines
    assert said.startswith("Stop was sent to shop.example 1 over the live channel")
    assert said.endswith("Stop is sent once more as soon as a call is free.")
    sessions.set_pending(1, None)
    assert bar.lines == []


def test_want_of_a_connection_leaves_when_it_is_back(bar: Bar) -> None:
    services = bar.services
    services.sessions.add(1)
    services.health.status = ServiceStatus.UNREACHABLE
    bar.say(Kind.COMMAND_FAILED, 1, NotConnectedError("refused"), verb="pause")
    services.health.changed.emit()
    assert bar.lines
    services.health.status = ServiceStatus.OK
    services.health.changed.emit()
    assert bar.lines == []


def test_a_lowered_limit_leaves_when_it_rises(bar: Bar) -> None:
    bar.services.queue.set_waiting(2, limit=3)
    bar.say(Kind.LIMIT_LOWERED, places=3)
    bar.services.queue.set_waiting(1, limit=3)
    assert bar.lines
    bar.services.queue.set_waiting(1, limit=4)
    assert bar.lines == []


def test_what_passes_leaves_by_itself(bar: Bar) -> None:
    bar.say(Kind.LIMIT_USED_ELSEWHERE)
    bar.services.clock.now += 60_000
    bar.notice_controller.refresh()
    assert bar.lines
    bar.say(Kind.LIMIT_USED_ELSEWHERE)  # told again: it stays
    bar.services.clock.now += 60_000
    bar.notice_controller.refresh()
    assert bar.lines
    bar.services.clock.now += 60_000
    bar.notice_controller.refresh()
    assert bar.lines == []


def test_settings_that_can_be_saved_again(bar: Bar) -> None:
    bar.services.settings.failed.emit(type("E", (), {"reason": "read only"})())
    assert bar.lines == ["The settings could not be saved: read only."]
    bar.services.settings.changed.emit()
    assert bar.lines == []


def test_the_key_is_said_as_long_as_it_is_missing(bar: Bar) -> None:
    bar.services.account.state = KeyState.LOCKED
    bar.services.account.changed.emit()
    bar.press("Enter the key")
    assert bar.app_actions.dialogs.calls == [("open_key",)]
    assert bar.lines
    bar.services.account.state = KeyState.READY
    bar.services.account.changed.emit()
    assert bar.lines == []


# -- the program's end ----------------------------------------------------------------------------


def test_the_coming_end_stays_in_front_and_can_be_cancelled(bar: Bar) -> None:
    cancelled: list[bool] = []
    bar.notice_controller.quit_cancelled.connect(lambda: cancelled.append(True))
    bar.notice_controller.show_quit("Quits when 2 tasks are done.")
    bar.say(Kind.LIMIT_USED_ELSEWHERE)
    assert bar.offers() == ["Cancel"]
    bar.notice_controller.show_quit("Quits when 1 task is done.")
    assert bar.lines[-1] == "Quits when 1 task is done."
    assert len(bar.lines) == 2
    bar.press("Cancel")
    assert cancelled == [True]
    bar.notice_controller.show_quit("Quits when 1 task is done.")
    bar.notice_controller.show_quit("")
    assert len(bar.lines) == 1


def test_offers_stand_below_the_text_where_it_is_narrow(bar: Bar) -> None:
    unconfirmed_start(bar)
    bar.window.resize(1280, 200)
    bar.window.grab()
    wide = bar.bar.height()
    bar.window.resize(620, 300)
    bar.window.grab()
    assert bar.offers() == ["Start it again (may run twice)", "Dismiss this start"]
    assert bar.bar.height() > wide
    buttons = [b for b in bar.bar.findChildren(QPushButton) if b.isVisible()]
    assert len({b.mapTo(bar.bar, b.rect().topLeft()).y() for b in buttons}) == 1


def test_the_browser_of_a_refused_task_is_closed_and_the_task_can_still_be_taken(bar: Bar) -> None:
    bar.services.account.base_url = BASE_URL
    refused = {"status": TaskStatus.FAILED, "code": "MISSING_PROMPT", "ended_ms": NOW}
    reply = Reply(status=400, code="MISSING_PROMPT", message="prompt is required")
    for key in (1, 2):
        bar.services.sessions.add(key, **refused)
        for kind in (Kind.START_REFUSED, Kind.CLOSED_FOR_REFUSED_TASK):
            bar.say(kind, key, RejectedError(reply, nothing_happened=True))
    for key in (2, 1):
        assert len(bar.lines) == key  # one a task: the same task is not offered twice
        assert bar.offers() == ["Show task", "Switch to WebRun and start again"]
        bar.press("Switch to WebRun and start again")
        tasks = bar.services.sessions.tasks
        assert bar.app_actions.calls[-1] == ("switch_and_run", tasks[key])
        bar.services.account.choose_dialect(Dialect.W2)


@pytest.mark.parametrize("label", ["Dismiss this start", "Dismiss"])
def test_the_next_notice_takes_no_click_that_was_meant_for_this(
    window: MainWindow, services: Any, qapp: QApplication, label: str
) -> None:
    """It comes to where the pointer is, with the same buttons for another task."""
    for key in (1, 2, 3):
        services.sessions.add(key, phase=Phase.UNCONFIRMED, status=TaskStatus.UNCONFIRMED)
        kind = Kind.START_UNCONFIRMED
        window.notice_controller.show(
            ServiceNotice(kind=kind, session_key=key, task_key=key, error=LOST)
        )
    qapp.processEvents()
    place = button(window.notice_bar, label)
    there = place.mapTo(window, place.rect().center())
    left, no_keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.notice_bar._arm_timer.timeout.emit()
    for _ in range(2):
        QTest.mouseClick(window.windowHandle(), left, no_keys, there)
        qapp.processEvents()
    assert len(window.notices.notices()) == 2
    assert "Task 2" in shown_texts(window.notice_bar)
    window.notice_bar._arm_timer.timeout.emit()
    assert window.childAt(there).accessibleName() == label


def test_a_telling_refusal_offers_the_dialect_that_it_asks_for(bar: Bar) -> None:
    bar.services.account.base_url = BASE_URL
    refused = {"status": TaskStatus.FAILED, "code": "MISSING_PROMPT", "ended_ms": NOW}
    bar.services.sessions.add(1, **refused)
    reply = Reply(status=400, code="MISSING_PROMPT", message="Missing task.prompt")
    bar.say(Kind.START_REFUSED, 1, RejectedError(reply, nothing_happened=True))
    assert bar.lines[0] == (
        "“Task 1” was not started. The service does not understand this dialect: “Missing "
        "task.prompt”. The task was not started. The service seems to speak WebRun (W2)."
    )
    assert bar.offers() == ["Show task", "Switch to WebRun and start again"]
    bar.press("Switch to WebRun and start again")
    assert bar.app_actions.calls == [("switch_and_run", bar.services.sessions.tasks[1])]
    bar.services.account.choose_dialect(Dialect.W2)
    bar.say(Kind.START_REFUSED, 1, RejectedError(reply, nothing_happened=True))
    assert bar.offers() == ["Show task", "Edit and run again"]  # that dialect is in use by now
