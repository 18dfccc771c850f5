"""Each outcome of the keychain, with backends that behave like the real ones in trouble."""

import sys
from collections.abc import Callable
from typing import Any

import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from enigma_panel.store.keychain import (
    NO_PLACE,
    KeychainStore,
    MemoryStore,
    Result,
    SecretOutcome,
    SecretStore,
    service_name,
    where_name,
)

OUT = SecretOutcome
KEY = "enig_" + "k" * 40
GNOME = "keyring.backends.SecretService"


class Fake(KeyringBackend):
    """A keychain that works, or raises `trouble` from the call named `when`."""

    priority = -1  # never chosen by keyring itself

    def __init__(self, trouble: BaseException | None = None, when: str = "") -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves it untyped
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble = trouble
        self.when = when

    def _maybe(self, call: str) -> None:
        if self.trouble is not None and self.when in ("", call):
            raise self.trouble

    def get_password(self, service: str, username: str) -> str | None:
        self._maybe("get")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._maybe("set")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._maybe("delete")
        del self.kept[service, username]


def _as(module: str, backend: KeyringBackend) -> KeyringBackend:
    cls = type(backend)
    backend.__class__ = type(cls.__name__, (cls,), {"__module__": module, "priority": -1})
    return backend


def _bare(cls: Callable[[], Any]) -> KeyringBackend:
    """An instance of one of keyring's own classes, which have no types."""
    backend: KeyringBackend = cls()
    return backend


def _store(backend: KeyringBackend, service: str = "test") -> KeychainStore:
    return KeychainStore(service, find_backend=lambda: backend)


