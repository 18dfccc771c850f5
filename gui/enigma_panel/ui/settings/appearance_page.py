"""Settings, page Appearance: light or dark."""

from PySide6.QtWidgets import QRadioButton, QWidget

from enigma_panel.services.container import Services
from enigma_panel.services.types import DARK, LIGHT, SYSTEM
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import MARGIN, make_column

tr = Translations("Settings")


class AppearancePage(QWidget):
    """The page. A choice holds at once, in all windows."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._settings = services.settings
        self.choices = {
            SYSTEM: QRadioButton(tr("Follow the system")),
            LIGHT: QRadioButton(tr("Light")),
            DARK: QRadioButton(tr("Dark")),
        }
        layout = make_column(*self.choices.values(), None)
        layout.setContentsMargins(0, MARGIN, 0, 0)
        self.setLayout(layout)
        for button in self.choices.values():
            button.toggled.connect(self._change)
        self._settings.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.choices[self._settings.value.appearance].setChecked(True)

    def _change(self) -> None:
        chosen = [value for value, button in self.choices.items() if button.isChecked()]
        if chosen and chosen != [self._settings.value.appearance]:
            self._settings.change(appearance=chosen[0])
