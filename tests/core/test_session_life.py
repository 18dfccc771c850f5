"""When a session ends by our clock, in each dialect (api.md §2)."""

from itertools import product

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import FINAL_PHASES, Limits, Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.reducer import ALIVE_KINDS, kept_open, reduce
from enigma_panel.core.service_rules import RULES, Dialect
from tests.kit.builders import new_session, new_task
from tests.kit.rows import check_rows

NOW = 1_700_000_000_000
CAP_MS = 120_000
WEBRUN = (Dialect.W1, Dialect.W2)
IDLE_MS = RULES[Dialect.W2].idle_ms


def _at_work(dialect: Dialect) -> tuple[Session, Task]:
    """A session whose life runs out in a minute, and a task of two minutes sent just now."""
    session = new_session(
        dialect=dialect, phase=Phase.OPEN, created_ms=NOW - 240_000, expires_ms=NOW + 60_000
    )
    task = new_task(status=TaskStatus.WORKING, sent_ms=NOW, service_id="t1")
    spec = replace(task.spec, limits=Limits(max_duration_ms=CAP_MS), close_after=False)
    return session, replace(task, spec=spec)


def _after(session: Session, task: Task, kind: Kind, now_ms: int) -> int | None:
    return reduce(session, task, Observation(kind=kind), now_ms)[0].expires_ms


def test_a_maximum_duration_of_the_session_ends_it_whatever_happens() -> None:
    session, task = _at_work(Dialect.E)
    for kind in set(Kind) - {Kind.OUTLIVED}:
        assert _after(session, task, kind, NOW + 30_000) == session.expires_ms, kind
    assert kept_open(session, task, NOW) == session


@pytest.mark.parametrize("dialect", WEBRUN)
def test_a_task_that_was_sent_may_take_its_time_and_five_minutes_follow(dialect: Dialect) -> None:
    session, task = _at_work(dialect)
    assert kept_open(session, task, NOW).expires_ms == NOW + CAP_MS + IDLE_MS
    assert _after(session, task, Kind.ACTIVE, NOW + 50_000) == NOW + CAP_MS + IDLE_MS


@pytest.mark.parametrize("dialect", WEBRUN)
def test_a_session_that_works_longer_than_that_is_not_over(dialect: Dialect) -> None:
    session, task = _at_work(dialect)
    late = NOW + CAP_MS + 200_000
    assert _after(session, task, Kind.ACTIVE, late) == late + IDLE_MS


@pytest.mark.parametrize("dialect", WEBRUN)
def test_after_its_task_five_idle_minutes_end_it(dialect: Dialect) -> None:
    session, task = _at_work(dialect)
    assert _after(session, task, Kind.COMPLETED, NOW + 40_000) == NOW + 40_000 + IDLE_MS


@pytest.mark.parametrize("dialect", WEBRUN)
def test_while_it_waits_for_a_person_five_minutes_may_end_it(dialect: Dialect) -> None:
    session, task = _at_work(dialect)
    session, asks = reduce(
        session, task, Observation(kind=Kind.QUESTION, text="Blue?"), NOW + 9_000
    )
    assert asks is not None
    for age_ms in (9_000, 60_000, IDLE_MS):  # the polls that repeat it are nothing that happens
        told = Observation(kind=Kind.QUESTION, text="Blue?")
        assert reduce(session, asks, told, NOW + age_ms)[0].expires_ms == NOW + 9_000 + IDLE_MS
    assert _after(session, asks, Kind.QUESTION, NOW + 10_000 + IDLE_MS) is None
    answered = NOW + 100_000
    session, _ = reduce(session, asks, Observation(kind=Kind.ANSWER_SENT), answered)
    assert session.expires_ms == NOW + CAP_MS + IDLE_MS


@pytest.mark.parametrize("dialect", WEBRUN)
def test_what_only_we_think_is_no_activity(dialect: Dialect) -> None:
    session, task = _at_work(dialect)
    for kind in (Kind.UNKNOWN, Kind.LIVE_LOST, Kind.SESSION_DOUBTED, Kind.LIFETIME_OVER):
        assert _after(session, task, kind, NOW + 30_000) == session.expires_ms, kind


def test_a_start_of_unknown_outcome_may_cost_until_then() -> None:
    assert RULES[Dialect.E].latest_end_ms(NOW, CAP_MS) == NOW + CAP_MS
    assert RULES[Dialect.E].latest_end_ms(NOW, None) == NOW + 300_000
    assert RULES[Dialect.W2].latest_end_ms(NOW, CAP_MS) == NOW + CAP_MS + IDLE_MS


def test_each_dialect_has_an_idle_time_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, Dialect.W2, replace(RULES[Dialect.W2], idle_ms=60_000))
    session, task = _at_work(Dialect.W2)
    assert kept_open(session, task, NOW).expires_ms == NOW + CAP_MS + 60_000
    assert _after(session, task, Kind.COMPLETED, NOW + 40_000) == NOW + 100_000
    gone = replace(session, phase=Phase.EXPIRED_ASSUMED)
    assert _after(gone, task, Kind.OUTLIVED, NOW) == NOW + 60_000


def test_no_sign_of_life_moves_a_task_whose_session_is_over() -> None:
    """But a result does: it may come late."""

    def check(phase: Phase, status: TaskStatus) -> None:
        session = new_session(phase=phase, service_id="s1", ended_ms=NOW)
        task = new_task(status=status, sent_ms=NOW, service_id="t1")
        for kind in ALIVE_KINDS:
            fact = Observation(kind=kind, text="Which one?")
            assert reduce(session, task, fact, NOW + 60_000) == (session, task), kind
        done = reduce(session, task, Observation(kind=Kind.COMPLETED), NOW + 1_000)[1]
        assert done is not None
        assert done.status is TaskStatus.DONE or task.is_final or status is TaskStatus.QUEUED

    check_rows(product(sorted(FINAL_PHASES), TaskStatus), check)


def test_a_session_was_over_once_its_end_is_proven_or_its_terminate_delivered() -> None:
    def check(phase: Phase, sent_ms: int | None, ended_ms: int | None, over_ms: int | None) -> None:
        session = new_session(phase=phase, terminate_sent_ms=sent_ms, ended_ms=ended_ms)
        moments = range(NOW - 3, NOW + 4)
        expected = [over_ms is not None and over_ms <= ms for ms in moments]
        assert [session.was_over_by(ms) for ms in moments] == expected

    rows = [
        (Phase.OPEN, None, None, None),
        (Phase.OPEN, NOW, None, NOW),
        (Phase.CLOSED, None, NOW, NOW),
        (Phase.CLOSED, NOW - 2, NOW, NOW - 2),
        (Phase.CLOSED_ASSUMED, None, NOW, None),
    ]
    check_rows(rows, check)
