"""'Settings' → 'General' → 'Appearance'."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.store.settings import DARK, LIGHT, SYSTEM
from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.theme import appearance, theme
from tests.kit.existing import existing
from tests.kit.person import key, style


@pytest.fixture
def dialog(window: MainWindow, services: Any, qapp: QApplication) -> SettingsDialog:
    """Settings before the main window, in a program that follows them, at that page."""
    style(qapp)
    appearance.follow_settings(qapp, services.settings)
    dialog = SettingsDialog(services, window, lambda: None)
    dialog.ask()
    qapp.processEvents()
    return dialog


def grounds(window: MainWindow, dialog: SettingsDialog) -> tuple[str, str]:
    """What colours window and sheet have now, on their pictures."""
    page = existing(window.centralWidget()).grab().toImage()
    sheet = dialog.grab().toImage()
    middle = page.pixelColor(3, page.height() // 2)
    return middle.name(), sheet.pixelColor(sheet.width() // 2, 3).name()


def choose(dialog: SettingsDialog, value: str) -> None:
    box = dialog.appearance
    box.setCurrentIndex(box.findData(value))


def test_a_choice_holds_at_once_in_all_windows(
    window: MainWindow, dialog: SettingsDialog, services: Any
) -> None:
    for value, colours in ((DARK, theme.DARK), (LIGHT, theme.LIGHT), (DARK, theme.DARK)):
        choose(dialog, value)
        assert services.settings.value.appearance == value
        assert grounds(window, dialog) == (colours.ground, colours.card)


def test_what_is_chosen_stays_when_the_desktop_changes(
    window: MainWindow, dialog: SettingsDialog, qapp: QApplication
) -> None:
    hints = qapp.styleHints()
    choose(dialog, LIGHT)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert grounds(window, dialog) == (theme.LIGHT.ground, theme.LIGHT.card)
    choose(dialog, SYSTEM)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert grounds(window, dialog) == (theme.DARK.ground, theme.DARK.card)


def test_it_is_chosen_by_keys_and_read_aloud(dialog: SettingsDialog, services: Any) -> None:
    box = dialog.appearance
    assert box.accessibleName() == "Appearance"
    words = ["Follow the system", "Light", "Dark"]
    assert [box.itemText(n) for n in range(box.count())] == words
    for _ in range(2):
        key(box, Qt.Key.Key_Down)
    assert services.settings.value.appearance == DARK
    services.settings.change(appearance=SYSTEM)
    assert box.currentText() == "Follow the system"


def test_what_was_chosen_is_on_from_the_start(qapp: QApplication, services: Any) -> None:
    style(qapp)
    services.settings.change(appearance=DARK)
    appearance.follow_settings(qapp, services.settings)
    assert theme.colours() is theme.DARK
    services.settings.change(appearance=LIGHT)
    assert theme.colours() is theme.LIGHT
