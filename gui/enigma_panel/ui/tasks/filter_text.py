"""Words of the filter of Tasks, and how typed conditions are read."""

from msgspec import Struct
from PySide6.QtCore import QDate, QDateTime, Qt

from enigma_panel.core.task_filter import TaskGroup
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme.palette import Glyph

tr = Translations("Tasks")


class UnreadableError(Exception):
    """A typed text means nothing there; the message says what would."""


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


def read_day(text: str) -> QDate | None:
    """Read a day as it was typed, None for an empty text; raises UnreadableError."""
    if not text.strip():
        return None
    day = QDate.fromString(text.strip(), Qt.DateFormat.ISODate)
    if not day.isValid() or not 1970 <= day.year() <= 9999:
        raise UnreadableError(tr("Enter a date like {day}.", day="2026-11-27"))
    return day


def begin_ms(day: QDate) -> int:
    """Return when a day begins, by the clock of this computer."""
    return day.startOfDay().toMSecsSinceEpoch()


def day_text(ms: int | None) -> str:
    """Return a day as it is typed: '2026-11-27'."""
    if ms is None:
        return ""
    return QDateTime.fromMSecsSinceEpoch(ms).date().toString(Qt.DateFormat.ISODate)
