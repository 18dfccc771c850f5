"""Texts for what several tasks cost together."""

from enigma_panel.core.money import MoneyKind, format_money
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.money import (
    MORE,
    exact_text,
    idle_text,
    incomplete,
    unknown_cost_text,
    with_idle,
)
from enigma_panel.ui.text.states import HOUR, duration

tr = Translations("Sums")


def sum_text(total: TaskSum) -> str:
    """Return a sum: '$4.87', '$4.87, 1 unknown' where more is not known, never 0 for that."""
    if total.unknown and not total.cost:
        return tr("an unknown amount")
    amount = format_money(total.cost, MoneyKind.SUM)
    if total.unknown:
        amount = incomplete(amount, total.unknown)
    return with_idle(amount) if total.has_idle else amount


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
    texts = f"{tasks} · {_cost(shown)}", _cost(shown)
    known = format_money(shown.cost, MoneyKind.SUM) + MORE
    return (*texts, known) if shown.cost and (shown.unknown or shown.has_idle) else texts


def selected_texts(total: TaskSum) -> tuple[str, ...]:
    """Return '13 selected · $0.24 · 4:10 min', and shorter texts for less room."""
    n, amount, time = total.count, _cost(total), duration(total.took_ms)
    whole = tr("{n} selected · {amount} · {time} min", n=n, amount=amount, time=time)
    if total.took_ms >= HOUR * 1000:
        whole = tr("{n} selected · {amount} · {time} h", n=n, amount=amount, time=time)
    return whole, tr("{n} selected · {amount}", n=n, amount=amount), amount


def _cost(total: TaskSum) -> str:
    return tr("cost not known yet") if total.unknown and not total.cost else sum_text(total)
