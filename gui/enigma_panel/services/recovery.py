"""Recovery after a restart: records are back, calls without an outcome are unknown."""

from msgspec.structs import replace

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.services.container import Services
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Recovered
from enigma_panel.store.ledger import origin
from enigma_panel.store.ledger.intents import STARTS, Intent, IntentKind, Outcome
from enigma_panel.store.ledger.queries import CALL_COUNTS_MS

MOST_CALLS = 10

_ENDPOINTS = {
    IntentKind.START_SESSION: Endpoint.START_SESSION,
    IntentKind.RUN_TASK: Endpoint.RUN_TASK,
}


async def recover(services: Services) -> Recovered:
    """Load the ledger and settle the past. LedgerError."""
    store = services.store
    intents = await store.load()
    await _remember_calls(services)
    is_copy = await store.read(origin.is_copy)
    commands = [i for i in intents if i.kind is IntentKind.STATE and not is_copy]
    for intent in intents:
        if intent not in commands:
            await store.settle(intent, Outcome.UNKNOWN, _fact(intent))
    await _bound_lives(store, services.clock.now_ms())
    await _put_unsent_back(store)
    if is_copy:
        await _drop_old_queue(store)
        await services.writer.write(origin.claim)
    services.queue.park()
    await services.inbox.restore()
    bad_rows = await store.read(lambda ledger: ledger.bad_rows)
    open_then = [session for session in store.sessions() if session.occupies_slot]
    current = filter(None, map(store.current_task, open_then))
    await services.commands.adopt(commands)
    return Recovered(
        sessions=tuple(session.key for session in open_then),
        tasks=frozenset(task.key for task in current if task.may_be_at_work),
        bad_rows=len(bad_rows),
    )


async def _bound_lives(store: SessionStore, now_ms: int) -> None:
    """Let sessions that seem to begin in the future live from now on: the clock was set back."""
    young = [s for s in store.sessions() if s.created_ms > now_ms and not s.is_final]
    bound = [
        replace(s, expires_ms=min(s.expires_ms, now_ms + s.expires_ms - s.created_ms))
        for s in young
        if s.expires_ms is not None
    ]
    if bound:
        await store.update(*bound)


async def _drop_old_queue(store: SessionStore) -> None:
    """Take out what was queued when the ledger was copied: it may have run since."""
    queued = [task for task in store.tasks() if task.status is TaskStatus.QUEUED]
    await store.record_all(queued, Observation(kind=Kind.TAKEN_BACK, code="FROM_COPY"))


def _fact(intent: Intent) -> Observation:
    """The fact for a call of unknown outcome; the next poll reports everything else."""
    task = intent.task
    if intent.kind is IntentKind.ANSWER and task and task.question_n == intent.question_n:
        return Observation(kind=Kind.ANSWER_UNCONFIRMED)
    return Observation(kind=Kind.UNKNOWN if intent.kind in STARTS else Kind.DELIVERED)


async def _remember_calls(services: Services) -> None:
    """Count the calls of the last minute, of any run; one in the future counts as made now."""
    now = services.clock.now_ms()
    calls = await services.store.read(lambda ledger: ledger.intents_since(now - CALL_COUNTS_MS))
    newest: dict[Endpoint, list[int]] = {}
    for kind, made_ms in calls:
        newest.setdefault(_ENDPOINTS.get(kind, Endpoint.SEND_MESSAGE), []).append(made_ms)
    for endpoint, times in newest.items():
        services.rate_limiter.remember(
            endpoint, [min(made_ms, now) for made_ms in times[-MOST_CALLS:]]
        )


async def _put_unsent_back(store: SessionStore) -> None:
    """Settle tasks that were never sent although their session was opened: the last run ended
    there. They are queued again, or stopped where a Terminate of that session was delivered."""
    for task in store.tasks():
        session = store.session(task.session_key)
        if session is None or not _was_never_sent(session, task):
            continue
        fact = Observation(kind=Kind.BACK_IN_QUEUE)
        if session.terminate_sent_ms is not None:
            fact = Observation(kind=Kind.STOPPED, code="TERMINATED_BEFORE_TASK")
        await store.record(session.key, task.key, fact)


def _was_never_sent(session: Session, task: Task) -> bool:
    if session.phase not in {Phase.OPEN, Phase.CLOSED_ASSUMED}:
        return False
    is_first = session.current_task == task.key and task.service_id is None
    return is_first and task.status in {TaskStatus.STARTING, TaskStatus.PAUSED}
