"""The channel may tell of tasks that are not ours, and of the same thing again and again."""

from decimal import Decimal
from typing import Any

import pytest

from enigma_panel.api.wire.socket_events import read_event
from enigma_panel.core.attribution import COPY_MS
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.services.state.timeline import UNCLEAR
from enigma_panel.store.ledger.intents import Outcome
from tests.services.live.bench import Bench, key_of

S = TaskStatus
NAMED = Observation(kind=Kind.ACCEPTED, task_id="t1")
COST = Usage(cost=Decimal("0.42"))


def _done_elsewhere(text: str = "Ready.", task_id: str = "another") -> Observation:
    return Observation(kind=Kind.COMPLETED, text=text, task_id=task_id)


@pytest.mark.parametrize("close_after", [True, False])
async def test_the_reply_wins_over_a_result_that_the_channel_told_under_another_id(
    bench: Bench, close_after: bool
) -> None:
    """As of the empty task that a session may have begun with."""
    session, key = await bench.open(close_after=close_after)
    await bench.hear(Kind.COMPLETED, "Ready.", task_id="another")
    assert bench.task(key).status is S.DONE, "as far as anybody knows"
    reply = Observation(kind=Kind.COMPLETED, text="paid for", task_id="t1", usage=COST)
    await bench.reply(bench.intent, Outcome.KNOWN, reply)
    task = bench.task(key)
    assert (task.status, task.service_id, task.result) == (S.DONE, "t1", "paid for")
    assert task.usage == COST
    assert (UNCLEAR, "Ready.") in [(s.kind, s.text) for s in await bench.steps(key)]
    assert bench.phase(session) is (Phase.CLOSED_ASSUMED if close_after else Phase.OPEN)


@pytest.mark.parametrize("close_after", [True, False])
async def test_a_reply_that_names_another_task_takes_a_foreign_result_away(
    bench: Bench, close_after: bool
) -> None:
    session, key = await bench.open(close_after=close_after)
    await bench.hear(Kind.COMPLETED, "Ready.", task_id="another")
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    task = bench.task(key)
    assert (task.status, task.service_id, task.result) == (S.WORKING, NAMED.task_id, None)
    assert (task.ended_ms, task.is_new, bench.phase(session)) == (None, False, Phase.OPEN)
    await bench.hear(Kind.COMPLETED, "paid for", task_id=NAMED.task_id)
    assert bench.task(key).result == "paid for"


async def test_a_task_that_failed_under_its_own_id_leaves_its_session_open(bench: Bench) -> None:
    """It was to close after the task; the program ends it then, which needs it open."""
    session, key = await bench.open(close_after=True)
    await bench.hear(Kind.COMPLETED, "Ready.", task_id="another")
    assert bench.phase(session) is Phase.CLOSED_ASSUMED
    reply = Observation(kind=Kind.FAILED, text="no", code="PAGE_CRASH", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, reply)
    task = bench.task(key)
    assert (task.status, task.service_id, task.result) == (S.FAILED, "t1", None)
    assert bench.phase(session) is Phase.OPEN


async def test_the_reply_to_an_older_start_changes_no_result_of_a_confirmed_id(
    bench: Bench,
) -> None:
    _, key = await bench.open()
    await bench.hear(Kind.COMPLETED, "paid for", task_id="t1")
    reply = Observation(kind=Kind.COMPLETED, text="paid for", task_id="t1", usage=COST)
    await bench.reply(bench.intent, Outcome.KNOWN, reply)
    assert (bench.task(key).result, bench.task(key).usage) == ("paid for", COST)
    assert UNCLEAR not in [s.kind for s in await bench.steps(key)]


