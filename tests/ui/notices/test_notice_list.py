"""Notices: what they say and offer, and that they leave with their cause."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest

from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    Reply,
)
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import (
    KeyCheck,
    KeyState,
    NoticeFacts,
    NoticeKind,
    PauseReason,
    Recovered,
    ServiceNotice,
    ServiceStatus,
    WaitReason,
)
from enigma_panel.store.files import Copy, Problem, ProblemKind
from enigma_panel.ui.actions import result_question
from enigma_panel.ui.notices.notice_list import QUIET_MS, NoticeList
from enigma_panel.ui.text import pages
from enigma_panel.ui.text.problems import Notice, NoticeAction
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.waiting import QueueAction
from tests.kit.builders import a_task
from tests.kit.clock import NOW
from tests.kit.fakes import FakeActions, FakeSelection
from tests.kit.person import notice_texts

Kind = NoticeKind
LOST = InterruptedCallError("timeout")
COPY = Copy(made_ms=NOW - 60_000, sessions_open=2)
AT = local_time(COPY.made_ms)
FACTS = NoticeFacts(
    verb=CommandVerb.PAUSE, reason="full", places=3, seconds=751, cost="$4.02", cap="$5.00"
)


class Bar:
    """The list of notices, over fakes."""

    def __init__(self, services: Any, app_actions: FakeActions) -> None:
        self.services, self.app_actions, self.selection = services, app_actions, FakeSelection()
        show_task, show_session = self.selection.show_task, self.selection.show_session
        self.notices = NoticeList(services, app_actions, show_task, show_session)  # type: ignore[arg-type]
        self.came: list[Notice] = []
        self.notices.came.connect(self.came.append)

    @property
    def told(self) -> list[str]:
        return [notice.title for notice in self.came]

    @property
    def lines(self) -> list[str]:
        return notice_texts(self.notices)

    @property
    def first(self) -> Notice:
        return self.notices.notices()[0]

    def offers(self) -> list[str]:
        return [self.first.label(action) for action in self.first.actions]

    def press(self, label: str) -> None:
        notice = self.first
        self.notices.choose(notice, next(a for a in notice.actions if notice.label(a) == label))

    def say(
        self, kind: Kind, key: int | None = None, error: ApiError | None = None, **facts: Any
    ) -> None:
        said = cast("NoticeFacts", facts)
        notice = ServiceNotice(kind=kind, session_key=key, task_key=key, error=error, facts=said)
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
            "The start of “Task 1” is unconfirmed. It may be running and cost money. If so, the "
            f"service ends it by {local_time(NOW + 200_000)}."
        )
    ]
    assert bar.offers() == ["Start it again (may run twice)", "Dismiss this start"]
    bar.press("Start it again (may run twice)")
    assert bar.app_actions.calls == [("run_again", bar.services.sessions.tasks[1])]


def test_the_account_page_is_offered_only_where_it_is_known(bar: Bar) -> None:
    bar.services.account.base_url = "https://connect.webrun.ai"
    unconfirmed_start(bar)
    assert bar.offers()[0] == "Open the account page"
    bar.press("Open the account page")
    assert bar.app_actions.calls == [("open_account_page",)]
    assert len(bar.lines) == 1  # it settles nothing


PAGE = "https://enigma.click/settings"


def test_an_account_page_is_never_guessed() -> None:
    assert pages.account_page("https://connect.webrun.ai") == "https://app.webrun.ai/usage"
    assert pages.account_page("https://connect.enigma.click") == PAGE
    for other in ("https://enigma.click", "http://127.0.0.1:8080", "https://webrun.ai"):
        assert pages.account_page(other) is None
        assert not pages.open_account_page(other)


def test_dismiss_settles_an_unconfirmed_start(bar: Bar) -> None:
    unconfirmed_start(bar)
    bar.press("Dismiss this start")
    assert bar.app_actions.calls == [("dismiss_start", 1)]
    bar.services.sessions.change_session(1, phase=Phase.CLOSED_ASSUMED)
    assert bar.lines == []


def test_a_session_that_stays_is_asked_for_a_lost_result(bar: Bar) -> None:
    unconfirmed_task(bar, close_after=False)
    assert "may or may not be running in shop.example 1" in bar.lines[0]
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


def test_a_refused_start_is_said_and_leads_to_its_task(bar: Bar) -> None:
    """Its row is bold until it was looked at, and offers what can be done."""
    bar.services.sessions.add(1)
    reply = Reply(status=400, code="INVALID_PARAMETER", message="maxDuration: out of range")
    bar.say(Kind.START_REFUSED, 1, RejectedError(reply, nothing_happened=True))
    (said,) = bar.came
    assert "“maxDuration: out of range”" in said.words
    assert bar.lines == []
    bar.notices.choose(said, NoticeAction.SHOW_TASK)
    assert bar.selection.shown == [("task", 1)]


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_has_words(bar: Bar, kind: NoticeKind) -> None:
    bar.services.sessions.add(1)
    bar.say(kind, 1, LOST, **FACTS)
    (said,) = bar.came
    assert "None" not in said.words
    assert "!" not in said.words


def test_the_program_s_own_troubles(bar: Bar) -> None:
    bar.say(Kind.LIMIT_LOWERED, places=3)
    bar.say(Kind.WENT_TO_SLEEP, seconds=751)
    assert [notice.words for notice in bar.came] == [
        "The service allows 3 browsers for now. More start when one closes.",
        "This computer slept for 12:31. Everything is being checked again.",
    ]
    assert bar.lines == []


# -- which ones ------------------------------------------------------------------------------------


def test_what_needs_a_look_is_kept_however_many_there_are(bar: Bar) -> None:
    for n in range(50):
        bar.notices.add(Notice(title=f"An unconfirmed start {n}."))
        bar.notices.add(Notice(title=f"It slept {n}.", needs_look=False))
    assert len(bar.told) == 100
    assert bar.lines == [f"An unconfirmed start {n}." for n in range(50)]


def test_what_may_cost_money_needs_a_look(bar: Bar) -> None:
    needs: set[NoticeKind] = set()
    for kind in NoticeKind:
        before = len(bar.lines)
        bar.say(kind, 1, **FACTS)
        needs |= {kind} if len(bar.lines) > before else set()
    assert needs == {
        Kind.START_UNCONFIRMED,
        Kind.COMMAND_FAILED,
        Kind.LEDGER_FAILED,
        Kind.CAP_NEAR,
        Kind.STOPPED_AT_CAP,
        Kind.STOP_IN_VAIN,
    }


def test_each_is_told_once_and_of_many_alike_one(bar: Bar) -> None:
    for key in (1, 2, 3):
        unconfirmed_start(bar, key)
        bar.say(Kind.START_UNCONFIRMED, key, LOST)
    assert bar.told == ["The start of “Task 1” is unconfirmed."]
    assert len(bar.lines) == 3
    bar.services.clock.now += QUIET_MS
    unconfirmed_start(bar, 4)
    assert len(bar.told) == 2


# -- the queue -------------------------------------------------------------------------------------

CALLS = {"Go on": ("go on",), "I have added funds": ("funds added",), "Try now": ("try now",)}
HELD = [
    (PauseReason.RESTARTED, "3 queued tasks are on hold.", ["Go on"]),
    (PauseReason.FORBIDDEN, "This account can't do that.", ["Go on"]),
    (PauseReason.UNTAKEN, "Browsers open but take no task.", ["Go on"]),
    (PauseReason.DIALECT, "The service does not understand this dialect.", ["Settings", "Go on"]),
    (PauseReason.FUNDS, "The balance is used up.", ["I have added funds"]),
    (PauseReason.KEY, "The API key was refused.", ["Enter the key"]),
]


def test_at_the_cap_of_the_day_it_can_be_raised_and_what_runs_be_ended(bar: Bar) -> None:
    queue, caps = bar.services.queue, bar.services.caps
    bar.services.settings.change(cap_per_day=Decimal(5))
    caps.today, caps.is_held = Decimal("5.02"), True
    queue.set(pause_reason=PauseReason.CAP)
    bar.notices.refresh()
    assert bar.lines == ["Daily cap reached: $5.02 of $5.00."]
    assert bar.offers() == ["Raise to $10.00"]
    bar.services.sessions.add(1)
    bar.services.sessions.add(3, status=TaskStatus.DONE)
    queue.put(2, why=WaitReason.CAP)
    bar.notices.refresh()
    assert bar.lines == [  # an idle one costs money, too
        "Daily cap reached: $5.02 of $5.00. 2 sessions carry on. 1 task is queued."
    ]
    assert bar.offers() == ["Raise to $10.00", "Terminate running ones"]
    undo: list[Callable[[], object]] = []
    bar.app_actions.undoable_done.connect(lambda _text, call: undo.append(call))
    bar.press("Raise to $10.00")
    bar.press("Terminate running ones")
    undo[0]()
    assert caps.done == ["raise", "terminate", "lower from 10 to 5"]
    wanted: list[None] = []
    bar.notices.costs_wanted.connect(lambda: wanted.append(None))
    caps.next_cap = None  # a report since then: twice the cap is not enough
    bar.press("Raise to $10.00")
    assert (len(undo), len(wanted)) == (1, 1)


def test_where_twice_the_cap_is_not_enough_costs_opens_and_the_dearest_is_named(bar: Bar) -> None:
    caps, sessions, opened = bar.services.caps, bar.services.sessions, list[bool]()
    sessions.add(1, status=TaskStatus.DONE, cost="10.5")
    bar.services.settings.change(cap_per_day=Decimal(5))
    caps.today, caps.is_held, caps.next_cap = Decimal(11), True, None
    caps.most = sessions.tasks[1]
    bar.notices.refresh()
    said = f"{sessions.sessions[1].name} cost most: $10.50."
    assert said in bar.first.text
    assert "Task 1" not in bar.first.words  # the desktop shows this, too
    bar.notices.costs_wanted.connect(lambda: opened.append(True))
    bar.press("Costs")
    assert (opened, caps.done) == ([True], [])


def test_a_reached_cap_is_said_beside_what_else_holds_the_queue(bar: Bar) -> None:
    queue, caps = bar.services.queue, bar.services.caps
    bar.services.settings.change(cap_per_day=Decimal(5))
    caps.today, caps.is_held = Decimal("5.02"), True
    queue.set(pause_reason=PauseReason.FUNDS)
    bar.notices.refresh()
    assert bar.lines == ["Daily cap reached: $5.02 of $5.00."]  # also where nothing is queued
    assert bar.notices.need() == bar.first
    bar.services.sessions.add(2)
    queue.put(1, why=WaitReason.FUNDS)
    bar.notices.refresh()
    assert bar.lines == [  # each says what the other does not
        "Daily cap reached: $5.02 of $5.00. 1 session carries on.",
        "The balance is used up. 1 task is queued.",
    ]
    assert bar.notices.need() == bar.first


@pytest.mark.parametrize(
    ("cap", "spent", "n_unknown", "said"),
    [
        ("0.025", "0.026", 0, "Daily cap reached: $0.03 of $0.025."),
        ("0.50", "0.509", 0, "Daily cap reached: $0.51 of $0.50."),
        ("0.12", "0.13", 1, "Daily cap reached: ≥ $0.13 of $0.12."),
        ("0", "0.30", 0, "The daily cap can't be read."),
    ],
)
def test_a_reached_cap_is_told_with_what_the_top_bar_says(
    bar: Bar, cap: str, spent: str, n_unknown: int, said: str
) -> None:
    bar.services.task_search.tell_today(TaskSum(cost=Decimal(spent), unknown=n_unknown))
    bar.services.settings.change(cap_per_day=Decimal(cap))
    bar.services.caps.today, bar.services.caps.is_held = Decimal(spent), True
    bar.notices.refresh()
    assert bar.lines == [said]


@pytest.mark.parametrize(("cap", "spent"), [("10", "4.02"), ("5", "5"), ("5", "0")])
def test_that_little_is_left_of_a_cap_is_said_while_it_is_true(
    bar: Bar, cap: str, spent: str
) -> None:
    bar.services.settings.change(cap_per_day=Decimal(5))
    bar.services.caps.today = Decimal("4.02")
    bar.services.task_search.tell_today(TaskSum(cost=Decimal("4.02"), unknown=1))
    bar.say(Kind.CAP_NEAR, cap="$5.00")
    bar.notices.refresh()
    assert bar.told == ["≥ $4.02 of $5.00 is spent today."]
    assert bar.offers() == []
    bar.services.settings.change(cap_per_day=Decimal(cap))
    bar.services.caps.today = Decimal(spent)
    bar.notices.refresh()
    assert bar.lines == []


def test_a_stop_at_a_cap_offers_terminate_while_its_browser_is_billed(bar: Bar) -> None:
    bar.services.sessions.add(1)
    name = bar.services.sessions.sessions[1].name
    bar.say(Kind.STOP_IN_VAIN, 1, cost="$0.39", cap="$0.25")
    bar.notices.refresh()
    still = "It costs $0.39 by now. Your cap is $0.25."
    assert bar.lines == [f"{name} runs on after its Stop. {still}"]
    bar.press("Terminate")
    bar.services.sessions.change_task(1, status=TaskStatus.STOPPED)
    bar.say(Kind.STOPPED_AT_CAP, 1)
    bar.notices.refresh()
    assert bar.lines == bar.told[1:] == [f"{name} was stopped at your cap and is still billing."]
    bar.press("Terminate")
    assert bar.app_actions.calls == [("command", [1], CommandVerb.TERMINATE)] * 2
    bar.services.sessions.change_session(1, phase=Phase.ENDED_BY_YOU)
    bar.notices.refresh()
    assert bar.lines == []


@pytest.mark.parametrize(("reason", "title", "ways"), HELD)
def test_a_held_queue_says_why_and_what_lets_it_go_on(
    bar: Bar, reason: PauseReason, title: str, ways: list[str]
) -> None:
    queue = bar.services.queue
    queue.put(1, 2, 3, why=WaitReason.STOPPED)
    queue.set(*queue.waiting, pause_reason=reason)
    bar.notices.refresh()
    need = bar.notices.need()
    assert need is not None
    assert need.title == title
    assert bar.offers() == [*ways, "Remove all"]
    assert bar.told == []  # it stands in the top bar
    bar.press(ways[-1])
    if ways[-1] in CALLS:
        assert queue.calls == [CALLS[ways[-1]]]
    else:
        assert bar.app_actions.dialogs.calls == [("open_key",)]
    assert bar.notices.need() is not None  # until it does go on
    queue.set()
    bar.notices.refresh()
    assert bar.lines == []


def test_the_words_of_the_service_and_what_carries_on(bar: Bar) -> None:
    queue = bar.services.queue
    for key in (4, 5):
        bar.services.sessions.add(key, sent_ms=NOW)
    queue.put(1, why=WaitReason.STOPPED)
    reply = Reply(status=402, code="INSUFFICIENT_BALANCE", balance=Decimal("0.15"))
    queue.pause_error = RejectedError(reply, nothing_happened=True)
    bar.services.account.base_url = "https://connect.webrun.ai"
    queue.set(*queue.waiting, pause_reason=PauseReason.FUNDS)
    bar.notices.refresh()
    assert bar.lines == [
        "The balance is used up ($0.15 left). 2 sessions carry on. 1 task is queued."
    ]
    assert bar.offers() == ["Add funds", "I have added funds", "Remove all"]
    bar.press("Add funds")
    assert bar.app_actions.calls == [("open_account_page",)]


def test_after_a_restart_it_is_about_the_tasks_of_then(bar: Bar) -> None:
    queue = bar.services.queue
    queue.put(1, 2, why=WaitReason.STOPPED)
    queue.put(3)
    queue.set(*queue.waiting, pause_reason=PauseReason.RESTARTED)
    bar.notices.refresh()
    assert bar.first.title == "2 queued tasks are on hold."
    bar.press("Remove all")
    assert bar.app_actions.calls == [("queued", [1, 2], QueueAction.REMOVE)]


def test_a_browser_is_asked_for_at_once(bar: Bar) -> None:
    bar.services.queue.wants_browser = True
    bar.notices.refresh()
    assert bar.lines == ["The service has no free browser. The program keeps trying."]
    bar.press("Try now")
    assert bar.services.queue.calls == [("try now",)]
    assert bar.notices.need() is None  # nothing waits for the person


# -- files ----------------------------------------------------------------------------------------


def test_a_damaged_ledger_with_a_copy(bar: Bar) -> None:
    problem = Problem(
        kind=ProblemKind.DAMAGED, path=Path("/data/ledger.sqlite3"), reason="x", copy=COPY
    )
    bar.notices.show_problem(problem)
    assert bar.lines == [
        (
            "The history is damaged (x). Something that still costs money may be missing here. No "
            f"new copy is made. There is a copy from {AT} (2 sessions were open). Anything started "
            "since is missing, and may still cost money."
        )
    ]
    assert bar.offers() == ["Restart with the copy"]
    wanted: list[bool] = []
    bar.notices.copy_wanted.connect(lambda: wanted.append(True))
    bar.press("Restart with the copy")
    assert wanted == [True]


@pytest.mark.parametrize(
    ("kind", "kept", "words"),
    [
        (
            ProblemKind.BROKEN,
            "s.broken",
            "The history was damaged and is empty now. Earlier sessions may still cost",
        ),
        (ProblemKind.NEWER, None, "s was saved by a newer version. The caps per task and per day"),
        (ProblemKind.UNREADABLE, None, "s can't be read. The caps per task and per day are off."),
        (ProblemKind.NO_CAP, None, "Your cap per task could not be read and is off."),
        (ProblemKind.UNWRITABLE, None, "s can't be written (x). The program carries on"),
        (ProblemKind.REPAIRED, None, "The history was damaged and has been repaired. Quit and"),
        (ProblemKind.DAMAGED, None, "The history is damaged (x). Something that still costs"),
    ],
)
def test_other_problems_with_files(
    bar: Bar, kind: ProblemKind, kept: str | None, words: str
) -> None:
    kept_as = Path("/data") / kept if kept else None
    problem = Problem(kind=kind, path=Path("/data/s"), kept_as=kept_as, reason="x")
    bar.notices.show_problem(problem)
    assert bar.lines[0].startswith(words)
    assert len(bar.lines) == 1


def test_damaged_settings_are_told_and_kept(bar: Bar) -> None:
    path, kept = Path("/data/settings.json"), Path("/data/settings.broken")
    problem = Problem(kind=ProblemKind.BROKEN, path=path, kept_as=kept, reason="x")
    bar.notices.show_problem(problem)
    said = "Damaged settings were reset."
    caps = "The caps per task and per day are off."
    assert bar.lines == [f"{said} {caps} The damaged file is kept as settings.broken."]


def test_unreadable_rows_are_counted(bar: Bar) -> None:
    bar.notices.show_recovered(Recovered())
    assert bar.lines == []
    bar.notices.show_recovered(Recovered(bad_rows=2))
    bar.notices.show_recovered(Recovered(bad_rows=3))
    assert bar.lines == [
        "3 entries of the history can't be read. Something in them may still cost money."
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


def test_a_refused_stop_names_the_cap_that_it_was_given_for(bar: Bar) -> None:
    bar.services.sessions.add(1, status=TaskStatus.WORKING, code="AT_CAP", error="$0.25")
    refused = RejectedError(Reply(status=400), nothing_happened=True)
    bar.say(Kind.COMMAND_FAILED, 1, refused, verb="stop")
    (said,) = bar.lines
    why = "The service refused this (400). Your cap of $0.25 is reached."
    assert said == f"Stop was refused for shop.example 1. {why}"


# -- leaving --------------------------------------------------------------------------------------


def test_it_leaves_when_the_ledger_can_be_written_again(bar: Bar) -> None:
    bar.say(Kind.LEDGER_FAILED, reason="disk full")
    bar.say(Kind.LEDGER_FAILED, reason="still full")
    assert len(bar.lines) == 1
    bar.notices.ledger_recovered()
    assert bar.lines == []


@pytest.mark.parametrize(
    ("kind", "facts"),
    [(Kind.COMMAND_FAILED, {"verb": "terminate"}), (Kind.COMMAND_FAILED, {"verb": "pause"})],
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
    bar.services.sessions.change_session(1, site="x")
    assert bar.lines
    bar.services.sessions.change_task(1, status=TaskStatus.WORKING)
    bar.services.sessions.change_session(1, phase=Phase.OPEN)
    assert bar.lines == []


def test_an_unconfirmed_task_leaves_when_it_is_known(bar: Bar) -> None:
    unconfirmed_task(bar)
    bar.services.sessions.change_session(1, site="x")
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


def test_settings_that_can_be_saved_again(bar: Bar) -> None:
    bar.services.settings.failed.emit(type("E", (), {"reason": "read only"})())
    assert bar.lines == ["The settings can't be saved: read only."]
    bar.services.settings.changed.emit()
    assert bar.lines == []


def test_the_key_is_said_as_long_as_it_is_missing(bar: Bar) -> None:
    bar.services.account.state = KeyState.LOCKED
    bar.services.account.changed.emit()
    bar.press("Enter the key")
    assert bar.app_actions.dialogs.calls == [("open_key",)]
    assert bar.lines == ["The keychain could not be read. Nothing can start until you enter a key."]
    assert bar.told == []  # the dialog opens by itself
    bar.services.account.state = KeyState.READY
    bar.services.account.changed.emit()
    assert bar.lines == []
    bar.services.account.last_check = KeyCheck.REFUSED
    bar.services.account.changed.emit()
    assert bar.told == ["The API key was refused."]
    bar.services.queue.set(pause_reason=PauseReason.KEY)
    bar.notices.refresh()
    assert bar.lines == ["The API key was refused. Nothing can start until you enter a key."]
    bar.services.queue.put(1, why=WaitReason.STOPPED)
    bar.notices.refresh()
    assert bar.lines == ["The API key was refused. 1 task is queued."]


# -- the program's end ----------------------------------------------------------------------------


def test_the_coming_end_stands_in_the_top_bar_and_can_be_cancelled(bar: Bar) -> None:
    cancelled: list[bool] = []
    bar.notices.quit_cancelled.connect(lambda: cancelled.append(True))
    bar.services.queue.put(1)
    bar.services.queue.set(*bar.services.queue.waiting, pause_reason=PauseReason.FUNDS)
    bar.notices.show_quit("Quits when 2 tasks are done.")
    bar.notices.show_quit("Quits when 1 task is done.")
    need = bar.notices.need()
    assert need is not None
    assert need.title == "Quits when 1 task is done."
    assert len(bar.lines) == 2, "the top bar may show a question in its place"
    bar.notices.choose(need, NoticeAction.CANCEL_QUIT)
    assert cancelled == [True]
    bar.notices.show_quit("")
    assert len(bar.lines) == 1
