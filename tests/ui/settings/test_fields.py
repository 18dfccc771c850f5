"""Fields that are one of the settings each."""

from msgspec import Struct

from enigma_panel.ui.settings.fields import SettingBox, SettingChoice
from tests.kit.world import World


class Choices(Struct, frozen=True):
    keep: bool = True


def test_a_box_is_its_setting(world: World) -> None:
    settings = world.services.settings
    box = SettingBox(settings, Choices, "keep", text="Keep", note="What it means")
    assert box.isChecked()
    box.click()
    assert not settings.section(Choices).keep
    settings.change_section(Choices, keep=True)
    assert box.isChecked()
    assert box.accessibleDescription() == "What it means"


def test_a_choice_is_its_setting(world: World) -> None:
    choices = (("Desktop", "system"), ("Dark", "dark"))
    choice = SettingChoice(world.services.settings, "appearance", choices)
    choice.setCurrentIndex(1)
    assert world.settings.value.appearance == "dark"
    world.settings.change(appearance="system")
    assert choice.currentText() == "Desktop"
