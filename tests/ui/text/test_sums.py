"""What several tasks cost together: as it is shown, and all of it."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.ui.text.sums import selected_texts, shown_texts, sum_text, sum_tip


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
        (total("0", unknown=2), "cost not known yet"),
        (replace(total("1"), has_idle=True), "at least $1.00"),
        (total("0.166", unknown=1), "at least $0.17"),
        (total("0.004", unknown=1), "cost not known yet"),  # at least $0.00 says nothing
    ],
)
def test_a_sum_is_short(of: TaskSum, cost: str) -> None:
    short = "not known yet" if "yet" in cost else cost
    assert shown_texts(of, 13)[:2] == (f"13 tasks · {cost}", short)
    whole = f"13 tasks selected · {cost}"
    assert selected_texts(of) == (whole, f"13 selected · {cost}", short)


def test_what_a_filter_leaves_out_is_said() -> None:
    assert shown_texts(total("0.05", 3), 100_412)[0] == "3 of 100,412 tasks · $0.05"
    assert shown_texts(total("0.05", 1), 1)[0] == "1 task · $0.05"


def test_all_of_it_is_in_the_tip() -> None:
    assert not sum_tip(total("0.24"))
    assert sum_tip(total("4.8712")) == "Exactly $4.8712."
    assert sum_tip(total("0.00001", unknown=1)) == ("Exactly $0.00001.\n1 cost is unknown.")
    assert sum_tip(total("0", unknown=3)) == "3 costs are unknown."
    assert sum_text(total("0", unknown=3)) == "an unknown amount"
