"""Starts: the intent first, then the bytes, then what became of it. Nothing is ever sent twice."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from enigma_panel.api.errors import ApiError, RejectedError, SessionGoneError
from enigma_panel.api.ports import ServiceClient
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.records import Session, Task, TaskVerb
from enigma_panel.services.account import Account
from enigma_panel.services.registry import Registry
from enigma_panel.services.views import NoticeKind
from enigma_panel.services.vitals import Vitals
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

DEFAULT_LIFE_MS = 300_000
"""Documented life of a session (api.md §2): until when a start of unknown fate may cost money."""

Say = Callable[..., None]


class Starter:
    """Sends the starts of the fleet.

    is_ending tells whether a Terminate waits for a session; close terminates a session.
    """

    def __init__(
        self,
        registry: Registry,
        account: Account,
        vitals: Vitals,
        *,
        say: Say,
        is_ending: Callable[[int], bool],
        close: Callable[[int], Awaitable[None]],
    ) -> None:
        self._registry = registry
        self._account = account
        self._vitals = vitals
        self._say = say
        self._is_ending = is_ending
        self._close = close
        self._naming: dict[int, asyncio.Event] = {}

    async def intend(self, session: Session, task: Task) -> Intent:
        """Commit the intent of a start; which call it is follows from what is asked for."""
        if session.key:
            return await self._registry.intend(IntentKind.NEW_TASK, session, task)
        life = task.spec.limits.max_duration_ms or DEFAULT_LIFE_MS
        session = replace(session, expires_ms=session.created_ms + life)
        one_call = task.verb is TaskVerb.RUN_TASK
        kind = IntentKind.RUN_TASK if one_call else IntentKind.START_SESSION
        intent = await self._registry.intend(kind, session, task)
        self._naming[intent.session.key] = asyncio.Event()
        return intent

    async def send(self, intent: Intent) -> None:
        """Send what was intended, and for a new session its task after it."""
        assert intent.task is not None
        client = self._account.client_for(intent.session)
        try:
            if client is None:  # the key was changed in this very moment
                await self._refuse(intent, Observation(kind=Kind.REFUSED, code="KEY_CHANGED"))
            elif intent.kind is IntentKind.START_SESSION:
                await self._send_session(intent, intent.task, client)
            else:
                await self._send_task(intent, intent.task, client)
        finally:
            self._named(intent.session.key)

    async def when_named(self, session_key: int) -> Session | None:
        """The session once the service has named it or its start has failed."""
        event = self._naming.get(session_key)
        if event is not None:
            await event.wait()
        return self._registry.session(session_key)

    def _named(self, session_key: int) -> None:
        event = self._naming.pop(session_key, None)
        if event is not None:
            event.set()

    async def _send_session(self, intent: Intent, task: Task, client: ServiceClient) -> None:
        try:
            seen = await client.start_session(max_duration_ms=task.spec.limits.max_duration_ms)
        except ApiError as error:
            await self._fail(intent, error)
            return
        self._vitals.note_balance(seen.balance)
        session, _ = await self._registry.settle(intent, Outcome.KNOWN, seen)
        self._named(session.key)
        if self._is_ending(session.key):
            stopped = Observation(kind=Kind.STOPPED, code="TERMINATED_BEFORE_TASK")
            await self._registry.record(session.key, task.key, stopped)
            return
        try:
            current = self._registry.task(task.key) or task
            following = await self._registry.intend(IntentKind.NEW_TASK, session, current)
        except LedgerError as error:
            await self._give_back(session.key, task.key, error)
            return
        await self._send_task(following, task, client, made_for_it=True)

    async def _send_task(
        self, intent: Intent, task: Task, client: ServiceClient, *, made_for_it: bool = False
    ) -> None:
        try:
            if intent.kind is IntentKind.RUN_TASK:
                seen = await client.run_task(task.spec)
            else:
                assert intent.session.service_id is not None
                seen = await client.new_task(intent.session.service_id, task.spec)
        except ApiError as error:
            await self._fail(intent, error)
            if made_for_it and error.nothing_happened:
                await self._close_unused(intent, error)
        else:
            await self._registry.settle(intent, Outcome.KNOWN, seen)

    async def _fail(self, intent: Intent, error: ApiError) -> None:
        self._account.note_error(error)
        if isinstance(error, RejectedError):
            self._vitals.note_balance(error.reply.balance)
        task_key = intent.task.key if intent.task else None
        if error.nothing_happened:
            await self._refuse(intent, refusal(error))
            self._say(NoticeKind.START_REFUSED, intent.session.key, task_key, error)
        else:
            # An error that names the session makes it possible to end it.
            unknown = Observation(kind=Kind.UNKNOWN, session_id=error.session_id)
            await self._registry.settle(intent, Outcome.UNKNOWN, unknown)
            self._say(NoticeKind.START_UNCONFIRMED, intent.session.key, task_key, error)
        if isinstance(error, SessionGoneError):
            gone = Observation(kind=Kind.SESSION_GONE)
            await self._registry.record(intent.session.key, None, gone)

    async def _refuse(self, intent: Intent, seen: Observation) -> None:
        await self._registry.settle(intent, Outcome.REFUSED, seen)

    async def _close_unused(self, intent: Intent, error: ApiError) -> None:
        """The session was made for this task alone; without it, it would only cost money."""
        session = self._registry.session(intent.session.key)
        if session is None or session.is_ended:
            return
        # close_after makes the fleet try again if this Terminate should fail.
        await self._registry.update(replace(session, close_after=True))
        await self._close(session.key)
        after = self._registry.session(session.key)
        if after is not None and after.is_ended:
            task_key = intent.task.key if intent.task else None
            self._say(NoticeKind.CLOSED_FOR_REFUSED_TASK, session.key, task_key, error)

    async def _give_back(self, session_key: int, task_key: int, error: LedgerError) -> None:
        """The ledger cannot hold the task's intent: it is not sent, and its browser is closed."""
        self._say(NoticeKind.LEDGER_FAILED, session_key, task_key, None, reason=str(error))
        refused = Observation(kind=Kind.STOPPED, code="LEDGER_FAILED")
        await self._registry.record(session_key, task_key, refused)
        session = self._registry.session(session_key)
        if session is not None:
            await self._registry.update(replace(session, close_after=True))
        await self._close(session_key)


def refusal(error: ApiError) -> Observation:
    """The fact that a start did nothing, with the service's words where it gave some."""
    if isinstance(error, RejectedError):
        code = error.reply.code or f"HTTP_{error.reply.status}"
        return Observation(kind=Kind.REFUSED, text=error.reply.message, code=code)
    return Observation(kind=Kind.REFUSED, code="NOT_CONNECTED")
