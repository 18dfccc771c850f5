"""Fields that are one of the settings each."""

from enigma_panel.ui.settings.fields import SettingBox, SettingChoice
from tests.kit.world import World


def test_a_box_is_its_setting(world: World) -> None:
    box = SettingBox(world.services.settings, "keep_in_tray", "Keep", "What it means")
    assert box.isChecked()
    box.click()
    assert not world.settings.value.keep_in_tray
    world.settings.change(keep_in_tray=True)
    assert box.isChecked()
    assert box.accessibleDescription() == "What it means"


def test_a_choice_is_its_setting(world: World) -> None:
    choices = (("Desktop", "system"), ("Dark", "dark"))
    choice = SettingChoice(world.services.settings, "appearance", choices)
    choice.setCurrentIndex(1)
    assert world.settings.value.appearance == "dark"
    world.settings.change(appearance="system")
    assert choice.currentText() == "Desktop"
