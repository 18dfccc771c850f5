"""The gallery: one picture of the tour becomes one of each kind."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from enigma_panel.ui.main_window.window import MainWindow
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.theme import appearance, theme
from gallery import SIZES, Gallery
from tests.kit.fakes import FakeDialogs
from tests.kit.world import World

PAGES = ("general", "account", "appearance")
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


async def test_each_picture_is_light_and_dark_and_of_each_size(
    world: World, qapp: QApplication, tmp_path: Path
) -> None:
    services: Any = world.services
    appearance.follow_settings(qapp, services.settings)
    window = MainWindow(services, FakeDialogs())
    window.show()
    settings = SettingsDialog(services, window, lambda: None)
    settings.ask()
    gallery = Gallery(window, services, tmp_path)
    await gallery._picture("empty", window)
    await gallery._picture("settings", settings)
    assert set(gallery.names) == {
        *(f"01-empty-{c}-{w}x{h}" for c in ("light", "dark") for w, h in SIZES),
        *(f"02-settings-{c}-{page}" for c in ("light", "dark") for page in PAGES),
    }
    for width, height in SIZES:
        for colours in (theme.LIGHT, theme.DARK):
            picture = QImage(str(tmp_path / f"01-empty-{colours.name}-{width}x{height}.png"))
            assert (picture.width(), picture.height()) == (width, height)
            assert picture.pixelColor(3, 3).name() == colours.ground
    settings.close()
    window.close_for_good()
