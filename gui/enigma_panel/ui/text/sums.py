"""Texts for what several tasks cost together."""

from enigma_panel.core.money import MoneyKind, format_money
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.money import exact_text, idle_text, unknown_cost_text

tr = Translations("Sums")


def sum_text(total: TaskSum) -> str:
    """Return a sum: '$4.87', 'at least $4.87' where more is not known, never 0 for that."""
    return least_text(total, known_text(total)) or tr("an unknown amount")


def cost_text(total: TaskSum) -> str:
    """Return a sum that may still grow."""
    return least_text(total, known_text(total)) or tr("cost not known yet")


def least_text(total: TaskSum, known: str) -> str:
    """Return what is known of a sum, with 'at least' where more is not."""
    return tr("at least {amount}", amount=known) if known and has_gaps(total) else known


def known_text(total: TaskSum) -> str:
    """Return what is known of a sum without saying that more is unknown; '' for 0 of that."""
    known = format_money(total.cost, MoneyKind.SUM)
    return "" if has_gaps(total) and (not total.cost or known[0] == "<") else known


def has_gaps(total: TaskSum) -> bool:
    return bool(total.unknown or total.has_idle)


def sum_tip(total: TaskSum) -> str:
    """Return what the sum leaves out: decimals, and unknown costs."""
    unknown = unknown_cost_text(total.unknown) if total.unknown else ""
    idle = idle_text() if total.has_idle else ""
    return "\n".join(filter(None, (exact_text(total.cost, MoneyKind.SUM), unknown, idle)))


def shown_texts(shown: TaskSum, total: int) -> tuple[str, ...]:
    """Return '10 tasks · $0.26', '3 of 10 tasks · $0.05', and shorter texts for less room."""
    if shown.count == total:
        tasks = tr.plural("1 task", "{n} tasks", total)
    else:
        tasks = tr("{shown} of {total} tasks", shown=shown.count, total=total)
    return f"{tasks} · {cost_text(shown)}", _shortest(shown)


def selected_texts(total: TaskSum) -> tuple[str, ...]:
    """Return '13 tasks selected · $0.24', and shorter texts for less room."""
    amount = cost_text(total)
    whole = tr("{n} tasks selected · {amount}", n=total.count, amount=amount)
    return whole, tr("{n} selected · {amount}", n=total.count, amount=amount), _shortest(total)


def _shortest(total: TaskSum) -> str:
    return least_text(total, known_text(total)) or tr("not known yet")
