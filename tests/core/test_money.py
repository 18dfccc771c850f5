"""Money: exact, never rounded away, never trusted blindly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enigma_panel.core.money import format_money, sum_money, to_nano


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0.0214", "$0.0214"),
        ("0.10", "$0.10"),
        ("0.100", "$0.100"),
        ("12.5", "$12.50"),
        ("1.2E-5", "$0.000012"),
        ("1E+3", "$1000.00"),
        ("-1", "$-1?"),
        ("1E+30", "$1E+30?"),
        ("NaN", "$NaN?"),
    ],
)
def test_at_least_two_and_never_fewer_digits_than_given(amount: str, shown: str) -> None:
    assert format_money(Decimal(amount)) == shown


def test_an_amount_that_is_not_sure_has_one_question_mark() -> None:
    assert format_money(Decimal("0.1"), is_sure=False) == "$0.10?"
    assert format_money(Decimal(-1), is_sure=False) == "$-1?"


@given(st.integers(0, 10**15))
def test_nano_dollars_are_exact(nano: int) -> None:
    assert to_nano(Decimal(nano) / 10**9) == nano


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-0.01", "1000000.01", "1E+999999"])
def test_what_is_not_sane_is_not_summed(amount: str) -> None:
    assert to_nano(Decimal(amount)) is None
    assert sum_money([Decimal(amount), Decimal("0.1"), Decimal("0.2")]) == Decimal("0.3")
