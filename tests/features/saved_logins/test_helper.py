"""Saved logins in a question: filled in by a click, sent by nobody but the person."""

import asyncio
import threading

import pytest
from msgspec.structs import replace

from enigma_panel.core.questions.kinds import LOGIN_USED
from enigma_panel.features.saved_logins.helper import SavedLogins
from enigma_panel.features.saved_logins.settings import LoginSettings, SavedLogin
from enigma_panel.features.saved_logins.text import remember_label
from enigma_panel.services.types import AnswerOutcome
from enigma_panel.store.keychain import SecretOutcome
from enigma_panel.ui.questions.dialog import QuestionDialog
from enigma_panel.ui.questions.forms.credentials import CredentialsPage
from tests.features.saved_logins.world import LoginsWorld
from tests.kit.person import active, click, shown_texts, type_text
from tests.kit.question_pages import form_of
from tests.kit.wait import until

LOGIN = "I need login credentials to proceed."
PASSWORD = "zebra-47-crossing"
MARIA = SavedLogin(host="bank.example", account="maria")


@pytest.fixture
def dialog(world: LoginsWorld) -> QuestionDialog:
    world.keychain.store_for("bank.example", "maria").save(PASSWORD)
    world.settings.change_section(LoginSettings, logins=(MARIA,))
    return world.question_dialog()


async def ask(
    world: LoginsWorld,
    dialog: QuestionDialog,
    text: str = "Log in to bank.example",
    question_text: str = LOGIN,
) -> None:
    question = world.sessions.add_asking(1, question_text, text=text)
    world.inbox.ask(question)
    dialog.ask_now(question)
    await world.settle()
    await active(dialog)


def page_of(dialog: QuestionDialog) -> CredentialsPage:
    page = form_of(dialog).page()
    assert isinstance(page, CredentialsPage)
    return page


def saved_of(dialog: QuestionDialog) -> SavedLogins:
    saved = page_of(dialog).helper
    assert isinstance(saved, SavedLogins)
    return saved


def names_of(saved: SavedLogins) -> list[str]:
    return [button.accessibleName() for button in saved.buttons]


async def arm(world: LoginsWorld, dialog: QuestionDialog) -> None:
    await asyncio.sleep(0.02)
    world.clock.pass_ms(1_500)
    assert dialog.is_armed()


async def send(world: LoginsWorld, dialog: QuestionDialog) -> None:
    await arm(world, dialog)
    click(dialog.foot.send_button)
    await until(lambda: world.inbox.answered)


async def test_a_click_fills_it_in_and_sends_nothing(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog)
    saved = saved_of(dialog)
    assert names_of(saved) == ["Fill in maria"]
    assert "For bank.example, guessed from your task." in shown_texts(dialog)
    await arm(world, dialog)
    page = page_of(dialog)
    await asyncio.sleep(0.1)
    assert page.is_empty(), "nothing is filled in unasked"
    click(saved.buttons[0])
    await until(lambda: page.password.text() == PASSWORD)
    assert page.username.text() == "maria"
    await world.settle()
    assert world.inbox.answered == []
    await send(world, dialog)
    (answered,) = world.inbox.answered
    assert answered.text == f"Username: maria, Password: {PASSWORD}"
    assert world.inbox.used == [f"{LOGIN_USED}maria"]


async def test_what_is_typed_after_it_is_no_saved_login(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog)
    click(saved_of(dialog).buttons[0])
    page = page_of(dialog)
    await until(lambda: page.password.text() == PASSWORD)
    type_text(page.username, "x")
    assert page.used() == ""


