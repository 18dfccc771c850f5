"""After a restart: what the ledger knows is back, and what nobody recorded is called unknown."""

from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.records import Phase, TaskStatus
from enigma_panel.services.registry import Registry
from enigma_panel.store.ledger.intents import STARTS, Intent, Outcome


async def recover(registry: Registry) -> int:
    """Load the ledger and settle the past; returns the number of sessions that were open."""
    intents = await registry.load()
    for intent in intents:
        await registry.settle(intent, Outcome.UNKNOWN, _fact(intent))
    await _settle_never_sent(registry)
    return sum(not session.is_ended for session in registry.sessions())


def _fact(intent: Intent) -> Observation:
    """A start that was being sent may be running; of all else the next poll tells."""
    return Observation(kind=Kind.UNKNOWN if intent.kind in STARTS else Kind.DELIVERED)


async def _settle_never_sent(registry: Registry) -> None:
    """The end came between opening a session and recording its task: that task was never sent."""
    for task in registry.tasks():
        session = registry.session(task.session_key)
        opened = session is not None and session.phase is Phase.OPEN
        if task.status is TaskStatus.STARTING and opened:
            never = Observation(kind=Kind.REFUSED, code="NEVER_SENT")
            await registry.record(task.session_key, task.key, never)
