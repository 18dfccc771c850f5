"""What the live channel leaves in doubt is kept, said, and found out where that can be."""

from typing import Any

import pytest

from enigma_panel.api.protocols import LiveError, LiveFault
from enigma_panel.core.attribution import LATE_ERROR_MS, PAUSE_MS, UNHEARD_MS
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.monitor.housekeeping import Housekeeping
from enigma_panel.services.state.timeline import UNCLEAR
from enigma_panel.store.ledger.intents import Outcome
from tests.services.live.bench import Bench, FakeConnection, key_of
from tests.services.monitor.test_housekeeping_live import make_housekeeping

S = TaskStatus
LOST_REPLY = Observation(kind=Kind.UNKNOWN)
NAMED = Observation(kind=Kind.ACCEPTED, task_id="t1")


async def _two_unnamed(bench: Bench) -> tuple[int, int]:
    """One session, two tasks of which no reply will tell; their keys."""
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    other = await bench.add(session)
    await bench.reply(other, Outcome.UNKNOWN, LOST_REPLY)
    return first, key_of(other)


async def _tick(bench: Bench, seconds: float, housekeeping: Housekeeping | None = None) -> None:
    """Housekeeping looks once a second for so long."""
    housekeeping = housekeeping or make_housekeeping(bench)
    for _ in range(round(seconds)):
        await bench.wait(1)
        await housekeeping.tick()


async def test_results_go_in_the_order_of_the_service_and_the_doubt_stands_with_both(
    bench: Bench,
) -> None:
    first, second = await _two_unnamed(bench)
    await bench.hear(Kind.QUESTION, "Which?")  # of the first, though that is not told
    await bench.hear(Kind.COMPLETED, "of the first", task_id="a")
    await bench.hear(Kind.COMPLETED, "of the second", task_id="b")
    assert bench.task(first).result == "of the first"
    assert bench.task(second).result == "of the second"
    for key in (first, second):
        assert UNCLEAR in [s.kind for s in await bench.steps(key)]


async def test_an_error_that_may_be_of_two_ends_neither(bench: Bench) -> None:
    first, second = await _two_unnamed(bench)
    await bench.wait(LATE_ERROR_MS / 1000 + 1)
    await bench.hear(Kind.FAILED, "crashed", code="PAGE_CRASH")
    assert bench.task(second).status is S.UNCONFIRMED
    await bench.hear(Kind.COMPLETED, "of the second", task_id="b")
    assert (bench.task(first).result, bench.task(second).result) == ("of the second", None)
    told = [s.text for s in await bench.steps(second) if s.kind == UNCLEAR]
    assert told == ["crashed", "of the second"]


@pytest.mark.parametrize("ends", ["reply lost", "program quits"])
async def test_an_error_that_comes_with_the_next_task_does_not_end_it_later(
    bench: Bench, ends: str
) -> None:
    """It is the end of the one before, told once more by the channel."""
    session, _ = await bench.open()
    crashed = Observation(kind=Kind.FAILED, text="crashed", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, crashed)
    other = await bench.add(session)
    await bench.hear(Kind.FAILED, "crashed")
    await bench.wait(LATE_ERROR_MS / 1000 + 1)
    if ends == "reply lost":
        await bench.reply(other, Outcome.UNKNOWN, LOST_REPLY)
        await bench.wait(1)
        assert bench.task(key_of(other)).status is S.UNCONFIRMED
    else:
        bench.held.discard(key_of(other))
        await bench.live.finish()
        assert bench.task(key_of(other)).status is S.STARTING


async def test_a_secret_that_became_known_while_an_error_was_kept_is_not_in_it(
    bench: Bench,
) -> None:
    _, task = await bench.open()
    await bench.hear(Kind.FAILED, "could not log in with hunter22")
    bench.redactor.add_secret("hunter22")
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.wait(1)
    assert bench.task(task).error == "could not log in with [redacted]"


async def test_a_result_that_a_held_reply_will_place_is_in_the_ledger_meanwhile(
    bench: Bench,
) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.add(session)
    await bench.hear(Kind.COMPLETED, "paid for", task_id="a")
    await bench.hear(Kind.COMPLETED, "paid for", task_id="a")
    assert bench.task(first).status is S.UNCONFIRMED
    told = [(s.kind, s.text) for s in await bench.steps(first)]
    assert told.count((UNCLEAR, "paid for")) == 1


