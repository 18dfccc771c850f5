"""What became of a question: the whole table."""

import pytest

from enigma_panel.core.question_history import (
    AskingTask,
    QuestionOutcome,
    SentAnswer,
    outcome_of,
    settled_ms_of,
)
from enigma_panel.core.statuses import TaskStatus
from enigma_panel.core.verbs import AnswerVerb

ASKED, ANSWERED, ENDED = 1_000, 5_000, 9_000
Q, S = QuestionOutcome, TaskStatus


def task(
    status: TaskStatus, *, last: bool = True, stopped: bool = False, missed: bool = False
) -> AskingTask:
    ended = ENDED if status in {S.DONE, S.FAILED, S.STOPPED, S.LOST} else None
    return AskingTask(
        status=status, is_last=last, was_stopped=stopped, question_missed=missed, ended_ms=ended
    )


def answer(
    verb: AnswerVerb = AnswerVerb.RESUME, *, settled: bool = True, arrived: bool = True
) -> SentAnswer:
    return SentAnswer(verb=verb, made_ms=ANSWERED, is_settled=settled, arrived=arrived)


@pytest.mark.parametrize(
    ("asker", "sent", "outcome", "settled_ms"),
    [
        (task(S.ASKS), None, Q.OPEN, None),
        (task(S.ASKS), answer(settled=False, arrived=False), Q.ANSWERING, None),
        (task(S.ASKS), answer(arrived=False), Q.UNCONFIRMED, None),
        (task(S.WORKING), answer(), Q.ANSWERED, ANSWERED),
        (task(S.FAILED), answer(), Q.ANSWERED, ANSWERED),
        (task(S.STOPPED), answer(AnswerVerb.STOP), Q.STOPPED, ANSWERED),
        (task(S.STOPPED), None, Q.STOPPED, ENDED),
        (task(S.WORKING, stopped=True), None, Q.STOPPED, None),  # on its way
        (task(S.WORKING), None, Q.GONE, None),
        (task(S.DONE), None, Q.GONE, None),
        (task(S.FAILED), None, Q.GONE, None),  # it went on, and failed later
        (task(S.FAILED, missed=True), None, Q.MISSED, ENDED),
        (task(S.LOST, missed=True), None, Q.MISSED, ENDED),
        # What became of the task later is no news of an earlier question.
        (task(S.ASKS, last=False), None, Q.GONE, None),
        (task(S.FAILED, last=False, missed=True), None, Q.GONE, None),
        (task(S.STOPPED, last=False, stopped=True), None, Q.GONE, None),
    ],
)
def test_what_became_of_it_and_when(
    asker: AskingTask, sent: SentAnswer | None, outcome: QuestionOutcome, settled_ms: int | None
) -> None:
    assert outcome_of(asker, sent) is outcome
    assert settled_ms_of(asker, sent) == settled_ms
