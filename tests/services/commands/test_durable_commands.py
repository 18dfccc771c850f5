"""Stop and Terminate are kept: without a connection, without a key, over the end of the program."""

import asyncio
import itertools
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import ApiError, InterruptedCallError, NotConnectedError
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.commands.command import Command, react
from enigma_panel.services.types import KeyCheck, NoticeKind, WaitReason
from enigma_panel.store.ledger.intents import Intent, IntentKind
from tests.kit.clock import NOW
from tests.kit.existing import existing
from tests.services.commands.bench import Bench, Client, gone, locked, rejected

PAUSE, RESUME = CommandVerb.PAUSE, CommandVerb.RESUME
STOP, TERMINATE = CommandVerb.STOP, CommandVerb.TERMINATE
LOST: list[ApiError] = [NotConnectedError("dns"), InterruptedCallError("timeout")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keep"


# -- no connection -------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [STOP, TERMINATE])
@pytest.mark.parametrize("error", LOST, ids=str)
async def test_it_is_kept_and_tried_until_it_is_delivered(
    bench: Bench, verb: CommandVerb, error: ApiError
) -> None:
    key = await bench.open()
    bench.client.script = [error] * 12
    given = bench.give(key, verb)
    await asyncio.sleep(0.07)
    pending = bench.waiting(key)
    assert (pending.why, pending.attempt, pending.can_undo) == (WaitReason.CONNECTION, 1, True)
    assert pending.due_ms is not None
    await given
    times = bench.client.seconds
    pauses = [b - a - 0.05 for a, b in itertools.pairwise(times)]
    caps = [1, 2, 4, 8, 16, *[30] * 7]
    late = 60.0 if isinstance(error, InterruptedCallError) else 0.0  # these count as calls
    assert all(0.1 <= p <= cap + late + 0.01 for p, cap in zip(pauses, caps, strict=True))
    assert max(pauses) > 10
    assert bench.said == []
    assert bench.state_intents() == [(verb.value, "known")]
    assert len(bench.health.errors) == 12


def test_two_tries_have_a_tenth_of_a_second_between_them() -> None:
    """However short a wait is drawn."""
    shortest = Random()
    shortest.randrange = lambda start, *_: 0  # type: ignore[method-assign]
    for error in LOST:
        command = Command(key=1, verb=TERMINATE, made_ms=NOW, task_key=1, attempt=1)
        reaction = existing(react(command, error, shortest))
        assert reaction.wait_ms == 100


async def test_calls_that_never_connected_take_no_room(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [LOST[0]] * 20
    bench.give(key, TERMINATE)
    await asyncio.sleep(40)
    assert len(bench.client.sent) > 5
    assert bench.rate_limiter.free_at(Endpoint.SEND_MESSAGE, Rank.START) == bench.clock.now_ms()
    bench.commands.undo(key)


async def test_many_do_not_all_come_back_at_once(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(8)]
    bench.client.script = [LOST[0]] * 40
    for key in keys:
        bench.give(key, TERMINATE)
    await asyncio.sleep(9)
    later = bench.client.seconds[8:]
    assert len({round(at, 1) for at in later}) > len(later) / 2


async def test_with_the_connection_back_all_are_sent_at_once_the_oldest_first(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(5)]
    bench.client.script = [LOST[0]] * 5
    for key in keys:
        bench.give(key, TERMINATE)
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.06)
    assert len(bench.client.sent) == 5
    bench.commands.retry_now()
    await asyncio.sleep(0.06)
    assert [one for _, one, _ in bench.client.sent[5:]] == [f"s{key}" for key in keys]


async def test_also_where_the_clock_was_set_back_since_the_click(bench: Bench) -> None:
    key = await bench.open()
    session = existing(bench.store.session(key))
    task = bench.store.current_task(session)
    intent = await bench.store.intend(IntentKind.STATE, session, task, TERMINATE)
    bench.client.script = [NotConnectedError("dns")]
    ahead = replace(intent, made_ms=bench.clock.now_ms() + 3_600_000)
    bench.scope.spawn("adopt", bench.commands.adopt([ahead]))
    await asyncio.sleep(0.1)
    assert bench.why(key) is WaitReason.CONNECTION
    bench.commands.retry_now()
    await asyncio.sleep(2)
    assert bench.client.verbs == [TERMINATE, TERMINATE]


async def test_one_that_is_tried_again_goes_before_the_newer_ones(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(12)]
    bench.client.script = [rejected(503)]
    for key in keys:
        bench.give(key, TERMINATE)
        await asyncio.sleep(0.001)
    await asyncio.sleep(70)
    ends = [one for _, one, _ in bench.client.sent]
    assert ends == [f"s{key}" for key in [*keys[:10], keys[0], *keys[10:]]]


async def test_a_click_for_at_once_shortens_one_wait_alone(bench: Bench) -> None:
    """The moment to take it back; not the wait that a busy service asks for, nor all tries."""
    key = await bench.open()
    bench.client.script = [LOST[0], rejected(503)]
    bench.give(key, TERMINATE, grace_ms=3000)
    await asyncio.sleep(0.5)
    bench.give(key, TERMINATE)
    await asyncio.sleep(0.12)
    assert len(bench.client.sent) == 1
    bench.give(key, TERMINATE)
    await asyncio.sleep(0.1)
    assert len(bench.client.sent) == 2
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(1.5)
    assert len(bench.client.sent) == 2
    await given
    assert bench.client.seconds[2] - bench.client.seconds[1] == pytest.approx(4, abs=0.1)


async def test_telling_that_the_connection_is_back_shortens_no_other_wait(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(2)]
    bench.client.script = [rejected(503)]
    bench.give(keys[0], TERMINATE)
    bench.give(keys[1], TERMINATE, grace_ms=3000)
    await asyncio.sleep(0.1)
    bench.commands.retry_now()
    await asyncio.sleep(1)
    assert len(bench.client.sent) == 1


async def test_it_can_be_taken_back_while_nothing_answers(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [LOST[0]] * 5
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(0.06)
    assert bench.commands.undo(key)
    await given
    sent = len(bench.client.sent)
    await asyncio.sleep(60)
    assert len(bench.client.sent) == sent
    assert bench.state_intents() == [("terminate", "refused")]


async def test_a_stop_is_wanted_again_when_the_terminate_after_it_is_taken_back(
    bench: Bench,
) -> None:
    key = await bench.open()
    bench.client.script = [LOST[0]]
    bench.give(key, STOP)
    await asyncio.sleep(0.06)
    bench.give(key, TERMINATE, grace_ms=3_000)
    await asyncio.sleep(1)
    assert bench.commands.undo(key)
    pending = bench.waiting(key)
    assert (pending.verb, pending.can_undo) == (STOP, True)
    await asyncio.sleep(60)
    assert bench.client.verbs == [STOP, STOP]
    assert bench.state_intents() == [
        ("stop", "refused"),
        ("terminate", "refused"),
        ("stop", "known"),
    ]


async def test_a_stop_that_got_through_meanwhile_is_not_sent_again(bench: Bench) -> None:
    key = await bench.open()
    bench.client.takes_s = 2
    bench.give(key, STOP)
    await asyncio.sleep(1)
    bench.give(key, TERMINATE, grace_ms=3_000)
    await asyncio.sleep(0.1)
    assert bench.commands.undo(key)
    await asyncio.sleep(60)
    assert bench.client.verbs == [STOP]
    assert bench.commands.pending(key) is None


async def test_what_an_interrupted_stop_did_counts_for_the_one_after_it(bench: Bench) -> None:
    key = await bench.open()
    bench.client.takes_s = 2
    bench.client.script = [InterruptedCallError("timeout"), *[NotConnectedError("dns")] * 20]
    bench.give(key, STOP)
    await asyncio.sleep(1)
    bench.give(key, TERMINATE, grace_ms=3_000)
    await asyncio.sleep(2)
    assert bench.commands.undo(key)
    await asyncio.sleep(10)
    assert bench.store.ending == {key: {STOP}}
    await bench.see(key, Kind.FAILED, text="Task stopped by user")
    task = bench.store.tasks_of(key)[0]
    assert task.status is TaskStatus.STOPPED


@pytest.mark.parametrize("error", [rejected(400), rejected(403)], ids=str)
async def test_a_stop_is_wanted_again_when_the_terminate_after_it_is_refused(
    bench: Bench, error: ApiError
) -> None:
    key = await bench.open()
    bench.client.script = [LOST[0], error]
    bench.give(key, STOP)
    await asyncio.sleep(0.06)
    bench.give(key, TERMINATE)
    await asyncio.sleep(60)
    assert bench.client.verbs == [STOP, TERMINATE, STOP]
    assert bench.state_intents() == [
        ("stop", "refused"),
        ("terminate", "refused"),
        ("stop", "known"),
    ]


async def test_a_stop_that_was_taken_back_stays_so(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [LOST[0]] * 5
    bench.give(key, STOP)
    await asyncio.sleep(0.06)
    assert bench.commands.undo(key)
    bench.give(key, TERMINATE, grace_ms=3_000)
    await asyncio.sleep(1)
    assert bench.commands.undo(key)
    assert bench.commands.pending(key) is None
    await asyncio.sleep(60)
    assert bench.client.verbs == [STOP]


@pytest.mark.parametrize("end", [Kind.TERMINATED, Kind.SESSION_GONE])
async def test_the_proven_end_ends_it_and_an_assumed_one_does_not(bench: Bench, end: Kind) -> None:
    key = await bench.open()
    bench.client.script = [LOST[0]] * 100
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(5)
    await bench.see(key, Kind.LIFETIME_OVER)
    await asyncio.sleep(60)
    assert not given.done()
    await bench.see(key, end)
    await given
    sent = len(bench.client.sent)
    await asyncio.sleep(60)
    assert len(bench.client.sent) == sent
    assert bench.state_intents() == [("terminate", "known")]


@pytest.mark.parametrize(("error", "outcome"), [(LOST[0], "refused"), (LOST[1], "unknown")])
async def test_a_stop_is_for_its_own_task_alone(
    bench: Bench, error: ApiError, outcome: str
) -> None:
    key = await bench.open()
    bench.client.script = [error] * 100
    given = bench.give(key, STOP)
    await asyncio.sleep(5)
    await bench.see(key, Kind.COMPLETED, text="done")
    await given
    assert bench.state_intents() == [("stop", outcome)]
    assert bench.commands.pending(key) is None
    assert bench.phase(key) is Phase.OPEN


async def test_a_stop_whose_second_try_is_refused_may_have_ended_its_task(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [LOST[1], rejected(404)]
    await bench.give(key, STOP)
    assert bench.state_intents() == [("stop", "unknown")]
    await bench.see(key, Kind.FAILED, text="Task stopped by user")
    task = bench.task(key)
    assert task.status is TaskStatus.STOPPED
    assert task.stop_sent_ms is not None


async def test_a_stop_that_a_terminate_replaced_may_have_ended_its_task(bench: Bench) -> None:
    key = await bench.open()
    bench.client.takes_s = 5
    bench.client.script = [LOST[1]]
    bench.give(key, STOP)
    await asyncio.sleep(1)
    bench.rate_limiter.note_refused(Endpoint.SEND_MESSAGE, 60_000)
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(10)
    await bench.see(key, Kind.FAILED, text="Task stopped by user")
    task = bench.task(key)
    assert (task.status, task.stop_sent_ms is not None) == (TaskStatus.STOPPED, True)
    await given
    assert bench.state_intents() == [("stop", "unknown"), ("terminate", "known")]
    assert bench.store.ending == {}


async def test_an_interrupted_stop_that_a_terminate_replaced_is_not_repeated(bench: Bench) -> None:
    key = await bench.open()
    bench.client.takes_s = 5
    bench.client.script = [LOST[1]]
    bench.give(key, STOP)
    await asyncio.sleep(1)
    bench.give(key, TERMINATE)
    await asyncio.sleep(30)
    assert bench.client.verbs == [STOP, TERMINATE]
    assert bench.state_intents() == [("stop", "unknown"), ("terminate", "known")]
    assert bench.said == []


@pytest.mark.parametrize(
    ("error", "phase"),
    [(LOST[1], Phase.ENDED_BY_YOU), (rejected(500), Phase.ENDED_BY_YOU), (LOST[0], Phase.CLOSED)],
    ids=str,
)
async def test_the_end_that_follows_a_terminate_without_reply_is_ours(
    bench: Bench, error: ApiError, phase: Phase
) -> None:
    """It may have got through: what polls see meanwhile, and "gone" to the next, is its effect."""
    keys = [await bench.open() for _ in range(2)]
    bench.client.script = [error, error, gone()]
    given = [bench.give(key, TERMINATE) for key in keys]
    await asyncio.sleep(0.07)
    await bench.see(keys[0], Kind.TERMINATED)
    await asyncio.gather(*given)
    await bench.see(keys[1], Kind.SESSION_GONE)
    assert [bench.phase(key) for key in keys] == [phase, phase]
    assert bench.store.ending == {}


async def test_a_try_that_never_connected_does_not_unsay_the_one_before(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [LOST[1], LOST[0], gone()]
    await bench.commands.give(key, TERMINATE)
    await bench.see(key, Kind.SESSION_GONE)
    assert bench.phase(key) is Phase.ENDED_BY_YOU


async def test_an_end_that_is_seen_before_it_is_taken_back_counts(bench: Bench) -> None:
    key = await bench.open()
    bench.rate_limiter.note_refused(Endpoint.SEND_MESSAGE, 60_000)
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    await bench.see(key, Kind.SESSION_GONE)
    bench.commands.undo(key)
    await given
    assert bench.state_intents() == [("terminate", "known")]


async def test_taking_back_what_may_have_got_through_leaves_its_fate_unknown(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [LOST[1], LOST[0]] * 9
    bench.give(key, TERMINATE)
    await asyncio.sleep(0.07)
    assert bench.commands.undo(key)
    await asyncio.sleep(1)
    assert bench.state_intents() == [("terminate", "unknown")]
    assert bench.store.ending == {}


# -- the key -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [STOP, TERMINATE])
async def test_a_refused_key_parks_it_until_there_is_another(
    bench: Bench, verb: CommandVerb
) -> None:
    key = await bench.open()
    bench.client.script = [rejected(401), rejected(401)]
    given = bench.give(key, verb)
    await asyncio.sleep(100)
    assert bench.why(key) is WaitReason.KEY
    bench.account.changed.emit()  # the same key, still refused
    await asyncio.sleep(1)
    assert len(bench.client.sent) == 1
    other = Client(bench.clock)
    bench.account.use(other)
    await given
    assert other.verbs == [verb]
    assert bench.said == []
    assert bench.state_intents() == [(verb.value, "known")]


@pytest.mark.parametrize("check", [KeyCheck.ACCEPTED, KeyCheck.NO_TEST])
async def test_the_same_key_is_tried_again_once_it_was_tested(
    bench: Bench, check: KeyCheck
) -> None:
    key = await bench.open()
    bench.client.script = [rejected(401)]
    given = bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    bench.account.last_check = check
    bench.account.changed.emit()
    await given
    assert bench.client.verbs == [TERMINATE, TERMINATE]


async def test_another_key_than_the_sessions_parks_an_end_and_drops_the_rest(bench: Bench) -> None:
    keys = [await bench.open() for _ in range(2)]
    bench.account.use(None)
    await bench.commands.give(keys[0], PAUSE)
    given = bench.give(keys[1], TERMINATE)
    await asyncio.sleep(1)
    assert bench.why(keys[1]) is WaitReason.KEY
    assert bench.client.sent == []
    bench.account.use(bench.client)
    await given
    assert bench.client.verbs == [TERMINATE]


async def test_a_key_that_goes_while_it_waits_for_a_call_leaks_none(bench: Bench) -> None:
    key = await bench.open()
    calls = [bench.rate_limiter.try_acquire(Endpoint.SEND_MESSAGE, Rank.STOP) for _ in range(10)]
    bench.give(key, TERMINATE)
    await asyncio.sleep(1)
    bench.account.use(None)
    for call in calls:
        assert call is not None
        call.give_back()
    await asyncio.sleep(1)
    assert bench.why(key) is WaitReason.KEY
    assert bench.rate_limiter.free_at(Endpoint.SEND_MESSAGE, Rank.START) == bench.clock.now_ms()


async def test_a_refused_key_fails_a_pause(bench: Bench) -> None:
    key = await bench.open()
    bench.client.script = [rejected(401)]
    await bench.commands.give(key, PAUSE)
    assert [kind for kind, *_ in bench.said] == [NoticeKind.COMMAND_FAILED]


# -- over the end of the program -----------------------------------------------------------------


async def _again(bench: Bench) -> list[Intent]:
    """What the next run of the program reads."""
    return await bench.store.load()


@pytest.mark.parametrize("moment", ["grace", "connection", "sending", "budget"])
@pytest.mark.parametrize("verb", [STOP, TERMINATE])
def test_what_was_not_delivered_is_sent_by_the_next_run(
    folder: Path, moment: str, verb: CommandVerb
) -> None:
    async def first(bench: Bench) -> None:
        key = await bench.open()
        bench.client.script = [LOST[0]] * 50 if moment == "connection" else []
        bench.client.takes_s = 30 if moment == "sending" else 0.05
        if moment == "budget":
            bench.rate_limiter.note_refused(Endpoint.SEND_MESSAGE, 60_000)
        bench.give(key, verb, grace_ms=3000 if moment == "grace" else 0)
        await asyncio.sleep(1)
        assert bench.commands.pending(key) is not None

    async def second(bench: Bench) -> None:
        intents = await _again(bench)
        await bench.commands.adopt(intents)
        [pending] = bench.commands.all_pending()
        assert pending.verb is verb
        await asyncio.sleep(0.1)
        assert bench.client.verbs == [verb]
        assert bench.state_intents() == [(verb.value, "known")]

    Bench.run(folder, first)
    Bench.run(folder, second)


@pytest.mark.parametrize("verb", [STOP, TERMINATE])
@pytest.mark.parametrize("waits_for", [WaitReason.BUDGET, WaitReason.KEY, WaitReason.NAME])
def test_what_a_locked_ledger_refused_at_the_click_is_kept_once_it_can_be(
    folder: Path, waits_for: WaitReason, verb: CommandVerb
) -> None:
    """SQLite's own lock, held by another program."""

    async def first(bench: Bench) -> None:
        key = await bench.open(named=waits_for is not WaitReason.NAME)
        if waits_for is WaitReason.NAME:
            bench.named = asyncio.Event()
        if waits_for is WaitReason.KEY:
            bench.account.client = None
        if waits_for is WaitReason.BUDGET:
            bench.rate_limiter.note_refused(Endpoint.SEND_MESSAGE, 60_000)
        bench.ledger._db.execute("PRAGMA busy_timeout = 0")
        with locked(bench.ledger.path):
            bench.give(key, verb)
            await asyncio.sleep(13)
            assert bench.why(key) is waits_for
            assert not bench.kept(key)
        await bench.store.flush()  # as each second
        assert bench.kept(key)
        assert bench.state_intents() == [(verb.value, None)]
        assert bench.client.sent == []

    async def second(bench: Bench) -> None:
        await bench.commands.adopt(await _again(bench))
        if waits_for is not WaitReason.NAME:
            await asyncio.sleep(0.1)
            assert bench.client.verbs == [verb]

    Bench.run(folder, first)
    Bench.run(folder, second)


async def test_taken_back_before_it_could_be_written_it_is_not_sent_later(bench: Bench) -> None:
    key = await bench.open()
    bench.executor.full = True
    bench.give(key, TERMINATE, grace_ms=3000)
    await asyncio.sleep(1)
    bench.commands.undo(key)
    await asyncio.sleep(1)
    bench.executor.full = False
    await bench.store.flush()
    assert bench.state_intents() == [("terminate", "refused")]


async def test_taken_back_before_a_quit_in_a_slow_write_it_is_not_sent_later(bench: Bench) -> None:
    """Another program holds the ledger meanwhile."""
    key = await bench.open()
    bench.executor.takes_s = 5
    bench.give(key, TERMINATE, grace_ms=3000)
    await asyncio.sleep(1)
    assert bench.commands.undo(key)
    await bench.scope.close()
    await bench.store.flush()
    assert bench.state_intents() == [("terminate", "refused")]


def test_what_was_taken_back_is_not(folder: Path) -> None:
    async def first(bench: Bench) -> None:
        key = await bench.open()
        bench.give(key, TERMINATE, grace_ms=3000)
        await asyncio.sleep(1)
        bench.commands.undo(key)
        await asyncio.sleep(0.1)

    async def second(bench: Bench) -> None:
        assert await _again(bench) == []

    Bench.run(folder, first)
    Bench.run(folder, second)


async def _leave(bench: Bench, *verbs: CommandVerb) -> int:
    """A session with these state intents, none of them settled."""
    key = await bench.open()
    for verb in verbs:
        session = existing(bench.store.session(key))
        task = bench.store.current_task(session)
        now = bench.clock.now_ms()
        bench.ledger.open_intent(IntentKind.STATE, session, task, now, verb=verb)
        await asyncio.sleep(0.01)
    return key


@pytest.mark.parametrize(
    ("left", "seen", "sent", "outcomes"),
    [
        ([TERMINATE], None, [TERMINATE], ["known"]),
        ([STOP], None, [STOP], ["known"]),
        ([PAUSE, RESUME], None, [], ["unknown", "unknown"]),
        ([STOP, TERMINATE], None, [TERMINATE], ["refused", "known"]),
        ([TERMINATE, TERMINATE], None, [TERMINATE], ["known", "refused"]),
        ([STOP], Kind.COMPLETED, [], ["refused"]),
        ([TERMINATE], Kind.COMPLETED, [TERMINATE], ["known"]),
        ([TERMINATE], Kind.SESSION_GONE, [], ["known"]),
    ],
)
async def test_what_an_earlier_run_left(
    bench: Bench,
    left: list[CommandVerb],
    seen: Kind | None,
    sent: list[CommandVerb],
    outcomes: list[str],
) -> None:
    key = await _leave(bench, *left)
    intents = await _again(bench)
    if seen is not None:
        await bench.see(key, seen)
    await bench.commands.adopt(intents)
    await asyncio.sleep(1)
    assert bench.client.verbs == sent
    assert bench.state_intents() == [
        (verb.value, fate) for verb, fate in zip(left, outcomes, strict=True)
    ]


@pytest.mark.parametrize(
    ("verb", "seen"), [(STOP, Kind.STOPPED), (STOP, Kind.FAILED), (TERMINATE, Kind.TERMINATED)]
)
async def test_what_is_seen_before_it_is_sent_again_is_its_effect(
    bench: Bench, verb: CommandVerb, seen: Kind
) -> None:
    """The earlier run was killed after it had sent it."""
    key = await _leave(bench, verb)
    intents = await _again(bench)
    bench.rate_limiter.note_refused(Endpoint.SEND_MESSAGE, 60_000)
    await bench.commands.adopt(intents)
    await bench.see(key, seen)
    await asyncio.sleep(70)
    task = bench.task(key)
    assert task.status is TaskStatus.STOPPED
    assert (task.stop_sent_ms is not None) is (verb is STOP)
    assert bench.phase(key) is (Phase.OPEN if verb is STOP else Phase.ENDED_BY_YOU)
    assert bench.client.sent == []
    assert bench.store.ending == {}


async def test_a_stop_of_an_earlier_run_does_not_hit_the_next_task(bench: Bench) -> None:
    key = await _leave(bench, STOP)
    intents = await _again(bench)
    await bench.next_task(key)
    await bench.commands.adopt(intents)
    await asyncio.sleep(1)
    assert bench.client.sent == []
    assert bench.state_intents() == [("stop", "refused")]


async def test_before_the_key_is_found_it_waits_for_it(bench: Bench) -> None:
    key = await _leave(bench, TERMINATE)
    bench.account.client = None
    await bench.commands.adopt(await _again(bench))
    await asyncio.sleep(1)
    assert bench.why(key) is WaitReason.KEY
    bench.account.use(bench.client)
    await asyncio.sleep(1)
    assert bench.client.verbs == [TERMINATE]


async def test_many_from_an_earlier_run_go_oldest_first(bench: Bench) -> None:
    keys = [await _leave(bench, TERMINATE) for _ in range(13)]
    intents = await _again(bench)
    bench.give(await bench.open(), PAUSE)
    await bench.commands.adopt(reversed(intents))
    await asyncio.sleep(100)
    ends = [one for _, one, verb in bench.client.sent if verb is TERMINATE]
    assert ends == [f"s{key}" for key in keys]


async def test_a_lost_session_of_an_earlier_run_is_found_gone(bench: Bench) -> None:
    key = await _leave(bench, TERMINATE)
    bench.client.script = [gone()]
    await bench.commands.adopt(await _again(bench))
    await asyncio.sleep(1)
    assert bench.phase(key) is Phase.CLOSED_ASSUMED
    assert bench.state_intents() == [("terminate", "known")]
