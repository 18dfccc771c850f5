"""The account in use: its address and key, the client made of them, what is known of the key.

The key comes from ENIGMA_API_KEY (used first, never stored), else from the keychain. A key that the
keychain does not take stays in memory until the program ends. A key goes to no host but its own:
the one it was entered for, or the one in use when the program started.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.address import parse_base_url
from enigma_panel.api.errors import ApiError, RejectedError, SessionGoneError, http_status
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.core.models import Session
from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.core.service_rules import (
    RULES,
    Dialect,
    ServiceRules,
    dialect_of_host,
    known_prefix,
)
from enigma_panel.runtime.event_loop import BlockingTimeoutError, blocking
from enigma_panel.services.types import KeyCheck, KeyState
from enigma_panel.store.keychain import MEMORY, Result, SecretOutcome, SecretStore

log = logging.getLogger(__name__)

ENVIRONMENT = "ENIGMA_API_KEY"
KEYCHAIN_S = 120.0
"""How long a person may take to unlock a keychain, in seconds; then it counts as locked."""
WHERE_S = 5.0
UNAUTHORIZED = 401
_REFUSED = frozenset({UNAUTHORIZED, 403})
_NO_SUCH_CALL = frozenset({404, 405, 410})

MakeClient = Callable[[str, str, Dialect], ServiceClient]
StoreFor = Callable[[str], SecretStore]
Printer = Callable[[str, str], Awaitable[str]]

_STATES = {
    SecretOutcome.FOUND: KeyState.READY,
    SecretOutcome.SAVED: KeyState.READY,
    SecretOutcome.ABSENT: KeyState.ABSENT,
    SecretOutcome.REMOVED: KeyState.ABSENT,
    SecretOutcome.NO_KEYCHAIN: KeyState.NO_KEYCHAIN,
    SecretOutcome.LOCKED: KeyState.LOCKED,
    SecretOutcome.DENIED: KeyState.DENIED,
    SecretOutcome.FAILED: KeyState.FAILED,
}


class Account(QObject):
    """One account on one host, in one dialect.

    dialect: the one that the person chose, None for the one that is preset for the host.
    is_dialect_for_run: the command line chose it. key_prefix: how the key in use begins, where a
    dialect has such keys.
    store_for gives the keychain entry of a host, printer the salted fingerprint of (key, base_url).
    """

    changed = Signal()

    def __init__(
        self,
        base_url: str,
        dialect: Dialect | None = None,
        *,
        is_dialect_for_run: bool = False,
        store_for: StoreFor,
        environment: Mapping[str, str],
        make_client: MakeClient,
        printer: Printer,
        redactor: Redactor,
    ) -> None:
        super().__init__()
        self.base_url = base_url
        self.chosen_dialect = dialect
        self.is_dialect_for_run = is_dialect_for_run
        self.state = KeyState.LOOKING
        self.where = ""
        self.from_environment = False
        self.key_fingerprint = ""
        self.key_prefix = ""
        self.last_check: KeyCheck | None = None
        self.client: ServiceClient | None = None
        self._in_memory = ("", "")  # a key that nothing else keeps, and the address it is for
        self._environment_key = (environment.get(ENVIRONMENT, "").strip(), base_url)
        self._store_for = store_for
        self._make_client = make_client
        self._printer = printer
        self._redactor = redactor
        self._in_dialect: Callable[[Dialect], ServiceClient] | None = None  # with the key in use
        self._others: dict[Dialect, ServiceClient] = {}
        self._keyless: ServiceClient | None = None
        self._dropped: list[ServiceClient] = []
        self._looked = asyncio.Event()
        self._turn = asyncio.Lock()  # a key belongs to the address for which it was asked

    @property
    def open_client(self) -> ServiceClient:
        """A client for the calls that need no key."""
        if self.client is not None:
            return self.client
        if self._keyless is None:
            self._keyless = self._make_client(self.base_url, "", self.dialect)
        return self._keyless

    @property
    def dialect(self) -> Dialect:
        """The dialect in which a session is opened now."""
        return self.chosen_dialect or dialect_of_host(self.host)

    @property
    def host(self) -> str:
        """The host of the address, without its port."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def key_in_memory(self) -> str:
        """The key for the address in use where nothing else keeps it."""
        key, base_url = self._in_memory
        return key if base_url == self.base_url else ""

    @property
    def rules(self) -> ServiceRules:
        return RULES[self.dialect]

    def client_for(self, session: Session) -> ServiceClient | None:
        """A client with the session's own key, host and dialect; None while others are in use."""
        opened_with = (session.base_url, session.key_fingerprint)
        if opened_with != (self.base_url, self.key_fingerprint):
            return None
        if session.dialect is self.dialect:
            return self.client
        if session.dialect not in self._others and self._in_dialect is not None:
            self._others[session.dialect] = self._in_dialect(session.dialect)
        return self._others.get(session.dialect)

    def is_in_use(self, client: ServiceClient) -> bool:
        """Whether a client has the key and host in use; earlier ones bring no news of them."""
        return client is self.client or client in self._others.values()

    def choose_dialect(self, dialect: Dialect | None) -> None:
        """Choose the dialect for what is opened from now on; None for the one that is preset."""
        before, client = self.dialect, self.client
        self.chosen_dialect, self.is_dialect_for_run = dialect, False
        if self.dialect is not before and client is not None and self._in_dialect is not None:
            self._others[before] = client
            self.client = self._others.pop(self.dialect, None) or self._in_dialect(self.dialect)
        self.changed.emit()

    async def looked(self) -> KeyState:
        """Wait until it is known whether there is a key: a keychain may be slow."""
        await self._looked.wait()
        return self.state

    async def load(self) -> KeyState:
        """Find the key: the environment, else what is in memory, else the keychain."""
        async with self._turn:
            return await self._load()

    async def _load(self) -> KeyState:
        key, base_url = self._environment_key
        self.from_environment = bool(key) and base_url == self.base_url
        if self.from_environment:
            await self._use(key, "")
            return self.state
        if self.key_in_memory:
            await self._use(self.key_in_memory, MEMORY)
            return self.state
        result = await self._ask_store(lambda store: store.get())
        if result.secret:
            await self._use(result.secret, result.where)
        else:
            self._set(_STATES[result.outcome], result.where)
        return self.state

    async def save(self, key: str, *, even_refused: bool = False) -> tuple[Result | None, KeyCheck]:
        """Ask the service once what it says of the key, keep it, and use it.

        None where it was not kept, as the service refuses it and the person has not insisted
        (even_refused). Where the keychain does not take it, it stays in memory for this run; the
        outcome says why.
        """
        async with self._turn:
            self._redactor.add_secret(key)
            client = self._make_client(self.base_url, key, self.dialect)
            try:
                check = await _check(client)
            finally:
                await client.aclose()
            if check is KeyCheck.REFUSED and not even_refused:
                return None, check
            result = await self._ask_store(lambda store: store.save(key))
            where = result.where if result.outcome is SecretOutcome.SAVED else MEMORY
            if self.from_environment:
                self.from_environment, self._environment_key = False, ("", "")
            self._in_memory = ("", "")
            await self._use(key, where, check)
            return result, check

    async def check(self) -> KeyCheck:
        """Ask the service what it says of the key, with a call that costs nothing."""
        client = self.client
        check = await _check(client)
        if client is None or self.is_in_use(client):  # else another key or host came meanwhile
            self.last_check = check
            self.changed.emit()
        return check

    async def where_it_would_go(self) -> str:
        """The place where a key would be kept, in words: a keychain's name or "memory"."""
        try:
            store = self._store_for(self.base_url)
            where = await blocking(store.where, time_limit=WHERE_S)
        except BlockingTimeoutError:
            return MEMORY
        return where or MEMORY

    async def remove(self) -> Result:
        """Take the key out of the keychain and stop using it."""
        async with self._turn:
            result = await self._ask_store(lambda store: store.remove())
            self._drop_client()
            self._in_memory = ("", "")
            self.last_check = None
            self._set(KeyState.ABSENT, result.where)
            return result

    async def set_base_url(self, text: str) -> None:
        """Use another address, with the key that was saved for it. Raises BadAddressError."""
        base_url = parse_base_url(text)
        async with self._turn:
            if base_url == self.base_url:
                return
            self._drop_client()
            if self._keyless is not None:
                self._dropped.append(self._keyless)
                self._keyless = None
            self.base_url = base_url
            # The dialect was chosen for the address before.
            self.chosen_dialect, self.is_dialect_for_run = None, False
            self.last_check = None
            self._set(KeyState.LOOKING, "")
            await self._load()

    def note_error(self, error: ApiError, client: ServiceClient) -> None:
        """Note that a client's call was refused because of the key, unless it has an earlier key.

        The window says it once.
        """
        if isinstance(error, SessionGoneError) or not isinstance(error, RejectedError):
            return
        if not self.is_in_use(client):
            return
        if error.reply.status == UNAUTHORIZED and self.last_check is not KeyCheck.REFUSED:
            self.last_check = KeyCheck.REFUSED
            self.changed.emit()

    async def aclose(self) -> None:
        """Close all clients; what is under way is cancelled."""
        self._drop_client()
        if self._keyless is not None:
            self._dropped.append(self._keyless)
        for client in self._dropped:
            await client.aclose()
        self._dropped.clear()

    async def _use(self, key: str, where: str, check: KeyCheck | None = None) -> None:
        self._redactor.add_secret(key)
        key_fingerprint = await self._printer(key, self.base_url)
        in_dialect = partial(self._make_client, self.base_url, key)
        try:  # nothing is awaited from here: the dialect may be changed meanwhile
            client = in_dialect(self.dialect)
        except ValueError:  # a key that no header can carry, from the environment or a keychain
            log.warning("the key that was found cannot be one")
            self._set(KeyState.FAILED, where)
            return
        self._drop_client()
        self.client = client
        self._in_dialect = in_dialect
        if where == MEMORY:
            self._in_memory = (key, self.base_url)
        self.key_fingerprint, self.key_prefix = key_fingerprint, known_prefix(key) or ""
        self.last_check = check
        self._set(KeyState.READY, where)

    async def _ask_store(self, call: Callable[[SecretStore], Result]) -> Result:
        try:
            store = self._store_for(self.base_url)
            result = await blocking(lambda: call(store), time_limit=KEYCHAIN_S)
        except BlockingTimeoutError:
            return Result(outcome=SecretOutcome.LOCKED, detail="no answer in time")
        if result.detail:
            log.warning("keychain: %s (%s)", result.outcome, result.detail)
        return result

    def _drop_client(self) -> None:
        """Drop the client, but let its calls finish: a start that is cut would be unconfirmed."""
        self._dropped += self._others.values()
        self._others.clear()
        self._in_dialect = None
        self.key_fingerprint = self.key_prefix = ""
        if self.client is not None:
            self._dropped.append(self.client)
            self.client = None

    def _set(self, state: KeyState, where: str) -> None:
        self.state, self.where = state, where
        if state is KeyState.LOOKING:
            self._looked.clear()
        else:
            self._looked.set()
        self.changed.emit()


async def _check(client: ServiceClient | None) -> KeyCheck:
    if client is None:
        return KeyCheck.UNREACHABLE
    try:
        await client.check_key()
    except ApiError as error:
        if http_status(error) in _NO_SUCH_CALL:
            return KeyCheck.NO_TEST
        refused = isinstance(error, RejectedError) and http_status(error) in _REFUSED
        return KeyCheck.REFUSED if refused else KeyCheck.UNREACHABLE
    return KeyCheck.ACCEPTED