async def test_a_result_without_an_id_beside_a_named_task_is_that_ones_poll_to_tell(
    bench: Bench,
) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    other = await bench.add(session)
    await bench.reply(other, Outcome.KNOWN, NAMED)
    bench.woken.clear()
    await bench.hear(Kind.COMPLETED, "whose?")
    assert (bench.task(first).status, bench.woken) == (S.UNCONFIRMED, [session])
    assert "whose?" in [s.text for s in await bench.steps(key_of(other))]


@pytest.mark.parametrize("task_id", ["t1", None])
async def test_a_result_behind_a_stop_that_was_inferred_is_kept(
    bench: Bench, task_id: str | None
) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    bench.store.ending.mark(session, CommandVerb.TERMINATE, bench)
    await bench.store.record(session, key, Observation(kind=Kind.SESSION_GONE))
    assert bench.task(key).status is S.STOPPED
    await bench.hear(Kind.COMPLETED, "in time", task_id=task_id)
    assert (bench.task(key).status, bench.task(key).result) == (S.DONE, "in time")


async def test_a_stopped_task_does_not_get_the_result_of_the_next(bench: Bench) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.store.record(session, first, Observation(kind=Kind.STOPPED))
    other = await bench.add(session)
    await bench.reply(other, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.COMPLETED, "of the next", task_id="b")
    assert bench.task(first).status is S.STOPPED
    assert bench.task(key_of(other)).result == "of the next"


async def test_what_was_told_before_a_connect_failed_is_taken(bench: Bench) -> None:
    real = bench.connector.connect

    async def connect(session_id: str, *rest: Any) -> FakeConnection:
        line = await real(session_id, *rest)
        line.tell(Observation(kind=Kind.COMPLETED, text="in a burst", task_id="t1"))
        raise LiveError(LiveFault.UNREACHABLE)

    bench.connector.connect = connect  # type: ignore[method-assign]
    _, key = await bench.open()
    assert (bench.task(key).status, bench.task(key).result) == (S.DONE, "in a burst")


