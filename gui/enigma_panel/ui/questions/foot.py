"""The lower part of the question's panel: what the agent will read, and the buttons."""

from itertools import pairwise

from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.questions.answer_wait import AnswerWaitBar
from enigma_panel.ui.questions.forms.page import AnswerPage
from enigma_panel.ui.questions.text import preview_text
from enigma_panel.ui.text.verbs import verb_text
from enigma_panel.ui.widgets.basics import (
    ElidedLabel,
    make_button,
    make_column,
    make_label,
    make_row,
    set_role,
)

tr = Translations("Questions")

READ_LINES = 3
READS_PAD = 16
"""What stands between and around the lines that the agent reads and their heading."""


class QuestionFoot(QFrame):
    """The foot: it shows what it is told of, and no answer moves anything in it."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.answer_wait = AnswerWaitBar(services.inbox, services.clock.now_ms)
        self.stop_button = make_button(tr("Stop task"), "danger")
        self.later_button = make_button(tr("Later"))
        self.send_button = make_button(tr("Send answer"), "primary")
        self.reads = ElidedLabel(lines=READ_LINES)
        self._reads_head = make_label(tr("The agent reads:"), "dim")
        self._reads_row = make_column(self._reads_head, self.reads, gap=4)
        self._well = QFrame()
        self._doubt, self._keys = make_label("x"), make_label(role="dim")
        self._build_well()
        self._build()

    def _build_well(self) -> None:
        self._reads_row.setContentsMargins(12, 6, 12, 6)
        self._reads_row.setStretch(1, 1)
        self._well.setLayout(self._reads_row)
        set_role(self._well, "well")
        keeps = self._well.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # no answer moves anything
        self._well.setSizePolicy(keeps)

    def _build(self) -> None:
        told, buttons = QFrame(), QFrame()
        line = make_row(self._doubt, None, self._keys)
        told.setLayout(make_column(self.answer_wait, self._well, line, gap=6))
        row = make_row(self.stop_button, None, self.later_button, self.send_button)
        buttons.setLayout(row)
        set_role(buttons, "foot")
        for part in (told, buttons):
            part.setContentsMargins(16, 8, 16, 8)
        self.setLayout(make_column(told, buttons, gap=0))
        set_role(self._doubt, "amber")
        self._doubt.ensurePolished()
        self._doubt.setMinimumHeight(self._doubt.sizeHint().height())  # none moves anything
        self.stop_button.setToolTip(verb_text(CommandVerb.STOP).tip)
        self.stop_button.setAccessibleDescription(self.stop_button.toolTip())

    def follow_in_tab_order(self, last: QWidget) -> None:
        """Let Tab lead from here to the buttons."""
        stops = (last, self.send_button, self.later_button, self.stop_button)
        for stop, following in pairwise(stops):
            QWidget.setTabOrder(stop, following)

    def show_answer(self, page: AnswerPage | None, *, is_low: bool) -> None:
        """Show what the agent would read now. is_low: the window has little room."""
        across = QBoxLayout.Direction
        self._reads_row.setDirection(across.LeftToRight if is_low else across.TopToBottom)
        whole = self.reads.room_for(READ_LINES) + self._reads_head.sizeHint().height() + READS_PAD
        self._well.setMinimumHeight(0 if is_low else whole)
        self.reads.set_lines(1 if is_low else READ_LINES)
        self.reads.show_text(preview_text(page.preview() if page else ""))
        self._well.setVisible(bool(self.reads.text()))
        doubt = page.doubt() if page else ""
        self._doubt.setText(doubt)
        self._doubt.setVisible(bool(doubt) or not is_low)
        self._keys.setHidden(is_low)

    def show_send(self, page: AnswerPage | None, *, is_sending: bool) -> None:
        """Send is off until there is an answer; its tool tip says what is missing."""
        mistake = page.mistake() if page else None
        by_enter = page is None or page.enter_sends()
        keys = tr("Enter to send") if by_enter else tr("Ctrl+Enter to send")
        self.send_button.setEnabled(not is_sending and mistake is None)
        self.send_button.setToolTip(mistake.sentence if mistake else keys)
        self._keys.setText("" if by_enter or not self.send_button.isEnabled() else keys)

    def show_state(self, *, is_over: bool, is_sending: bool) -> None:
        """A question that is over can only be closed."""
        for button in (self.send_button, self.stop_button):
            button.setVisible(not is_over)
        self.stop_button.setEnabled(not is_sending)
        self.later_button.setText(tr("Close") if is_over else tr("Later"))
        self.later_button.setAccessibleName(self.later_button.text())
