"""The questions that agents asked, and what became of each, as the ledger knows it."""

from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.questions import QuestionKind
from enigma_panel.core.statuses import TaskStatus
from enigma_panel.core.verbs import AnswerVerb


class QuestionOutcome(StrEnum):
    """What became of a question."""

    OPEN = "open"
    ANSWERING = "answering"  # its answer is on its way, or waits for its turn
    ANSWERED = "answered"
    STOPPED = "stopped"  # its task was told to stop, by the answer or otherwise
    GONE = "gone"  # it is open no longer, without an answer from here
    MISSED = "missed"  # the task failed or was lost while it was open
    UNCONFIRMED = "unconfirmed"  # an answer was sent, and nobody knows whether it arrived


class AskedQuestion(Struct, frozen=True, kw_only=True):
    """A question that was asked at asked_ms (epoch ms).

    key: of its line in the time line, higher for later ones. n: its number within its task, from 1.
    session: its name; task: what was asked for. settled_ms: when it was answered, or missed; None
    where that is not known. used: what of the answer was no secret.
    """

    key: int
    task_key: int
    n: int
    asked_ms: int
    text: str
    kind: QuestionKind
    session: str
    task: str
    outcome: QuestionOutcome
    settled_ms: int | None = None
    used: str = ""

    @property
    def took_ms(self) -> int | None:
        """For how long it was open, None where that is not known."""
        return None if self.settled_ms is None else max(0, self.settled_ms - self.asked_ms)


class SentAnswer(Struct, frozen=True, kw_only=True):
    """The last answer to a question that may have arrived. is_settled: it is known how its call
    ended; arrived: it was delivered."""

    verb: str
    made_ms: int
    is_settled: bool
    arrived: bool


class AskingTask(Struct, frozen=True, kw_only=True):
    """What is known now of the task that asked. is_last: the question is its last one."""

    status: TaskStatus
    is_last: bool
    was_stopped: bool
    question_missed: bool
    ended_ms: int | None


def outcome_of(task: AskingTask, answer: SentAnswer | None) -> QuestionOutcome:
    """What became of a question."""
    if answer is not None:
        return _outcome_of_answer(answer)
    if task.is_last and task.status is TaskStatus.ASKS:
        return QuestionOutcome.OPEN
    if task.is_last and task.question_missed:
        return QuestionOutcome.MISSED
    is_stopped = task.is_last and (task.was_stopped or task.status is TaskStatus.STOPPED)
    return QuestionOutcome.STOPPED if is_stopped else QuestionOutcome.GONE


def _outcome_of_answer(answer: SentAnswer) -> QuestionOutcome:
    if not answer.is_settled:
        return QuestionOutcome.ANSWERING
    if not answer.arrived:
        return QuestionOutcome.UNCONFIRMED
    stops = answer.verb == AnswerVerb.STOP
    return QuestionOutcome.STOPPED if stops else QuestionOutcome.ANSWERED


def settled_ms_of(task: AskingTask, answer: SentAnswer | None) -> int | None:
    """When it was settled (epoch ms), as far as that is known."""
    if answer is not None:
        return answer.made_ms if answer.arrived else None
    ended_with = {QuestionOutcome.MISSED, QuestionOutcome.STOPPED}
    return task.ended_ms if outcome_of(task, None) in ended_with else None
