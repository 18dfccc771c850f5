"""One command on its way: ledger, a moment to take it back, session's name, key, turn, send."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from enigma_panel.api.errors import (
    ApiError,
    FailureKind,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
    SessionGoneError,
)
from enigma_panel.api.protocols import LiveError, ServiceClient
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.core.verbs import COMMANDS, CommandRules, CommandVerb
from enigma_panel.services.clock import FAR_MS
from enigma_panel.services.context import ServiceContext
from enigma_panel.services.live.live import Live
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.rate_limiter import Pass, calling
from enigma_panel.services.retry_policy import TRIES, classify, retry_after_ms
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import KeyCheck, NoticeKind, WaitReason
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

FIRST_BACKOFF_MS, WORST_BACKOFF_MS = 1_000, 30_000
LEAST_BACKOFF_MS = 100
WORST_WAIT_MS = 60_000

_TIMED_OUT, _SERVER_ERROR = 408, 500


@dataclass(slots=True, eq=False)
class Command:
    """One command. grace_ms: epoch ms until which it can be taken back before it is sent.

    task_key: the task that was the session's current one at the click. after: a command that was
    being sent then; this one goes after it. dropped: set when it is not wanted any more, with what
    that means for its intent. attempt counts the sends that failed in a row. may_be_done: one of
    them may have got through, so that its effect may be seen. sent_live: it went out by the live
    channel already, which confirms nothing; broke: that was lost right after. is_delivered: a reply
    confirmed it. repeats: what the channel may have lost is sent again. fallback: a Stop that is
    sent should this one be taken back or, a Terminate, refused; has_failed: it was refused for
    good.
    """

    key: int
    verb: CommandVerb
    made_ms: int
    task_key: int | None
    grace_ms: int = 0
    intent: Intent | None = field(default=None, repr=False)
    after: "Command | None" = field(default=None, repr=False)
    why: WaitReason = WaitReason.TURN
    due_ms: int | None = None
    attempt: int = 0
    may_be_done: bool = False
    sent_live: bool = False
    broke: bool = False
    is_delivered: bool = False
    repeats: bool = False
    has_failed: bool = False
    fallback: "Command | None" = field(default=None, repr=False)
    dropped: Outcome | None = None
    nudged: bool = False
    refused_client: ServiceClient | None = field(default=None, repr=False)
    alarm: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    over: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    waiting: "asyncio.Task[object] | None" = field(default=None, repr=False)

    @property
    def can_wait(self) -> bool:
        """True before its bytes are on their way."""
        return self.why is not WaitReason.SENDING and not self.sent_live

    @property
    def waits_for_another(self) -> bool:
        """True while another command to the session is being sent before it."""
        return self.after is not None and not self.after.over.is_set()

    @property
    def is_done_already(self) -> bool:
        """True where the command before it was the same one and was delivered."""
        before = self.after
        return before is not None and before.is_delivered and before.verb is self.verb

    @classmethod
    def of(cls, intent: Intent) -> "Command":
        """What an intent of the ledger asks for."""
        return cls(
            key=intent.session.key,
            verb=CommandVerb(intent.verb or ""),
            made_ms=intent.made_ms,
            task_key=intent.task.key if intent.task else None,
            intent=intent,
        )

    def again(self) -> "Command":
        """The same command anew, with an intent of its own, for after this one."""
        return Command(
            key=self.key,
            verb=self.verb,
            made_ms=self.made_ms,
            task_key=self.task_key,
            after=self,
            may_be_done=self.may_be_done,
            sent_live=self.sent_live or self.fallback is not None,
            repeats=self.repeats,
        )

    @property
    def rules(self) -> CommandRules:
        """Of its verb."""
        return COMMANDS[self.verb]

    def learn(self) -> bool:
        """Whether the same command before it may have got through; then so may this one have."""
        before = self.after
        if before is None or before.verb is not self.verb or not before.may_be_done:
            return False
        self.may_be_done = True
        return True

    def nudge(self) -> None:
        """Try now: the connection is back, or the person clicked again."""
        self.nudged = True
        self.alarm.set()

    def drop(self, outcome: Outcome) -> None:
        """It is not wanted any more. What is being sent is sent, but not again."""
        if self.dropped is not None:
            return
        self.dropped = outcome
        self.alarm.set()
        if self.waiting is not None:
            self.waiting.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What to do after a failed send: wait for that reason. wait_ms None: until something else."""

    why: WaitReason
    wait_ms: int | None


