"""The order of Tasks: what a click on a heading changes, and what the headings say of it."""

from collections.abc import Mapping

from enigma_panel.core.task_filter import NEWEST_FIRST, Order, SortBy, SortColumn
from enigma_panel.ui.i18n import Translations

tr = Translations("Tasks")

MOST_KEYS = 2
UP, DOWN = "↑", "↓"
PLACES = ("¹", "²")
"""Marks beside the arrows, where a second column decides between equals."""
_MOST_FIRST = frozenset(
    {
        SortColumn.COST,
        SortColumn.TOOK,
        SortColumn.ENDED,
        SortColumn.TOKENS_IN,
        SortColumn.TOKENS_OUT,
        SortColumn.STARTED,
    }
)
"""Columns that a first click sorts from the most or latest down; words begin with A."""


def next_order(order: Order, column: SortColumn, *, is_second: bool = False) -> Order:
    """Return the order after a click on a heading.

    It is sorted by that column, then the other way round, then newest first. is_second: with Shift;
    what is sorted by already stays, and the column decides between equals.
    """
    before = {by.column: by for by in order}
    first = SortBy(column, descending=column in _MOST_FIRST)
    turned = SortBy(column, descending=not first.descending)
    if not is_second:
        if order == (first,):
            return (turned,)
        return NEWEST_FIRST if order == (turned,) else (first,)
    others = [by for by in order if by.column is not column]
    if column not in before:
        return (*others[: MOST_KEYS - 1], first)
    if before[column] == first:
        return tuple(turned if by == first else by for by in order)
    return tuple(others)


def arrow(order: Order, column: SortColumn) -> str:
    """Return how a column is sorted, '↓' or '↑²'; empty where it is not."""
    for place, by in enumerate(order):
        if by.column is column:
            mark = DOWN if by.descending else UP
            return mark + (PLACES[place] if len(order) > 1 else "")
    return ""


def spoken_order(order: Order, titles: Mapping[SortColumn, str]) -> str:
    """Return the order in words: 'Sorted by Cost, descending, then by Task, ascending'."""
    parts = [direction_text(titles[by.column], descending=by.descending) for by in order]
    if not parts:
        return tr("Newest first")
    if len(parts) == 1:
        return tr("Sorted by {first}", first=parts[0])
    return tr("Sorted by {first}, then by {second}", first=parts[0], second=parts[1])


def direction_text(title: str, *, descending: bool) -> str:
    """Return a column and its direction: 'Cost, descending'."""
    if descending:
        return tr("{column}, descending", column=title)
    return tr("{column}, ascending", column=title)
