"""The person: clicks at random in the storm; in the calm answers, waits, ends everything."""

import asyncio
import random
from typing import TYPE_CHECKING, Any

from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.sessions import NoKeyError
from enigma_panel.services.types import AnswerOutcome, OpenQuestion
from enigma_panel.store.ledger.errors import LedgerError
from tests.simulation.calls import mark_of
from tests.simulation.calm import Calm
from tests.simulation.clicks import clicks_of
from tests.simulation.service import draw_spec

if TYPE_CHECKING:
    from enigma_panel.bootstrap import Parts
    from tests.simulation.life import Life
    from tests.simulation.world import World


class Person:
    """One person in front of whichever process runs."""

    def __init__(self, world: "World", rng: random.Random) -> None:
        self.world = world
        self.rng = rng
        self.marks = 0
        self.marks_before = 0
        self.let_go: set[int] = set()
        self.undone: set[int] = set()  # tasks that were removed or put away and brought back
        self.tasks_wanted = rng.randint(3, 12)
        self.answered: dict[tuple[int, int], AnswerOutcome | None] = {}
        self.calm = Calm(self)
        self._busy = rng.choice((0.6, 1.5, 4.0))
        self._typos = world.source("typos")
        self._mistypes = self._typos.choice((0.0, 0.0, 0.0, 0.7))
        self._sitting: Life | None = None

    @property
    def is_done(self) -> bool:
        """Whether all has settled and the program was quit for good."""
        return self.calm.is_done

    @property
    def parts(self) -> "Parts":
        assert self._sitting is not None
        assert self._sitting.parts is not None
        return self._sitting.parts

    def sits_down(self, life: "Life") -> None:
        self._sitting = life
        self._later(life, self._first_clicks if life.number == 0 else self._click)
        self.world.timeline.after(2.0, lambda: self._look(life))

    def comes_back(self) -> None:
        """What was asked for until now is of an earlier run."""
        self.marks_before = self.marks
        self.let_go.clear()

    def lets_go(self, task_key: int | None) -> None:
        task = self.parts.services.store.task(task_key) if task_key else None
        if task is not None:
            self.let_go.add(mark_of(task.spec))
        elif self._sitting is not None:
            self._sitting.went_on = True

    def do(self, name: str, coro: Any) -> None:
        """A click that leads to something that takes time; what it raises is told by the window."""
        life = self._sitting
        assert life is not None

        async def told() -> None:
            try:
                await coro
            except (LedgerError, NoKeyError) as error:
                self.world.trace("not done:", name, type(error).__name__)

        self.world.trace("click", name)
        life.spawn(f"click {name}", told())

    def draw_specs(self, count: int) -> list[Any]:
        """So many new tasks."""
        self.marks += count
        first = self.marks - count + 1
        return [
            self.world.logins.choose(draw_spec(self.rng, mark, self.world.settings))
            for mark in range(first, self.marks + 1)
        ]

    def answer(self, question: OpenQuestion, *, stop: bool = False, again: bool = False) -> None:
        """Answer a question that is on the screen, if that was not done before."""
        key = (question.task_key, question.question_n)
        if key in self.answered and self.answered[key] is not AnswerOutcome.FAILED and not again:
            return
        session = self.parts.services.store.session(question.session_key)
        service_id = session.service_id if session is not None else None
        click = self.world.questions.click(*key, service_id or "")
        self.answered[key] = None
        text = self._text(question, click.number)
        verb = AnswerVerb.STOP if stop else AnswerVerb.RESUME
        self.do(f"answer {click.number}", self._answer(question, text, verb))

    async def _answer(self, question: OpenQuestion, text: str, verb: AnswerVerb) -> None:
        key = (question.task_key, question.question_n)
        if self.world.calm_since is None and self.rng.random() < 0.3:
            await asyncio.sleep(self.rng.uniform(1.0, 8.0))  # the person thinks
        store, inbox = self.parts.services.store, self.parts.services.inbox
        session, task = store.session(question.session_key), store.task(question.task_key)
        is_on_its_way = question.task_key in inbox._sending  # the one before
        if session is not None and task is not None and not is_on_its_way:
            is_kept = not self.world.weather.disk_full
            self.world.checks.answered(session, task, verb, is_kept=is_kept)
        try:
            result = await inbox.answer(question, text, verb)
        except LedgerError:
            self.answered[key] = AnswerOutcome.FAILED
            raise
        self.answered[key] = result.outcome
        self.world.trace("answer", *key, result.outcome)

    def _text(self, question: OpenQuestion, number: int) -> str:
        if "credentials" in question.text:
            # Wrong ones are asked for again, the third time with the same question as the second.
            is_wrong = self._typos.random() < self._mistypes and self.world.calm_since is None
            word = "wrong" if is_wrong else "right"
            return f"Username: ann, Password: {word} #{number}"
        return f"yes, the first #{number}"

    def _later(self, life: "Life", what: Any) -> None:
        def happen() -> None:
            if life is self.world.life and life.ready and not life.loop.dead:
                what(life)

        self.world.timeline.after(self.rng.expovariate(self._busy), happen)

    def _first_clicks(self, life: "Life") -> None:
        count = self.rng.randint(1, self.tasks_wanted)
        clicks_of(self)["start_many"](count)
        self._click(life)

    def _click(self, life: "Life") -> None:
        if self.world.calm_since is not None:
            return
        clicks = clicks_of(self)
        self.rng.choice(list(clicks.values()))(0)
        self._later(life, self._click)

    def _look(self, life: "Life") -> None:
        """Every two seconds."""
        if life is not self.world.life or life.loop.dead or not life.ready:
            return
        if self.world.calm_since is not None:
            self.calm.look()
        self.world.timeline.after(2.0, lambda: self._look(life))

    def command(self, keys: list[int], verb: CommandVerb, grace_ms: int = 0) -> None:
        self.world.checks.clicked(keys, verb, grace_ms)
        sessions: Any = self.parts.services.sessions
        more = {"grace_ms": grace_ms} if grace_ms else {}
        self.do(f"{verb} {keys}", sessions.command(keys, verb, **more))
