"""Words of the filter of Tasks."""

from msgspec import Struct
from PySide6.QtCore import QDate, QDateTime

from enigma_panel.core.task_filter import TaskGroup
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.states import ELLIPSIS, local_moment
from enigma_panel.ui.theme.palette import Glyph

tr = Translations("Tasks")


Span = tuple[int | None, int | None]
"""The bounds of a time (epoch ms), the latter no longer in it; None: without one there."""


class ChipWords(Struct, frozen=True):
    """The label of a chip and its sign, the groups that it shows, and which these are where it does
    not say.
    """

    label: str
    glyph: Glyph
    groups: frozenset[TaskGroup]
    tip: str = ""


def chip_words() -> tuple[ChipWords, ...]:
    """Return the chips from left to right; together they cover all tasks."""
    g = TaskGroup
    running = tr("Starting, paused and unconfirmed ones too.")
    return (
        ChipWords(tr("Needs you"), Glyph.NEEDS_YOU, frozenset({g.ASKS})),
        ChipWords(tr("Running"), Glyph.RUNNING, frozenset({g.WORKING, g.UNCONFIRMED}), running),
        ChipWords(tr("Queued"), Glyph.QUEUED, frozenset({g.QUEUED})),
        ChipWords(tr("Done"), Glyph.CHECK, frozenset({g.DONE})),
        ChipWords(tr("Stopped"), Glyph.STOP, frozenset({g.STOPPED})),
        ChipWords(tr("Failed"), Glyph.CROSS, frozenset({g.FAILED}), tr("Lost ones too.")),
    )


def count_text(n: int) -> str:
    """Return the number of tasks, for a screen reader."""
    return tr.plural("1 task", "{n} tasks", n)


def problem_texts(reason: str) -> tuple[str, ...]:
    """Return that the search failed, so that older matches may be shown; shorter where need be."""
    return tr("The history can't be searched: {reason}", reason=reason), tr("Search failed")


def named_spans(now_ms: int) -> dict[Span, str]:
    """Return the times that can be chosen, each in whole days by the clock of this computer."""
    today = QDateTime.fromMSecsSinceEpoch(now_ms).date()
    return {
        (None, None): tr("Any time"),
        _days(today, 1): tr("Today"),
        _days(today.addDays(-1), 1): tr("Yesterday"),
        _days(today.addDays(-6), 7): tr("Last 7 days"),
    }


def _days(first: QDate, n: int) -> Span:
    begin, end = (day.startOfDay().toMSecsSinceEpoch() for day in (first, first.addDays(n)))
    return begin, end


def span_text(from_ms: int | None, to_ms: int | None, now_ms: int) -> str:
    """Return the days of a time that has no name: '24 Nov', '28 Oct – 26 Nov'."""
    last_ms = to_ms - 1 if to_ms is not None else None
    ends = [
        local_moment(ms, now_ms, short=True) if ms is not None else ELLIPSIS
        for ms in (from_ms, last_ms)
    ]
    return " – ".join(dict.fromkeys(ends))
