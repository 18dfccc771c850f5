"""State commands: one per session, the moment to take it back, the rate limit, what is said."""

import asyncio
import itertools
import random

import pytest

from enigma_panel.api.errors import ApiError, InterruptedCallError, NotConnectedError, ProtocolError
from enigma_panel.core.models import Phase
from enigma_panel.core.observation import Kind
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.commands.command import Command, react
from enigma_panel.services.commands.delivery import LATE_STOP_MS
from enigma_panel.services.types import Diff, NoticeKind, WaitReason
from tests.kit.clock import NOW
from tests.kit.gateways import GATEWAYS, UNCONFIRMED, GatewayReply, error_of
from tests.kit.rows import check_rows
from tests.kit.wait import settle
from tests.services.commands.bench import Bench, gone, rejected

PAUSE, RESUME = CommandVerb.PAUSE, CommandVerb.RESUME
STOP, TERMINATE = CommandVerb.STOP, CommandVerb.TERMINATE


async def test_a_delivered_command_moves_its_records_and_none_is_left_pending(bench: Bench) -> None:
    key = await bench.open()
    await bench.commands.give(key, TERMINATE)
    assert bench.client.verbs == [TERMINATE]
    assert bench.phase(key) is Phase.CLOSED_ASSUMED
    assert bench.commands.pending(key) is None
    assert bench.state_intents() == [("terminate", "known")]
    assert bench.woken == [key]
    assert bench.store.ending == {}
    assert bench.health.answers == 1
    assert bench.stands[-1] == (key, None)


@pytest.mark.parametrize("verb", [STOP, TERMINATE])
async def test_the_ledger_has_it_before_anything_is_sent(bench: Bench, verb: CommandVerb) -> None:
    key = await bench.open()
    bench.give(key, verb, grace_ms=3000)
    await asyncio.sleep(0.001)
    assert bench.state_intents() == [(verb.value, None)]
    assert bench.client.sent == []
    pending = bench.waiting(key)
    assert (pending.verb, pending.why, pending.due_ms) == (
        verb,
        WaitReason.UNDO,
        pending.made_ms + 3000,
    )
    assert bench.commands.all_pending() == [pending]
    await asyncio.sleep(4)
    assert bench.client.seconds == pytest.approx([3.0])


async def test_pause_and_resume_are_in_no_ledger(bench: Bench) -> None:
    key = await bench.open()
    await bench.commands.give(key, PAUSE)
    await bench.commands.give(key, RESUME)
    assert bench.client.verbs == [PAUSE, RESUME]
    assert bench.state_intents() == []


async def test_a_second_click_sends_at_once(bench: Bench) -> None:
    key = await bench.open()
    first = bench.give(key, TERMINATE, grace_ms=3000)
    await asyncio.sleep(1)
    bench.give(key, TERMINATE, grace_ms=3000)
    await asyncio.sleep(0.5)
    assert bench.client.sent == []
    await bench.commands.give(key, TERMINATE)
    await first
    assert bench.client.seconds == pytest.approx([1.5])
    assert bench.state_intents() == [("terminate", "known")]


@pytest.mark.parametrize("after_s", [0.0, 1.0])
async def test_what_is_taken_back_is_never_sent(bench: Bench, after_s: float) -> None:
    """after_s 0: while the ledger is still writing the intent."""
    key = await bench.open()
    given = bench.give(key, TERMINATE, grace_ms=3000)
    await asyncio.sleep(after_s)
    assert bench.commands.undo(key)
    assert bench.commands.pending(key) is None
    assert not bench.commands.undo(key)
    await given
    await asyncio.sleep(10)
    assert bench.client.sent == []
    assert bench.state_intents() == [("terminate", "refused")]
    assert bench.phase(key) is Phase.OPEN
    assert bench.said == []


