"""The order of Tasks: what a click on a heading changes, and what the headings say of it."""

from collections.abc import Mapping

from enigma_panel.core.task_filter import NEWEST_FIRST, Order, SortBy, SortColumn
from enigma_panel.ui.i18n import Translations

tr = Translations("Tasks")

UP, DOWN = "↑", "↓"
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


def next_order(order: Order, column: SortColumn) -> Order:
    """Return the order after a click: by that column, the other way round, then newest first."""
    first = SortBy(column, descending=column in _MOST_FIRST)
    turned = SortBy(column, descending=not first.descending)
    if order == (first,):
        return (turned,)
    return NEWEST_FIRST if order == (turned,) else (first,)


def arrow(order: Order, column: SortColumn) -> str:
    """Return how a column is sorted, '↓' or '↑'; empty where it is not."""
    for by in order:
        if by.column is column:
            return DOWN if by.descending else UP
    return ""


def spoken_order(order: Order, titles: Mapping[SortColumn, str]) -> str:
    """Return the order in words: 'Sorted by Cost, descending'."""
    for by in order:
        first = direction_text(titles[by.column], descending=by.descending)
        return tr("Sorted by {first}", first=first)
    return tr("Newest first")


def direction_text(title: str, *, descending: bool) -> str:
    """Return a column and its direction: 'Cost, descending'."""
    if descending:
        return tr("{column}, descending", column=title)
    return tr("{column}, ascending", column=title)
