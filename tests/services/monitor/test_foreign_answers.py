"""An answer that names another task than the one asked for: used, asked again, or in doubt."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskSpec, TaskStatus
from enigma_panel.core.observation import NO_USAGE, OTHER_TASK, Kind, Observation, Usage
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.monitor.foreign_answers import EQUAL_ANSWERS, ForeignAnswers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.types import OpenQuestion
from enigma_panel.store.ledger.intents import Outcome
from tests.conftest import Simulator
from tests.kit.builders import new_session, new_task
from tests.kit.clock import FastClock
from tests.kit.rows import check_rows
from tests.kit.wait import until
from tests.services.conftest import LongLived, Running
from tests.services.live.bench import Bench
from tests.services.monitor.test_housekeeping_live import make_housekeeping
from tests.services.queue.test_unknown_outcomes import faults
from tests.store.helpers import start

S = TaskStatus
COST = Usage(cost=Decimal("0.42"))
USED, NEVER, DOUBTED = "used", "never used", "in doubt the third time"

ROWS = [
    # session named, task named, what becomes of a result
    (None, None, USED),
    ("own", "own", USED),
    ("own", None, USED),
    (None, "own", USED),
    ("other", "other", NEVER),
    ("other", None, NEVER),
    ("other", "own", NEVER),
    (None, "other", NEVER),
    ("own", "other", NEVER),
    ("own", "sibling", NEVER),
    ("old", "old", DOUBTED),
    ("old", None, DOUBTED),
    (None, "old", DOUBTED),
    ("nobody", "nobody", DOUBTED),
    ("nobody", None, DOUBTED),
    ("own", "nobody", DOUBTED),
    (None, "nobody", DOUBTED),
    ("nobody", "own", DOUBTED),
    ("nobody", "other", NEVER),
]


async def _two_sessions(bench: Bench) -> tuple[Session, Task]:
    """Ours, beside another one and one that only the ledger knows; ours has a task before."""
    for task_id in ("of the other", "of a sibling"):
        session_key, _ = await bench.open(listens=False)
        named = Observation(kind=Kind.ACCEPTED, task_id=task_id)
        await bench.reply(bench.intent, Outcome.KNOWN, named)
    intent = await bench.add(session_key)
    await bench.reply(intent, Outcome.KNOWN, Observation(kind=Kind.ACCEPTED, task_id="own task"))
    old = new_session(service_id="old session", phase=Phase.CLOSED)
    start(bench.ledger, old, new_task(service_id="old task", status=S.DONE))
    session = bench.store.session(session_key)
    assert session is not None
    assert intent.task is not None
    return session, bench.task(intent.task.key)


def _ids(session: Session, task: Task, names: tuple[str | None, str | None]) -> dict[str, Any]:
    sessions = {
        "own": session.service_id,
        "other": "sid000000001",
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
    return {"session_id": sessions.get(names[0] or ""), "task_id": tasks.get(names[1] or "")}


async def test_whose_ids_an_answer_names_decides_what_becomes_of_it(bench: Bench) -> None:
    session, task = await _two_sessions(bench)

    async def outcome(names: tuple[str | None, str | None]) -> str:
        ids = _ids(session, task, names)
        answer = Observation(kind=Kind.COMPLETED, text="paid for", usage=COST, **ids)
        answers = ForeignAnswers(bench.store)
        got = [answers.usable(session, task, answer) for _ in range(EQUAL_ANSWERS + 1)]
        doubted = replace(answer, code=OTHER_TASK, session_id=None, task_id=None)
        if got == [answer] * (EQUAL_ANSWERS + 1):
            return USED
        return {
            (None, None, None, None): NEVER,
            (None, None, doubted, doubted): DOUBTED,
        }[tuple(got)]

    became = {(a, b): await outcome((a, b)) for a, b, _ in ROWS}
    check_rows(ROWS, lambda a, b, wanted: _equal(became[a, b], wanted))


def _equal(found: object, wanted: object) -> None:
    assert found == wanted, found


async def test_only_what_would_be_lost_is_ever_taken_in_doubt(bench: Bench) -> None:
    """An end of the session would cost its Terminate; a sign of life says nothing."""
    session, task = await _two_sessions(bench)
    ids = _ids(session, task, ("nobody", "nobody"))
    taken = set()
    for kind in Kind:
        answers = ForeignAnswers(bench.store)
        answer = Observation(kind=kind, usage=COST, **ids)
        got = [answers.usable(session, task, answer) for _ in range(EQUAL_ANSWERS)]
        if got[-1] is not None:
            taken.add(kind)
            assert got[-1].usage == (NO_USAGE if kind is Kind.QUESTION else COST)
    ends = {Kind.COMPLETED, Kind.FAILED, Kind.STOPPED, Kind.TERMINATED}
    assert taken == ends | {Kind.QUESTION}


async def test_answers_that_differ_are_not_counted_together(bench: Bench) -> None:
    session, task = await _two_sessions(bench)
    answers = ForeignAnswers(bench.store)
    own = Observation(kind=Kind.ACTIVE)
    one, two = (Observation(kind=Kind.COMPLETED, text=text, task_id="nobody's") for text in "ab")
    for answer in (one, one, two, two, one, one, own, one, one):
        used = answers.usable(session, task, answer)
        assert used is (own if answer is own else None)
    assert answers.usable(session, task, one) is not None


async def test_no_sum_holds_what_is_in_doubt_until_it_is_not(bench: Bench) -> None:
    """On the screen as in the ledger."""
    session, task = await _two_sessions(bench)

    async def costs() -> tuple[Decimal | None, list[tuple[str | None, int | None]]]:
        rows = bench.ledger._db.rows("SELECT cost, cost_nano FROM tasks WHERE key = ?", (task.key,))
        return bench.store.session_cost(session.key), rows

    doubted = Observation(kind=Kind.COMPLETED, text="whose?", usage=COST, code=OTHER_TASK)
    await bench.store.record(session.key, task.key, doubted)
    assert bench.task(task.key).cost == COST.cost, "it is shown"
    assert await costs() == (None, [("0.42", None)])
    own = Observation(kind=Kind.COMPLETED, text="ours", usage=Usage(cost=Decimal("0.03")))
    await bench.store.record(session.key, task.key, own)
    assert await costs() == (Decimal("0.03"), [("0.03", 30_000_000)])
    assert (bench.task(task.key).result, bench.task(task.key).code) == ("ours", None)


@pytest.mark.parametrize("is_sure", [True, False])
async def test_a_session_is_not_closed_for_a_failure_in_doubt(bench: Bench, is_sure: bool) -> None:
    """Its task may be at work."""
    session, key = await bench.open(close_after=True)
    await bench.reply(bench.intent, Outcome.KNOWN, Observation(kind=Kind.ACCEPTED, task_id="t"))
    closed: list[int] = []

    async def terminate(session_key: int) -> None:
        closed.append(session_key)

    housekeeping = make_housekeeping(bench)
    housekeeping._commands.terminate = terminate  # type: ignore[method-assign]
    code = None if is_sure else OTHER_TASK
    failed = Observation(kind=Kind.FAILED, text="crashed", code=code)
    await bench.store.record(session, key, failed)
    assert bench.task(key).status is S.FAILED
    await housekeeping.tick()
    await bench.wait(1)
    assert closed == ([session] if is_sure else [])


async def test_the_inbox_knows_which_question_is_in_doubt(bench: Bench) -> None:
    session, key = await bench.open()
    answers: Any = SimpleNamespace(changed=bench.store.changed, lost=set())
    inbox = Inbox(bench.store, cast("Any", None), answers, cast("Any", None))
    for code in (OTHER_TASK, None):
        asks = Observation(kind=Kind.QUESTION, text="Which?", code=code)
        await bench.store.record(session, key, asks)
        assert [q.is_doubted for q in inbox.questions()] == [code is not None]


# -- with the simulator process -------------------------------------------------------------------


async def _two_asking(parts: Any) -> tuple[Task, Task]:
    """Two tasks that are polled and go on until they are answered.

    The channel may bring a question before the reply that names its task.
    """
    sessions = parts.services.sessions
    keys = [
        await sessions.start(
            TaskSpec(text=f"Solve the captcha of shop{n}.example", close_after=False)
        )
        for n in (1, 2)
    ]

    def are_asking() -> bool:
        tasks = [sessions.task(key) for key in keys]
        return all(task.status is S.ASKS and task.service_id is not None for task in tasks)

    await until(are_asking)
    return sessions.task(keys[0]), sessions.task(keys[1])


def _path(parts: Any, task: Task) -> str:
    session = parts.services.sessions.session(task.session_key)
    return f"/task/{session.service_id}/{task.service_id}"


def _done(session_id: str, task_id: str, text: str) -> dict[str, Any]:
    """A result with ids, as one dialect has them in each body."""
    return {
        "success": True,
        "sessionId": session_id,
        "taskId": task_id,
        "type": "task_completed",
        "data": {"message": text},
        "usage": {"cost": 0.42},
    }


async def test_a_result_of_nobody_is_shown_with_the_doubt_and_gives_way_to_our_own(
    simulator: Callable[..., Simulator], running: Running
) -> None:
    url = simulator("--speed", "10", "--faults", "--question-in-hold", "early").url
    async with running(url, FastClock(), LongLived) as parts:
        one, _ = await _two_asking(parts)
        sessions = parts.services.sessions
        body = _done("sessionOfNobody", "taskOfNobody", "whose?")
        path = _path(parts, one)
        faults(url, {"path": path, "kind": "status:200", "body": body, "times": 0})
        await until(lambda: sessions.task(one.key).status is S.DONE)
        done, session = sessions.task(one.key), sessions.session(one.session_key)
        assert (done.result, done.is_doubted, done.cost) == ("whose?", True, COST.cost)
        assert session.phase is Phase.OPEN
        assert sessions.session_cost(session.key) is None
        faults(url)
        await _answered(parts, one)
        await until(lambda: sessions.task(one.key).status is S.DONE)
        ours = sessions.task(one.key)
        assert (ours.is_doubted, ours.result == "whose?") == (False, False)
        assert sessions.session_cost(session.key) == ours.cost


async def _answered(parts: Any, task: Task) -> None:
    sessions, inbox = parts.services.sessions, parts.services.inbox
    await until(lambda: sessions.task(task.key).status is S.ASKS)
    question_n = sessions.task(task.key).question_n

    def question() -> OpenQuestion | None:
        open_ones = [q for q in inbox.questions() if q.task_key == task.key]
        return next((q for q in open_ones if q.question_n == question_n), None)

    await until(question)
    await inbox.answer(question(), "done", AnswerVerb.RESUME)
