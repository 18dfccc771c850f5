"""The services over fakes, with saved logins over a fake keychain."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from msgspec.structs import replace

from enigma_panel.features.saved_logins.feature import make_helper
from enigma_panel.features.saved_logins.logins import Logins
from enigma_panel.store.keychain import MemoryStore, Result, SecretOutcome
from enigma_panel.ui.questions.dialog import QuestionDialog
from tests.kit.world import World


class FakeKeychain:
    """A keychain in memory, whose entries have a host and an account."""

    def __init__(self) -> None:
        self.begun = 0
        self.entries: dict[tuple[str, str], MemoryStore] = {}
        self.outcome: SecretOutcome | None = None
        self.gate: threading.Event | None = None
        self.name = "the GNOME keyring"

    def store_for(self, host: str, account: str) -> "FakeEntry":
        entry = self.entries.setdefault((host, account), MemoryStore())
        return FakeEntry(self, entry)

    def password(self, host: str, account: str) -> str | None:
        """What it keeps, None for nothing."""
        return self.entries[host, account].get().secret if (host, account) in self.entries else None


class FakeEntry:
    def __init__(self, keychain: FakeKeychain, entry: MemoryStore) -> None:
        self._keychain = keychain
        self._entry = entry

    def where(self) -> str:
        return self._keychain.name

    def get(self) -> Result:
        return self._answer(self._entry.get)

    def save(self, secret: str) -> Result:
        return self._answer(lambda: self._entry.save(secret))

    def remove(self) -> Result:
        return self._answer(self._entry.remove)

    def _answer(self, call: Callable[[], Result]) -> Result:
        self._keychain.begun += 1
        if self._keychain.gate is not None:
            self._keychain.gate.wait()
        if self._keychain.outcome is not None:
            return Result(outcome=self._keychain.outcome, where=self._keychain.name)
        return replace(call(), where=self._keychain.name)


class LoginsWorld(World):
    """keychain: where passwords go; logins: the service."""

    def __init__(self) -> None:
        super().__init__()
        self.keychain = FakeKeychain()
        self.logins = Logins(cast("Any", self.settings), self.keychain.store_for, self.scope)

    def question_dialog(self) -> QuestionDialog:
        helper = partial(make_helper, self.logins, self.scope)
        return QuestionDialog(self.services, None, helper)
