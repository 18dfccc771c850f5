"""Tasks that only the live channel could have told of, once it and their session are gone."""

import pytest

from enigma_panel.api.protocols import LiveFault
from enigma_panel.core.attribution import LATE_RESULT_MS
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.service_rules import RULES, Dialect
from enigma_panel.services.monitor.housekeeping import Housekeeping
from enigma_panel.services.state.history import ASSUMED_FOR_MS
from enigma_panel.store.ledger.intents import Outcome
from tests.kit.existing import existing
from tests.services.live.bench import Bench

S = TaskStatus


class NoEnder:
    """Ends nothing."""

    def is_ending(self, _session_key: int) -> bool:
        return False

    async def terminate(self, _session_key: int) -> None:
        """Nothing."""


def make_housekeeping(bench: Bench) -> Housekeeping:
    return Housekeeping(bench.context, bench.starts, bench.channels, NoEnder())  # type: ignore[arg-type]


async def _lose_reply(bench: Bench) -> None:
    await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=Kind.UNKNOWN))


async def test_an_unnamed_task_is_lost_some_seconds_after_its_session_has_ended(
    bench: Bench,
) -> None:
    session, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await _lose_reply(bench)
    await bench.hear(Kind.SESSION_ENDED, code="completed")
    await bench.wait(LATE_RESULT_MS / 1000 - 1)
    await housekeeping.tick()
    assert (bench.phase(session), bench.task(key).status) == (Phase.CLOSED, S.UNCONFIRMED)
    await bench.wait(2)
    await housekeeping.tick()
    assert bench.task(key).status is S.LOST


async def test_while_its_reply_is_held_it_is_not_given_up(bench: Bench) -> None:
    _, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await bench.hear(Kind.SESSION_ENDED, code="completed")
    await bench.wait(LATE_RESULT_MS / 1000 + 1)
    await housekeeping.tick()
    assert bench.task(key).status is S.STARTING
    done = Observation(kind=Kind.COMPLETED, text="r", task_id="t")
    await bench.reply(bench.intent, Outcome.KNOWN, done)
    assert bench.task(key).status is S.DONE


async def test_a_held_reply_keeps_no_task_of_a_terminated_browser_unconfirmed(bench: Bench) -> None:
    session, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await bench.store.record(session, None, Observation(kind=Kind.TERMINATE_SENT))
    await bench.hear(Kind.SESSION_ENDED, code="terminated")
    await bench.wait(LATE_RESULT_MS / 1000 + 1)
    await housekeeping.tick()
    assert (bench.phase(session), bench.task(key).status) == (Phase.ENDED_BY_YOU, S.STOPPED)
    done = Observation(kind=Kind.COMPLETED, text="r", task_id="t")
    await bench.reply(bench.intent, Outcome.KNOWN, done)  # it was done just before
    assert bench.task(key).status is S.DONE


async def test_a_result_that_came_just_before_a_terminate_is_kept_for_its_task(
    bench: Bench,
) -> None:
    session, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await bench.hear(Kind.COMPLETED, task_id="t")
    await bench.store.record(session, None, Observation(kind=Kind.TERMINATE_SENT))
    await bench.hear(Kind.SESSION_ENDED, code="terminated")
    await bench.wait(LATE_RESULT_MS / 1000 + 1)
    await housekeeping.tick()
    assert not bench.task(key).is_final  # its reply may be lost yet, and then a poll brings it
    await _lose_reply(bench)
    await bench.wait(0.01)
    assert bench.task(key).service_id == "t"


async def test_a_named_one_is_asked_for_as_long_as_after_an_assumed_end(bench: Bench) -> None:
    _, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    accepted = Observation(kind=Kind.ACCEPTED, task_id="t")
    await bench.reply(bench.intent, Outcome.KNOWN, accepted)
    await bench.hear(Kind.SESSION_ENDED, code="completed")
    await bench.wait(ASSUMED_FOR_MS / 1000 - 5)
    await housekeeping.tick()
    assert bench.task(key).status is S.WORKING
    await bench.wait(10)
    of_the_next_run = make_housekeeping(bench)
    await of_the_next_run.tick()
    assert bench.task(key).status is S.WORKING  # its result is asked for first
    await housekeeping.tick()
    assert bench.task(key).status is S.LOST


