"""The page Steps of Details: list, the selected step in full, copying."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from enigma_panel.services.types import Step
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.steps.delegate import StepsDelegate
from enigma_panel.ui.steps.list import StepsList
from enigma_panel.ui.steps.loader import StepsLoader
from enigma_panel.ui.steps.model import StepsModel
from enigma_panel.ui.text.states import local_time
from enigma_panel.ui.text.steps import (
    copied_step,
    copy_text,
    count_text,
    empty_text,
    step_word,
    whole_text,
)
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_row,
    put_on_clipboard,
    set_role,
)
from enigma_panel.ui.widgets.inputs import make_readable

tr = Translations("Steps")

SIDE = 16
"""Left margin of the texts of the card."""
LIST_SIDE = SIDE - 8
"""Left margin of the list, whose rows have their own padding."""
SIZES = [400, 140]
"""How list and text share the room."""
LOW = 200
"""Least height for the whole text; with less the list stands alone."""


class StepsPage(QWidget):
    def __init__(self, model: StepsModel, loader: StepsLoader) -> None:
        super().__init__()
        self._model = model
        self._loader = loader
        self.list = StepsList(model)
        self.whole = WholeStep()
        self._make_lines()
        self._build()
        self._connect()
        self._show_state()
        self._show_read()

    # -- building ------------------------------------------------------------------------------

    def _make_lines(self) -> None:
        self.count = ElidedLabel("dim")
        self.copy = make_button(tr("Copy all"), "link")
        self.copy.setToolTip(tr("Copies the time, kind and text of each step."))

    def _build(self) -> None:
        foot = make_row(self.count, None, self.copy)
        foot.setStretch(0, 1)
        foot.setContentsMargins(SIDE, 0, SIDE, 0)
        upper = QWidget()
        rows = QVBoxLayout(upper)
        rows.setContentsMargins(LIST_SIDE, 0, LIST_SIDE, 1)
        rows.addWidget(self.list)
        self._parts = QSplitter(Qt.Orientation.Vertical)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(upper)
        self._parts.addWidget(self.whole)
        self._parts.setStretchFactor(0, 1)
        self._parts.setSizes(SIZES)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._parts, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        steps, model = self.list, self._model
        steps.setItemDelegate(StepsDelegate(steps))
        steps.copy_asked.connect(self._copy)
        steps.read.connect(self._show_read)
        self.copy.clicked.connect(self._copy)
        self._loader.changed.connect(self._show_state)
        for changed in (model.rowsInserted, model.modelReset):
            changed.connect(self._show_count)

    # -- inside ------------------------------------------------------------------------------

    def _show_state(self) -> None:
        loader = self._loader
        text = empty_text(has_task=loader.task_key is not None, failed=loader.has_failed)
        self.list.set_empty_text("" if loader.is_reading else text)
        self._show_count()

    def _show_count(self) -> None:
        rows = self._model.rowCount()
        failed = empty_text(has_task=True, failed=True) if self._loader.has_failed else ""
        self.count.show_text(failed or count_text(rows))
        self.copy.setVisible(rows > 0)
        self._show_copy()

    def _show_copy(self) -> None:
        text = copy_text(is_selected=self.list.selectionModel().hasSelection())
        if self.copy.text() != text:
            self.copy.setText(text)
            self.copy.setAccessibleName(text)

    def _show_read(self) -> None:
        self.whole.show_step(self.list.read_step())
        self._show_whole()
        self._show_copy()

    def _show_whole(self) -> None:
        is_read = self.list.read_step() is not None
        if self.whole.field.hasFocus() and not is_read:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
        self.whole.setVisible(is_read and self.height() >= LOW)

    def _copy(self) -> None:
        steps = self.list.selected_steps() or self._model.steps()
        if steps:
            put_on_clipboard("\n".join(map(copied_step, steps)))

    # -- Qt ----------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_whole()


class WholeStep(QWidget):
    """Time and kind of a step, and below them its whole text."""

    def __init__(self) -> None:
        super().__init__()
        self.head = ElidedLabel("dim")
        self.field = _StepText()
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDE, 6, SIDE, 0)
        column.setSpacing(3)
        column.addWidget(self.head)
        column.addWidget(self.field, 1)
        self.show_step(None)

    def show_step(self, step: Step | None) -> None:
        """Show a step; the same text keeps what is selected in it."""
        head = text = ""
        if step is not None:
            head = f"{local_time(step.at_ms, seconds=True)} · {step_word(step.kind)}"
            text = whole_text(step)
        self.head.show_text(head)
        if self.field.toPlainText() != text:
            self.field.setPlainText(text)


class _StepText(QPlainTextEdit):
    """Plain text to read and to select, as high as there is room."""

    def __init__(self) -> None:
        super().__init__()
        make_readable(self)
        self.setMinimumHeight(self.fontMetrics().lineSpacing())
        self.setAccessibleName(tr("The selected step in full"))
        set_role(self, "reading")
