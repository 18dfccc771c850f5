"""'API key'."""

from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.types import KeyCheck, KeyState
from enigma_panel.store.keychain import Result, SecretOutcome
from enigma_panel.ui.settings.key_dialog import KeyDialog
from tests.kit.person import (
    ENTER,
    active,
    all_text,
    click,
    key,
    shown_texts,
    type_text,
    undo_everything,
)
from tests.kit.world import World

KEY = "enig_0123456789"


@pytest.fixture
def dialog(world: World) -> KeyDialog:
    world.account.state = KeyState.ABSENT
    return KeyDialog(world.services, None)


async def shown(world: World, dialog: KeyDialog) -> None:
    dialog.ask()
    await active(dialog)
    await world.settle()


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("the GNOME keyring", "The key will be kept in the GNOME keyring."),
        ("memory", "only in memory until you quit"),
    ],
)
async def test_it_says_where_the_key_will_be(
    world: World, dialog: KeyDialog, where: str, words: str
) -> None:
    world.account.plan.where = where
    dialog.ask()
    assert dialog.state_label.text() != ""
    await world.settle()
    assert words in dialog.location_label.text()
    dialog.reject()
    world.account.where = where
    world.account.set_state(KeyState.READY)  # the first label says where it is
    await shown(world, dialog)
    assert (words in dialog.location_label.text()) is False


@pytest.mark.parametrize("state", KeyState)
async def test_every_state_has_words(world: World, dialog: KeyDialog, state: KeyState) -> None:
    world.account.set_state(state)
    assert dialog.state_label.text().endswith((".", "…"))


async def test_a_key_from_the_environment_is_said(world: World, dialog: KeyDialog) -> None:
    world.account.from_environment = True
    world.account.set_state(KeyState.READY)
    assert "ENIGMA_API_KEY" in dialog.state_label.text()


async def test_a_bad_form_is_named_and_nothing_saved(world: World, dialog: KeyDialog) -> None:
    typed = "enig 1"
    await shown(world, dialog)
    dialog.key.setText(typed)
    click(dialog.save_button)
    await world.settle()
    assert "no spaces" in dialog.key.accessibleDescription()
    assert dialog.key.text() == typed
    assert dialog.key.hasFocus()
    assert world.account.saved == []


async def test_a_pasted_header_is_no_key_but_spaces_around_it_count_for_nothing(
    world: World, dialog: KeyDialog
) -> None:
    await shown(world, dialog)
    dialog.key.setText(f"Authorization: Bearer {KEY}")
    click(dialog.save_button)
    assert world.account.saved == []
    assert "whole header line" in dialog.key.accessibleDescription()
    dialog.key.setText(f" {KEY} ")
    key(dialog.key, ENTER)
    await world.settle()
    assert world.account.saved == [KEY]


async def test_saving_says_both_and_forgets_the_key(world: World, dialog: KeyDialog) -> None:
    await shown(world, dialog)
    click(dialog.key.show_button)
    type_text(dialog.key, KEY)
    click(dialog.save_button)
    await world.settle()
    assert dialog.outcome.text() == "Saved in the GNOME keyring. The service accepted this key."
    undo_everything(dialog)
    assert KEY not in all_text(dialog)
    assert dialog.cancel_button.text() == "Close"


async def test_yes_and_no_have_their_colour_and_what_was_refused_stays(
    world: World, dialog: KeyDialog
) -> None:
    await shown(world, dialog)
    world.account.plan.check = KeyCheck.REFUSED
    type_text(dialog.key, KEY)
    click(dialog.save_button)
    await world.settle()
    assert dialog.key.text() == KEY  # it may lack a letter
    assert dialog.key.hasFocus()
    assert dialog.outcome.property("role") == "red"
    assert dialog.outcome.text() == "The service refused this key. It was not kept."
    assert world.account.saved == []
    assert (dialog.save_button.property("role"), dialog.cancel_button.text()) == (
        "primary",
        "Cancel",
    )
    world.account.plan.check = KeyCheck.ACCEPTED
    click(dialog.save_button)
    await world.settle()
    assert dialog.key.text() == ""
    assert dialog.outcome.property("role") == "green"
    assert dialog.cancel_button.property("role") == "primary"
    assert dialog.cancel_button.accessibleName() == "Close"
    assert dialog.cancel_button.hasFocus()
    type_text(dialog.key, "another")
    assert dialog.cancel_button.accessibleName() == "Cancel"
    assert dialog.save_button.property("role") == "primary"


