"""Twenty questions open at once, and everything that can happen to them, in random orders."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QPlainTextEdit

from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.types import AnswerOutcome, OpenQuestion
from enigma_panel.ui.questions.dialog import QuestionDialog
from tests.kit.person import active
from tests.kit.world import World

MANY = 20
WORDS = ("Which colour should I take?", "What size, for the red one?", "Where shall I look next?")


class Agents:
    def __init__(self, world: World, dialog: QuestionDialog, rng: random.Random) -> None:
        self.world = world
        self.inbox = world.inbox
        self.dialog = dialog
        self.rng = rng
        self.typed: dict[tuple[int, int], str] = {}
        self.sent: list[tuple[int, str, AnswerVerb]] = []

    def begin(self) -> None:
        questions = [
            self.world.sessions.add_asking(key, self.rng.choice(WORDS))
            for key in range(1, MANY + 1)
        ]
        self.inbox.ask(*self.rng.sample(questions, MANY))
        self.dialog.ask_now(self.rng.choice(questions))

    # -- the person ----------------------------------------------------------------------------

    def field(self) -> QPlainTextEdit:
        """Where the answer to the question on the screen is typed."""
        form = self.dialog.page.form
        assert form is not None
        return next(
            f for f in form.page().findChildren(QPlainTextEdit) if f.isVisibleTo(form.page())
        )

    async def type_something(self) -> None:
        if (question := self.shown()) is not None:
            text = f"for {question.task_key}, {question.question_n}"
            self.typed[question.task_key, question.question_n] = text
            self.field().setPlainText(text)

    async def send(self) -> None:
        await self.type_something()
        await self.press(AnswerVerb.RESUME)

    async def stop(self) -> None:
        await self.press(AnswerVerb.STOP)

    async def press(self, verb: AnswerVerb) -> None:
        await asyncio.sleep(0.01)
        self.world.clock.pass_ms(1_500)
        question, dialog = self.shown(), self.dialog
        if question is None or not dialog.is_armed():
            return
        resumes = verb is AnswerVerb.RESUME
        text = self.typed.get((question.task_key, question.question_n), "") if resumes else ""
        self.sent.append((question.task_key, text, verb))
        outcomes = (AnswerOutcome.DELIVERED, AnswerOutcome.UNCONFIRMED, AnswerOutcome.GONE)
        self.inbox.outcome = self.rng.choice(outcomes)
        (dialog.foot.send_button if resumes else dialog.foot.stop_button).click()

    async def turn(self) -> None:
        self.dialog._turn(self.rng.choice((-1, 1)))

    async def later(self) -> None:
        self.dialog._later()
        if self.inbox.open:
            self.dialog.ask_now(self.rng.choice(self.inbox.open))

    # -- everybody else ------------------------------------------------------------------------

    async def over_for_the_shown(self) -> None:
        """Answered elsewhere, run out, or its session was terminated."""
        if (question := self.shown()) is not None:
            self.inbox.close(question.task_key)

    async def over_for_another(self) -> None:
        if self.inbox.open:
            self.inbox.close(self.rng.choice(self.inbox.open).task_key)

    async def asks_again(self) -> None:
        if self.inbox.open:
            key = self.rng.choice(self.inbox.open).task_key
            number = next(q.question_n for q in self.inbox.open if q.task_key == key)
            again = self.world.sessions.add_asking(key, self.rng.choice(WORDS))
            self.inbox.close(key)
            self.inbox.ask(replace(again, question_n=number + 1))

    # -- what must hold ------------------------------------------------------------------------

    def shown(self) -> OpenQuestion | None:
        question = self.dialog.current_question() if self.dialog.isVisible() else None
        return next((q for q in self.inbox.open if question and q.id == question.id), None)

    def check(self) -> None:
        arrived = [(one.task_key, one.text, one.verb) for one in self.inbox.answered]
        for (key, text, verb), (to, what, how) in zip(self.sent, arrived, strict=True):
            assert (to, how) == (key, verb), "an answer went to another question"
            assert verb is AnswerVerb.STOP or what == text, "or with other words"
        form = self.dialog.page.form
        question = self.shown()
        if question is not None and form is not None and not form.is_over:
            typed = self.typed.get((question.task_key, question.question_n))
            if typed is not None and not form.is_empty():
                assert self.field().toPlainText() == typed, "what was typed stays with its question"


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_each_answer_goes_where_it_was_meant(
    world: World, dialog: QuestionDialog, seed: int
) -> None:
    agents = Agents(world, dialog, random.Random(seed))
    agents.begin()
    await active(dialog)
    happens: list[Callable[[], Awaitable[None]]] = [agents.send] * 4
    happens += [agents.type_something, agents.turn, agents.later, agents.stop]
    happens += [agents.over_for_the_shown, agents.over_for_another, agents.asks_again]
    for _ in range(60):
        await agents.rng.choice(happens)()
        await asyncio.sleep(0)
        await asyncio.sleep(0.005)
        agents.check()
    assert len(agents.sent) > 5
