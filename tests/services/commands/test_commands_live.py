"""Which way a command takes, and what an emit is worth: nothing, until something confirms it."""

import asyncio

import pytest

from enigma_panel.api.errors import ApiError, InterruptedCallError, NotConnectedError
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.types import WaitReason
from tests.services.commands.bench import Bench, rejected

PAUSE, RESUME = CommandVerb.PAUSE, CommandVerb.RESUME
STOP, TERMINATE = CommandVerb.STOP, CommandVerb.TERMINATE


@pytest.mark.parametrize("verb", [PAUSE, STOP, TERMINATE])
async def test_while_a_slot_is_free_it_goes_by_rest_alone(bench: Bench, verb: CommandVerb) -> None:
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
    assert bench.state_intents() == [(verb.value, "known")]


async def test_a_pause_waits_for_a_call_although_the_channel_is_up(bench: Bench) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.use_up()
    bench.give(key, PAUSE)
    await asyncio.sleep(1)
    bench.live.set_up(key, up=True)
    pending = bench.waiting(key)
    assert (pending.why, pending.can_undo) == (WaitReason.BUDGET, True)
    await asyncio.sleep(70)
    assert (bench.live.sent, bench.client.verbs) == ([], [PAUSE])


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
    assert (pending.why, pending.sent_live, pending.can_undo) == (WaitReason.BUDGET, False, True)
    bench.live.breaks = False
    for _ in range(3):
        bench.live.set_doing(key, "clicks")
        await asyncio.sleep(0.1)
    pending = bench.waiting(key)
    assert (bench.live.sent, pending.why, pending.sent_live) == ([verb], WaitReason.BUDGET, True)
    await asyncio.sleep(70)
    assert (bench.live.sent, bench.client.verbs) == ([verb], [verb])
    assert bench.state_intents() == [(verb.value, "known")]


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
    assert bench.state_intents() == [
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
    assert bench.state_intents() == [("terminate", "known")]
    assert bench.store.ending == {}


async def test_the_effect_of_a_terminate_may_be_seen_while_it_is_given_to_the_channel(
    bench: Bench,
) -> None:
    async def at_once(key: int, verb: CommandVerb) -> None:
        cut_off = Observation(kind=Kind.TERMINATED)
        await bench.store.record(key, bench.task(key).key, cut_off)
        await real(key, verb)

    key = await bench.open()
    question = Observation(kind=Kind.QUESTION, text="Which?")
    await bench.store.record(key, bench.task(key).key, question)
    bench.live.all_up = True
    bench.use_up()
    real, bench.live.send_state = bench.live.send_state, at_once  # type: ignore[method-assign, assignment]
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


@pytest.mark.parametrize("error", [NotConnectedError("refused"), rejected(429), rejected(503)])
async def test_after_a_failed_call_the_channel_is_tried(bench: Bench, error: ApiError) -> None:
    key = await bench.open()
    bench.live.all_up = True
    bench.client.script = [error]
    bench.give(key, TERMINATE)
    await asyncio.sleep(30)
    assert (bench.live.sent, bench.client.verbs) == ([TERMINATE], [TERMINATE, TERMINATE])


async def test_a_click_while_the_channel_is_tried_shortens_the_wait_after_it(bench: Bench) -> None:
    begun = asyncio.Event()

    async def slowly(key: int, verb: CommandVerb) -> None:
        begun.set()
        await asyncio.sleep(2)
        await real(key, verb)

    key = await bench.open()
    bench.client.script = [NotConnectedError("dns")] * 7
    bench.give(key, TERMINATE)
    await asyncio.sleep(40)
    real, bench.live.send_state = bench.live.send_state, slowly  # type: ignore[method-assign, assignment]
    bench.live.all_up = True
    await begun.wait()
    tries = len(bench.client.verbs)
    bench.give(key, TERMINATE)
    await asyncio.sleep(2.5)
    assert len(bench.client.verbs) == tries + 1


async def test_a_pause_clicked_while_a_resume_is_on_its_way_is_sent_behind_it(bench: Bench) -> None:
    key = await bench.open()
    await bench.commands.give(key, PAUSE)
    resuming = bench.give(key, RESUME)
    await asyncio.sleep(0)
    pausing = bench.give(key, PAUSE)
    await asyncio.gather(resuming, pausing)
    assert bench.client.verbs[-1] is PAUSE
    assert bench.task(key).status is TaskStatus.PAUSED
