"""Answers to polls that name another task or session than the one that was asked for."""

from msgspec.structs import replace

from enigma_panel.core.models import Session, Task
from enigma_panel.core.observation import NO_USAGE, OTHER_TASK, Kind, Observation
from enigma_panel.services.state.foreign_ids import foreign_ids, is_of_other
from enigma_panel.services.state.session_store import SessionStore

EQUAL_ANSWERS = 3
"""Equal answers with unknown ids that make one be used, in doubt: a result was paid for."""

_MATTERS = frozenset({Kind.COMPLETED, Kind.FAILED, Kind.STOPPED, Kind.TERMINATED, Kind.QUESTION})
"""Kinds of answers whose loss matters; after others the next poll comes."""


class ForeignAnswers:
    """Decides whether an answer is used; counts the equal ones of each task."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self._equal: dict[int, tuple[int, int]] = {}

    def usable(self, session: Session, task: Task, answer: Observation) -> Observation | None:
        """The answer as it may be recorded; None: not at all, ask again.

        One with ids of another task or session in memory is never used. One with unknown ids is,
        the third time, with OTHER_TASK as its code.
        """
        session_id, task_id = foreign_ids(answer, session, task)
        if session_id is None and task_id is None:
            self.forget(task.key)
            return answer
        if answer.kind not in _MATTERS or is_of_other(self._store, answer, session, task):
            self.forget(task.key)
            return None
        if self._count(task.key, answer) < EQUAL_ANSWERS:
            return None
        # The figures of one that goes on would stay behind when the doubt is over.
        usage = NO_USAGE if answer.kind is Kind.QUESTION else answer.usage
        return replace(answer, code=OTHER_TASK, usage=usage, session_id=None, task_id=None)

    def forget(self, task_key: int) -> None:
        """Start over: the next answer is the first of its kind."""
        self._equal.pop(task_key, None)

    def _count(self, task_key: int, answer: Observation) -> int:
        """The number of equal answers in a row; figures may differ."""
        mark = hash((answer.kind, answer.session_id, answer.task_id, answer.text))
        known, n = self._equal.get(task_key, (mark, 0))
        self._equal[task_key] = (mark, n + 1 if known == mark else 1)
        return self._equal[task_key][1]