async def test_a_question_after_work_was_seen_is_a_new_one(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    await bench.hear(Kind.QUESTION, "Which?")
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
    await bench.wait(3)
    at_work = Observation(kind=Kind.ACTIVE, asked_ms=bench.clock.now_ms())
    await bench.store.record(session, key, at_work)
    question = Observation(kind=Kind.QUESTION, text="Which?", asked_ms=bench.clock.now_ms())
    await bench.store.record(session, key, question)
    assert bench.task(key).question_n == 2


async def test_the_only_task_of_a_session_is_at_work_when_its_steps_are_seen(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.ACTION, "clicks")
    assert bench.task(key).status is S.WORKING
    await bench.connection.aclose()
    bench.connector.fault = LiveFault.UNREACHABLE
    housekeeping = make_housekeeping(bench)
    await _tick(bench, UNHEARD_MS / 1000 - 2, housekeeping)
    assert bench.task(key).status is S.WORKING
    await _tick(bench, 4, housekeeping)
    assert bench.task(key).status is S.UNCONFIRMED, "nobody knows any more"
    bench.connector.fault = None
    await bench.wait(40)
    await bench.hear(Kind.ACTION, "goes on")
    assert bench.task(key).status is S.WORKING
    assert bench.phase(session) is Phase.OPEN


async def test_steps_of_two_unnamed_tasks_confirm_neither(bench: Bench) -> None:
    first, second = await _two_unnamed(bench)
    await bench.hear(Kind.ACTION, "clicks")
    assert {bench.task(first).status, bench.task(second).status} == {S.UNCONFIRMED}


async def test_a_session_that_outlives_our_clock_is_open_again_by_its_steps(bench: Bench) -> None:
    session, _ = await bench.open()
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    await _tick(bench, 306)
    assert bench.phase(session) is Phase.EXPIRED_ASSUMED
    await bench.hear(Kind.ACTION, "was on its way")
    assert bench.phase(session) is Phase.EXPIRED_ASSUMED
    await bench.wait(4)
    await bench.hear(Kind.ACTION, "works on")
    assert bench.phase(session) is Phase.OPEN
    await _tick(bench, 10)
    assert bench.phase(session) is Phase.OPEN


async def test_the_news_of_an_end_may_come_a_moment_after_our_clock(bench: Bench) -> None:
    session, _ = await bench.open()
    await _tick(bench, 302)
    assert bench.phase(session) is Phase.OPEN
    await bench.hear(Kind.SESSION_ENDED, code="expired")
    assert bench.phase(session) is Phase.ENDED_BY_LIMIT


async def test_who_works_on_in_spite_of_a_pause_is_shown_so(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.store.record(session, key, Observation(kind=Kind.PAUSE_SENT))
    await bench.hear(Kind.ACTION, "the one that it finishes")
    assert bench.task(key).status is TaskStatus.PAUSED
    await bench.wait(PAUSE_MS / 1000 + 1)
    await bench.hear(Kind.ACTION, "another")
    assert bench.task(key).status is TaskStatus.WORKING


async def test_a_paused_task_can_be_resumed_though_its_channel_was_away(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.ACTION, "clicks")
    await bench.store.record(session, key, Observation(kind=Kind.PAUSE_SENT))
    await bench.connection.aclose()
    bench.connector.fault = LiveFault.UNREACHABLE
    await _tick(bench, UNHEARD_MS / 1000 + 5, make_housekeeping(bench))
    assert bench.task(key).status is S.PAUSED


async def test_an_end_that_a_short_gap_may_hide_is_not_taken_for_work(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.ACTION, "clicks")
    housekeeping = make_housekeeping(bench)
    bench.connector.fault = LiveFault.UNREACHABLE
    await bench.connection.aclose()
    await _tick(bench, 2, housekeeping)
    bench.connector.fault = None
    await _tick(bench, UNHEARD_MS / 1000 + 2, housekeeping)
    assert bench.task(key).status is S.UNCONFIRMED
    await bench.hear(Kind.ACTION, "goes on")
    await _tick(bench, 60, housekeeping)
    assert bench.task(key).status is S.WORKING, "silence alone proves nothing"


@pytest.mark.parametrize("again", ["told", "looked at"])
async def test_what_is_unclear_is_said_once_though_a_secret_in_it_became_known(
    bench: Bench, again: str
) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.add(session)
    for _ in range(2):
        await bench.hear(Kind.COMPLETED, "let in with hunter22", task_id="a")
        bench.redactor.add_secret("hunter22")
        if again == "looked at":
            bench.store.touch(session)
            await bench.wait(0.1)
    await bench.hear(Kind.COMPLETED, "let in with [redacted]", task_id="a")
    await bench.hear(Kind.COMPLETED, "let out with hunter22", task_id="a")
    told = [s.text for s in await bench.steps(first) if s.kind == UNCLEAR]
    assert told == ["let in with hunter22", "let out with [redacted]"]


async def test_a_result_told_again_is_not_the_next_ones_though_a_secret_in_it_became_known(
    bench: Bench,
) -> None:
    session, _ = await bench.open()
    done = Observation(kind=Kind.COMPLETED, text="let in with hunter22", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, done)
    bench.redactor.add_secret("hunter22")
    other = await bench.add(session)
    await bench.hear(Kind.COMPLETED, "let in with hunter22")
    assert bench.task(key_of(other)).result is None


async def test_the_result_of_a_named_task_told_again_without_an_id_is_nobody_elses(
    bench: Bench,
) -> None:
    session, first = await bench.open()
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    await bench.store.record(session, first, Observation(kind=Kind.STOPPED))
    other = await bench.add(session)
    done = Observation(kind=Kind.COMPLETED, text="of the second", task_id="b")
    await bench.reply(other, Outcome.KNOWN, done)
    await bench.hear(Kind.COMPLETED, "of the second")
    assert (bench.task(first).status, bench.task(first).result) == (S.STOPPED, None)


async def test_a_flood_of_errors_in_the_hold_is_not_kept(bench: Bench) -> None:
    _, key = await bench.open()
    for n in range(1000):
        bench.connection.tell(Observation(kind=Kind.FAILED, text=f"error {n}"))
    await bench.wait(0.1)
    assert sum(map(len, bench.live._events._unclear._held.values())) <= 50
    done = Observation(kind=Kind.COMPLETED, text="r", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, done)
    assert bench.task(key).result == "r"


async def test_a_found_result_closes_a_session_that_was_to_close_after_it(bench: Bench) -> None:
    session, key = await bench.open(close_after=True)
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    await bench.store.record(session, key, Observation(kind=Kind.STOPPED))
    await bench.hear(Kind.COMPLETED, "in time", task_id="t1")
    assert bench.task(key).status is S.DONE
    assert bench.phase(session) is Phase.CLOSED_ASSUMED
