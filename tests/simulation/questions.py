"""The agent's questions as the model knows them, and the person's answers to them."""

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from enigma_panel.api.protocols import ApiCall
from enigma_panel.simulator.task import TaskState
from tests.simulation.calls import Sent

if TYPE_CHECKING:
    from tests.simulation.world import World

Question = tuple[str, int]
"""The model's task and which of its questions, from 1."""


class Click(Struct, frozen=True):
    """An answer that the person gave. Its number stands in its text."""

    number: int
    task_key: int
    question_n: int
    meant: Question | None


def number_in(sent: Sent) -> int:
    return int(sent.text.rsplit("#", 1)[-1])


class Questions:
    """Which questions were asked and taken, and which click was for which."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self.taken: Counter[str] = Counter()
        self.last_taken: Question | None = None
        self.clicks: list[Click] = []

    def click(self, task_key: int, question_n: int, session_id: str) -> Click:
        meant = self.open_in(session_id)
        made = Click(len(self.clicks) + 1, task_key, question_n, meant)
        self.clicks.append(made)
        return made

    def open_in(self, session_id: str) -> Question | None:
        self._world.model.advance()
        session = self._world.model.sessions.get(session_id)
        task = session.current if session is not None else None
        if task is None or task.state is not TaskState.ASKING:
            return None
        return task.id, self.taken[task.id] + 1

    def arrived(self, sent: Sent, asked: Question | None) -> None:
        """A call was handled by the model; asked: what was open before."""
        if sent.verb is not ApiCall.ANSWER:
            return
        self.last_taken = asked if sent.applied else None
        if self.last_taken is not None:
            self.taken[self.last_taken[0]] += 1

    def most(self, session_id: str, task_id: str) -> int:
        """How many questions a task of the model may have asked by now."""
        self._world.model.advance()
        session = self._world.model.sessions.get(session_id)
        task = session.tasks.get(task_id) if session is not None else None
        waits = task is None or task.over or task.state is TaskState.ASKING
        return self.taken[task_id] + waits
