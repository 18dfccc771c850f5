"""The records in memory: what is told of them, and what is kept out of all texts with them."""

import asyncio
from decimal import Decimal
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.core.secrets.redaction import MARK, Redactor
from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.ledger.errors import DiskFullError
from enigma_panel.store.ledger.intents import IntentKind, Outcome
from tests.kit.builders import a_session, a_task, new_task
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.services.commands.bench import Bench
from tests.store.helpers import started

NOTHING = cast("Any", None)  # neither ledger nor clock is asked here


def test_a_sessions_cost_is_unknown_until_one_of_its_tasks_told_one() -> None:
    store = SessionStore(NOTHING, NOTHING, Redactor(), NOTHING)
    store._remember([a_session(1)], [a_task(1), a_task(2, session_key=1)])
    assert store.records.session_cost(1) is None
    store._remember([], [a_task(3, session_key=1, cost="0.02")])
    assert store.records.session_cost(1) == Decimal("0.02")
    done, failed, at_work = TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.WORKING
    assert store.records.session_unknown_costs(1) == 0
    of_it: dict[str, Any] = {"session_key": 1}
    untold = [
        a_task(4, status=done, **of_it),
        a_task(5, status=done, cost="1E+30", **of_it),
        a_task(7, status=TaskStatus.STOPPED, service_id=None, **of_it),
    ]
    told = [
        a_task(8, status=failed, service_id=None, **of_it),  # refused
        a_task(9, status=done, cost="0", **of_it),
        a_task(10, status=at_work, **of_it),
        a_task(11, status=TaskStatus.STOPPED, service_id=None, sent_ms=None, **of_it),
    ]
    store._remember([], [*untold, *told])
    assert store.records.session_unknown_costs(1) == len(untold)
    assert store.records.session_cost(1) == Decimal("0.02")


@pytest.mark.parametrize(
    "said", ['zebra-47 "grün"', 'zebra-47 \\"grün\\"', 'zebra-47 \\"gr\\u00fcn\\"']
)
def test_what_was_sent_is_known_also_where_it_stands_in_a_structure(said: str) -> None:
    redactor = Redactor()
    store = SessionStore(NOTHING, NOTHING, redactor, NOTHING)
    store.redaction.remember(1, 'zebra-47 "grün"')
    assert redactor.redact(f"typed {said}, was let in") == f"typed {MARK}, was let in"
    store.redaction.forget(1)
    assert redactor.redact(said) == said


async def test_a_task_that_a_full_disk_keeps_back_moves_no_end(bench: Bench) -> None:
    """It is not sent: the browser where it waits lives no longer for it."""
    key = await bench.open()
    session, task = bench.store.session(key), bench.store.tasks_of(key)[0]
    assert session is not None
    session = replace(session, dialect=Dialect.W2, expires_ms=NOW + 60_000)
    task = replace(task, status=TaskStatus.QUEUED, service_id=None)
    await bench.store.update(session, task)
    bench.executor.full = True
    with pytest.raises(DiskFullError):
        await bench.store.intend(IntentKind.NEW_TASK, session, task)
    bench.executor.full = False
    assert (bench.store.session(key), bench.store.task(task.key)) == (session, task)
    assert bench.ledger.sessions([key])[key] == session


async def test_nor_does_what_was_to_be_written_meanwhile(bench: Bench) -> None:
    key = await bench.open()
    session, task = bench.store.session(key), bench.store.tasks_of(key)[0]
    assert session is not None
    session = replace(session, dialect=Dialect.W2, expires_ms=NOW + 60_000)
    task = replace(task, status=TaskStatus.QUEUED, service_id=None)
    await bench.store.update(session, task)
    bench.executor.full, bench.executor.takes_s = True, 1
    intending = asyncio.create_task(bench.store.intend(IntentKind.NEW_TASK, session, task))
    await asyncio.sleep(0.5)
    moved = existing(bench.store.session(key))
    await bench.store.update(replace(moved, site="mine"))
    with pytest.raises(DiskFullError):
        await intending
    bench.executor.full = False
    await bench.store.flush()
    kept = bench.ledger.sessions([key])[key]
    assert moved.expires_ms != kept.expires_ms
    assert (kept.site, kept.expires_ms) == ("mine", session.expires_ms)


async def test_figures_that_a_full_disk_keeps_back_are_written_once_it_has_room(
    bench: Bench,
) -> None:
    key = await bench.open()
    (task,) = bench.store.tasks_of(key)
    bench.executor.full = True
    await bench.store.update(replace(task, is_new=True))
    await bench.see(key, Kind.ACTIVE, usage=Usage(cost=Decimal("0.5")))
    for is_full in (True, False):
        bench.executor.full = is_full
        await bench.store.flush()
    kept = bench.ledger.tasks([task.key])[task.key]
    assert (kept.is_new, kept.usage.cost) == (True, Decimal("0.5"))


async def test_the_reply_that_names_a_session_is_kept_without_its_id(bench: Bench) -> None:
    key = await bench.open(named=False)
    told = "done in 7f3c9a51-browser"
    reply = Observation(kind=Kind.COMPLETED, session_id="7f3c9a51-browser", text=told)
    _, task = await bench.store.settle(bench.start, Outcome.KNOWN, reply)
    assert task is not None
    assert task.result == f"done in {MARK}"
    assert existing(bench.store.session(key)).service_id == "7f3c9a51-browser"


async def test_results_are_marked_as_seen_also_where_they_are_not_in_memory(bench: Bench) -> None:
    """A write of the record as it was, on its way meanwhile, brings the mark back for nobody."""
    done = new_task("done", status=TaskStatus.DONE, is_new=True)
    old, shown = (started(bench.ledger, task=done).key for _ in range(2))
    seen = started(bench.ledger, task=replace(done, is_new=False)).key
    await bench.store.fetch([shown])
    as_it_was = existing(bench.store.task(shown))
    told: list[frozenset[int]] = []
    bench.store.changed.connect(lambda diff: told.append(diff.tasks))
    marked, _ = await asyncio.gather(
        bench.store.mark_seen([old, shown, seen]), bench.store.save(as_it_was)
    )
    assert marked == 2
    assert not any(task.is_new for task in bench.ledger.tasks([old, shown, seen]).values())
    assert bench.store.task(shown) == replace(as_it_was, is_new=False)
    assert frozenset({shown}) in told
    bench.store.notify()
    assert told[-1] == frozenset()  # no record that anybody would ask for
