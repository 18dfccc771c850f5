"""The conditions of the filter under *More*: when, and whether a task asked a question."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QFrame

from enigma_panel.core.task_filter import TaskFilter
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.tasks.filter_text import Span, named_spans, span_text
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_column, make_label
from enigma_panel.ui.widgets.flow_layout import FlowLayout
from enigma_panel.ui.widgets.inputs import ChoiceBox

tr = Translations("Tasks")

HEIGHT = 32
"""Height of a condition in the usual font."""


class FilterPanel(QFrame):
    """*When* and *Asked you a question*. changed: a condition changed. left: Escape was pressed.

    A time that has no name, as a day chosen in *Costs*, is one more choice while it is asked for.
    """

    changed = Signal()
    left = Signal()

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._now_ms = now_ms
        self._spans: dict[Span, str] = {}
        self._span: Span = (None, None)
        self.setAccessibleName(tr("More filters"))
        self.when = ChoiceBox()
        self.when.setAccessibleName(tr("When"))
        self.when.setToolTip(tr("When a task was started."))
        label = make_label(tr("When"), "dim")
        label.setBuddy(self.when)
        self.asked = QCheckBox(tr("Asked you a question"))
        for part in (label, self.asked):
            part.setMinimumHeight(theme.line_height(HEIGHT))
        column = make_column(FlowLayout(label, self.when, self.asked, gap=8))
        column.setContentsMargins(16, 2, 16, 6)
        self.setLayout(column)
        self.when.activated.connect(self._choose)
        self.asked.clicked.connect(self.changed)

    def show_filter(self, wanted: TaskFilter) -> None:
        """Show the conditions of a filter; on another day its times have other names."""
        self._span = (wanted.from_ms, wanted.to_ms)
        now = self._now_ms()
        spans = named_spans(now)
        spans.setdefault(self._span, span_text(*self._span, now))
        if spans != self._spans:
            self._spans = spans
            with QSignalBlocker(self.when):
                self.when.clear()
                self.when.addItems(list(spans.values()))
        self.when.setCurrentIndex(list(spans).index(self._span))
        self.asked.setChecked(wanted.has_asked)

    def completed(self, wanted: TaskFilter) -> TaskFilter:
        """Return the same filter with the conditions set here."""
        from_ms, to_ms = self._span
        return replace(wanted, from_ms=from_ms, to_ms=to_ms, has_asked=self.asked.isChecked())

    def begin(self) -> None:
        """Put the keyboard on the first condition."""
        self.when.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- inside ------------------------------------------------------------------------------

    def _choose(self, n: int) -> None:
        self._span = list(self._spans)[n]
        self.changed.emit()

    # -- Qt ----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
