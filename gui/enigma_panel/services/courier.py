"""Brings one command to its session: ledger, a moment to take it back, name, key, turn, send."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from enigma_panel.api.errors import ApiError, SessionGoneError
from enigma_panel.api.ports import ServiceClient
from enigma_panel.api.ports_live import LiveError
from enigma_panel.core.budget import Endpoint
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.records import Phase, Session, StateVerb, Task
from enigma_panel.services.account import Account
from enigma_panel.services.budget import Budget, Pass
from enigma_panel.services.calls import calling
from enigma_panel.services.clock import FAR_MS, Clock
from enigma_panel.services.errand import KEPT, RANKS, Errand, is_moot, react
from enigma_panel.services.live import Live
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.views import KeyCheck, NoticeKind, WaitReason
from enigma_panel.services.vitals import Vitals
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import IntentKind, Outcome

T = TypeVar("T")

Say = Callable[..., None]
Tell = Callable[[Errand], None]
WhenNamed = Callable[[int], Awaitable[Session | None]]


class DroppedError(Exception):
    """The command is not wanted any more; outcome: what that means for its intent."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Courier:
    """Carries out errands. tell: an errand stands differently. wake: ask for its task at once."""

    def __init__(
        self,
        *,
        registry: SessionStore,
        account: Account,
        vitals: Vitals,
        budget: Budget,
        clock: Clock,
        chance: random.Random,
        notify: Say,
        tell: Tell,
        when_named: WhenNamed,
        wake: Callable[[int], None],
        live: Live,
    ) -> None:
        self._live = live
        self._registry = registry
        self._account = account
        self._vitals = vitals
        self._budget = budget
        self._clock = clock
        self._chance = chance
        self._notify = notify
        self._tell = tell
        self._when_named = when_named
        self._wake = wake

    async def carry(self, errand: Errand) -> None:
        """To its end, whatever that is: delivered, moot, dropped, failed.

        Cancelled with the program, it leaves its intent open: the next start sends it.
        """
        try:
            await self._intend(errand)
            await self._rest(errand, WaitReason.UNDO, errand.grace_ms)
            if await self._goes_by_channel(errand):
                return
            while (error := await self._send(errand, await self._turn(errand))) is not None:
                await self._recover(errand, error)
        except DroppedError as dropped:
            unsure = errand.may_be_done and dropped.outcome is Outcome.REFUSED
            outcome = Outcome.UNKNOWN if unsure else dropped.outcome
            await self._settle(errand, outcome, Observation(kind=Kind.DELIVERED))
        finally:
            self.unmark(errand)

    def moot(self, errand: Errand) -> Outcome | None:
        """See `errand.is_moot`; nothing can be said before the command before it is through."""
        if errand.waits_for_another:
            return None
        if errand.is_done_already:
            return Outcome.KNOWN
        session = self._registry.session(errand.key)
        return is_moot(errand, session, self._registry.current_task(session) if session else None)

    def mark(self, errand: Errand) -> None:
        """What ends something may have its effect from now on."""
        if errand.verb in KEPT:
            self._registry.ending.mark(errand.key, errand.verb, errand)

    def unmark(self, errand: Errand) -> None:
        """No effect of it is to be seen any more."""
        self._registry.ending.unmark(errand.key, errand)

    # -- the stages --------------------------------------------------------------------------

    async def _intend(self, errand: Errand) -> None:
        """Stop and Terminate are in the ledger before anything else."""
        session = self._registry.session(errand.key)
        if errand.verb not in KEPT or errand.intent is not None or session is None:
            return
        task = self._registry.current_task(session)
        try:
            errand.intent = await self._registry.intend(
                IntentKind.STATE, session, task, errand.verb
            )
        except LedgerError as error:
            facts = {"reason": str(error)}
            self._notify(NoticeKind.LEDGER_FAILED, errand.key, errand.task_key, None, **facts)
            if errand.verb is not StateVerb.TERMINATE:  # ending a cost must not depend on a disk
                raise DroppedError(Outcome.REFUSED) from None

    async def _goes_by_channel(self, errand: Errand) -> bool:
        """Pause and Resume cost no call of the minute where the channel is up."""
        if errand.verb in KEPT or errand.repeats:
            return False
        await self._ready(errand)
        return await self._emit(errand)

    async def _emit(self, errand: Errand) -> bool:
        """Give it to the live channel, once; whether that took it, which proves nothing."""
        if errand.emitted or not self._live.is_up(errand.key):
            return False
        before = errand.why, errand.due_ms
        self._stand(errand, WaitReason.SENDING)
        try:
            seen = await self._live.send_state(errand.key, errand.verb)
        except LiveError:
            self._stand(errand, *before)
            return False
        errand.emitted = errand.may_be_done = True
        self.mark(errand)
        await self._registry.record(errand.key, errand.task_key, seen)
        self._stand(errand, *before)
        self._tell(errand)
        self._wake(errand.key)
        return True

    async def _turn(self, errand: Errand) -> Pass:
        """Wait for all that has to be there, last for a call; then nothing more is waited for."""
        while True:
            await self._ready(errand)
            taken = await self._pass(errand)
            if self._is_ready(errand):
                return taken
            taken.give_back()

    async def _ready(self, errand: Errand) -> None:
        self._check(errand)
        session = self._registry.session(errand.key)
        if session is not None and session.service_id is None and session.phase is Phase.STARTING:
            self._stand(errand, WaitReason.NAME)
            session = await self._unless_dropped(errand, self._when_named(errand.key))
            if session is None or session.service_id is None:
                raise DroppedError(self.moot(errand) or Outcome.REFUSED)
        if errand.after is not None and errand.waits_for_another:
            self._stand(errand, WaitReason.TURN)
            await self._unless_dropped(errand, errand.after.over.wait())
        if errand.learn():
            self.mark(errand)
        self._check(errand)
        if self._client(errand) is None and errand.verb not in KEPT:
            raise DroppedError(Outcome.REFUSED)
        while self._client(errand) is None:
            await self._rest(errand, WaitReason.KEY, None, lambda: self._client(errand) is not None)

    def _is_ready(self, errand: Errand) -> bool:
        return errand.dropped is None and not self.moot(errand) and self._client(errand) is not None

    async def _pass(self, errand: Errand) -> Pass:
        rank = RANKS[errand.verb]
        taken = self._budget.try_take(Endpoint.SEND_MESSAGE, rank)
        if taken is not None:
            return taken
        if errand.verb in KEPT:  # sent at its turn all the same: only a reply confirms it
            await self._emit(errand)
            self._check(errand)
        self._stand(errand, WaitReason.BUDGET)
        turn = self._budget.turn(Endpoint.SEND_MESSAGE, rank, tag=errand, since_ms=errand.made_ms)
        return await self._unless_dropped(errand, turn)

    async def _send(self, errand: Errand, taken: Pass) -> ApiError | None:
        """One call. Returns what went wrong, None where nothing is left to do."""
        session, client = self._registry.session(errand.key), self._client(errand)
        assert session is not None
        assert session.service_id is not None
        assert client is not None
        errand.task_key = session.current_task
        self._stand(errand, WaitReason.SENDING)
        self.mark(errand)
        try:
            with calling(self._budget, Endpoint.SEND_MESSAGE, taken):
                seen = await client.send_state(session.service_id, errand.verb)
        except SessionGoneError:
            if not errand.may_be_done:
                self.unmark(errand)  # it had ended before we told it to
            self._vitals.note_answer()
            await self._settle(errand, Outcome.KNOWN, Observation(kind=Kind.SESSION_GONE))
        except ApiError as error:
            errand.refused_client = client
            errand.may_be_done = errand.may_be_done or not error.nothing_happened
            return error
        else:
            errand.is_delivered = True
            self._vitals.note_answer()
            await self._settle(errand, Outcome.KNOWN, seen)
            self._wake(errand.key)
        finally:
            if not errand.may_be_done:
                self.unmark(errand)
        return None

    async def _recover(self, errand: Errand, error: ApiError) -> None:
        """After a failed send: wait for another try, or give it up."""
        errand.attempt += 1
        errand.nudged = False
        self._account.note_error(error)
        self._vitals.note_error(error)
        if errand.dropped is not None:  # another command stands in its place
            raise DroppedError(errand.dropped)
        reaction = react(errand, error, self._chance)
        if reaction is None:
            errand.has_failed = True
            facts = {"verb": errand.verb.value}
            self._notify(NoticeKind.COMMAND_FAILED, errand.key, errand.task_key, error, **facts)
            raise DroppedError(Outcome.REFUSED)
        if reaction.why is not WaitReason.KEY:
            errand.refused_client = None
        if reaction.why is WaitReason.CONNECTION and errand.verb in KEPT:
            await self._emit(errand)
        due = None if reaction.wait_ms is None else self._clock.now_ms() + reaction.wait_ms
        may_go = self._may_go(errand, reaction.why)
        await self._rest(errand, reaction.why, due, may_go)

    def _may_go(self, errand: Errand, why: WaitReason) -> Callable[[], bool]:
        """What cuts a wait short."""
        if why is WaitReason.KEY:
            return lambda: self._client(errand) is not None
        return lambda: why is WaitReason.CONNECTION and errand.nudged

    # -- waiting -----------------------------------------------------------------------------

    async def _rest(
        self,
        errand: Errand,
        why: WaitReason,
        due_ms: int | None,
        may_go: Callable[[], bool] | None = None,
    ) -> None:
        """Wait until then (None: for ever), or until it may go. Raises DroppedError."""
        may_go = may_go or (lambda: errand.nudged)
        self._check(errand)
        while not may_go() and (due_ms is None or self._clock.now_ms() < due_ms):
            self._stand(errand, why, due_ms)
            errand.alarm.clear()
            far = self._clock.now_ms() + FAR_MS
            await self._clock.wait(errand.alarm, far if due_ms is None else due_ms)
            self._check(errand)

    async def _unless_dropped(self, errand: Errand, waiting: Awaitable[T]) -> T:
        """Wait for something that takes no alarm; `Errand.drop` cancels it."""
        task = asyncio.current_task()
        errand.waiting = task
        try:
            return await waiting
        except asyncio.CancelledError:
            if errand.dropped is None or task is None:
                raise  # the program ends
            task.uncancel()
            raise DroppedError(errand.dropped) from None
        finally:
            errand.waiting = None

    def _check(self, errand: Errand) -> None:
        outcome = errand.dropped or self.moot(errand)
        if outcome is not None:
            raise DroppedError(outcome)

    def _stand(self, errand: Errand, why: WaitReason, due_ms: int | None = None) -> None:
        if (errand.why, errand.due_ms) != (why, due_ms):
            errand.why, errand.due_ms = why, due_ms
            self._tell(errand)

    # -- inside ------------------------------------------------------------------------------

    def _client(self, errand: Errand) -> ServiceClient | None:
        """The client to call with; None also for one whose key was refused for this command."""
        session = self._registry.session(errand.key)
        client = self._account.client_for(session) if session else None
        refused = client is not None and client is errand.refused_client
        return None if refused and self._account.last_check is not KeyCheck.ACCEPTED else client

    async def _settle(self, errand: Errand, outcome: Outcome, seen: Observation) -> None:
        """Keep the fact, and the fate of the intent where there is one."""
        if errand.intent is None:
            if seen.kind is not Kind.DELIVERED:  # that says nothing by itself
                await self._registry.record(errand.key, errand.task_key, seen)
            return
        task: Task | None = self._registry.task(errand.task_key) if errand.task_key else None
        # It moves the task that the call met, which need not be that of the click.
        await self._registry.settle(replace(errand.intent, task=task), outcome, seen)
