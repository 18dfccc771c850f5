"""The setting of the tray."""

from enigma_panel.features.tray.settings import TraySettings
from tests.kit.world import World


def test_closing_hides_the_window_only_where_that_is_wanted(world: World) -> None:
    part = TraySettings(world.settings)
    assert part.keep_in_tray.isChecked()
    part.keep_in_tray.click()
    assert not world.settings.value.keep_in_tray
    world.settings.change(keep_in_tray=True)
    assert part.keep_in_tray.isChecked()
