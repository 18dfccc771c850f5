"""What several tasks cost together: as it is shown, and all of it."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.spending import Price
from enigma_panel.ui.text.money import left_out_text
from enigma_panel.ui.text.sums import cost_text, selected_texts, shown_texts, sum_tip, today_text


def total(cost: str, count: int = 13, *, unknown: int = 0) -> TaskSum:
    return TaskSum(count=count, cost=Decimal(cost), unknown=unknown)


@pytest.mark.parametrize(
    ("of", "cost"),
    [
        (total("0.24"), "$0.24"),
        (total("4.8712"), "$4.87"),
        (total("0"), "$0.00"),
        (total("0.00001"), "< $0.01"),
        (total("1", unknown=2), "at least $1.00"),
        (total("0", unknown=2), "cost unknown"),
        (replace(total("1"), has_idle=True), "at least $1.00"),
        (total("0.166"), "$0.17"),
        (total("0.166", unknown=1), "at least $0.16"),
        (total("0.004", unknown=1), "cost unknown"),  # at least $0.00 says nothing
        (replace(total("0.166"), running=2), "$0.17 so far"),
        (replace(total("1", unknown=1), running=2, unreported=1), "at least $1.00"),
        (replace(total("0"), running=2, unreported=2), "cost not known yet"),
    ],
)
def test_a_sum_is_short(of: TaskSum, cost: str) -> None:
    short = cost.replace("at least", "≥").removesuffix(" so far").removeprefix("cost ")
    assert shown_texts(of, 13) == (f"13 tasks · {cost}", short)
    whole = f"13 tasks selected · {cost}"
    assert selected_texts(of) == (whole, f"13 selected · {cost}", short)
    amount = cost.removesuffix(" so far")
    today = cost.replace(amount, f"{amount} today") if "$" in cost else cost
    assert today_text(of, None) == today[0].upper() + today[1:]


def test_a_running_task_without_a_cost_stands_for_the_usual_price() -> None:
    """Where a part will never be known, that is what is said: an estimate is no lower bound."""
    each = Price.of([Decimal("0.03")] * 3)
    of = replace(total("0"), running=2, unreported=2)
    assert cost_text(of, each) == "≈ $0.06 so far"
    assert today_text(of, each, is_narrow=True) == "≈ $0.06 today"
    assert sum_tip(of, each).endswith("The rest is the usual price of 2 running tasks.")
    assert cost_text(replace(of, cost=Decimal(1), unknown=1), each) == "at least $1.00"
    assert of.cost == 0


def test_what_a_filter_leaves_out_is_said() -> None:
    assert shown_texts(total("0.05", 3), 100_412)[0] == "3 of 100,412 tasks · $0.05"
    assert shown_texts(total("0.05", 1), 1)[0] == "1 task · $0.05"


def test_all_of_it_is_in_the_tip() -> None:
    assert not sum_tip(total("0.24"))
    assert sum_tip(total("4.8712")) == "Exactly $4.8712."
    assert sum_tip(total("0.00001", unknown=1)) == (
        "Exactly $0.00001.\nNot included: 1 task of unknown cost."
    )
    idle = replace(total("0", unknown=3), has_idle=True)
    assert sum_tip(idle) == "Not included: 3 tasks of unknown cost, and idle time."
    assert left_out_text(replace(idle, unreported=1, unknown=5)) == (
        "Not included: 1 running task, 5 tasks of unknown cost, and idle time."
    )
    assert left_out_text(replace(total("1"), running=1, unreported=1)) == ""  # "so far" says it
