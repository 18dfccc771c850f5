"""Settings, page General: start, appearance, and what happens before a sleep."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox

from enigma_panel.desktop import autostart
from enigma_panel.services.container import Services
from enigma_panel.services.types import DARK, LEAVE, LIGHT, SYSTEM, TERMINATE_IDLE
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.fields import SettingChoice
from enigma_panel.ui.settings.page import SettingsPage
from enigma_panel.ui.widgets.basics import FieldGrid, NoticeLabel, make_column

tr = Translations("Settings")


class GeneralPage(SettingsPage):
    """The page. Choices hold at once.

    power_available: whether this computer says when it is about to sleep.
    """

    def __init__(self, services: Services, *, power_available: bool = True) -> None:
        super().__init__()
        self.start_at_login = QCheckBox(tr("Start when I log in"))
        self.start_at_login.setVisible(autostart.is_possible() and not services.demo)
        self.start_at_login.toggled.connect(self._change_start_at_login)
        self.problem = NoticeLabel()
        settings = services.settings
        colours = (
            (tr("Follow the system"), SYSTEM),
            (tr("Light"), LIGHT),
            (tr("Dark"), DARK),
        )
        ends = (
            (tr("Leave sessions open"), LEAVE),
            (tr("Terminate idle and paused ones"), TERMINATE_IDLE),
        )
        self.appearance = SettingChoice(settings, "appearance", colours)
        self.before_sleep = SettingChoice(settings, "before_sleep", ends)
        sleep = tr("Idle and paused sessions cost money during sleep. Running ones stay open.")
        grid = FieldGrid()
        grid.add_field(tr("Appearance"), self.appearance)
        if power_available:
            grid.add_field(tr("Before this computer sleeps"), self.before_sleep, note=sleep)
        grid.setVerticalSpacing(18)
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
