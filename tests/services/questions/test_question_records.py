"""The ledger remembers each question that was asked, and what became of it."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from enigma_panel.api.errors import ApiError, InterruptedCallError
from enigma_panel.core.attribution import STALE_QUESTION_MS
from enigma_panel.core.models import Task
from enigma_panel.core.observation import Kind
from enigma_panel.core.question_history import AskedQuestion, QuestionOutcome
from enigma_panel.core.questions import QuestionKind
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.store.ledger.question_records import asked_questions
from enigma_panel.store.ledger.task_reader import TaskReader
from tests.services.commands.bench import Bench, on_bench, rejected
from tests.services.questions.test_answers import Asked, asked, use_up_the_minute

Q = QuestionOutcome


def kept(bench: Bench) -> list[AskedQuestion]:
    """As the table's own connection reads them, newest first."""
    reader = TaskReader(bench.ledger.path)
    with closing(reader):
        return reader.asked_questions(100)


def outcomes(bench: Bench) -> list[tuple[str, str]]:
    """Words and outcome, oldest first."""
    return [(each.text, each.outcome.value) for each in reversed(kept(bench))]


async def answer(one: Asked, text: str = "the first", used: str = "") -> None:
    (question,) = one.inbox.questions()
    await one.inbox.answer(question, text, AnswerVerb.RESUME, used=used)


def task_of(one: Asked) -> Task:
    task = one.bench.store.tasks_of(one.key)[0]
    assert task is not None
    return task


def test_each_question_of_a_task_has_its_own_outcome(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        one = await asked(bench)
        assert outcomes(bench) == [("Your login, please", "open")]
        await asyncio.sleep(4)
        await answer(one)
        await bench.see(one.key, Kind.ACTIVE)
        await bench.see(one.key, Kind.QUESTION, text="Shall I pay $49.99?")
        await answer(one, "Yes", used="$49.99")
        await bench.see(one.key, Kind.ACTIVE)
        await bench.see(one.key, Kind.QUESTION, text="Red or blue?")
        await bench.see(one.key, Kind.ACTIVE)  # answered elsewhere
        await bench.see(one.key, Kind.QUESTION, text="Which size?")
        await bench.see(one.key, Kind.FAILED, text="timeout")
        assert outcomes(bench) == [
            ("Your login, please", "answered"),
            ("Shall I pay $49.99?", "answered"),
            ("Red or blue?", "gone"),
            ("Which size?", "missed"),
        ]
        login, purchase = kept(bench)[3], kept(bench)[2]
        task, session = task_of(one), bench.store.session(one.key)
        assert session is not None
        assert login == AskedQuestion(
            key=login.key,
            task_key=task.key,
            n=1,
            asked_ms=login.asked_ms,
            text="Your login, please",
            kind=QuestionKind.CREDENTIALS,
            session=session.name,
            task=task.spec.text,
            outcome=Q.ANSWERED,
            settled_ms=login.asked_ms + 4_000,
        )
        assert login.took_ms == 4_000
        assert (purchase.kind, purchase.used) == (QuestionKind.PURCHASE, "$49.99")

    on_bench(tmp_path, check)


@pytest.mark.parametrize(
    ("error", "outcome"), [(InterruptedCallError("cut"), Q.UNCONFIRMED), (rejected(400), Q.OPEN)]
)
def test_an_answer_that_failed_settles_nothing_it_did_not(
    tmp_path: Path, error: ApiError, outcome: QuestionOutcome
) -> None:
    async def check(bench: Bench) -> None:
        one = await asked(bench)

        async def fail(*_: object) -> None:
            raise error

        bench.client.send_answer = fail  # type: ignore[attr-defined]  # it takes no others
        await answer(one)
        (question,) = one.inbox.questions()
        assert question.maybe_answered is (outcome is Q.UNCONFIRMED)
        assert outcomes(bench) == [("Your login, please", outcome.value)]
        await bench.see(one.key, Kind.FAILED, text="timeout")
        missed = outcome is Q.OPEN
        assert task_of(one).question_missed is missed
        expected = Q.MISSED if missed else Q.UNCONFIRMED
        assert outcomes(bench) == [("Your login, please", expected.value)]

    on_bench(tmp_path, check)


def test_a_question_whose_answer_the_channel_may_have_lost_is_the_same(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        one = await asked(bench)
        use_up_the_minute(bench)
        await answer(one)
        await asyncio.sleep(STALE_QUESTION_MS / 1000 + 1)
        await bench.see(one.key, Kind.QUESTION, text="Your login, please")
        (question,) = one.inbox.questions()
        assert (question.question_n, question.maybe_answered) == (1, True)
        assert outcomes(bench) == [("Your login, please", "unconfirmed")]
        await asyncio.sleep(70)  # there are calls again
        await answer(one)
        await bench.see(one.key, Kind.ACTIVE)
        assert outcomes(bench) == [("Your login, please", "answered")]

    on_bench(tmp_path, check)


def test_asked_again_after_its_answer_it_is_another_question(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        one = await asked(bench)
        await answer(one)
        await asyncio.sleep(STALE_QUESTION_MS / 1000 + 1)
        await bench.see(one.key, Kind.QUESTION, text="Your login, please")
        (question,) = one.inbox.questions()
        assert (question.question_n, question.asked_again) == (2, True)
        assert outcomes(bench) == [
            ("Your login, please", "answered"),
            ("Your login, please", "open"),
        ]

    on_bench(tmp_path, check)


def test_the_last_ones_come_first_and_what_nobody_knows_is_left_out(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        first, second = await asked(bench), await asked(bench)
        assert len(asked_questions(bench.ledger.connection, 1, {})) == 1
        assert [each.task_key for each in kept(bench)] == [
            task_of(second).key,
            task_of(first).key,
        ]
        sql = "UPDATE tasks SET status = 'of a newer version' WHERE key = ?"
        bench.ledger.connection.execute(sql, (task_of(second).key,))
        assert [each.task_key for each in kept(bench)] == [task_of(first).key]
        renamed = replace(bench.store.session(first.key), label="the shop")
        await bench.store.update(renamed)
        assert kept(bench)[0].session == "the shop"

    on_bench(tmp_path, check)


def test_a_text_that_is_damaged_hides_no_other_question(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        one = await asked(bench)
        await answer(one)
        await bench.see(one.key, Kind.ACTIVE)
        await bench.see(one.key, Kind.QUESTION, text="Red or blue?")
        bench.ledger.connection.execute(
            "UPDATE steps SET text = CAST(x'52FF' AS TEXT) WHERE text = 'Your login, please'"
        )
        assert outcomes(bench) == [
            ("R\N{REPLACEMENT CHARACTER}", "answered"),
            ("Red or blue?", "open"),
        ]

    on_bench(tmp_path, check)


def test_a_key_that_is_given_again_brings_no_kind_of_a_deleted_question(tmp_path: Path) -> None:
    async def check(bench: Bench) -> None:
        await asked(bench)
        kinds: dict[tuple[int, int], QuestionKind] = {}
        connection = bench.ledger.connection
        (first,) = asked_questions(connection, 10, kinds)
        sql = "UPDATE steps SET at_ms = at_ms + 1, text = 'Enter the code' WHERE key = ?"
        connection.execute(sql, (first.key,))
        (second,) = asked_questions(connection, 10, kinds)
        assert [first.kind, second.kind] == [QuestionKind.CREDENTIALS, QuestionKind.SECRET]

    on_bench(tmp_path, check)
