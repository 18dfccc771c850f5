"""The time line of a task says what it asked, and what became of each question."""

import asyncio
from decimal import Decimal

import pytest

from enigma_panel.api.errors import ApiError, InterruptedCallError
from enigma_panel.core.attribution import STALE_QUESTION_MS
from enigma_panel.core.models import Task
from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.core.questions.kinds import LOGIN_USED
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.ui.text.steps import step_text
from tests.services.commands.bench import Bench, rejected
from tests.services.questions.test_answers import Asked, asked

ASKED = "Asked you: Your login, please"
SENT, UNCONFIRMED = "Answer sent", "The answer may have arrived"


def lines(one: Asked) -> list[str]:
    """The ledger's time line from the first question on."""
    told = [step_text(step) for step in one.bench.ledger.steps(task_of(one).key)]
    return told[told.index(ASKED) :]


async def answer(
    one: Asked, text: str = "the first", used: str = "", verb: AnswerVerb = AnswerVerb.RESUME
) -> None:
    (question,) = one.inbox.questions()
    await one.inbox.answer(question, text, verb, used=used)


def task_of(one: Asked) -> Task:
    return one.bench.store.tasks_of(one.key)[0]


def while_it_is_sent(one: Asked, *happens: Observation, error: ApiError | None = None) -> None:
    """What the service tells before its reply to the answer comes."""

    async def send_answer(*_: object) -> Observation:
        for observation in happens:
            await one.bench.store.record(one.key, task_of(one).key, observation)
        if error is not None:
            raise error
        return Observation(kind=Kind.ANSWER_SENT)

    one.bench.client.send_answer = send_answer  # type: ignore[attr-defined]  # it takes no others


async def test_each_question_stands_there_with_what_became_of_it(bench: Bench) -> None:
    one = await asked(bench)
    assert lines(one) == [ASKED]
    await answer(one, used=f"{LOGIN_USED}maria")
    await bench.see(one.key, Kind.ACTIVE)
    await bench.see(one.key, Kind.QUESTION, text="Shall I pay $49.99?")
    await answer(one, "Yes", used="$49.99")
    await bench.see(one.key, Kind.ACTIVE)
    await bench.see(one.key, Kind.QUESTION, text="The site shows a captcha.")
    await bench.see(one.key, Kind.ACTIVE)  # answered elsewhere
    await bench.see(one.key, Kind.QUESTION, text="Red or blue?")
    await answer(one, "red")
    await bench.see(one.key, Kind.QUESTION, text="Which size?")
    await bench.see(one.key, Kind.FAILED, text="timeout")
    assert task_of(one).question_missed
    assert lines(one) == [
        *(ASKED, "Answer sent: login maria"),
        *("Asked you: Shall I pay $49.99?", "Answer sent: up to $49.99"),
        *("Asked you: The site shows a captcha.", "Carried on"),
        *("Asked you: Red or blue?", SENT),
        *("Asked you: Which size?", "Failed: timeout"),
    ]


async def test_a_stop_in_its_place_is_said_and_polls_repeat_nothing(bench: Bench) -> None:
    one = await asked(bench)
    for cost in (1, 2):  # figures change with each
        usage = Usage(cost=Decimal(cost))
        await bench.see(one.key, Kind.QUESTION, text="Your login, please", usage=usage)
    assert lines(one) == [ASKED]

    async def stop(*_: object) -> Observation:
        return Observation(kind=Kind.ANSWER_STOP_SENT)

    bench.client.send_answer = stop  # type: ignore[attr-defined]  # as above
    await answer(one, verb=AnswerVerb.STOP)
    await bench.see(one.key, Kind.QUESTION, text="Your login, please")
    await bench.see(one.key, Kind.FAILED, text="Task stopped by user")
    assert lines(one)[:2] == [ASKED, "Stop sent as answer"]
    assert lines(one).count(ASKED) == 1


@pytest.mark.parametrize(
    ("error", "said"), [(InterruptedCallError("cut"), [UNCONFIRMED]), (rejected(400), [])]
)
async def test_an_answer_that_failed_settles_nothing_it_did_not(
    bench: Bench, error: ApiError, said: list[str]
) -> None:
    one = await asked(bench)
    while_it_is_sent(one, error=error)
    await answer(one)
    (question,) = one.inbox.questions()
    assert question.maybe_answered is bool(said)
    assert lines(one) == [ASKED, *said]
    await answer(one)
    assert lines(one) == [ASKED, *said, *said]
    await bench.see(one.key, Kind.FAILED, text="timeout")
    assert task_of(one).question_missed is not bool(said)


async def test_asked_again_after_its_answer_it_stands_there_again(bench: Bench) -> None:
    one = await asked(bench)
    await answer(one)
    await asyncio.sleep(STALE_QUESTION_MS / 1000 + 1)
    await bench.see(one.key, Kind.QUESTION, text="Your login, please")
    (question,) = one.inbox.questions()
    assert (question.question_n, question.asked_again) == (2, True)
    assert lines(one) == [ASKED, SENT, ASKED]


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        ([Observation(kind=Kind.ACTIVE)], ["Carried on", SENT]),
        (
            [Observation(kind=Kind.QUESTION, text="Which size?")],
            ["Asked you: Which size?", "Your answer to the last question was on its way"],
        ),
        ([Observation(kind=Kind.FAILED, text="timeout")], ["Failed: timeout", SENT]),
        ([Observation(kind=Kind.COMPLETED, text="bought")], ["Done", SENT]),
    ],
)
async def test_an_answer_stands_there_however_late_its_reply_comes(
    bench: Bench, happens: list[Observation], told: list[str]
) -> None:
    one = await asked(bench)
    while_it_is_sent(one, *happens)
    await answer(one)
    assert lines(one) == [ASKED, *told]
    assert not task_of(one).question_missed
