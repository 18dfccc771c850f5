"""Late intents: those of commands that are sent although the ledger cannot be written."""

from itertools import count

from enigma_panel.core.models import Session, Task
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.clock import Clock
from enigma_panel.services.state.ledger_writer import LedgerWriter
from enigma_panel.store.ledger.intents import Intent, IntentKind
from enigma_panel.store.ledger.ledger import Ledger


class LateIntents:
    """Intents with keys of their own until the ledger, once it can be written, gives them one."""

    def __init__(self, writer: LedgerWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock
        self._numbers = count(1)
        self._keys: dict[int, int] = {}

    def keep(self, session: Session, task: Task | None, verb: CommandVerb) -> Intent:
        """Keep the intent of a command; the next write that succeeds writes the intent first."""
        intent = Intent(
            key=-next(self._numbers),
            kind=IntentKind.STATE,
            session=session,
            task=task,
            made_ms=self._clock.now_ms(),
            verb=verb,
        )

        def write(ledger: Ledger) -> None:
            stored = ledger.open_intent(intent.kind, session, task, intent.made_ms, verb=verb)
            self._keys[intent.key] = stored.key

        self._writer.write_later(write)
        return intent

    def is_written(self, intent: Intent) -> bool:
        """Whether the ledger has that intent, a late one or not."""
        return intent.key > 0 or intent.key in self._keys

    def stored_key(self, intent: Intent) -> int:
        """The key under which the ledger has that intent, a late one or not."""
        return self._keys.get(intent.key, intent.key)
