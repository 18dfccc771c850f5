"""Settings, page General: start and appearance."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox

from enigma_panel.desktop import autostart
from enigma_panel.services.container import Services
from enigma_panel.services.types import DARK, LIGHT, SYSTEM
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.fields import SettingChoice
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.widgets.basics import FieldGrid, NoticeLabel, make_column

tr = Translations("Settings")


class GeneralPage(SettingsPage):
    """The page. Choices hold at once."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.start_at_login = QCheckBox(tr("Start when I log in"))
        self.start_at_login.setVisible(autostart.is_possible() and not services.demo)
        self.start_at_login.toggled.connect(self._change_start_at_login)
        self.problem = NoticeLabel()
        colours = (
            (tr("Follow the system"), SYSTEM),
            (tr("Light"), LIGHT),
            (tr("Dark"), DARK),
        )
        self.appearance = SettingChoice(services.settings, "appearance", colours)
        grid = FieldGrid()
        grid.add_field(tr("Appearance"), self.appearance)
        boxes = make_column(self.start_at_login, self.problem)
        self.setLayout(make_column(boxes, grid, gap=16))
        self.refresh()

    def refresh(self) -> None:
        """Show what the desktop does now."""
        with QSignalBlocker(self.start_at_login):
            self.start_at_login.setChecked(autostart.is_on())

    def _change_start_at_login(self, on: bool) -> None:
        try:
            autostart.turn(on=on)
        except OSError as error:
            reason = error.strerror or tr("no reason given")
            self.problem.show_text(tr("This could not be changed ({reason}).", reason=reason))
        else:
            self.problem.show_text("")
        self.refresh()