async def test_a_service_without_a_test_is_told_calmly(world: World, dialog: KeyDialog) -> None:
    await shown(world, dialog)
    world.account.plan.check = KeyCheck.NO_TEST
    type_text(dialog.key, KEY)
    click(dialog.save_button)
    await world.settle()
    said = "Saved in the GNOME keyring. The service has no test for keys. The first task will tell."
    assert (dialog.outcome.text(), dialog.outcome.property("role")) == (said, "")
    assert dialog.cancel_button.text() == "Close"


async def test_every_outcome_is_told_and_memory_is_named(world: World, dialog: KeyDialog) -> None:
    await shown(world, dialog)
    outcomes = [outcome for outcome in SecretOutcome if outcome is not SecretOutcome.SAVED]
    for outcome, check in product(outcomes, [KeyCheck.ACCEPTED, KeyCheck.UNREACHABLE]):
        world.account.plan.saved = Result(outcome=outcome)
        world.account.plan.check = check
        dialog.key.clear()
        type_text(dialog.key, KEY)
        click(dialog.save_button)
        await world.settle()
        assert "in memory until you quit" in dialog.outcome.text(), (outcome, check)
        assert "The service" in dialog.outcome.text(), (outcome, check)


async def test_escape_saves_nothing_and_keeps_what_was_typed_masked(
    world: World, dialog: KeyDialog
) -> None:
    await shown(world, dialog)
    click(dialog.key.show_button)
    type_text(dialog.key, KEY)
    key(dialog, Qt.Key.Key_Escape)
    await world.settle()
    assert not dialog.isVisible()
    assert dialog.key.is_masked()
    assert world.account.saved == []
    dialog.ask()
    assert dialog.key.text() == KEY


@pytest.mark.parametrize("way", ["cancel", "refused, then cancel", "refused, then escape"])
async def test_nothing_of_a_key_stays(world: World, dialog: KeyDialog, way: str) -> None:
    world.account.plan.check = KeyCheck.REFUSED
    await shown(world, dialog)
    click(dialog.key.show_button)
    type_text(dialog.key, KEY)
    if way != "cancel":
        click(dialog.save_button)
        await world.settle()
        assert dialog.key.text() == KEY
    if way.endswith("cancel"):
        click(dialog.cancel_button)
    else:
        key(dialog, Qt.Key.Key_Escape)
    await shown(world, dialog)
    assert KEY not in all_text(dialog)
    undo_everything(dialog)
    assert KEY not in all_text(dialog)


async def test_a_key_refused_after_it_closed_does_not_stay(world: World, dialog: KeyDialog) -> None:
    world.account.plan.check = KeyCheck.REFUSED
    await shown(world, dialog)
    type_text(dialog.key, KEY)
    click(dialog.save_button)
    key(dialog, Qt.Key.Key_Escape)
    await world.settle()
    assert world.account.saved == []
    assert dialog.key.text() == ""
    dialog.ask()
    assert not dialog.keep_button.isVisible()


async def test_what_was_refused_is_kept_when_the_person_insists(
    world: World, dialog: KeyDialog
) -> None:
    world.account.plan.check = KeyCheck.REFUSED
    await shown(world, dialog)
    assert not dialog.keep_button.isVisible()
    type_text(dialog.key, KEY)
    click(dialog.save_button)
    await world.settle()
    click(dialog.keep_button)
    await world.settle()
    assert world.account.saved == [KEY]
    assert dialog.key.text() == ""
    assert dialog.outcome.text() == "Saved in the GNOME keyring. The service refused this key."
    assert not dialog.keep_button.isVisible()
    assert dialog.cancel_button.accessibleName() == "Close"


async def test_another_key_is_not_kept_in_its_place(world: World, dialog: KeyDialog) -> None:
    world.account.plan.check = KeyCheck.REFUSED
    await shown(world, dialog)
    type_text(dialog.key, KEY)
    click(dialog.save_button)
    await world.settle()
    type_text(dialog.key, "another")
    assert not dialog.keep_button.isVisible()


async def test_a_locked_keychain_can_be_looked_at_again(world: World, dialog: KeyDialog) -> None:
    world.account.set_state(KeyState.LOCKED)
    await shown(world, dialog)
    click(dialog.again_button)
    await world.settle()
    assert world.account.loads == 1