async def test_a_login_is_saved_only_if_the_box_says_so(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    for remembers in (False, True):
        await ask(world, dialog, "Log in to shop.example")
        saved, page = saved_of(dialog), page_of(dialog)
        assert saved.buttons == []
        await until(lambda saved=saved: saved.remember.isEnabled())
        assert saved.remember.accessibleName() == "Remember for shop.example in the GNOME keyring"
        assert not saved.remember.isChecked()
        saved.remember.setChecked(remembers)
        page.username.clear()  # after a first answer it is offered once more
        type_text(page.username, "paul")
        type_text(page.password, "lion-11")
        await send(world, dialog)
        world.inbox.answered.clear()
        expected = "lion-11" if remembers else None
        await until(
            lambda expected=expected: world.keychain.password("shop.example", "paul") == expected
        )
    assert {(one.host, one.account) for one in world.logins.saved()} == {
        ("bank.example", "maria"),
        ("shop.example", "paul"),
    }


async def test_nothing_is_offered_where_no_host_is_named(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog, "Log in")
    assert page_of(dialog).helper is None


async def test_where_the_task_names_two_sites_the_person_chooses(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog, "Log in at mybank.finance and compare with bank.example")
    saved, page = saved_of(dialog), page_of(dialog)
    assert "Which site is this login for?" in shown_texts(dialog)
    assert [button.text() for button in saved.choices] == ["mybank.finance", "bank.example"]
    assert saved.buttons == []
    assert not saved.remember.isVisible()
    click(saved.choices[1])
    assert names_of(saved) == ["Fill in maria"]
    await until(saved.remember.isEnabled)
    saved.remember.setChecked(True)
    click(saved.choices[0])
    assert saved.buttons == []
    assert not saved.remember.isChecked()
    assert saved.remember.accessibleName() == "Remember for mybank.finance in the GNOME keyring"
    saved.remember.setChecked(True)
    type_text(page.username, "paul")
    type_text(page.password, "lion-11")
    await send(world, dialog)
    await until(lambda: world.keychain.password("mybank.finance", "paul") == "lion-11")
    assert world.keychain.password("bank.example", "paul") is None


async def test_without_a_choice_nothing_is_saved(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog, "Log in at mybank.finance and compare with bank.example")
    saved_of(dialog).remember.setChecked(True)
    type_text(page_of(dialog).username, "paul")
    type_text(page_of(dialog).password, "lion-11")
    await send(world, dialog)
    await world.settle()
    assert world.logins.saved() == (MARIA,)


async def test_a_question_that_names_another_site_warns(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog, question_text="Please log in to mybank.finance.")
    saved = saved_of(dialog)
    warning = "The question names mybank.finance, not bank.example."
    assert warning in shown_texts(dialog)
    assert saved.buttons == []
    click(saved.choices[0])
    assert names_of(saved) == ["Fill in maria"]
    assert warning in shown_texts(dialog)


async def test_a_login_on_its_way_stays_away_once_another_site_is_chosen(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog, "Log in at mybank.finance and compare with bank.example")
    saved = saved_of(dialog)
    click(saved.choices[1])
    world.keychain.gate = threading.Event()
    click(saved.buttons[0])
    click(saved.choices[0])
    world.keychain.gate.set()
    await asyncio.sleep(0.05)
    assert page_of(dialog).password.text() == ""


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (SecretOutcome.LOCKED, "The GNOME keyring could not be used."),
        (SecretOutcome.ABSENT, "The GNOME keyring has no password for it."),
        (SecretOutcome.DENIED, "The GNOME keyring denied access."),
        (SecretOutcome.FAILED, "The GNOME keyring could not be used."),
    ],
)
async def test_what_the_keychain_did_is_said_and_the_dialog_stays_usable(
    world: LoginsWorld, dialog: QuestionDialog, outcome: SecretOutcome, words: str
) -> None:
    await ask(world, dialog)
    world.keychain.outcome = outcome
    click(saved_of(dialog).buttons[0])
    await until(lambda: words in shown_texts(dialog))
    page = page_of(dialog)
    type_text(page.username, "maria")
    type_text(page.password, "typed")
    await send(world, dialog)
    assert len(world.inbox.answered) == 1


async def test_a_keychain_that_waits_can_be_given_up(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog)
    world.keychain.gate = threading.Event()
    saved = saved_of(dialog)
    click(saved.buttons[0])
    assert not saved.wait.cancel.isVisible()
    await until(saved.wait.cancel.isVisible)
    assert "Waiting for the GNOME keyring. You may need to unlock it." in shown_texts(dialog)
    click(saved.wait.cancel)
    await until(lambda: not saved.wait.cancel.isVisible())
    assert "unlock" not in shown_texts(dialog)
    world.keychain.gate.set()
    world.keychain.gate = None
    click(saved.buttons[0])
    await until(lambda: page_of(dialog).password.text() == PASSWORD)


async def test_a_question_that_ends_while_the_keychain_waits_leaves_nothing(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog)
    world.keychain.gate = threading.Event()
    click(saved_of(dialog).buttons[0])
    world.inbox.close(1)
    assert not dialog.isVisible()
    await asyncio.sleep(0.05)
    world.keychain.gate.set()
    await asyncio.sleep(0.05)
    assert "saved login" not in world.scope.names()


async def test_what_is_typed_while_the_keychain_waits_is_not_written_over(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog)
    world.keychain.gate = threading.Event()
    click(saved_of(dialog).buttons[0])
    page = page_of(dialog)
    type_text(page.username, "somebody else")
    world.keychain.gate.set()
    await asyncio.sleep(0.05)
    assert (page.username.text(), page.password.text()) == ("somebody else", "")
    assert page.used() == ""


async def test_what_is_being_sent_is_not_written_over(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog)
    page = page_of(dialog)
    type_text(page.username, "paul")
    type_text(page.password, "lion-11")
    await arm(world, dialog)
    world.keychain.gate = threading.Event()
    click(saved_of(dialog).buttons[0])
    world.inbox.outcome = AnswerOutcome.FAILED
    await send(world, dialog)
    world.keychain.gate.set()
    await asyncio.sleep(0.05)
    assert (page.username.text(), page.password.text()) == ("paul", "lion-11")


async def test_where_nobody_knows_who_asks_no_login_is_offered(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    question = world.sessions.add_asking(1, LOGIN, text="Log in to bank.example")
    world.inbox.ask(replace(question, is_asker_unknown=True))
    dialog.ask_now(world.inbox.open[0])
    await world.settle()
    assert page_of(dialog).helper is None


async def test_at_an_odd_address_nothing_is_saved(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog, "Log in to https://bank.example:8443/")
    assert not saved_of(dialog).remember.isVisible()


async def test_without_a_keychain_nothing_can_be_saved(world: LoginsWorld) -> None:
    world.keychain.name = ""
    dialog = world.question_dialog()
    await ask(world, dialog)
    await asyncio.sleep(0.05)
    assert not saved_of(dialog).remember.isEnabled()


async def test_put_off_while_the_keychain_waits_nothing_is_filled_in(
    world: LoginsWorld, dialog: QuestionDialog
) -> None:
    await ask(world, dialog)
    page = page_of(dialog)
    world.keychain.gate = threading.Event()
    click(saved_of(dialog).buttons[0])
    click(dialog.foot.later_button)
    assert not dialog.isVisible()
    world.keychain.gate.set()
    await asyncio.sleep(0.05)
    assert page.password.text() == ""


def test_in_memory_it_is_remembered_until_the_program_ends() -> None:
    assert remember_label("bank.example", "memory") == "Remember for bank.example until I quit"
