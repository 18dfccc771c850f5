"""A call to the keychain that a person may have to wait for, and what became of it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from enigma_panel.features.saved_logins.text import waiting_text
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import NoticeLabel, make_button, make_row

tr = Translations("Logins")

CANCEL_AFTER_MS = 300
"""Delay before *Cancel* is offered; a keychain that is open answers sooner."""


class KeychainWait(QWidget):
    """One call at a time; after a moment says what is waited for, with *Cancel*."""

    resized = Signal()

    def __init__(self, scope: TaskScope, where: Callable[[], str]) -> None:
        super().__init__()
        self._scope = scope
        self._where = where
        self._call: asyncio.Task[None] | None = None
        self.news = NoticeLabel()
        self.cancel = make_button(tr("Cancel"))
        self._slow = QTimer(self, singleShot=True, interval=CANCEL_AFTER_MS)
        row = make_row(self.news, self.cancel)
        row.setStretch(0, 1)
        self.setLayout(row)
        self.cancel.hide()
        self.hide()
        self.cancel.clicked.connect(self.give_up)
        self._slow.timeout.connect(self._show_waiting)

    @property
    def is_waiting(self) -> bool:
        """Whether a call is under way."""
        return self._call is not None

    def begin(self, call: Coroutine[Any, Any, None]) -> None:
        """Make the call, which calls `end` once it knows. Cancelled, nothing of it is done."""
        self._slow.start()
        self._call = self._scope.spawn("keychain", call)

    def end(self, text: str = "", role: str = "amber") -> None:
        """End the call, and show these words."""
        self._call = None
        self._slow.stop()
        self.cancel.hide()
        self.say(text, role)

    def give_up(self) -> None:
        if self._call is not None:
            self._call.cancel()
            self.end()

    def say(self, text: str, role: str = "amber") -> None:
        self.news.show_text(text, role)
        self.setVisible(bool(text))
        self.resized.emit()

    def _show_waiting(self) -> None:
        self.say(waiting_text(self._where()))
        self.cancel.show()
