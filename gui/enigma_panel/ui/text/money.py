"""Texts for money: an amount, what is not known of it, and how both are spoken."""

from collections.abc import Sequence
from decimal import Decimal

from enigma_panel.core.models import Task, TaskStatus
from enigma_panel.core.money import (
    MoneyKind,
    exact_money,
    format_least,
    format_money,
    is_rounded,
    is_sane,
    sum_money,
)
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.services.health import Health
from enigma_panel.services.spending import Price
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import ELLIPSIS, NONE, spoken_text

tr = Translations("Money")

CENT = Decimal("0.01")
_RAN_THROUGH = frozenset({TaskStatus.DONE, TaskStatus.FAILED})
"""Statuses of tasks that were not cut off: another run may cost the same."""


def money(amount: Decimal | None, *, more_to_come: bool, spent: bool = False) -> str:
    """Return the amount; '…' while it is not known but may be. Never 0.

    In the end 'unknown' where something was spent that is not known, '–' where nothing was.
    """
    if amount is not None:
        return format_money(amount)
    if more_to_come:
        return ELLIPSIS
    return tr("unknown") if spent else NONE


def left_out_text(total: TaskSum) -> str:
    """Return 'Not included: 5 tasks of unknown cost, and idle time.'; '' where nothing is.

    Running tasks without a cost are named where they are in no estimate: a lower bound has none.
    """
    n_running = total.unreported if total.has_gaps else 0
    parts = (
        tr.plural("1 running task", "{n} running tasks", n_running) if n_running else "",
        tr.plural("1 task of unknown cost", "{n} tasks of unknown cost", total.unknown)
        if total.unknown
        else "",
        tr("idle time") if total.has_idle else "",
    )
    *others, what = list(filter(None, parts)) or [""]
    if others:
        what = tr("{others}, and {last}", others=", ".join(others), last=what)
    return tr("Not included: {what}.", what=what) if what else ""


def spoken_money(text: str) -> str:
    """Return what a screen reader says for an amount as it is shown: its signs have words."""
    if text in {ELLIPSIS, NONE, ""}:
        return spoken_text(text)
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


def enough_text(n: int | None) -> str:
    """Return for how many tasks the balance is enough, '' for none or where that is unknown."""
    return tr.plural("enough for about 1 task", "enough for about {n} tasks", n) if n else ""


def left_text(health: Health) -> str:
    """Return what is left: '≈ $12.33', as open browsers cost more than they have reported."""
    left = health.left
    return "" if left is None else format_money(left, MoneyKind.BALANCE, is_derived=True)


def amount_text(price: Price, n: int = 1) -> str:
    """Return what n tasks cost: '≈ $0.02', or from where to where, 'about $0.80–1.60'.

    One task has a range only where the last ones differ by more than twice.
    """
    if n == 1 and price.high <= 2 * price.low:
        return format_money(price.median, MoneyKind.SUM, is_derived=True)
    return range_text(price.low * n, price.high * n)


def range_text(least: Decimal, most: Decimal) -> str:
    """Return 'about $0.80–1.60', or one amount where both are shown alike."""
    low, high = (format_money(amount, MoneyKind.SUM) for amount in (least, most))
    if low == high or high.startswith("<"):
        return format_money(most, MoneyKind.SUM, is_derived=True)
    if low.startswith("<"):
        return tr("up to {high}", high=high)
    return tr("about {low}–{high}", low=low, high=high.removeprefix("$"))


def again_range(tasks: Sequence[Task], price: Price | None) -> tuple[Decimal, Decimal] | None:
    """Return from where to where it costs to run these tasks again; None where that is unknown.

    price: of those whose own cost is unknown.
    """
    own = [cost for cost in map(_own_cost, tasks) if cost is not None]
    others = len(tasks) - len(own)
    if others and price is None:
        return None
    low, high = (price.low, price.high) if price is not None else (Decimal(0), Decimal(0))
    return sum_money(own) + low * others, sum_money(own) + high * others


def again_text(tasks: Sequence[Task], price: Price | None) -> str:
    """Return what it costs to run them again: '≈ $0.03', 'more than $0.05' where cut off; or ''."""
    costs, own = again_range(tasks, price), list(map(_own_cost, tasks))
    if costs is None:
        return ""
    if price is not None and not any(cost is not None for cost in own):
        return amount_text(price, len(tasks))
    if None not in own and any(task.status not in _RAN_THROUGH for task in tasks):
        known = format_least(costs[0], MoneyKind.SUM).removeprefix("≥ ")
        return tr("more than {amount}", amount=known)
    return range_text(*costs)


def _own_cost(task: Task) -> Decimal | None:
    """Return what the task cost once it was over; None also for less than a cent of one cut off."""
    cost = task.counted_cost if task.is_final else None
    is_too_little = cost is not None and cost < CENT and task.status not in _RAN_THROUGH
    return None if is_too_little else cost
