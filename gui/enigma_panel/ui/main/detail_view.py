"""The widgets of Details and where they stand; what they show is the business of details.py."""

from collections.abc import Callable
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from enigma_panel.ui.dialogs.fields import ReadingText
from enigma_panel.ui.dialogs.parts import (
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.dialogs.wrap_row import WrapRow
from enigma_panel.ui.line_words import QueueAction, queue_action_label, queue_action_tip
from enigma_panel.ui.main.doing_line import ActivityLabel
from enigma_panel.ui.words import tr

if TYPE_CHECKING:
    from enigma_panel.ui.main.steps_page import StepsPage

MASK = "••••••••••••"
TEXT_LINES, RESULT_LINES = 8, 18


class Tab(IntEnum):
    """What Details shows of what is selected; what was chosen stays while the selection moves."""

    OVERVIEW = 0
    STEPS = 1


class DetailView(QFrame):
    """A card: a scrolled column of texts or the steps, and the buttons for the task below both.

    make_steps: the page of the steps, which is made when it is first turned to: the window is
    there sooner without it.
    """

    def __init__(
        self, make_steps: "Callable[[], StepsPage]", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._make_steps = make_steps
        set_role(self, "card")
        self.setAccessibleName(tr("Details"))
        self.setMinimumSize(250, 90)
        self._make_head()
        self._make_body()
        self._make_foot()
        self._name_parts()
        self._build()

    def _make_head(self) -> None:
        self.name = ElidedLabel("title")
        self.rename = make_button(tr("Rename"), "link")
        self.state = make_label(wrap=True)
        self.doing = ActivityLabel()
        self.task_text = ReadingText(TEXT_LINES)
        self.trouble = make_label(wrap=True)
        self.money = make_label(wrap=True)
        self.todo = make_label(wrap=True)
        self.put_away = make_button(tr("Put away"))

    def _make_body(self) -> None:
        self.result_head = make_label(tr("Result"), "heading")
        self.result = ReadingText(RESULT_LINES)
        self.cut = make_label(role="dim", wrap=True)
        self.whole = make_button(tr("Show all"), "link")
        self.usage_head = make_label(tr("Usage"), "heading")
        self.usage = make_label(role="dim", wrap=True)
        self.line_head = make_label(tr("Time line"), "heading")
        self.line = QLabel()
        self.line.setTextFormat(Qt.TextFormat.RichText)
        self.line.setWordWrap(True)
        self.all_steps = make_button(tr("Show all"), "link")
        self.nothing = make_label(
            tr("Select a session or a task to see more of it."), "dim", wrap=True
        )

    def _make_foot(self) -> None:
        self.id_head = make_label(tr("Session id"), "dim")
        self.dots = make_label(MASK, "dim")
        self.copy_id = make_button(tr("Copy"), "link")
        self.copy_link = make_button(tr("Copy live page link"), "link")
        self.copy = make_button(tr("Copy result"), "link")
        self.again = make_button(tr("Run again"))
        self.edit = make_button(tr("Edit and run again"))
        self.line_buttons = {verb: make_button(queue_action_label(verb)) for verb in QueueAction}

    def _name_parts(self) -> None:
        for text, name in ((self.task_text, tr("Task")), (self.result, tr("Result"))):
            text.setAccessibleName(name)
            set_role(text, "reading")
        self.dots.setAccessibleName(tr("Session id, hidden"))
        self.copy_id.setAccessibleDescription(tr("Copies the session id, which is a secret."))
        self.copy_link.setToolTip(tr("The link shows what the browser shows: keep it secret."))
        self.again.setToolTip(tr("Starts the same task at once, in a new session."))
        self.edit.setToolTip(tr("Opens New task with this text and these limits."))
        for verb, button in self.line_buttons.items():
            button.setToolTip(queue_action_tip(verb))
            button.setAccessibleDescription(queue_action_tip(verb))
        self.put_away.setToolTip(tr("Nobody waits for news of this start any more."))

    @cached_property
    def steps(self) -> "StepsPage":
        """The page of the steps."""
        page = self._make_steps()
        self._pages.addWidget(page)
        before: QWidget = self.tabs
        for widget in page.findChildren(QWidget):  # made last, but the keyboard comes here next
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
                QWidget.setTabOrder(before, widget)
                before = widget
        return page

    def turn_to(self, tab: Tab) -> None:
        """Show the one or the other."""
        self.tabs.setCurrentIndex(tab)

    def search_steps(self) -> None:
        """Ctrl+F: wherever the keyboard is in Details, steps are what can be searched."""
        self.turn_to(Tab.STEPS)
        self.steps.search.begin()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 8)
        column.setSpacing(8)
        column.addLayout(self._make_tabs())
        self._pages = QStackedWidget()
        self._overview = self._make_scroll()
        self._pages.addWidget(self._overview)
        column.addWidget(self._pages, 1)
        buttons = WrapRow(*self.line_buttons.values(), self.again, self.edit)
        buttons.setContentsMargins(13, 0, 13, 4)
        column.addLayout(buttons)

    def _make_tabs(self) -> QHBoxLayout:
        """Two quiet tabs; beside Steps stands whose they are."""
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(tr("What Details shows"))
        for words in (tr("Overview"), tr("Steps")):
            self.tabs.addTab(words)
        self.whose = _RightLabel("dim")
        self.whose.hide()
        self.tabs.currentChanged.connect(self._turn)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.search_steps)
        row = make_row(self.tabs, self.whose)
        row.setStretch(1, 1)
        row.setContentsMargins(3, 0, 13, 0)
        return row

    def _turn(self, tab: int) -> None:
        self._pages.setCurrentWidget(self.steps if tab == Tab.STEPS else self._overview)
        self.whose.setVisible(tab == Tab.STEPS)

    def _make_scroll(self) -> QScrollArea:
        inner = QWidget()
        set_role(inner, "clear")
        self._fill(QVBoxLayout(inner))
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _fill(self, column: QVBoxLayout) -> None:
        column.setContentsMargins(13, 6, 13, 6)
        column.setSpacing(6)
        name_row = make_row(self.name, self.rename)
        name_row.setStretch(0, 1)
        column.addLayout(name_row)
        for widget in (self.state, self.doing, self.task_text, self.trouble, self.money, self.todo):
            column.addWidget(widget)
        column.addLayout(make_row(self.put_away, None))
        result_row = make_row(self.result_head, None, self.copy)
        result_row.setAlignment(self.copy, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(result_row)
        for widget in (self.result, self.cut):
            column.addWidget(widget)
        column.addLayout(make_row(self.whole, None))
        for widget in (self.usage_head, self.usage, self.line_head, self.line):
            column.addWidget(widget)
        column.addLayout(make_row(self.all_steps, None))
        column.addWidget(self.nothing)
        for label in (self.trouble, self.todo, self.line):
            label.setMinimumWidth(1)  # else the longest word of others decides how wide all is
        for head in (self.result_head, self.usage_head, self.line_head):
            head.setContentsMargins(0, 8, 0, 0)
        column.addStretch(1)
        column.addLayout(make_row(self.id_head, self.dots, self.copy_id, None, gap=6))
        column.addLayout(make_row(self.copy_link, None))


class _RightLabel(ElidedLabel):
    """Its words stand at the right, so that they are taken for no tab."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        place = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(self.contentsRect(), place, self._elided())


def set_text(label: QLabel, words: str) -> None:
    """Show words, or take no room where there are none."""
    if label.text() != words:
        label.setText(words)
    label.setVisible(bool(words))


def fill(field: ReadingText, text: str) -> None:
    """As `set_text`, for a text that can be selected; what did not change keeps its selection."""
    if field.toPlainText() != text:
        field.setPlainText(text)
        field.fit()
    field.setVisible(bool(text))
