"""Caps: what is typed, what the next one is, and which rise may not act."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from enigma_panel.core.caps import CapMistake, is_cap, is_near, raised, read_cap
from enigma_panel.core.money import MAX_SANE

NO, SMALL, LARGE = CapMistake


@pytest.mark.parametrize(
    ("typed", "cap"),
    [
        *((text, Decimal(5)) for text in ("5", "$5", " 5.00 ", "5,00", "$ 5.0", "5 $")),
        *(("0.025", Decimal("0.025")), (".5", Decimal("0.5")), ("1000000", MAX_SANE)),
        *((text, None) for text in ("", "  ")),
        *((text, SMALL) for text in ("0", "0.00", "-1", "-$5", "−5", "-0")),
        *((text, LARGE) for text in ("1000000.01", "9" * 30)),
        *((text, NO) for text in ("five", "$", "-", "1,299", "1,299.50", "1.2.3", "1e5", "NaN")),
        *((text, NO) for text in ("€5", "5.", "9" * 31, "٥", "5 5")),
    ],
)
def test_a_cap_is_read_as_people_type_it(typed: str, cap: object) -> None:
    assert read_cap(typed) == cap


@given(st.decimals("0.01", 1_000_000, places=2))
def test_what_is_written_is_read(cap: Decimal) -> None:
    assert read_cap(str(cap)) == read_cap(f"${cap:.2f}") == cap
    assert is_cap(cap)


@pytest.mark.parametrize(
    ("cap", "spent", "then"),
    [
        *(("5", "5.02", "10"), ("0.30", "0.30", "0.6"), ("0.025", "0.026", "0.05")),
        *(("900000", "900000", "1000000"), ("5", "10", None), ("0", "0", None)),
        ("1000000", "1000000", None),
    ],
)
def test_it_is_raised_to_twice_as_much_where_that_is_enough(
    cap: str, spent: str, then: str | None
) -> None:
    assert raised(Decimal(cap), Decimal(spent)) == (None if then is None else Decimal(then))


def test_from_four_fifths_on_little_is_left() -> None:
    spent = ("3.99", "4", "4.99", "5")
    assert [is_near(Decimal(one), Decimal(5)) for one in spent] == [False, True, True, False]
