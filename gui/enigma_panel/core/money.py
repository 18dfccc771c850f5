"""Money: exact decimals from the JSON text on, integer nano-dollars for sums and sorting.

Unit: US dollars (api.md §2). A figure outside 0…10⁶, or of a report that may be about another task,
is kept and shown, but never summed: see `Task.counted_cost`.
"""

from decimal import Decimal

MAX_SANE = Decimal(1_000_000)
NANO = Decimal(1_000_000_000)


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


def format_money(amount: Decimal, *, is_sure: bool = True) -> str:
    """'$0.0214': at least two digits after the point and never fewer than were given.

    Trailing zeros that the service sent stay; an exponent is written out when the amount is sane.
    An amount that is not sane is shown in its own notation, so that nobody takes it for a price.
    One that is in no sum, as it is not sure, has a question mark.
    """
    if not is_sane(amount):
        return f"${amount}?"
    exponent = amount.as_tuple().exponent
    digits = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"${amount:.{digits}f}{'' if is_sure else '?'}"


def sum_money(amounts: list[Decimal]) -> Decimal:
    """Exact sum of the sane amounts; the others are left out."""
    return sum((a for a in amounts if is_sane(a)), Decimal(0))
