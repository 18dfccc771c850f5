"""The window that is shown alone while the ledger takes its time to open."""

from collections.abc import Callable

from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import make_button, make_label
from enigma_panel.ui.widgets.dialog import ModelessDialog

tr = Translations("Recovery")


class OpeningWindow(ModelessDialog):
    """Says what is waited for; closing it changes nothing. leave: end once the ledger is open."""

    def __init__(self, leave: Callable[[], object]) -> None:
        super().__init__(tr("Enigma Control Panel"), None)
        self._leave = leave
        self.text_label = make_label(
            tr("Opening your history. This takes longer after an update."), wrap=True
        )
        self.quit_button = make_button(tr("Quit"))
        self.quit_button.clicked.connect(self._quit)
        self.body.addWidget(self.text_label)
        self.body.addStretch(1)
        self.add_buttons(self.quit_button, None)
        self.setMinimumWidth(460)

    def _quit(self) -> None:
        self.quit_button.setEnabled(False)
        self.text_label.setText(tr("Quitting as soon as your history is open."))
        self._leave()