@pytest.mark.parametrize("does", [S.WORKING, S.PAUSED])
async def test_of_a_task_that_no_reply_names_any_more_nobody_knows(bench: Bench, does: S) -> None:
    _, key = await bench.open()
    session = bench.task(key).session_key
    await bench.hear(Kind.ACTION, "clicks")
    if does is S.PAUSED:
        await bench.store.record(session, key, Observation(kind=Kind.PAUSE_SENT))
    housekeeping = make_housekeeping(bench)
    await housekeeping.tick()
    assert bench.task(key).status is does, "its reply is on its way"
    await _lose_reply(bench)
    await housekeeping.tick()
    assert bench.task(key).status is S.UNCONFIRMED


async def test_a_question_goes_with_its_session(bench: Bench) -> None:
    session, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await bench.hear(Kind.QUESTION, "Which?")
    await _lose_reply(bench)
    await housekeeping.tick()
    assert bench.task(key).status is S.ASKS, "it can be answered"
    await bench.connection.aclose()
    await bench.wait(306)
    await housekeeping.tick()
    assert bench.phase(session) is Phase.EXPIRED_ASSUMED
    await housekeeping.tick()
    assert bench.task(key).status is S.UNCONFIRMED


async def test_a_terminate_settles_what_the_channel_never_tells(bench: Bench) -> None:
    session, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await _lose_reply(bench)
    await bench.store.record(session, key, Observation(kind=Kind.TERMINATE_SENT))
    await bench.wait(LATE_RESULT_MS / 1000 - 1)
    await housekeeping.tick()
    assert (bench.phase(session), bench.task(key).status) == (Phase.CLOSED_ASSUMED, S.UNCONFIRMED)
    await bench.wait(2)
    await housekeeping.tick()
    assert bench.task(key).status is S.STOPPED


@pytest.mark.parametrize("is_up", [True, False])
async def test_of_a_session_that_was_not_found_once_nobody_knows(bench: Bench, is_up: bool) -> None:
    """A Stop was told so, which proves no end: the channel may be away for reasons of its own."""
    session, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await _lose_reply(bench)
    await bench.hear(Kind.ACTION, "clicks")
    await bench.store.record(session, None, Observation(kind=Kind.SESSION_DOUBTED))
    if not is_up:
        bench.connector.fault = LiveFault.UNREACHABLE
        await bench.connection.aclose()
    await bench.wait(LATE_RESULT_MS / 1000 + 1)
    await housekeeping.tick()
    state = bench.phase(session), bench.task(key).status
    assert state == (Phase.CLOSED_ASSUMED, S.UNCONFIRMED)
    await bench.wait(ASSUMED_FOR_MS / 1000)
    await housekeeping.tick()
    assert bench.task(key).status is S.LOST


async def test_a_question_behind_an_open_channel_outlives_our_clock(bench: Bench) -> None:
    session, _ = await bench.open()
    housekeeping = make_housekeeping(bench)
    await bench.wait(200)
    await bench.hear(Kind.QUESTION, "Which?")
    await bench.wait(106)
    await housekeeping.tick()
    held = existing(bench.store.session(session))
    assert held.phase is Phase.OPEN
    await bench.connection.aclose()
    bench.connector.fault = LiveFault.UNREACHABLE
    await bench.wait(RULES[Dialect.E].idle_ms / 1000 + 1)
    await housekeeping.tick()
    assert bench.phase(session) is Phase.EXPIRED_ASSUMED, "it takes no place for ever"


async def test_a_question_behind_an_open_channel_stands(bench: Bench) -> None:
    session, key = await bench.open()
    housekeeping = make_housekeeping(bench)
    await bench.wait(200)
    await bench.hear(Kind.QUESTION, "Which?")
    await bench.wait(106)
    await housekeeping.tick()
    await bench.wait(60)
    await housekeeping.tick()
    assert (bench.phase(session), bench.task(key).status) == (Phase.OPEN, S.ASKS)
