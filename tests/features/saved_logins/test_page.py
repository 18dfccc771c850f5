"""'Settings → Logins'."""

import asyncio
import threading

import pytest

from enigma_panel.features.saved_logins.page import LoginsPage
from enigma_panel.features.saved_logins.settings import LoginSettings, SavedLogin
from enigma_panel.store.keychain import SecretOutcome
from enigma_panel.ui.widgets.pointer_hold import ARM_MS
from tests.features.saved_logins.world import LoginsWorld
from tests.kit.person import ENTER, button, click, key, shown_texts
from tests.kit.wait import until

PASSWORD = "zebra-47-crossing"


@pytest.fixture
def page(world: LoginsWorld) -> LoginsPage:
    for host, account in (("bank.example", "maria"), ("bank.example", "paul")):
        world.keychain.store_for(host, account).save(PASSWORD)
    world.settings.change_section(
        LoginSettings,
        logins=(
            SavedLogin(host="bank.example", account="paul"),
            SavedLogin(host="bank.example", account="maria"),
        ),
    )
    page = LoginsPage(world.logins, world.clock, world.scope)
    page.show()
    return page


def rows(page: LoginsPage) -> list[tuple[str, str]]:
    return [(login.host, login.account) for login in page.rows]


async def test_they_are_listed_without_a_password(page: LoginsPage) -> None:
    assert rows(page) == [("bank.example", "maria"), ("bank.example", "paul")]
    assert PASSWORD not in shown_texts(page)


async def test_one_is_removed(world: LoginsWorld, page: LoginsPage) -> None:
    remover = button(page, "Remove maria at bank.example")
    remover.setFocus()
    for outcome, said in (
        (SecretOutcome.LOCKED, "The GNOME keyring could not be used."),
        (None, "Removed."),
    ):
        world.keychain.outcome = outcome
        key(remover, ENTER)
        await until(lambda said=said: said in shown_texts(page))
        key(page.focusWidget(), ENTER)
        assert not page.wait.is_waiting, "the keys of a moment ago"
        world.clock.pass_ms(ARM_MS)
    assert page.focusWidget() is button(page, "Remove paul at bank.example")
    assert rows(page) == [("bank.example", "paul")]
    assert world.keychain.password("bank.example", "maria") is None


async def test_a_keychain_that_waits_can_be_given_up(world: LoginsWorld, page: LoginsPage) -> None:
    remover = button(page, "Remove maria at bank.example")
    world.keychain.gate = threading.Event()
    click(remover)
    await until(page.wait.cancel.isVisible)
    begun = world.keychain.begun
    click(button(page, "Remove paul at bank.example"))
    assert world.keychain.begun == begun, "one at a time"
    click(page.wait.cancel)
    assert not page.wait.is_waiting
    world.keychain.gate.set()
    await asyncio.sleep(0.1)
    assert len(rows(page)) == 2


async def test_without_any_it_says_how_one_is_saved(world: LoginsWorld) -> None:
    page = LoginsPage(world.logins, world.clock, world.scope)
    page.show()
    assert "None yet. To save one, tick Remember" in shown_texts(page)
    page.hide()
    page.deleteLater()


async def test_a_row_that_moves_stays_the_one_that_was_chosen(
    world: LoginsWorld, page: LoginsPage
) -> None:
    world.logins.remember("a.example", "anna", PASSWORD)
    await until(lambda: len(page.rows) == 3)
    remover = button(page, "Remove paul at bank.example")
    click(remover)
    assert not page.wait.is_waiting, "meant for what stood there a moment ago"
    world.clock.pass_ms(ARM_MS)
    click(remover)
    await until(lambda: len(page.rows) == 2)
    assert rows(page) == [("a.example", "anna"), ("bank.example", "maria")]
