"""Words for errors as a table, and words for states and times."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import (
    REFUSALS,
    ApiError,
    FailureKind,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    Reply,
    SessionGoneError,
)
from enigma_panel.api.wire.responses import TASK_CODES
from enigma_panel.core.models import SessionState, TaskStatus
from enigma_panel.core.observation import OWN_CODES, Kind
from enigma_panel.services.retry_policy import refused_fact
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text import states
from enigma_panel.ui.text.cells import result_cell
from enigma_panel.ui.text.errors import (
    TABLE,
    Call,
    ErrorContext,
    ErrorDetails,
    explain,
    explain_code,
    row_of,
)
from enigma_panel.ui.text.task import trouble_text
from enigma_panel.ui.theme.palette import Severity
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW
from tests.kit.gateways import GATEWAYS, UNCONFIRMED, GatewayReply, error_of
from tests.kit.rows import check_rows


def rejected(status: int, code: str | None = None, **more: Any) -> RejectedError:
    return RejectedError(Reply(status=status, code=code, **more), nothing_happened=True)


START = ErrorContext(call=Call.START, task="MX Keys", session="amazon.com 3", ends_at="14:37")
HERE = ErrorContext(call=Call.NEW_TASK, task="MX Keys", session="amazon.com 3")

CALLS = [
    (
        rejected(400, "INVALID_PARAMS", message="maxDuration is too long"),
        START,
        (
            "The service did not accept this task: “maxDuration is too long”. Nothing was started. "
            "Change it and start it again."
        ),
    ),
    (
        rejected(400, message=None),
        START,
        "The service did not accept this task. Nothing was started. Change it and start it again.",
    ),
    (
        rejected(400, "INVALID_PARAMS", message="no such state"),
        ErrorContext(call=Call.COMMAND),
        "The service refused this (400): “no such state”.",
    ),
    (rejected(401, "INVALID_API_KEY"), START, "The API key was refused. Enter another key."),
    (rejected(401, "API_KEY_EXPIRED"), START, "The API key has expired. Enter another key."),
    (
        rejected(402, "INSUFFICIENT_BALANCE", balance=Decimal("0.15")),
        ErrorContext(call=Call.START, open_sessions=4),
        (
            "The balance is used up ($0.15 left). 4 sessions carry on. "
            "Add funds to your account, then start the task again."
        ),
    ),
    (
        rejected(402),
        ErrorContext(call=Call.START, open_sessions=1),
        (
            "The balance is used up. 1 session carries on. "
            "Add funds to your account, then start the task again."
        ),
    ),
    (
        rejected(402, "PAYMENT_FAILED"),
        START,
        "The account's payment was declined. Check it on the account page.",
    ),
    (
        rejected(403, message="Account is deactivated"),
        START,
        "This account can't do that: “Account is deactivated”. Nothing was started.",
    ),
    (
        SessionGoneError(Reply(status=401), nothing_happened=True),
        HERE,
        (
            "The service does not find this session. The task was not started. "
            "Terminate it to be sure, or start a new one."
        ),
    ),
    (
        rejected(429, "SESSION_LIMIT_REACHED", limit=5),
        START,
        "All 5 browsers are in use. Nothing was started. Start it again when one is free.",
    ),
    (
        rejected(429, "SESSION_LIMIT_REACHED", limit=1),
        START,
        "The only browser is in use. Nothing was started. Start it again when one is free.",
    ),
    (
        rejected(409, "TASK_ALREADY_RUNNING"),
        HERE,
        "This session is busy. Start it again when its task has ended.",
    ),
    (
        rejected(429, retry_after_s=11.6),
        START,
        "Rate limit reached. Nothing was started. Try again in 12 s.",
    ),
    (rejected(429), ErrorContext(call=Call.COMMAND), "Rate limit reached. Try again in a minute."),
    (
        rejected(503, "NO_INSTANCES_AVAILABLE", retry_after_s=4.0),
        START,
        "The service has no free browser. Nothing was started. Try again in 4 s.",
    ),
    (
        rejected(503, "INSTANCE_UNAVAILABLE"),
        START,
        "The service has no free browser. Nothing was started. Try again in a moment.",
    ),
    (
        ProtocolError(502, "<html>"),
        ErrorContext(),
        "The service answered in a way that makes no sense (502). The program keeps checking.",
    ),
    (
        ProtocolError(502, "<html>"),
        START,
        (
            "The start of “MX Keys” is unconfirmed. It may be running and cost money. If so, the "
            "service ends it by 14:37. Start it again (may run twice) or dismiss it."
        ),
    ),
    (
        rejected(500),
        ErrorContext(),
        "The service answered in a way that makes no sense (500). The program keeps checking.",
    ),
    (rejected(418, message="teapot"), ErrorContext(), "The service refused this (418): “teapot”."),
    (
        ProtocolError(404, "<html>", nothing_happened=True),
        START,
        "The service answered in a way that makes no sense (404). Nothing was started.",
    ),
    (
        ProtocolError(
            429, "<html>", reply=Reply(status=429, retry_after_s=7.0), nothing_happened=True
        ),
        START,
        "Rate limit reached. Nothing was started. Try again in 7 s.",
    ),
    (
        ProtocolError(503, "Service Unavailable", reply=Reply(status=503)),
        HERE,
        (
            "The reply to “MX Keys” was lost. It may or may not be running in amazon.com 3, and "
            "cost money. Wait until the session ends, or terminate it."
        ),
    ),
    (
        NotConnectedError("dns"),
        START,
        "No connection: the service's address was not found. Nothing was started.",
    ),
    (NotConnectedError("closed"), ErrorContext(), "No connection."),
    (
        InterruptedCallError("timeout"),
        START,
        (
            "The start of “MX Keys” is unconfirmed. It may be running and cost money. If so, the "
            "service ends it by 14:37. Start it again (may run twice) or dismiss it."
        ),
    ),
    (
        InterruptedCallError("timeout"),
        ErrorContext(call=Call.START, task="MX Keys", has_page=True),
        (
            "The start of “MX Keys” is unconfirmed. It may be running and cost money. Check the "
            "account page. Then dismiss it, or start it again (may run twice)."
        ),
    ),
    (
        InterruptedCallError("timeout"),
        HERE,
        (
            "The reply to “MX Keys” was lost. It may or may not be running in amazon.com 3, and "
            "cost money. Wait until the session ends, or terminate it."
        ),
    ),
    (
        InterruptedCallError("timeout"),
        ErrorContext(call=Call.NEW_TASK, task="MX Keys", session="amazon.com 3", stays_open=True),
        (
            "The reply to “MX Keys” was lost. It may or may not be running in amazon.com 3, and "
            "cost money. Ask the session for its result, or terminate it."
        ),
    ),
    (
        NotConnectedError("proxy"),
        HERE,
        "No connection: the proxy blocked it. The task was not started.",
    ),
    (
        InterruptedCallError("cut"),
        ErrorContext(call=Call.COMMAND),
        (
            "The connection broke before the service answered. It may or may not have arrived. "
            "Watch the session."
        ),
    ),
]


def test_a_failed_call_has_its_words() -> None:
    def check(error: ApiError, context: ErrorContext, text: str) -> None:
        assert explain(error, context).text == text

    check_rows(CALLS, check)


CODES = [
    (
        "TASK_TIMEOUT",
        ErrorContext(cost=Decimal("0.07")),
        (
            "The task took longer than its limit. It cost $0.070. "
            "Give it more time or make it smaller."
        ),
    ),
    ("NAVIGATION_TIMEOUT", ErrorContext(), "A page did not load in 30 s. Run it again."),
    (
        "ELEMENT_NOT_FOUND",
        ErrorContext(),
        "The agent did not find what it needed. Try other words.",
    ),
    (
        "PAGE_CRASH",
        ErrorContext(left="2:10"),
        "The page crashed. The browser is open, 2:10 left. Run it again here, or terminate.",
    ),
    ("PAGE_CRASH", ErrorContext(), "The page crashed. Run it again."),
    (
        "TASK_NOT_FOUND",
        ErrorContext(),
        "The service no longer knows this task. Its result can't be fetched.",
    ),
    (
        "SESSION_EXPIRED",
        ErrorContext(),
        (
            "The service does not find this session. It may have ended, or still cost money. "
            "Terminate it to be sure, or start a new one."
        ),
    ),
    (
        "SESSION_NOT_FOUND",
        ErrorContext(call=Call.NEW_TASK, is_closed=True),
        "The service lost its browser. Nothing is running. Start it again.",
    ),
    (
        "MISSING_PROMPT",
        START,
        (
            "The service did not accept this task: “too bad”. Nothing was started. "
            "Change it and start it again."
        ),
    ),
    ("HTTP_429", START, "Rate limit reached. Nothing was started. Try again in a minute."),
    ("HTTP_418", START, "The service refused this (418): “too bad”. Nothing was started."),
    ("TAKEN_BACK", START, "It was removed from the queue. It was not started."),
    ("NOT_CONNECTED", START, "No connection. Nothing was started."),
    (None, ErrorContext(), "The task failed: “too bad”. Run it again, or try other words."),
    (
        "SOMETHING_NEW",
        ErrorContext(),
        "The task failed: “too bad”. Run it again, or try other words.",
    ),
]


def test_a_refusal_of_a_gateway_reads_the_same_in_the_notice_and_in_details() -> None:
    def check(reply: GatewayReply) -> None:
        error = error_of(reply)
        said = explain(error, START)
        if reply.failure is UNCONFIRMED:
            assert said.what == "The start of “MX Keys” is unconfirmed."
            assert said.money.startswith("It may be running and cost money")
            return
        fact = refused_fact(error, Kind.REFUSED)
        kept = explain_code(fact.code, fact.text, START)
        assert (kept.what, kept.money) == (said.what, said.money)
        assert "may be running" not in said.text
        if reply.failure is not FailureKind.KEY:
            assert said.money == "Nothing was started."

    check_rows([(reply,) for reply in GATEWAYS], check)


@pytest.mark.parametrize(("code", "context", "text"), CODES)
def test_a_failed_task_has_its_words(code: str | None, context: ErrorContext, text: str) -> None:
    assert explain_code(code, "too bad", context).text == text


def test_of_a_lost_task_nothing_is_said_to_be_known() -> None:
    """The service need not have said that it does not know it: it may never have been asked."""
    for service_id, why in (
        (None, "The reply was lost."),
        ("t-1", "The service no longer knows this task."),
    ):
        lost = a_task(status=TaskStatus.LOST, service_id=service_id)
        told = trouble_text(a_session(), lost, NOW)
        assert told is not None
        assert told.text == f"{why} It may have finished, but its result is gone."


def test_every_row_speaks_plainly() -> None:
    for row in TABLE.values():
        text = row(ErrorDetails(context=START)).text
        assert text
        assert "!" not in text
        assert "None" not in text


def test_the_status_decides_where_the_code_is_unknown() -> None:
    assert row_of(rejected(402, "NEW_CODE")) == "INSUFFICIENT_BALANCE"
    assert row_of(rejected(599, "NEW_CODE")) == "nonsense"


@pytest.mark.parametrize("context", [START, HERE])
def test_of_an_unconfirmed_start_nobody_says_that_nothing_was_started(
    context: ErrorContext,
) -> None:
    refused = Reply(status=404, code="SESSION_NOT_FOUND", message="Session not found")
    for error in (
        SessionGoneError(refused, nothing_happened=False),
        RejectedError(refused, nothing_happened=False),
        ProtocolError(404, "?", reply=refused),
        InterruptedCallError("cut"),
    ):
        assert "not started" not in explain(error, context).text, error
        assert "Nothing was started" not in explain(error, context).text, error


def test_a_code_that_earlier_programs_gave_a_task_takes_nothing_from_it() -> None:
    """They marked what came with the ids of an unknown task."""
    done = a_task(status=TaskStatus.DONE, result="$39.99", code="OTHER_TASK", ended_ms=NOW)
    assert result_cell(done, None) == result_cell(replace(done, code=None), None)
    assert trouble_text(a_session(), done, NOW) is None
    failed = replace(done, status=TaskStatus.FAILED, error="The page is gone", result=None)
    told = trouble_text(a_session(), failed, NOW)
    assert told is not None
    assert told.what == "The task failed: “The page is gone”."


def test_a_message_of_the_service_is_never_read_as_a_pattern() -> None:
    error = rejected(400, message="{task} {0} %s <b>x</b>\nsecond line" + "y" * 5_000)
    what = explain(error, START).what
    assert "{task} {0} %s <b>x</b> second line" in what
    assert len(what) < 300


def test_times() -> None:
    assert states.duration(41_000) == "0:41"
    assert states.duration(3_723_000) == "1:02:03"
    assert states.duration(-5) == "0:00"
    assert states.spoken_duration(161_000) == "2 min 41 s"
    assert states.spoken_duration(60_000) == "1 min"
    assert states.spoken_duration(1_000) == "1 s"
    assert states.age(2_400) == "2 s ago"
    assert states.age(200_000) == "3 min ago"


def test_every_state_has_a_word() -> None:
    assert len({states.session_state_text(state).word for state in SessionState}) == len(
        SessionState
    )
    tasks = [a_task(status=status) for status in TaskStatus]
    assert len({states.task_status_text(task).word for task in tasks}) == len(TaskStatus)
    red = [one.status for one in tasks if states.task_status_text(one).severity is Severity.RED]
    assert red == [TaskStatus.FAILED]  # of a lost one the outcome is unknown
    assert states.session_state_text(SessionState.PAUSED).word == "Pause sent · still billing"


def test_one_line() -> None:
    assert shorten("a\n\n b\tc") == "a b c"
    assert shorten("Pay $5\u202e000\u202c?") == "Pay $5 000 ?"
    assert shorten("x" * 500, 10) == "x" * 9 + "…"
    assert shorten("x " * 5 + " " * 900 + "end", 20).endswith("…")
    assert Translations("Errors")("{n} {{left}}", n=2) == "2 {left}"


def test_each_documented_code_has_its_words() -> None:
    assert (REFUSALS.keys() | TASK_CODES | OWN_CODES) <= TABLE.keys()


def test_a_code_counts_in_any_spelling_and_our_own_is_none_of_the_service() -> None:
    assert row_of(rejected(429, "session_limit_reached")) == "SESSION_LIMIT_REACHED"
    assert row_of(rejected(400, "LEDGER_FAILED")) == "INVALID_PARAMS"
    assert row_of(rejected(400, "lost start")) == "INVALID_PARAMS"
    assert explain_code("session_Expired", None) == explain_code("SESSION_EXPIRED", None)
    failed = explain_code("NEW_CODE", "no")
    for code in ("lost start", "interrupted", "403", "5xx"):
        assert explain_code(code, "no") == failed
