"""Texts for money: an amount, what is not known of it, and how both are spoken."""

from decimal import Decimal

from enigma_panel.core.money import (
    MoneyKind,
    exact_money,
    format_money,
    is_rounded,
    is_sane,
)
from enigma_panel.services.spending import Forecast
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import ELLIPSIS, NONE, spoken_text

tr = Translations("Money")

IDLE = " + idle"
"""Ending of the cost of a session that was open without a task."""


def money(amount: Decimal | None, *, more_to_come: bool, spent: bool = False) -> str:
    """Return the amount; '…' while it is not known but may be. Never 0.

    In the end 'unknown' where something was spent that is not known, '–' where nothing was.
    """
    if amount is not None:
        return format_money(amount)
    if more_to_come:
        return ELLIPSIS
    return tr("unknown") if spent else NONE


def incomplete(text: str, n: int) -> str:
    """Return a sum that lacks the costs of n tasks: '$0.021, 2 unknown'."""
    return tr("{amount}, {n} unknown", amount=text, n=n)


def with_idle(text: str) -> str:
    """Return a cost with unknown idle time: '$0.078 + idle'."""
    return text + IDLE


def at_least(amount: Decimal, kind: MoneyKind = MoneyKind.COST) -> str:
    """Return a cost of which a part is unknown, '≥ $0.021'; nothing where that says nothing.

    It is rounded as its tasks' costs are, beside which it stands: rounded down it would be less.
    """
    known = format_money(amount, kind)
    return f"≥ {known}" if amount and known[0] != "<" else ""


def idle_text() -> str:
    return tr("Idle time is extra; its cost is unknown.")


def unknown_cost_text(n: int) -> str:
    return tr.plural("1 cost is unknown.", "{n} costs are unknown.", n)


def spoken_money(text: str) -> str:
    """Return what a screen reader says for an amount as it is shown: its signs have words."""
    if text in {ELLIPSIS, NONE, ""}:
        return spoken_text(text)
    if text.endswith(IDLE):
        known = spoken_money(text.removesuffix(IDLE))
        return tr("{amount} and idle time", amount=known)
    amount = text.removesuffix("?").lstrip("<≈≥ ")
    if text[0] == "≈":
        amount = tr("about {amount}", amount=amount)
    if text[0] == "≥":
        amount = tr("at least {amount}", amount=amount)
    if text[0] == "<":
        amount = tr("less than {amount}", amount=amount)
    return amount if text[-1] != "?" else tr("{amount}, doubtful", amount=amount)


def exact_text(amount: Decimal, kind: MoneyKind = MoneyKind.COST) -> str:
    """Return what the amount as shown leaves out; nothing where it is all of it."""
    if not is_sane(amount) and kind is MoneyKind.COST:  # a balance may be below zero
        known = exact_money(amount)
        return tr(
            "The service reported {amount}, which can't be right. No total includes it.",
            amount=known,
        )
    if not is_rounded(amount, kind):
        return ""
    return tr("Exactly {amount}.", amount=exact_money(amount))


def forecast_text(forecast: Forecast) -> str:
    """Return how far the balance goes."""
    return tr("Enough for {tasks}.", tasks=like_text(forecast))


def like_text(forecast: Forecast) -> str:
    """Return 'about 435 tasks like your last 7'."""
    n, like = forecast.tasks, forecast.like
    if like == 1:
        return tr.plural("about 1 task like your last one", "about {n} tasks like your last one", n)
    return tr.plural(
        "about 1 task like your last {like}", "about {n} tasks like your last {like}", n, like=like
    )
