"""The line above the buttons: what became of an answer, or why it has not been sent yet."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from enigma_panel.services.questions.inbox import Inbox
from enigma_panel.ui.text.outcome import take_back_label, wait_text
from enigma_panel.ui.widgets.basics import NoticeLabel, make_button, make_column, make_row


class AnswerWaitBar(QFrame):
    """Takes no room while there is nothing to say. `resized`: it came, went, or changed its height.

    inbox: says why an answer has not been sent yet, and keeps it from being sent.
    """

    resized = Signal()

    def __init__(self, inbox: Inbox, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._inbox = inbox
        self._now_ms = now_ms
        self._task_key: int | None = None
        self._shown = ("", False)
        self.label = NoticeLabel()
        self.back_button = make_button(take_back_label())
        self._build()

    def follow(self, sent: int | None, outcome: str) -> None:
        """Key of the task whose answer is on its way, else the words for what became of it."""
        self._task_key = sent
        if sent is None:
            self._put(outcome, "notice", can_take_back=False)
        self.tick()

    def tick(self) -> None:
        if self._task_key is None:
            return
        wait = self._inbox.waiting(self._task_key)
        text = wait_text(wait, self._now_ms())
        self._put(text, "dim", can_take_back=wait is not None)

    def _put(self, text: str, role: str, *, can_take_back: bool) -> None:
        shown = (text, can_take_back)
        if shown == self._shown:
            return
        self._shown = shown
        self.label.show_text(text, role)
        self.back_button.setVisible(can_take_back)
        self.setVisible(bool(text))
        self.resized.emit()

    def _build(self) -> None:
        row = make_row(self.label, self.back_button)
        row.setStretch(0, 1)
        self.setLayout(make_column(row))
        self.back_button.clicked.connect(self._take)
        self.hide()

    def _take(self) -> None:
        if self._task_key is not None:
            self._inbox.take_back(self._task_key)
