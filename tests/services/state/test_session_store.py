"""The records in memory: what is told of them."""

from decimal import Decimal
from typing import Any, cast

from enigma_panel.core.redaction import Redactor
from enigma_panel.services.state.session_store import SessionStore
from tests.kit.builders import a_session, a_task

NOTHING = cast("Any", None)  # neither ledger nor clock is asked here


def test_a_sessions_cost_is_unknown_until_one_of_its_tasks_told_one() -> None:
    store = SessionStore(NOTHING, NOTHING, Redactor(b"k" * 32), NOTHING)
    store._remember_all([a_session(1)], [a_task(1), a_task(2, session_key=1)])
    assert store.session_cost(1) is None
    store._remember_all([], [a_task(3, session_key=1, cost="0.02")])
    assert store.session_cost(1) == Decimal("0.02")
