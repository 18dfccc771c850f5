"""What the service told with the ids of another task is shown as that: table, Details, notice."""

import pytest
from msgspec.structs import replace

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import OTHER_TASK
from enigma_panel.ui.details.text import usage_text
from enigma_panel.ui.tasks.model import task_cost_cell
from enigma_panel.ui.text.cells import result_cell
from enigma_panel.ui.text.task import trouble_text
from enigma_panel.ui.theme.palette import Glyph, Severity
from tests.kit.builders import a_session, a_task
from tests.kit.clock import NOW

DOUBT = (
    "The service's answer is about another task. No total includes its cost. The program "
    "keeps checking for a few minutes."
)
DONE = a_task(status=TaskStatus.DONE, result="$39.99", cost="0.0210", code=OTHER_TASK, ended_ms=NOW)


def test_the_result_stands_in_the_table_with_a_sign_and_the_doubt() -> None:
    cell = result_cell(DONE, None)
    assert (cell.text, cell.glyph, cell.mark) == ("$39.99", Glyph.BANG, Severity.AMBER)
    assert cell.tool_tip == f"$39.99\n{DOUBT}"
    assert cell.accessible_text == f"$39.99 – {DOUBT}"
    plain = result_cell(replace(DONE, code=None), None)
    assert (plain.glyph, plain.tool_tip) == (None, "$39.99")


def test_the_cost_is_shown_as_one_that_is_not_counted() -> None:
    cell = task_cost_cell(DONE)
    assert (cell.text, cell.tool_tip) == ("$0.021?", DOUBT)
    assert task_cost_cell(replace(DONE, code=None)).text == "$0.021"
    assert usage_text(DONE) == "$0.0210?"


@pytest.mark.parametrize(
    "status", [TaskStatus.DONE, TaskStatus.ASKS, TaskStatus.FAILED, TaskStatus.STOPPED]
)
def test_details_say_it_whatever_the_task_is(status: TaskStatus) -> None:
    told = trouble_text(a_session(), replace(DONE, status=status), NOW)
    assert told is not None
    assert told.text == DOUBT


def test_the_words_of_a_failure_are_kept() -> None:
    failed = replace(DONE, status=TaskStatus.FAILED, error="The page is gone", result=None)
    told = trouble_text(a_session(), failed, NOW)
    assert told is not None
    assert told.what == "The service's answer is about another task: “The page is gone”."
