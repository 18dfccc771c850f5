"""'Settings'."""

import pytest
from PySide6.QtCore import Qt

from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.types import KeyCheck, KeyState
from enigma_panel.ui.settings.dialog import SettingsDialog
from enigma_panel.ui.widgets.inputs import ScrollArea
from tests.kit.builders import BASE_URL
from tests.kit.person import ENTER, active, all_text, click, key, shown_texts
from tests.kit.world import World


@pytest.fixture
def dialog(world: World) -> SettingsDialog:
    return SettingsDialog(world.services, None, lambda: None)


async def on_account(dialog: SettingsDialog) -> None:
    dialog.ask()
    dialog.tabs.setCurrentIndex(1)
    await active(dialog)


async def test_no_tab_moves_when_one_is_chosen(dialog: SettingsDialog) -> None:
    await on_account(dialog)
    bar, places = dialog.tabs.tabBar(), set[str]()
    for chosen in range(bar.count()):
        bar.setCurrentIndex(chosen)
        places.add(str([bar.tabRect(n) for n in range(bar.count())]))
    assert len(places) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the address"),
        ("nonsense", "https://"),
        ("http://example.com", "could read your key"),
        ("https://example.com/path", "Enter only the host"),
        ("https://a:b@example.com", "username"),
    ],
)
async def test_a_bad_address_is_named_and_changes_nothing(
    world: World, dialog: SettingsDialog, typed: str, words: str
) -> None:
    await on_account(dialog)
    dialog.account.base_url.setText(typed)
    click(dialog.account.apply_button)
    await world.settle()
    assert words in dialog.account.base_url.accessibleDescription()
    assert dialog.account.base_url.text() == typed
    assert world.account.base_url == BASE_URL


