"""The key: every outcome of the keychain, and what the service says of it."""

import threading
from collections.abc import Callable

import pytest

from enigma_panel.api.client import HttpClient
from enigma_panel.api.errors import RejectedError, Reply
from enigma_panel.api.wire.requests import WRITERS
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.service_rules import Dialect
from enigma_panel.services import account as module
from enigma_panel.services.account import Account
from enigma_panel.services.types import KeyCheck, KeyState
from enigma_panel.store.keychain import MemoryStore, Result, SecretOutcome, SecretStore
from tests.conftest import LogWatch, Simulator
from tests.kit.builders import new_session
from tests.kit.existing import existing

Start = Callable[..., Simulator]
O = SecretOutcome  # noqa: E741 - a table reads better so


class Keychain(MemoryStore):
    def __init__(self, outcome: SecretOutcome, secret: str | None = None) -> None:
        super().__init__()
        self._result = Result(outcome=outcome, secret=secret, where="the test keychain")

    def get(self) -> Result:
        return self._result

    def save(self, secret: str) -> Result:
        return self._result


def make(
    store: SecretStore,
    url: str = "http://127.0.0.1:9",
    redactor: Redactor | None = None,
    **environment: str,
) -> Account:
    async def printer(key: str, base_url: str) -> str:
        return f"print of {len(key)} at {base_url}"

    return Account(
        url,
        store_for=lambda _url: store,
        environment=environment,
        make_client=HttpClient,
        printer=printer,
        redactor=redactor or Redactor(),
    )


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (O.ABSENT, KeyState.ABSENT),
        (O.NO_KEYCHAIN, KeyState.NO_KEYCHAIN),
        (O.LOCKED, KeyState.LOCKED),
        (O.DENIED, KeyState.DENIED),
        (O.FAILED, KeyState.FAILED),
    ],
)
async def test_no_key_and_why(outcome: SecretOutcome, state: KeyState) -> None:
    account = make(Keychain(outcome))
    assert await account.load() is state
    assert account.client is None
    await account.aclose()


async def test_a_dialect_that_is_chosen_as_the_key_is_taken_is_spoken() -> None:
    account, spoken = make(Keychain(O.FOUND, "enig_one")), list[Dialect]()

    def make_client(base_url: str, key: str, dialect: Dialect) -> HttpClient:
        spoken.append(dialect)
        return HttpClient(base_url, key, dialect)

    async def printer(_key: str, _base_url: str) -> str:
        account.choose_dialect(Dialect.W2)  # the ledger's disk may be slow
        return "print"

    account._make_client, account._printer = make_client, printer
    await account.load()
    assert spoken == [account.dialect] == [Dialect.W2]
    await account.aclose()


async def test_found_in_the_keychain() -> None:
    account = make(Keychain(O.FOUND, "enig_one"))
    assert await account.load() is KeyState.READY
    assert account.where == "the test keychain"
    assert "enig_one" not in repr(account.client)
    await account.aclose()


async def test_the_environment_comes_first_and_is_not_stored() -> None:
    store = MemoryStore()
    store.save("enig_stored")
    account = make(store, ENIGMA_API_KEY=" enig_environment ")
    assert await account.load() is KeyState.READY
    assert account.from_environment
    assert account.key_prefix == "enig_"
    assert account.key_fingerprint == "print of 16 at http://127.0.0.1:9"
    assert store.get().secret == "enig_stored"
    await account.aclose()


async def test_the_environments_key_goes_to_no_other_address() -> None:
    account = make(Keychain(O.ABSENT), HERE, ENIGMA_API_KEY="enig_environment")
    await account.load()
    await account.set_base_url("http://127.0.0.1:10")
    assert (account.state, account.from_environment) == (KeyState.ABSENT, False)
    await account.set_base_url(HERE)
    assert (account.state, account.from_environment) == (KeyState.READY, True)
    await account.save(TYPED)  # it replaces the environment's until the program ends
    await account.set_base_url("http://127.0.0.1:10")
    await account.set_base_url(HERE)
    assert (account.from_environment, account.key_in_memory) == (False, TYPED)
    await account.aclose()


