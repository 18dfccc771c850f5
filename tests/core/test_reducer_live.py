"""What the live channel tells, reduced: late, repeated and out of order it must change nothing."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from enigma_panel.core.attribution import SETTLE_MS
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.core.reducer import reduce
from tests.core.test_reducer import NOW, _session, _task

S, P, K = TaskStatus, Phase, Kind


def _reduce(
    session: Session, task: Task | None, observation: Observation, at: int
) -> tuple[Session, Task]:
    session, moved = reduce(session, task, observation, at)
    assert moved is not None
    return session, moved


@pytest.mark.parametrize("kind", [K.ACTIVE, K.QUEUED])
def test_a_poll_asked_before_the_question_does_not_close_it(kind: Kind) -> None:
    _, asks = _reduce(_session(), _task(), Observation(kind=K.QUESTION, text="Which?"), NOW)
    old = Observation(kind=kind, asked_ms=NOW - 1)
    assert _reduce(_session(), asks, old, NOW + 100)[1] is asks
    lags = replace(old, asked_ms=NOW + SETTLE_MS - 1)
    assert _reduce(_session(), asks, lags, NOW + SETTLE_MS)[1] is asks
    later = Observation(kind=K.ACTIVE, asked_ms=NOW + SETTLE_MS)
    assert _reduce(_session(), asks, later, NOW + SETTLE_MS + 1)[1].status is S.WORKING


def test_a_poll_that_brings_an_earlier_question_than_the_open_one_is_old() -> None:
    _, first = _reduce(_session(), _task(), Observation(kind=K.QUESTION, text="One?"), NOW)
    _, answered = _reduce(_session(), first, Observation(kind=K.ANSWER_SENT), NOW + 10)
    _, second = _reduce(_session(), answered, Observation(kind=K.QUESTION, text="Two?"), NOW + 20)
    old = Observation(kind=K.QUESTION, text="One?", asked_ms=NOW + 19)
    assert _reduce(_session(), second, old, NOW + 30)[1] is second
    new = replace(old, text="Three?", asked_ms=NOW + 21)
    assert _reduce(_session(), second, new, NOW + 30)[1].question == "Three?"


def test_steps_that_come_late_do_not_pretend_that_it_works() -> None:
    for status in (S.PAUSED, S.DONE, S.QUEUED):
        task = _task(status=status)
        assert _reduce(_session(), task, Observation(kind=K.ACTION), NOW)[1] is task


LOST = Observation(kind=K.ORPHANED, grace_ms=300_000)


def test_a_lost_browser_stays_lost_whatever_polls_say_while_the_service_waits_for_it() -> None:
    session, _ = reduce(_session(), None, LOST, NOW)
    assert (session.phase, session.lost_until_ms) == (P.CONNECTION_LOST, NOW + 300_000)
    again, _ = reduce(session, None, LOST, NOW + 50)
    assert again is session, "told twice"
    active = Observation(kind=K.ACTIVE)
    assert reduce(session, None, active, NOW + 299_999)[0] is session
    assert reduce(session, None, active, NOW + 300_000)[0].phase is P.OPEN
    back, _ = reduce(session, None, Observation(kind=K.RECONNECTED), NOW + 60)
    assert (back.phase, back.lost_until_ms) == (P.OPEN, None)
    unheard, _ = reduce(session, None, Observation(kind=K.LIVE_LOST), NOW + 60)
    assert (unheard.phase, unheard.lost_until_ms) == (P.CONNECTION_LOST, None)
    assert reduce(unheard, None, active, NOW + 70)[0].phase is P.OPEN


@pytest.mark.parametrize(
    ("reason", "fields", "end"),
    [
        ("completed", {}, P.CLOSED),
        ("terminateOnCompletion", {"terminate_sent_ms": 5}, P.CLOSED),
        ("expired", {}, P.ENDED_BY_LIMIT),
        ("instance_lost", {}, P.FAILED),
        ("terminated", {}, P.CLOSED),
        ("terminated", {"terminate_sent_ms": 5}, P.ENDED_BY_YOU),
        ("something new", {"expires_ms": NOW}, P.ENDED_BY_LIMIT),
        (None, {}, P.CLOSED),
    ],
)
def test_the_reason_of_an_end(reason: str | None, fields: dict[str, int], end: Phase) -> None:
    observation = Observation(kind=K.SESSION_ENDED, code=reason)
    session, _ = reduce(_session(**fields), None, observation, NOW)
    assert (session.phase, session.ended_ms) == (end, NOW)


def test_an_end_of_the_session_says_nothing_of_its_task() -> None:
    observation = Observation(kind=K.SESSION_ENDED, code="terminateOnCompletion")
    session, task = _reduce(_session(close_after=True), _task(), observation, NOW)
    assert (session.phase, task.status) == (P.CLOSED, S.WORKING)
    _, done = _reduce(session, task, Observation(kind=K.COMPLETED, text="r"), NOW + 500)
    assert (done.status, done.result) == (S.DONE, "r"), "the result came after the end"


def test_a_failure_told_before_the_name_lets_its_session_be_closed() -> None:
    task = _task(status=S.STARTING, spec=TaskSpec(text="t", close_after=True))
    observation = Observation(kind=K.FAILED, text="no", code="PAGE_CRASH")
    session, failed = _reduce(_session(), task, observation, NOW)
    assert (session.close_after, failed.status) == (True, S.FAILED)
    reply = Observation(kind=K.ACCEPTED, task_id="t1")
    same, named = _reduce(session, failed, reply, NOW + 10)
    assert same is session
    assert named == replace(failed, service_id="t1")


def test_a_late_reply_does_not_open_what_its_own_result_has_closed() -> None:
    task = _task(status=S.STARTING, spec=TaskSpec(text="t", close_after=True))
    done = Observation(kind=K.COMPLETED, text="r", task_id="t1")
    session, ended = _reduce(_session(), task, done, NOW)
    assert session.phase is P.CLOSED_ASSUMED
    reply = Observation(kind=K.ACCEPTED, task_id="t1")
    assert reduce(session, ended, reply, NOW + 10) == (session, ended)


def test_a_lost_reply_does_not_hide_a_question_that_is_open() -> None:
    _, asks = _reduce(_session(), _task(status=S.STARTING), Observation(kind=K.QUESTION), NOW)
    unknown = Observation(kind=K.UNKNOWN)
    assert _reduce(_session(), asks, unknown, NOW + 1)[1] is asks
    _, answered = _reduce(_session(), asks, Observation(kind=K.ANSWER_SENT), NOW + 2)
    assert _reduce(_session(), answered, unknown, NOW + 3)[1] is answered


def test_what_was_lost_is_found_by_its_report() -> None:
    task = _task(status=S.LOST, sent_ms=NOW - 50, ended_ms=NOW - 5)
    done = Observation(kind=K.COMPLETED, text="r", task_id="t1")
    session, found = _reduce(_session(phase=P.CLOSED), task, done, NOW)
    assert (found.status, found.result, found.is_new, session.phase) == (
        S.DONE,
        "r",
        True,
        P.CLOSED,
    )
    _, failed = _reduce(_session(), task, Observation(kind=K.FAILED, text="x"), NOW)
    assert (failed.status, failed.error, failed.is_new) == (S.FAILED, "x", True)
    for kind in set(Kind) - {K.COMPLETED, K.FAILED, K.RESTORED}:
        assert _reduce(_session(), task, Observation(kind=kind, text="x"), NOW)[1].status is S.LOST


@pytest.mark.parametrize("status", [S.STOPPED, S.LOST])
def test_a_late_reply_that_its_session_was_terminated_brings_name_and_cost(
    status: TaskStatus,
) -> None:
    task = _task(status=status, sent_ms=NOW - 50, ended_ms=NOW - 5)
    cost = Usage(cost=Decimal("0.002035"))
    observation = Observation(kind=K.TERMINATED, task_id="t1", usage=cost)
    _, after = _reduce(_session(phase=P.ENDED_BY_YOU), task, observation, NOW)
    assert (after.status, after.service_id, after.usage) == (status, "t1", cost)
