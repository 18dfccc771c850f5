"""The window that is shown alone when the ledger is lost."""

import asyncio
from enum import StrEnum

from enigma_panel.services.types import Copy, LedgerError, MissingLedgerError
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.problems import copy_text
from enigma_panel.ui.text.states import local_moment
from enigma_panel.ui.widgets.basics import make_button, make_label
from enigma_panel.ui.widgets.dialog import ModelessDialog

tr = Translations("Recovery")


class LedgerChoice(StrEnum):
    """What the person wants: the copy or an empty ledger in the ledger's place, or none."""

    USE_COPY = "use_copy"
    START_EMPTY = "start_empty"
    QUIT = "quit"


class LostLedgerWindow(ModelessDialog):
    """The window in place of the main window; `choice` awaits the answer, closing it means Quit."""

    def __init__(self, error: LedgerError, copy: Copy | None, now_ms: int) -> None:
        super().__init__(tr("Enigma Control Panel"), None)
        self._answer: asyncio.Future[LedgerChoice] | None = None
        self.text_label = make_label(wrap=True)
        self.more = make_label(wrap=True)
        self.file = make_label(role="dim", wrap=True)
        self.quit_button = make_button(tr("Quit"))
        self.copy_button = make_button("")
        self.empty_button = make_button(tr("Start with an empty history"))
        self._fill(error, copy, now_ms)
        self._build()

    async def choice(self) -> LedgerChoice:
        self._answer = asyncio.get_running_loop().create_future()
        self.present(self.quit_button)
        return await self._answer

    def _fill(self, error: LedgerError, copy: Copy | None, now_ms: int) -> None:
        self.text_label.setText(_reason(error))
        self.file.setText(str(error.path))
        self.copy_button.setVisible(copy is not None)
        self.more.setVisible(copy is not None)
        if copy is not None:
            label = tr("Use the copy from {time}", time=local_moment(copy.made_ms, now_ms))
            self.copy_button.setText(label)
            self.copy_button.setAccessibleName(label)
            self.more.setText(copy_text(copy, now_ms))

    def _build(self) -> None:
        for label in (self.text_label, self.more, self.file):
            self.body.addWidget(label)
        self.body.addStretch(1)
        self.add_buttons(self.quit_button, None, self.copy_button, self.empty_button)
        self.setMinimumWidth(560)
        self.copy_button.clicked.connect(lambda: self._settle(LedgerChoice.USE_COPY))
        self.empty_button.clicked.connect(lambda: self._settle(LedgerChoice.START_EMPTY))
        self.quit_button.clicked.connect(self.reject)
        self.rejected.connect(lambda: self._settle(LedgerChoice.QUIT))

    def _settle(self, choice: LedgerChoice) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(choice)
        self.hide()


def _reason(error: LedgerError) -> str:
    if isinstance(error, MissingLedgerError):
        return tr("The history is missing or empty.")
    return tr("The history is damaged and can't be opened. The damaged file is kept.")
