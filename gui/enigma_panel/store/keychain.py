"""Secrets in the system's keychain, with a closed set of outcomes; none is ever in a file.

Every call may wait for a person (an unlock dialog) or for ever: callers use a thread and a time
limit. `keyring` is imported at the first call, since importing it costs time.
"""

import os
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from enigma_panel.core.secrets.hidden import Hidden, HidingStruct

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

API_KEY = "api-key"
"""Name of the key among the secrets of a profile."""

NO_PLACE = ""
"""Name in place of a keychain's: there is none that we accept."""
MEMORY = "memory"
"""Name of the place where a secret is kept for this run only."""

_NAMES = {
    "keyring.backends.SecretService": "the GNOME keyring",
    "keyring.backends.libsecret": "the GNOME keyring",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "the macOS keychain",
    "keyring.backends.Windows": "the Windows Credential Manager",
    "keyring.backends.null": "a keychain that is switched off",
}
"""Names of backends for people, by module; all others, some plain files, are refused."""

_CHAINER = "keyring.backends.chainer"


class SecretOutcome(StrEnum):
    """The outcome of a call to a secret store."""

    FOUND = "found"
    SAVED = "saved"
    REMOVED = "removed"
    ABSENT = "absent"
    NO_KEYCHAIN = "no_keychain"  # none on this machine, or only one that would write a file
    LOCKED = "locked"  # the unlock dialog was dismissed or could not be shown
    DENIED = "denied"  # the system or the person forbids it to this program
    FAILED = "failed"


class Result(HidingStruct, frozen=True, kw_only=True):
    """The outcome of one call.

    secret: only with FOUND. where: "the GNOME keyring", "memory", … or NO_PLACE. detail: the type
    of an error for the log, never its words, which might repeat the secret.
    """

    outcome: SecretOutcome
    secret: Hidden[str | None] = None
    where: str = NO_PLACE
    detail: str = ""


_BY_NAME = {
    # Named, because the modules of other systems cannot be imported here.
    "PromptDismissedException": SecretOutcome.LOCKED,
    "LockedException": SecretOutcome.LOCKED,
    "SecAuthFailure": SecretOutcome.DENIED,
    "PermissionError": SecretOutcome.DENIED,
    "KeyringLocked": SecretOutcome.LOCKED,
    "SecretServiceNotAvailableException": SecretOutcome.NO_KEYCHAIN,
    "NoKeyringError": SecretOutcome.NO_KEYCHAIN,
    "InitError": SecretOutcome.NO_KEYCHAIN,
}

_WINDOWS_DENIES = 5
"""Error code of the Credential Manager for access denied."""


class SecretStore(Protocol):
    """A store for one secret. No method raises for what a keychain does."""

    def where(self) -> str:
        """The name of the keychain that would store it; NO_PLACE when there is none."""

    def get(self) -> Result:
        """Read the secret: FOUND, ABSENT, NO_KEYCHAIN, LOCKED, DENIED or FAILED."""

    def save(self, secret: str) -> Result:
        """Store the secret: SAVED, NO_KEYCHAIN, LOCKED, DENIED or FAILED.

        It is read back and compared before SAVED is returned.
        """

    def remove(self) -> Result:
        """Remove the secret: REMOVED, ABSENT, NO_KEYCHAIN, LOCKED, DENIED or FAILED."""


class MemoryStore:
    """Secrets for this run only: tests, the demo, a machine without a keychain."""

    def __init__(self) -> None:
        self._secret: str | None = None

    def where(self) -> str:
        return MEMORY

    def get(self) -> Result:
        outcome = SecretOutcome.ABSENT if self._secret is None else SecretOutcome.FOUND
        return Result(outcome=outcome, secret=self._secret, where=self.where())

    def save(self, secret: str) -> Result:
        self._secret = secret
        return Result(outcome=SecretOutcome.SAVED, where=self.where())

    def remove(self) -> Result:
        outcome = SecretOutcome.ABSENT if self._secret is None else SecretOutcome.REMOVED
        self._secret = None
        return Result(outcome=outcome, where=self.where())


def service_name(profile: str) -> str:
    """The keychain's name for a profile's secrets: profiles never share one."""
    return f"Enigma Control Panel – {profile}"


def login_service(host: str) -> str:
    """The keychain's name for the passwords of saved logins on a host."""
    return f"Enigma Control Panel – login – {host}"