def is_obsolete(command: Command, session: Session | None, task: Task | None) -> Outcome | None:
    """Why a command need not be sent any more, None while it has to be.

    task: the session's current one. KNOWN: what was wanted is so. REFUSED: it would do nothing, or
    something else than what was asked for.
    """
    if session is None or session.is_final:
        return Outcome.KNOWN
    if session.service_id is None and session.phase is not Phase.STARTING:
        return Outcome.REFUSED  # queued again, or nobody knows which browser it is
    if command.verb is CommandVerb.TERMINATE:
        return None
    if task is None or task.key != command.task_key:
        return Outcome.REFUSED
    in_doubt = task.unproven is command.verb
    is_wanted = not command.repeats or command.rules.leaves_no_trace
    fits = in_doubt or (is_wanted and _fits(command.verb, task))
    return None if fits else Outcome.REFUSED


def _fits(verb: CommandVerb, task: Task) -> bool:
    """What ends a cost stays wanted where nobody knows whether the task is at work."""
    is_unsure = task.status is TaskStatus.UNCONFIRMED
    return task.takes(verb) or (COMMANDS[verb].is_durable and is_unsure)


def react(command: Command, error: ApiError, rng: random.Random) -> Reaction | None:
    """After the command.attempt-th failed send in a row; None: it has failed for good."""
    kept = command.rules.is_durable
    if not (command.rules.is_repeatable or error.nothing_happened):
        return None
    if isinstance(error, NotConnectedError | InterruptedCallError):
        wait = _backoff_ms(command.attempt, rng)
        return Reaction(why=WaitReason.CONNECTION, wait_ms=wait) if kept else None
    failure = classify(error)
    if failure is FailureKind.KEY:
        return Reaction(why=WaitReason.KEY, wait_ms=None) if kept else None
    if failure is not FailureKind.LIMITED and not _is_passing(error):
        return None
    if not kept and command.attempt >= TRIES:
        return None
    wait = min(retry_after_ms(error, failure, command.attempt), WORST_WAIT_MS)
    why = WaitReason.LIMITED if failure is FailureKind.LIMITED else WaitReason.NO_BROWSER
    return Reaction(why=why, wait_ms=wait)


def _is_passing(error: ApiError) -> bool:
    """True for what another try may overcome."""
    if isinstance(error, RejectedError):
        return error.reply.status >= _SERVER_ERROR or error.reply.status == _TIMED_OUT
    return isinstance(error, ProtocolError)


def _backoff_ms(attempt: int, rng: random.Random) -> int:
    """Full jitter: many that wait for the same network do not all come back at once."""
    most = min(FIRST_BACKOFF_MS * 2 ** min(attempt - 1, 10), WORST_BACKOFF_MS)
    return rng.randint(LEAST_BACKOFF_MS, most)


T = TypeVar("T")


