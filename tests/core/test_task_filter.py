"""The filter of the tasks, and their sums."""

from decimal import Decimal

from enigma_panel.core.task_filter import TaskFilter, TaskGroup, TaskSum
from tests.kit.rows import check_rows

FILTERS = (
    # the filter, whether it lets all tasks through
    (TaskFilter(), True),
    (TaskFilter(words=" \n"), True),
    (TaskFilter(words="hub"), False),
    (TaskFilter(words=" ", has_asked=True), False),
    (TaskFilter(groups=frozenset({TaskGroup.FAILED})), False),
    (TaskFilter(from_ms=0), False),
)


def test_a_filter_is_empty_where_it_lets_all_tasks_through() -> None:
    def check(one: TaskFilter, is_empty: bool) -> None:
        assert one.is_empty is is_empty

    check_rows(FILTERS, check)


def test_nothing_adds_nothing() -> None:
    some = TaskSum(count=3, cost=Decimal("0.06"), took_ms=9, unknown=1, running=2, has_idle=True)
    assert TaskSum().plus(some) == some
