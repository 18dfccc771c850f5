"""Saved logins: the password in the keychain alone, and whatever that does, in words."""

import asyncio
import stat
import threading
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from enigma_panel import bootstrap
from enigma_panel.core.models import TaskSpec
from enigma_panel.features.saved_logins import feature, logins as logins_module
from enigma_panel.features.saved_logins.logins import LoginFault, RememberedLogin
from enigma_panel.features.saved_logins.offers import LoginHost, login_host
from enigma_panel.features.saved_logins.settings import LoginSettings, SavedLogin
from enigma_panel.store import settings as settings_file
from enigma_panel.store.keychain import SecretOutcome
from tests.features.saved_logins.world import LoginsWorld
from tests.kit.wait import until
from tests.store.settings_files import section_written_before

PASSWORD = "zebra-47-crossing"
MARIA = SavedLogin(host="bank.example", account="maria")


@pytest.fixture
def gate(world: LoginsWorld) -> Iterator[threading.Event]:
    world.keychain.gate = threading.Event()
    yield world.keychain.gate
    world.keychain.gate.set()


async def remember(
    world: LoginsWorld, host: str = "bank.example", account: str = "maria", password: str = PASSWORD
) -> RememberedLogin:
    told: list[RememberedLogin] = []
    world.logins.remembered.connect(told.append)
    world.logins.remember(host, account, password)
    await until(lambda: told)
    world.logins.remembered.disconnect(told.append)
    return told[0]


async def test_the_password_is_in_the_keychain_alone(world: LoginsWorld) -> None:
    told = await remember(world)
    assert (told.login, told.result.fault, told.result.where) == (MARIA, None, "the GNOME keyring")
    assert world.logins.saved() == (MARIA,)
    assert PASSWORD not in str(settings_file._encode(world.settings.value))
    assert PASSWORD not in repr(told)
    result = await world.logins.password(MARIA)
    assert result.password == PASSWORD
    assert PASSWORD not in repr(result)


async def test_it_is_offered_for_its_host(world: LoginsWorld) -> None:
    await remember(world)
    place = login_host(TaskSpec(text="Log in to bank.example"))
    assert world.logins.offers(place) == [MARIA]
    assert world.logins.offers(LoginHost(host="bank.example.org")) == []


async def test_another_password_of_a_login_takes_the_place_of_the_first(world: LoginsWorld) -> None:
    await remember(world)
    await remember(world, password="another-one")
    (login,) = world.logins.saved()
    assert (await world.logins.password(login)).password == "another-one"


@pytest.mark.parametrize(
    "outcome",
    [SecretOutcome.NO_KEYCHAIN, SecretOutcome.LOCKED, SecretOutcome.DENIED, SecretOutcome.FAILED],
)
async def test_where_the_keychain_says_no_nothing_is_changed(
    world: LoginsWorld, outcome: SecretOutcome
) -> None:
    await remember(world)
    world.keychain.outcome = outcome
    (login,) = world.logins.saved()
    assert (await remember(world, account="paul")).result.fault is outcome
    assert (await world.logins.password(login)).fault is outcome
    assert (await world.logins.delete(login)).fault is outcome
    assert world.logins.saved() == (login,)


async def test_an_entry_that_another_program_deleted_is_said_and_can_be_deleted(
    world: LoginsWorld,
) -> None:
    await remember(world)
    (login,) = world.logins.saved()
    world.keychain.store_for(login.host, login.account).remove()
    assert (await world.logins.password(login)).fault is SecretOutcome.ABSENT
    assert world.logins.saved() == (login,)
    assert (await world.logins.delete(login)).fault is None
    assert world.logins.saved() == ()


async def test_deleted_its_password_is_gone(world: LoginsWorld) -> None:
    await remember(world)
    assert (await world.logins.delete(world.logins.saved()[0])).fault is None
    assert world.logins.saved() == ()
    assert world.keychain.password("bank.example", "maria") is None


async def test_a_keychain_that_hangs_holds_nothing_up_and_can_be_given_up(
    world: LoginsWorld, gate: threading.Event
) -> None:
    asking = asyncio.ensure_future(world.logins.password(MARIA))
    for _ in range(40):
        await asyncio.sleep(0.005)
    assert not asking.done()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    gate.set()
    await asyncio.sleep(0.02)
    assert world.logins.saved() == (), "what comes too late is used for nothing"


async def test_one_that_does_not_answer_in_time_is_said(
    world: LoginsWorld, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins_module, "KEYCHAIN_S", 0.05)
    monkeypatch.setattr(logins_module, "WHERE_S", 0.05)
    assert (await world.logins.password(MARIA)).fault is LoginFault.NO_ANSWER
    told = await remember(world)
    assert told.result.fault is LoginFault.NO_ANSWER
    assert world.logins.saved() == (MARIA,), "the keychain may keep it yet"
    monkeypatch.setattr(cast("Any", world.keychain), "store_for", lambda *_: Hanging())
    other = logins_module.Logins(
        cast("Any", world.settings), cast("Any", lambda *_: Hanging()), world.scope
    )
    told: list[str] = []
    other.changed.connect(lambda: told.append(other.where))
    other.find_where()
    await until(lambda: told)
    assert told == [""]


