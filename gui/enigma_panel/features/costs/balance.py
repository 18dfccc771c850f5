"""How far the balance fell today, and how much of that the costs of tasks explain.

The balance is told by replies that open a session. One counts if no task ran from its start to its
reply: then each task lies wholly before or after it.
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from math import inf

from msgspec import Struct

from enigma_panel.core.money import MoneyKind, format_money, is_sane
from enigma_panel.store.ledger.task_reader import AccountTask
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import local_moment

tr = Translations("Costs")

CENT = Decimal("0.01")
"""The least difference that counts: a balance may be told in cents."""


class _Reading(Struct, frozen=True):
    """A balance, when it came (epoch ms), and what tasks had cost by then."""

    at_ms: int
    balance: Decimal
    cost: Decimal


def balance_text(tasks: Sequence[AccountTask], now_ms: int) -> str:
    """Return what is known of today's balance, as rich text."""
    readings = _readings(tasks)
    if len(readings) < 2:
        return ""
    first, last = readings[0], readings[-1]
    fell, cost = first.balance - last.balance, last.cost - first.cost
    start, end = (local_moment(one.at_ms, now_ms) for one in (first, last))
    has_risen = any(b.balance - a.balance >= CENT for a, b in pairwise(readings))
    if has_risen or fell <= cost - CENT:
        return tr(
            "Since {start} the balance was topped up or billed late; it can't be compared.",
            start=start,
        )
    if fell < CENT:
        return ""
    words = tr(
        "From {start} to {end} your balance fell by {fell}.",
        start=start,
        end=end,
        fell=_money(fell),
    )
    if fell - cost < CENT:
        return f"{words} {tr('Tasks started here explain it.')}"
    rest = tr("<b>{rest} of it is unexplained.</b>", rest=_money(fell - cost))
    why = tr("Perhaps tasks of unknown cost, idle time, a late bill, or another program.")
    return f"{words} {rest} {why}"


def _readings(tasks: Sequence[AccountTask]) -> list[_Reading]:
    """The balances that can be compared, oldest first."""
    moments = [(task.sent_ms, True, task) for task in tasks]
    moments += [(task.opened_ms, False, task) for task in tasks if task.opened_ms is not None]
    readings, busy_ms, cost = list[_Reading](), 0.0, Decimal(0)
    for at_ms, is_sent, task in sorted(moments, key=lambda moment: moment[:2]):
        if is_sent:
            ended_ms = inf if task.ended_ms is None else task.ended_ms
            busy_ms, cost = max(busy_ms, ended_ms), cost + task.cost
        elif busy_ms < task.asked_ms and task.balance is not None and is_sane(task.balance):
            readings.append(_Reading(at_ms, task.balance, cost))
    return readings


def _money(amount: Decimal) -> str:
    return format_money(amount, MoneyKind.SUM)
