"""Time lines: counted, and read from their end."""

from enigma_panel.core.observation import STEP_KINDS
from enigma_panel.store.ledger.intents import Step
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW
from tests.store.helpers import started

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
