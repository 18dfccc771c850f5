"""Which task an event is about, and what follows: the tables, read without a clock or a ledger."""

from itertools import combinations
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.attribution import (
    COPY_MS,
    EVENTS,
    LATE_ERROR_MS,
    LATE_RESULT_MS,
    PAUSE_MS,
    SILENT_MS,
    UNHEARD_MS,
    Do,
    Known,
    Silence,
    Situation,
    action,
    facts,
    meant,
    shown_by_silence,
)
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.core.verbs import TaskVerb

NOW = 1_700_000_000_000
LONG = 60_000
S = TaskStatus


def _session(**facts: Any) -> Session:
    common: dict[str, Any] = {"since_ms": NOW, "created_ms": NOW, "service_id": "sid"}
    facts = {"phase": Phase.OPEN, "current_task": 1, **common, **facts}
    return Session(key=1, base_url="https://a.example", key_fingerprint="p", site="a", **facts)


def _task(key: int = 1, status: TaskStatus = S.WORKING, **facts: Any) -> Task:
    """Sent a minute ago, the second a second later; unnamed."""
    sent_ms = NOW - LONG + key * 1000
    facts = {"sent_ms": sent_ms, "since_ms": sent_ms, "created_ms": sent_ms, **facts}
    spec = TaskSpec(text="work")
    return Task(key=key, session_key=1, verb=TaskVerb.NEW_TASK, spec=spec, status=status, **facts)


ONE, NAMED = _task(), _task(service_id="t1")
LOST_REPLY, SECOND = _task(status=S.UNCONFIRMED), _task(2, S.STARTING)
JUST_SENT = replace(SECOND, sent_ms=NOW, since_ms=NOW)
ANSWERED = _task(question="Which?", question_n=1, asked_ms=NOW - LONG, answered_ms=NOW - LONG)
PAUSED = _task(status=S.PAUSED, since_ms=NOW - PAUSE_MS - 1)


def _decide(kind: Kind, *tasks: Task, **given: Any) -> tuple[int | None, Do]:
    """Key of the task, and what follows; the last task is the one that the session was given last.

    given: fields of the situation, and of the event (text, task_id, session_id).
    """
    event = {k: given.pop(k) for k in ("text", "task_id", "session_id") if k in given}
    observation = Observation(kind=kind, **event)
    session = given.pop("session", _session(current_task=tasks[-1].key if tasks else None))
    whose = meant(observation, session, tasks)
    at = Situation(session=session, tasks=tasks, meant=whose, now_ms=NOW, **given)
    task = whose.task.key if whose.task is not None else None
    return task, action(kind, facts(observation, at))


@pytest.mark.parametrize("kind", EVENTS)
def test_no_row_stands_behind_one_that_always_comes_first(kind: Kind) -> None:
    whens = [when for when, _ in EVENTS[kind]]
    assert [(a, b) for a, b in combinations(whens, 2) if a in b] == []


@pytest.mark.parametrize("kind", sorted(set(EVENTS) - {Kind.COMPLETED}))
def test_nothing_but_a_result_comes_behind_a_proven_end(kind: Kind) -> None:
    closed = _session(phase=Phase.CLOSED)
    assert _decide(kind, ONE, session=closed)[1] is Do.DROP
    assert _decide(kind, ONE, is_of_other=True)[1] is Do.DROP
    assert _decide(Kind.COMPLETED, ONE, session=closed, task_id="x") == (1, Do.RECORD)


@pytest.mark.parametrize(
    ("tasks", "given", "expected"),
    [
        ((NAMED, SECOND), {"task_id": "t1"}, (1, Do.RECORD)),
        ((LOST_REPLY, SECOND), {"task_id": "x", "awaited": {2}}, (1, Do.HOLD | Do.DOUBT)),
        ((LOST_REPLY, SECOND), {"task_id": "x"}, (1, Do.RECORD | Do.DOUBT)),
        ((ONE,), {"task_id": "x", "awaited": {1}}, (1, Do.RECORD)),
        (
            (ONE,),
            {"task_id": "x", "awaited": {1}, "is_repeated": True},
            (1, Do.HOLD | Do.DOUBT),
        ),
        ((NAMED,), {"text": "?"}, (1, Do.POLL)),
        ((SECOND, NAMED), {"text": "?"}, (1, Do.DOUBT | Do.POLL)),
        ((SECOND, replace(NAMED, result="it")), {"text": "it"}, (1, Do.POLL)),
        ((NAMED,), {"task_id": "x"}, (None, Do.DROP)),
        ((_task(status=S.STOPPED),), {"task_id": "x"}, (1, Do.RECORD)),
        ((_task(status=S.QUEUED),), {"task_id": "x"}, (None, Do.DROP)),
    ],
)
def test_a_result(tasks: tuple[Task, ...], given: dict[str, Any], expected: object) -> None:
    assert _decide(Kind.COMPLETED, *tasks, **given) == expected


