"""Replies to starts: the ids that they name are compared with those that are known."""

from msgspec.structs import replace

from enigma_panel.api.errors import ApiError, ProtocolError
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.state.foreign_ids import is_of_other
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.store.ledger.intents import Intent


def own_reply(store: SessionStore, intent: Intent, reply: Observation) -> Observation:
    """The reply as it may be recorded.

    ProtocolError where it names another session or task of ours: it answers another call, and the
    outcome of this one is unknown.
    """
    if _is_of_other(store, intent, reply):
        error = ProtocolError(200, "it names another session or task")
        error.session_id = reply.session_id
        raise error
    return reply


def unknown_outcome(store: SessionStore, intent: Intent, error: ApiError) -> Observation:
    """The fact that the outcome of a start is unknown.

    An error that names the session makes it possible to end it; not where another one has that id.
    """
    unknown = Observation(kind=Kind.UNKNOWN, session_id=error.session_id)
    return replace(unknown, session_id=None) if _is_of_other(store, intent, unknown) else unknown


def _is_of_other(store: SessionStore, intent: Intent, observation: Observation) -> bool:
    session = store.session(intent.session.key) or intent.session
    task = store.task(intent.task.key) if intent.task is not None else None
    return is_of_other(store, observation, session, task)
