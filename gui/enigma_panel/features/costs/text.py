"""The words of *Costs*, and the sums that it shows."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.money import MoneyKind
from enigma_panel.core.task_filter import GROUP_STATUSES, TaskGroup, TaskSum
from enigma_panel.services.spending import Price
from enigma_panel.store.ledger.task_reader import DayCosts
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.money import spoken_money
from enigma_panel.ui.text.states import ELLIPSIS, local_moment
from enigma_panel.ui.text.sums import cost_text, sum_text, unknown_text

tr = Translations("Costs")

UNDER_WAY = frozenset({TaskGroup.WORKING, TaskGroup.ASKS})


class Outcome(Struct, frozen=True):
    """What became of tasks. groups: those that the filter shows for it, none for all tasks."""

    label: str
    groups: frozenset[TaskGroup] = frozenset()

    def sum_of(self, days: Iterable[DayCosts]) -> TaskSum:
        """Return the sum of its tasks in these days; idle time belongs to none but all of them."""
        statuses = {status for group in self.groups for status in GROUP_STATUSES[group]}
        total = TaskSum()
        for day in days:
            for status, part in day.by_status.items():
                if status in statuses or not self.groups:
                    total = total.plus(part)
        return total if total.cost and not self.groups else replace(total, has_idle=False)


def outcomes() -> tuple[Outcome, ...]:
    """Return the outcomes from top to bottom: each task has one."""
    g = TaskGroup
    words = (
        (tr("Done"), {g.DONE}),
        (tr("Failed"), {g.ONLY_FAILED}),
        (tr("Stopped"), {g.STOPPED}),
        (tr("Unconfirmed"), {g.UNCONFIRMED}),
        (tr("Lost"), {g.LOST}),
        (tr("Not finished"), UNDER_WAY),
        (tr("Queued"), {g.QUEUED}),
    )
    return tuple(Outcome(label, frozenset(groups)) for label, groups in words)


def may_have_cost(total: TaskSum) -> bool:
    """Return whether something was spent, as far as is known."""
    return bool(total.cost or total.unknown or total.running)


def sum_cell(total: TaskSum, each: Price | None = None) -> tuple[str, str]:
    """Return a sum in three decimals, so that columns nearly add up, and its signs in words."""
    known = sum_text(total, each, MoneyKind.COST, is_narrow=True)
    if not known:
        short = ELLIPSIS if total.running else unknown_text(total, is_narrow=True)
        return short, unknown_text(total)
    return known, spoken_money(known) if known[0] in "≥≈" else ""


def day_label(days: Sequence[DayCosts], n: int) -> str:
    """Return '19 Nov', or 'Today' for the last day."""
    is_today = n == len(days) - 1
    return tr("Today") if is_today else local_moment(days[n].day[0], days[-1].day[0], short=True)


def day_tip(label: str, total: TaskSum) -> str:
    """Return '19 Nov · $0.61 · 24 tasks'."""
    return f"{label} · {cost_text(total)} · {tr.plural('1 task', '{n} tasks', total.count)}"
