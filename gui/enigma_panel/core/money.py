"""Money: exact decimals from the JSON text on, integer nano-dollars for sorting; short where shown.

Unit: US dollars (api.md §2). A figure outside 0…10⁶, or of a report that may be about another task,
is kept and shown, but never summed: see `Task.counted_cost`.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, auto

MAX_SANE = Decimal(1_000_000)
MAX_SUM = MAX_SANE * 1_000_000_000
NANO = Decimal(1_000_000_000)
CENTS, FINE = 2, 4
"""Decimals that are shown."""
EXACT_PLACES = 60
"""More places after the point than the service may tell: such an amount stays in its notation."""


class MoneyKind(Enum):
    """What an amount is of, which decides on the decimals that are shown of it.

    COST: of a task or a session, four, so that a column of them is aligned. SUM: four below a
    dollar, else two. BALANCE: two, as all else. What was told to be nothing has as many zeros.
    """

    COST = auto()
    SUM = auto()
    BALANCE = auto()


def is_sane(amount: Decimal) -> bool:
    """True for a finite amount within 0…10⁶ dollars; only such amounts are summed."""
    return amount.is_finite() and 0 <= amount <= MAX_SANE


def to_nano(amount: Decimal | None) -> int | None:
    """Whole nano-dollars of a sane amount (rounded half-even), None for anything else.

    The range is compared before the conversion: int(Decimal("1E+999999")) would never return.
    """
    if amount is None or not is_sane(amount):
        return None
    return int((amount * NANO).to_integral_value())


def format_money(
    amount: Decimal,
    kind: MoneyKind = MoneyKind.COST,
    *,
    is_sure: bool = True,
    is_derived: bool = False,
) -> str:
    """'$0.0214' as it is shown wherever there is little room; `exact_money` is all of it.

    '< $0.0001' for what would be rounded to nothing, '~' before what nobody told and was worked
    out, '?' behind what is in no sum: not sure, or not sane. The latter is in its own short
    notation, so that nobody takes it for a price.
    """
    if not _is_figure(amount, kind):
        return f"${_notation(amount)}?"
    is_fine = kind is MoneyKind.COST or (kind is MoneyKind.SUM and amount < 1)
    least = Decimal(1).scaleb(-(FINE if is_fine else CENTS))
    shown = amount.copy_abs().quantize(least, ROUND_HALF_UP)
    less = "< " if amount and not shown else ""
    figure = least if less else shown
    return f"{less}{'~' if is_derived else ''}${figure:f}{'' if is_sure else '?'}"


def exact_money(amount: Decimal) -> str:
    """'$0.021437': at least two digits after the point and never fewer than were given.

    Trailing zeros that the service sent stay; an exponent is written out when the amount is sane.
    """
    exponent = amount.as_tuple().exponent
    places = max(CENTS, -exponent) if isinstance(exponent, int) else CENTS
    if _is_figure(amount, MoneyKind.SUM) and places <= EXACT_PLACES:
        return f"${amount.copy_abs():.{places}f}"
    text = f"${amount}"
    return text if len(text) <= EXACT_PLACES else f"${_notation(amount)}"


def _is_figure(amount: Decimal, kind: MoneyKind) -> bool:
    """Many sane amounts make a sum that none of them could be."""
    is_sum = kind is MoneyKind.SUM and amount.is_finite() and 0 <= amount <= MAX_SUM
    return is_sum or is_sane(amount)


def _notation(amount: Decimal) -> str:
    """'1.23E+30': as short as any figure can be."""
    return "NaN" if amount.is_nan() else f"{amount:.3G}"


def is_rounded(amount: Decimal, kind: MoneyKind = MoneyKind.COST) -> bool:
    """Whether what is shown of it is not all of it."""
    shown = format_money(amount, kind).strip("?")
    return not _is_figure(amount, kind) or shown[0] == "<" or Decimal(shown[1:]) != amount


def sum_money(amounts: Iterable[Decimal]) -> Decimal:
    """Sum of the sane amounts, exact to a nano-dollar; the others are left out."""
    return sum((amount for amount in amounts if is_sane(amount)), Decimal(0))


def affordable(balance: Decimal, costs: Sequence[Decimal]) -> int | None:
    """For how many tasks the balance is enough if they cost what these did on average.

    None where that cannot be told: none is given, all cost nothing, the balance is not sane.
    """
    left, spent = to_nano(balance), to_nano(sum_money(costs))
    return left * len(costs) // spent if left is not None and spent else None
