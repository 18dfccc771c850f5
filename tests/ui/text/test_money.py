"""Money as it is shown, as it is spoken, and where all of it stands."""

from decimal import Decimal

import pytest

from enigma_panel.core.models import TaskStatus
from enigma_panel.core.observation import Usage
from enigma_panel.ui.details.text import usage_text
from enigma_panel.ui.sessions.model import session_cost_cell
from enigma_panel.ui.text.cells import cost_cell
from enigma_panel.ui.text.money import exact_text, money, spoken_money
from enigma_panel.ui.theme.palette import Severity
from tests.kit.builders import a_session, a_task


def test_money_that_was_not_told_is_never_zero() -> None:
    assert money(None, more_to_come=True) == "…"
    assert spoken_money("…") == "pending"
    assert money(None, more_to_come=False) == "–"
    assert money(None, more_to_come=False, spent=True) == "unknown"
    assert money(Decimal("0.0214"), more_to_come=True) == "$0.021"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("$0.021", "$0.021"),
        ("< $0.001", "less than $0.001"),
        ("≈ $0.021", "about $0.021"),
        ("≥ $0.021", "at least $0.021"),
        ("$0.021?", "$0.021, doubtful"),
        ("$1E+30?", "$1E+30, doubtful"),
        ("$0.021, 1 unknown", "$0.021, 1 unknown"),
        ("< $0.001, 1 unknown", "less than $0.001, 1 unknown"),
        ("unknown", "unknown"),
        ("–", "–"),
    ],
)
def test_the_signs_have_words(text: str, spoken: str) -> None:
    assert spoken_money(text) == spoken


def test_a_cost_that_is_shown_shorter_says_all_of_it() -> None:
    cell = cost_cell(Decimal("0.02143"), more_to_come=False, spent=True)
    assert (cell.text, cell.accessible_text) == ("$0.021", "$0.02143")
    assert cell.tool_tip == "Exactly $0.02143."
    least = cost_cell(Decimal("0.000012"), more_to_come=False, spent=True)
    assert (least.text, least.accessible_text) == ("< $0.001", "$0.000012")
    assert least.hint == "Exactly $0.000012."
    assert not cost_cell(Decimal("0.02"), more_to_come=False, spent=True).hint
    assert not exact_text(Decimal("0.0200"))


@pytest.mark.parametrize("amount", ["NaN", "1E+309", "1E+30", "-0.02", "9" * 50])
def test_a_foolish_cost_breaks_no_column(amount: str) -> None:
    cost = Decimal(amount)
    cell = cost_cell(cost, more_to_come=False, spent=True)
    assert len(cell.text) <= 12
    assert (cell.text[-1], cell.severity, cell.copied[-1]) == ("?", Severity.AMBER, "?")
    told = cell.hint.removeprefix("The service reported $").partition(", which can't be right.")[0]
    assert str(Decimal(told)) == str(cost)
    used = usage_text(a_task(1, status=TaskStatus.DONE, usage=Usage(cost=cost)))
    assert used == f"${told}?"


def test_a_session_says_that_a_part_of_its_cost_is_not_known() -> None:
    cell = session_cost_cell(a_session(1), Decimal("0.02143"), 1)
    assert (cell.text, cell.accessible_text) == ("≥ $0.021", "at least $0.02143")
    assert cell.tool_tip == "Exactly $0.02143.\nNot included: 1 task of unknown cost."
    assert session_cost_cell(a_session(1), Decimal(0), 1).text == "unknown"
    assert session_cost_cell(a_session(1), Decimal("0.0004"), 1).text == "unknown"
    assert session_cost_cell(a_session(1), Decimal("0.02"), 0).text == "$0.020"
    assert session_cost_cell(a_session(1), None, 1).text == "unknown"
    assert session_cost_cell(a_session(1), None, 0).text == "…"


@pytest.mark.parametrize("amount", ["0.0006", "0.0175", "0.0219", "12"])
def test_a_session_never_says_less_than_its_task(amount: str) -> None:
    cost = Decimal(amount)
    task = cost_cell(cost, more_to_come=False, spent=True)
    for unknown, is_idle in ((1, False), (0, True), (0, False)):
        cell = session_cost_cell(a_session(1), cost, unknown, is_idle=is_idle)
        assert cell.text.removeprefix("≥ ") == task.text