async def test_what_is_being_sent_cannot_be_taken_back(bench: Bench) -> None:
    key = await bench.open()
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(0.02)
    assert bench.why(key) is WaitReason.SENDING
    assert bench.stands[-1] == (key, bench.waiting(key))
    assert bench.store.ending == {key: {TERMINATE}}
    assert not bench.commands.undo(key)
    await given
    assert bench.phase(key) is Phase.CLOSED_ASSUMED


# -- one command per session ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clicks", "sent"),
    [
        ([PAUSE, RESUME, PAUSE], [PAUSE]),
        ([PAUSE, RESUME], []),
        ([PAUSE, RESUME, PAUSE, RESUME], []),
        ([PAUSE, STOP], [STOP]),
        ([PAUSE, STOP, PAUSE], [STOP]),
        ([STOP, RESUME], [STOP]),
        ([PAUSE, TERMINATE], [TERMINATE]),
        ([STOP, TERMINATE, STOP, PAUSE], [TERMINATE]),
    ],
)
async def test_a_burst_collapses_to_the_last_command(
    bench: Bench, clicks: list[CommandVerb], sent: list[CommandVerb]
) -> None:
    key = await bench.open()
    bench.use_up(Rank.PAUSE)
    bench.rate_limiter.note_refused(Endpoint.SEND_MESSAGE, 30_000)
    given: list[asyncio.Task[None]] = []
    for verb in clicks:
        given.append(bench.give(key, verb))
        await asyncio.sleep(0.3)
    await asyncio.sleep(70)
    assert all(task.done() for task in given)
    assert bench.client.verbs == sent
    assert bench.said == []
    if sent == [TERMINATE] and STOP in clicks:
        assert bench.state_intents() == [("stop", "refused"), ("terminate", "known")]


async def test_a_command_that_is_being_sent_finishes_before_the_next(bench: Bench) -> None:
    key = await bench.open()
    bench.client.takes_s = 2.0
    bench.give(key, PAUSE)
    await asyncio.sleep(1)
    bench.give(key, RESUME)
    await asyncio.sleep(0.1)
    assert bench.why(key) is WaitReason.TURN
    await asyncio.sleep(5)
    assert bench.client.verbs == [PAUSE, RESUME]
    assert bench.client.seconds == pytest.approx([0.0, 2.0], abs=0.1)


async def test_a_pause_that_fails_is_not_reported_when_another_command_took_its_place(
    bench: Bench,
) -> None:
    key = await bench.open()
    bench.client.takes_s = 2.0
    bench.client.script = [NotConnectedError("dns")]
    bench.give(key, PAUSE)
    await asyncio.sleep(1)
    await bench.commands.give(key, RESUME)
    assert bench.client.verbs == [PAUSE]
    assert bench.said == []


async def test_pause_resume_pause_while_the_first_is_being_sent_is_one_pause(bench: Bench) -> None:
    key = await bench.open()
    bench.client.takes_s = 2.0
    for verb in (PAUSE, RESUME, PAUSE):
        bench.give(key, verb)
        await asyncio.sleep(0.5)
    await asyncio.sleep(10)
    assert bench.client.verbs == [PAUSE]


async def test_a_terminate_ends_the_session_whatever_task_it_meets(bench: Bench) -> None:
    key = await bench.open()
    given = bench.give(key, TERMINATE, grace_ms=3000)
    await asyncio.sleep(1)
    await bench.see(key, Kind.COMPLETED, text="done")
    await bench.next_task(key)
    await given
    assert bench.phase(key) is Phase.CLOSED_ASSUMED


async def test_an_undone_resume_leaves_the_pause_that_is_being_sent(bench: Bench) -> None:
    key = await bench.open()
    bench.client.takes_s = 2.0
    bench.give(key, PAUSE)
    await asyncio.sleep(1)
    bench.give(key, RESUME)
    await asyncio.sleep(0.1)
    assert bench.commands.undo(key)
    pending = bench.waiting(key)
    assert (pending.verb, pending.can_undo) == (PAUSE, False)
    await asyncio.sleep(5)
    assert bench.client.verbs == [PAUSE]
    assert bench.commands.pending(key) is None


