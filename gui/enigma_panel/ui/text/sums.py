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
    texts = f"{tasks} · {cost_text(shown)}", cost_text(shown)
    known = format_money(shown.cost, MoneyKind.SUM) + MORE
    return (*texts, known) if shown.cost and (shown.unknown or shown.has_idle) else texts


def selected_texts(total: TaskSum) -> tuple[str, ...]:
    """Return '13 selected · $0.24 · 4:10 min', and shorter texts for less room."""
    amount = cost_text(total)
    lines = (cost_and_time(total), amount)
    return *(tr("{n} selected · {amount}", n=total.count, amount=line) for line in lines), amount


def cost_and_time(total: TaskSum) -> str:
    """Return '$0.24 · 4:10 min'."""
    amount, time = cost_text(total), duration(total.took_ms)
    if total.took_ms >= HOUR * 1000:
        return tr("{amount} · {time} h", amount=amount, time=time)
    return tr("{amount} · {time} min", amount=amount, time=time)


def cost_text(total: TaskSum) -> str:
    """Return the sum, also where nothing of it is known."""
    return tr("cost not known yet") if total.unknown and not total.cost else sum_text(total)
