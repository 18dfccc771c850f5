"""A question of a session in which one of several tasks asks, and nothing says which."""

import asyncio
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import pytest

from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.questions.answers import Answers
from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.services.types import AnswerOutcome, OpenQuestion
from enigma_panel.store.ledger.intents import Outcome
from tests.kit.existing import existing
from tests.services.live.bench import Bench
from tests.services.monitor.test_housekeeping_live import make_housekeeping

S = TaskStatus
NAMED = Observation(kind=Kind.ACCEPTED, task_id="t2")
ASKS = Observation(kind=Kind.QUESTION, text="Your password?", task_id="t2")


class Asked:
    """A session whose first task is of unknown fate, and one that was sent after it."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.poll: Observation | None = None
        self.answered: list[str] = []
        bench.account.client = SimpleNamespace(send_answer=self._take)
        poller: Any = SimpleNamespace(
            wake=bench.woken.append, note_delivered=bench.woken.append, poll_now=self._poll
        )
        commands: Any = SimpleNamespace(take_stop_back=AsyncMock())
        answers = Answers(bench.context, poller)
        self.inbox = Inbox(bench.store, poller, answers, commands)

    async def begin(self, *, is_named: bool = False) -> None:
        """is_named: the reply to the second task came, and it is asked for."""
        bench = self.bench
        self.session, self.first = await bench.open()
        await bench.reply(bench.intent, Outcome.UNKNOWN, Observation(kind=Kind.UNKNOWN))
        self.sent = await bench.add(self.session)
        assert self.sent.task is not None
        self.second = self.sent.task.key
        if is_named:
            await bench.reply(self.sent, Outcome.KNOWN, NAMED)

    @property
    def question(self) -> OpenQuestion:
        [question] = self.inbox.questions()
        return question

    @property
    def statuses(self) -> tuple[TaskStatus, TaskStatus]:
        return self.bench.task(self.first).status, self.bench.task(self.second).status

    async def _poll(self, task_key: int) -> bool:
        if task_key != self.second or self.poll is None:
            return False
        await self.bench.store.record(self.session, task_key, self.poll)
        return True

    async def _take(self, _session_id: str, text: str, _verb: AnswerVerb) -> Observation:
        self.answered.append(text)
        return Observation(kind=Kind.ANSWER_SENT)


async def test_it_is_not_said_to_be_the_next_task_s(bench: Bench) -> None:
    asked = Asked(bench)
    await asked.begin()
    await bench.hear(Kind.ACTION, "opens the bank")
    assert asked.statuses == (S.UNCONFIRMED, S.STARTING), "nobody knows whose step that was"
    await bench.hear(Kind.QUESTION, "Your password?")
    assert asked.statuses == (S.ASKS, S.STARTING)
    assert (asked.question.text, asked.question.is_asker_unknown) == ("Your password?", True)
    session = existing(bench.store.session(asked.session))
    assert bench.store.current_task(session) == bench.task(asked.first), "it is shown to ask"


async def test_nobody_waits_for_a_proof_that_never_comes(bench: Bench) -> None:
    """The answer goes to the session, whichever of its tasks asks, and once."""
    asked = Asked(bench)
    await asked.begin()
    await bench.hear(Kind.QUESTION, "Your password?")
    result = await asked.inbox.answer(asked.question, "hunter2", AnswerVerb.RESUME)
    assert (result.outcome, asked.answered) == (AnswerOutcome.DELIVERED, ["hunter2"])
    assert asked.statuses == (S.WORKING, S.STARTING)
    await bench.wait(4)
    await bench.hear(Kind.ACTION, "types")
    assert asked.inbox.questions() == []
    await bench.hear(Kind.QUESTION, "Your PIN?")
    assert (asked.question.text, asked.question.question_n) == ("Your PIN?", 2)


@pytest.mark.parametrize("by", ["reply", "poll"])
async def test_once_the_other_proves_to_ask_it_is_that_ones_and_no_longer_two(
    bench: Bench, by: str
) -> None:
    asked = Asked(bench)
    await asked.begin(is_named=by == "poll")
    bench.woken.clear()
    await bench.hear(Kind.QUESTION, "Your password?")
    assert asked.question.is_asker_unknown
    if by == "poll":
        assert bench.woken == [asked.session], "its poll is to tell"
        await bench.store.record(asked.session, asked.second, ASKS)
    else:
        await bench.reply(asked.sent, Outcome.KNOWN, ASKS)
    await make_housekeeping(bench).tick()
    assert asked.statuses == (S.UNCONFIRMED, S.ASKS)
    assert (asked.question.task_key, asked.question.is_asker_unknown) == (asked.second, False)


async def test_a_question_that_a_poll_brought_first_is_asked_once(bench: Bench) -> None:
    asked = Asked(bench)
    await asked.begin(is_named=True)
    await bench.store.record(asked.session, asked.second, ASKS)
    await bench.hear(Kind.QUESTION, "Your password?")
    assert asked.statuses == (S.UNCONFIRMED, S.ASKS)
    assert asked.question.task_key == asked.second


async def test_an_answer_waits_for_what_the_other_tells(bench: Bench) -> None:
    """A secret that was meant for one is not sent to a question of the other."""
    asked = Asked(bench)
    await asked.begin(is_named=True)
    await bench.hear(Kind.QUESTION, "Your password?")
    asked.poll = Observation(kind=Kind.QUESTION, text="Which colour?", task_id="t2")
    answering = asked.inbox.answer(asked.question, "hunter2", AnswerVerb.RESUME)
    result = await asyncio.create_task(answering)
    assert (result.outcome, asked.answered) == (AnswerOutcome.GONE, [])


async def test_one_that_was_put_away_may_be_the_asker_still(bench: Bench) -> None:
    asked = Asked(bench)
    await asked.begin()
    dismissed = Observation(kind=Kind.DISMISSED)
    await bench.store.record(asked.session, asked.first, dismissed)
    await bench.hear(Kind.QUESTION, "Your password?")
    assert asked.statuses == (S.LOST, S.ASKS)
    assert asked.question.is_asker_unknown


async def test_a_named_one_beside_it_is_asked_by_a_poll(bench: Bench) -> None:
    asked = Asked(bench)
    await asked.begin(is_named=True)
    dismissed = Observation(kind=Kind.DISMISSED)
    await bench.store.record(asked.session, asked.first, dismissed)
    bench.woken.clear()
    await bench.hear(Kind.QUESTION, "Your password?")
    assert asked.statuses == (S.LOST, S.WORKING)
    assert bench.woken == [asked.session]


async def test_a_result_is_still_the_newest_ones_poll_to_tell(bench: Bench) -> None:
    asked = Asked(bench)
    await asked.begin(is_named=True)
    await bench.hear(Kind.QUESTION, "Your password?")
    bench.woken.clear()
    await bench.hear(Kind.COMPLETED, "whose?")
    assert asked.statuses == (S.ASKS, S.WORKING)
    assert bench.woken == [asked.session]
    assert bench.phase(asked.session) is Phase.OPEN