@pytest.mark.parametrize("first", [PAUSE, STOP])
async def test_terminate_waits_for_nothing_that_is_being_sent(
    bench: Bench, first: CommandVerb
) -> None:
    key = await bench.open()
    bench.client.takes_s = 10.0
    bench.give(key, first)
    await asyncio.sleep(1)
    await bench.commands.give(key, TERMINATE)
    assert bench.client.verbs == [first, TERMINATE]
    assert bench.client.seconds == pytest.approx([0.0, 1.0], abs=0.1)


async def test_a_stop_that_may_still_arrive_marks_its_session_for_a_while(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [InterruptedCallError("timeout")]
    bench.give(key, STOP)
    await asyncio.sleep(0.1)
    await bench.see(key, Kind.FAILED, text="it had an end of its own")
    await settle()
    assert bench.commands.pending(key) is None
    assert bench.store.ending == {key: {STOP}}
    touched: list[Diff] = []
    bench.store.changed.connect(touched.append)
    await asyncio.sleep(LATE_STOP_MS / 1000)
    assert bench.store.ending == {}
    assert [diff.sessions for diff in touched] == [{key}], "what waits there looks again"


async def test_a_resume_on_a_working_session_and_a_pause_on_a_done_one_send_nothing(
    bench: Bench,
) -> None:
    key = await bench.open()
    await bench.commands.give(key, RESUME)
    await bench.see(key, Kind.COMPLETED, text="done")
    for verb in (PAUSE, RESUME, STOP):
        await bench.commands.give(key, verb)
    assert bench.client.sent == []
    assert bench.state_intents() == [("stop", "refused")]


async def test_a_pause_that_waits_is_dropped_when_its_task_is_done(bench: Bench) -> None:
    key = await bench.open()
    bench.use_up(Rank.PAUSE)
    given = bench.give(key, PAUSE)
    await asyncio.sleep(5)
    pending = bench.waiting(key)
    assert pending.why is WaitReason.BUDGET
    assert pending.due_ms == bench.rate_limiter.due_of(bench.commands._current[key])
    await bench.see(key, Kind.COMPLETED, text="done")
    await settle()
    assert given.done()
    await asyncio.sleep(100)
    assert bench.client.sent == []


# -- the budget ----------------------------------------------------------------------------------


async def test_thirty_terminates_go_oldest_first_without_a_429(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(30)]
    given = [bench.give(key, TERMINATE) for key in keys]
    await asyncio.sleep(1)
    assert len(bench.commands.all_pending()) == 20
    assert all(pending.why is WaitReason.BUDGET for pending in bench.commands.all_pending())
    assert [pending.session_key for pending in bench.commands.all_pending()] == keys[10:]
    dues = [pending.due_ms or 0 for pending in bench.commands.all_pending()]
    assert 0 not in dues
    assert dues == sorted(dues)
    await asyncio.gather(*given)
    assert [int(one[1:]) for _, one, _ in bench.client.sent] == keys
    assert bench.client.seconds[-1] < 125
    times = bench.client.seconds
    assert all(b - a >= 60 for a, b in zip(times, times[10:], strict=False))


async def test_a_terminate_goes_before_what_waited_longer(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(14)]
    for key in keys[:10]:
        bench.give(key, STOP)
    await asyncio.sleep(1)
    bench.give(keys[10], PAUSE)
    bench.give(keys[11], STOP)
    await asyncio.sleep(1)
    bench.give(keys[12], TERMINATE)
    await asyncio.sleep(65)
    assert bench.client.verbs[10:] == [TERMINATE, STOP, PAUSE]


async def test_no_call_is_held_while_a_moment_to_take_back_runs(bench: Bench) -> None:
    for _ in range(10):
        bench.give(await bench.open(), TERMINATE, grace_ms=3000)
    await asyncio.sleep(1)
    assert bench.rate_limiter.free_at(Endpoint.SEND_MESSAGE, Rank.START) == bench.clock.now_ms()


# -- the name ------------------------------------------------------------------------------------


async def test_a_terminate_waits_for_the_name_and_can_be_taken_back(bench: Bench) -> None:
    bench.named = asyncio.Event()
    keys = [await bench.open(named=False) for _ in range(2)]
    start = bench.start
    given = [bench.give(key, TERMINATE) for key in keys]
    await asyncio.sleep(1)
    assert [bench.why(key) for key in keys] == [WaitReason.NAME, WaitReason.NAME]
    assert bench.commands.undo(keys[0])
    await given[0]
    await bench.name(start)
    bench.named.set()
    await given[1]
    assert [one for _, one, _ in bench.client.sent] == [f"s{keys[1]}"]
    assert bench.state_intents() == [("terminate", "refused"), ("terminate", "known")]


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.UNKNOWN, Kind.BACK_IN_QUEUE])
async def test_a_session_that_gets_no_name_cannot_be_told_anything(
    bench: Bench, kind: Kind
) -> None:
    bench.named = asyncio.Event()
    key = await bench.open(named=False)
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    await bench.see(key, kind)
    bench.named.set()
    await given
    assert bench.client.sent == []
    outcome = "known" if kind is Kind.REFUSED else "refused"
    assert bench.state_intents() == [("terminate", outcome)]


