"""An answer goes to the question for which it was given, or nowhere."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from enigma_panel.api.errors import ApiError, InterruptedCallError, RejectedError, Reply
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.questions.kinds import LOGIN_USED
from enigma_panel.core.rate_limit import Endpoint, Rank
from enigma_panel.core.statuses import TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.rate_limiter import Pass
from enigma_panel.services.types import AnswerOutcome, AnswerResult
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.existing import existing
from tests.services.commands.bench import Bench, rejected

PASSWORD = "Username: maria, Password: zebra-47-crossing"


class Asked(SimpleNamespace):
    """The inbox over a bench: its task asks for a login. answers: what the service was sent."""

    bench: Bench
    inbox: Inbox
    key: int
    answers: list[str]


async def asked(bench: Bench, poll: Callable[[], Any] | None = None) -> Asked:
    """poll: what happens when it is looked whether the question is still open."""
    key = await bench.open()
    answers: list[str] = []

    async def send_answer(_session_id: str, text: str, _verb: AnswerVerb) -> Observation:
        answers.append(text)
        return Observation(kind=Kind.ANSWER_SENT, text="Message sent successfully")

    async def poll_now(_task_key: int) -> None:
        if poll is not None:
            await poll()

    bench.client.send_answer = send_answer  # type: ignore[attr-defined]  # it takes no others
    poller = cast(
        "Any",
        SimpleNamespace(
            wake=bench.woken.append, note_delivered=bench.woken.append, poll_now=poll_now
        ),
    )
    sender = Answers(bench.context, poller)
    inbox = Inbox(bench.store, poller, sender, bench.commands)
    await bench.see(key, Kind.QUESTION, text="Your login, please")
    return Asked(bench=bench, inbox=inbox, key=key, answers=answers)


def use_up_the_minute(bench: Bench) -> None:
    """No call is left for a minute."""
    bench.rate_limiter.remember(Endpoint.SEND_MESSAGE, [bench.clock.now_ms()] * 10)


def when_an_intent_is_written(bench: Bench, happens: Callable[[], Any]) -> None:
    """The next one takes long enough for something else to happen."""
    commit = bench.writer.commit

    async def slowly(call: Callable[[Ledger], Any]) -> Any:
        bench.writer.commit = commit  # type: ignore[method-assign]  # once
        await happens()
        return await commit(call)

    bench.writer.commit = slowly  # type: ignore[method-assign]  # as above


async def test_it_is_looked_whether_the_question_is_still_open(bench: Bench) -> None:
    async def gone() -> None:
        await bench.see(one.key, Kind.ACTIVE)

    one = await asked(bench, gone)
    (question,) = one.inbox.questions()
    result = await one.inbox.answer(question, PASSWORD, AnswerVerb.RESUME)
    assert (result.outcome, one.answers) == (AnswerOutcome.GONE, [])


async def test_a_question_that_came_while_the_ledger_wrote_does_not_get_it(bench: Bench) -> None:
    one = await asked(bench)
    (question,) = one.inbox.questions()

    async def another() -> None:
        await bench.see(one.key, Kind.ACTIVE)
        await bench.see(one.key, Kind.QUESTION, text="What do you want to order?")

    when_an_intent_is_written(bench, another)
    result = await one.inbox.answer(question, PASSWORD, AnswerVerb.RESUME)
    assert result.outcome is AnswerOutcome.GONE
    assert one.answers == []
    assert bench.ledger.unsettled() == []
    (question,) = one.inbox.questions()
    assert question.text == "What do you want to order?"
    assert not question.maybe_answered


@pytest.mark.parametrize("reply", ["late", "lost"])
async def test_a_slow_reply_marks_no_later_question_as_answered(bench: Bench, reply: str) -> None:
    one = await asked(bench)
    (question,) = one.inbox.questions()

    async def slow(*_: Any) -> Observation:
        await bench.see(one.key, Kind.ACTIVE)
        await bench.see(one.key, Kind.QUESTION, text="What do you want to order?")
        if reply == "lost":
            raise InterruptedCallError("cut")
        return Observation(kind=Kind.ANSWER_SENT)

    bench.client.send_answer = slow  # type: ignore[attr-defined]  # as above
    await one.inbox.answer(question, PASSWORD, AnswerVerb.RESUME)
    (question,) = one.inbox.questions()
    assert question.text == "What do you want to order?"
    assert not question.maybe_answered


@pytest.mark.parametrize("waits", [False, True])
async def test_the_one_that_is_open_gets_it(bench: Bench, waits: bool) -> None:
    """After a minute where no call is left; the live channel only listens."""
    one = await asked(bench)
    bench.live.all_up = True
    (question,) = one.inbox.questions()
    if waits:
        use_up_the_minute(bench)
    answering = asyncio.create_task(one.inbox.answer(question, PASSWORD, AnswerVerb.RESUME))
    await asyncio.sleep(10)
    assert one.answers == ([] if waits else [PASSWORD])
    await asyncio.sleep(60)
    assert (await answering).outcome is AnswerOutcome.DELIVERED
    assert one.answers == [PASSWORD]


async def test_a_question_that_came_while_it_waited_for_a_call_does_not_get_it(
    bench: Bench,
) -> None:
    one = await asked(bench)
    use_up_the_minute(bench)
    (question,) = one.inbox.questions()
    answering = asyncio.create_task(one.inbox.answer(question, PASSWORD, AnswerVerb.RESUME))
    await asyncio.sleep(10)
    await bench.see(one.key, Kind.ACTIVE)
    await bench.see(one.key, Kind.QUESTION, text="What do you want to order?")
    assert (await answering).outcome is AnswerOutcome.GONE
    assert one.answers == []


async def test_one_that_is_taken_back_at_its_turn_is_not_sent_and_its_call_is_free(
    bench: Bench,
) -> None:
    one = await asked(bench)
    use_up_the_minute(bench)
    (question,) = one.inbox.questions()
    wait_for_turn = bench.rate_limiter.turn

    async def turn(*args: Any, **named: Any) -> Pass:
        taken = await wait_for_turn(*args, **named)
        assert one.inbox.take_back(question.task_key)
        return taken

    bench.rate_limiter.turn = turn  # type: ignore[method-assign]  # the moment cannot be met else
    result = await one.inbox.answer(question, PASSWORD, AnswerVerb.RESUME)
    assert (result.outcome, one.answers) == (AnswerOutcome.TAKEN_BACK, [])
    await asyncio.sleep(120)
    assert bench.rate_limiter.room((Endpoint.SEND_MESSAGE, Rank.TERMINATE)) == 10


async def test_what_was_allowed_today_is_known_after_a_restart(bench: Bench) -> None:
    one = await asked(bench)
    (question,) = one.inbox.questions()
    await one.inbox.answer(question, "Yes, but …", AnswerVerb.RESUME, used="$49.99")
    assert one.inbox.used_today() == ["$49.99"]
    again = Answers(bench.context, cast("Any", None))
    restarted = Inbox(bench.store, cast("Any", None), again, bench.commands)
    assert restarted.used_today() == []
    await restarted.restore()
    assert restarted.used_today() == ["$49.99"]
    await asyncio.sleep(86_400)
    assert restarted.used_today() == one.inbox.used_today() == [], "that was yesterday"


async def test_what_did_not_arrive_was_not_allowed(bench: Bench) -> None:
    one = await asked(bench)
    (question,) = one.inbox.questions()

    async def another() -> None:
        await bench.see(one.key, Kind.ACTIVE)

    when_an_intent_is_written(bench, another)
    await one.inbox.answer(question, "Yes, but …", AnswerVerb.RESUME, used="$49.99")
    assert one.inbox.used_today() == []
    await one.inbox.restore()
    assert one.inbox.used_today() == []


async def _go_on(one: Asked) -> None:
    """The person answers what is asked now; returns when all that waits for a call has had one."""
    (question,) = one.inbox.questions()
    answering = asyncio.create_task(one.inbox.answer(question, "the first", AnswerVerb.RESUME))
    await asyncio.sleep(70)
    assert (await answering).outcome is AnswerOutcome.DELIVERED


async def test_an_answer_takes_back_the_stop_that_waits(bench: Bench) -> None:
    before: list[tuple[str, str | None]] = []

    async def polled() -> None:
        before.extend(bench.state_intents())

    one = await asked(bench, polled)
    use_up_the_minute(bench)
    bench.give(one.key, CommandVerb.STOP)
    await asyncio.sleep(1)
    await _go_on(one)
    assert (bench.client.verbs, one.answers) == ([], ["the first"])
    assert bench.state_intents() == [("stop", "refused")]
    assert before == bench.state_intents(), "killed after that, the next run sends none"


async def test_a_stop_that_is_being_sent_goes_out_once_and_keeps_no_answer_waiting(
    bench: Bench,
) -> None:
    one = await asked(bench)
    bench.client.takes_s = 10
    bench.client.script = [InterruptedCallError("timeout")]
    bench.give(one.key, CommandVerb.STOP)
    await asyncio.sleep(1)
    (question,) = one.inbox.questions()
    async with asyncio.timeout(1):
        await one.inbox.answer(question, "the first", AnswerVerb.RESUME)
    assert bench.ledger.unsettled() == [], "killed now, the next run sends none"
    await asyncio.sleep(70)
    assert (bench.client.verbs, one.answers) == ([CommandVerb.STOP], ["the first"])
    assert bench.state_intents() == [("stop", "unknown")]


async def test_an_answer_takes_back_no_terminate_but_the_stop_behind_it(bench: Bench) -> None:
    one = await asked(bench)
    use_up_the_minute(bench)
    bench.give(one.key, CommandVerb.STOP)
    await asyncio.sleep(1)
    bench.give(one.key, CommandVerb.TERMINATE, grace_ms=100_000)
    await _go_on(one)
    pending = existing(bench.commands.pending(one.key))
    assert pending.verb is CommandVerb.TERMINATE
    assert bench.commands.undo(one.key)
    await asyncio.sleep(70)
    assert bench.client.verbs == []


async def test_the_next_run_sends_no_stop_that_an_answer_took_back_behind_a_terminate(
    bench: Bench,
) -> None:
    """Killed while the first try of the Stop was still being sent."""
    one = await asked(bench)
    bench.client.takes_s = 100
    bench.give(one.key, CommandVerb.STOP)
    await asyncio.sleep(1)
    bench.give(one.key, CommandVerb.TERMINATE, grace_ms=3_000)
    await _go_on(one)
    assert bench.state_intents() == [("stop", "unknown"), ("terminate", None)]


async def test_an_answer_leaves_the_stop_of_another_task(bench: Bench) -> None:
    key = await bench.open()
    session = existing(bench.store.session(key))
    assert session.current_task is not None
    use_up_the_minute(bench)
    bench.give(key, CommandVerb.STOP)
    await asyncio.sleep(1)
    await bench.commands.take_stop_back(key, session.current_task + 1)
    await asyncio.sleep(70)
    assert bench.client.verbs == [CommandVerb.STOP]


async def test_a_question_that_went_after_a_refusal_brings_the_refusal(bench: Bench) -> None:
    """A busy service refused it; before the next try the question was gone."""
    me = await asked(bench)
    busy = RejectedError(Reply(status=503), nothing_happened=True)

    async def refuse(_session_id: str, text: str, _verb: AnswerVerb) -> Observation:
        me.answers.append(text)
        await bench.see(me.key, Kind.ACTIVE)
        raise busy

    bench.client.send_answer = refuse  # type: ignore[attr-defined]  # as above
    [question] = me.inbox.questions()
    result = await me.inbox.answer(question, PASSWORD, AnswerVerb.RESUME)
    assert me.answers == [PASSWORD]
    assert result == AnswerResult(outcome=AnswerOutcome.GONE, error=busy)


@pytest.mark.parametrize(
    ("error", "outcome", "sent"),
    [
        (rejected(429), AnswerOutcome.FAILED, 3),
        (rejected(503), AnswerOutcome.FAILED, 3),
        (RejectedError(Reply(status=503), nothing_happened=False), AnswerOutcome.UNCONFIRMED, 1),
        (InterruptedCallError("cut"), AnswerOutcome.UNCONFIRMED, 1),
    ],
)
async def test_only_what_a_busy_service_refuses_is_sent_again(
    bench: Bench, error: ApiError, outcome: AnswerOutcome, sent: int
) -> None:
    me = await asked(bench)

    async def fail(_session_id: str, text: str, _verb: AnswerVerb) -> Observation:
        me.answers.append(text)
        raise error

    bench.client.send_answer = fail  # type: ignore[attr-defined]  # as above
    [question] = me.inbox.questions()
    result = await me.inbox.answer(question, PASSWORD, AnswerVerb.RESUME)
    assert (result.outcome, me.answers) == (outcome, [PASSWORD] * sent)


@pytest.mark.parametrize("kind", [Kind.STOPPED, Kind.FAILED])
async def test_a_stop_as_an_answer_counts_where_its_reply_is_lost(bench: Bench, kind: Kind) -> None:
    one = await _stop_without_reply(bench)
    await bench.see(one.key, kind)
    task = existing(bench.store.task(1))
    assert task.status is TaskStatus.STOPPED
    assert task.stop_sent_ms is not None


def test_it_counts_in_the_next_run_too(tmp_path: Path) -> None:
    async def first(bench: Bench) -> None:
        await _stop_without_reply(bench)

    async def second(bench: Bench) -> None:
        await bench.store.load()
        await Answers(bench.context, cast("Any", None)).restore()
        await bench.see(1, Kind.FAILED)
        task = existing(bench.store.task(1))
        assert task.status is TaskStatus.STOPPED

    Bench.run(tmp_path, first)
    Bench.run(tmp_path, second)


@pytest.mark.parametrize("how", ["it asks something else", "the person answers after all"])
async def test_it_counts_no_more_once_the_task_goes_on(bench: Bench, how: str) -> None:
    one = await _stop_without_reply(bench)
    if how == "it asks something else":
        await bench.see(one.key, Kind.QUESTION, text="Which one?")
    else:
        (question,) = one.inbox.questions()
        await one.inbox.answer(question, PASSWORD, AnswerVerb.RESUME)
    await bench.see(one.key, Kind.FAILED)
    task = existing(bench.store.task(1))
    assert task.status is TaskStatus.FAILED


async def _stop_without_reply(bench: Bench) -> Asked:
    one = await asked(bench)
    client: Any = bench.client
    answers = client.send_answer

    async def cut(*_: Any) -> None:
        client.send_answer = answers
        raise InterruptedCallError("timeout")

    client.send_answer = cut
    (question,) = one.inbox.questions()
    result = await one.inbox.answer(question, "", AnswerVerb.STOP)
    assert result.outcome is AnswerOutcome.UNCONFIRMED
    return one


async def test_what_may_have_arrived_counts_as_allowed(bench: Bench) -> None:
    one = await asked(bench)
    (question,) = one.inbox.questions()

    async def cut(*_: Any) -> None:
        raise InterruptedCallError("cut")

    client: Any = bench.client
    client.send_answer = cut
    await one.inbox.answer(question, "Yes, but", AnswerVerb.RESUME, used="$49.99")
    assert one.inbox.used_today() == ["$49.99"]


async def test_a_login_that_was_used_is_no_amount(bench: Bench) -> None:
    one = await asked(bench)
    (question,) = one.inbox.questions()
    await one.inbox.answer(question, "x", AnswerVerb.RESUME, used=f"{LOGIN_USED}maria")
    assert one.inbox.used_today() == []
