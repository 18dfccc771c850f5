"""What the live channel's events are facts of: the five rules of docs/architecture.md."""

from typing import Any

import pytest
from msgspec.structs import replace

from enigma_panel.api.protocols import LiveError, LiveFault
from enigma_panel.api.wire.socket_events import read_event
from enigma_panel.core.attribution import SETTLE_MS
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.store.ledger.intents import Outcome
from tests.kit.existing import existing
from tests.services.live.bench import Bench, FakeConnection, key_of

S = TaskStatus
LOST_REPLY = Observation(kind=Kind.UNKNOWN)
NAMED = Observation(kind=Kind.ACCEPTED, task_id="t1")


async def _open_named(bench: Bench) -> tuple[int, int]:
    session, key = await bench.open()
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    bench.woken.clear()
    return session, key


async def _open_lost(bench: Bench, *, close_after: bool = False) -> tuple[int, int]:
    """A session whose task no reply will name; keys of both."""
    session, key = await bench.open(close_after=close_after)
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    bench.woken.clear()
    return session, key


# -- 1. a named task is known by replies and polls alone -------------------------------------------


@pytest.mark.parametrize("kind", [Kind.COMPLETED, Kind.FAILED, Kind.QUESTION])
async def test_an_event_of_a_named_task_wakes_its_poll_and_is_no_fact(
    bench: Bench, kind: Kind
) -> None:
    session, key = await _open_named(bench)
    before = bench.task(key), bench.store.session(session)
    await bench.hear(kind, "told", task_id="t1" if kind is Kind.COMPLETED else None)
    assert (bench.task(key), bench.store.session(session)) == before
    assert bench.woken == [session]


async def test_a_step_of_a_named_task_is_a_step_and_wakes_nothing(bench: Bench) -> None:
    session, key = await _open_named(bench)
    before = bench.task(key)
    await bench.hear(Kind.ACTION, "clicks")
    assert (bench.task(key), bench.woken) == (before, [])
    assert "clicks" in [step.text for step in await bench.steps(key)]
    await bench.store.record(session, key, Observation(kind=Kind.COMPLETED, text="r"))
    await bench.hear(Kind.ACTION, "late")
    assert "late" not in [step.text for step in await bench.steps(key)]


async def test_the_first_step_shows_that_a_task_works_if_no_other_may(bench: Bench) -> None:
    session, key = await bench.open()
    await bench.hear(Kind.AGENT, "thinks")
    assert bench.task(key).status is S.WORKING
    await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    second = key_of(await bench.add(session))
    await bench.hear(Kind.ACTION, "clicks")
    assert bench.task(second).status is S.STARTING


# -- 2. a question of a task that is not named yet -------------------------------------------------