async def test_the_result_of_the_task_before_told_again_does_not_end_the_next(bench: Bench) -> None:
    session, first = await bench.open()
    await bench.hear(Kind.COMPLETED, "one")
    reply = Observation(kind=Kind.COMPLETED, text="one", task_id="T1")
    await bench.reply(bench.intent, Outcome.KNOWN, reply)
    second = await bench.add(session)
    await bench.wait(1)
    for task_id in (None, "of the channel"):
        await bench.hear(Kind.COMPLETED, "one", task_id=task_id)
        assert bench.task(key_of(second)).status is S.STARTING
    reply = Observation(kind=Kind.COMPLETED, text="two", task_id="T2")
    await bench.reply(second, Outcome.KNOWN, reply)
    await bench.wait(1)
    assert [bench.task(key).result for key in (first, key_of(second))] == ["one", "two"]


async def test_the_end_of_a_task_that_we_stopped_is_no_failure_in_its_time_line(
    bench: Bench,
) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    await bench.store.record(session, key, Observation(kind=Kind.STOP_SENT))
    failed = Observation(kind=Kind.FAILED, text="Task stopped by user")
    await bench.store.record(session, key, failed)
    lines = [(step.kind, step.text) for step in await bench.steps(key)]
    assert (bench.task(key).status, lines[-1]) == (
        S.STOPPED,
        ("stopped", "Task stopped by user"),
    )