class Hanging:
    def where(self) -> str:
        time.sleep(0.2)
        return "too late"


def test_what_was_saved_is_there_at_the_next_start(world: LoginsWorld, tmp_path: Any) -> None:
    path = tmp_path / "settings.json"
    world.settings.change_section(LoginSettings, logins=(MARIA,))
    assert settings_file.save(path, world.settings.value)
    assert settings_file.section(settings_file.load(path)[0], LoginSettings).logins == (MARIA,)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_program_keeps_each_login_in_an_entry_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[tuple[Any, ...]] = []
    for module in (feature, bootstrap):
        monkeypatch.setattr(module, "KeychainStore", lambda *names: made.append(names))
    pairs = [("bank.example", "maria"), ("bank.example", "paul"), ("shop.example", "maria")]
    for host, account in pairs:
        feature.keychain_entry(host, account)
    assert len(set(made)) == len(pairs)
    assert bootstrap._keychain("https://bank.example") is None
    assert made[-1] not in made[:-1], "nor is the key's"


async def test_no_password_is_kept_that_nothing_lists(
    world: LoginsWorld, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever comes between: a keychain that is unlocked too late, a Cancel, the program's end."""
    monkeypatch.setattr(logins_module, "KEYCHAIN_S", 0.05)
    await remember(world)
    gate.set()
    await until(lambda: world.keychain.password("bank.example", "maria"))
    assert world.logins.saved() == (MARIA,)
    gate.clear()
    monkeypatch.setattr(logins_module, "KEYCHAIN_S", 60.0)
    world.logins.remember("shop.example", "paul", PASSWORD)
    await asyncio.sleep(0.02)
    await world.scope.close()
    gate.set()
    await until(lambda: world.keychain.password("shop.example", "paul"))
    assert {one.host for one in world.logins.saved()} == {"bank.example", "shop.example"}


async def test_what_was_deleted_while_the_keychain_waited_stays_so(
    world: LoginsWorld, gate: threading.Event
) -> None:
    world.settings.change_section(LoginSettings, logins=(MARIA,))
    asking = asyncio.ensure_future(world.logins.password(MARIA))
    await asyncio.sleep(0.02)
    world.settings.change_section(LoginSettings, logins=())
    gate.set()
    await asking
    assert world.logins.saved() == ()


async def test_of_two_passwords_for_one_login_the_later_one_stays(
    world: LoginsWorld, gate: threading.Event
) -> None:
    told: list[RememberedLogin] = []
    world.logins.remembered.connect(told.append)
    world.logins.remember("bank.example", "maria", "the first")
    await asyncio.sleep(0.02)
    world.logins.remember("bank.example", " maria ", "the second")
    await asyncio.sleep(0.02)
    gate.set()
    await until(lambda: len(told) == 2)
    assert world.keychain.password("bank.example", "maria") == "the second"
    assert len(world.logins.saved()) == 1


async def test_there_is_an_end_to_how_many_and_how_long(
    world: LoginsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins_module, "MOST", 1)
    assert (await remember(world)).result.fault is None
    assert (await remember(world, account="paul")).result.fault is LoginFault.TOO_MANY
    assert (await remember(world, password="another")).result.fault is None
    assert (await remember(world, account="x" * 201)).result.fault is LoginFault.TOO_LONG
    assert len(world.logins.saved()) == 1
    assert world.keychain.password("bank.example", "paul") is None


async def test_deleted_while_it_is_saved_it_leaves_no_password(
    world: LoginsWorld, gate: threading.Event
) -> None:
    world.logins.remember("bank.example", "maria", PASSWORD)
    await until(world.logins.saved)
    deleting = asyncio.ensure_future(world.logins.delete(world.logins.saved()[0]))
    await asyncio.sleep(0.05)
    assert world.keychain.begun == 1, "one after the other"
    gate.set()
    assert (await deleting).fault is None
    assert world.keychain.password("bank.example", "maria") is None
    assert world.logins.saved() == ()


async def test_deleted_without_an_answer_it_stays_listed(
    world: LoginsWorld, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settings.change_section(LoginSettings, logins=(MARIA,))
    monkeypatch.setattr(logins_module, "KEYCHAIN_S", 0.05)
    assert (await world.logins.delete(MARIA)).fault is LoginFault.NO_ANSWER
    assert world.logins.saved() == (MARIA,)


def test_a_file_written_before_the_section_keeps_the_logins() -> None:
    paul = SavedLogin(host="shop.example", account="paul")
    assert section_written_before(LoginSettings).logins == (MARIA, paul)
