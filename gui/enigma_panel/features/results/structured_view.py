"""A structured result in Details: a tree or a table, and what is wrong with it."""

import asyncio
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QVBoxLayout, QWidget

from enigma_panel.core.models import OutputType, Task, TaskSpec
from enigma_panel.features.results.copy_menu import CopyMenu
from enigma_panel.features.results.result_formats import ReadResult, ResultFormat
from enigma_panel.features.results.structured_output import StructuredResult
from enigma_panel.features.results.structured_results import StructuredResults
from enigma_panel.features.results.structured_text import doubt_text, view_label
from enigma_panel.features.results.views import ResultTable, ResultTree, view_of
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.ui.details.parts import ResultViewer
from enigma_panel.ui.details.text import breakable
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.theme import theme
from enigma_panel.ui.widgets.basics import make_button, make_label, make_tool

tr = Translations("Result")


class StructuredView(ResultViewer):
    """What Details shows of a structured result, in place of its text or above it.

    Takes no room where the task asked for a text. What was chosen by `switch` stays for other
    tasks. copy_asked: with the text of a cell.
    """

    copy_asked = Signal(str)

    def __init__(self, scope: TaskScope, reader: StructuredResults) -> None:
        super().__init__()
        self._scope = scope
        self._reader = reader
        self._wanted: tuple[TaskSpec, str] | None = None
        self._result: StructuredResult | None = None
        self._reading: asyncio.Task[Any] | None = None
        self._as_text = False
        self._view: ResultTree | ResultTable | None = None
        self.doubt = make_label(role="amber", wrap=True)
        self.doubt.setMinimumWidth(1)
        self.copies = CopyForms(scope, reader, self)
        self.copies.copy_asked.connect(self.copy_asked)
        self.copy_as = self.copies.button
        self.switch = make_button(view_label(OutputType.JSON, is_text=False), "link")
        self.switch.clicked.connect(self._switch)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.doubt)
        self._show()

    @property
    def replaces_text(self) -> bool:
        """Whether the text is not to be shown: the view is, or will be in a moment."""
        if self._wanted is None:
            return False
        return self._result is None or (self._result.has_structure and not self._as_text)

    def show_task(self, task: Task | None) -> None:
        """Show the result of this task; what is shown already is not read again."""
        self.copies.task = task
        wanted = None
        if task is not None and task.result and task.spec.output_type is not OutputType.TEXT:
            wanted = (task.spec, task.result)
        if wanted == self._wanted:
            return
        self._wanted = wanted
        self._result = None
        if self._reading is not None:
            self._reading.cancel()
        self._fill()
        if wanted is not None:
            self._reading = self._scope.spawn("structured result", self._read(*wanted))

    async def _read(self, spec: TaskSpec, text: str) -> None:
        read = await self._reader.read_formats(spec, text)
        if self._wanted != (spec, text):
            return
        self._result = read.structured
        self.doubt.setText(breakable(doubt_text(self._result, text)))
        self._fill()
        self.changed.emit()

    def _switch(self) -> None:
        self._as_text = not self._as_text
        self._show()
        self.changed.emit()

    def _fill(self) -> None:
        """Make the view that fits; the one before goes with its model."""
        if self._view is not None:
            self._column.removeWidget(self._view)
            self._view.hide()
            self._view.deleteLater()
            self._view = None
        result = self._result
        if result is not None and result.has_structure:
            self._view = view_of(result)
            self._view.copy_asked.connect(self.copy_asked)
            self._column.addWidget(self._view)
            QWidget.setTabOrder(self.switch, self._view)
        self._show()

    def _show(self) -> None:
        self.setVisible(self._wanted is not None)
        self.doubt.setVisible(self._result is not None and self._result.doubt is not None)
        self.switch.setVisible(self._view is not None)
        if self._view is not None and self._wanted is not None:
            self._view.setVisible(not self._as_text)
            label = view_label(self._wanted[0].output_type, is_text=self._as_text)
            self.switch.setText(label)
            self.switch.setAccessibleName(label)


class CopyForms(QObject):
    """The button beside *Copy result*, and the menu of what the result of `task` can be copied as.

    copy_asked: with the result in the chosen form. colleague_asked: with the task.
    """

    copy_asked = Signal(str)
    colleague_asked = Signal(object)

    def __init__(self, scope: TaskScope, reader: StructuredResults, parent: QWidget) -> None:
        super().__init__(parent)
        self._scope = scope
        self._reader = reader
        self.task: Task | None = None
        self.button = make_tool(tr("Copy result as…"))
        self.menu = CopyMenu(parent)
        self.menu.asked.connect(self._copy_as)
        self.menu.colleague_asked.connect(lambda: self.colleague_asked.emit(self.task))
        self.button.clicked.connect(self._ask)
        theme.changed().connect(self._tint)
        self._tint()

    def _ask(self) -> None:
        if self.task is not None:
            self._scope.spawn("offer copies", self._offer(self.task))

    async def _offer(self, task: Task) -> None:
        """What it can be copied as is known once it was read."""
        result = await self._reader.read_formats(task.spec, task.result or "")
        if self.task is not None and task.key == self.task.key and self.button.isVisible():
            self.menu.show_below(self.button, result)

    def _copy_as(self, result: ReadResult, form: ResultFormat) -> None:
        self._scope.spawn("copy a result", self._copy(result, form))

    async def _copy(self, result: ReadResult, form: ResultFormat) -> None:
        self.copy_asked.emit(await self._reader.copied_text(result, form))

    def _tint(self) -> None:
        self.button.setIcon(QIcon(f":/marks/down-{theme.colours().name}.png"))
