"""Applies the colours that the person has chosen to every window."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.services.settings import SettingsBook
from enigma_panel.services.types import DARK, LIGHT
from enigma_panel.ui.theme import theme

_SCHEMES = {LIGHT: Qt.ColorScheme.Light, DARK: Qt.ColorScheme.Dark}


def follow_settings(app: QApplication, settings: SettingsBook) -> None:
    """Apply the chosen colours, now and whenever the choice changes."""
    put_on = partial(_put_on, app, settings)
    settings.changed.connect(put_on)
    put_on()


def _put_on(app: QApplication, settings: SettingsBook) -> None:
    theme.choose(app, _SCHEMES.get(settings.value.appearance))
