"""Time lines: counted, read from their end, cut at their beginning; fast with 10,000 lines."""

import pytest

from enigma_panel.core.observation import STEP_KINDS, Kind
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Step
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW
from tests.store.helpers import raw, started

LIVE = [kind.value for kind in sorted(STEP_KINDS)]


def add(ledger: Ledger, task_key: int, *kinds: str) -> None:
    """Lines whose texts count from 0."""
    ledger.save(
        steps=[
            Step(task_key=task_key, at_ms=NOW + n, kind=kind, text=str(n))
            for n, kind in enumerate(kinds)
        ]
    )


def texts(ledger: Ledger, task_key: int, limit: int = 500) -> list[str]:
    return [step.text for step in ledger.steps(task_key, limit)]


def test_a_time_line_is_counted_and_read_from_its_end(ledger: Ledger) -> None:
    one, other = started(ledger).key, started(ledger).key
    add(ledger, one, "accepted", *LIVE * 3)
    add(ledger, other, "agent")
    assert (
        len(ledger.steps(one, 99_999)),
        len(ledger.steps(other, 99_999)),
        len(ledger.steps(4711, 99_999)),
    ) == (10, 1, 0)
    assert texts(ledger, one, 3) == ["7", "8", "9"]
    assert texts(ledger, one) == [str(n) for n in range(10)]


def test_the_oldest_of_what_the_agent_told_go_and_all_else_stays(ledger: Ledger) -> None:
    one, other = started(ledger).key, started(ledger).key
    own = ["accepted", "live_gap", "live_skipped", "paused"]
    add(ledger, one, *own, *LIVE, *own, *LIVE)  # 0-3 own, 4-6 live, 7-10 own, 11-13 live
    add(ledger, other, *LIVE)
    assert ledger.trim_steps(one, 6) == 0
    assert ledger.trim_steps(one, 4) == 2
    assert texts(ledger, one) == ["0", "1", "2", "3", *map(str, range(6, 14))]
    assert ledger.trim_steps(one, 1) == 3
    assert texts(ledger, one) == ["0", "1", "2", "3", "7", "8", "9", "10", "13"]
    assert len(ledger.steps(other, 99_999)) == len(LIVE)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in STEP_KINDS])
def test_lines_of_our_own_are_never_cut(ledger: Ledger, kind: Kind) -> None:
    task = started(ledger).key
    add(ledger, task, *[kind.value] * 5)
    assert ledger.trim_steps(task, 1) == 0
    assert len(ledger.steps(task, 99_999)) == 5


def test_no_key_of_a_line_is_given_twice(ledger: Ledger) -> None:
    task = started(ledger).key
    add(ledger, task, "agent", "agent")
    for keep in (0, -1):
        with pytest.raises(ValueError, match="newest"):
            ledger.trim_steps(task, keep)
    last = ledger.steps(task)[-1].key
    assert ledger.trim_steps(task, 1) == 1
    add(ledger, task, "agent")
    assert [step.key for step in ledger.steps(task)] == [last, last + 1]


def test_a_refused_cut_changes_nothing(ledger: Ledger) -> None:
    task = started(ledger).key
    add(ledger, task, *["agent"] * 5)
    with raw(ledger.path) as connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE DELETE ON steps WHEN old.text = '2'"
            " BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    with pytest.raises(LedgerError):
        ledger.trim_steps(task, 1)
    assert texts(ledger, task) == ["0", "1", "2", "3", "4"]
