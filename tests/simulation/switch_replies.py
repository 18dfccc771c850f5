"""Switch-offs of what guards against replies that lie."""

from collections.abc import Callable
from typing import Any

from enigma_panel.api import client
from enigma_panel.api.errors import FailureKind, SessionGoneError
from enigma_panel.api.wire import error_responses, responses
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.services.account import UNAUTHORIZED, Account
from enigma_panel.services.commands.delivery import CommandSender
from enigma_panel.services.monitor import poller
from enigma_panel.services.monitor.missing_tasks import MissingTasks
from enigma_panel.services.queue import starter
from enigma_panel.services.queue.starter import FirstTaskSender
from enigma_panel.store.ledger.intents import Outcome

Patches = list[tuple[Any, Any, Any]]


def gateways_speak_for_the_service() -> Patches:
    """A 503 proves that nothing happened, whoever says it."""
    return [(error_responses.PROOFS, 503, error_responses.Proof.ANY_BODY)]


def undecodable_counts_as_refused() -> Patches:
    """What cannot be decoded counts as "nothing happened"."""
    real = error_responses.undecodable

    def undecodable(*args: Any) -> Any:
        error = real(*args)
        error.nothing_happened = True
        return error

    return [(client, "undecodable", undecodable)]


def any_401_ends_the_session() -> Patches:
    """A 401 about the key is read as one about the session."""
    real = error_responses.gone_kind

    def gone_kind(body: Any, status: int) -> Any:
        return Kind.SESSION_GONE if status == UNAUTHORIZED else real(body, status)

    return [(error_responses, "gone_kind", gone_kind), (responses, "gone_kind", gone_kind)]


def a_key_goes_to_any_session() -> Patches:
    """Sessions that were opened with another key are asked for with the one in use."""
    return [(Account, "client_for", lambda account, _session: account.client)]


def one_not_found_is_believed() -> Patches:
    """The first "Session not found" ends task and session."""
    return [(MissingTasks, "is_fact", lambda *_: True)]


def other_commands_end_sessions() -> Patches:
    """A Pause that is answered with "Session not found" ends the session, as a Terminate does."""
    real = CommandSender._send

    async def send(self: Any, command: Any, taken: Any) -> Any:
        error = await real(self, command, taken)
        if isinstance(error, SessionGoneError):
            gone = Observation(kind=Kind.SESSION_GONE)
            await self._store.record(command.key, command.task_key, gone)
        return error

    return [(CommandSender, "_send", send)]


def gone_decides_the_task() -> Patches:
    """A Terminate that finds no session ends its task, too, without another look."""

    async def settle(self: Any, command: Any) -> None:
        gone = Observation(kind=Kind.SESSION_GONE)
        await self._settle(command, Outcome.KNOWN, gone)

    return [(CommandSender, "_settle_gone", settle)]


def bodies_are_not_compared() -> Patches:
    """The answer to a poll is about its task, whatever ids it names."""
    return [(poller, "is_of_other", lambda *_: False)]


def foreign_bodies_are_never_used() -> Patches:
    """A result under ids that nobody knows is not shown, however often it comes."""

    def is_of_other(_store: Any, answer: Any, session: Any, task: Any) -> bool:
        is_elsewhere = answer.session_id not in {None, session.service_id}
        return is_elsewhere or answer.task_id not in {None, task.service_id}

    return [(poller, "is_of_other", is_of_other)]


def replies_to_starts_are_not_compared() -> Patches:
    """The reply to a start is about it, whatever ids it names."""
    return [(starter, "own_reply", lambda _store, _intent, reply: reply)]


def refused_for_now_has_failed() -> Patches:
    """A task that its own browser did not take has failed."""
    return [(starter, "FOR_GOOD", frozenset(FailureKind))]


def another_browser_is_opened_at_once() -> Patches:
    """A task gets another browser although its own is still open."""

    async def close(_self: Any, _task: Any) -> bool:
        return True

    return [(FirstTaskSender, "close", close)]


SWITCHES: dict[str, Callable[[], Patches]] = {
    "a gateway's 503 taken as the service's": gateways_speak_for_the_service,
    "undecodable taken as refused": undecodable_counts_as_refused,
    "a refused key ends sessions": any_401_ends_the_session,
    "a key goes to any session": a_key_goes_to_any_session,
    "one not found is believed": one_not_found_is_believed,
    "not found believed from any command": other_commands_end_sessions,
    "not found decides the task": gone_decides_the_task,
    "bodies of other tasks are used": bodies_are_not_compared,
    "bodies of unknown tasks are never used": foreign_bodies_are_never_used,
    "replies to other starts are used": replies_to_starts_are_not_compared,
    "refused for now has failed": refused_for_now_has_failed,
    "another browser before the first is closed": another_browser_is_opened_at_once,
}