def _system_backend() -> "KeyringBackend":
    import keyring  # noqa: PLC0415 - 70 ms

    return keyring.get_keyring()


class KeychainStore:
    """A secret in the system's keychain, by service and name. find_backend is for tests."""

    def __init__(
        self,
        service: str,
        name: str = API_KEY,
        *,
        find_backend: "Callable[[], KeyringBackend]" = _system_backend,
    ) -> None:
        self._service = service
        self._name = name
        self._find_backend = find_backend

    def where(self) -> str:
        """The keychain's name; NO_PLACE when there is none that we accept."""
        return self._guarded(
            lambda _backend, where: Result(outcome=SecretOutcome.FOUND, where=where)
        ).where

    def get(self) -> Result:
        return self._guarded(self._get)

    def save(self, secret: str) -> Result:
        return self._guarded(lambda backend, where: self._save(backend, where, secret))

    def remove(self) -> Result:
        return self._guarded(self._remove)

    def _get(self, backend: "KeyringBackend", where: str) -> Result:
        secret = backend.get_password(self._service, self._name)
        outcome = SecretOutcome.ABSENT if secret is None else SecretOutcome.FOUND
        return Result(outcome=outcome, secret=secret, where=where)

    def _save(self, backend: "KeyringBackend", where: str, secret: str) -> Result:
        backend.set_password(self._service, self._name, secret)
        # Some backends drop a secret without an error.
        kept = backend.get_password(self._service, self._name) == secret
        return Result(outcome=SecretOutcome.SAVED if kept else SecretOutcome.FAILED, where=where)

    def _remove(self, backend: "KeyringBackend", where: str) -> Result:
        # Asked first, because backends say "not there" and "will not" with the same error.
        if backend.get_password(self._service, self._name) is None:
            return Result(outcome=SecretOutcome.ABSENT, where=where)
        backend.delete_password(self._service, self._name)
        gone = backend.get_password(self._service, self._name) is None
        return Result(outcome=SecretOutcome.REMOVED if gone else SecretOutcome.FAILED, where=where)

    def _guarded(self, call: "Callable[[KeyringBackend, str], Result]") -> Result:
        where = NO_PLACE
        try:
            backend, where = _accepted(self._find_backend())
            if backend is None:
                return Result(outcome=SecretOutcome.NO_KEYCHAIN)
            return call(backend, where)
        except Exception as error:  # noqa: BLE001 - backends raise whatever their system raises
            outcome = _outcome_of(error)
            if outcome is SecretOutcome.NO_KEYCHAIN:
                where = NO_PLACE
            return Result(outcome=outcome, where=where, detail=type(error).__name__)


def where_name(backend: "KeyringBackend") -> str:
    """A backend's name for people; NO_PLACE for one that we do not accept."""
    name = _NAMES.get(type(backend).__module__, NO_PLACE)
    if name == "the GNOME keyring" and _is_kde():
        return "KWallet"  # Plasma serves the same interface from its wallet
    return name


def _is_kde() -> bool:
    desktops = os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")
    return sys.platform == "linux" and "KDE" in desktops


def _accepted(backend: "KeyringBackend") -> "tuple[KeyringBackend | None, str]":
    """The first backend that we accept: of a chain, which may hold files, one of its links."""
    links = [backend]
    if type(backend).__module__ == _CHAINER:
        links = list(getattr(backend, "backends", ()))
    return next(((link, where_name(link)) for link in links if where_name(link)), (None, NO_PLACE))


def _outcome_of(error: BaseException) -> SecretOutcome:
    """The outcome that an error or, failing that, one of its causes stands for; deepest first."""
    for cause in reversed(list(_causes(error))):
        is_denied = getattr(cause, "winerror", None) == _WINDOWS_DENIES
        if is_denied or _dbus_name(cause).endswith(".AccessDenied"):
            return SecretOutcome.DENIED
        for cls in type(cause).__mro__:
            if cls.__name__ in _BY_NAME:
                return _BY_NAME[cls.__name__]
    return SecretOutcome.FAILED


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _dbus_name(error: BaseException) -> str:
    """The name of a D-Bus error; jeepney's DBusErrorResponse keeps it in `name`."""
    name = getattr(error, "name", None)
    return name if isinstance(name, str) else ""
