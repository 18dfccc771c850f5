"""Money: exact where it is summed or told whole, short where it is shown, never trusted blindly."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from enigma_panel.core.money import (
    MAX_SUM,
    MoneyKind,
    exact_money,
    format_money,
    is_rounded,
    is_sane,
    sum_money,
    to_nano,
)

COST, SUM, BALANCE = MoneyKind
SANE = st.decimals(0, 1_000_000, allow_nan=False, places=12)
ANY = st.decimals() | SANE


@pytest.mark.parametrize(
    ("amount", "cost", "total"),
    [
        ("0", "$0.000", "$0.00"),
        ("-0", "$0.000", "$0.00"),
        ("0E+5", "$0.000", "$0.00"),
        ("0.0214", "$0.021", "$0.02"),
        ("0.10", "$0.100", "$0.10"),
        ("0.0215", "$0.022", "$0.02"),
        ("0.005", "$0.005", "$0.01"),
        ("0.0005", "$0.001", "< $0.01"),
        ("0.00049", "< $0.001", "< $0.01"),
        ("1E-50", "< $0.001", "< $0.01"),
        ("1E-999999", "< $0.001", "< $0.01"),
        ("0.99999", "$1.000", "$1.00"),
        ("1", "$1.000", "$1.00"),
        ("4.8712", "$4.871", "$4.87"),
        ("12.345678", "$12.346", "$12.35"),
        ("1E+3", "$1000.000", "$1000.00"),
    ],
)
def test_it_is_shown_short(amount: str, cost: str, total: str) -> None:
    shown = [format_money(Decimal(amount), kind) for kind in (COST, SUM, BALANCE)]
    assert shown == [cost, total, total]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("-1", "$-1?"),
        ("-0.01", "$-0.01?"),
        ("1E+30", "$1E+30?"),
        ("1E+309", "$1E+309?"),
        ("1000000000000001", "$1.00E+15?"),
        ("1" * 50, "$1.11E+49?"),
        ("NaN", "$NaN?"),
        ("NaN" + "7" * 5_000, "$NaN?"),
        ("-Infinity", "$-Infinity?"),
    ],
)
def test_a_foolish_figure_is_flagged_and_short(amount: str, shown: str) -> None:
    for kind in MoneyKind:
        assert format_money(Decimal(amount), kind) == shown


@pytest.mark.parametrize(
    ("amount", "exact"),
    [
        ("0", "$0.00"),
        ("0.0214", "$0.0214"),
        ("0.10", "$0.10"),
        ("0.100", "$0.100"),
        ("12.5", "$12.50"),
        ("1.2E-5", "$0.000012"),
        ("1E+3", "$1000.00"),
        ("1E-999999", "$1E-999999"),
        ("1E+30", "$1E+30"),
        ("1" * 50, "$" + "1" * 50),
        ("1" * 5_000, "$1.11E+4999"),
    ],
)
def test_all_of_it_has_no_fewer_digits_than_were_told(amount: str, exact: str) -> None:
    assert exact_money(Decimal(amount)) == exact


def test_many_costs_make_a_sum_that_none_could_be() -> None:
    amount = Decimal("3000000.01")
    assert format_money(amount) == format_money(amount, BALANCE) == "$3.00E+6?"
    assert format_money(amount, SUM) == exact_money(amount) == "$3000000.01"
    assert not is_rounded(amount, SUM)


def test_what_is_derived_has_a_sign() -> None:
    assert format_money(Decimal("0.1"), is_derived=True) == "≈ $0.100"
    assert format_money(Decimal("1E-9"), is_derived=True) == "< $0.001"


@given(ANY, st.sampled_from(MoneyKind))
def test_what_is_shown_is_as_near_as_its_decimals_and_never_long(
    amount: Decimal, kind: MoneyKind
) -> None:
    shown = format_money(amount, kind)
    assert len(shown) <= 20
    assert len(exact_money(amount)) <= 80
    is_sum = kind is SUM and amount.is_finite() and 0 <= amount <= MAX_SUM
    assert shown.endswith("?") is not (is_sum or is_sane(amount))
    if shown.endswith("?"):
        return
    figure = Fraction(Decimal(shown.removeprefix("< ").removeprefix("$")))
    near = Fraction(5, 10 ** (1 + len(shown.rpartition(".")[2])))
    if shown.startswith("<"):
        assert 0 < Fraction(amount) < figure / 2
    else:
        assert abs(figure - Fraction(amount)) <= near
        assert bool(figure) is bool(amount)
    assert is_rounded(amount, kind) is (shown.startswith("<") or figure != Fraction(amount))


@given(st.integers(0, 10**15))
def test_nano_dollars_are_exact(nano: int) -> None:
    assert to_nano(Decimal(nano) / 10**9) == nano


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-0.01", "1000000.01", "1E+999999"])
def test_what_is_not_sane_is_not_summed(amount: str) -> None:
    assert to_nano(Decimal(amount)) is None
    assert sum_money([Decimal(amount), Decimal("0.1"), Decimal("0.2")]) == Decimal("0.3")


def test_a_sum_is_exact_in_any_order() -> None:
    amounts = [Decimal(1_000_000), Decimal("1E-9"), Decimal("0.1"), Decimal("0.02")] * 25
    expected = sum(map(Fraction, amounts), Fraction())
    rng = random.Random(16)
    for _ in range(5):
        rng.shuffle(amounts)
        assert Fraction(sum_money(amounts)) == expected
