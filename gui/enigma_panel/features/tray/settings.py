"""The settings of the tray, and their part of the page *Notifications*."""

from msgspec import Struct
from PySide6.QtWidgets import QWidget

from enigma_panel.services.settings import SettingsBook
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.fields import SettingBox, noted

tr = Translations("Settings")


class TraySettings(Struct, frozen=True, kw_only=True):
    """The section of the settings file.

    keep_in_tray: closing the window hides it while something is open; tray_told: how often that was
    said.
    """

    keep_in_tray: bool = True
    tray_told: int = 0


def make_box(settings: SettingsBook) -> QWidget:
    text = tr("Keep running in the tray")
    note = tr("Closing the window hides it while a session is open.")
    return noted(SettingBox(settings, TraySettings, "keep_in_tray", text=text, note=note))
