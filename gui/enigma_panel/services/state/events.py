"""Events: facts that make a line in the time line of their task, besides steps, and its text."""

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.observation import (
    AT_CAP,
    OWN_CODES,
    STATUS_PREFIX,
    STEP_KINDS,
    Kind,
    Observation,
)
from enigma_panel.core.reducer import ANSWERS_SENT

_UNLISTED = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.DELIVERED, Kind.SESSION_DOUBTED})
_LISTED = frozenset(Kind) - STEP_KINDS - _UNLISTED - ANSWERS_SENT
_WITH_TEXT = frozenset({Kind.QUESTION, Kind.FAILED, Kind.REFUSED})
"""Kinds whose text stands in the time line, too."""


def is_event(observation: Observation, before: Task | None, after: Task) -> bool:
    """Whether a fact that changed a task makes a line."""
    if before is not None and before.is_final and after.is_final:
        return False  # late figures are no event
    match observation.kind:
        case Kind.ACCEPTED:
            # Who asked before the reply came was accepted, as everybody could see.
            return before is None or before.question_n == 0
        case Kind.QUESTION:
            return _asks_anew(before, after)
        case Kind.ACTIVE:
            return _is_settled_question(before, after)
        case kind:
            return kind in _LISTED


def event(observation: Observation, task: Task) -> tuple[Kind, str]:
    """The kind and the text of the line that a fact makes; task: as the fact left it."""
    text = _text(observation) if observation.kind in _WITH_TEXT else ""
    if observation.kind is Kind.FAILED and task.status is TaskStatus.STOPPED:
        # Where we stopped a task, the service reports a failure, and that a user did it.
        return Kind.STOPPED, AT_CAP if task.code == AT_CAP else text
    return observation.kind, text


def _text(observation: Observation) -> str:
    """The text of a fact, after the service's own code where it gave one."""
    code, text = observation.code or "", observation.text or ""
    is_ours = code in OWN_CODES or code.startswith(STATUS_PREFIX)
    return ": ".join(part for part in ("" if is_ours else code, text) if part)


def _asks_anew(before: Task | None, after: Task) -> bool:
    """Whether a question is open that was not: a poll repeats the one that is."""
    if before is None or after.open_since_ms is None:
        return False
    return (before.question_n, before.open_since_ms) != (after.question_n, after.open_since_ms)


def _is_settled_question(before: Task | None, after: Task) -> bool:
    return before is not None and before.open_since_ms is not None and after.open_since_ms is None
