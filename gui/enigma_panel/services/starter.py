"""Starts: the intent first, then the bytes, then what became of it. Nothing is ever sent twice.

A start that the service refused for now goes back in line, with a new intent for its next try.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from enigma_panel.api.errors import ApiError, RejectedError, SessionGoneError
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.core.models import Phase, Session, Task, TaskStatus, TaskVerb
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.services.account import Account
from enigma_panel.services.budget import Pass, RateLimiter
from enigma_panel.services.calls import calling
from enigma_panel.services.clock import Clock
from enigma_panel.services.refusals import (
    FailureKind,
    Refusal,
    classify,
    refused_fact,
)
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.views import NoticeKind
from enigma_panel.services.vitals import Health
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

DEFAULT_LIFE_MS = 300_000
"""Documented life of a session (api.md §2): until when a start of unknown fate may cost money."""

Say = Callable[..., None]
Keeps = Callable[[FailureKind, ApiError], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of a task in line. keeps: told of a refusal, says whether that puts it back.

    first: the pass of the call that opens the session (or of run-task), None for a task in an open
    session; message: the pass of its newTask, taken at the same time, None for run-task.
    """

    task_key: int
    keeps: Keeps
    first: Pass | None
    message: Pass | None


class Starter:
    """Sends the starts of the line.

    is_ending: a Terminate waits for the session.
    """

    def __init__(
        self,
        registry: SessionStore,
        account: Account,
        health: Health,
        rate_limiter: RateLimiter,
        clock: Clock,
        *,
        notify: Say,
        is_ending: Callable[[int], bool],
    ) -> None:
        self._registry = registry
        self._account = account
        self._health = health
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._notify = notify
        self._is_ending = is_ending
        self._naming: dict[int, asyncio.Event] = {}
        self._held: set[int] = set()

    def is_awaiting_reply(self, task_key: int) -> bool:
        """Whether the call that starts this task still waits for its reply."""
        return task_key in self._held

    async def when_named(self, session_key: int) -> Session | None:
        """The session once the service has named it or its start has failed."""
        event = self._naming.get(session_key)
        if event is not None:
            await event.wait()
        return self._registry.session(session_key)

    async def open(self, attempt: Attempt) -> Refusal | None:
        """Open the session of a planned task, or run the task in one call. None: not refused.

        LedgerError: nothing was sent.
        """
        task, session, client = self.parts(attempt.task_key)
        if client is None or attempt.first is None:
            return None
        single = task.verb is TaskVerb.RUN_TASK
        kind = IntentKind.RUN_TASK if single else IntentKind.START_SESSION
        self._naming[session.key] = asyncio.Event()
        try:
            intent = await self._registry.intend(kind, self._stamped(session, task), task)
            return await self._send_open(intent, task, client, attempt)
        finally:
            self._naming.pop(session.key).set()

    async def run_in(self, attempt: Attempt) -> Refusal | None:
        """Start a task in an open session that others have used, too. LedgerError as in `open`."""
        task, session, client = self.parts(attempt.task_key)
        if client is None or attempt.message is None:
            return None
        intent = await self._registry.intend(IntentKind.NEW_TASK, session, task)
        return await self.send_task(intent, task, client, attempt.message, attempt.keeps)

    # -- one call ----------------------------------------------------------------------------

    async def _send_open(
        self, intent: Intent, task: Task, client: ServiceClient, attempt: Attempt
    ) -> Refusal | None:
        assert attempt.first is not None
        single = intent.kind is IntentKind.RUN_TASK
        endpoint = Endpoint.RUN_TASK if single else Endpoint.START_SESSION
        try:
            with calling(self._rate_limiter, endpoint, attempt.first):
                if single:
                    seen = await client.run_task(task.spec)
                else:
                    life = task.spec.limits.max_duration_ms
                    seen = await client.start_session(max_duration_ms=life)
        except ApiError as error:
            return await self._fail(intent, error, attempt.keeps, client)
        self._health.note_balance(seen.balance)
        await self._registry.settle(intent, Outcome.KNOWN, seen)
        return None

    async def send_task(
        self, intent: Intent, task: Task, client: ServiceClient, taken: Pass, keeps: Keeps
    ) -> Refusal | None:
        """Send a newTask whose intent is kept."""
        service_id = intent.session.service_id
        assert service_id is not None
        self._held.add(task.key)
        try:
            with calling(self._rate_limiter, Endpoint.SEND_MESSAGE, taken):
                seen = await client.new_task(service_id, task.spec)
            seen = await self._registry.redaction.clean(
                seen
            )  # before the channel may place other results
        except ApiError as error:
            self._held.discard(task.key)
            return await self._fail(intent, error, keeps, client)
        finally:
            self._held.discard(task.key)
        await self._registry.settle(intent, Outcome.KNOWN, seen)
        return None

    # -- what became of it ---------------------------------------------------------------------

    async def _fail(
        self, intent: Intent, error: ApiError, keeps: Keeps, client: ServiceClient
    ) -> Refusal | None:
        if client is self._account.client:  # a key that was changed since is no news
            self._account.note_error(error)
        self._health.note_error(error)
        if error.nothing_happened and classify(error) is FailureKind.NO_BROWSER:
            self._health.note_full()
        if isinstance(error, RejectedError):
            self._health.note_balance(error.reply.balance)
        key = intent.session.key
        task_key = intent.task.key if intent.task else None
        if not error.nothing_happened:
            # An error that names the session makes it possible to end it.
            unknown = Observation(kind=Kind.UNKNOWN, session_id=error.session_id)
            session, task = await self._registry.settle(intent, Outcome.UNKNOWN, unknown)
            unclear = {session.phase, task.status if task is not None else None}
            if not unclear.isdisjoint({Phase.UNCONFIRMED, TaskStatus.UNCONFIRMED}):
                self._notify(NoticeKind.START_UNCONFIRMED, key, task_key, error)
            return None  # else the live channel has told of it meanwhile
        failure = classify(error)
        is_old_key = failure is FailureKind.KEY and client is not self._account.client
        kept, is_ending = is_old_key or keeps(failure, error), self._is_ending(key)
        fact = refused_fact(error, Kind.BACK_IN_QUEUE if kept else Kind.REFUSED)
        await self._registry.settle(intent, Outcome.REFUSED, fact)
        if kept and is_ending:  # it was terminated meanwhile: that is no wish for another try
            taken = Observation(kind=Kind.TAKEN_BACK, code="TERMINATED_BEFORE_TASK")
            await self._registry.record(key, task_key, taken)
        if isinstance(error, SessionGoneError):
            await self._registry.record(key, None, Observation(kind=Kind.SESSION_GONE))
        if not kept:
            self._notify(NoticeKind.START_REFUSED, key, task_key, error)
        return Refusal(failure=failure, error=error, kept=kept)

    def parts(self, task_key: int) -> tuple[Task, Session, ServiceClient | None]:
        """The task, its session, and the client to call with, if there is one."""
        task = self._registry.task(task_key)
        session = self._registry.session(task.session_key) if task is not None else None
        assert task is not None
        assert session is not None
        client = self._account.client if session.is_planned else self._account.client_for(session)
        return task, session, client

    def _stamped(self, session: Session, task: Task) -> Session:
        """The session as it is about to be opened: now, with the key in use."""
        now = self._clock.now_ms()
        return replace(
            session,
            phase=Phase.STARTING,
            key_fingerprint=self._account.key_fingerprint,
            since_ms=now,
            created_ms=now,
            expires_ms=now + (task.spec.limits.max_duration_ms or DEFAULT_LIFE_MS),
        )
