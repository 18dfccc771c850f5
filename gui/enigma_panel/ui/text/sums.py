"""Texts for what several tasks cost together."""

from decimal import Decimal

from msgspec.structs import replace

from enigma_panel.core.money import MoneyKind, format_least, format_money
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.spending import Price
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.money import exact_text, left_out_text

tr = Translations("Sums")


def sum_text(
    total: TaskSum,
    each: Price | None = None,
    kind: MoneyKind = MoneyKind.SUM,
    *,
    is_narrow: bool = False,
    pattern: str = "{amount}",
) -> str:
    """Return a sum in words, the one way in which all windows say it; '' where none is known.

    'at least $4.87' ('≥' where narrow) where a part is unknown, else '$4.87 so far' while a task
    runs ('$4.87' where narrow). each: the price whose median stands for each running task that has
    no cost yet: '≈ $0.06 so far'. No figure but this text counts it. pattern: what the amount is
    part of.
    """
    estimate = _estimate(total, each)
    if total.has_gaps:
        amount = format_least(total.cost, kind)
    elif total.unreported and not (total.cost or estimate):
        amount = ""
    else:
        amount = format_money(total.cost + estimate, kind, is_derived=bool(estimate))
    if not amount:
        return ""
    if is_narrow or not (total.has_gaps or total.running):
        return pattern.format(amount=amount)
    text = pattern.format(amount=amount.removeprefix("≥ "))
    return tr("at least {sum}", sum=text) if total.has_gaps else tr("{sum} so far", sum=text)


def _estimate(total: TaskSum, each: Price | None) -> Decimal:
    """Return what running tasks without a cost add to a sum that is shown."""
    return Decimal(0) if each is None or total.has_gaps else each.median * total.unreported


def unknown_text(total: TaskSum, *, is_narrow: bool = False) -> str:
    """Return what is said where nothing of a sum is known."""
    if total.running:
        return tr("not known yet") if is_narrow else tr("cost not known yet")
    return tr("unknown") if is_narrow else tr("cost unknown")


def cost_text(total: TaskSum, each: Price | None = None, *, is_narrow: bool = False) -> str:
    """Return a sum, or that nothing of it is known."""
    text = sum_text(total, each, is_narrow=is_narrow)
    return text or unknown_text(total, is_narrow=is_narrow)


def spent_text(day: TaskSum | None, spent: Decimal) -> str:
    """Return what a cap counts of a day, which may be less than that cost: '≥ $0.13'."""
    counted = replace(day or TaskSum(), cost=spent, unreported=0)
    return sum_text(counted, is_narrow=True) or format_money(spent, MoneyKind.SUM)


def today_text(total: TaskSum, each: Price | None, *, is_narrow: bool = False) -> str:
    """Return what today cost: '$0.26 today so far', 'At least $0.26 today', 'Cost unknown'."""
    text = sum_text(total, each, is_narrow=is_narrow, pattern=tr("{amount} today"))
    text = text or unknown_text(total, is_narrow=is_narrow and bool(total.running))
    return text[0].upper() + text[1:]


def sum_tip(total: TaskSum, each: Price | None = None) -> str:
    """Return what the sum leaves out: decimals, and unknown costs; or what it estimates."""
    exact = exact_text(total.cost, MoneyKind.SUM)
    if _estimate(total, each):
        exact = tr.plural(
            "Reported: {amount}. The rest is the usual price of 1 running task.",
            "Reported: {amount}. The rest is the usual price of {n} running tasks.",
            total.unreported,
            amount=format_money(total.cost, MoneyKind.SUM),
        )
    return "\n".join(filter(None, (exact, left_out_text(total))))


def shown_texts(shown: TaskSum, total: int, each: Price | None = None) -> tuple[str, ...]:
    """Return '10 tasks · $0.26', '3 of 10 tasks · $0.05', and shorter texts for less room."""
    if shown.count == total:
        tasks = tr.plural("1 task", "{n} tasks", total)
    else:
        tasks = tr("{shown} of {total} tasks", shown=shown.count, total=total)
    return f"{tasks} · {cost_text(shown, each)}", cost_text(shown, each, is_narrow=True)


def selected_texts(total: TaskSum, each: Price | None = None) -> tuple[str, ...]:
    """Return '13 tasks selected · $0.24', and shorter texts for less room."""
    amount = cost_text(total, each)
    whole = tr("{n} tasks selected · {amount}", n=total.count, amount=amount)
    shorter = tr("{n} selected · {amount}", n=total.count, amount=amount)
    return whole, shorter, cost_text(total, each, is_narrow=True)
