"""The setting of how long a question waits, on the page *Questions*."""

from msgspec import Struct
from PySide6.QtWidgets import QWidget

from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.widgets.basics import FieldGrid
from enigma_panel.ui.widgets.inputs import ChoiceBox

tr = Translations("Settings")

MINUTES = (1, 2, 3)


class UnansweredSettings(Struct, frozen=True, kw_only=True):
    """The section of the settings file. minutes: how long a question waits, 0 for as long as its
    browser lives, as is any number that is not in MINUTES."""

    minutes: int = 0


class MinutesField(QWidget):
    def __init__(self, settings: SettingsBook) -> None:
        super().__init__()
        self._settings = settings
        texts = [tr.plural("{n} minute", "{n} minutes", n) for n in MINUTES]
        choices = zip((tr("The browser's life"), *texts), (0, *MINUTES), strict=True)
        self.choice = ChoiceBox(choices)
        grid = FieldGrid()
        note = tr("Its task then fails. A question that you have begun to answer waits on.")
        grid.add_field(tr("Close the browser when nobody answers for"), self.choice, note=note)
        self.setLayout(grid)
        self.choice.currentIndexChanged.connect(self._change)
        settings.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        minutes = self._settings.section(UnansweredSettings).minutes
        self.choice.setCurrentIndex(max(0, self.choice.findData(minutes)))

    def _change(self) -> None:
        if self.choice.currentData() != self._settings.section(UnansweredSettings).minutes:
            self._settings.change_section(UnansweredSettings, minutes=self.choice.currentData())
