"""Caps on what a task and a day may cost: how one is typed, and what a reported cost may do.

A cap acts on reported figures alone, and a task whose cost is unknown counts nothing. What cannot
be a cost is in no sum (`Task.counted_cost`), and a figure that falls while its task works changes
nothing (`merge_usage`): neither reaches a cap.
"""

import re
from decimal import Decimal
from enum import StrEnum

from enigma_panel.core.money import MAX_SANE, is_sane

NEAR = Decimal("0.8")
"""The part of a day's cap from which on it is said that little is left."""


class CapMistake(StrEnum):
    """Why what was typed is no cap."""

    NO_AMOUNT = "no_amount"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"


def is_cap(amount: Decimal) -> bool:
    return is_sane(amount) and amount > 0


def read_cap(text: str) -> Decimal | CapMistake | None:
    """The cap that was typed: '5', '$5', '5,00', '0.025'; None for nothing: no cap.

    Not as in `core.questions.amounts`: '1,299' may be either of two amounts, so it is none here.
    """
    typed = text.strip()
    if not typed:
        return None
    number = typed.lstrip("-−").strip("$ \u00a0")
    if not re.fullmatch(r"[0-9]{1,30}(?:[.,][0-9]{1,2}|\.[0-9]{3,9})?|\.[0-9]{1,9}", number):
        return CapMistake.NO_AMOUNT
    amount = Decimal(number.replace(",", "."))
    if typed != typed.lstrip("-−") or not amount:
        return CapMistake.TOO_SMALL
    return amount if amount <= MAX_SANE else CapMistake.TOO_LARGE


def raised(cap: Decimal, spent: Decimal) -> Decimal | None:
    """The next cap of a day: twice as much; None where no task may start at that either."""
    twice = min(2 * cap, MAX_SANE)
    return twice if twice > spent else None


def is_near(spent: Decimal, cap: Decimal) -> bool:
    """Whether little is left of a day's cap."""
    return NEAR * cap <= spent < cap
