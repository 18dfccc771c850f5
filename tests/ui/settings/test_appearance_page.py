"""'Settings' → 'Appearance'."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.store.settings import DARK, LIGHT, SYSTEM
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.theme import appearance, theme
from tests.kit.person import click, key


@pytest.fixture
def dialog(window: MainWindow, services: Any, qapp: QApplication) -> SettingsDialog:
    """Settings before the main window, in a program that follows them, at the page."""
    theme.apply(qapp)
    appearance.follow_settings(qapp, services.settings)
    dialog = SettingsDialog(services, window, lambda: None)
    dialog.ask()
    dialog.tabs.setCurrentIndex(2)
    qapp.processEvents()
    return dialog


def grounds(window: MainWindow, dialog: SettingsDialog) -> tuple[str, str]:
    """What colours window and sheet have now, on their pictures."""
    page = window.centralWidget().grab().toImage()
    sheet = dialog.grab().toImage()
    middle = page.pixelColor(3, page.height() // 2)
    return middle.name(), sheet.pixelColor(sheet.width() // 2, 3).name()


def test_a_choice_holds_at_once_in_all_windows(
    window: MainWindow, dialog: SettingsDialog, services: Any
) -> None:
    for value, colours in ((DARK, theme.DARK), (LIGHT, theme.LIGHT), (DARK, theme.DARK)):
        click(dialog.appearance.choices[value])
        assert services.settings.value.appearance == value
        assert grounds(window, dialog) == (colours.ground, colours.card)


def test_what_is_chosen_stays_when_the_desktop_changes(
    window: MainWindow, dialog: SettingsDialog, qapp: QApplication
) -> None:
    hints = qapp.styleHints()
    click(dialog.appearance.choices[LIGHT])
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert grounds(window, dialog) == (theme.LIGHT.ground, theme.LIGHT.card)
    click(dialog.appearance.choices[SYSTEM])
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert grounds(window, dialog) == (theme.DARK.ground, theme.DARK.card)


def test_it_is_chosen_by_keys_and_read_aloud(dialog: SettingsDialog, services: Any) -> None:
    choices = dialog.appearance.choices
    words = ["Follow the system", "Light", "Dark"]
    assert [button.text() for button in choices.values()] == words
    assert choices[SYSTEM].isChecked()
    choices[SYSTEM].setFocus()
    key(choices[SYSTEM], Qt.Key.Key_Down)
    key(choices[LIGHT], Qt.Key.Key_Down)
    assert choices[DARK].hasFocus()
    assert services.settings.value.appearance == DARK
    services.settings.change(appearance=SYSTEM)
    assert choices[SYSTEM].isChecked()


def test_what_was_chosen_is_on_from_the_start(qapp: QApplication, services: Any) -> None:
    theme.apply(qapp)
    services.settings.change(appearance=DARK)
    appearance.follow_settings(qapp, services.settings)
    assert theme.colours() is theme.DARK
    services.settings.change(appearance=LIGHT)
    assert theme.colours() is theme.LIGHT
