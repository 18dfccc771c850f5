"""Intents, their outcomes, and what else is written."""

from collections.abc import Callable
from threading import Thread

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.store.ledger.errors import (
    ClosedLedgerError,
    InconsistentError,
    IntentSettledError,
)
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.store.helpers import kept_session, kept_task, raw, start, started


def test_a_start_stores_both_and_makes_the_task_current(ledger: Ledger) -> None:
    intent = start(ledger)
    assert intent.task is not None
    assert intent.session.name == "shop.example 1"
    assert intent.session.current_task == intent.task.key
    assert intent.task.session_key == intent.session.key
    assert kept_session(ledger, intent.session.key) == intent.session
    assert kept_task(ledger, intent.task.key) == intent.task
    assert ledger.unsettled() == [intent]


def test_a_session_can_start_without_a_task(ledger: Ledger) -> None:
    intent = ledger.open_intent(IntentKind.START_SESSION, new_session(), None, NOW)
    assert intent.task is None
    assert ledger.unsettled() == [intent]
    assert kept_session(ledger, intent.session.key) == intent.session


def test_numbers_are_counted_per_site_and_never_reused(ledger: Ledger) -> None:
    sites = ["a.example", "b.example", "a.example", "session", "a.example"]
    names = [start(ledger, new_session(site=site, number=77)).session.name for site in sites]
    assert names == ["a.example 1", "b.example 1", "a.example 2", "session 1", "a.example 3"]
    with raw(ledger.path) as connection:
        connection.execute("DELETE FROM intents")
        connection.execute("DELETE FROM tasks")
        connection.execute("DELETE FROM sessions")
    assert start(ledger, new_session(site="a.example")).session.name == "a.example 4"


def test_a_stored_session_keeps_key_and_number_in_later_intents(ledger: Ledger) -> None:
    first = start(ledger)
    session = replace(first.session, phase=Phase.OPEN, service_id="sess_1")
    second = ledger.open_intent(IntentKind.NEW_TASK, session, new_task("next"), NOW + 5)
    assert second.task is not None
    assert (second.session.key, second.session.number) == (first.session.key, 1)
    assert second.session.current_task == second.task.key != first.session.current_task
    assert kept_session(ledger, session.key) == second.session
    assert [task.spec.text for task in ledger.tasks_of_many([session.key])][1:] == ["next"]


def test_messages_leave_the_current_task_as_it_is(ledger: Ledger) -> None:
    first = start(ledger)
    second = ledger.open_intent(IntentKind.NEW_TASK, first.session, new_task("next"), NOW)
    assert first.task is not None
    assert second.task is not None
    stop = ledger.open_intent(
        IntentKind.STATE, second.session, first.task, NOW, verb=CommandVerb.STOP
    )
    assert stop.session.current_task == second.task.key
    assert kept_session(ledger, stop.session.key) == stop.session


