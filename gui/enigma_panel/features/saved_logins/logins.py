"""Saved logins: host and account in the settings, the password in the keychain alone.

A keychain may wait for a person, or for ever: each call has
a time limit, and whoever waits for it may be cancelled.
"""

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct
from PySide6.QtCore import QObject, Signal

from enigma_panel.core.secrets.hidden import Hidden, HidingStruct
from enigma_panel.features.saved_logins.offers import LoginHost, offers_for
from enigma_panel.features.saved_logins.settings import LoginSettings, SavedLogin
from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.settings import SettingsBook
from enigma_panel.store.keychain import NO_PLACE, Result, SecretOutcome, SecretStore

log = logging.getLogger(__name__)

MOST, MOST_CHARS = 500, 200
"""How many logins are saved at most, and how long an account name may be."""
KEYCHAIN_S = 120.0
"""A person may take this long to unlock a keychain."""
WHERE_S = 5.0
LoginStore = Callable[[str, str], SecretStore]
"""The keychain's entry of a host and an account."""


class LoginFault(StrEnum):
    """Why nothing was done, beside the outcomes of a keychain that say so."""

    NO_ANSWER = "no_answer"  # in time
    TOO_LONG = "too_long"  # the account
    TOO_MANY = "too_many"  # are saved


Fault = SecretOutcome | LoginFault
_WORKED = frozenset({SecretOutcome.FOUND, SecretOutcome.SAVED, SecretOutcome.REMOVED})


class LoginResult(HidingStruct, frozen=True, kw_only=True):
    """The outcome of one call. fault: None where it worked; where: the keychain's name."""

    fault: Fault | None = None
    password: Hidden[str] = ""
    where: str = NO_PLACE


class RememberedLogin(Struct, frozen=True, kw_only=True):
    login: SavedLogin
    result: LoginResult


class Logins(QObject):
    """The saved logins. changed: they, or `where`, the keychain; remembered: a RememberedLogin."""

    changed = Signal()
    remembered = Signal(object)

    def __init__(self, settings: SettingsBook, store_for: LoginStore, scope: TaskScope) -> None:
        super().__init__()
        self._settings = settings
        self._store_for = store_for
        self._scope = scope
        self._turn = asyncio.Lock()  # one writes at a time: a login and its password go together
        self.where = NO_PLACE

    def saved(self) -> tuple[SavedLogin, ...]:
        return self._settings.section(LoginSettings).logins

    def offers(self, place: LoginHost) -> list[SavedLogin]:
        return offers_for(place, self.saved())

    def find_where(self) -> None:
        """Ask which keychain there is, and tell; harmless when repeated."""
        if self.where == NO_PLACE:
            self._scope.spawn("keychain's name", self._find_where(), exclusive=True)

    async def _find_where(self) -> None:
        try:
            self.where = await blocking(self._store_for("", "").where, time_limit=WHERE_S)
        except BlockingTimeoutError:
            log.debug("the keychain does not say what it is")
        self.changed.emit()

    async def password(self, login: SavedLogin) -> LoginResult:
        return await self._call(self._store_for(login.host, login.account).get)

    def remember(self, host: str, account: str, password: str) -> None:
        """Save a login, or another password of it; `remembered` tells what became of it."""
        login = SavedLogin(host=host, account=account.strip())
        self._scope.spawn("remember login", self._remember(login, password))

    async def _remember(self, login: SavedLogin, password: str) -> None:
        async with self._turn:
            result = await self._save(login, password)
        self.remembered.emit(RememberedLogin(login=login, result=result))

    async def _save(self, login: SavedLogin, password: str) -> LoginResult:
        """Save a login, listing it first, so that no password is in the keychain unlisted."""
        is_new = login not in self.saved()
        if len(login.account) > MOST_CHARS:
            return LoginResult(fault=LoginFault.TOO_LONG, where=self.where)
        if is_new and len(self.saved()) >= MOST:
            return LoginResult(fault=LoginFault.TOO_MANY, where=self.where)
        if is_new:
            self._list(login, is_saved=True)
        store = self._store_for(login.host, login.account)
        result = await self._call(lambda: store.save(password))
        if is_new and result.fault not in {None, LoginFault.NO_ANSWER}:
            self._list(login, is_saved=False)
        return result

    async def delete(self, login: SavedLogin) -> LoginResult:
        """Delete it with its password, if that is still there; a keychain's no keeps it."""
        async with self._turn:
            result = await self._call(self._store_for(login.host, login.account).remove)
        if result.fault in {None, SecretOutcome.ABSENT}:
            self._list(login, is_saved=False)
            return LoginResult(where=result.where)
        return result

    # -- inside --------------------------------------------------------------------------------

    def _list(self, login: SavedLogin, *, is_saved: bool) -> None:
        kept = [one for one in self.saved() if one != login]
        logins = tuple([*kept, login] if is_saved else kept)
        self._settings.change_section(LoginSettings, logins=logins)
        self.changed.emit()

    async def _call(self, call: Callable[[], Result]) -> LoginResult:
        """Call the keychain in a thread of its own. Whoever waits for it may be cancelled."""
        try:
            return _result_of(await blocking(call, time_limit=KEYCHAIN_S))
        except BlockingTimeoutError:
            return LoginResult(fault=LoginFault.NO_ANSWER)


def _result_of(result: Result) -> LoginResult:
    if result.detail:
        log.info("the keychain failed: %s", result.detail)
    fault = None if result.outcome in _WORKED else result.outcome
    return LoginResult(fault=fault, password=result.secret or "", where=result.where)
