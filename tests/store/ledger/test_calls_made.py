"""What the next run must know of the calls of the last one: how many the service still counts."""

from enigma_panel.core.verbs import CommandVerb
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome
from enigma_panel.store.ledger.ledger import Ledger
from tests.kit.clock import NOW
from tests.store.helpers import start


def _command(ledger: Ledger, of: Intent) -> Intent:
    return ledger.open_intent(
        IntentKind.STATE, of.session, of.task, NOW, verb=CommandVerb.TERMINATE
    )


def test_a_command_that_was_taken_back_is_no_call_but_a_refused_start_is(ledger: Ledger) -> None:
    """Else ten clicks on Undo would make the next Terminate wait for a minute."""
    refused = start(ledger)
    ledger.settle(refused.key, Outcome.REFUSED, NOW)
    taken_back, open_one, sent = (_command(ledger, refused) for _ in range(3))
    ledger.settle(taken_back.key, Outcome.REFUSED, NOW)
    ledger.settle(sent.key, Outcome.KNOWN, NOW)
    calls = ledger.intents_since(refused.made_ms)
    assert [kind for kind, _ in calls] == [refused.kind, open_one.kind, sent.kind]
    assert ledger.intents_since(NOW + 1) == []
