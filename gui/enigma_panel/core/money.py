"""Money: decimals as the JSON text has them; in the ledger whole nano-dollars, to sum and sort.

Unit: US dollars (api.md §2). An amount outside 0…10⁶ is kept and shown, but never summed: see
`Task.counted_cost`.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import Enum, auto

MAX_SANE = Decimal(1_000_000)
MAX_SUM = MAX_SANE * 1_000_000_000
NANO = Decimal(1_000_000_000)
CENTS, FINE = 2, 3
"""Numbers of decimals that are shown, see `MoneyKind`."""
EXACT_PLACES = 60
"""Most decimals that are written out, more than a reply may have (`api/wire/values`)."""


class MoneyKind(Enum):
    """What an amount is of, by which it has two (SUM, BALANCE) or three decimals (COST)."""

    COST = auto()
    SUM = auto()
    BALANCE = auto()


def is_sane(amount: Decimal) -> bool:
    """True for a finite amount within 0…10⁶ dollars; only such amounts are summed."""
    return amount.is_finite() and 0 <= amount <= MAX_SANE


def to_nano(amount: Decimal | None) -> int | None:
    """The amount in whole nano-dollars (rounded half-even); None where it is not sane.

    The range is compared before the conversion: int(Decimal("1E+999999")) would never return.
    """
    if amount is None or not is_sane(amount):
        return None
    return int((amount * NANO).to_integral_value())


def format_money(
    amount: Decimal, kind: MoneyKind = MoneyKind.COST, *, is_derived: bool = False
) -> str:
    """The amount in few decimals, '$0.021'; `exact_money` has all of them.

    '< $0.001' where rounding would give zero, '≈' before an estimate. An amount that is not sane,
    so that no sum holds it, has an exponent and '?' behind it: nobody takes it for a price.
    """
    if not _is_figure(amount, kind):
        return f"${_notation(amount)}?"
    least = _least(kind)
    shown = amount.copy_abs().quantize(least, ROUND_HALF_UP)
    is_less = bool(amount) and not shown
    sign = "< " if is_less else "≈ " if is_derived else ""
    return f"{sign}${least if is_less else shown:f}"


def format_least(amount: Decimal, kind: MoneyKind) -> str:
    """The known part of a sane amount: '≥ $0.02'; nothing where that is 0.

    Cents are rounded down; a COST as its parts are, beside which it stands: else it seems less.
    """
    known = amount.quantize(_least(kind), ROUND_HALF_UP if kind is MoneyKind.COST else ROUND_DOWN)
    return f"≥ {format_money(known, kind)}" if known else ""


def exact_money(amount: Decimal) -> str:
    """The amount with all decimals that were given, two at least: '$0.021437'.

    Trailing zeros that the service sent stay; an exponent is written out when the amount is sane.
    """
    exponent = amount.as_tuple().exponent
    places = max(CENTS, -exponent) if isinstance(exponent, int) else CENTS
    if _is_figure(amount, MoneyKind.SUM) and places <= EXACT_PLACES:
        return f"${amount.copy_abs():.{places}f}"
    text = f"${amount}"
    return text if len(text) <= EXACT_PLACES else f"${_notation(amount)}"


def _is_figure(amount: Decimal, kind: MoneyKind) -> bool:
    """Whether the amount can be one: sane, or a sum of many that are."""
    is_sum = kind is MoneyKind.SUM and amount.is_finite() and 0 <= amount <= MAX_SUM
    return is_sum or is_sane(amount)


def _least(kind: MoneyKind) -> Decimal:
    return Decimal(1).scaleb(-(FINE if kind is MoneyKind.COST else CENTS))


def _notation(amount: Decimal) -> str:
    """The amount in few characters, whatever it is: '1.23E+30'."""
    return "NaN" if amount.is_nan() else f"{amount:.3G}"


def is_rounded(amount: Decimal, kind: MoneyKind = MoneyKind.COST) -> bool:
    """Whether `format_money` leaves out a part of the amount."""
    shown = format_money(amount, kind).strip("?")
    return not _is_figure(amount, kind) or shown[0] == "<" or Decimal(shown[1:]) != amount


def sum_money(amounts: Iterable[Decimal]) -> Decimal:
    """Sum of the sane amounts, exact to a nano-dollar; the others are left out."""
    return sum((amount for amount in amounts if is_sane(amount)), Decimal(0))


def affordable(balance: Decimal, costs: Sequence[Decimal]) -> int | None:
    """How many tasks at this average cost the balance pays for; None where that is unknown."""
    left, spent = to_nano(balance), to_nano(sum_money(costs))
    return left * len(costs) // spent if left is not None and spent else None
