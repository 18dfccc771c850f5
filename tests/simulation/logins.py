"""Questions that the program answers without a person, as a feature does with a chosen login."""

import asyncio
import random
from typing import TYPE_CHECKING

from msgspec.structs import replace

from enigma_panel.core.models import TaskSpec
from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.core.verbs import AnswerVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import OpenQuestion
from enigma_panel.store.ledger.errors import LedgerError

if TYPE_CHECKING:
    from tests.simulation.world import World

SINCE = 2026120800000
"""Seeds of earlier days stay what they were: by some of them a rule or a mend is known."""


class Logins:
    """Ann's login, chosen with half of the tasks of some seeds, in a keychain that may be slow."""

    def __init__(self, world: "World", rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._are_chosen = world.seed >= SINCE and rng.random() < 0.3

    def choose(self, spec: TaskSpec) -> TaskSpec:
        """The task, or one in its place with a login that the person chose for it."""
        if not self._are_chosen or self._rng.random() < 0.5:
            return spec
        number = spec.text.rsplit(maxsplit=1)[-1]
        return replace(spec, text=f"log in to bank.example and read {number}", login="ann")

    def begin(self, services: Services) -> None:
        """Answer in this process from now on, as a feature does once it is installed."""

        def takes(question: OpenQuestion) -> bool:
            task = services.store.task(question.task_key)
            is_chosen = task is not None and bool(task.spec.login)
            if not is_chosen or question.kind is not QuestionKind.CREDENTIALS:
                return False
            return services.scope.spawn("login", self._answer(services, question)) is not None

        services.inbox.offer_to(takes)

    async def _answer(self, services: Services, question: OpenQuestion) -> None:
        try:
            await asyncio.sleep(self._rng.choice((0.0, 0.1, 1.9)))
            await self._send(services, question)
        except LedgerError as error:
            self._world.trace("no login", question.task_key, type(error).__name__)
        finally:
            services.inbox.release(question.task_key)

    async def _send(self, services: Services, question: OpenQuestion) -> None:
        session = services.store.session(question.session_key)
        task = services.store.task(question.task_key)
        if session is None or task is None or services.sessions.pending(session.key) is not None:
            return
        if task.stop_sent_ms is not None:
            return
        click = self._world.questions.click(task.key, question.question_n, session.service_id or "")
        is_kept = not self._world.weather.disk_full
        self._world.checks.answered(session, task, AnswerVerb.RESUME, is_kept=is_kept)
        word = self._rng.choice(("pear-4711", "pear-4711", "wrong-4711"))
        text = f"Username: ann, Password: {word} #{click.number}"
        result = await services.inbox.answer(question, text, AnswerVerb.RESUME)
        self._world.trace("answered with a login", task.key, result.outcome)
