"""Texts for what several tasks cost together."""

from enigma_panel.core.money import MoneyKind, format_money
from enigma_panel.core.task_filter import TaskSum
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.money import (
    exact_text,
    idle_text,
    incomplete,
    spoken_money,
    unknown_cost_text,
    with_idle,
)
from enigma_panel.ui.text.states import HOUR, UNKNOWN, duration, spoken_duration

tr = Translations("Sums")


def sum_text(total: TaskSum) -> str:
    """Return a sum: '$4.87', '$4.87 + ?' where more is not known yet, never 0 for that."""
    amount = format_money(total.cost, MoneyKind.SUM)
    if total.unknown:
        amount = incomplete(amount) if total.cost else UNKNOWN
    return with_idle(amount) if total.has_idle else amount


def spoken_sum(total: TaskSum) -> str:
    """Return the sum for a screen reader."""
    return spoken_money(sum_text(total))


def sum_tip(total: TaskSum) -> str:
    """Return what the sum leaves out: decimals, and unknown costs."""
    unknown = unknown_cost_text(total.unknown) if total.unknown else ""
    idle = idle_text() if total.has_idle else ""
    return "\n".join(filter(None, (exact_text(total.cost, MoneyKind.SUM), unknown, idle)))


def shown_texts(total: TaskSum) -> tuple[str, ...]:
    """Return '100 shown · $4.87', and shorter texts for less room."""
    amount = sum_text(total)
    return tr("{n} shown · {amount}", n=total.count, amount=amount), amount


def spoken_shown(total: TaskSum) -> str:
    """Return the sum of the shown tasks in full words."""
    return tr.plural(
        "1 task is shown. It cost {amount}.",
        "{n} tasks are shown. Together they cost {amount}.",
        total.count,
        amount=spoken_sum(total),
    )


def selected_texts(total: TaskSum) -> tuple[str, ...]:
    """Return '13 selected · $0.2400 · 4:10 min', and shorter texts for less room."""
    n, amount, time = total.count, sum_text(total), duration(total.took_ms)
    whole = tr("{n} selected · {amount} · {time} min", n=n, amount=amount, time=time)
    if total.took_ms >= HOUR * 1000:
        whole = tr("{n} selected · {amount} · {time} h", n=n, amount=amount, time=time)
    return whole, tr("{n} selected · {amount}", n=n, amount=amount), amount


def spoken_selected(total: TaskSum) -> str:
    """Return the sum of the selected tasks in full words."""
    return tr.plural(
        "1 task is selected. It cost {amount} and took {time}.",
        "{n} tasks are selected. Together they cost {amount} and took {time}.",
        total.count,
        amount=spoken_sum(total),
        time=spoken_duration(total.took_ms),
    )
