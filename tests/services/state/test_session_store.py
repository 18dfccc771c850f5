"""The records in memory: what is told of them, and what is kept out of all texts with them."""

from decimal import Decimal
from typing import Any, cast

import pytest

from enigma_panel.core.redaction import MARK, Redactor
from enigma_panel.services.state.session_store import SessionStore
from tests.kit.builders import a_session, a_task

NOTHING = cast("Any", None)  # neither ledger nor clock is asked here


def test_a_sessions_cost_is_unknown_until_one_of_its_tasks_told_one() -> None:
    store = SessionStore(NOTHING, NOTHING, Redactor(b"k" * 32), NOTHING)
    store._remember_all([a_session(1)], [a_task(1), a_task(2, session_key=1)])
    assert store.session_cost(1) is None
    store._remember_all([], [a_task(3, session_key=1, cost="0.02")])
    assert store.session_cost(1) == Decimal("0.02")


@pytest.mark.parametrize("said", ['zebra-47 "crossing"', 'zebra-47 \\"crossing\\"'])
def test_what_was_sent_is_known_also_where_it_stands_in_a_structure(said: str) -> None:
    redactor = Redactor(b"k" * 32)
    store = SessionStore(NOTHING, NOTHING, redactor, NOTHING)
    store.remember_secret(1, 'zebra-47 "crossing"')
    assert redactor.redact(f"typed {said}, was let in") == f"typed {MARK}, was let in"
    store.forget_secrets(1)
    assert redactor.redact(said) == said
