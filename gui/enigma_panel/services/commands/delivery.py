"""Delivery of one command: ledger, a moment to take it back, session's name, key, turn, send."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar

from msgspec.structs import replace
from PySide6.QtCore import Signal

from enigma_panel.api.errors import ApiError, SessionGoneError
from enigma_panel.api.protocols import LiveError, ServiceClient
from enigma_panel.core.models import Phase, Task
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.rate_limit import Endpoint
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.clock import FAR_MS
from enigma_panel.services.commands.command import Command, Reach, is_obsolete, react
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.live.live import Live
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.rate_limiter import Pass
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import MAY_BE_TRIED, NoticeKind, WaitReason
from enigma_panel.store.ledger.intents import Outcome

T = TypeVar("T")

LATE_STOP_MS = 5_000
"""Time for which a Stop that no reply confirmed may still arrive once it is over, in ms."""


class DroppedError(Exception):
    """The command is not sent any more. outcome: of its intent. is_refused: for good."""

    def __init__(self, outcome: Outcome, *, is_refused: bool = False) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.is_refused = is_refused


class CommandSender(Service):
    """Carries out commands. changed: a Command that stands differently."""

    changed = Signal(object)

    def __init__(
        self, context: ServiceContext, starts: StartsUnderWay, poller: Poller, live: Live
    ) -> None:
        super().__init__(context)
        self._starts = starts
        self._poller = poller
        self._live = live

    async def deliver(self, command: Command) -> bool:
        """Carry the command to its end: delivered, obsolete, dropped or refused. True: refused for
        good.

        Cancelled with the program, it leaves its intent open: the next start sends it.
        """
        try:
            await self._keep(command)
            if command.why is WaitReason.UNDO:
                await self._wait(command, WaitReason.UNDO, command.due_ms)
            while (error := await self._send(command, await self._turn(command))) is not None:
                await self._recover(command, error)
        except DroppedError as dropped:
            unsure = command.may_be_done and dropped.outcome is Outcome.REFUSED
            outcome = Outcome.UNKNOWN if unsure else dropped.outcome
            if unsure and dropped.is_refused:
                self._note_unsure(command)
            await self._settle(command, outcome, Observation(kind=Kind.DELIVERED))
            return dropped.is_refused
        except asyncio.CancelledError:
            if command.dropped is not None and command.can_wait:  # the next start must not send it
                await self._settle(command, command.dropped, Observation(kind=Kind.DELIVERED))
            raise
        finally:
            if command.verb is CommandVerb.STOP and command.reach in {Reach.MAYBE, Reach.CHANNEL}:
                self._scope.spawn("late stop", self._unmark_late(command))
            else:
                self.unmark(command)
        return False

    def obsolete(self, command: Command) -> Outcome | None:
        """Why it need not be sent any more, see `is_obsolete`; None while it is under way."""
        if command.waits_for_another:
            return None
        if command.is_done_already:
            return Outcome.KNOWN
        session = self._store.session(command.key)
        return is_obsolete(command, session, self._store.current_task(session) if session else None)

    def mark(self, command: Command) -> None:
        """Mark that a command that ends something may have its effect from now on."""
        if command.rules.is_durable:
            self._store.ending.mark(command.key, command.verb, command)

    def unmark(self, command: Command) -> None:
        """Remove that mark: no effect of it is to be seen any more."""
        self._store.ending.unmark(command.key, command)

    async def _unmark_late(self, command: Command) -> None:
        """Remove the mark of a Stop once no copy of it can meet the next task."""
        await self._clock.sleep_until(self._clock.now_ms() + LATE_STOP_MS)
        self.unmark(command)
        self._store.touch(command.key)

    async def forget(self, command: Command) -> None:
        """Settle one whose outcome need not be known: the next run does not send it again."""
        await self._settle(command, Outcome.UNKNOWN, Observation(kind=Kind.DELIVERED))

    def _note_unsure(self, command: Command) -> None:
        """Note that the service refuses another try; the one before may have stopped the task."""
        task = self._store.task(command.task_key) if command.task_key else None
        if task is not None and command.verb is CommandVerb.STOP:
            self._store.unsure_stops[task.key] = task.question_n

    def note_channel(self, command: Command) -> None:
        """Note that a channel came up: what ends something need not wait for a call there."""
        if command.why is WaitReason.BUDGET and self._may_emit(command):
            command.interrupt()

    # -- the stages --------------------------------------------------------------------------

    async def _keep(self, command: Command) -> None:
        """Keep a durable command first of all. A write that the disk refuses is made later."""
        session = self._store.session(command.key)
        if not command.rules.is_durable or command.intent is not None or session is None:
            return
        task = self._store.current_task(session)
        command.intent = self._store.late_intents.keep(session, task, command.verb)
        await self._store.flush()

    async def _emit(self, command: Command) -> None:
        """Give it to the live channel, too, once: that proves nothing, but needs no call."""
        if not self._may_emit(command):
            return
        before = command.why, command.due_ms
        self._stand(command, WaitReason.SENDING)
        self.mark(command)
        try:
            await self._live.send_state(command.key, command.verb)
        except LiveError:
            if not command.may_be_done:
                self.unmark(command)
            self._stand(command, *before)
            return
        command.advance(Reach.CHANNEL)
        self._stand(command, *before)
        self.changed.emit(command)
        self._poller.wake(command.key)

    def _may_emit(self, command: Command) -> bool:
        """Whether it may go by the channel, too: if it ends something, and did not yet."""
        is_new = command.rules.is_durable and command.reach is not Reach.CHANNEL
        return is_new and self._live.is_up(command.key)

    async def _turn(self, command: Command) -> Pass:
        """Wait for all that it needs, last for a call; then nothing more is waited for."""
        while True:
            await self._ready(command)
            with suppress(TimeoutError):  # the channel came up: that is tried first
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
        if self._client(command) is None:
            await self._wait(command, WaitReason.KEY)

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
        await self._emit(command)  # it is sent at its turn, too: only a reply confirms it
        self._check(command)
        self._stand(command, WaitReason.BUDGET)
        turn = self._rate_limiter.turn(
            Endpoint.SEND_MESSAGE, rank, tag=command, since_ms=command.made_ms
        )
        return await self._unless_dropped(command, turn)

    async def _send(self, command: Command, taken: Pass) -> ApiError | None:
        """Make one call. Returns the error, None where nothing is left to do."""
        session, client = self._store.session(command.key), self._client(command)
        assert session is not None
        assert session.service_id is not None
        assert client is not None
        task = self._store.current_task(session)
        command.task_key = task.key if task is not None else None
        self._stand(command, WaitReason.SENDING)
        self.mark(command)
        try:
            with taken.calling():
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
            self._account.note_error(error, client)
            if not error.nothing_happened:
                command.advance(Reach.MAYBE)
            return error
        else:
            command.advance(Reach.CONFIRMED)
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
        self._health.note_error(error)
        if command.dropped is not None:  # another command stands in its place
            raise DroppedError(command.dropped)
        reaction = react(command, error, self._rng)
        if reaction is None:
            self._notices.notify(
                NoticeKind.COMMAND_FAILED, command.key, command.task_key, error, verb=command.verb
            )
            raise DroppedError(Outcome.REFUSED, is_refused=True)
        if reaction.why is not WaitReason.KEY:
            command.refused_client = None
            command.alarm.clear()
            await self._emit(command)
        if reaction.why is WaitReason.CONNECTION and command.alarm.is_set():
            return  # it was nudged meanwhile
        due = None if reaction.wait_ms is None else self._clock.now_ms() + reaction.wait_ms
        await self._wait(command, reaction.why, due)

    # -- waiting -----------------------------------------------------------------------------

    async def _wait(self, command: Command, why: WaitReason, due_ms: int | None = None) -> None:
        """Wait until then, a nudge, or a key where one is missing. Raises DroppedError."""
        self._check(command)
        self._stand(command, why, due_ms)
        while (due := self._due_ms(command)) > self._clock.now_ms():
            command.alarm.clear()
            await self._clock.wait(command.alarm, due)
            self._check(command)

    def _due_ms(self, command: Command) -> int:
        if command.why is WaitReason.KEY:
            now = self._clock.now_ms()
            return now + FAR_MS if self._client(command) is None else now
        return command.due_ms or 0

    async def _unless_dropped(self, command: Command, waiting: Awaitable[T]) -> T:
        """Wait for something that `Command.interrupt` may end: TimeoutError or DroppedError."""
        try:
            async with asyncio.timeout(None) as command.waiting:
                return await waiting
        except TimeoutError:
            self._check(command)
            raise
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
        return None if refused and self._account.last_check not in MAY_BE_TRIED else client

    async def _settle_gone(self, command: Command) -> None:
        """Settle a command whose session had ended; a task that can be asked for must prove it."""
        task = self._store.task(command.task_key) if command.task_key else None
        kind = Kind.SESSION_GONE
        if task is not None and task.service_id is not None:
            command.task_key = None
            if not task.is_final:  # it may have ended by a try before this one
                kind = Kind.TERMINATE_SENT if command.may_be_done else Kind.SESSION_DOUBTED
        await self._settle(command, Outcome.KNOWN, Observation(kind=kind))
        self._poller.wake(command.key)

    async def _settle(self, command: Command, outcome: Outcome, observation: Observation) -> None:
        """Keep the fact, and once the outcome of the intent where there is one."""
        intent, command.intent = command.intent, None
        if intent is None:
            if observation.kind is not Kind.DELIVERED:  # that says nothing by itself
                await self._store.record(command.key, command.task_key, observation)
            return
        task: Task | None = self._store.task(command.task_key) if command.task_key else None
        # It moves the task that the call met, which need not be that of the click.
        await self._store.settle(replace(intent, task=task), outcome, observation)