async def test_nothing_is_said_of_a_key_that_was_removed() -> None:
    account = make(Keychain(O.FOUND, "enig_one"))
    await account.load()
    account.last_check = KeyCheck.ACCEPTED
    await account.remove()
    assert (account.state, account.last_check, account.key_prefix) == (KeyState.ABSENT, None, "")
    await account.aclose()


async def test_a_key_in_use_is_redacted() -> None:
    """Also one that does not look like a key of the service."""
    redactor = Redactor()
    account = make(Keychain(O.FOUND, "of-no-known-form"), redactor=redactor)
    await account.load()
    assert redactor.redact("sent with of-no-known-form") == "sent with [redacted]"
    await account.save("another-of-no-form")
    assert redactor.redact("another-of-no-form") == "[redacted]"
    await account.aclose()


@pytest.mark.parametrize("key", ["two words", "schlüssel", "line\nbreak"])
async def test_an_environment_key_that_none_can_be_is_no_key(key: str, log_watch: LogWatch) -> None:
    log_watch.allow("cannot be one")
    account = make(Keychain(O.ABSENT), ENIGMA_API_KEY=key)
    assert await account.load() is KeyState.FAILED
    assert account.client is None
    await account.aclose()


@pytest.mark.parametrize("outcome", [O.NO_KEYCHAIN, O.LOCKED, O.DENIED, O.FAILED])
async def test_what_no_keychain_takes_stays_in_memory(outcome: SecretOutcome) -> None:
    account = make(Keychain(outcome))
    result, check = await account.save("enig_one")
    assert result is not None
    assert result.outcome is outcome
    assert (account.state, account.where) == (KeyState.READY, "memory")
    assert check is KeyCheck.UNREACHABLE
    await account.aclose()


async def test_the_service_accepts_and_refuses(simulator: Start) -> None:
    account = make(MemoryStore(), simulator().url)
    assert await account.save("enig_demo") == (
        Result(outcome=O.SAVED, where="memory"),
        KeyCheck.ACCEPTED,
    )
    in_use = account.client
    assert await account.save("enig_other") == (None, KeyCheck.REFUSED)
    assert account.client is in_use, "what was refused takes nothing's place"
    assert account.last_check is KeyCheck.ACCEPTED
    kept, check = await account.save("enig_other", even_refused=True)
    assert (kept, check) == (Result(outcome=O.SAVED, where="memory"), KeyCheck.REFUSED)
    assert account.last_check is KeyCheck.REFUSED
    assert account.client is not in_use
    await account.aclose()


async def test_a_service_without_that_call_has_no_test(seed_service: Start) -> None:
    account = make(MemoryStore(), seed_service().url)
    _, check = await account.save("enig_demo")
    assert check is account.last_check is KeyCheck.NO_TEST
    await account.aclose()


async def test_a_keychain_that_never_answers_counts_as_locked(
    monkeypatch: pytest.MonkeyPatch, log_watch: LogWatch
) -> None:
    monkeypatch.setattr(module, "KEYCHAIN_S", 0.2)
    freed = threading.Event()

    class Silent(Keychain):
        def get(self) -> Result:
            freed.wait(10)
            return super().get()

    log_watch.allow("no answer in time")
    account = make(Silent(O.ABSENT))
    assert await account.load() is KeyState.LOCKED
    freed.set()
    await account.aclose()


async def test_a_session_is_controlled_with_its_own_key_and_host_only() -> None:
    account = make(Keychain(O.FOUND, "enig_one"))
    await account.load()
    ours = new_session(base_url=account.base_url, key_fingerprint=account.key_fingerprint)
    other_key = new_session(base_url=account.base_url, key_fingerprint="other")
    other_host = new_session(base_url="https://b", key_fingerprint=account.key_fingerprint)
    assert account.client_for(ours) is account.client
    assert account.client_for(other_key) is None
    assert account.client_for(other_host) is None
    await account.aclose()


