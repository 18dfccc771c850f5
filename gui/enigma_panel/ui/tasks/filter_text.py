"""Words of the filter of Tasks, and how typed conditions are read."""

from decimal import Decimal

from PySide6.QtCore import QDate, QDateTime, QLocale, Qt

from enigma_panel.core.money import is_sane
from enigma_panel.core.task_filter import TaskGroup
from enigma_panel.ui.i18n import Translations, number_text, read_number

tr = Translations("Tasks")


class UnreadableError(Exception):
    """A typed text means nothing there; the message says what would."""


def group_label(group: TaskGroup | None) -> str:
    """Return the label of a chip; None: of all tasks."""
    match group:
        case None:
            return tr("All")
        case TaskGroup.NEW:
            return tr("New")
        case TaskGroup.WORKING:
            return tr("Working")
        case TaskGroup.QUEUED:
            return tr("Queued")
        case TaskGroup.ASKS:
            return tr("Asks you")
        case TaskGroup.DONE:
            return tr("Done")
        case TaskGroup.FAILED:
            return tr("Failed")
        case TaskGroup.UNCONFIRMED:
            return tr("Unconfirmed")
        case TaskGroup.STOPPED:
            return tr("Stopped")


def group_tip(group: TaskGroup | None) -> str:
    """Return which tasks a chip shows, where its label does not say it all."""
    match group:
        case TaskGroup.NEW:
            return tr("Results that nobody has looked at yet.")
        case TaskGroup.WORKING:
            return tr("Starting and paused ones, too.")
        case TaskGroup.FAILED:
            return tr("Lost ones, too.")
        case _:
            return ""


def more_tip() -> str:
    """Return which conditions stand under *More*."""
    return tr("Days, costs and questions")


def more_text() -> str:
    """Return that a condition under *More* is set."""
    return tr("Days, costs or questions are set.")


def chip_text(group: TaskGroup | None, n: int) -> str:
    """Return the words on a chip: 'Failed 4'."""
    label = group_label(group)
    return f"{label} {number_text(n)}" if n else label


def count_text(n: int) -> str:
    """Return the number of tasks, for a screen reader."""
    return tr.plural("1 task", "{n} tasks", n)


def shown_text(shown: int, total: int) -> str:
    """Return how many tasks match: '12 of 100,412 shown'."""
    return tr("{shown} of {total} shown", shown=shown, total=total)


def problem_text(reason: str) -> str:
    """Return that the search failed, so that older matches may be shown."""
    return tr("The ledger cannot be searched: {reason}", reason=reason)


def read_day(text: str) -> QDate | None:
    """Read a day as it was typed, None for an empty text; raises UnreadableError."""
    if not text.strip():
        return None
    day = QDate.fromString(text.strip(), Qt.DateFormat.ISODate)
    if not day.isValid() or not 1970 <= day.year() <= 9999:
        raise UnreadableError(tr("A day is written like {day}.", day="2026-11-27"))
    return day


def begin_ms(day: QDate) -> int:
    """Return when a day begins, by the clock of this computer."""
    return day.startOfDay().toMSecsSinceEpoch()


def day_text(ms: int | None) -> str:
    """Return a day as it is typed: '2026-11-27'."""
    if ms is None:
        return ""
    return QDateTime.fromMSecsSinceEpoch(ms).date().toString(Qt.DateFormat.ISODate)


def read_cost(text: str) -> Decimal | None:
    """Read dollars as they were typed, None for an empty text; raises UnreadableError."""
    if not text.strip():
        return None
    cost = read_number(text.strip().removeprefix("$"))
    if cost is None or not is_sane(cost):
        raise UnreadableError(tr("An amount is written like {amount}.", amount="0.05"))
    return cost


def cost_text(cost: Decimal | None) -> str:
    """Return an amount as it is typed: '0.05'."""
    return "" if cost is None else f"{cost:f}".replace(".", QLocale().decimalPoint())
