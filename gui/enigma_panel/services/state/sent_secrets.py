"""Secrets that were sent to sessions and must not come back, over a restart, too.

The ledger keeps a fingerprint of a password until its session is over, made with a key that lies in
the keychain. Where that key is missing, what is called a password is hidden as long.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Collection, Container, Iterable, Sequence

from enigma_panel.core.secrets.redaction import Fingerprinter, Redactor, encode
from enigma_panel.runtime.event_loop import BlockingTimeoutError, TaskScope, blocking
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.store.keychain import Result, SecretOutcome, SecretStore
from enigma_panel.store.ledger.sent_secrets import SentSecret

log = logging.getLogger(__name__)

KEYCHAIN_S = 120.0
"""How long a person may take to unlock a keychain, in seconds."""
WAIT_S = 1.0
"""How long an answer or the first poll waits for the key, in seconds; then it goes without."""
MIN_CHARS = 8
"""Shortest secret that is kept, in characters: a shorter one could be found by trying."""
KEY_BYTES, MOST_KEY_BYTES = 32, 64
"""Random bytes of a key, written as hexadecimal digits; of a longer one the first are used."""


class SentSecrets:
    """Secrets by the session that they were sent to. key_store: where the lasting key lies."""

    def __init__(
        self,
        redactor: Redactor,
        writer: LedgerWriter,
        scope: TaskScope,
        key_store: SecretStore,
    ) -> None:
        self._redactor = redactor
        self._writer = writer
        self._scope = scope
        self._key_store = key_store
        self._tokens: dict[int, list[int]] = {}
        self._kept: set[int] = set()  # sessions of which the ledger knows something
        self._unknown: list[SentSecret] = []  # of earlier runs, while nobody can recognise them
        self._fingerprinter: Fingerprinter | None = None
        self._search: asyncio.Task[None] | None = None
        self._may_make = False

    def session_keys(self) -> set[int]:
        """Sessions to which a secret was sent."""
        return {*self._tokens, *self._kept}

    def remember(self, session_key: int, text: str) -> None:
        """Keep a text that is sent to this session out of all that leaves us, until it is over."""
        tokens = self._tokens.setdefault(session_key, [])
        tokens += map(self._redactor.add_secret, _forms(text))

    async def keep(self, session_key: int, texts: Sequence[str]) -> None:
        """Let later runs recognise secrets that are long enough. Waits for the key, not long."""
        texts = [text for text in texts if len(text.strip()) >= MIN_CHARS]
        if not texts:
            return
        self._look_for_key(may_make=True)
        await self.key_found()
        kept = self._fingerprints(session_key, texts)
        self._kept.add(session_key)
        await self._writer.write(lambda ledger: ledger.keep_sent_secrets(kept))

    def forget(self, session_key: int) -> None:
        """Forget the secrets of this session: nothing comes any more that could hold one."""
        for token in self._tokens.pop(session_key, ()):
            self._redactor.forget(token)
        if session_key in self._kept:
            self._kept.discard(session_key)
            self._set_unknown(one for one in self._unknown if one.session_key != session_key)
            self._scope.spawn("forget what was sent", self._drop([session_key]))

    def load(self, found: Sequence[SentSecret], session_keys: Container[int]) -> None:
        """Recognise these sessions' earlier secrets once the key is there; forget all others."""
        of_sessions = {one.session_key for one in found}
        self._kept = {key for key in of_sessions if key in session_keys}
        if over := of_sessions - self._kept:
            self._scope.spawn("forget what was sent", self._drop(over))
        self._set_unknown(one for one in found if one.session_key in self._kept)
        if any(one.key_id for one in self._unknown):
            self._look_for_key(may_make=False)

    async def key_found(self) -> None:
        """Wait for the key that is being looked for, not for long: nobody waits for a keychain."""
        if self._search is not None:
            await asyncio.wait({self._search}, timeout=WAIT_S)

    def _fingerprints(self, session_key: int, texts: Iterable[str]) -> list[SentSecret]:
        maker = self._fingerprinter
        if maker is None:
            return [SentSecret(session_key=session_key)]
        forms = dict.fromkeys(form for text in texts for form in _forms(text))
        return [
            SentSecret(
                session_key=session_key,
                key_id=maker.key_id,
                fingerprint=maker.of_secret(encode(form.strip())),
            )
            for form in forms
        ]

    def _look_for_key(self, *, may_make: bool) -> None:
        """Look for the key once at the start and once for a send: a keychain may ask each time."""
        is_new = may_make and not self._may_make
        if self._fingerprinter is None and (
            self._search is None or (is_new and self._search.done())
        ):
            self._may_make = may_make
            search = self._find_key(may_make=may_make)
            self._search = self._scope.spawn("key of fingerprints", search)

    async def _find_key(self, *, may_make: bool) -> None:
        result = await self._ask(self._key_store.get)
        if result.outcome is SecretOutcome.ABSENT and may_make:
            fresh = secrets.token_hex(KEY_BYTES)
            await self._ask(lambda: self._key_store.save(fresh))
            result = await self._ask(self._key_store.get)  # another program may have made one, too
        if not result.secret:
            log.info("no key for fingerprints that last: %s %s", result.outcome, result.detail)
            return
        self._fingerprinter = Fingerprinter(encode(result.secret)[:MOST_KEY_BYTES])
        self._recognise(self._fingerprinter)

    async def _ask(self, call: Callable[[], Result]) -> Result:
        try:
            return await blocking(call, time_limit=KEYCHAIN_S)
        except BlockingTimeoutError:
            return Result(outcome=SecretOutcome.LOCKED, detail="no answer in time")

    def _recognise(self, fingerprinter: Fingerprinter) -> None:
        self._redactor.use_lasting(fingerprinter)
        for one in self._unknown:
            if one.key_id == fingerprinter.key_id:
                token = self._redactor.add_fingerprint(one.fingerprint)
                self._tokens.setdefault(one.session_key, []).append(token)
        self._set_unknown(one for one in self._unknown if one.key_id != fingerprinter.key_id)

    def _set_unknown(self, unknown: Iterable[SentSecret]) -> None:
        self._unknown = list(unknown)
        self._redactor.hides_shapes = bool(self._unknown)

    async def _drop(self, session_keys: Collection[int]) -> None:
        await self._writer.write(lambda ledger: ledger.drop_sent_secrets(session_keys))


def _forms(text: str) -> list[str]:
    """The text as it is, and as JSON writes it: agents write secrets down so, too."""
    as_json = (json.dumps(text, ensure_ascii=is_ascii)[1:-1] for is_ascii in (False, True))
    return list(dict.fromkeys((text, *as_json)))
