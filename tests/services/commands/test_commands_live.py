"""Which way a command takes, and what an emit is worth: nothing, until something confirms it."""

import asyncio

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import InterruptedCallError, NotConnectedError
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from enigma_panel.store.ledger.intents import IntentKind
from tests.kit.clock import NOW
from tests.services.commands.bench import Bench, rejected

PAUSE, RESUME = CommandVerb.PAUSE, CommandVerb.RESUME
STOP, TERMINATE = CommandVerb.STOP, CommandVerb.TERMINATE


async def test_pause_and_resume_take_the_channel_that_is_up(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    await bench.commands.give(key, PAUSE)
    task = bench.task(key)
    assert (task.status, task.unproven) == (TaskStatus.PAUSED, PAUSE)
    await bench.commands.give(key, RESUME)
    assert bench.task(key).unproven is RESUME
    assert (bench.live.sent, bench.client.sent) == ([PAUSE, RESUME], [])
    assert bench.commands.pending(key) is None


@pytest.mark.parametrize("breaks", [True, False])
async def test_without_a_channel_they_go_by_rest(bench: Bench, breaks: bool) -> None:
    key = await bench.open()
    bench.live.all_up = bench.live.breaks = breaks
    await bench.commands.give(key, PAUSE)
    assert (bench.live.sent, bench.client.verbs) == ([], [PAUSE])
    assert (bench.task(key).status, bench.task(key).unproven) == (TaskStatus.PAUSED, None)


@pytest.mark.parametrize("verb", [STOP, TERMINATE])
async def test_while_a_slot_is_free_what_ends_costs_goes_by_rest_alone(
    bench: Bench, verb: CommandVerb
) -> None:
    key = await bench.open()
    bench.live.all_up = True
    await bench.commands.give(key, verb)
    assert (bench.live.sent, bench.client.verbs) == ([], [verb])


@pytest.mark.parametrize("verb", [STOP, TERMINATE])
async def test_with_the_minute_used_up_it_goes_by_the_channel_and_by_rest_all_the_same(
    bench: Bench, verb: CommandVerb
) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    bench.give(key, verb)
    await asyncio.sleep(1)
    pending = bench.waiting(key)
    assert (bench.live.sent, pending.sent_live, pending.can_undo) == ([verb], True, False)
    assert bench.phase(key) is Phase.OPEN, "an emit proves nothing"
    assert not bench.commands.undo(key)
    await asyncio.sleep(70)
    assert (bench.live.sent, bench.client.verbs) == ([verb], [verb])
    assert bench.outcomes() == [(verb.value, "known")]


@pytest.mark.parametrize("verb", [STOP, TERMINATE])
async def test_what_waits_for_a_call_is_given_to_a_channel_that_comes_up(
    bench: Bench, verb: CommandVerb
) -> None:
    key = await bench.open()
    bench.use_up()
    bench.give(key, verb)
    await asyncio.sleep(1)
    assert bench.why(key) is WaitReason.BUDGET
    bench.live.breaks = True
    bench.live.set_up(key, up=True)
    await asyncio.sleep(0.1)
    pending = bench.waiting(key)
    assert (pending.why, pending.sent_live, pending.can_undo) == (
        WaitReason.BUDGET,
        False,
        True,
    )
    bench.live.breaks = False
    for _ in range(3):
        bench.live.set_doing(key, "clicks")
        await asyncio.sleep(0.1)
    pending = bench.waiting(key)
    assert (bench.live.sent, pending.why, pending.sent_live) == (
        [verb],
        WaitReason.BUDGET,
        True,
    )
    await asyncio.sleep(70)
    assert (bench.live.sent, bench.client.verbs) == ([verb], [verb])
    assert bench.outcomes() == [(verb.value, "known")]


@pytest.mark.parametrize("turns", range(4))
async def test_it_can_be_taken_back_in_the_moment_in_which_the_channel_comes_up(
    bench: Bench, turns: int
) -> None:
    key = await bench.open()
    bench.use_up()
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    bench.live.set_up(key, up=True)
    for _ in range(turns):
        await asyncio.sleep(0)
    undone = bench.commands.undo(key)
    await asyncio.sleep(1)
    assert (bench.live.sent == [], given.done()) == (undone, undone)
    await asyncio.sleep(70)
    assert bench.client.verbs == ([] if undone else [TERMINATE])


async def _stop_too(bench: Bench, key: int) -> None:
    """The channel took a Stop as an answer to the session's task."""
    session = bench.store.session(key)
    assert session is not None
    intent = await bench.store.intend(IntentKind.STATE, session, bench.task(key), STOP)
    await bench.commands.stop_too(intent)


async def test_a_stop_that_the_channel_took_as_an_answer_goes_by_rest_too(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    await _stop_too(bench, key)
    assert bench.store.ending == {key: {STOP}}, "its effect may be seen"
    await asyncio.sleep(1)
    pending = bench.waiting(key)
    assert (pending.verb, pending.sent_live, pending.can_undo) == (STOP, True, False)
    await asyncio.sleep(70)
    assert (bench.live.sent, bench.client.verbs) == ([], [STOP])
    assert bench.outcomes() == [("stop", "known")]
    assert bench.store.ending == {}


async def test_a_stop_taken_by_one_that_asks_and_has_no_name_goes_by_rest_too(bench: Bench) -> None:
    """The task that was sent after it waits behind it."""
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    first = replace(bench.task(key), service_id=None, status=TaskStatus.ASKS, sent_ms=NOW)
    await bench.store.update(first)
    await bench.next_task(key)
    session = bench.store.session(key)
    assert session is not None
    assert session.current_task != first.key
    intent = await bench.store.intend(IntentKind.STATE, session, first, STOP)
    await bench.commands.stop_too(intent)
    await asyncio.sleep(70)
    assert bench.client.verbs == [STOP]
    stopped = bench.store.task(first.key)
    assert stopped is not None
    assert stopped.stop_sent_ms is not None


async def test_a_stop_taken_as_an_answer_is_not_sent_to_the_next_task(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    session = bench.store.session(key)
    assert session is not None
    first = bench.task(key)
    intent = await bench.store.intend(IntentKind.STATE, session, first, STOP)
    await bench.store.record(key, first.key, Observation(kind=Kind.STOPPED))
    await bench.next_task(key)
    await bench.commands.stop_too(intent)
    await asyncio.sleep(70)
    assert bench.client.verbs == []
    assert bench.task(key).stop_sent_ms is None
    assert bench.store.ending == {}


@pytest.mark.parametrize("why", ["it has stopped", "a Terminate is on its way"])
async def test_a_stop_taken_as_an_answer_is_not_sent_in_vain(bench: Bench, why: str) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    if why != "it has stopped":
        bench.give(key, TERMINATE)
        await asyncio.sleep(1)
    await _stop_too(bench, key)
    await asyncio.sleep(1)
    if why == "it has stopped":
        task = bench.task(key)
        await bench.store.record(key, task.key, Observation(kind=Kind.STOPPED))
    await asyncio.sleep(70)
    assert STOP not in bench.client.verbs
    assert ("stop", "unknown") in bench.outcomes(), "the channel may have brought it there"
    assert bench.store.ending == {}


async def test_a_terminate_that_is_taken_back_leaves_the_stop(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    bench.give(key, TERMINATE, grace_ms=3_000)
    await asyncio.sleep(1)
    await _stop_too(bench, key)
    assert bench.commands.undo(key)
    await asyncio.sleep(70)
    assert bench.client.verbs == [STOP]
    assert bench.outcomes() == [("terminate", "refused"), ("stop", "known")]


async def test_a_terminate_that_is_refused_leaves_the_stop(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    await _stop_too(bench, key)
    bench.client.script = [rejected(400)]
    await asyncio.sleep(70)
    assert bench.client.verbs == [TERMINATE, STOP]
    assert bench.outcomes() == [("terminate", "unknown"), ("stop", "known")]
    assert bench.store.ending == {}


async def test_a_stop_that_is_refused_is_not_sent_again_for_the_channels(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    bench.give(key, STOP)
    await asyncio.sleep(1)
    await _stop_too(bench, key)
    bench.client.script = [rejected(400)]
    await asyncio.sleep(140)
    assert bench.client.verbs == [STOP]
    assert len(bench.said) == 1


async def test_of_many_stops_taken_as_answers_none_stays_open(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    for _ in range(3):
        await _stop_too(bench, key)
        await asyncio.sleep(1)
    await asyncio.sleep(70)
    assert bench.client.verbs == [STOP]
    outcomes = sorted(str(outcome) for _, outcome in bench.outcomes())
    assert outcomes == ["known", "unknown", "unknown"]
    assert bench.store.ending == {}


@pytest.mark.parametrize("grace_ms", [0, 5_000])
async def test_what_a_stop_taken_as_an_answer_does_is_no_failure(
    bench: Bench, grace_ms: int
) -> None:
    """Also while a Terminate that came before it can still be taken back."""
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    if grace_ms:
        bench.give(key, TERMINATE, grace_ms=grace_ms)
        await asyncio.sleep(1)
    await _stop_too(bench, key)
    failed = Observation(kind=Kind.FAILED, text="Task stopped by user")
    await bench.store.record(key, bench.task(key).key, failed)
    assert bench.task(key).status is TaskStatus.STOPPED


async def test_a_stop_that_is_taken_back_too_late_is_not_in_the_way_of_the_next(
    bench: Bench,
) -> None:
    """Its terminate was taken back: what the old call met is of no concern to the new one."""
    key = await bench.open()
    bench.live.all_up = True
    bench.client.takes_s = 3
    bench.client.script = [NotConnectedError("dns"), InterruptedCallError("timeout")]
    bench.give(key, STOP)
    await asyncio.sleep(5)
    pending = bench.waiting(key)
    assert (pending.why, pending.sent_live) == (WaitReason.SENDING, True)
    bench.give(key, TERMINATE, grace_ms=3_000)
    await asyncio.sleep(0.8)
    assert bench.commands.undo(key)
    await asyncio.sleep(3)
    assert bench.store.ending == {key: {STOP}}
    failed = Observation(kind=Kind.FAILED, text="Task stopped by user")
    await bench.store.record(key, bench.task(key).key, failed)
    assert bench.task(key).status is TaskStatus.STOPPED


async def test_a_terminate_that_is_taken_back_leaves_the_stop_that_was_sent_live(
    bench: Bench,
) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    bench.give(key, STOP)
    await asyncio.sleep(1)
    bench.give(key, TERMINATE, grace_ms=3_000)
    await asyncio.sleep(1)
    assert bench.commands.undo(key)
    await asyncio.sleep(1)
    pending = bench.waiting(key)
    assert (pending.verb, pending.sent_live, bench.store.ending) == (STOP, True, {key: {STOP}})
    await asyncio.sleep(70)
    assert (bench.live.sent, bench.client.verbs) == ([STOP], [STOP])
    assert bench.outcomes() == [
        ("stop", "unknown"),
        ("terminate", "refused"),
        ("stop", "known"),
    ]


async def test_an_end_that_was_proven_meanwhile_needs_no_second_terminate(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    ended = Observation(kind=Kind.SESSION_ENDED, code="terminated")
    await bench.store.record(key, None, ended)
    await asyncio.sleep(70)
    assert bench.client.sent == []
    assert bench.phase(key) is Phase.ENDED_BY_YOU
    assert bench.outcomes() == [("terminate", "known")]
    assert bench.store.ending == {}


async def test_the_effect_of_a_terminate_may_be_seen_while_it_is_given_to_the_channel(
    bench: Bench,
) -> None:
    async def at_once(key: int, verb: CommandVerb) -> Observation:
        cut_off = Observation(kind=Kind.TERMINATED)
        await bench.store.record(key, bench.task(key).key, cut_off)
        return await real(key, verb)

    key = await bench.open()
    question = Observation(kind=Kind.QUESTION, text="Which?")
    await bench.store.record(key, bench.task(key).key, question)
    bench.live.all_up = True
    bench.use_up()
    real, bench.live.send_state = bench.live.send_state, at_once  # type: ignore[method-assign]
    await bench.commands.give(key, TERMINATE)
    task = bench.task(key)
    assert (bench.phase(key), task.status) == (Phase.ENDED_BY_YOU, TaskStatus.STOPPED)
    assert not task.question_missed
    assert bench.store.ending == {}


async def test_a_channel_that_did_not_take_a_terminate_makes_no_end_ours(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = bench.live.breaks = True
    bench.use_up()
    bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    assert bench.store.ending == {}


async def test_without_a_connection_the_channel_is_tried(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.client.script = [NotConnectedError("refused")]
    bench.give(key, TERMINATE)
    await asyncio.sleep(30)
    assert (bench.live.sent, bench.client.verbs) == ([TERMINATE], [TERMINATE, TERMINATE])


async def test_a_click_while_the_channel_is_tried_shortens_the_wait_after_it(bench: Bench) -> None:
    begun = asyncio.Event()

    async def slowly(key: int, verb: CommandVerb) -> Observation:
        begun.set()
        await asyncio.sleep(2)
        return await real(key, verb)

    key = await bench.open()
    bench.client.script = [NotConnectedError("dns")] * 7
    bench.give(key, TERMINATE)
    await asyncio.sleep(40)
    real, bench.live.send_state = bench.live.send_state, slowly  # type: ignore[method-assign]
    bench.live.all_up = True
    await begun.wait()
    tries = len(bench.client.verbs)
    bench.give(key, TERMINATE)
    await asyncio.sleep(2.5)
    assert len(bench.client.verbs) == tries + 1


async def test_a_pause_clicked_while_a_resume_is_on_its_way_is_sent_behind_it(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    await bench.commands.give(key, PAUSE)
    bench.live.drop(key)
    resuming = bench.give(key, RESUME)
    await asyncio.sleep(0)
    pausing = bench.give(key, PAUSE)
    await asyncio.gather(resuming, pausing)
    assert bench.client.verbs[-1] is PAUSE
    assert bench.task(key).status is TaskStatus.PAUSED
