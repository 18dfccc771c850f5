"""The redaction filter forgets ids and secrets of sessions that are over, and none too early."""

import asyncio
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind
from enigma_panel.core.secrets.redaction import MARK, Redactor
from enigma_panel.services.state.history import ASSUMED_FOR_MS
from enigma_panel.services.state.session_store import SessionStore
from tests.kit.builders import new_session, new_task
from tests.kit.clock import NOW
from tests.services.commands.bench import Bench

NOTHING = cast("Any", None)  # neither ledger nor clock is asked here
ID, PASSWORD = "k3jd9s8f7g6h", "hunter2"
TEXT = f"{ID} {PASSWORD}"
OVER = NOW + ASSUMED_FOR_MS + 1


class Kept:
    """A store with one session, to which a password was sent."""

    def __init__(self, task: TaskStatus = TaskStatus.DONE, **changes: Any) -> None:
        self.redaction = Redactor()
        self.store = SessionStore(NOTHING, NOTHING, self.redaction, NOTHING)
        self.session = new_session(key=1, service_id=ID, ended_ms=NOW, **changes)
        self.put(self.session, new_task(key=2, session_key=1, status=task))
        self.store.redaction.remember(1, PASSWORD)

    def put(self, session: Session, *tasks: Task) -> None:
        self.store._remember([session], tasks)

    def clean_at(self, now_ms: int) -> str:
        self.store.forget_history(now_ms)
        return self.redaction.redact(TEXT)


ENDED = [phase for phase in Phase if new_session(phase=phase).is_ended]


@pytest.mark.parametrize("phase", ENDED)
def test_what_is_over_is_forgotten_ten_minutes_later(phase: Phase) -> None:
    kept = Kept(phase=phase)
    assert kept.clean_at(OVER - 1) == f"{MARK} {MARK}"
    assert kept.clean_at(OVER) == TEXT
    assert repr(kept.redaction) == "<Redactor of 0 secrets>"
    assert kept.clean_at(OVER) == TEXT


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase not in ENDED])
def test_nothing_of_an_open_session_is_forgotten(phase: Phase) -> None:
    assert Kept(phase=phase).clean_at(OVER * 2) == f"{MARK} {MARK}"


@pytest.mark.parametrize("status", list(TaskStatus))
def test_nothing_is_forgotten_while_a_task_may_tell_more(status: TaskStatus) -> None:
    """But a queued task goes to another session."""
    kept = Kept(status, phase=Phase.CLOSED)
    silent = new_task(status=status).is_final or status is TaskStatus.QUEUED
    assert kept.clean_at(OVER) == (TEXT if silent else f"{MARK} {MARK}")


def test_nothing_is_forgotten_while_the_service_may_keep_it_running() -> None:
    kept = Kept(phase=Phase.CLOSED_ASSUMED, expires_ms=OVER + 1)
    assert kept.clean_at(OVER) == f"{MARK} {MARK}"
    assert kept.clean_at(OVER + 1) == TEXT


def test_a_session_that_turned_out_to_live_is_known_again() -> None:
    kept = Kept(phase=Phase.CLOSED_ASSUMED)
    assert kept.clean_at(OVER) == TEXT
    kept.put(replace(kept.session, phase=Phase.OPEN, ended_ms=None))
    assert kept.clean_at(OVER) == f"{MARK} {PASSWORD}"


def test_what_is_read_again_is_known_once() -> None:
    kept = Kept(phase=Phase.CLOSED)
    for _ in range(2):
        kept.put(kept.session)
    assert repr(kept.redaction) == "<Redactor of 2 secrets>"


def test_what_was_sent_to_another_session_stays_hidden() -> None:
    kept = Kept(phase=Phase.OPEN)
    kept.store.redaction.remember(1, "another")
    kept.store.redaction.remember(3, "of another session")
    for _ in range(2):
        kept.store.redaction.forget(1)
    assert kept.redaction.redact(f"{TEXT} another") == f"{TEXT} another"
    assert kept.redaction.redact("of another session") == MARK


def test_a_secret_sent_to_two_sessions_is_kept_until_both_are_over() -> None:
    kept = Kept(phase=Phase.CLOSED)
    kept.put(new_session(key=5, phase=Phase.OPEN, service_id="another-id-12"))
    kept.store.redaction.remember(5, PASSWORD)
    assert kept.clean_at(OVER) == f"{ID} {MARK}"


async def test_what_was_sent_to_a_session_that_is_deleted_is_masked_no_more(bench: Bench) -> None:
    key = await bench.open()
    task = bench.task(key)
    bench.store.redaction.remember(key, PASSWORD)
    await bench.see(key, Kind.COMPLETED)
    await bench.see(key, Kind.SESSION_GONE)
    assert bench.store.redaction.session_keys() == {key}
    await asyncio.sleep(90_000)  # tasks of today stay
    deleted = await bench.store.delete([task.key])
    assert deleted.sessions == (key,)
    assert bench.store.redaction.session_keys() == set()
