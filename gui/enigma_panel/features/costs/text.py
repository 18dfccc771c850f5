"""The words of *Costs*, and the sums that it shows."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.core.task_filter import GROUP_STATUSES, TaskGroup, TaskSum
from enigma_panel.store.ledger.task_reader import DayCosts
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.money import idle_text, unknown_cost_text
from enigma_panel.ui.text.states import local_moment
from enigma_panel.ui.text.sums import sum_text

tr = Translations("Costs")


class Outcome(Struct, frozen=True):
    """What became of tasks. groups: those that the filter shows for it, none for all tasks."""

    label: str
    groups: frozenset[TaskGroup] = frozenset()

    def sum_of(self, days: Iterable[DayCosts]) -> TaskSum:
        """Return the sum that Tasks shows when it is filtered to this and these days."""
        statuses = {status for group in self.groups for status in GROUP_STATUSES[group]}
        total = TaskSum()
        for day in days:
            for status, part in day.by_status.items():
                if status in statuses or not self.groups:
                    total = total.plus(part)
        return total if total.cost else replace(total, has_idle=False)


def outcomes() -> tuple[Outcome, ...]:
    """Return the outcomes from top to bottom: each task has one."""
    g = TaskGroup
    return (
        Outcome(tr("Done"), frozenset({g.DONE})),
        Outcome(tr("Failed"), frozenset({g.ONLY_FAILED})),
        Outcome(tr("Stopped"), frozenset({g.STOPPED})),
        Outcome(tr("Unconfirmed"), frozenset({g.UNCONFIRMED})),
        Outcome(tr("Lost"), frozenset({g.LOST})),
        running(),
        Outcome(tr("Queued"), frozenset({g.QUEUED})),
    )


def running() -> Outcome:
    return Outcome(tr("Running"), frozenset({TaskGroup.WORKING, TaskGroup.ASKS}))


def everything() -> Outcome:
    return Outcome(tr("All tasks"))


def deleted_sum(days: Iterable[DayCosts]) -> TaskSum:
    total = TaskSum()
    for day in days:
        total = total.plus(day.deleted)
    return total


def day_label(days: Sequence[DayCosts], n: int) -> str:
    """Return '19 Nov', or 'Today' for the last day."""
    is_today = n == len(days) - 1
    return tr("Today") if is_today else local_moment(days[n].day[1], days[-1].day[1], short=True)


def day_tip(label: str, amount: str, tasks: int, deleted: TaskSum) -> str:
    """Return '19 Nov · $0.61 · 24 tasks', and what deleted ones cost."""
    tip = f"{label} · {amount} · {tr.plural('1 task', '{n} tasks', tasks)}"
    gone = tr("and {amount} of deleted tasks", amount=sum_text(deleted))
    return f"{tip}\n{gone}" if deleted.count else tip


def today_text(still_running: int) -> str:
    words = tr.plural("today, 1 still running", "today, {n} still running", still_running)
    return words if still_running else tr("today")


def month_text(tasks: int) -> str:
    return tr.plural("last 30 days, 1 task", "last 30 days, {n} tasks", tasks)


def gaps_text(total: TaskSum) -> str:
    """Return what the sums leave out; nothing where they are whole."""
    unknown = unknown_cost_text(total.unknown) if total.unknown else ""
    return " ".join(filter(None, (unknown, idle_text() if total.has_idle else "")))
