"""What several tasks cost together: as it is shown, as it is spoken, and all of it."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from enigma_panel.core.task_filter import TaskSum
from enigma_panel.ui.text.sums import (
    selected_texts,
    shown_texts,
    spoken_selected,
    spoken_shown,
    sum_tip,
)


def total(cost: str, count: int = 13, *, took_s: int = 250, unknown: int = 0) -> TaskSum:
    return TaskSum(count=count, cost=Decimal(cost), took_ms=took_s * 1000, unknown=unknown)


@pytest.mark.parametrize(
    ("of", "shown", "selected"),
    [
        (total("0.24"), "13 shown · $0.2400", "13 selected · $0.2400 · 4:10 min"),
        (total("4.8712"), "13 shown · $4.87", "13 selected · $4.87 · 4:10 min"),
        (total("0", 0, took_s=0), "0 shown · $0.0000", "0 selected · $0.0000 · 0:00 min"),
        (total("0.00001"), "13 shown · < $0.0001", "13 selected · < $0.0001 · 4:10 min"),
        (total("1", unknown=2), "13 shown · $1.00 + ?", "13 selected · $1.00 + ? · 4:10 min"),
        (total("0", unknown=2), "13 shown · ?", "13 selected · ? · 4:10 min"),
        (
            replace(total("1", unknown=2), has_idle=True),
            "13 shown · $1.00 + ? + idle",
            "13 selected · $1.00 + ? + idle · 4:10 min",
        ),
        (
            total("51.5", 100_412, took_s=36_001),
            "100,412 shown · $51.50",
            "100,412 selected · $51.50 · 10:00:01 h",
        ),
    ],
)
def test_a_sum_is_short(of: TaskSum, shown: str, selected: str) -> None:
    whole, shorter, least = selected_texts(of)
    assert shown_texts(of) == (shown, least)
    assert whole == selected
    assert selected.startswith(f"{shorter} · ")
    assert shorter.endswith(f" · {least}")


def test_it_is_spoken_in_full_words() -> None:
    assert spoken_shown(total("0.24", 1)) == "1 task is shown. It cost $0.2400."
    assert spoken_shown(total("4.8712", 100, unknown=1)) == (
        "100 tasks are shown. Together they cost $4.87 and what is not known."
    )
    assert spoken_selected(total("0.24")) == (
        "13 tasks are selected. Together they cost $0.2400 and took 4 minutes 10 seconds."
    )


def test_all_of_it_is_in_the_tip() -> None:
    assert not sum_tip(total("0.24"))
    assert sum_tip(total("4.8712")) == "Exactly $4.8712."
    assert sum_tip(total("0.00001", unknown=1)) == (
        "Exactly $0.00001.\nWhat 1 task cost is not known."
    )
    assert sum_tip(total("0", unknown=3)) == "What 3 tasks cost is not known."
