"""The widgets of Details and where they stand; what they show is the business of details.py."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from enigma_panel.ui.dialogs.fields import ReadingText
from enigma_panel.ui.dialogs.parts import (
    ElidedLabel,
    make_button,
    make_label,
    make_row,
    set_role,
)
from enigma_panel.ui.line_words import LineVerb, line_verb_tip, line_verb_word
from enigma_panel.ui.words import tr

MASK = "••••••••••••"
TEXT_LINES, RESULT_LINES = 8, 18


class DetailView(QFrame):
    """A card: a scrolled column of texts, and the buttons for the result below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self.line_buttons = {verb: make_button(line_verb_word(verb)) for verb in LineVerb}

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
            button.setToolTip(line_verb_tip(verb))
            button.setAccessibleDescription(line_verb_tip(verb))
        self.put_away.setToolTip(tr("Nobody waits for news of this start any more."))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 8, 1, 8)
        column.setSpacing(8)
        column.addWidget(self._make_scroll(), 1)
        buttons = make_row(*self.line_buttons.values(), self.again, self.edit, None, gap=6)
        buttons.setContentsMargins(13, 0, 13, 4)
        column.addLayout(buttons)

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
        for widget in (self.state, self.task_text, self.trouble, self.money, self.todo):
            column.addWidget(widget)
        column.addLayout(make_row(self.put_away, None))
        result_row = make_row(self.result_head, None, self.copy)
        result_row.setAlignment(self.copy, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(result_row)
        for widget in (self.result, self.cut):
            column.addWidget(widget)
        column.addLayout(make_row(self.whole, None))
        for widget in (self.usage_head, self.usage, self.line_head, self.line, self.nothing):
            column.addWidget(widget)
        for head in (self.result_head, self.usage_head, self.line_head):
            head.setContentsMargins(0, 8, 0, 0)
        column.addStretch(1)
        column.addLayout(make_row(self.id_head, self.dots, self.copy_id, None, gap=6))
        column.addLayout(make_row(self.copy_link, None))
