"""Unnamed tasks, and what silence shows of them, read without a clock or a ledger."""

from typing import Any

from msgspec.structs import replace

from enigma_panel.core.attribution import LATE_RESULT_MS, is_unnamed, shown_by_silence
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import Kind
from enigma_panel.core.verbs import TaskVerb
from tests.kit.rows import check_rows

NOW = 1_700_000_000_000
S = TaskStatus


def _session(**facts: Any) -> Session:
    facts = {"phase": Phase.OPEN, "since_ms": NOW, "created_ms": NOW, "current_task": 1, **facts}
    return Session(key=1, base_url="https://a.example", key_fingerprint="p", site="a", **facts)


def _task(status: TaskStatus = S.WORKING, key: int = 1, **facts: Any) -> Task:
    """Unnamed, sent a minute ago; the second a second later."""
    sent_ms = NOW - 60_000 + key * 1000
    facts = {"sent_ms": sent_ms, "since_ms": sent_ms, "created_ms": sent_ms, **facts}
    spec = TaskSpec(text="work")
    return Task(key=key, session_key=1, verb=TaskVerb.NEW_TASK, spec=spec, status=status, **facts)


def test_a_task_is_unnamed_while_the_service_may_have_it_under_an_id_that_is_unknown() -> None:
    assert is_unnamed(_task(S.STARTING))
    assert is_unnamed(_task(S.LOST))
    for other in (_task(service_id="t1"), _task(sent_ms=None), _task(S.QUEUED), _task(S.FAILED)):
        assert not is_unnamed(other)


OPEN = _session()
EXPIRED = _session(phase=Phase.EXPIRED_ASSUMED, ended_ms=NOW - 1)
TERMINATED = _session(
    phase=Phase.CLOSED_ASSUMED, ended_ms=NOW - LATE_RESULT_MS, terminate_sent_ms=NOW
)
JUST_TERMINATED = replace(TERMINATED, ended_ms=NOW - LATE_RESULT_MS + 1)


def test_what_silence_shows_of_a_task() -> None:
    def shows(session: Session, task: Task, is_awaited: bool, expected: Kind | None) -> None:
        shown = shown_by_silence(session, task, [task], NOW, is_awaited=is_awaited)
        assert shown is expected

    check_rows(
        [
            (OPEN, _task(S.STARTING), False, None),  # its call is about to be answered
            (OPEN, _task(), True, None),
            (OPEN, _task(service_id="t1"), False, None),  # a poll tells
            (OPEN, _task(), False, Kind.LIVE_LOST),
            (OPEN, _task(S.PAUSED), False, Kind.LIVE_LOST),
            (OPEN, _task(S.ASKS), False, None),  # it can be answered
            (OPEN, _task(S.UNCONFIRMED), False, None),
            (EXPIRED, _task(S.ASKS), False, Kind.LIVE_LOST),
            (EXPIRED, _task(S.UNCONFIRMED), False, None),
            (JUST_TERMINATED, _task(S.UNCONFIRMED), False, None),  # its name may still come
            (TERMINATED, _task(S.UNCONFIRMED), False, Kind.GIVEN_UP),
            (TERMINATED, _task(), True, None),
            (TERMINATED, _task(S.DONE), False, None),
        ],
        shows,
    )


def test_one_that_was_sent_later_and_asks_disproves_the_one_before() -> None:
    one = _task(S.ASKS)
    later = _task(S.ASKS, 2, service_id="t2", since_ms=NOW)
    shown = shown_by_silence(OPEN, one, [one, later], NOW, is_awaited=False)
    assert shown is Kind.LIVE_LOST