async def test_an_error_that_speaks_of_an_expired_session_proves_no_end(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    bench.woken.clear()
    error = {"type": "error", "error": "the shop's session", "code": "SESSION_EXPIRED"}
    observation = read_event("message", error)
    assert observation is not None
    bench.connection.tell(observation)
    await bench.wait(1)
    assert bench.phase(session) is Phase.EXPIRED_ASSUMED
    assert bench.woken, "a poll tells"
    assert "told_expired" in [s.kind for s in await bench.steps(key)]
    at_work = Observation(kind=Kind.ACTIVE, asked_ms=bench.clock.now_ms())
    await bench.store.record(session, key, at_work)
    assert (bench.phase(session), bench.task(key).status) == (Phase.OPEN, S.WORKING)


@pytest.mark.parametrize("steps_s", [(), (1.5, 3)])
@pytest.mark.parametrize("again_s", [4, 10, 14])
async def test_the_same_question_after_an_answer_by_rest_is_seen_at_once(
    bench: Bench, steps_s: tuple[float, ...], again_s: float
) -> None:
    session, key = await bench.open()
    await bench.hear(Kind.QUESTION, "I need login credentials")
    await bench.wait(1)
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
    await bench.hear(Kind.QUESTION, "I need login credentials")  # its copy
    began = bench.clock.now_ms()
    for at_s in steps_s:
        await bench.wait(at_s - (bench.clock.now_ms() - began) / 1000)
        await bench.hear(Kind.ACTION, "types")
    await bench.wait(again_s - (bench.clock.now_ms() - began) / 1000)
    assert bench.task(key).status is S.WORKING
    await bench.hear(Kind.QUESTION, "I need login credentials")
    assert (bench.task(key).status, bench.task(key).question_n) == (S.ASKS, 2)


async def test_a_copy_of_a_question_is_no_new_one_though_a_step_showed_its_answer(
    bench: Bench,
) -> None:
    session, key = await bench.open()
    await bench.hear(Kind.QUESTION, "Which?")
    await bench.wait(0.5)
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
    await bench.wait(0.8)
    await bench.hear(Kind.ACTION, "types")
    await bench.hear(Kind.QUESTION, "Which?")
    assert (bench.task(key).status, bench.task(key).question_n) == (S.WORKING, 1)


@pytest.mark.parametrize("steps", [0, 1])
async def test_the_held_reply_with_the_question_that_was_answered_is_no_new_one(
    bench: Bench, steps: int
) -> None:
    session, key = await bench.open()
    await bench.hear(Kind.QUESTION, "Which?")
    await bench.wait(1)
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
    await bench.wait(COPY_MS / 1000 + 1)
    for _ in range(steps):
        await bench.hear(Kind.ACTION, "types")
    late = Observation(kind=Kind.QUESTION, text="Which?", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, late)
    task = bench.task(key)
    assert (task.status, task.question_n, task.service_id) == (S.WORKING, 1, "t1")


async def test_the_held_reply_leaves_the_question_open_that_the_channel_told(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.hear(Kind.QUESTION, "Which?")
    late = Observation(kind=Kind.QUESTION, text="Which?", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, late)
    task = bench.task(key)
    assert (task.status, task.question, task.question_n) == (S.ASKS, "Which?", 1)


async def test_a_question_that_is_asked_again_after_another_one_is_the_open_one(
    bench: Bench,
) -> None:
    _, key = await bench.open()
    for text in ("Pay $5?", "Pay $500?"):
        await bench.hear(Kind.QUESTION, text)
    await bench.hear(Kind.QUESTION, "Pay $5?")
    assert bench.task(key).question == "Pay $500?", "a late copy"
    await bench.wait(COPY_MS / 1000)
    await bench.hear(Kind.QUESTION, "Pay $5?")
    assert (bench.task(key).question, bench.task(key).question_n) == ("Pay $5?", 3)


async def test_an_end_that_cannot_be_taken_stands_in_the_way_of_no_other(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=Kind.UNKNOWN))
    await bench.add(session)
    for text in ("bad", "good"):
        await bench.hear(Kind.COMPLETED, text, task_id=text)
    facts = bench.live._events
    real, tried = facts.handle, []

    async def take(key: int, observation: Observation) -> None:
        tried.append(observation.text)
        if observation.text == "bad":
            raise RuntimeError(observation.text)
        await real(key, observation)

    facts.handle = take  # type: ignore[method-assign]
    bench.held.clear()
    with pytest.raises(RuntimeError):
        await facts.retry_unclear(session)
    await facts.retry_unclear(session)
    assert tried == ["bad", "good"]
    assert "good" in [task.result for task in bench.store.tasks_of(session)]


async def test_a_result_of_nobody_is_not_cleaned_before_it_is_dropped(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    redacted: list[int] = []
    real = bench.redactor.redact

    def redact(text: str) -> str:
        redacted.append(len(text))
        return real(text)

    bench.redactor.redact = redact  # type: ignore[method-assign]
    for number in range(5):
        bench.connection.tell(_done_elsewhere("big " * 100_000, f"other {number}"))
    await bench.hear(Kind.QUESTION, "Which?")
    assert bench.task(key).status is S.ASKS
    assert max(redacted) < 1_000


ELSEWHERE = [
    # what the channel of one session tells with the ids of another one of ours, or of nobody's
    {"kind": Kind.COMPLETED, "text": "not ours", "task_id": "t1"},
    {"kind": Kind.COMPLETED, "text": "not ours", "session_id": "sid000000001"},
    {"kind": Kind.QUESTION, "text": "Your password?", "task_id": "t1"},
    {"kind": Kind.FAILED, "text": "crashed", "task_id": "t1"},
    {"kind": Kind.ACTION, "text": "types", "task_id": "t1"},
    {"kind": Kind.SESSION_ENDED, "code": "terminated", "session_id": "sid000000001"},
    {"kind": Kind.SESSION_ENDED, "code": "terminated", "session_id": "nobody's"},
]


@pytest.mark.parametrize("facts", ELSEWHERE)
@pytest.mark.parametrize("named", [True, False])
async def test_what_is_of_another_session_changes_nothing_here(
    bench: Bench, facts: dict[str, Any], named: bool
) -> None:
    await bench.open(listens=False)
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    session, key = await bench.open()
    reply = Observation(kind=Kind.ACCEPTED, task_id="t2")
    lost = Observation(kind=Kind.UNKNOWN)
    await bench.reply(
        bench.intent, Outcome.KNOWN if named else Outcome.UNKNOWN, reply if named else lost
    )
    await bench.wait(10)
    before = bench.task(key), bench.store.session(session)
    connection = next(c for c in bench.connector.connections if c.session_id == f"sid{session:09}")
    connection.tell(Observation(**facts))
    await bench.wait(1)
    assert (bench.task(key), bench.store.session(session)) == before