@pytest.mark.parametrize(
    ("tasks", "awaited", "expected"),
    [
        ((NAMED,), (), Do.POLL),
        ((ONE,), (), Do.RECORD),
        ((ONE,), {1}, Do.HOLD),
        ((NAMED, JUST_SENT), {2}, Do.DROP),
        ((NAMED, JUST_SENT), (), Do.DROP),
        ((NAMED, replace(JUST_SENT, sent_ms=NOW - LATE_ERROR_MS)), (), Do.RECORD),
        ((LOST_REPLY, SECOND), (), Do.DOUBT),
        ((_task(status=S.DONE),), (), Do.DROP),
    ],
)
def test_an_error(tasks: tuple[Task, ...], awaited: Any, expected: Do) -> None:
    assert _decide(Kind.FAILED, *tasks, awaited=awaited)[1] == expected


@pytest.mark.parametrize(
    ("tasks", "given", "expected"),
    [
        ((ONE,), {}, (1, Do.RECORD)),
        ((LOST_REPLY, SECOND), {}, (1, Do.RECORD | Do.POLL)),
        ((NAMED,), {}, (1, Do.RECORD)),
        ((_task(status=S.LOST), replace(NAMED, key=2)), {}, (2, Do.POLL)),
        ((replace(ANSWERED, service_id="t1"),), {"is_repeated": True}, (1, Do.POLL)),
        ((ANSWERED,), {"is_repeated": True}, (1, Do.WENT_ON | Do.RECORD)),
        ((ANSWERED, SECOND), {"is_repeated": True}, (1, Do.WENT_ON | Do.RECORD | Do.POLL)),
        ((replace(ANSWERED, asked_ms=NOW - COPY_MS),), {"is_repeated": True}, (1, Do.DROP)),
        ((replace(ANSWERED, answered_ms=NOW - COPY_MS),), {"is_repeated": True}, (1, Do.DROP)),
        (
            (replace(ANSWERED, status=S.ASKS),),
            {"is_repeated": True, "is_last_question": True},
            (1, Do.DROP),
        ),
        ((_task(status=S.FAILED),), {}, (1, Do.DROP)),
    ],
)
def test_a_question(tasks: tuple[Task, ...], given: dict[str, Any], expected: object) -> None:
    assert _decide(Kind.QUESTION, *tasks, **given) == expected


@pytest.mark.parametrize(
    ("tasks", "given", "expected"),
    [
        ((ONE,), {}, Do.STEP),
        ((SECOND,), {}, Do.RECORD | Do.STEP),
        ((LOST_REPLY, SECOND), {}, Do.STEP),
        ((LOST_REPLY,), {}, Do.RECORD | Do.STEP),
        ((ANSWERED,), {}, Do.RECORD | Do.STEP),
        ((replace(ANSWERED, answered_ms=NOW - COPY_MS),), {"awaited": {1}}, Do.STEP),
        ((PAUSED,), {}, Do.STEP | Do.WORKS_ON),
        ((replace(PAUSED, since_ms=NOW - PAUSE_MS),), {}, Do.STEP),
        ((replace(PAUSED, pause_confirmed=True),), {}, Do.STEP),
        ((replace(PAUSED, answered_ms=1),), {}, Do.RECORD | Do.STEP | Do.WORKS_ON),
        (
            (PAUSED,),
            {"session": _session(phase=Phase.CONNECTION_LOST)},
            Do.OF_SESSION | Do.STEP | Do.WORKS_ON,
        ),
        (
            (ONE,),
            {"session": _session(phase=Phase.EXPIRED_ASSUMED)},
            Do.OF_SESSION | Do.STEP,
        ),
        ((_task(status=S.DONE),), {}, Do.DROP),
    ],
)
def test_a_step(tasks: tuple[Task, ...], given: dict[str, Any], expected: Do) -> None:
    assert _decide(Kind.ACTION, *tasks, **given)[1] == expected