async def test_a_problem_of_the_address_has_room(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    dialog.account.base_url.setText("nonsense")
    click(dialog.account.apply_button)
    await world.settle()
    scroll = dialog.tabs.currentWidget()
    assert isinstance(scroll, ScrollArea)
    assert scroll.verticalScrollBar().maximum() == 0


async def test_a_good_address_is_used_and_kept(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    dialog.account.base_url.setText("https://Connect.WebRun.ai/")
    key(dialog.account.base_url, ENTER)
    await world.settle()
    assert world.account.base_url == "https://connect.webrun.ai"
    assert world.settings.value.base_url == "https://connect.webrun.ai"
    assert dialog.account.base_url.text() == "https://connect.webrun.ai"


async def test_the_key_can_be_tested_and_removed(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    world.account.plan.check = KeyCheck.REFUSED
    click(dialog.account.test_key_button)
    await world.settle()
    assert dialog.account.key_outcome.text() == "The service refused this key."
    click(dialog.account.remove_key_button)
    await world.settle()
    assert world.account.removals == 1
    assert dialog.account.key_outcome.text() == "The key was removed."
    assert not dialog.account.test_key_button.isEnabled()


async def test_a_key_from_the_environment_cannot_be_removed_here(
    world: World, dialog: SettingsDialog
) -> None:
    world.account.from_environment = True
    world.account.set_state(KeyState.READY)
    assert not dialog.account.remove_key_button.isEnabled()
    assert "ENIGMA_API_KEY" in dialog.account.key_state.text()


async def test_a_key_from_the_environment_that_is_for_another_service_is_doubted(
    world: World, dialog: SettingsDialog
) -> None:
    account = world.account
    account.from_environment, account.key_prefix = True, "wr_"
    account.set_state(KeyState.READY)
    await on_account(dialog)
    doubt = "This looks like a WebRun key."
    assert doubt in shown_texts(dialog)
    assert dialog.account.change_key_button.accessibleDescription() == doubt
    account.from_environment = False  # one that was typed was doubted then
    account.set_state(KeyState.READY)
    assert doubt not in shown_texts(dialog)


async def test_the_demo_has_one_address_and_one_key() -> None:
    world = World(demo=True)
    dialog = SettingsDialog(world.services, None, lambda: None)
    for widget in (
        dialog.account.base_url,
        dialog.account.apply_button,
        dialog.account.change_key_button,
        dialog.account.dialect_box,
    ):
        assert not widget.isEnabled()
    assert not dialog.account.remove_key_button.isEnabled()
    assert "The demo has its own address, key and dialect." in all_text(dialog)
    assert "Your key is sent only here" not in all_text(dialog)
    dialog.deleteLater()


async def test_browsers_at_once_hold_at_once(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    assert dialog.account.at_once.value() == 5
    assert (dialog.account.at_once.minimum(), dialog.account.at_once.maximum()) == (1, 100)
    dialog.account.at_once.setFocus()
    key(dialog.account.at_once, Qt.Key.Key_Up)
    assert world.settings.value.browsers_at_once == 6
    key(dialog.account.at_once, Qt.Key.Key_Down)
    key(dialog.account.at_once, Qt.Key.Key_Down)
    assert world.settings.value.browsers_at_once == 4
    dialog.close_button.setFocus()
    world.settings.change(browsers_at_once=9)
    assert dialog.account.at_once.value() == 9


async def test_half_a_number_is_no_choice(world: World, dialog: SettingsDialog) -> None:
    await on_account(dialog)
    dialog.account.at_once.setFocus()
    dialog.account.at_once.selectAll()
    key(dialog.account.at_once, Qt.Key.Key_1)
    assert world.settings.value.browsers_at_once == 5
    key(dialog.account.at_once, Qt.Key.Key_2)
    key(dialog.account.at_once, ENTER)
    assert world.settings.value.browsers_at_once == 12


# -- the service dialect --------------------------------------------------------------------------


async def test_the_dialect_is_chosen_by_keys_and_holds_at_once(
    world: World, dialog: SettingsDialog
) -> None:
    await on_account(dialog)
    box = dialog.account.dialect_box
    assert box.accessibleName() == "Service dialect"
    assert [box.itemText(n) for n in range(box.count())] == [
        "Automatic (Enigma)",
        "Enigma (E)",
        "WebRun, first form (W1)",
        "WebRun (W2)",
    ]
    assert box.currentText() == "Automatic (Enigma)"
    key(box, Qt.Key.Key_End)
    assert (world.account.dialect, world.settings.value.dialect) == (Dialect.W2, "W2")
    key(box, Qt.Key.Key_Home)
    assert (world.account.chosen_dialect, world.settings.value.dialect) == (None, "")


async def test_another_address_comes_with_its_own_dialect(
    world: World, dialog: SettingsDialog
) -> None:
    await on_account(dialog)
    key(dialog.account.dialect_box, Qt.Key.Key_End)
    dialog.account.base_url.setText("https://connect.webrun.ai")
    key(dialog.account.base_url, ENTER)
    await world.settle()
    assert dialog.account.dialect_box.currentText() == "Automatic (WebRun)"
    assert world.settings.value.dialect == ""
    dialog.account.base_url.setModified(True)
    key(dialog.account.dialect_box, Qt.Key.Key_End)
    key(dialog.account.base_url, ENTER)  # the same once more
    await world.settle()
    assert world.settings.value.dialect == "W2"


async def test_a_dialect_that_the_host_does_not_speak_is_doubted(
    world: World, dialog: SettingsDialog
) -> None:
    await on_account(dialog)
    assert dialog.account.dialect_box.accessibleDescription() == ""
    key(dialog.account.dialect_box, Qt.Key.Key_End)
    doubt = "connect.enigma.click probably does not speak WebRun (W2)."
    assert doubt in shown_texts(dialog)
    assert dialog.account.dialect_box.accessibleDescription() == doubt
    key(dialog.account.dialect_box, Qt.Key.Key_Home)
    assert dialog.account.dialect_box.accessibleDescription() == ""


async def test_a_dialect_of_the_command_line_is_shown_and_not_kept(
    world: World, dialog: SettingsDialog
) -> None:
    world.account.chosen_dialect, world.account.is_dialect_for_run = Dialect.W1, True
    await on_account(dialog)
    assert dialog.account.dialect_box.currentText() == "WebRun, first form (W1)"
    assert "Set on the command line, for this run only." in dialog.account.dialect_note.text()
    assert world.settings.value.dialect == ""
    key(dialog.account.dialect_box, Qt.Key.Key_Down)
    assert world.settings.value.dialect == "W2"
    assert "command line" not in dialog.account.dialect_note.text()


async def test_for_an_address_of_the_command_line_no_dialect_is_kept(
    world: World, dialog: SettingsDialog
) -> None:
    world.account.base_url = "http://127.0.0.1:8080"
    await on_account(dialog)
    key(dialog.account.dialect_box, Qt.Key.Key_End)
    assert (world.account.dialect, world.settings.value.dialect) == (Dialect.W2, "")
    click(dialog.account.apply_button)  # kept from now on, and so is what was chosen for it
    await world.settle()
    assert world.settings.value.base_url == "http://127.0.0.1:8080"
    assert world.settings.value.dialect == "W2"


async def test_with_its_address_a_dialect_of_the_command_line_is_not_kept(
    world: World, dialog: SettingsDialog
) -> None:
    world.account.base_url = "http://127.0.0.1:8080"
    world.account.chosen_dialect, world.account.is_dialect_for_run = Dialect.W2, True
    await on_account(dialog)
    click(dialog.account.apply_button)
    await world.settle()
    assert world.settings.value.base_url == "http://127.0.0.1:8080"
    assert (world.settings.value.dialect, world.account.dialect) == ("", Dialect.W2)
