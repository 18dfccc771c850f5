"""A SessionStore as the program makes it, with a keychain in memory."""

from collections.abc import Callable
from typing import Any

from enigma_panel.core.secrets.redaction import Redactor
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.state.sent_secrets import SentSecrets
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.keychain import MemoryStore, Result


class SentSecretsAtOnce(SentSecrets):
    """Asks the keychain without a thread, for virtual time."""

    async def _ask(self, call: Callable[[], Result]) -> Result:
        return call()


def a_store(writer: Any, clock: Any, redactor: Redactor, timeline: Any) -> SessionStore:
    """Over these parts, which may be None where a test asks for none of them."""
    sent_secrets = SentSecretsAtOnce(redactor, writer, TaskScope(), MemoryStore())
    return SessionStore(writer, clock, redactor, timeline, sent_secrets)