def test_an_answer_says_which_question_and_holds_no_words(ledger: Ledger) -> None:
    task = started(ledger, task=new_task(question="Which?", question_n=2))
    session = ledger.sessions([task.session_key])[task.session_key]
    intent = ledger.open_intent(IntentKind.ANSWER, session, task, NOW, verb=AnswerVerb.STOP)
    assert (intent.question_n, intent.verb) == (2, "stop")
    assert ledger.unsettled()[-1] == intent
    with raw(ledger.path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(intents)")]
    assert "text" not in columns


@pytest.mark.parametrize("kind", [IntentKind.RUN_TASK, IntentKind.NEW_TASK, IntentKind.ANSWER])
def test_some_calls_need_a_task(ledger: Ledger, kind: IntentKind) -> None:
    with pytest.raises(ValueError, match="needs a task"):
        ledger.open_intent(kind, new_session(), None, NOW)
    assert ledger.sessions_not_past(0, 0) == []


def test_a_state_message_needs_its_verb(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="verb"):
        ledger.open_intent(IntentKind.STATE, new_session(), None, NOW)


def test_a_task_stays_with_its_session(ledger: Ledger) -> None:
    task = started(ledger)
    other = start(ledger).session
    with pytest.raises(ValueError, match="not of session"):
        ledger.open_intent(IntentKind.NEW_TASK, other, task, NOW)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_settling_writes_outcome_and_records_together(ledger: Ledger, outcome: Outcome) -> None:
    intent = start(ledger)
    assert intent.task is not None
    session = replace(intent.session, phase=Phase.OPEN, service_id="sess_1")
    task = replace(intent.task, status=TaskStatus.WORKING, service_id="task_1")
    ledger.settle(intent.key, outcome, NOW + 9, session, task)
    assert ledger.unsettled() == []
    assert kept_session(ledger, session.key) == session
    assert kept_task(ledger, task.key) == task
    with raw(ledger.path) as connection:
        row = connection.execute("SELECT outcome, settled_ms FROM intents").fetchone()
    assert row == (outcome.value, NOW + 9)


def test_settling_twice_raises_and_writes_nothing(ledger: Ledger) -> None:
    intent = start(ledger)
    ledger.settle(intent.key, Outcome.UNKNOWN, NOW)
    with pytest.raises(IntentSettledError, match=f"intent {intent.key} is not open"):
        ledger.settle(intent.key, Outcome.KNOWN, NOW, replace(intent.session, site="late"))
    assert kept_session(ledger, intent.session.key) == intent.session
    with pytest.raises(IntentSettledError):
        ledger.settle(4711, Outcome.KNOWN, NOW)


def test_a_batch_is_saved_as_a_whole_or_not_at_all(ledger: Ledger) -> None:
    intent = start(ledger)
    assert intent.task is not None
    good = replace(intent.session, site="changed")
    orphan = replace(intent.task, session_key=98)
    with pytest.raises(InconsistentError):
        ledger.save(good, orphan)
    assert kept_session(ledger, good.key) == intent.session
    with pytest.raises(ValueError, match="by its intent"):
        ledger.save(good, new_task())
    assert kept_session(ledger, good.key) == intent.session
    ledger.save(good, replace(intent.task, result="done"))
    assert kept_session(ledger, good.key) == good


def test_a_failed_intent_uses_up_no_number(ledger: Ledger) -> None:
    orphan = new_task(key=0)
    with pytest.raises(InconsistentError):
        ledger.open_intent(IntentKind.START_SESSION, new_session(current_task=55), None, NOW)
    assert start(ledger, task=orphan).session.number == 1


def test_the_print_of_a_key_tells_keys_and_hosts_apart(ledger: Ledger) -> None:
    host = "https://connect.enigma.click"
    mark = ledger.key_fingerprint("enig_1", host)
    assert len(mark) == 16
    assert int(mark, 16) >= 0
    assert ledger.key_fingerprint("enig_1", f"{host}/") == mark
    assert ledger.key_fingerprint("enig_2", host) != mark
    assert ledger.key_fingerprint("enig_1", "https://other.example") != mark


def test_the_print_depends_on_the_ledgers_own_salt(
    ledger: Ledger, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("other") / "ledger.sqlite3"
    with Ledger.open(path)[0] as other:
        mark = other.key_fingerprint("enig_1", "https://h")
        assert mark != ledger.key_fingerprint("enig_1", "https://h")
    with Ledger.open(path)[0] as again:
        assert again.key_fingerprint("enig_1", "https://h") == mark


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    ledger.close()
    with pytest.raises(ClosedLedgerError):
        len(ledger.task_keys())
    with pytest.raises(ClosedLedgerError):
        start(ledger)


def test_another_thread_may_not_use_it(ledger: Ledger) -> None:
    errors: list[BaseException] = []

    def use(call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at below
            errors.append(error)

    thread = Thread(target=use, args=(ledger.task_keys,))
    thread.start()
    thread.join()
    assert [type(error).__name__ for error in errors] == ["ProgrammingError"]
