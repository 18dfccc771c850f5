"""The window that is shown alone when the program's folder or ledger cannot be used."""

import asyncio
import errno

from enigma_panel.services.types import (
    DiskFullError,
    FolderError,
    LedgerError,
    OtherVersionError,
    ReadOnlyLedgerError,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import make_button, make_label
from enigma_panel.ui.widgets.dialog import ModelessDialog

tr = Translations("Recovery")

_FULL = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


class StartFailedWindow(ModelessDialog):
    """The window in the main one's place; `answer` awaits the click. demo: it costs nothing."""

    def __init__(
        self, error: FolderError | LedgerError, *, demo: bool = False, again: bool = False
    ) -> None:
        super().__init__(tr("Enigma Control Panel"), None)
        self._answer: asyncio.Future[bool] | None = None
        reason, remedy = _words(error)
        costs = tr("Open sessions cost money. The service closes idle ones after five minutes.")
        sentences = [tr("It still fails.") if again else "", reason, "" if demo else costs, remedy]
        self.text_label = make_label(" ".join(filter(None, sentences)), wrap=True)
        self.details = make_label(f"{error.path}: {error.reason}", role="dim", wrap=True)
        self.try_button = make_button(tr("Try again"), "primary")
        self.quit_button = make_button(tr("Quit"))
        for label in (self.text_label, self.details):
            self.body.addWidget(label)
        self.body.addStretch(1)
        self.add_buttons(self.quit_button, None, self.try_button)
        self.setMinimumWidth(460)
        self.try_button.clicked.connect(lambda: self._settle(try_again=True))
        self.quit_button.clicked.connect(self.reject)
        self.rejected.connect(lambda: self._settle(try_again=False))

    async def answer(self) -> bool:
        """Ask, and await whether to try again."""
        self._answer = asyncio.get_running_loop().create_future()
        self.present(self.try_button)
        return await self._answer

    def _settle(self, *, try_again: bool) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(try_again)
        self.hide()


def _words(error: FolderError | LedgerError) -> tuple[str, str]:
    if isinstance(error, OtherVersionError):
        reason = tr("Another version of this program saved the history; this one can't read it.")
        return reason, tr("Move the file below elsewhere, then try again.")
    code = error.code if isinstance(error, FolderError) else None
    if isinstance(error, DiskFullError) or code in _FULL:
        return tr("The disk is full."), tr("Free some space, then try again.")
    if isinstance(error, ReadOnlyLedgerError) or code in _READ_ONLY:
        reason = tr("The program can't write to its folder.")
        return reason, tr("Make it writable, then try again.")
    return tr("The program can't open its data."), tr("Fix this, then try again.")
