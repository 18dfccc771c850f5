"""Starts: the intent first, then the bytes, then the outcome. Nothing is ever sent twice.

A start that the service refused for now is queued again, with a new intent for its next try; so is
one that it refused for want of a text. With a text the service opens a browser, but works on the
text there as on a task: nothing names it, so it is never asked for, and events of the live channel
may be about it (`core.attribution`).
"""

import asyncio
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from enigma_panel.api.errors import ApiError, FailureKind, RejectedError
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import OTHER_DIALECT, Kind, Observation
from enigma_panel.core.service_rules import RULES, ServiceRules
from enigma_panel.core.validation import unsupported_fields
from enigma_panel.core.verbs import TaskVerb
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.queue.start_reply import own_reply, unknown_outcome
from enigma_panel.services.rate_limiter import Pass
from enigma_panel.services.retry_policy import FOR_GOOD, Refusal, classify, refused_fact, wants_text
from enigma_panel.services.spending import DayCap
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import NoticeKind, SessionEnder, SessionStatus
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

Keeps = Callable[[FailureKind, ApiError], bool]


class Attempt(Struct, frozen=True, kw_only=True):
    """One try of a queued task. keeps: called with a refusal, says whether that puts it back.

    first: the pass of the call that opens the session (or of run-task), None for a task in an open
    session; message: the pass of its newTask, taken at the same time, None for run-task.
    """

    task_key: int
    keeps: Keeps
    first: Pass | None
    message: Pass | None


