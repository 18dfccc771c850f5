"""What is ended before the computer sleeps."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from enigma_panel import startup
from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus, TaskVerb
from enigma_panel.store.settings import LEAVE, TERMINATE_IDLE


def _session(key: int) -> Session:
    return Session(
        key=key,
        base_url="http://127.0.0.1:9",
        key_fingerprint="p",
        site="shop.example",
        since_ms=1,
        created_ms=1,
        phase=Phase.OPEN,
        service_id="s",
        current_task=key,
    )


def _task(key: int, status: TaskStatus) -> Task:
    return Task(
        key=key,
        session_key=key,
        verb=TaskVerb.NEW_TASK,
        spec=TaskSpec(text="Look"),
        status=status,
        since_ms=1,
        created_ms=1,
    )


S = TaskStatus
STATUSES = {1: S.DONE, 2: S.PAUSED, 3: S.WORKING, 4: S.ASKS, 5: S.DONE}
FOREIGN = 5
"""It was opened with another key: nobody here can end it."""


def _parts(before_sleep: str) -> Any:
    tasks = {key: _task(key, status) for key, status in STATUSES.items()}
    sessions = SimpleNamespace(
        terminable_keys=lambda: list(STATUSES),
        session=_session,
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
