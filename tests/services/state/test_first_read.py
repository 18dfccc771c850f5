"""What a run takes from the ledger at its start, and what it leaves there until it is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.state import first_read
from enigma_panel.services.state.first_read import read_start
from enigma_panel.services.state.history import ASSUMED_FOR_MS, is_history
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW
from tests.kit.ledgers import open_ledger, put
from tests.store.helpers import start

LONG_AGO = NOW - ASSUMED_FOR_MS - 1
ASSUMED = [Phase.CLOSED_ASSUMED, Phase.EXPIRED_ASSUMED]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path / "ledger.sqlite3") as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the newest tasks would bring their sessions, too."""
    monkeypatch.setattr(first_read, "FIRST_TASKS", 0)


def had(ledger: Ledger, status: TaskStatus = TaskStatus.DONE, **changes: Any) -> Session:
    intent = start(ledger)
    assert intent.task is not None
    session = replace(intent.session, **changes)
    task = replace(intent.task, status=status, ended_ms=NOW)
    ledger.settle(intent.key, Outcome.KNOWN, NOW, session, task)
    return session


def loaded(ledger: Ledger) -> list[int]:
    return sorted(session.key for session in read_start(ledger, NOW)[0])


@pytest.mark.parametrize("phase", ASSUMED)
@pytest.mark.parametrize("status", list(TaskStatus))
def test_an_end_assumed_long_ago_is_history_unless_a_task_lives(
    ledger: Ledger, phase: Phase, status: TaskStatus
) -> None:
    session = had(ledger, status, phase=phase, ended_ms=LONG_AGO, expires_ms=LONG_AGO)
    lives = not ledger.tasks_of_many([session.key])[0].is_final
    assert loaded(ledger) == ([session.key] if lives else [])


@pytest.mark.parametrize("phase", ASSUMED)
@pytest.mark.parametrize(
    "changes",
    [
        {"ended_ms": LONG_AGO + 1},
        {"ended_ms": NOW + 5_000_000},
        {"ended_ms": None},
        {"ended_ms": LONG_AGO, "expires_ms": NOW + 1},
    ],
)
def test_what_may_still_cost_money_is_in_memory(
    ledger: Ledger, phase: Phase, changes: dict[str, Any]
) -> None:
    session = had(ledger, phase=phase, **changes)
    assert loaded(ledger) == [session.key]


@pytest.mark.parametrize("phase", list(Phase))
def test_of_all_phases_only_ended_ones_are_history(ledger: Ledger, phase: Phase) -> None:
    session = had(ledger, phase=phase, ended_ms=LONG_AGO)
    assert loaded(ledger) == ([] if session.is_ended else [session.key])


@pytest.mark.parametrize("phase", [*ASSUMED, Phase.CLOSED])
def test_a_session_whose_terminate_was_never_settled_is_in_memory(
    ledger: Ledger, phase: Phase
) -> None:
    session = had(ledger, phase=phase, ended_ms=LONG_AGO, expires_ms=LONG_AGO)
    assert loaded(ledger) == []
    verb = CommandVerb.TERMINATE
    intent = ledger.open_intent(IntentKind.STATE, session, None, NOW, verb=verb)
    assert loaded(ledger) == [session.key]
    ledger.settle(intent.key, Outcome.KNOWN, NOW)
    assert loaded(ledger) == []


def test_a_session_comes_with_all_its_tasks(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its cost would be that of some of them."""
    monkeypatch.setattr(first_read, "FIRST_TASKS", 1)
    old = had(ledger, phase=Phase.CLOSED)
    session = had(ledger, phase=Phase.CLOSED_ASSUMED, ended_ms=LONG_AGO)
    first = ledger.tasks_of_many([session.key])[0]
    second = replace(first, key=first.key + 7, created_ms=NOW + 1)
    put(ledger, second)
    sessions, tasks, keys = read_start(ledger, NOW)
    assert sessions == [session]
    assert sorted(task.key for task in tasks) == [first.key, second.key]
    assert keys == [second.key]
    assert old not in sessions


def test_memory_and_ledger_mean_the_same_by_history(ledger: Ledger) -> None:
    """Two spellings of one rule, the ledger's in SQL."""
    for phase in Phase:
        for ended in (None, LONG_AGO, LONG_AGO + 1, NOW + 9):
            for expires in (None, LONG_AGO, NOW, NOW + 1):
                had(ledger, phase=phase, ended_ms=ended, expires_ms=expires)
    every = ledger.sessions(range(1, 1000)).values()
    mine = [s for s in every if not s.is_final and not is_history(s, NOW)]
    assert ledger.sessions_not_past(NOW - ASSUMED_FOR_MS, NOW) == mine
    assert 0 < len(mine) < len(every)


def test_thousands_of_assumed_ends_do_not_slow_the_start(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In steps of SQLite's machine: some 38 for each; the limit catches a change of order."""
    first = had(ledger, phase=Phase.CLOSED_ASSUMED, ended_ms=LONG_AGO)
    task = ledger.tasks_of_many([first.key])[0]
    many = range(10, 3_010)
    put(ledger, *[replace(first, key=key, number=key) for key in many])
    put(ledger, *[replace(task, key=key, session_key=key) for key in many])
    steps: list[None] = []
    ledger.connection.set_progress_handler(lambda: steps.append(None), 10)
    sessions, tasks, keys = read_start(ledger, NOW)
    assert (sessions, tasks, len(keys)) == ([], [], 0)
    assert 10 * len(steps) < 76 * len(many)