async def test_it_names_the_page_on_which_keys_are_made(
    world: World, dialog: KeyDialog, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    await shown(world, dialog)
    assert dialog.page_button.text() == "Get a key at enigma.click/settings"
    click(dialog.page_button)
    assert opened == ["https://enigma.click/settings"]
    await world.account.set_base_url("http://127.0.0.1:8080")
    world.account.set_state(KeyState.ABSENT)
    assert not dialog.page_button.isVisible()


async def test_the_demo_is_offered_where_there_is_one(world: World) -> None:
    called: list[bool] = []
    dialog = KeyDialog(world.services, None, lambda: called.append(True))
    await shown(world, dialog)
    click(dialog.demo_button)
    assert called == [True]
    assert not dialog.isVisible()
    without = KeyDialog(world.services, None)
    without.ask()
    assert not without.demo_button.isVisible()


async def test_a_key_for_another_service_is_sent_nowhere_before_one_is_chosen(
    world: World, dialog: KeyDialog
) -> None:
    await shown(world, dialog)
    type_text(dialog.key, "wr_0123456789")
    doubt = "This looks like a WebRun key."
    assert doubt in shown_texts(dialog)
    assert dialog.key.accessibleDescription() == doubt
    QTest.keyClick(dialog.key, Qt.Key.Key_Return)  # it came with what was pasted
    click(dialog.save_button)
    await world.settle()
    assert world.account.saved == []
    assert dialog.use_button.accessibleName() == "Use WebRun"
    click(dialog.use_button)
    assert dialog.service.currentText() == "WebRun"
    assert doubt not in shown_texts(dialog)
    assert world.account.base_url == "https://connect.enigma.click"  # until it is saved
    QTest.keyClick(dialog.key, Qt.Key.Key_Return)
    await world.settle()
    assert (world.account.base_url, world.account.saved) == (
        "https://connect.webrun.ai",
        ["wr_0123456789"],
    )
    assert world.settings.value.base_url == "https://connect.webrun.ai"


async def test_whoever_insists_on_a_service_is_not_asked_again(
    world: World, dialog: KeyDialog
) -> None:
    await shown(world, dialog)
    type_text(dialog.key, "wr_0123456789")
    dialog.service.activated.emit(dialog.service.currentIndex())
    assert not dialog.use_button.isVisible()
    click(dialog.save_button)
    await world.settle()
    assert world.account.saved == ["wr_0123456789"]


@pytest.mark.parametrize("by_person", [False, True])
async def test_opened_again_it_asks_again(world: World, dialog: KeyDialog, by_person: bool) -> None:
    await shown(world, dialog)
    type_text(dialog.key, "wr_0123456789")
    if by_person:
        dialog.service.activated.emit(dialog.service.currentIndex())
    else:
        click(dialog.use_button)
    QTest.keyClick(dialog.key, Qt.Key.Key_Escape)
    await shown(world, dialog)
    assert (dialog.service.currentText(), dialog.use_button.isVisible()) == ("Enigma", True)
    click(dialog.save_button)
    await world.settle()
    assert world.account.saved == []


async def test_a_key_that_fits_both_services_asks_nothing(world: World, dialog: KeyDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.key, KEY)
    for dialect in Dialect:
        world.account.choose_dialect(dialect)
        for index in range(dialog.service.count()):
            dialog.service.setCurrentIndex(index)
            dialog._show_service()
            assert not dialog.use_button.isVisible()


async def test_another_address_is_typed_and_checked(world: World, dialog: KeyDialog) -> None:
    await shown(world, dialog)
    assert not dialog.address.isVisible()
    dialog.service.setFocus()
    key(dialog.service, Qt.Key.Key_End)
    type_text(dialog.key, KEY)
    for address, saved in (("ftp://x", []), ("http://127.0.0.1:8080", [KEY])):
        dialog.address.setText(address)
        click(dialog.save_button)
        await world.settle()
        assert world.account.saved == saved
    assert world.account.base_url == "http://127.0.0.1:8080"


async def test_another_address_clears_what_became_of_a_key(world: World, dialog: KeyDialog) -> None:
    await shown(world, dialog)
    type_text(dialog.key, KEY)
    click(dialog.save_button)
    await world.settle()
    world.account.changed.emit()
    assert dialog.outcome.isVisible()
    await world.account.set_base_url("https://connect.webrun.ai")
    assert not dialog.outcome.isVisible()
    assert dialog.outcome.text() == ""
