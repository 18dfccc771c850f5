"""What the window and the recovery ask of the ledger."""

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import ASSUMED_PHASES, FINAL_PHASES, Phase, Session
from enigma_panel.core.statuses import FINAL_STATUSES, TaskStatus
from enigma_panel.store.ledger.intents import Outcome
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.builders import new_task
from tests.kit.clock import NOW
from tests.kit.ledgers import put
from tests.store.helpers import start, started


def _session(ledger: Ledger, phase: Phase) -> Session:
    session = replace(start(ledger).session, phase=phase)
    ledger.save(session)
    return session


def test_sessions_whose_end_is_not_proven(ledger: Ledger) -> None:
    by_phase = {phase: _session(ledger, phase) for phase in Phase}
    not_final = [s for phase, s in by_phase.items() if phase not in FINAL_PHASES]
    assert ledger.sessions_not_past(0, 0) == not_final


@pytest.mark.parametrize("phase", sorted(ASSUMED_PHASES))
def test_an_end_assumed_long_ago_is_past_unless_time_is_left(ledger: Ledger, phase: Phase) -> None:
    def ended(ended_ms: int | None, expires_ms: int | None) -> Session:
        session = _session(ledger, phase)
        ledger.save(replace(session, ended_ms=ended_ms, expires_ms=expires_ms))
        return replace(session, ended_ms=ended_ms, expires_ms=expires_ms)

    ended(NOW - 1, None), ended(NOW - 1, NOW + 50)
    kept = [ended(NOW - 1, NOW + 51), ended(NOW, NOW), ended(NOW + 90, None), ended(None, None)]
    assert ledger.sessions_not_past(NOW, NOW + 50) == kept


def test_what_is_not_assumed_to_have_ended_is_never_past(ledger: Ledger) -> None:
    by_phase = {phase: _session(ledger, phase) for phase in Phase}
    old = {phase: replace(s, ended_ms=1, expires_ms=1) for phase, s in by_phase.items()}
    ledger.save(*old.values())
    gone = FINAL_PHASES | ASSUMED_PHASES
    assert ledger.sessions_not_past(NOW, NOW) == [s for p, s in old.items() if p not in gone]


def test_sessions_of_which_an_intent_is_open(ledger: Ledger) -> None:
    first, second, third = (start(ledger) for _ in range(3))
    ledger.settle(second.key, Outcome.KNOWN, NOW)
    closed = replace(first.session, phase=Phase.CLOSED)
    ledger.save(closed)
    assert ledger.sessions_with_intents() == [closed, third.session]


def test_live_tasks_are_those_that_are_not_final(ledger: Ledger) -> None:
    tasks = [started(ledger, task=new_task(status=status)) for status in TaskStatus]
    assert ledger.live_tasks() == [t for t in tasks if t.status not in FINAL_STATUSES]
    assert len(ledger.task_keys()) == len(tasks)


def test_task_keys_come_newest_first(ledger: Ledger) -> None:
    times = [5, 9, 1, 9, 7]
    keys = [started(ledger, task=new_task(created_ms=NOW + t)).key for t in times]
    assert ledger.task_keys() == keys[::-1]  # whatever a clock that was set back says


def test_bulk_reads_leave_out_what_is_unknown(ledger: Ledger) -> None:
    intents = [start(ledger) for _ in range(3)]
    sessions = {i.session.key: i.session for i in intents}
    tasks = {i.task.key: i.task for i in intents if i.task}
    assert ledger.sessions([*sessions, 4711]) == sessions
    assert ledger.tasks(iter([*tasks, 4711])) == tasks
    assert ledger.tasks([]) == {}


def test_more_keys_than_a_statement_takes_placeholders(ledger: Ledger) -> None:
    task = started(ledger)
    assert ledger.tasks(range(100_000)) == {task.key: task}


def test_recent_texts_are_different_and_newest_first(ledger: Ledger) -> None:
    for n, text in enumerate(["a", "b", "a\n", "", "b", "c"]):
        started(ledger, task=new_task(text, created_ms=NOW + n))
    assert ledger.recent_texts() == ["c", "b", "a\n", "a"]
    for n in range(60):
        started(ledger, task=new_task(str(n), created_ms=NOW + 10 + n))
    assert ledger.recent_texts() == [str(n) for n in range(59, 9, -1)]


def test_tasks_of_a_session_oldest_first(ledger: Ledger) -> None:
    intent = start(ledger)
    assert intent.task is not None
    second = replace(intent.task, key=50, created_ms=NOW - 1)
    put(ledger, second)
    start(ledger)
    third = start(ledger)
    both = [intent.session.key, third.session.key]
    assert ledger.tasks_of_many(both[:1]) == [intent.task, second]
    assert ledger.tasks_of_many(both) == [intent.task, second, third.task]
    assert ledger.tasks_of_many(both, but=[50, 4711]) == [intent.task, third.task]
    assert ledger.tasks_of_many([]) == []