@pytest.mark.parametrize(
    ("kind", "task", "given", "expected"),
    [
        (Kind.COMPLETED, NAMED, {"task_id": "other"}, Do.DROP),
        (Kind.COMPLETED, NAMED, {}, Do.POLL),
        (Kind.COMPLETED, NAMED, {"task_id": "t1"}, Do.RECORD),
        (Kind.COMPLETED, ONE, {"awaited": {1}, "task_id": "other"}, Do.HOLD),
        (Kind.COMPLETED, LOST_REPLY, {"task_id": "other"}, Do.DOUBT | Do.POLL),
        (Kind.FAILED, NAMED, {}, Do.POLL),
        (Kind.FAILED, ONE, {"awaited": {1}}, Do.HOLD),
        (Kind.FAILED, LOST_REPLY, {}, Do.DOUBT),
        (Kind.QUESTION, NAMED, {"text": "Which?"}, Do.POLL),
        (Kind.QUESTION, LOST_REPLY, {"text": "Which?"}, Do.POLL),
        (Kind.QUESTION, NAMED, {"text": "Which?", "task_id": "t1"}, Do.RECORD),
        (Kind.ACTION, NAMED, {}, Do.STEP),
        (Kind.ACTION, LOST_REPLY, {}, Do.STEP),
        (Kind.UPDATE, _task(status=S.STARTING), {}, Do.STEP),
    ],
)
def test_where_a_text_may_run_only_what_names_the_task_is_its(
    kind: Kind, task: Task, given: dict[str, Any], expected: Do
) -> None:
    assert _decide(kind, task, may_run_a_text=True, **given)[1] == expected


def test_what_an_agent_thinks_is_no_action() -> None:
    assert _decide(Kind.AGENT, PAUSED)[1] is Do.STEP


@pytest.mark.parametrize(
    "kind", sorted({*EVENTS} - STEP_KINDS - {Kind.COMPLETED, Kind.FAILED, Kind.QUESTION})
)
def test_what_is_told_of_the_session(kind: Kind) -> None:
    assert _decide(kind, ONE)[1] is Do.OF_SESSION
    strange = _decide(kind, ONE, session_id="of nobody")[1]
    assert strange is (Do.DROP if kind is Kind.SESSION_ENDED else Do.OF_SESSION)


def test_an_id_that_nobody_knows_counts_where_one_task_alone_has_none() -> None:
    assert _decide(Kind.FAILED, ONE, task_id="x") == (1, Do.RECORD)
    assert _decide(Kind.FAILED, LOST_REPLY, SECOND, task_id="x")[0] is None
    assert _decide(Kind.QUESTION, NAMED, SECOND, task_id="t1")[0] == 1


def test_known_facts_are_told_apart() -> None:
    assert len(set(Known)) == len(Known)
    assert all(set(when) <= set(Known) for rows in EVENTS.values() for when, _ in rows)


QUIET = Silence(is_up=False, is_speaking=False, is_awaited=False, unheard_ms=0)
UP = replace(QUIET, is_up=True)
CLOSED = _session(phase=Phase.CLOSED_ASSUMED, ended_ms=NOW - LATE_RESULT_MS)
EXPIRED = _session(phase=Phase.EXPIRED_ASSUMED, ended_ms=NOW - LATE_RESULT_MS)


@pytest.mark.parametrize(
    ("session", "task", "at", "expected"),
    [
        (_session(), ONE, replace(QUIET, unheard_ms=UNHEARD_MS - 1), None),
        (_session(), ONE, replace(QUIET, unheard_ms=UNHEARD_MS), Kind.LIVE_LOST),
        (EXPIRED, ONE, QUIET, Kind.GIVEN_UP),
        (EXPIRED, ONE, replace(QUIET, is_awaited=True), None),
        (replace(EXPIRED, ended_ms=NOW - LATE_RESULT_MS + 1), ONE, QUIET, None),
        (EXPIRED, ONE, UP, None),
        (replace(EXPIRED, ended_ms=NOW - SILENT_MS), ONE, UP, Kind.LIVE_LOST),
        (replace(EXPIRED, ended_ms=NOW - SILENT_MS), ONE, replace(UP, is_speaking=True), None),
        (CLOSED, ONE, QUIET, Kind.LIVE_LOST),
        (replace(CLOSED, terminate_sent_ms=NOW - LONG), ONE, QUIET, Kind.GIVEN_UP),
    ],
)
def test_silence(session: Session, task: Task, at: Silence, expected: Kind | None) -> None:
    assert shown_by_silence(session, task, [task], NOW, at) is expected


def test_one_that_was_sent_later_and_asks_disproves_the_one_before() -> None:
    asks = _task(2, S.ASKS, service_id="t2", since_ms=NOW)
    assert shown_by_silence(_session(), ONE, [ONE, asks], NOW, UP) is Kind.LIVE_LOST
