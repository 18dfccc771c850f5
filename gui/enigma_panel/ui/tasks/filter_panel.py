"""The conditions of the filter under *More*: days, and whether a task asked a question."""

from msgspec.structs import replace
from PySide6.QtCore import QDate, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QWidget

from enigma_panel.core.task_filter import TaskFilter
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.filter_text import (
    UnreadableError,
    begin_ms,
    day_text,
    read_day,
)
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import ProblemLabel, make_column, make_label, make_row
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.inputs import LineEdit

tr = Translations("Tasks")

FIELD_WIDTH, FIELD_HEIGHT = 104, 32
"""Size of a field in the usual font: room for a day."""


class FilterPanel(QFrame):
    """Two days and *Asked you a question*. changed: a condition changed. left: Escape was pressed.

    What cannot be read is reported below the fields once its own is left, and is ignored.
    """

    changed = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("More filters"))
        self.from_day = _DayField(tr("From"), tr("Started on this day or later."))
        self.to_day = _DayField(tr("To"), tr("Started on this day or before."))
        self._fields = (self.from_day, self.to_day)
        self.asked = QCheckBox(tr("Asked you a question"))
        self.asked.setMinimumHeight(theme.line_height(FIELD_HEIGHT))
        row = FlowLayout(*self._fields, self.asked, gap=16)
        column = make_column(row, *(field.problem for field in self._fields), gap=2)
        column.setContentsMargins(16, 2, 16, 6)
        self.setLayout(column)
        for field in self._fields:
            field.edit.textChanged.connect(self._follow_typing)
            field.edit.editingFinished.connect(self._finish)
        self.asked.clicked.connect(self.changed)

    def show_filter(self, wanted: TaskFilter) -> None:
        """Fill the fields from a filter."""
        last_ms = None if wanted.to_ms is None else wanted.to_ms - 1
        for field, ms in ((self.from_day, wanted.from_ms), (self.to_day, last_ms)):
            with QSignalBlocker(field.edit):
                field.edit.setText(day_text(ms))
            field.problem.clear()
        self.asked.setChecked(wanted.has_asked)

    def completed(self, wanted: TaskFilter) -> TaskFilter:
        """Return the same filter with the conditions set here."""
        first, last = self.from_day.value(), self.to_day.value()
        return replace(
            wanted,
            from_ms=begin_ms(first) if first is not None else None,
            to_ms=begin_ms(last.addDays(1)) if last is not None else None,
            has_asked=self.asked.isChecked(),
        )

    def begin(self) -> None:
        """Put the cursor into the first field."""
        self.from_day.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- inside ------------------------------------------------------------------------------

    def _follow_typing(self) -> None:
        if not any(field.problem_text() for field in self._fields):
            self._finish()

    def _finish(self) -> None:
        for field in self._fields:
            field.problem.show_text(field.problem_text())
        first, last = self.from_day.value(), self.to_day.value()
        if first is not None and last is not None and last < first:  # nothing matches that
            self.to_day.problem.show_doubt(tr("This is before “From”."))
        self.changed.emit()

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class _DayField(QWidget):
    """A labelled field. problem: what is wrong in it."""

    def __init__(self, label: str, tip: str) -> None:
        super().__init__()
        self.edit = LineEdit()
        self.edit.setAccessibleName(label)
        self.edit.setPlaceholderText(tr("2026-11-27"))
        self.edit.setToolTip(tip)
        self.edit.setFixedWidth(theme.scaled(FIELD_WIDTH))
        self.label = make_label(label, "dim")
        self.label.setBuddy(self.edit)
        self.problem = ProblemLabel(self.edit)
        self.setLayout(make_row(self.label, self.edit))

    def value(self) -> QDate | None:
        """Return the field's value; None where it is empty or cannot be read."""
        try:
            return read_day(self.edit.text())
        except UnreadableError:
            return None

    def problem_text(self) -> str:
        """Return what is wrong with the field, if anything is."""
        try:
            read_day(self.edit.text())
        except UnreadableError as error:
            return str(error)
        return ""
