"""The conditions of the filter under *More*: days, costs, and whether a task asked a question."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from enigma_panel.core.task_filter import TaskFilter
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.filter_text import (
    UnreadableError,
    begin_ms,
    cost_text,
    day_text,
    read_cost,
    read_day,
)
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import (
    ProblemLabel,
    make_button,
    make_column,
    make_label,
    make_row,
)
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Tasks")
T = TypeVar("T")

FIELD_WIDTH = 104
"""Width of a field in the usual font: room for a day."""


class FilterPanel(QFrame):
    """Four fields and *Asked*. changed: a condition changed. left: Escape was pressed.

    What cannot be read is reported beside its field once that is left, and is ignored.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("More filters"))
        day, cost = tr("2026-11-27"), "0.05"
        tips = tr("Started on this day or later."), tr("Started on this day or before.")
        self.from_day = _Field(read_day, tr("From"), day, tips[0])
        self.to_day = _Field(read_day, tr("To"), day, tips[1])
        self.cost_from = _Field(read_cost, tr("Cost from"), cost, tr("At least this many dollars."))
        self.cost_to = _Field(read_cost, tr("Cost to"), cost, tr("At most this many dollars."))
        self._fields: tuple[_Field[Any], ...] = (
            self.from_day,
            self.to_day,
            self.cost_from,
            self.cost_to,
        )
        self.asked = make_button(tr("Asked"), "chip")
        self.asked.setCheckable(True)
        self.asked.setToolTip(tr("Only tasks that asked you a question."))
        row = FlowLayout(*self._fields, self.asked, gap=14)
        row.setContentsMargins(12, 2, 12, 6)
        self.setLayout(row)
        for field in self._fields:
            field.edit.textChanged.connect(self._follow_typing)
            field.edit.editingFinished.connect(self._finish)
        self.asked.clicked.connect(self.changed)

    def show_filter(self, wanted: TaskFilter) -> None:
        """Fill the fields from a filter."""
        last_ms = None if wanted.to_ms is None else wanted.to_ms - 1
        days = (day_text(wanted.from_ms), day_text(last_ms))
        texts = (*days, cost_text(wanted.cost_from), cost_text(wanted.cost_to))
        for field, text in zip(self._fields, texts, strict=True):
            with QSignalBlocker(field.edit):
                field.edit.setText(text)
            field.problem.clear()
        self.asked.setChecked(wanted.has_asked)

    def completed(self, wanted: TaskFilter) -> TaskFilter:
        """Return the same filter with the conditions set here."""
        first, last = self.from_day.value(), self.to_day.value()
        return replace(
            wanted,
            from_ms=begin_ms(first) if first is not None else None,
            to_ms=begin_ms(last.addDays(1)) if last is not None else None,
            cost_from=self.cost_from.value(),
            cost_to=self.cost_to.value(),
            has_asked=self.asked.isChecked(),
        )

    def begin(self) -> None:
        """Put the cursor into the first field."""
        self.from_day.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- inside ------------------------------------------------------------------------------

    def _follow_typing(self) -> None:
        """Apply the fields while somebody types, once all of them can be read."""
        if not any(field.problem_text() for field in self._fields):
            self._finish()

    def _finish(self) -> None:
        for field in self._fields:
            field.problem.show_text(field.problem_text())
        _doubt_order(self.from_day, self.to_day, tr("This is before “From”."))
        _doubt_order(self.cost_from, self.cost_to, tr("This is less than “Cost from”."))
        self.changed.emit()

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class _Field(QWidget, Generic[T]):
    """A labelled field, with what is wrong in it below."""

    def __init__(
        self, reads: Callable[[str], T | None], label: str, example: str, tip: str
    ) -> None:
        super().__init__()
        self._reads = reads
        self.edit = LineEdit()
        self.edit.setAccessibleName(label)
        self.edit.setPlaceholderText(example)
        self.edit.setToolTip(tip)
        self.edit.setFixedWidth(theme.scaled(FIELD_WIDTH))
        self.label = make_label(label, "dim")
        self.label.setBuddy(self.edit)
        self.problem = ProblemLabel(self.edit)
        self.problem.setWordWrap(False)  # the fields beside it give way instead
        self.setLayout(make_column(make_row(self.label, self.edit, None), self.problem, gap=2))

    def value(self) -> T | None:
        """Return the field's value; None where it is empty or cannot be read."""
        try:
            return self._reads(self.edit.text())
        except UnreadableError:
            return None

    def problem_text(self) -> str:
        """Return what is wrong with the field, if anything is."""
        try:
            self._reads(self.edit.text())
        except UnreadableError as error:
            return str(error)
        return ""


def _doubt_order(first: _Field[Any], last: _Field[Any], doubt: str) -> None:
    """Show a doubt at a range that ends before it begins: nothing matches it."""
    low, high = first.value(), last.value()
    if low is not None and high is not None and high < low:
        last.problem.show_doubt(doubt)
