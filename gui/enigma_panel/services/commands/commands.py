"""Pause, resume, stop, terminate: one wish per session, the last one counts.

Stop and Terminate are in the ledger from the click on and are tried until they are delivered, taken
back, or the session has ended; they outlive the program. Pause and Resume are for now or never.
"""

import logging
import random
from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from enigma_panel.core.models import StateVerb, Task
from enigma_panel.core.observation import Kind, Observation
from enigma_panel.runtime.event_loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.commands.delivery import (
    DURABLE,
    RANKS,
    Command,
    CommandSender,
    Say,
    WhenNamed,
)
from enigma_panel.services.health import Health
from enigma_panel.services.live.live import Live
from enigma_panel.services.rate_limiter import RateLimiter
from enigma_panel.services.state.session_store import SessionStore
from enigma_panel.services.types import Diff, PendingCommand, WaitReason
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

BELIEVED_MS = 60_000
"""A Pause or Resume given to a channel that breaks within this time is sent again by REST."""


class UnconfirmedPauses:
    """Has each of them sent again by REST, once, where the channel may have lost it.

    current: the commands on their way by session key. send_again: sends one by REST.
    """

    def __init__(
        self,
        store: SessionStore,
        clock: Clock,
        scope: TaskScope,
        current: Mapping[int, Command],
        send_again: Callable[[int, StateVerb], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._scope = scope
        self._current = current
        self._send_again = send_again
        self._emitted: dict[int, int] = {}
        self._doubted: dict[int, tuple[int, int]] = {}

    def was_delivered(self, command: Command) -> None:
        """A command has come to its end."""
        if command.sent_live:
            self._emitted[command.key] = self._clock.now_ms()
        if command.broke:
            self.lose(command.key)

    def lose(self, key: int) -> None:
        """This session's channel broke."""
        if (command := self._current.get(key)) is not None:
            command.broke = command.sent_live and command.verb not in DURABLE
            return
        sent_ms, task = self._emitted.pop(key, None), self._task(key)
        fresh = sent_ms is not None and self._clock.now_ms() - sent_ms <= BELIEVED_MS
        if fresh and task is not None and task.unproven is not None:
            self._send_again(key, task.unproven)

    def doubt(self, key: int) -> None:
        """An agent works on though it was told to pause: once it is told the other way, where that
        is still what somebody waits for; then it is shown at work.
        """
        task = self._task(key)
        if task is None or key in self._current:
            return
        this = (task.key, task.since_ms)
        is_fresh = self._clock.now_ms() - task.since_ms <= BELIEVED_MS
        if task.unproven is StateVerb.PAUSE and is_fresh and self._doubted.get(key) != this:
            self._doubted[key] = this
            self._emitted.pop(key, None)
            self._send_again(key, task.unproven)
        else:
            works_on = self._store.record(key, task.key, Observation(kind=Kind.WORKS_ON))
            self._scope.spawn(f"works on {key}", works_on, exclusive=True)

    def _task(self, key: int) -> Task | None:
        session = self._store.session(key)
        return self._store.current_task(session) if session is not None else None


log = logging.getLogger(__name__)

TELL_MS = 500
"""A forecast that moves by less is no news."""


class Commands(QObject):
    """The state verbs. changed: session key whose wish is another or stands differently.

    when_named: the session once the service has named it or its start has failed. wake: ask for
    the session's task at once.
    """

    changed = Signal(int)

    def __init__(
        self,
        *,
        store: SessionStore,
        account: Account,
        health: Health,
        rate_limiter: RateLimiter,
        clock: Clock,
        scope: TaskScope,
        rng: random.Random,
        notify: Say,
        when_named: WhenNamed,
        wake: Callable[[int], None],
        live: Live,
    ) -> None:
        super().__init__()
        self._store = store
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._scope = scope
        self._current: dict[int, Command] = {}
        self._sender = CommandSender(
            store=store,
            account=account,
            health=health,
            rate_limiter=rate_limiter,
            clock=clock,
            rng=rng,
            notify=notify,
            tell=self._tell,
            when_named=when_named,
            wake=wake,
            live=live,
        )
        self._unconfirmed = UnconfirmedPauses(store, clock, scope, self._current, self._send_again)
        live.lost.connect(self._unconfirmed.lose)
        live.doubted.connect(self._unconfirmed.doubt)
        store.changed.connect(self._follow)
        account.changed.connect(self._key_changed)
        rate_limiter.changed.connect(self._follow_rate_limit)

    # -- reading -----------------------------------------------------------------------------

    def pending(self, session_key: int) -> PendingCommand | None:
        """The command on its way to that session, if any."""
        command = self._current.get(session_key)
        return None if command is None else self._pending(command)

    def all_pending(self) -> list[PendingCommand]:
        """All of them, oldest first."""
        commands = sorted(self._current.values(), key=lambda command: command.made_ms)
        return [self._pending(command) for command in commands]

    # -- verbs -------------------------------------------------------------------------------

    async def give(self, session_key: int, verb: StateVerb, *, grace_ms: int = 0) -> None:
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
        if known is not None and RANKS[known.verb] < RANKS[verb]:
            return
        command = self._make(session_key, verb, grace_ms)
        if command is not None:
            self._begin(command)
            await command.over.wait()

    async def stop_too(self, intent: Intent) -> None:
        """A Stop was given to the live channel as an answer, which confirms nothing: it is sent by
        REST, too, at its turn, unless it has had its effect by then.

        A Stop or Terminate that is on its way does as much; where that is taken back, or a
        Terminate refused, this is sent. Returns when it is on its way or need not be.
        """
        command = Command.of(intent)
        command.sent_live = command.may_be_done = True
        known = self._current.get(command.key)
        if known is not None and known.dropped is None and known.verb in DURABLE:
            self._sender.mark(command)
            displaced, known.fallback = known.fallback, command
            await self._let_be(displaced)
        else:
            self._begin(command)

    def undo(self, session_key: int) -> bool:
        """Take back what was not sent yet; False where there is nothing to take back."""
        command = self._current.get(session_key)
        if command is None or not command.can_wait:
            return False
        command.drop(Outcome.REFUSED)
        self._leave(command)
        self._begin_fallback(command)
        return True

    def retry_now(self) -> None:
        """The connection is back."""
        for command in list(self._current.values()):
            if command.why is WaitReason.CONNECTION:
                command.nudge()

    async def adopt(self, intents: Iterable[Intent]) -> None:
        """State intents of an earlier run whose fate nobody recorded: Stop and Terminate are sent
        now, where that still makes sense. Returns when all are on their way or settled.
        """
        states = [intent for intent in intents if intent.kind is IntentKind.STATE]
        # Terminates first: a Stop to the same session is not needed then.
        for intent in sorted(states, key=_urgency):
            await self._adopt(intent)

    # -- inside ------------------------------------------------------------------------------

    async def _adopt(self, intent: Intent) -> None:
        key, verb = intent.session.key, StateVerb(intent.verb or "")
        if self._store.session(key) is None and not await self._fetch(intent):
            log.warning("a command to a session that cannot be read is left alone")
            return
        command = Command.of(intent)
        outcome = self._sender.obsolete(command)
        if verb not in DURABLE:
            outcome = Outcome.UNKNOWN
        elif key in self._current:
            outcome = Outcome.REFUSED
        if outcome is None:
            self._begin(command)
        else:
            await self._store.settle(intent, outcome, Observation(kind=Kind.DELIVERED))

    async def _fetch(self, intent: Intent) -> bool:
        """Bring the session of an old intent into memory."""
        if intent.task is None:
            return False
        try:
            await self._store.fetch([intent.task.key])
        except LedgerError as error:
            log.warning("a task cannot be read: %s", error)
        return self._store.session(intent.session.key) is not None

    def _make(self, key: int, verb: StateVerb, grace_ms: int) -> Command | None:
        session = self._store.session(key)
        if session is None:
            return None
        now = self._clock.now_ms()
        command = Command(key=key, verb=verb, made_ms=now, task_key=session.current_task)
        if grace_ms > 0:
            command.grace_ms = command.due_ms = now + grace_ms
            command.why = WaitReason.UNDO
        return command

    def _begin(self, command: Command) -> None:
        """It takes the place of one that was not sent yet, and goes after one that is being sent.

        A Terminate waits for nothing; where it is taken back, the Stop before it is still wanted.
        """
        known = self._current.get(command.key)
        if known is not None:
            if command.verb is not StateVerb.TERMINATE:
                command.after = known.after if known.can_wait else known
            elif known.verb is StateVerb.STOP and known.dropped is None:
                command.fallback = known.again()
            known.drop(Outcome.REFUSED)
        self._current[command.key] = command
        if command.sent_live:
            self._sender.mark(command)
        self._tell(command)
        if self._scope.spawn(f"{command.verb.value} {command.key}", self._deliver(command)) is None:
            self._end(command)

    def _begin_fallback(self, command: Command) -> None:
        fallback, command.fallback = command.fallback, None
        if fallback is not None:
            self._begin(fallback)

    async def _deliver(self, command: Command) -> None:
        is_refused = False
        try:
            await self._sender.deliver(command)
            is_refused = command.has_failed and command.verb is StateVerb.TERMINATE
            if not is_refused:
                await self._let_be(command.fallback)
        finally:
            self._end(command)
            self._unconfirmed.was_delivered(command)
        if is_refused:
            self._begin_fallback(command)

    async def _let_be(self, command: Command | None) -> None:
        """It is not sent by REST: what it did by the channel is not known."""
        if command is None:
            return
        self._sender.unmark(command)
        if command.intent is not None:
            delivered = Observation(kind=Kind.DELIVERED)
            await self._store.settle(command.intent, Outcome.UNKNOWN, delivered)

    def _send_again(self, key: int, verb: StateVerb) -> None:
        """What the channel may have lost goes the other way."""
        command = self._make(key, verb, 0)
        if command is not None:
            command.repeats = True
            self._begin(command)

    def _end(self, command: Command) -> None:
        command.over.set()
        self._leave(command)

    def _leave(self, command: Command) -> None:
        """It stands on its row no longer; perhaps one does that is being sent before it."""
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
            sent_live=command.sent_live,
        )

    def _tell(self, command: Command) -> None:
        if self._current.get(command.key) is command:
            self.changed.emit(command.key)

    def _follow(self, diff: Diff) -> None:
        """A session ended, a task was done: what was wanted of it need not be sent any more."""
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
        """Forecasts move with every call of anybody."""
        for command in list(self._current.values()):
            if command.why is WaitReason.BUDGET:
                due, told = self._rate_limiter.due_of(command), command.due_ms
                if due is not None and (told is None or abs(due - told) >= TELL_MS):
                    command.due_ms = due
                    self._tell(command)


def _urgency(intent: Intent) -> tuple[int, int]:
    return RANKS[StateVerb(intent.verb or "")], intent.made_ms
