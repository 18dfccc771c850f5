"""What is ended before the computer sleeps."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from enigma_panel import startup
from enigma_panel.core.models import TaskStatus
from enigma_panel.store.settings import LEAVE, TERMINATE_IDLE
from tests.kit.builders import a_session, a_task

S = TaskStatus
STATUSES = {1: S.DONE, 2: S.PAUSED, 3: S.WORKING, 4: S.ASKS, 5: S.DONE}
FOREIGN = 5
"""It was opened with another key: nobody here can end it."""


def _parts(before_sleep: str) -> Any:
    tasks = {key: a_task(key, status=status) for key, status in STATUSES.items()}
    sessions = SimpleNamespace(
        terminable_keys=lambda: list(STATUSES),
        session=lambda key: a_session(key, current_task=key),
        current_task=lambda session: tasks[session.key],
        is_ours=lambda session: session.key != FOREIGN,
    )
    settings = SimpleNamespace(value=SimpleNamespace(before_sleep=before_sleep))
    return cast(
        "Any", SimpleNamespace(services=SimpleNamespace(settings=settings, sessions=sessions))
    )


@pytest.mark.parametrize(("before_sleep", "ends"), [(LEAVE, []), (TERMINATE_IDLE, [1, 2])])
def test_idle_and_paused_sessions_of_ours_are_ended_where_that_was_chosen(
    before_sleep: str, ends: list[int]
) -> None:
    assert startup._to_end(_parts(before_sleep)) == ends