class Starter(Service):
    """Sends the starts of the queue, each call once."""

    def __init__(
        self,
        context: ServiceContext,
        starts: StartsUnderWay,
        status: SessionStatus,
        day_cap: DayCap,
    ) -> None:
        super().__init__(context)
        self.day_cap = day_cap
        self._starts = starts
        self._status = status
        self._lacked_text: set[int] = set()  # tasks whose start was refused without a text
        self._opened_for: dict[int, int] = {}  # by session: the task at whose address it began

    async def open(self, attempt: Attempt) -> Refusal | None:
        """Open a planned task's session, or run-task. None: not refused. LedgerError: unsent."""
        task, session, client = self.parts(attempt.task_key)
        # Since it was looked whether the task may go, key and dialect may have been changed.
        is_whole = not unsupported_fields(task.spec, self._account.rules)
        if client is None or attempt.first is None or not is_whole:
            return None
        single = task.verb is TaskVerb.RUN_TASK
        kind = IntentKind.RUN_TASK if single else IntentKind.START_SESSION
        text = "" if single else self._opening_text(session, task)
        with self._starts.naming(session.key):
            stamped = self._stamped(session, task)
            intent = await self._store.intend(kind, stamped, task, used=text)
            refusal = await self._send_open(intent, task, client, attempt)
        if refusal is not None and refusal.failure is FailureKind.TEXT:
            self._lacked_text.add(task.key)
        return refusal

    def _opening_text(self, session: Session, task: Task) -> str:
        """The text that opens the browser, "" where the address is not known to want one."""
        is_wanted = task.key in self._lacked_text or self._store.records.may_run_a_text(session)
        if not is_wanted or not self._account.rules.opens_page:
            return ""
        url = task.spec.starting_url
        return f"Open {url}." if url else "Open a blank page."

    async def run_in(self, attempt: Attempt) -> Refusal | None:
        """Start a task in an open session that others have used, too. LedgerError as in `open`."""
        task, session, client = self.parts(attempt.task_key)
        if client is None or attempt.message is None:
            return None
        intent = await self._store.intend(IntentKind.NEW_TASK, session, task)
        return await self.send_task(intent, task, client, attempt.message, attempt.keeps)

    # -- one call ----------------------------------------------------------------------------

    async def _send_open(
        self, intent: Intent, task: Task, client: ServiceClient, attempt: Attempt
    ) -> Refusal | None:
        assert attempt.first is not None
        if await self._is_held(intent):
            return None
        single = intent.kind is IntentKind.RUN_TASK
        try:
            with attempt.first.calling():
                if single:
                    observation = await client.run_task(task.spec)
                else:
                    observation = await client.start_session(task.spec, intent.used)
            observation = own_reply(self._store, intent, observation)
        except ApiError as error:
            if not single:
                error = _in_own_dialect(error, RULES[intent.session.dialect])
            return await self._fail(intent, error, attempt.keeps, client)
        if intent.used:
            self._store.records.text_addresses.add(intent.session.base_url)
        if RULES[intent.session.dialect].opens_page:
            self._opened_for[intent.session.key] = task.key
        self._health.note_balance(observation.balance, intent.made_ms)
        self._health.note_answer()
        await self._store.settle(intent, Outcome.KNOWN, observation)
        return None

    async def send_task(
        self, intent: Intent, task: Task, client: ServiceClient, taken: Pass, keeps: Keeps
    ) -> Refusal | None:
        """Send a newTask whose intent is kept."""
        if await self._is_held(intent):
            return None
        service_id, spec = intent.session.service_id, task.spec
        assert service_id is not None
        if self._opened_for.get(intent.session.key) == task.key:  # its browser is there already
            spec = replace(spec, starting_url=None)
        try:
            with self._starts.awaiting_reply(task.key):
                with taken.calling():
                    observation = await client.new_task(service_id, spec)
                observation = own_reply(self._store, intent, observation)
        except ApiError as error:
            return await self._fail(intent, error, keeps, client)
        self._health.note_answer()
        await self._store.settle(intent, Outcome.KNOWN, observation)
        return None

    # -- what became of it ---------------------------------------------------------------------

    async def _is_held(self, intent: Intent) -> bool:
        """Queue a start again that was about to be sent as a report reached the cap of the day."""
        if not self.day_cap.is_reached():
            return False
        await self._settle_untaken(intent, Observation(kind=Kind.BACK_IN_QUEUE))
        return True

    async def _fail(
        self, intent: Intent, error: ApiError, keeps: Keeps, client: ServiceClient
    ) -> Refusal | None:
        self._account.note_error(error, client)
        self._health.note_error(error)
        if isinstance(error, RejectedError):
            if classify(error) is FailureKind.FUNDS:
                self._health.forget_balance()
            self._health.note_balance(error.reply.balance, intent.made_ms)
        key = intent.session.key
        task_key = intent.task.key if intent.task else None
        if not error.nothing_happened:
            is_heard = task_key in self._starts.heard  # the live channel names it in a moment
            unknown = unknown_outcome(self._store, intent, error)
            session, task = await self._store.settle(intent, Outcome.UNKNOWN, unknown)
            unclear = {session.phase, task.status if task is not None else None}
            is_unclear = not unclear.isdisjoint({Phase.UNCONFIRMED, TaskStatus.UNCONFIRMED})
            if is_unclear and not is_heard:
                self._notices.notify(NoticeKind.START_UNCONFIRMED, key, task_key, error)
            return None  # else its question or its id has come meanwhile
        failure = self._classify(error, intent, client)
        is_old_key = failure is FailureKind.KEY and not self._account.is_in_use(client)
        kept = is_old_key or keeps(failure, error)
        fact = refused_fact(error, Kind.BACK_IN_QUEUE if kept else Kind.REFUSED)
        await self._settle_untaken(intent, fact)
        if not kept:
            self._notices.notify(NoticeKind.START_REFUSED, key, task_key, error)
        return Refusal(failure=failure, error=error, kept=kept)

    async def _settle_untaken(self, intent: Intent, fact: Observation) -> None:
        """Settle a start that did nothing; one that the person ended is not tried again."""
        key, task_key = intent.session.key, intent.task.key if intent.task else None
        is_ending = self._status.is_ending(key)  # by the person or by the program
        is_stopped = not is_ending and self._is_stopped(key, task_key)
        await self._store.settle(intent, Outcome.REFUSED, fact)
        if fact.kind is Kind.BACK_IN_QUEUE and (is_ending or is_stopped):
            code = "TERMINATED_BEFORE_TASK" if is_ending else "TAKEN_BACK"
            await self._store.record(key, task_key, Observation(kind=Kind.TAKEN_BACK, code=code))

    def _is_stopped(self, session_key: int, task_key: int | None) -> bool:
        task = self._store.task(task_key) if task_key is not None else None
        was_sent = task is not None and task.stop_sent_ms is not None
        return was_sent or self._status.is_stopping(session_key)

    def _classify(self, error: ApiError, intent: Intent, client: ServiceClient) -> FailureKind:
        """The kind of a refusal. One of the dialect in use is about all that waits, also where the
        service asks for the very one in which it was asked. A start-session is tried with a text
        once."""
        account, session = self._account, intent.session
        opens = intent.kind is IntentKind.START_SESSION
        if opens and not intent.used and wants_text(error, RULES[session.dialect]):
            return FailureKind.TEXT
        asks = isinstance(error, RejectedError) and error.reply.code in OTHER_DIALECT
        in_use = account.is_in_use(client) and session.dialect is account.dialect
        return FailureKind.DIALECT if asks and in_use else classify(error)

    def parts(self, task_key: int) -> tuple[Task, Session, ServiceClient | None]:
        """The task, its session, and the client to call with, if there is one."""
        task = self._store.task(task_key)
        session = self._store.session(task.session_key) if task is not None else None
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
            dialect=self._account.dialect,
            since_ms=now,
            created_ms=now,
            expires_ms=self._account.rules.latest_end_ms(now, task.spec.limits.max_duration_ms),
        )


