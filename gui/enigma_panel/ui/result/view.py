"""The viewer of one result, in the best form that it has."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTableWidgetItem, QVBoxLayout, QWidget

from enigma_panel.core.models import TaskSpec
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.result.cells import ResultTable
from enigma_panel.ui.result.formats import ReadResult, ResultFormat, copied_text, read_result
from enigma_panel.ui.result.reading import LinkQuestion, Reading
from enigma_panel.ui.widgets.basics import TabBar, make_button, make_label, make_row, show_text

tr = Translations("Result")

HEAD = 50_000
"""Characters shown at first: Qt takes a quarter of a second for a line of 1 MB."""


class ResultView(QWidget):
    """Shows a result as a table, indented JSON, Markdown or text.

    most_lines: as high as it needs, up to so many lines of text; without, as high as there is room.
    tabs: the forms that it has, for who gives them a place; what the person chose stays for the
    next result, where that has it. shown: something else is shown.
    """

    shown = Signal()

    def __init__(self, most_lines: int | None = None) -> None:
        super().__init__()
        self._fits = most_lines is not None
        self._read_of: tuple[TaskSpec, str] | None = None
        self._chosen: ResultFormat | None = None
        self._table: ResultTable | None = None
        self.result = ReadResult()
        self.tabs = TabBar(self)
        self.tabs.setAccessibleName(tr("Show the result as"))
        self.tabs.hide()
        self.doubt = make_label(role="amber", wrap=True)
        self.doubt.setMinimumWidth(1)
        self.reading = Reading(most_lines)
        self.link_question = LinkQuestion()
        self.part = make_label(role="dim")
        self.show_all = make_button(tr("Show all"), "link")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        for widget in (self.doubt, self.reading, self.link_question):
            self._column.addWidget(widget, 1 if widget is self.reading else 0)
        self._column.addLayout(make_row(self.part, self.show_all, None, gap=6))
        self.tabs.currentChanged.connect(self._choose)
        self.show_all.clicked.connect(self._show_all)
        self.reading.link_asked.connect(self.link_question.ask)
        self.link_question.left.connect(self.take_focus)

    @property
    def form(self) -> ResultFormat:
        return self.result.formats[max(0, self.tabs.currentIndex())]

    @property
    def view(self) -> Reading | ResultTable:
        """The part of it that shows the result now."""
        return self._table or self.reading

    def show_result(self, spec: TaskSpec, text: str) -> None:
        """Show what came out of that task; what is shown already stays as it is."""
        if self._read_of == (spec, text):
            return
        self._read_of = (spec, text)
        self.result = read_result(spec, text)
        show_text(self.doubt, self.result.doubt)
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for form in self.result.formats:
            self.tabs.addTab(format_label(form))
        if self._chosen in self.result.formats:
            self.tabs.setCurrentIndex(self.result.formats.index(self._chosen))
        self.tabs.blockSignals(False)
        self._show()

    def forget_choice(self) -> None:
        """Show the next result in its best form."""
        self._chosen = None

    def matches(self, words: str) -> Iterable[QTextCursor] | Iterable[QTableWidgetItem]:
        self._load_all()
        return self.view.matches(words)

    def go_to(self, match: Any) -> None:
        self.view.go_to(match)

    def copied(self) -> str:
        return copied_text(self.result, self.form)

    def take_focus(self) -> None:
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- inside --------------------------------------------------------------------------------

    def _load_all(self) -> None:
        if self.part.isVisibleTo(self):
            self._show_text(most=None)

    def _show_all(self) -> None:
        self._load_all()
        self.take_focus()

    def _choose(self, tab: int) -> None:
        self._chosen = self.result.formats[tab]
        self._show()

    def _show(self) -> None:
        had_focus = self.view.hasFocus()
        self.link_question.clear()
        old, self._table = self._table, None
        if self.form is ResultFormat.TABLE:
            self._table = ResultTable(self.result.rows, fits=self._fits)
            self._column.insertWidget(1, self._table, 1)
            self._table.show()  # else only when Qt's loop comes to it
            QWidget.setTabOrder(self.reading, self._table)
        if old is not None:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.reading.setVisible(self._table is None)
        self._show_text(most=HEAD)
        if had_focus:
            self.take_focus()
        self.shown.emit()

    def _show_text(self, *, most: int | None) -> None:
        text = self.copied() if self.form is ResultFormat.JSON else self.result.text
        if self._table is not None:
            text = ""
        head = text[:most]
        self.reading.show_text(head, is_markdown=self.form is ResultFormat.MARKDOWN)
        is_part = len(head) < len(text)
        part = tr("First {n} of {all} characters", n=len(head), all=len(text))
        show_text(self.part, part if is_part else "")
        self.show_all.setVisible(is_part)


def format_label(form: ResultFormat) -> str:
    """The name of a form: on its tab, and in *Copy table*."""
    match form:
        case ResultFormat.TABLE:
            return tr("Table")
        case ResultFormat.JSON:
            return tr("JSON")
        case ResultFormat.MARKDOWN:
            return tr("Markdown")
    return tr("Text")


def copy_label(form: ResultFormat) -> str:
    """The button that copies the result in this form."""
    match form:
        case ResultFormat.TABLE:
            return tr("Copy table")
        case ResultFormat.JSON:
            return tr("Copy JSON")
        case ResultFormat.MARKDOWN:
            return tr("Copy Markdown")
    return tr("Copy text")