def _caused_by(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


def test_save_get_remove() -> None:
    store: SecretStore = _store(_as(GNOME, Fake()))
    where = "the GNOME keyring"
    assert store.get() == Result(outcome=OUT.ABSENT, where=where)
    assert store.remove() == Result(outcome=OUT.ABSENT, where=where)
    assert store.save(KEY) == Result(outcome=OUT.SAVED, where=where)
    assert store.get() == Result(outcome=OUT.FOUND, secret=KEY, where=where)
    assert store.remove() == Result(outcome=OUT.REMOVED, where=where)
    assert store.get().outcome is OUT.ABSENT


def test_memory_does_the_same() -> None:
    store: SecretStore = MemoryStore()
    assert store.where() == "memory"
    assert store.get().outcome is OUT.ABSENT
    assert store.save(KEY).outcome is OUT.SAVED
    assert store.get() == Result(outcome=OUT.FOUND, secret=KEY, where="memory")
    assert [store.remove().outcome for _ in range(2)] == [OUT.REMOVED, OUT.ABSENT]


def test_profiles_do_not_share() -> None:
    backend = _as(GNOME, Fake())
    one, two = (_store(backend, service_name(name)) for name in ("Work", "Home"))
    one.save(KEY)
    assert two.get().outcome is OUT.ABSENT
    assert service_name("Work") == "Enigma Control Panel – Work"


def test_a_secret_is_not_in_the_repr() -> None:
    store = MemoryStore()
    store.save(KEY)
    assert KEY not in repr(store.get())


class KeychainDenied(Exception):  # noqa: N818 - the name that keyring's macOS backend uses
    pass


class SecAuthFailure(Exception):  # noqa: N818 - as above
    pass


class PromptDismissedException(Exception):  # noqa: N818 - the name that secretstorage uses
    pass


class SecretServiceNotAvailableException(Exception):  # noqa: N818 - as above
    pass


class PyWinError(Exception):
    def __init__(self, winerror: int) -> None:
        self.winerror = winerror


class DBusErrorResponse(Exception):  # noqa: N818 - the name that jeepney uses
    name = "org.freedesktop.DBus.Error.AccessDenied"


TROUBLES: dict[str, tuple[BaseException, SecretOutcome]] = {
    "no backend": (keyring.errors.NoKeyringError("none"), OUT.NO_KEYCHAIN),
    "locked": (keyring.errors.KeyringLocked("locked"), OUT.LOCKED),
    "dismissed at the first collection": (
        _caused_by(keyring.errors.InitError("x"), PromptDismissedException()),
        OUT.LOCKED,
    ),
    "no service": (
        _caused_by(keyring.errors.InitError("x"), SecretServiceNotAvailableException()),
        OUT.NO_KEYCHAIN,
    ),
    "cannot start": (keyring.errors.InitError("x"), OUT.NO_KEYCHAIN),
    "macOS dialog refused": (
        _caused_by(keyring.errors.KeyringLocked("x"), KeychainDenied()),
        OUT.LOCKED,
    ),
    "macOS signature": (_caused_by(keyring.errors.KeyringError("x"), SecAuthFailure()), OUT.DENIED),
    "Windows denies": (PyWinError(5), OUT.DENIED),
    "the bus denies": (DBusErrorResponse(), OUT.DENIED),
    "the system denies": (PermissionError(13, "denied"), OUT.DENIED),
    "will not store": (keyring.errors.PasswordSetError("x"), OUT.FAILED),
    "will not delete": (keyring.errors.PasswordDeleteError("x"), OUT.FAILED),
    "anything else": (ZeroDivisionError(), OUT.FAILED),
    "the bus went away": (ConnectionResetError(), OUT.FAILED),
}


@pytest.mark.parametrize("name", sorted(TROUBLES))
@pytest.mark.parametrize("call", ["get", "save", "remove"])
def test_every_trouble_has_an_outcome(name: str, call: str) -> None:
    error, outcome = TROUBLES[name]
    store = _store(_as(GNOME, Fake(error)))
    calls: dict[str, Callable[[], Result]] = {
        "get": store.get,
        "save": lambda: store.save(KEY),
        "remove": store.remove,
    }
    result = calls[call]()
    place = NO_PLACE if outcome is OUT.NO_KEYCHAIN else "the GNOME keyring"
    assert result == Result(outcome=outcome, where=place, detail=type(error).__name__)


def test_trouble_while_reading_back() -> None:
    locked = keyring.errors.KeyringLocked("x")
    assert _store(_as(GNOME, Fake(locked, "get"))).save(KEY).outcome is OUT.LOCKED


def test_a_backend_that_cannot_even_be_found() -> None:
    def broken() -> Any:
        raise RuntimeError("a plug-in is broken")

    store = KeychainStore("test", find_backend=broken)
    assert store.get().outcome is OUT.FAILED
    assert store.where() == NO_PLACE


def test_a_backend_that_forgets_has_failed() -> None:
    store = _store(_bare(null.Keyring))
    assert (store.save(KEY).outcome, store.get().outcome) == (OUT.FAILED, OUT.ABSENT)


class Garbling(Fake):
    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password[:10]


class Clinging(Fake):
    def delete_password(self, service: str, username: str) -> None:
        """Says yes and does nothing."""


def test_what_comes_back_differently_was_not_saved() -> None:
    assert _store(_as(GNOME, Garbling())).save(KEY).outcome is OUT.FAILED


def test_what_is_still_there_was_not_removed() -> None:
    store = _store(_as(GNOME, Clinging()))
    store.save(KEY)
    assert store.remove().outcome is OUT.FAILED


REFUSED = ["keyrings.alt.file", "keyrings.alt.Gnome", "keyrings.cryptfile.cryptfile", "my_own"]


@pytest.mark.parametrize("module", REFUSED)
def test_never_a_file(module: str) -> None:
    backend = Fake()
    store = _store(_as(module, backend))
    for result in (store.save(KEY), store.get(), store.remove()):
        assert result == Result(outcome=OUT.NO_KEYCHAIN)
    assert backend.kept == {}
    assert store.where() == NO_PLACE


def test_the_fail_backend_is_no_keychain() -> None:
    assert _store(_bare(fail.Keyring)).save(KEY) == Result(outcome=OUT.NO_KEYCHAIN)


@pytest.mark.process
def test_of_a_chain_only_a_real_keychain_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    file, real = Fake(), Fake()
    links = [_as("keyrings.alt.file", file), _as(GNOME, real)]
    monkeypatch.setattr(chainer.ChainerBackend, "backends", links)
    store = _store(_bare(chainer.ChainerBackend))
    assert store.save(KEY) == Result(outcome=OUT.SAVED, where="the GNOME keyring")
    assert (len(file.kept), len(real.kept)) == (0, 1)
    monkeypatch.setattr(chainer.ChainerBackend, "backends", links[:1])
    assert store.save(KEY) == Result(outcome=OUT.NO_KEYCHAIN)
    assert file.kept == {}


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (GNOME, "the GNOME keyring"),
        ("keyring.backends.libsecret", "the GNOME keyring"),
        ("keyring.backends.kwallet", "KWallet"),
        ("keyring.backends.macOS", "the macOS keychain"),
        ("keyring.backends.Windows", "the Windows Credential Manager"),
        ("keyring.backends.fail", NO_PLACE),
    ],
)
def test_each_keychain_has_its_words(
    module: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "ubuntu:GNOME")
    backend = _as(module, Fake())
    assert where_name(backend) == name
    assert _store(backend).where() == name


@pytest.mark.skipif(sys.platform != "linux", reason="Plasma is a desktop of Linux")
def test_on_plasma_the_same_interface_is_kwallet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "KDE")
    assert where_name(_as(GNOME, Fake())) == "KWallet"
