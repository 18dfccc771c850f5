"""Texts for questions: each kind and outcome has its words; one that was missed is said."""

from typing import Any

import pytest

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.questions.kinds import QuestionKind
from enigma_panel.ui.text.cells import result_cell
from enigma_panel.ui.text.questions import kind_label
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.task import trouble_text
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW


def missed(status: TaskStatus = TaskStatus.FAILED, **facts: Any) -> Task:
    common: dict[str, Any] = {"question": "I need\nlogin credentials", "ended_ms": NOW}
    return a_task(status=status, question_missed=True, **common | facts)


@pytest.mark.parametrize("status", [TaskStatus.FAILED, TaskStatus.LOST])
def test_that_nobody_answered_is_said_before_what_the_service_says(status: TaskStatus) -> None:
    text = (
        f"Nobody answered “I need login credentials”; the task ended at {local_time(NOW)}, $0.100"
    )
    task = missed(status, cost="0.1", error="Session timed out")
    assert result_cell(task, None).text == text
    told = trouble_text(a_session(), task, NOW)
    assert told is not None
    assert told.what.startswith(f"{text}. ")
    assert "Session timed out" in told.what
    assert told.todo == "Run it again."


def test_a_cost_that_is_not_known_is_left_out() -> None:
    assert result_cell(missed(), None).text.endswith(f"the task ended at {local_time(NOW)}")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Do you want me to complete this purchase? The total is $49.99", "Asks to buy for $49.99"),
        ("Shall I buy it? The total is up to $49.99", "Asks about a purchase"),
        ("I need login credentials to proceed", "Asks for a login"),
        ("Which colour: red or blue?", "Asks you to choose"),
        ("Which colour?", "Asks: “Which colour?”"),
    ],
)
def test_a_row_says_what_is_asked_for_and_its_tip_how(question: str, words: str) -> None:
    cell = result_cell(a_task(status=TaskStatus.ASKS, question=question), None)
    assert cell.text == words
    assert cell.tip == f"Asks: “{question}”"
    assert cell.accessible_text.startswith(cell.tip[:50])


def test_each_has_its_own_word() -> None:
    assert len({kind_label(kind) for kind in QuestionKind}) == len(QuestionKind)
