"""What the window and the recovery ask of the ledger."""

from dataclasses import replace
from decimal import Decimal

import pytest

from enigma_panel.core.money import to_nano
from enigma_panel.core.observation import Usage
from enigma_panel.core.records import (
    ASSUMED_PHASES,
    FINAL_PHASES,
    FINAL_STATUSES,
    Phase,
    Session,
    Task,
    TaskStatus,
)
from enigma_panel.store.ledger import Ledger, reads
from tests.store.helpers import NOW, a_session, a_task, raw, start, started


def _session(ledger: Ledger, phase: Phase, ended_ms: int | None = None) -> Session:
    session = start(ledger).session
    session = replace(session, phase=phase, ended_ms=ended_ms)
    ledger.save(session)
    return session


def _costing(ledger: Ledger, session: Session, cost: str | None) -> Task:
    task = replace(started(ledger), session_key=session.key)
    task = replace(task, usage=Usage(cost=None if cost is None else Decimal(cost)))
    ledger.save(task)
    return task


def test_sessions_by_how_proven_their_end_is(ledger: Ledger) -> None:
    by_phase = {phase: _session(ledger, phase, NOW) for phase in Phase}
    not_final = [s for phase, s in by_phase.items() if phase not in FINAL_PHASES]
    unended = [s for s in not_final if s.phase not in ASSUMED_PHASES]
    assert ledger.sessions_not_final() == not_final
    assert ledger.open_sessions() == unended
    assert ledger.open_sessions(assumed_since_ms=NOW) == not_final
    assert ledger.open_sessions(assumed_since_ms=NOW + 1) == unended


def test_ended_sessions_come_latest_end_first(ledger: Ledger) -> None:
    first = _session(ledger, Phase.CLOSED, NOW + 1)
    last = _session(ledger, Phase.ENDED_BY_YOU, NOW + 9)
    assumed = _session(ledger, Phase.EXPIRED_ASSUMED, NOW + 5)
    _session(ledger, Phase.OPEN)
    assert ledger.ended_session_keys(9) == [last.key, assumed.key, first.key]
    assert ledger.ended_session_keys(1) == [last.key]


def test_live_tasks_are_those_that_are_not_final(ledger: Ledger) -> None:
    tasks = [started(ledger, task=a_task(status=status)) for status in TaskStatus]
    assert ledger.live_tasks() == [t for t in tasks if t.status not in FINAL_STATUSES]
    assert ledger.task_count() == len(tasks)


def test_task_keys_come_newest_first_in_pages(ledger: Ledger) -> None:
    times = [5, 9, 1, 9, 7]
    keys = [started(ledger, task=a_task(created_ms=NOW + t)).key for t in times]
    newest = [keys[3], keys[1], keys[4], keys[0], keys[2]]
    assert ledger.task_keys() == newest
    assert ledger.task_keys(limit=2) == newest[:2]
    assert ledger.task_keys(limit=2, offset=3) == newest[3:]
    assert ledger.task_keys(limit=0) == []


def test_bulk_reads_leave_out_what_is_unknown(ledger: Ledger) -> None:
    intents = [start(ledger) for _ in range(3)]
    sessions = {i.session.key: i.session for i in intents}
    tasks = {i.task.key: i.task for i in intents if i.task}
    assert ledger.sessions([*sessions, 4711]) == sessions
    assert ledger.tasks(iter([*tasks, 4711])) == tasks
    assert ledger.tasks([]) == {}
    assert ledger.session(4711) is None
    assert ledger.task(4711) is None


def test_more_keys_than_a_statement_takes_placeholders(ledger: Ledger) -> None:
    task = started(ledger)
    assert ledger.tasks(range(100_000)) == {task.key: task}


def test_costs_are_summed_exactly(ledger: Ledger) -> None:
    one, other, silent = (start(ledger).session for _ in range(3))
    for cost in ["0.1"] * 10 + ["0.000000001", "1E-9", "0.0214", None]:
        _costing(ledger, one, cost)
    for _ in range(11):  # an odd sum beyond 2^53: no float holds it
        _costing(ledger, other, "999999.999999999")
    _costing(ledger, silent, None)
    sums = ledger.session_costs([one.key, other.key, silent.key, 4711])
    assert sums == {one.key: 1_021_400_002, other.key: 10_999_999_999_999_989}


@pytest.mark.parametrize("cost", ["-0.01", "1000000.01", "NaN", "Infinity", "1E+999999"])
def test_an_insane_cost_is_kept_but_not_summed(ledger: Ledger, cost: str) -> None:
    session = start(ledger).session
    task = _costing(ledger, session, cost)
    _costing(ledger, session, "0.25")
    stored = ledger.task(task.key)
    assert stored is not None
    assert str(stored.cost) == cost
    assert ledger.session_costs([session.key]) == {session.key: to_nano(Decimal("0.25"))}


def test_recent_texts_are_different_and_newest_first(ledger: Ledger) -> None:
    for n, text in enumerate(["a", "b", "a\n", "", "b", "c"]):
        started(ledger, task=a_task(text, created_ms=NOW + n))
    assert ledger.recent_texts() == ["c", "b", "a\n", "a"]
    assert ledger.recent_texts(limit=2) == ["c", "b"]


def test_a_session_is_found_by_the_services_name(ledger: Ledger) -> None:
    start(ledger, a_session(service_id="sess_1"))
    newer = start(ledger, a_session(service_id="sess_1")).session
    assert ledger.session_by_service_id("sess_1") == newer
    assert ledger.session_by_service_id("sess_2") is None


def test_tasks_of_a_session_oldest_first(ledger: Ledger) -> None:
    intent = start(ledger)
    assert intent.task is not None
    second = replace(intent.task, key=50, created_ms=NOW - 1)
    ledger.save(second)
    start(ledger)
    assert ledger.tasks_of(intent.session.key) == [intent.task, second]


QUERIES = {
    "tasks_newest_first": "SELECT key FROM tasks ORDER BY created_ms DESC, key DESC LIMIT 9",
    "tasks_by_status": f"{reads.TASKS.select} WHERE {reads._LIVE} ORDER BY key",
    "tasks_new": "SELECT count(*) FROM tasks WHERE is_new = 1",
    "tasks_by_session": f"{reads.TASKS.select} WHERE session_key = 1 ORDER BY key",
    "sessions_by_phase": f"{reads.SESSIONS.select} WHERE {reads._NOT_FINAL} ORDER BY key",
    "sessions_by_end": reads._ENDED_KEYS.replace("?", "9"),
    "sessions_by_id": f"{reads.SESSIONS.select} WHERE service_id = 'x' ORDER BY key DESC",
    "intents_open": "SELECT key FROM intents WHERE outcome IS NULL ORDER BY key",
    "steps_by_task": f"{reads.STEPS.select} WHERE task_key = 1 ORDER BY key DESC",
}


@pytest.mark.parametrize("index", sorted(QUERIES))
def test_the_queries_of_the_window_use_their_index(ledger: Ledger, index: str) -> None:
    with raw(ledger.path) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {QUERIES[index]}").fetchall()
    assert any(index in row[3] for row in plan), plan
