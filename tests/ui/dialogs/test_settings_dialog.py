"""'Settings'."""

import pytest
from PySide6.QtWidgets import QApplication

from enigma_panel.services.views import KeyCheck, KeyState
from enigma_panel.ui.dialogs.settings_dialog import SettingsDialog
from tests.ui.dialogs.fakes import BASE_URL, World
from tests.ui.dialogs.hands import ENTER, active, click, key


@pytest.fixture
def dialog(world: World) -> SettingsDialog:
    return SettingsDialog(world.services, None, lambda: None)


async def on_account(dialog: SettingsDialog) -> None:
    dialog.ask()
    dialog.tabs.setCurrentIndex(1)
    await active(dialog)


async def test_showing_ended_sessions_holds_at_once(world: World, dialog: SettingsDialog) -> None:
    dialog.ask()
    dialog.show_ended.click()
    assert world.settings.value.show_ended
    world.settings.change(show_ended=False)
    assert not dialog.show_ended.isChecked()


async def test_the_data_folder_can_be_copied(world: World, dialog: SettingsDialog) -> None:
    dialog.ask()
    click(dialog.copy_button)
    assert QApplication.clipboard().text() == world.services.keep_folder


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the address"),
        ("nonsense", "https://"),
        ("http://example.com", "could read your key"),
        ("https://example.com/path", "Only the host"),
        ("https://a:b@example.com", "user name"),
    ],
)
async def test_a_bad_address_is_named_and_changes_nothing(
    world: World, dialog: SettingsDialog, typed: str, words: str
) -> None:
    await on_account(dialog)
    dialog.base_url.setText(typed)
    click(dialog.apply_button)
    await world.settle()
    assert words in dialog.base_url.accessibleDescription()
    assert dialog.base_url.text() == typed
    assert world.account.base_url == BASE_URL


async def test_a_good_address_is_used_and_kept(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    dialog.base_url.setText("https://Connect.WebRun.ai/")
    key(dialog.base_url, ENTER)
    await world.settle()
    assert world.account.base_url == "https://connect.webrun.ai"
    assert world.settings.value.base_url == "https://connect.webrun.ai"
    assert dialog.base_url.text() == "https://connect.webrun.ai"


async def test_the_key_can_be_tested_and_removed(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    world.account.plan.check = KeyCheck.REFUSED
    click(dialog.test_key_button)
    await world.settle()
    assert dialog.key_outcome.text() == "The service refused this key."
    click(dialog.remove_key_button)
    await world.settle()
    assert world.account.removals == 1
    assert dialog.key_outcome.text() == "The key was removed."
    assert not dialog.test_key_button.isEnabled()


async def test_a_key_from_the_environment_cannot_be_removed_here(
    world: World, dialog: SettingsDialog
) -> None:
    world.account.from_environment = True
    world.account.set_state(KeyState.READY)
    assert not dialog.remove_key_button.isEnabled()
    assert "ENIGMA_API_KEY" in dialog.key_state.text()


async def test_the_demo_has_one_address_and_one_key() -> None:
    world = World(demo=True)
    dialog = SettingsDialog(world.services, None, lambda: None)
    for widget in (dialog.base_url, dialog.apply_button, dialog.change_key_button):
        assert not widget.isEnabled()
    assert not dialog.remove_key_button.isEnabled()
    dialog.deleteLater()
