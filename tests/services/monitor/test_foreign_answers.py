"""A poll's answer that names another task or session of ours is dropped; any other one is used."""

from decimal import Decimal
from typing import Any, cast

from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.store.ledger.intents import Outcome
from tests.kit.builders import new_session, new_task
from tests.kit.existing import existing
from tests.kit.fakes import FakeHealth
from tests.kit.rows import check_rows
from tests.services.live.bench import Bench
from tests.store.helpers import start

USED, DROPPED = True, False
OTHER = "sid000000001"
"""The session that is there already."""

ROWS = [
    # session named, task named, what becomes of the answer
    (None, None, USED),
    ("own", "own", USED),
    ("own", None, USED),
    (None, "own", USED),
    ("other", "other", DROPPED),
    ("other", None, DROPPED),
    ("other", "own", DROPPED),
    (None, "other", DROPPED),
    ("own", "other", DROPPED),
    ("own", "sibling", DROPPED),
    ("nobody", "other", DROPPED),
    # The old ones are in the ledger alone.
    ("old", "old", USED),
    ("old", None, USED),
    (None, "old", USED),
    ("nobody", "nobody", USED),
    ("nobody", None, USED),
    ("own", "nobody", USED),
    (None, "nobody", USED),
    ("nobody", "own", USED),
]


class _Client:
    """The service; each poll gets this answer."""

    answer = Observation(kind=Kind.ACTIVE)

    async def poll(self, _session_id: str, _task_id: str) -> Observation:
        return self.answer


async def _two_sessions(bench: Bench) -> tuple[Session, Task]:
    """Ours, beside another one and one that only the ledger knows; ours has a task before."""
    for task_id in ("of the other", "of a sibling"):
        session_key, _ = await bench.open(listens=False, close_after=True)
        named = Observation(kind=Kind.ACCEPTED, task_id=task_id)
        await bench.reply(bench.intent, Outcome.KNOWN, named)
    intent = await bench.add(session_key)
    await bench.reply(intent, Outcome.KNOWN, Observation(kind=Kind.ACCEPTED, task_id="own task"))
    old = new_session(service_id="old session", phase=Phase.CLOSED)
    start(bench.ledger, old, new_task(service_id="old task", status=TaskStatus.DONE))
    session = existing(bench.store.session(session_key))
    assert intent.task is not None
    return session, bench.task(intent.task.key)


def _named(
    answer: Observation, session: Session, task: Task, ids: tuple[str | None, str | None]
) -> Observation:
    sessions = {
        "own": session.service_id,
        "other": OTHER,
        "old": "old session",
        "nobody": "session of nobody",
    }
    tasks = {
        "own": task.service_id,
        "other": "of the other",
        "sibling": "of a sibling",
        "old": "old task",
        "nobody": "task of nobody",
    }
    session_name, task_name = ids
    return replace(
        answer, session_id=sessions.get(session_name or ""), task_id=tasks.get(task_name or "")
    )


async def test_whose_ids_an_answer_names_decides_what_becomes_of_it(bench: Bench) -> None:
    session, task = await _two_sessions(bench)
    client = _Client()
    bench.account.client = cast("Any", client)
    scope = TaskScope()
    context = replace(bench.context, scope=scope, health=FakeHealth())
    poller = Poller(context, bench.starts, bench.channels)
    cost = Usage(cost=Decimal("0.42"))
    used = {}
    for session_name, task_name, _ in ROWS:
        ids = session_name, task_name
        client.answer = _named(Observation(kind=Kind.ACTIVE), session, task, ids)
        used[ids] = await poller.poll_now(task.key)
    check_rows(ROWS, lambda a, b, wanted: _equal(used[a, b], wanted))
    done = Observation(kind=Kind.COMPLETED, text="of the other", usage=cost)
    client.answer = _named(done, session, task, ("other", "other"))
    await poller.poll_now(task.key)
    assert bench.task(task.key).result is None
    client.answer = _named(replace(done, text="paid for"), session, task, ("nobody", "nobody"))
    await poller.poll_now(task.key)
    ended = bench.task(task.key)
    assert (ended.status, ended.result, ended.code) == (TaskStatus.DONE, "paid for", None)
    assert (ended.service_id, ended.counted_cost) == ("own task", cost.cost)
    after = existing(bench.store.session(session.key))
    assert after.service_id == session.service_id
    await scope.close()


def _equal(found: object, wanted: object) -> None:
    assert found == wanted, found
