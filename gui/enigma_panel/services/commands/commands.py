"""Commands on their way: one per session, the last one counts.

A durable one is in the ledger from the click on and is tried until it is delivered, taken back, or
the session has ended; it outlives the program. The others are for now or never.
"""

from collections.abc import Iterable

from PySide6.QtCore import Signal

from enigma_panel.core.observation import AT_CAP, Kind, Observation
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.commands.command import Command, Reach
from enigma_panel.services.commands.delivery import CommandSender
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.live.live import Live
from enigma_panel.services.monitor.poller import Poller
from enigma_panel.services.state.starts import StartsUnderWay
from enigma_panel.services.types import Diff, PendingCommand, WaitReason
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

LOOK_AGAIN_MS = 200
"""Interval at which it is looked whether a Terminate can still be taken back, in ms."""
NOTIFY_MS = 500
"""Smallest move of a forecast that is news, in ms."""


class Commands(Service):
    """All commands on their way. changed: the session key of one that changed."""

    changed = Signal(int)

    def __init__(
        self, context: ServiceContext, starts: StartsUnderWay, poller: Poller, live: Live
    ) -> None:
        super().__init__(context)
        self._current: dict[int, Command] = {}
        self._sender = CommandSender(context, starts, poller, live)
        self._sender.changed.connect(self._notify)
        live.changed.connect(self._channel_changed)
        context.store.changed.connect(self._follow)
        context.account.changed.connect(self._key_changed)
        context.rate_limiter.changed.connect(self._follow_rate_limit)

    # -- reading -----------------------------------------------------------------------------

    def pending(self, session_key: int) -> PendingCommand | None:
        """The command on its way to that session, if any."""
        command = self._current.get(session_key)
        return None if command is None else self._pending(command)

    def all_pending(self) -> list[PendingCommand]:
        """All pending commands, oldest first."""
        commands = sorted(self._current.values(), key=lambda command: command.made_ms)
        return [self._pending(command) for command in commands]

    def is_ending(self, session_key: int) -> bool:
        command = self._current.get(session_key)
        return command is not None and command.verb is CommandVerb.TERMINATE

    def is_stopping(self, session_key: int) -> bool:
        command = self._current.get(session_key)
        return command is not None and command.rules.is_durable

    async def until_decided(self, session_key: int) -> None:
        while self.is_ending(session_key) and self._current[session_key].why is WaitReason.UNDO:
            await self._clock.sleep_until(self._clock.now_ms() + LOOK_AGAIN_MS)

    # -- verbs -------------------------------------------------------------------------------

    async def give(self, session_key: int, verb: CommandVerb, *, grace_ms: int = 0) -> None:
        """Send a command; returns when it was answered, failed, was replaced or taken back.

        grace_ms: so long it can be taken back before it is sent; given again without, it is sent at
        once. A Pause or Resume is ignored while a Stop is on its way, all are while a Terminate is.
        """
        known = self._current.get(session_key)
        if known is not None and known.dropped is not None:
            known = None
        if known is not None and known.verb is verb:
            if not grace_ms:
                known.nudge()
            await known.over.wait()
            return
        if known is not None and known.rules.rank < COMMANDS[verb].rank:
            return
        command = self._make(session_key, verb, grace_ms)
        if command is not None:
            self._begin(command)
            await command.over.wait()

    async def terminate(self, session_key: int) -> None:
        """Do as `give` with Terminate, for other services."""
        await self.give(session_key, CommandVerb.TERMINATE)

    async def take_stop_back(self, session_key: int, task_key: int) -> None:
        """Send no Stop of that task any more, nor in the next run: the person has answered its
        question. One at its cap stays.

        Returns when that is in the ledger. One that is being sent is not waited for.
        """
        known = self._current.get(session_key)
        if known is None or not known.rules.is_durable or known.task_key != task_key:
            return
        if self._is_of_cap(known.fallback or known):
            return
        stop: Command | None = known
        if known.verb is CommandVerb.TERMINATE:  # should that be taken back, no Stop is left
            stop = self._drop_fallback(known)
            stop = stop.after if stop is not None else None
        else:
            known.drop(Outcome.REFUSED)
        if stop is not None and stop.why is WaitReason.SENDING:
            await self._sender.forget(stop)
        elif stop is not None:
            await stop.over.wait()

    def undo(self, session_key: int) -> bool:
        """Take back what was not sent yet; False where there is nothing to take back."""
        command = self._current.get(session_key)
        if command is None or not command.can_wait or self._is_of_cap(command):
            return False
        command.drop(Outcome.REFUSED)
        self._leave(command)
        self._begin_fallback(command)
        return True

    def retry_now(self) -> None:
        """Try again now, as the connection is back."""
        for command in list(self._current.values()):
            if command.why is WaitReason.CONNECTION:
                command.nudge()

    async def adopt(self, intents: Iterable[Intent]) -> None:
        """Send Stop and Terminate of earlier runs where they make sense; returns once sent."""
        states = [intent for intent in intents if intent.kind is IntentKind.STATE]
        # Terminates first: a Stop to the same session is not needed then.
        for intent in sorted(states, key=_urgency):
            await self._adopt(intent)

    # -- inside ------------------------------------------------------------------------------

    async def _adopt(self, intent: Intent) -> None:
        key, verb = intent.session.key, CommandVerb(intent.verb or "")
        command = Command.of(intent)
        outcome = self._sender.obsolete(command)
        if not COMMANDS[verb].is_durable:
            outcome = Outcome.UNKNOWN
        elif key in self._current:
            outcome = Outcome.REFUSED
        if outcome is None:
            self._sender.mark(command)  # the earlier run may have sent it
            self._begin(command)
        else:
            await self._store.settle(intent, outcome, Observation(kind=Kind.DELIVERED))

    def _make(self, key: int, verb: CommandVerb, grace_ms: int) -> Command | None:
        session = self._store.session(key)
        if session is None:
            return None
        now, task = self._clock.now_ms(), self._store.current_task(session)
        task_key = task.key if task is not None else None
        command = Command(key=key, verb=verb, made_ms=now, task_key=task_key)
        if grace_ms > 0:
            command.due_ms = now + grace_ms
            command.why = WaitReason.UNDO
        return command

    def _begin(self, command: Command) -> None:
        """Begin a command: it replaces a waiting command of its session, or follows one in flight.

        A Terminate waits for nothing; where it is taken back, the Stop before it is still wanted.
        """
        known = self._current.get(command.key)
        if known is not None:
            if command.verb is not CommandVerb.TERMINATE:
                command.after = known.after if known.can_wait else known
            elif known.verb is CommandVerb.STOP and known.dropped is None:
                command.fallback = known.again()
                if known.may_be_done or not known.can_wait:  # the task may still end by it
                    self._sender.mark(command.fallback)
            known.drop(Outcome.REFUSED)
        self._current[command.key] = command
        self._notify(command)
        if self._scope.spawn(f"{command.verb.value} {command.key}", self._deliver(command)) is None:
            self._end(command)

    def _begin_fallback(self, command: Command) -> None:
        fallback, command.fallback = command.fallback, None
        if fallback is not None:
            self._begin(fallback)

    async def _deliver(self, command: Command) -> None:
        is_refused = False
        try:
            was_refused = await self._sender.deliver(command)
            is_refused = was_refused and command.verb is CommandVerb.TERMINATE
            if not is_refused:
                self._drop_fallback(command)
        finally:
            self._end(command)
        if is_refused:
            self._begin_fallback(command)

    def _drop_fallback(self, command: Command) -> Command | None:
        """Send no Stop after this Terminate, whatever becomes of it; returns that Stop."""
        fallback, command.fallback = command.fallback, None
        if fallback is not None:
            self._sender.unmark(fallback)
        return fallback

    def _channel_changed(self, key: int) -> None:
        command = self._current.get(key)
        if command is not None:
            self._sender.note_channel(command)

    def _end(self, command: Command) -> None:
        command.over.set()
        self._leave(command)

    def _leave(self, command: Command) -> None:
        """Remove a command; one that is still being sent becomes the current one again."""
        if self._current.get(command.key) is not command:
            return
        del self._current[command.key]
        if command.after is not None and command.waits_for_another:
            self._current[command.key] = command.after
        self.changed.emit(command.key)

    def _pending(self, command: Command) -> PendingCommand:
        due = (
            self._rate_limiter.due_of(command)
            if command.why is WaitReason.BUDGET
            else command.due_ms
        )
        return PendingCommand(
            session_key=command.key,
            verb=command.verb,
            why=command.why,
            made_ms=command.made_ms,
            due_ms=due,
            attempt=command.attempt,
            sent_live=command.reach is Reach.CHANNEL,
            is_kept=command.intent is not None
            and self._store.late_intents.is_written(command.intent),
            at_cap=self._is_of_cap(command),
        )

    def _is_of_cap(self, command: Command) -> bool:
        """Whether the program gave the command at a cap, in this run or before: no Undo then.

        A command that waits for an Undo is the person's.
        """
        task = self._store.task(command.task_key) if command.task_key is not None else None
        is_ours = command.rules.is_durable and command.why is not WaitReason.UNDO
        return is_ours and task is not None and task.code == AT_CAP

    def _notify(self, command: Command) -> None:
        if self._current.get(command.key) is command:
            self.changed.emit(command.key)

    def _follow(self, diff: Diff) -> None:
        """Follow the records: after an end, some commands need not be sent any more."""
        for command in list(self._current.values()):
            session = self._store.session(command.key)
            tasks = {command.task_key, session.current_task if session else None}
            touched = command.key in diff.sessions or not diff.tasks.isdisjoint(tasks)
            if touched and (outcome := self._sender.obsolete(command)) is not None:
                command.drop(outcome)

    def _key_changed(self) -> None:
        for command in list(self._current.values()):
            command.alarm.set()

    def _follow_rate_limit(self) -> None:
        """Follow the limit of calls: forecasts move with every call of anybody."""
        for command in list(self._current.values()):
            if command.why is WaitReason.BUDGET:
                due, shown = self._rate_limiter.due_of(command), command.due_ms
                if due is not None and (shown is None or abs(due - shown) >= NOTIFY_MS):
                    command.due_ms = due
                    self._notify(command)


def _urgency(intent: Intent) -> tuple[int, int]:
    return COMMANDS[CommandVerb(intent.verb or "")].rank, intent.made_ms