async def test_the_question_is_there_at_once_while_the_reply_is_held(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.hear(Kind.QUESTION, "Which colour?")
    assert (bench.task(key).status, bench.task(key).question_n) == (S.ASKS, 1)
    await bench.hear(Kind.QUESTION, "Which colour?")
    assert bench.task(key).question_n == 1
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    assert (bench.task(key).status, bench.task(key).service_id) == (S.ASKS, "t1")
    kinds = [step.kind for step in await bench.steps(key)]
    assert kinds == ["opened", "question"]  # that it was accepted is no news after that


@pytest.mark.parametrize("may_be_the_text", [False, True])
async def test_a_question_is_the_unnamed_task_s_unless_the_opening_text_may_ask(
    bench: Bench, may_be_the_text: bool
) -> None:
    session, key = await bench.open()
    if may_be_the_text:
        bench.store.records.text_addresses.add(existing(bench.store.session(session)).base_url)
    bench.woken.clear()
    await bench.hear(Kind.QUESTION, "Which colour?")
    assert (bench.task(key).status is S.ASKS) is not may_be_the_text
    assert bench.woken == [session]


async def test_the_same_question_is_a_copy_just_after_the_answer_and_a_new_one_later(
    bench: Bench,
) -> None:
    session, key = await bench.open()
    await bench.hear(Kind.QUESTION, "Code?")
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
    await bench.hear(Kind.QUESTION, "Code?")
    assert bench.task(key).status is S.WORKING, "told twice"
    await bench.wait(SETTLE_MS / 1000)
    await bench.hear(Kind.QUESTION, "Code?")
    assert (bench.task(key).status, bench.task(key).question_n) == (S.ASKS, 2)


@pytest.mark.parametrize("is_answered", [True, False])
async def test_the_held_reply_leaves_its_question_as_the_channel_and_the_person_did(
    bench: Bench, is_answered: bool
) -> None:
    session, key = await bench.open()
    await bench.hear(Kind.QUESTION, "Which?")
    if is_answered:
        await bench.store.record(session, key, Observation(kind=Kind.ANSWER_SENT))
        await bench.wait(SETTLE_MS / 1000 + 1)
    late = Observation(kind=Kind.QUESTION, text="Which?", task_id="t1")
    await bench.reply(bench.intent, Outcome.KNOWN, late)
    task = bench.task(key)
    expected = S.WORKING if is_answered else S.ASKS
    assert (task.status, task.question_n, task.service_id) == (expected, 1, "t1")


async def test_a_step_after_an_answer_of_unknown_fate_shows_that_it_arrived(bench: Bench) -> None:
    session, key = await _open_named(bench)
    asks = Observation(kind=Kind.QUESTION, text="Buy?", task_id="t1")
    await bench.store.record(session, key, asks)
    await bench.hear(Kind.ACTION, "Still on its way")
    assert bench.task(key).status is S.ASKS
    await bench.store.record(session, key, Observation(kind=Kind.ANSWER_UNCONFIRMED))
    await bench.hear(Kind.ACTION, "Clicking Place order")
    assert bench.task(key).status is S.WORKING
    polled = replace(asks, asked_ms=bench.context.clock.now_ms())
    await bench.store.record(session, key, polled)
    assert bench.task(key).status is S.WORKING, "a poll may still repeat it"


async def test_where_another_task_may_take_the_step_it_shows_nothing_of_the_answer(
    bench: Bench,
) -> None:
    session, _ = await _open_lost(bench)
    sent = await bench.add(session)
    await bench.reply(sent, Outcome.KNOWN, Observation(kind=Kind.QUESTION, text="?", task_id="t2"))
    second = key_of(sent)
    await bench.store.record(session, second, Observation(kind=Kind.ANSWER_UNCONFIRMED))
    await bench.hear(Kind.ACTION, "Clicking Place order")
    assert bench.task(second).status is S.ASKS


# -- 3. the id of a result is the name of the one task without one ---------------------------------


async def test_a_start_whose_reply_was_lost_is_named_by_its_result(bench: Bench) -> None:
    session, key = await _open_lost(bench)
    assert bench.task(key).status is S.UNCONFIRMED
    await bench.hear(Kind.COMPLETED, "result", task_id="t1")
    task = bench.task(key)
    assert (task.status, task.service_id, task.result) == (S.WORKING, "t1", None)
    assert session in bench.woken, "a poll brings the result"


async def test_it_is_also_behind_the_end_of_its_session(bench: Bench) -> None:
    session, key = await _open_lost(bench, close_after=True)
    await bench.hear(Kind.SESSION_ENDED, code="terminateOnCompletion")
    assert (bench.phase(session), bench.task(key).status) == (Phase.CLOSED, S.UNCONFIRMED)
    await bench.hear(Kind.COMPLETED, "result", task_id="t1")
    assert (bench.phase(session), bench.task(key).service_id) == (Phase.CLOSED, "t1")


@pytest.mark.parametrize("ends", ["reply", "loss", "quit", "refusal"])
async def test_while_the_reply_is_awaited_the_id_is_held_and_the_reply_wins(
    bench: Bench, ends: str
) -> None:
    _, key = await bench.open()
    await bench.hear(Kind.COMPLETED, "Ready.", task_id="another")
    assert (bench.task(key).status, bench.task(key).service_id) == (S.STARTING, None)
    if ends == "reply":
        await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    elif ends == "loss":
        await bench.reply(bench.intent, Outcome.UNKNOWN, LOST_REPLY)
    elif ends == "refusal":  # another task's: this one has not run
        await bench.reply(bench.intent, Outcome.REFUSED, Observation(kind=Kind.BACK_IN_QUEUE))
    else:
        bench.held.discard(key)  # its call was cut
        await bench.live.finish()
    await bench.wait(0.1)
    expected = {"reply": "t1", "refusal": None}.get(ends, "another")
    assert bench.task(key).service_id == expected


async def test_with_two_unnamed_tasks_an_id_names_neither(bench: Bench) -> None:
    session, first = await _open_lost(bench)
    second = await bench.add(session)
    await bench.reply(second, Outcome.UNKNOWN, LOST_REPLY)
    await bench.hear(Kind.COMPLETED, "whose?", task_id="a")
    named = [bench.task(key).service_id for key in (first, key_of(second))]
    assert (named, bench.woken[-1]) == ([None, None], session)


async def test_what_comes_before_a_connect_failed_is_taken(bench: Bench) -> None:
    real = bench.connector.connect

    async def connect(session_id: str, *rest: Any) -> FakeConnection:
        line = await real(session_id, *rest)
        line.tell(Observation(kind=Kind.QUESTION, text="In a burst?"))
        raise LiveError(LiveFault.UNREACHABLE)

    bench.connector.connect = connect  # type: ignore[method-assign, assignment]
    _, key = await bench.open()
    assert bench.task(key).question == "In a burst?"


# -- 4. the session's own events -------------------------------------------------------------------


async def test_a_reason_that_repeats_a_secret_is_redacted(bench: Bench) -> None:
    _, key = await bench.open(close_after=True)
    bench.redactor.add_secret("hunter2-and-more")
    await bench.hear(Kind.SESSION_ENDED, code="closed for hunter2-and-more")
    (ended,) = [s.text for s in await bench.steps(key) if s.kind == Kind.SESSION_ENDED]
    assert ended == "closed for [redacted]"


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
    lost = existing(bench.store.session(session))
    assert (lost.phase, lost.lost_until_ms) == (Phase.CONNECTION_LOST, None)


async def test_an_error_that_speaks_of_an_expired_session_proves_no_end(bench: Bench) -> None:
    session, key = await _open_named(bench)
    error = {"type": "error", "error": "the shop's session", "code": "SESSION_EXPIRED"}
    observation = existing(read_event("message", error))
    bench.connection.tell(observation)
    await bench.wait(1)
    assert bench.phase(session) is Phase.EXPIRED_ASSUMED
    assert bench.woken, "a poll tells"
    assert "reported_expired" in [s.kind for s in await bench.steps(key)]
    at_work = Observation(kind=Kind.ACTIVE, asked_ms=bench.clock.now_ms())
    await bench.store.record(session, key, at_work)
    assert (bench.phase(session), bench.task(key).status) == (Phase.OPEN, S.WORKING)


# -- 5. everything else is dropped -----------------------------------------------------------------


@pytest.mark.parametrize("status", [S.STARTING, S.UNCONFIRMED, S.QUEUED])
async def test_what_comes_before_the_task_was_sent_does_not_move_it(
    bench: Bench, status: TaskStatus
) -> None:
    """Unconfirmed: the reply that opened its browser was lost, but named the session."""
    session, key = await bench.open()
    await bench.store.update(_unsent(bench, key, status))
    for kind in (Kind.UPDATE, Kind.QUESTION, Kind.FAILED):
        await bench.hear(kind, "Ready")
    await bench.hear(Kind.COMPLETED, "Ready", task_id="x")
    assert (bench.task(key).status, bench.task(key).service_id) == (status, None)
    assert bench.phase(session) is Phase.OPEN


def _unsent(bench: Bench, key: int, status: TaskStatus) -> Any:
    return replace(bench.task(key), sent_ms=None, status=status)


async def test_an_error_of_an_unnamed_task_is_left_to_its_reply(bench: Bench) -> None:
    _, key = await bench.open()
    await bench.hear(Kind.FAILED, "late", code="ELEMENT_NOT_FOUND")
    assert bench.task(key).status is S.STARTING


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
async def test_what_is_of_another_session_changes_nothing_here(
    bench: Bench, facts: dict[str, Any]
) -> None:
    await bench.open(listens=False)
    await bench.reply(bench.intent, Outcome.KNOWN, NAMED)
    session, key = await _open_lost(bench)
    await bench.wait(10)
    before = bench.task(key), bench.store.session(session)
    connection = next(c for c in bench.connector.connections if c.session_id == f"sid{session:09}")
    connection.tell(Observation(**facts))
    await bench.wait(1)
    assert (bench.task(key), bench.store.session(session)) == before


async def test_a_flood_of_results_keeps_no_question_waiting(bench: Bench) -> None:
    _, key = await bench.open()
    redacted: list[int] = []
    real = bench.redactor.redact

    def redact(text: str) -> str:
        redacted.append(len(text))
        return real(text)

    bench.redactor.redact = redact  # type: ignore[method-assign]
    for number in range(5):
        big = Observation(kind=Kind.COMPLETED, text="big " * 100_000, task_id=f"other {number}")
        bench.connection.tell(big)
    await bench.hear(Kind.QUESTION, "Which?")
    assert bench.task(key).status is S.ASKS
    assert max(redacted) < 1_000