async def test_an_open_session_is_spoken_to_in_the_dialect_in_which_it_was_opened() -> None:
    account = make(Keychain(O.FOUND, "enig_one"))
    await account.load()
    before = account.client
    opened = {
        dialect: new_session(
            base_url=account.base_url, key_fingerprint=account.key_fingerprint, dialect=dialect
        )
        for dialect in Dialect
    }
    account.choose_dialect(Dialect.W2)
    clients = {dialect: account.client_for(session) for dialect, session in opened.items()}
    assert clients[Dialect.E] is before
    assert clients[Dialect.W2] is account.client
    for dialect, client in clients.items():
        assert isinstance(client, HttpClient)
        assert client._writer is WRITERS[dialect]
        assert client is account.client_for(opened[dialect])
        assert account.is_in_use(client)
    await account.aclose()


async def test_another_address_has_another_key() -> None:
    stores = {"https://one.example": MemoryStore(), "https://two.example": MemoryStore()}
    stores["https://one.example"].save("enig_one")
    account = make(MemoryStore(), "https://one.example")
    account._store_for = stores.__getitem__
    assert await account.load() is KeyState.READY
    account.last_check = KeyCheck.REFUSED
    await account.set_base_url("https://two.example")
    assert (account.state, account.client) == (KeyState.ABSENT, None)
    assert account.last_check is None  # it was of the other key
    await account.aclose()


async def test_what_is_said_of_a_key_is_not_said_of_the_next_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = make(Keychain(O.FOUND, "enig_one"), "https://one.example")
    await account.load()

    async def refuse(_client: HttpClient) -> None:
        await account.set_base_url("https://two.example")
        raise RejectedError(Reply(status=401), nothing_happened=True)

    monkeypatch.setattr(HttpClient, "check_key", refuse)
    assert await account.check() is KeyCheck.REFUSED
    assert account.last_check is None
    await account.aclose()


async def test_a_401_about_the_key_is_said_once() -> None:
    account = make(Keychain(O.FOUND, "enig_one"))
    await account.load()
    changes: list[None] = []
    account.changed.connect(lambda: changes.append(None))
    error = RejectedError(Reply(status=401), nothing_happened=True)
    client = existing(account.client)
    account.note_error(error, client)
    account.note_error(error, client)
    assert account.last_check is KeyCheck.REFUSED
    assert len(changes) == 1
    await account.save("enig_two")
    account.note_error(error, client)  # of a call that was under way: the new key is fine
    assert account.last_check is not KeyCheck.REFUSED
    await account.aclose()


# -- in memory alone ---------------------------------------------------------------

HERE, TYPED = "http://127.0.0.1:9", "enig_typed-by-hand"


async def test_a_key_that_no_keychain_takes_is_in_memory_and_no_other_is() -> None:
    for outcome, in_memory in ((O.NO_KEYCHAIN, TYPED), (O.SAVED, "")):
        account = make(Keychain(outcome))
        assert account.key_in_memory == ""
        await account.save(TYPED)
        assert account.key_in_memory == in_memory
        await account.remove()
        assert account.key_in_memory == ""
        await account.aclose()
    account = make(Keychain(O.NO_KEYCHAIN), ENIGMA_API_KEY=TYPED)
    await account.load()
    assert (account.state, account.key_in_memory) == (KeyState.READY, "")
    await account.aclose()


async def test_a_key_that_was_saved_takes_the_place_of_the_one_in_memory() -> None:
    """The keychain has it: another look, or another address and back, must not find the old one."""
    account = make(Keychain(O.NO_KEYCHAIN))
    await account.save(TYPED)
    account._store_for = lambda _url: Keychain(O.SAVED)
    await account.save("enig_new")
    keychain = Keychain(O.FOUND, "enig_new")
    account._store_for = lambda _url: keychain
    await account.set_base_url("http://127.0.0.1:10")
    await account.set_base_url(HERE)
    assert (account.where, account.key_in_memory) == (keychain.get().where, "")
    assert account.key_fingerprint == f"print of {len('enig_new')} at {HERE}"
    await account.aclose()


async def test_a_key_in_memory_is_there_again_when_its_address_is() -> None:
    account = make(Keychain(O.NO_KEYCHAIN))
    await account.save(TYPED)
    await account.set_base_url("http://127.0.0.1:10")
    assert (account.client, account.key_in_memory) == (None, "")
    await account.set_base_url(HERE)
    assert (account.state, account.key_in_memory) == (KeyState.READY, TYPED)
    await account.aclose()
