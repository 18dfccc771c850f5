"""One row that cannot be read hides no other, is named, and is left as it is."""

from pathlib import Path
from typing import Any

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.store.ledger.intents import Intent, IntentKind, Step
from enigma_panel.store.ledger.ledger import Ledger
from enigma_panel.store.ledger.row_mapper import BadRow
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.store.helpers import kept_task, raw, start


def _spoil(ledger: Ledger, table: str, key: int, column: str, value: str) -> None:
    with raw(ledger.path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(f"UPDATE {table} SET {column} = {value} WHERE key = ?", (key,))


def _three(ledger: Ledger) -> list[Intent]:
    return [start(ledger, new_session(site=f"name {n}"), new_task(f"task {n}")) for n in range(3)]


def _named(ledger: Ledger) -> list[tuple[str, int]]:
    return [(bad.table, bad.key) for bad in ledger.bad_rows]


NOT_TEXT = "CAST(x'ff41' AS TEXT)"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("status", "'dreaming'"),
        ("cost", "'a lot'"),
        ("compute_s", "''"),
        ("avoid_domains", "'{'"),
        ("avoid_domains", "'{}'"),
        ("avoid_domains", "'[1]'"),
        ("avoid_domains", "hex(zeroblob(100000))"),
        ("verb", "''"),
        ("text", NOT_TEXT),
        ("result", NOT_TEXT),
        ("status", NOT_TEXT),
    ],
)
def test_a_bad_task_hides_no_other(ledger: Ledger, column: str, value: str) -> None:
    first, second, third = (intent.task for intent in _three(ledger))
    assert first is not None
    assert second is not None
    assert third is not None
    _spoil(ledger, "tasks", second.key, column, value)
    assert ledger.live_tasks() == [first, third]
    assert _named(ledger) == [("tasks", second.key)]
    assert ledger.tasks(ledger.task_keys()) == {first.key: first, third.key: third}
    assert kept_task(ledger, second.key) is None
    assert ledger.tasks_of_many([second.session_key]) == []
    assert _named(ledger) == [("tasks", second.key)]
    assert ledger.bad_rows[0].reason


@pytest.mark.parametrize(
    ("column", "value"), [("phase", "'asleep'"), ("site", NOT_TEXT), ("phase", NOT_TEXT)]
)
def test_a_bad_session_hides_no_other(ledger: Ledger, column: str, value: str) -> None:
    first, second, third = (intent.session for intent in _three(ledger))
    _spoil(ledger, "sessions", second.key, column, value)
    assert ledger.sessions_not_past(0, 0) == [first, third]
    assert _named(ledger) == [("sessions", second.key)]
    assert ledger.sessions([1, 2, 3]) == {first.key: first, third.key: third}
    assert _named(ledger) == [("sessions", second.key)]


@pytest.mark.parametrize(
    ("table", "column"), [("sessions", "phase"), ("tasks", "status"), ("tasks", "text")]
)
def test_an_intent_of_a_bad_row_stays_open_and_is_named(
    ledger: Ledger, table: str, column: str
) -> None:
    first, second, third = _three(ledger)
    assert second.task is not None
    key = second.session.key if table == "sessions" else second.task.key
    _spoil(ledger, table, key, column, NOT_TEXT if column == "text" else "'asleep'")
    assert ledger.unsettled() == [first, third]
    assert _named(ledger) == [(table, key), ("intents", second.key)]
    assert str(key) in ledger.bad_rows[1].reason
    with raw(ledger.path) as connection:
        still = "SELECT count(*) FROM intents WHERE outcome IS NULL"
        assert connection.execute(still).fetchone() == (3,)


@pytest.mark.parametrize("value", ["'wish'", NOT_TEXT])
def test_an_intent_of_an_unheard_of_kind_hides_no_other(ledger: Ledger, value: str) -> None:
    first, second, third = _three(ledger)
    _spoil(ledger, "intents", second.key, "kind", value)
    assert ledger.unsettled() == [first, third]
    assert _named(ledger) == [("intents", second.key)]


def test_a_bad_step_hides_no_other(ledger: Ledger) -> None:
    task = existing(start(ledger).task)
    ledger.save(
        steps=[Step(task_key=task.key, at_ms=NOW, kind="sent", text=f"n {n}") for n in range(3)]
    )
    _spoil(ledger, "steps", 2, "text", NOT_TEXT)
    assert [step.text for step in ledger.steps(task.key)] == ["n 0", "n 2"]
    assert _named(ledger) == [("steps", 2)]


def test_earlier_texts_come_without_the_bad_one(ledger: Ledger) -> None:
    intents = _three(ledger)
    assert intents[1].task is not None
    _spoil(ledger, "tasks", intents[1].task.key, "text", NOT_TEXT)
    assert ledger.recent_texts() == ["task 2", "task 0"]


def test_a_row_is_named_once_and_no_text_of_it_is_repeated(ledger: Ledger) -> None:
    second = _three(ledger)[1]
    assert second.task is not None
    _spoil(ledger, "tasks", second.task.key, "avoid_domains", "'[\"a secret\"'")
    for _ in range(3):
        ledger.live_tasks()
    assert len(ledger.bad_rows) == 1
    assert "secret" not in repr(ledger.bad_rows)
    assert ledger.bad_rows[0] == BadRow(
        table="tasks", key=second.task.key, reason=ledger.bad_rows[0].reason
    )


def test_nothing_is_bad_in_a_ledger_of_ours(ledger: Ledger) -> None:
    for phase in Phase:
        start(ledger, new_session(phase=phase))
    for status in TaskStatus:
        start(ledger, task=new_task(status=status))
    session, task = new_session(phase=Phase.OPEN), new_task(question="Which?", question_n=1)
    stored = start(ledger, session, task)
    ledger.open_intent(IntentKind.ANSWER, stored.session, stored.task, NOW, verb=AnswerVerb.STOP)
    ledger.unsettled()
    ledger.tasks(ledger.task_keys())
    ledger.sessions(range(100))
    assert ledger.bad_rows == ()


def test_others_can_still_be_written(ledger: Ledger, ledger_path: Path) -> None:
    first, second, third = _three(ledger)
    _spoil(ledger, "sessions", second.session.key, "site", NOT_TEXT)
    before: Any = None
    with raw(ledger_path) as connection:
        connection.text_factory = bytes
        row = "SELECT * FROM sessions WHERE key = 2"
        before = connection.execute(row).fetchall()
    assert ledger.sessions_not_past(0, 0) == [first.session, third.session]
    ledger.save(first.session, third.session)
    assert start(ledger, new_session(site="name 0")).session.number == 2
    with raw(ledger_path) as connection:
        connection.text_factory = bytes
        assert connection.execute(row).fetchall() == before
