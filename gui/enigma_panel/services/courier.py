"""Brings one command to its session: ledger, a moment to take it back, name, key, turn, send."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from enigma_panel.api.errors import ApiError, SessionGoneError
from enigma_panel.api.protocols import LiveError, ServiceClient
from enigma_panel.core.models import Phase, Session, StateVerb, Task
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.services.account import Account
from enigma_panel.services.budget import Pass, RateLimiter
from enigma_panel.services.calls import calling
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.errand import DURABLE, RANKS, Command, is_obsolete, react
from enigma_panel.services.live import Live
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.views import KeyCheck, NoticeKind, WaitReason
from enigma_panel.services.vitals import Health
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import IntentKind, Outcome

T = TypeVar("T")

Say = Callable[..., None]
Tell = Callable[[Command], None]
WhenNamed = Callable[[int], Awaitable[Session | None]]


class DroppedError(Exception):
    """The command is not wanted any more; outcome: what that means for its intent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class CommandSender:
    """Carries out errands. tell: an errand stands differently. wake: ask for its task at once."""

    def __init__(
        self,
        *,
        registry: SessionStore,
        account: Account,
        health: Health,
        rate_limiter: RateLimiter,
        clock: Clock,
        rng: random.Random,
        notify: Say,
        tell: Tell,
        when_named: WhenNamed,
        wake: Callable[[int], None],
        live: Live,
    ) -> None:
        self._live = live
        self._registry = registry
        self._account = account
        self._health = health
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._rng = rng
        self._notify = notify
        self._tell = tell
        self._when_named = when_named
        self._wake = wake

    async def deliver(self, command: Command) -> None:
        """To its end, whatever that is: delivered, moot, dropped, failed.

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
        """See `command.is_obsolete`; nothing can be said before the command before it is
        through."""
        if command.waits_for_another:
            return None
        if command.is_done_already:
            return Outcome.KNOWN
        session = self._registry.session(command.key)
        return is_obsolete(
            command, session, self._registry.current_task(session) if session else None
        )

    def mark(self, command: Command) -> None:
        """What ends something may have its effect from now on."""
        if command.verb in DURABLE:
            self._registry.ending.mark(command.key, command.verb, command)

    def unmark(self, command: Command) -> None:
        """No effect of it is to be seen any more."""
        self._registry.ending.unmark(command.key, command)

    # -- the stages --------------------------------------------------------------------------

    async def _intend(self, command: Command) -> None:
        """Stop and Terminate are in the ledger before anything else."""
        session = self._registry.session(command.key)
        if command.verb not in DURABLE or command.intent is not None or session is None:
            return
        task = self._registry.current_task(session)
        try:
            command.intent = await self._registry.intend(
                IntentKind.STATE, session, task, command.verb
            )
        except LedgerError as error:
            facts = {"reason": str(error)}
            self._notify(NoticeKind.LEDGER_FAILED, command.key, command.task_key, None, **facts)
            if command.verb is not StateVerb.TERMINATE:  # ending a cost must not depend on a disk
                raise DroppedError(Outcome.REFUSED) from None

    async def _goes_by_channel(self, command: Command) -> bool:
        """Pause and Resume cost no call of the minute where the channel is up."""
        if command.verb in DURABLE or command.repeats:
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
            seen = await self._live.send_state(command.key, command.verb)
        except LiveError:
            self._stand(command, *before)
            return False
        command.sent_live = command.may_be_done = True
        self.mark(command)
        await self._registry.record(command.key, command.task_key, seen)
        self._stand(command, *before)
        self._tell(command)
        self._wake(command.key)
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
        session = self._registry.session(command.key)
        if session is not None and session.service_id is None and session.phase is Phase.STARTING:
            self._stand(command, WaitReason.NAME)
            session = await self._unless_dropped(command, self._when_named(command.key))
            if session is None or session.service_id is None:
                raise DroppedError(self.obsolete(command) or Outcome.REFUSED)
        if command.after is not None and command.waits_for_another:
            self._stand(command, WaitReason.TURN)
            await self._unless_dropped(command, command.after.over.wait())
        if command.learn():
            self.mark(command)
        self._check(command)
        if self._client(command) is None and command.verb not in DURABLE:
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
        rank = RANKS[command.verb]
        taken = self._rate_limiter.try_acquire(Endpoint.SEND_MESSAGE, rank)
        if taken is not None:
            return taken
        if command.verb in DURABLE:  # sent at its turn all the same: only a reply confirms it
            await self._emit(command)
            self._check(command)
        self._stand(command, WaitReason.BUDGET)
        turn = self._rate_limiter.turn(
            Endpoint.SEND_MESSAGE, rank, tag=command, since_ms=command.made_ms
        )
        return await self._unless_dropped(command, turn)

    async def _send(self, command: Command, taken: Pass) -> ApiError | None:
        """One call. Returns what went wrong, None where nothing is left to do."""
        session, client = self._registry.session(command.key), self._client(command)
        assert session is not None
        assert session.service_id is not None
        assert client is not None
        command.task_key = session.current_task
        self._stand(command, WaitReason.SENDING)
        self.mark(command)
        try:
            with calling(self._rate_limiter, Endpoint.SEND_MESSAGE, taken):
                seen = await client.send_state(session.service_id, command.verb)
        except SessionGoneError:
            if not command.may_be_done:
                self.unmark(command)  # it had ended before we told it to
            self._health.note_answer()
            await self._settle(command, Outcome.KNOWN, Observation(kind=Kind.SESSION_GONE))
        except ApiError as error:
            command.refused_client = client
            command.may_be_done = command.may_be_done or not error.nothing_happened
            return error
        else:
            command.is_delivered = True
            self._health.note_answer()
            await self._settle(command, Outcome.KNOWN, seen)
            self._wake(command.key)
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
            self._notify(NoticeKind.COMMAND_FAILED, command.key, command.task_key, error, **facts)
            raise DroppedError(Outcome.REFUSED)
        if reaction.why is not WaitReason.KEY:
            command.refused_client = None
        if reaction.why is WaitReason.CONNECTION and command.verb in DURABLE:
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
            self._tell(command)

    # -- inside ------------------------------------------------------------------------------

    def _client(self, command: Command) -> ServiceClient | None:
        """The client to call with; None also for one whose key was refused for this command."""
        session = self._registry.session(command.key)
        client = self._account.client_for(session) if session else None
        refused = client is not None and client is command.refused_client
        return None if refused and self._account.last_check is not KeyCheck.ACCEPTED else client

    async def _settle(self, command: Command, outcome: Outcome, seen: Observation) -> None:
        """Keep the fact, and the fate of the intent where there is one."""
        if command.intent is None:
            if seen.kind is not Kind.DELIVERED:  # that says nothing by itself
                await self._registry.record(command.key, command.task_key, seen)
            return
        task: Task | None = self._registry.task(command.task_key) if command.task_key else None
        # It moves the task that the call met, which need not be that of the click.
        await self._registry.settle(replace(command.intent, task=task), outcome, seen)
