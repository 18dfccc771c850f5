"""'Settings'."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from enigma_panel.services.types import KeyCheck, KeyState
from enigma_panel.ui.settings.dialog import SettingsDialog
from tests.kit.builders import BASE_URL
from tests.kit.person import ENTER, active, all_text, click, key
from tests.kit.world import World


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


async def test_being_told_when_something_is_done_holds_at_once(
    world: World, dialog: SettingsDialog
) -> None:
    dialog.ask()
    box = dialog.tell_when_done
    assert box.isChecked()
    assert box.text() == "Tell me when something is done"
    tip = (
        "Only while another program has the focus, and only for tasks that took more than "
        "20 seconds."
    )
    assert (box.toolTip(), box.accessibleDescription()) == (tip, tip)
    box.click()
    assert not world.settings.value.tell_when_done
    world.settings.change(tell_when_done=True)
    assert box.isChecked()


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


async def test_browsers_at_once_hold_at_once(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    assert dialog.at_once.value() == 5
    assert (dialog.at_once.minimum(), dialog.at_once.maximum()) == (1, 100)
    dialog.at_once.setFocus()
    key(dialog.at_once, Qt.Key.Key_Up)
    assert world.settings.value.browsers_at_once == 6
    key(dialog.at_once, Qt.Key.Key_Down)
    key(dialog.at_once, Qt.Key.Key_Down)
    assert world.settings.value.browsers_at_once == 4
    dialog.close_button.setFocus()
    world.settings.change(browsers_at_once=9)
    assert dialog.at_once.value() == 9


async def test_half_a_number_is_no_choice(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    dialog.at_once.setFocus()
    dialog.at_once.selectAll()
    key(dialog.at_once, Qt.Key.Key_1)
    assert world.settings.value.browsers_at_once == 5
    key(dialog.at_once, Qt.Key.Key_2)
    key(dialog.at_once, ENTER)
    assert world.settings.value.browsers_at_once == 12


async def test_fewer_than_wanted_is_said(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    assert dialog.now_fewer.text() == ""
    world.queue.set_limit(3)
    assert dialog.now_fewer.text() == "At the moment 3: the service refused more."
    world.queue.set_limit(5)
    assert dialog.now_fewer.text() == ""


async def test_what_happens_before_sleep_is_chosen(world: World, dialog: SettingsDialog) -> None:
    dialog.ask()
    assert dialog.before_sleep.accessibleName() == "Before this computer sleeps"
    assert dialog.before_sleep.currentText() == "Leave sessions open"
    key(dialog.before_sleep, Qt.Key.Key_Down)
    assert dialog.before_sleep.currentText() == "Terminate idle and paused ones"
    assert world.settings.value.before_sleep == "terminate_idle"
    world.settings.change(before_sleep="leave")
    assert dialog.before_sleep.currentText() == "Leave sessions open"


async def test_a_computer_that_does_not_say_when_it_sleeps(world: World) -> None:
    dialog = SettingsDialog(world.services, None, lambda: None, power_available=False)
    assert not dialog.before_sleep.isEnabled()
    assert "does not say when it is about to sleep" in all_text(dialog)
    dialog.deleteLater()