class FirstTaskSender(Service):
    """Sends a session its first task; closes what took none."""

    def __init__(self, context: ServiceContext, starter: Starter, commands: SessionEnder) -> None:
        super().__init__(context)
        self._starter = starter
        self._commands = commands
        self._alarms: list[asyncio.Event] = []
        self._store.changed.connect(self.wake)
        self._account.changed.connect(self.wake)

    def is_unused(self, session_key: int) -> bool:
        """Whether the session is open and took no task: each of its own waits or was taken back."""
        session = self._store.session(session_key)
        return session is not None and session.occupies_slot and self._took_none(session)

    def ran_out_unused(self, session: Session) -> bool:
        """Whether the session has ended by itself and took no task."""
        return session.is_ended and not self._was_asked_to_end(session) and self._took_none(session)

    def _took_none(self, session: Session) -> bool:
        if session.service_id is None:
            return False
        tasks = self._store.tasks_of(session.key)
        return all(task.status is TaskStatus.QUEUED or task.code == "TAKEN_BACK" for task in tasks)

    async def send(self, attempt: Attempt) -> Refusal | None:
        """Give a session that took none yet the task that it was opened for, once.

        Returns the refusal where it was not taken. kept: it may go to another browser, once this
        one is closed. None also where the person ended it meanwhile.
        """
        task, session, _ = self._starter.parts(attempt.task_key)
        if session.service_id is None or attempt.message is None:
            return None
        refusal = await self._send_once(task.key, attempt.message)
        if refusal is None:
            return None
        if self._starter.parts(task.key)[0].status is not TaskStatus.QUEUED:
            # The person ended it, or the service reported it although it refused it.
            if self.is_unused(session.key):
                await self.close_unused(session.key)
            return None
        return replace(refusal, kept=refusal.failure not in FOR_GOOD)

    def wake(self, _what: object = None) -> None:
        """Let what waits for the end of a session look again."""
        for alarm in self._alarms:
            alarm.set()

    async def _until(self, condition: Callable[[], bool]) -> None:
        alarm = asyncio.Event()
        self._alarms.append(alarm)
        try:
            while not condition():
                alarm.clear()
                await alarm.wait()
        finally:
            self._alarms.remove(alarm)

    def _is_wanted(self, task_key: int) -> bool:
        task, session, _ = self._starter.parts(task_key)
        is_open = session.phase is Phase.OPEN and not self._commands.is_ending(session.key)
        return is_open and not task.is_final

    async def _send_once(self, task_key: int, taken: Pass) -> Refusal | None:
        """Make one try in the session opened for it. A refusal leaves the task queued meanwhile."""
        await self._commands.until_decided(self._starter.parts(task_key)[1].key)
        task, session, client = self._starter.parts(task_key)
        if client is None or not self._is_wanted(task_key):
            await self._leave_unsent(task, session)
            return None
        try:
            intent = await self._store.intend(IntentKind.NEW_TASK, session, task)
        except LedgerError as error:
            await self._close_for_ledger(session.key, task.key, error)
            return None
        return await self._starter.send_task(intent, task, client, taken, _keep)

    async def _leave_unsent(self, task: Task, session: Session) -> None:
        """Settle an unsent task: not wanted if its session was terminated, else still queued."""
        if self._was_asked_to_end(session):
            kind = Kind.TAKEN_BACK if task.status is TaskStatus.QUEUED else Kind.STOPPED
            fact = Observation(kind=kind, code="TERMINATED_BEFORE_TASK")
        else:
            fact = Observation(kind=Kind.BACK_IN_QUEUE)
        await self._store.record(session.key, task.key, fact)

    def _was_asked_to_end(self, session: Session) -> bool:
        is_sent = session.terminate_sent_ms is not None or session.phase is Phase.ENDED_BY_YOU
        return is_sent or self._commands.is_ending(session.key)

    async def give_up(self, session_key: int, task_key: int, refusal: Refusal) -> None:
        """Fail the task, and let its session close, which was opened for it alone."""
        await self.close_unused(session_key)  # before its task has failed: a kill may come between
        failed = refused_fact(refusal.error, Kind.REFUSED)
        await self._store.record(session_key, task_key, failed)
        self._notices.notify(NoticeKind.START_REFUSED, session_key, task_key, refusal.error)

    async def close(self, task: Task) -> bool:
        """Terminate the session of a task that goes to another one; True once it is over, False
        where it stays open. One in which another task may be at work is left to that.
        """
        session_key = task.session_key
        others = (other for other in self._store.tasks_of(session_key) if other.key != task.key)
        if any(not other.is_final and other.status is not TaskStatus.QUEUED for other in others):
            return True
        if not self._is_over(session_key):
            terminate = self._commands.terminate(session_key)
            ending = self._scope.spawn(f"close {session_key}", terminate)
            if ending is not None:
                ending.add_done_callback(self.wake)
                await self._until(lambda: ending.done() or self._is_over(session_key))
        return self._is_over(session_key)

    def _is_over(self, session_key: int) -> bool:
        """Whether the session has ended or a Terminate arrived; without its id or key, by time."""
        session = self._store.session(session_key)
        if session is None or session.is_final or session.terminate_sent_ms is not None:
            return True
        has_key = self._account.client is None or self._account.client_for(session) is not None
        return session.is_ended and (session.service_id is None or not has_key)

    async def close_unused(self, session_key: int) -> None:
        """Let a session without a task close: Housekeeping does, also after a kill."""
        session = self._store.session(session_key)
        if session is not None and not session.close_after:
            await self._store.update(replace(session, close_after=True))

    async def _close_for_ledger(self, session_key: int, task_key: int, error: LedgerError) -> None:
        """Close the browser of a task that is not sent, as the ledger cannot hold its intent."""
        self._notices.notify(
            NoticeKind.LEDGER_FAILED, session_key, task_key, None, reason=str(error)
        )
        await self.close_unused(session_key)
        refused = Observation(kind=Kind.REFUSED, code="LEDGER_FAILED")
        await self._store.record(session_key, task_key, refused)


def _in_own_dialect(error: ApiError, rules: ServiceRules) -> ApiError:
    """Whether a start-session lacks a text of this very dialect; then it asks for no other one."""
    if not isinstance(error, RejectedError) or not wants_text(error, rules):
        return error
    code = None if error.reply.code in OTHER_DIALECT else error.reply.code
    reply = replace(error.reply, code=code)
    return RejectedError(reply, nothing_happened=error.nothing_happened)


def _keep(_failure: FailureKind, _error: ApiError) -> bool:
    """Keep each refused task: `Scheduler` tries it again, or gives it up."""
    return True
