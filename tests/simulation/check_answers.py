"""Invariants of answers: each is delivered at most once, and to the question it was given for."""

from typing import TYPE_CHECKING

from enigma_panel.api.protocols import ApiCall
from enigma_panel.core.models import TaskStatus
from tests.simulation.calls import Sent, Verdict
from tests.simulation.questions import number_in

if TYPE_CHECKING:
    from tests.simulation.world import World

_OPEN_INTENT = (
    "SELECT count(*) FROM intents WHERE outcome IS NULL AND kind = 'answer' AND task_key = ?"
)


class Answers:
    """Follows every answer from the click to the model's question."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._sent: dict[int, Sent] = {}

    def sent_once(self, sent: Sent) -> None:
        """One click is one call; its intent stands in the ledger."""
        if sent.verb is not ApiCall.ANSWER:
            return
        number = number_in(sent)
        earlier = self._sent.get(number)
        if earlier is not None and earlier.failure is not Verdict.REFUSED:
            self._world.fail("an answer is sent once", f"{sent} after {earlier}")
        self._sent[number] = sent
        self._is_open(sent, number)
        click = self._world.questions.clicks[number - 1]
        life = self._world.life
        assert life is not None
        assert life.parts is not None
        rows = life.parts.ledger._db.rows(_OPEN_INTENT, (click.task_key,))
        if rows[0][0] != 1:
            self._world.fail("the intent comes first", f"{rows[0][0]} open intents for {sent}")

    def _is_open(self, sent: Sent, number: int) -> None:
        """No password goes to a task that, as far as we know, asks no more."""
        click = self._world.questions.clicks[number - 1]
        life = self._world.life
        task = life.parts.services.store.task(click.task_key) if life and life.parts else None
        asks = task is not None and task.status is TaskStatus.ASKS
        if task is None or not asks or task.question_n != click.question_n:
            self._world.fail("an answer goes to an open question", str(sent))

    def goes_to_its_question(self, sent: Sent) -> None:
        """An answer meets the question that was on the screen, where that is in our hands."""
        if sent.verb is not ApiCall.ANSWER or not sent.applied:
            return
        number = number_in(sent)
        click = self._world.questions.clicks[number - 1]
        question = self._world.questions.last_taken
        earlier = [
            s for n, s in self._sent.items() if n < number and self._task(n) == click.task_key
        ]
        unclear = any(s.failure in {Verdict.UNKNOWN, Verdict.NONE} for s in earlier)
        if question is not None and question != click.meant and not unclear:
            text = f"{sent} was meant for {click.meant} and answered {question}"
            self._world.fail("an answer goes to its own question", text)

    def _task(self, number: int) -> int:
        return self._world.questions.clicks[number - 1].task_key
