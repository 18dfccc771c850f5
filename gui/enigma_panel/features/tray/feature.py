"""The tray feature: an icon on the desktop, and the setting that closing hides the window."""

from functools import partial

from PySide6.QtWidgets import QSystemTrayIcon

from enigma_panel.desktop.single_instance import bring_to_front
from enigma_panel.features.feature import Feature, Host
from enigma_panel.features.tray.settings import make_box
from enigma_panel.features.tray.tray import Tray
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.settings.dialog import SettingsPart

tr = Translations("Settings")


def install(host: Host) -> Tray | None:
    if not QSystemTrayIcon.isSystemTrayAvailable():
        return None
    window = host.window
    tray = Tray(host.services, window, bring_to_front=partial(bring_to_front, window, ""))
    window.hides_on_close = tray.hides_window
    window.hidden.connect(tray.note_hidden)
    host.dialogs.settings_parts.append(
        SettingsPart(page=tr("Notifications"), make=partial(make_box, host.services.settings))
    )
    return tray


TRAY = Feature(name="tray", install=install)
