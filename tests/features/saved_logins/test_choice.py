"""*Log in as* in New task: a saved login of exactly the host that all tasks name."""

from functools import partial

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from enigma_panel.core.models import TaskSpec
from enigma_panel.features.saved_logins.choice import LoginChoice
from enigma_panel.features.saved_logins.settings import LoginSettings, SavedLogin
from enigma_panel.ui.new_task.dialog import NewTaskDialog
from tests.features.saved_logins.world import LoginsWorld
from tests.kit.person import click, key, shown_texts, type_text
from tests.ui.new_task.conftest import shown

NOBODY, MARIA, OTTO = "Nobody, ask me", "maria at bank.example", "otto at bank.example"
LOGINS = tuple(
    SavedLogin(host=host, account=account)
    for host, account in (
        ("bank.example", "maria"),
        ("bank.example", "otto"),
        ("shop.example", "maria"),
    )
)
TEXT = "Log in at bank.example and list the last ten payments"


def make_dialog(world: LoginsWorld, *logins: SavedLogin) -> tuple[NewTaskDialog, LoginChoice]:
    world.settings.change_section(LoginSettings, logins=logins)
    part = LoginChoice(world.logins)
    return NewTaskDialog(world.services, None, lambda: None, [part]), part


def choices(part: LoginChoice) -> list[str]:
    return [part.box.itemText(at) for at in range(part.box.count())]


async def test_it_is_there_once_a_login_is_saved(world: LoginsWorld) -> None:
    dialog, part = make_dialog(world)
    await shown(world, dialog)
    assert not {"Log in as", NOBODY} & set(shown_texts(dialog))
    dialog.reject()
    world.settings.change_section(LoginSettings, logins=LOGINS)
    await shown(world, dialog)
    assert "Log in as" in shown_texts(dialog)
    assert choices(part) == [NOBODY]  # no row comes or goes while an address is typed
    type_text(dialog.task.field, TEXT)
    assert choices(part) == [NOBODY, MARIA, OTTO]
    assert part.box.currentText() == NOBODY


async def test_what_is_chosen_by_keys_goes_with_the_task(world: LoginsWorld) -> None:
    dialog, part = make_dialog(world, *LOGINS)
    await shown(world, dialog)
    type_text(dialog.task.field, TEXT)
    part.setFocus()
    key(part.box, Qt.Key.Key_Down)
    assert part.box.currentText() == MARIA
    click(dialog.another_button)
    await world.settle()
    assert part.box.currentText() == NOBODY  # the next task has its own
    type_text(dialog.task.field, TEXT)
    click(dialog.start_button)
    await world.settle()
    assert [one.spec.login for one in world.sessions.started] == ["maria", ""]


async def test_the_address_comes_before_the_words(world: LoginsWorld) -> None:
    dialog, part = make_dialog(world, *LOGINS)
    await shown(world, dialog)
    type_text(dialog.task.field, "List my orders")
    type_text(dialog.place.starting_url, "https://www.shop.example/orders")
    assert choices(part) == [NOBODY, "maria at shop.example"]


async def test_it_follows_the_host_and_comes_back_with_it(world: LoginsWorld) -> None:
    dialog, part = make_dialog(world, *LOGINS)
    await shown(world, dialog)
    type_text(dialog.place.starting_url, "https://bank.example")
    part.setFocus()
    key(part.box, Qt.Key.Key_Down)
    for address, shows in (
        ("https://shop.example", NOBODY),  # another maria
        ("https://evil-bank.example", NOBODY),
        ("https://bank.example", MARIA),
    ):
        dialog.place.starting_url.setText(address)
        assert part.box.currentText() == shows
        assert dialog.typed().login == ("maria" if shows == MARIA else "")


async def test_of_several_tasks_all_must_name_that_host(world: LoginsWorld) -> None:
    dialog, part = make_dialog(world, *LOGINS)
    await shown(world, dialog)
    click(dialog.task.per_line)
    dialog.task.field.fill(f"{TEXT}\nLog in to bank.example and pay")
    part.setFocus()
    key(part.box, Qt.Key.Key_Down)
    assert [spec.login for spec in dialog.specs()] == ["maria", "maria"]
    dialog.task.field.fill(f"{TEXT}\nLog in to shop.example")
    assert (choices(part), [spec.login for spec in dialog.specs()]) == ([NOBODY], ["", ""])


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_run_again_keeps_it(world: LoginsWorld, is_deleted: bool) -> None:
    dialog, part = make_dialog(world, *(LOGINS[1:] if is_deleted else LOGINS))
    spec = TaskSpec(text=TEXT, login="maria")
    await shown(world, dialog, prefill=spec)
    assert dialog.specs() == [replace(spec, login="" if is_deleted else "maria")]
    assert part.box.currentText() == (NOBODY if is_deleted else MARIA)
    assert not dialog.limits.isVisible()
    dialog.reject()
    await shown(world, dialog)
    assert "Draft kept" not in shown_texts(dialog)  # nobody typed it


def test_the_feature_adds_it(world: LoginsWorld) -> None:
    from enigma_panel.features.saved_logins import feature
    from tests.features.saved_logins.test_feature import host

    program = host(world)
    feature.add(program, world.logins)
    (make,) = program.dialogs.task_parts
    assert isinstance(make, partial)
    assert isinstance(make(), LoginChoice)
