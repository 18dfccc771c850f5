"""A task that gets a planned session of its own, and changes while the ledger writes that."""

import asyncio

from msgspec.structs import replace

from enigma_panel.core.models import Phase, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.state.session_store import SessionStore
from tests.kit.builders import new_session
from tests.kit.existing import existing
from tests.services.commands.bench import Bench

TAKEN_BACK = Observation(kind=Kind.TAKEN_BACK, code="TERMINATED_BEFORE_TASK")


async def _queued(bench: Bench) -> Task:
    """A task that waits in a session that has ended; it was the first one there."""
    key = await bench.open()
    await bench.see(key, Kind.SESSION_ENDED)
    task = replace(bench.store.tasks_of(key)[0], status=TaskStatus.QUEUED, service_id=None)
    await bench.store.update(task)
    return task


async def _new_session(store: SessionStore, task: Task) -> None:
    await store.plan([(new_session(phase=Phase.PLANNED), task)])


async def test_taken_back_meanwhile_it_stays_so_and_its_new_session_is_dropped(
    bench: Bench,
) -> None:
    store, task = bench.store, await _queued(bench)
    taken = store.record(task.session_key, task.key, TAKEN_BACK)
    await asyncio.gather(_new_session(store, task), taken)
    phases = {s.key: s.phase for s in store.sessions() if s.key != task.session_key}
    assert list(phases.values()) == [Phase.DROPPED]
    kept, sessions = bench.ledger.tasks([task.key]), bench.ledger.sessions(phases)
    assert kept[task.key] == store.task(task.key)
    assert kept[task.key].status is TaskStatus.STOPPED
    assert {key: session.phase for key, session in sessions.items()} == phases


async def test_moved_in_the_queue_meanwhile_it_is_in_its_new_session_on_the_disk_too(
    bench: Bench,
) -> None:
    store, task = bench.store, await _queued(bench)
    up = store.update(replace(task, queue_position=7))
    await asyncio.gather(_new_session(store, task), up)
    known = existing(store.task(task.key))
    assert (known.queue_position, known.session_key) == (7, task.session_key + 1)
    assert bench.ledger.tasks([task.key])[task.key] == known


async def test_written_unchanged_meanwhile_it_is_in_its_new_session_on_the_disk_too(
    bench: Bench,
) -> None:
    """As with the fate of a command to the session that has ended."""
    store, task = bench.store, await _queued(bench)
    await asyncio.gather(_new_session(store, task), store.save(task))
    known = existing(store.task(task.key))
    assert known.session_key == task.session_key + 1
    assert bench.ledger.tasks([task.key])[task.key] == known


async def test_the_end_of_the_session_that_it_left_says_nothing_of_it(bench: Bench) -> None:
    """A Terminate was being sent there, and its "not found" came after the task had left."""
    store, task = bench.store, await _queued(bench)
    await _new_session(store, task)
    moved = existing(store.task(task.key))
    await store.update(replace(moved, status=TaskStatus.STARTING))
    await store.record(task.session_key, task.key, Observation(kind=Kind.SESSION_GONE))
    known = existing(store.task(task.key))
    assert (known.status, known.session_key) == (TaskStatus.STARTING, task.session_key + 1)