# -- what goes wrong -----------------------------------------------------------------------------

PASSING = [
    rejected(429),
    rejected(429, wait=7.0),
    rejected(503),
    rejected(500),
    ProtocolError(502, "<html>"),
]


@pytest.mark.parametrize("error", PASSING, ids=str)
@pytest.mark.parametrize("verb", [PAUSE, TERMINATE])
async def test_a_busy_service_is_asked_three_times_and_for_an_end_until_it_takes_it(
    bench: Bench, verb: CommandVerb, error: ApiError
) -> None:
    key = await bench.open()
    bench.client.script = [error] * 5
    given = bench.give(key, verb)
    await asyncio.sleep(0.5)
    assert bench.waiting(key).attempt == 1
    limited = "429" in str(error)
    assert bench.why(key) in ({WaitReason.LIMITED} if limited else {WaitReason.NO_BROWSER})
    await given
    assert bench.client.verbs == [verb] * (3 if verb is PAUSE else 6)
    step = {PASSING[0]: [5, 10], PASSING[1]: [7, 7]}.get(error, [2, 4])
    times = bench.client.seconds
    pauses = [b - a - 0.05 for a, b in itertools.pairwise(times)]
    assert pauses[:2] == pytest.approx(step, abs=0.1)
    if verb is PAUSE:
        assert bench.said == [(NoticeKind.COMMAND_FAILED, key, error, {"verb": "pause"})]
    else:
        assert bench.said == []
        assert bench.state_intents() == [("terminate", "known")]


@pytest.mark.parametrize("verb", CommandVerb)
@pytest.mark.parametrize("error", [rejected(400), rejected(403), rejected(402)], ids=str)
async def test_a_refusal_for_good_is_said(bench: Bench, verb: CommandVerb, error: ApiError) -> None:
    key = await bench.open()
    if verb is RESUME:
        await bench.see(key, Kind.PAUSE_SENT)
    bench.client.script = [error]
    await bench.commands.give(key, verb)
    assert bench.client.verbs == [verb]
    assert bench.said == [(NoticeKind.COMMAND_FAILED, key, error, {"verb": verb.value})]
    kept = verb in {STOP, TERMINATE}
    assert bench.state_intents() == ([(verb.value, "refused")] if kept else [])
    assert bench.account.errors == [error]