class DroppedError(Exception):
    """The command is not wanted any more; outcome: what that means for its intent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class CommandSender(QObject):
    """Carries out commands. changed: a Command that stands differently."""

    changed = Signal(object)

    def __init__(
        self, context: ServiceContext, starts: StartsUnderWay, poller: Poller, live: Live
    ) -> None:
        super().__init__()
        self._store = context.store
        self._account = context.account
        self._health = context.health
        self._rate_limiter = context.rate_limiter
        self._clock = context.clock
        self._rng = context.rng
        self._notices = context.notices
        self._starts = starts
        self._poller = poller
        self._live = live

    async def deliver(self, command: Command) -> None:
        """To its end, whatever that is: delivered, obsolete, dropped, failed.

        Cancelled with the program, it leaves its intent open: the next start sends it.
        """
        try:
            await self._intend(command)
            await self._rest(command, WaitReason.UNDO, command.grace_ms)
            if await self._goes_by_channel(command):
                return
            while (error := await self._send(command, await self._turn(command))) is not None:
                await self._recover(command, error)
        except DroppedError as dropped:
            unsure = command.may_be_done and dropped.outcome is Outcome.REFUSED
            outcome = Outcome.UNKNOWN if unsure else dropped.outcome
            await self._settle(command, outcome, Observation(kind=Kind.DELIVERED))
        finally:
            self.unmark(command)

    def obsolete(self, command: Command) -> Outcome | None:
        """See `is_obsolete`; None, too, while the command before it is under way."""
        if command.waits_for_another:
            return None
        if command.is_done_already:
            return Outcome.KNOWN
        session = self._store.session(command.key)
        return is_obsolete(command, session, self._store.current_task(session) if session else None)

    def mark(self, command: Command) -> None:
        """What ends something may have its effect from now on."""
        if command.rules.is_durable:
            self._store.ending.mark(command.key, command.verb, command)

    def unmark(self, command: Command) -> None:
        """No effect of it is to be seen any more."""
        self._store.ending.unmark(command.key, command)

    # -- the stages --------------------------------------------------------------------------

    async def _intend(self, command: Command) -> None:
        """What is durable is in the ledger before anything else."""
        session = self._store.session(command.key)
        if not command.rules.is_durable or command.intent is not None or session is None:
            return
        task = self._store.current_task(session)
        try:
            command.intent = await self._store.intend(IntentKind.STATE, session, task, command.verb)
        except LedgerError as error:
            facts = {"reason": str(error)}
            self._notices.notify(
                NoticeKind.LEDGER_FAILED, command.key, command.task_key, None, **facts
            )
            if command.verb is not CommandVerb.TERMINATE:  # ending a cost must not depend on a disk
                raise DroppedError(Outcome.REFUSED) from None

    async def _goes_by_channel(self, command: Command) -> bool:
        """What need not be kept costs no call of the minute where the channel is up."""
        if command.rules.is_durable or command.repeats:
            return False
        await self._ready(command)
        return await self._emit(command)

    async def _emit(self, command: Command) -> bool:
        """Give it to the live channel, once; whether that took it, which proves nothing."""
        if command.sent_live or not self._live.is_up(command.key):
            return False
        before = command.why, command.due_ms
        self._stand(command, WaitReason.SENDING)
        try:
            observation = await self._live.send_state(command.key, command.verb)
        except LiveError:
            self._stand(command, *before)
            return False
        command.sent_live = command.may_be_done = True
        self.mark(command)
        await self._store.record(command.key, command.task_key, observation)
        self._stand(command, *before)
        self.changed.emit(command)
        self._poller.wake(command.key)
        return True

    async def _turn(self, command: Command) -> Pass:
        """Wait for all that has to be there, last for a call; then nothing more is waited for."""
        while True:
            await self._ready(command)
            taken = await self._pass(command)
            if self._is_ready(command):
                return taken
            taken.give_back()

    async def _ready(self, command: Command) -> None:
        self._check(command)
        session = self._store.session(command.key)
        if session is not None and session.service_id is None and session.phase is Phase.STARTING:
            self._stand(command, WaitReason.NAME)
            await self._unless_dropped(command, self._starts.when_named(command.key))
            session = self._store.session(command.key)
            if session is None or session.service_id is None:
                raise DroppedError(self.obsolete(command) or Outcome.REFUSED)
        if command.after is not None and command.waits_for_another:
            self._stand(command, WaitReason.TURN)
            await self._unless_dropped(command, command.after.over.wait())
        if command.learn():
            self.mark(command)
        self._check(command)
        if self._client(command) is None and not command.rules.is_durable:
            raise DroppedError(Outcome.REFUSED)
        while self._client(command) is None:
            await self._rest(
                command, WaitReason.KEY, None, lambda: self._client(command) is not None
            )

    def _is_ready(self, command: Command) -> bool:
        return (
            command.dropped is None
            and not self.obsolete(command)
            and self._client(command) is not None
        )

    async def _pass(self, command: Command) -> Pass:
        rank = command.rules.rank
        taken = self._rate_limiter.try_acquire(Endpoint.SEND_MESSAGE, rank)
        if taken is not None:
            return taken
        if command.rules.is_durable:  # sent at its turn, too: only a reply confirms it
            await self._emit(command)
            self._check(command)
        self._stand(command, WaitReason.BUDGET)
        turn = self._rate_limiter.turn(
            Endpoint.SEND_MESSAGE, rank, tag=command, since_ms=command.made_ms
        )
        return await self._unless_dropped(command, turn)

    async def _send(self, command: Command, taken: Pass) -> ApiError | None:
        """One call. Returns what went wrong, None where nothing is left to do."""
        session, client = self._store.session(command.key), self._client(command)
        assert session is not None
        assert session.service_id is not None
        assert client is not None
        task = self._store.current_task(session)
        command.task_key = task.key if task is not None else None
        self._stand(command, WaitReason.SENDING)
        self.mark(command)
        try:
            with calling(self._rate_limiter, Endpoint.SEND_MESSAGE, taken):
                observation = await client.send_state(session.service_id, command.verb)
        except SessionGoneError as error:
            if command.verb is not CommandVerb.TERMINATE:
                await self._poller.note_session_gone(command.key)
                return error
            if not command.may_be_done:
                self.unmark(command)  # it had ended before we told it to
            self._health.note_answer()
            await self._settle_gone(command)
        except ApiError as error:
            command.refused_client = client
            command.may_be_done = command.may_be_done or not error.nothing_happened
            return error
        else:
            command.is_delivered = True
            self._health.note_answer()
            await self._settle(command, Outcome.KNOWN, observation)
            self._poller.note_delivered(command.key)
        finally:
            if not command.may_be_done:
                self.unmark(command)
        return None

    async def _recover(self, command: Command, error: ApiError) -> None:
        """After a failed send: wait for another try, or give it up."""
        command.attempt += 1
        command.nudged = False
        self._account.note_error(error)
        self._health.note_error(error)
        if command.dropped is not None:  # another command stands in its place
            raise DroppedError(command.dropped)
        reaction = react(command, error, self._rng)
        if reaction is None:
            command.has_failed = True
            facts = {"verb": command.verb.value}
            self._notices.notify(
                NoticeKind.COMMAND_FAILED, command.key, command.task_key, error, **facts
            )
            raise DroppedError(Outcome.REFUSED)
        if reaction.why is not WaitReason.KEY:
            command.refused_client = None
        if reaction.why is WaitReason.CONNECTION and command.rules.is_durable:
            await self._emit(command)
        due = None if reaction.wait_ms is None else self._clock.now_ms() + reaction.wait_ms
        may_go = self._may_go(command, reaction.why)
        await self._rest(command, reaction.why, due, may_go)

    def _may_go(self, command: Command, why: WaitReason) -> Callable[[], bool]:
        """What cuts a wait short."""
        if why is WaitReason.KEY:
            return lambda: self._client(command) is not None
        return lambda: why is WaitReason.CONNECTION and command.nudged

    # -- waiting -----------------------------------------------------------------------------

    async def _rest(
        self,
        command: Command,
        why: WaitReason,
        due_ms: int | None,
        may_go: Callable[[], bool] | None = None,
    ) -> None:
        """Wait until then (None: for ever), or until it may go. Raises DroppedError."""
        may_go = may_go or (lambda: command.nudged)
        self._check(command)
        while not may_go() and (due_ms is None or self._clock.now_ms() < due_ms):
            self._stand(command, why, due_ms)
            command.alarm.clear()
            far = self._clock.now_ms() + FAR_MS
            await self._clock.wait(command.alarm, far if due_ms is None else due_ms)
            self._check(command)

    async def _unless_dropped(self, command: Command, waiting: Awaitable[T]) -> T:
        """Wait for something that takes no alarm; `Command.drop` cancels it."""
        task = asyncio.current_task()
        command.waiting = task
        try:
            return await waiting
        except asyncio.CancelledError:
            if command.dropped is None or task is None:
                raise  # the program ends
            task.uncancel()
            raise DroppedError(command.dropped) from None
        finally:
            command.waiting = None

    def _check(self, command: Command) -> None:
        outcome = command.dropped or self.obsolete(command)
        if outcome is not None:
            raise DroppedError(outcome)

    def _stand(self, command: Command, why: WaitReason, due_ms: int | None = None) -> None:
        if (command.why, command.due_ms) != (why, due_ms):
            command.why, command.due_ms = why, due_ms
            self.changed.emit(command)

    # -- inside ------------------------------------------------------------------------------

    def _client(self, command: Command) -> ServiceClient | None:
        """The client to call with; None also for one whose key was refused for this command."""
        session = self._store.session(command.key)
        client = self._account.client_for(session) if session else None
        refused = client is not None and client is command.refused_client
        return None if refused and self._account.last_check is not KeyCheck.ACCEPTED else client

    async def _settle_gone(self, command: Command) -> None:
        """Its session had ended. Where a task of it can be asked for, polls have to prove that, and
        tell what became of the task: one such answer may be wrong, and the browser bill on."""
        task = self._store.task(command.task_key) if command.task_key else None
        kind = Kind.SESSION_GONE
        if task is not None and task.service_id is not None:
            command.task_key = None
            if not task.is_final:  # it may have ended by a try before this one
                kind = Kind.TERMINATE_SENT if command.may_be_done else Kind.SESSION_DOUBTED
        await self._settle(command, Outcome.KNOWN, Observation(kind=kind))
        self._poller.wake(command.key)

    async def _settle(self, command: Command, outcome: Outcome, observation: Observation) -> None:
        """Keep the fact, and the fate of the intent where there is one."""
        if command.intent is None:
            if observation.kind is not Kind.DELIVERED:  # that says nothing by itself
                await self._store.record(command.key, command.task_key, observation)
            return
        task: Task | None = self._store.task(command.task_key) if command.task_key else None
        # It moves the task that the call met, which need not be that of the click.
        await self._store.settle(replace(command.intent, task=task), outcome, observation)
