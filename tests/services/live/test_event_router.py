"""Which of our tasks an event is about, and what it may decide."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.core.attribution import COPY_MS, LATE_ERROR_MS
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.store.ledger.intents import Outcome
from tests.services.live.bench import Bench, key_of

S = TaskStatus
LOST_REPLY = Observation(kind=Kind.UNKNOWN)
COST = Usage(cost=Decimal("0.02"))


def _done(task_id: str | None, text: str = "result") -> dict[str, Any]:
    return {"kind": Kind.COMPLETED, "text": text, "task_id": task_id, "usage": COST}


async def test_a_result_comes_though_the_reply_that_names_its_task_was_lost(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    assert bench.task(key).status is S.UNCONFIRMED
    await bench.hear(**_done("t1"))
    task = bench.task(key)
    assert (task.status, task.result, task.service_id) == (S.DONE, "result", "t1")
    assert task.cost == Decimal("0.02")
    assert bench.phase(session) is Phase.OPEN


async def test_the_same_result_by_both_ways_is_one(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.hear(**_done("t1"))
    done = bench.task(key)
    assert done.status is S.DONE
    await bench.hear(**_done("t1"))
    reply = Observation(kind=Kind.COMPLETED, text="result", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, reply)
    assert bench.task(key) == done


async def test_the_question_is_there_at_once_while_the_reply_is_held(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.hear(Kind.QUESTION, "Which colour?")
    assert (bench.task(key).status, bench.task(key).question_n) == (S.ASKS, 1)
    await bench.hear(Kind.QUESTION, "Which colour?")
    assert bench.task(key).question_n == 1
    accepted = Observation(kind=Kind.ACCEPTED, task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, accepted)
    assert (bench.task(key).status, bench.task(key).service_id) == (S.ASKS, "t1")
    kinds = [step.kind for step in await bench.steps(key)]
    assert kinds == ["opened", "question"]  # that it was accepted is no news after that


async def test_an_answered_question_that_is_told_again_is_left_to_the_poll(bench: Bench) -> None:
    session, key = await bench.open()
    accepted = Observation(kind=Kind.ACCEPTED, task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, accepted)
    await bench.hear(Kind.QUESTION, "Which?")
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
    await bench.wait(60)
    bench.woken.clear()
    await bench.hear(Kind.QUESTION, "Which?")
    assert (bench.task(key).status, bench.woken) == (S.WORKING, [session])
    await bench.hear(Kind.QUESTION, "Another?")
    assert (bench.task(key).status, bench.task(key).question_n) == (S.ASKS, 2)


async def test_with_two_unnamed_tasks_a_result_waits_for_the_reply_that_tells(bench: Bench) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    other = await bench.add(session)
    await bench.hear(**_done("t1", "of the first"))
    assert bench.task(first).status is S.UNCONFIRMED
    assert bench.task(key_of(other)).status is S.STARTING
    accepted = Observation(kind=Kind.ACCEPTED, task_id="t2")
    await bench.reply(other, Outcome.KNOWN, accepted)
    await bench.wait(0.1)
    assert (bench.task(first).status, bench.task(first).result) == (S.DONE, "of the first")
    assert bench.task(key_of(other)).status is S.WORKING


async def test_the_reply_may_tell_that_it_was_the_second(bench: Bench) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    other = await bench.add(session)
    await bench.hear(**_done("t2", "of the second"))
    accepted = Observation(kind=Kind.ACCEPTED, task_id="t2")
    await bench.reply(other, Outcome.KNOWN, accepted)
    await bench.wait(0.1)
    assert bench.task(first).status is S.UNCONFIRMED
    assert bench.task(key_of(other)).result == "of the second"


async def test_an_error_ends_the_only_task_but_none_that_a_poll_can_tell_of(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.hear(Kind.FAILED, "a page did not load", code="NAVIGATION_TIMEOUT")
    assert bench.task(key).status is S.STARTING, "its reply comes now, and tells more"
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.wait(0.1)
    assert (bench.task(key).status, bench.task(key).code) == (S.FAILED, "NAVIGATION_TIMEOUT")
    session, named = await bench.open()
    accepted = Observation(kind=Kind.ACCEPTED, task_id="t9")
    await bench.reply(bench.intent, Outcome.KNOWN, accepted)
    bench.woken.clear()
    await bench.hear(Kind.FAILED, "late", code="ELEMENT_NOT_FOUND")
    assert (bench.task(named).status, bench.woken) == (S.WORKING, [session])


async def test_a_late_error_of_the_task_before_does_not_end_the_next(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.FAILED, "one", code="PAGE_CRASH")
    other = await bench.add(session)
    await bench.reply(other, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.FAILED, "one", code="PAGE_CRASH")
    assert bench.task(key_of(other)).status is S.UNCONFIRMED
    await bench.wait(LATE_ERROR_MS / 1000)
    await bench.hear(Kind.FAILED, "two", code="PAGE_CRASH")
    assert bench.task(key_of(other)).status is S.FAILED


async def test_the_end_of_a_session_leaves_its_task_to_reply_and_poll(bench: Bench) -> None:
    session, key = await bench.open(close_after=True)
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.SESSION_ENDED, code="terminateOnCompletion")
    assert (bench.phase(session), bench.task(key).status) == (Phase.CLOSED, S.UNCONFIRMED)
    assert bench.woken[-1] == session


async def test_a_reason_that_repeats_a_secret_is_redacted(bench: Bench) -> None:
    _, key = await bench.open(close_after=True)
    bench.redactor.add_secret("hunter2-and-more")
    await bench.hear(Kind.SESSION_ENDED, code="closed for hunter2-and-more")
    (ended,) = [s.text for s in await bench.steps(key) if s.kind == Kind.SESSION_ENDED]
    assert ended == "closed for [redacted]"


async def test_a_result_behind_the_end_of_its_session_is_taken(bench: Bench) -> None:
    session, key = await bench.open(close_after=True)
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.SESSION_ENDED, code="terminateOnCompletion")
    await bench.wait(1)
    await bench.hear(**_done("t1"))
    assert (bench.task(key).status, bench.task(key).result) == (S.DONE, "result")
    assert bench.phase(session) is Phase.CLOSED


async def test_an_event_that_names_another_task_is_not_about_this_one(bench: Bench) -> None:
    session, first = await bench.open()
    accepted = Observation(kind=Kind.ACCEPTED, task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, accepted)
    await bench.hear(**_done("t1"))
    other = await bench.add(session)
    second = Observation(kind=Kind.ACCEPTED, task_id="t2")
    await bench.reply(other, Outcome.KNOWN, second)
    await bench.hear(Kind.QUESTION, "Late?", task_id="t1")
    await bench.hear(Kind.QUESTION, "Whose?", task_id="t3")
    assert bench.task(key_of(other)).status is S.WORKING
    await bench.hear(Kind.QUESTION, "Which?", task_id="t2")
    assert bench.task(key_of(other)).status is S.ASKS
    assert bench.task(first).status is S.DONE


async def test_a_lost_browser_and_its_return_stand_in_the_time_line(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.hear(Kind.ORPHANED, grace_ms=300_000)
    assert bench.phase(session) is Phase.CONNECTION_LOST
    await bench.hear(Kind.RECONNECTED)
    assert bench.phase(session) is Phase.OPEN
    kinds = [s.kind for s in await bench.steps(key)]
    assert kinds[-2:] == ["orphaned", "reconnected"]
    await bench.hear(Kind.ORPHANED, grace_ms=300_000)
    await bench.connection.aclose()
    await bench.wait(0.01)
    lost = bench.store.session(session)
    assert lost is not None
    assert (lost.phase, lost.lost_until_ms) == (Phase.CONNECTION_LOST, None)


async def test_a_step_of_a_task_that_is_over_is_nobodys(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.hear(**_done("t1"))
    await bench.hear(Kind.ACTION, "late")
    await bench.hear(Kind.QUESTION, "late?")
    assert bench.task(key).status is S.DONE
    assert "late" not in [s.text for s in await bench.steps(key)]


async def test_an_error_inside_the_hold_leaves_the_last_word_to_the_reply(bench: Bench) -> None:
    _, key = await bench.open(close_after=True)
    await bench.hear(Kind.FAILED, "late", code="ELEMENT_NOT_FOUND")
    reply = Observation(kind=Kind.COMPLETED, text="paid for", task_id="t1", usage=COST)
    await bench.reply(bench.intent, Outcome.KNOWN, reply)
    await bench.wait(0.1)
    assert (bench.task(key).status, bench.task(key).result) == (S.DONE, "paid for")


@pytest.mark.parametrize("status", [S.STARTING, S.UNCONFIRMED])
async def test_what_comes_before_the_task_was_sent_does_not_move_it(
    bench: Bench, status: TaskStatus
) -> None:
    """Unconfirmed: the reply that opened its browser was lost, but named the session."""
    session, _ = await bench.open()
    await bench.hear(**_done("t1"))
    now = bench.clock.now_ms()
    task = replace(bench.task(1), key=0, sent_ms=None, service_id=None, status=status)
    task = replace(task, result=None, ended_ms=None, created_ms=now)
    held = bench.store.session(session)
    assert held is not None
    [key] = await bench.store.plan([(held, task)])
    await bench.store.update(replace(held, current_task=key))
    for kind in (Kind.UPDATE, Kind.QUESTION, Kind.FAILED):
        await bench.hear(kind, "Ready")
    assert bench.task(key).status is status


async def test_a_result_that_comes_after_it_was_put_away_is_not_thrown_away(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.store.record(session, key, Observation(kind=Kind.DISMISSED))
    assert bench.task(key).status is S.LOST
    await bench.hear(**_done("t1"))
    assert (bench.task(key).status, bench.task(key).result) == (S.DONE, "result")


async def test_an_unnamed_task_can_ask_the_same_again_once_it_worked_on(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.QUESTION, "Code?")
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
    await bench.hear(Kind.QUESTION, "Code?")
    assert bench.task(key).status is S.WORKING, "told twice"
    await bench.hear(Kind.ACTION, "type")
    await bench.wait(COPY_MS / 1000 + 1)
    await bench.hear(Kind.QUESTION, "Code?")
    assert (bench.task(key).status, bench.task(key).question_n) == (S.ASKS, 2)


async def test_what_is_unclear_at_the_end_is_kept(bench: Bench) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    other = await bench.add(session)
    await bench.hear(**_done("t1"))
    assert bench.task(first).status is S.UNCONFIRMED
    await bench.scope.close()
    bench.held.discard(key_of(other))  # its call was cut
    await bench.live.finish()
    kept = bench.ledger.tasks([first])[first]
    assert kept is not None
    assert (kept.status, kept.result) == (S.DONE, "result")