def test_a_gateway_that_gives_up_is_no_refusal() -> None:
    """An end is told again until it is known, a Pause three times."""

    def check(reply: GatewayReply) -> None:
        error, rng = error_of(reply), random.Random(5)
        for verb, attempt, again in ((TERMINATE, 9, True), (PAUSE, 1, True), (PAUSE, 3, False)):
            command = Command(key=1, verb=verb, made_ms=NOW, task_key=1, attempt=attempt)
            assert (react(command, error, rng) is not None) is again, (verb, attempt)

    check_rows([(reply,) for reply in GATEWAYS if reply.failure is UNCONFIRMED], check)


async def test_a_session_that_our_terminate_does_not_find_is_closed_not_ended_by_you(
    bench: Bench,
) -> None:
    key = await bench.open()
    await bench.see(key, Kind.COMPLETED, text="found it")  # no poll can tell any more
    bench.client.script = [gone()]
    await bench.commands.give(key, TERMINATE)
    assert bench.phase(key) is Phase.CLOSED
    assert bench.said == []
    assert bench.state_intents() == [("terminate", "known")]
    assert bench.store.ending == {}
    assert bench.doubted == []


@pytest.mark.parametrize(
    ("told", "phase"), [(Kind.SESSION_GONE, Phase.CLOSED), (Kind.ACTIVE, Phase.OPEN)]
)
async def test_where_its_task_can_be_asked_for_polls_prove_that_end(
    bench: Bench, told: Kind, phase: Phase
) -> None:
    """One wrong "Session not found" to a Terminate must not hide a browser that bills on."""
    key = await bench.open()
    bench.client.script = [gone()]
    await bench.commands.give(key, TERMINATE)
    assert bench.phase(key) is Phase.CLOSED_ASSUMED
    assert bench.state_intents() == [("terminate", "known")]
    assert bench.woken == [key]
    await bench.see(key, told)
    assert bench.phase(key) is phase


async def test_a_result_that_was_there_before_our_terminate_is_still_asked_for(
    bench: Bench,
) -> None:
    key = await bench.open()
    bench.client.script = [gone()]
    await bench.commands.give(key, TERMINATE)
    task = bench.store.tasks_of(key)[0]
    assert not task.is_final
    assert bench.woken == [key]
    await bench.see(key, Kind.COMPLETED, text="found it")
    assert bench.store.tasks_of(key)[0].result == "found it"


@pytest.mark.parametrize("verb", [PAUSE, STOP])
async def test_a_session_that_another_command_does_not_find_is_asked_after(
    bench: Bench, verb: CommandVerb
) -> None:
    key = await bench.open()
    bench.client.script = [gone()]
    await bench.commands.give(key, verb)
    assert bench.phase(key) is Phase.OPEN
    assert bench.doubted == [key]
    assert [kind for kind, *_ in bench.said] == [NoticeKind.COMMAND_FAILED]
    assert bench.state_intents() == ([("stop", "refused")] if verb is STOP else [])
    assert bench.store.ending == {}


async def test_no_ledger_ends_a_cost_all_the_same_and_says_so(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(2)]
    bench.executor.full = True
    await bench.commands.give(keys[0], STOP)
    await bench.commands.give(keys[1], TERMINATE)
    assert bench.client.verbs == [STOP, TERMINATE]
    assert {kind for kind, *_ in bench.said} == {NoticeKind.LEDGER_FAILED}
    assert bench.phase(keys[1]) is Phase.CLOSED_ASSUMED
    bench.executor.full = False
    await bench.store.flush()
    assert bench.state_intents() == [("stop", "known"), ("terminate", "known")]


@pytest.mark.parametrize(
    "error", [NotConnectedError("refused"), InterruptedCallError("cut")], ids=str
)
async def test_pause_fails_at_once_without_a_connection(bench: Bench, error: ApiError) -> None:
    key = await bench.open()
    bench.client.script = [error]
    await bench.commands.give(key, PAUSE)
    assert bench.client.verbs == [PAUSE]
    assert bench.said == [(NoticeKind.COMMAND_FAILED, key, error, {"verb": "pause"})]
    assert bench.health.errors == [error]
