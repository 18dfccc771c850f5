"""Pause, resume, stop, terminate: one wish per session, the last one counts.

Stop and Terminate are in the ledger from the click on and are tried until they are delivered, taken
back, or the session has ended; they outlive the program. Pause and Resume are for now or never.
"""

import logging
import random
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal

from enigma_panel.core.observation import Kind, Observation
from enigma_panel.core.records import StateVerb
from enigma_panel.loop import TaskScope
from enigma_panel.services.account import Account
from enigma_panel.services.budget import Budget
from enigma_panel.services.clock import Clock
from enigma_panel.services.courier import Courier, Say, WhenNamed
from enigma_panel.services.doubts import Doubts
from enigma_panel.services.errand import KEPT, RANKS, Errand
from enigma_panel.services.live import Live
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.views import Diff, WaitReason, Wish
from enigma_panel.services.vitals import Vitals
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.store.ledger.intents import Intent, IntentKind, Outcome

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
        registry: SessionStore,
        account: Account,
        vitals: Vitals,
        budget: Budget,
        clock: Clock,
        scope: TaskScope,
        chance: random.Random,
        notify: Say,
        when_named: WhenNamed,
        wake: Callable[[int], None],
        live: Live,
    ) -> None:
        super().__init__()
        self._registry = registry
        self._budget = budget
        self._clock = clock
        self._scope = scope
        self._current: dict[int, Errand] = {}
        self._courier = Courier(
            registry=registry,
            account=account,
            vitals=vitals,
            budget=budget,
            clock=clock,
            chance=chance,
            notify=notify,
            tell=self._tell,
            when_named=when_named,
            wake=wake,
            live=live,
        )
        self._doubts = Doubts(registry, clock, scope, self._current, self._send_again)
        live.lost.connect(self._doubts.lose)
        live.doubted.connect(self._doubts.doubt)
        registry.changed.connect(self._follow)
        account.changed.connect(self._key_changed)
        budget.changed.connect(self._follow_budget)

    # -- reading -----------------------------------------------------------------------------

    def wish(self, session_key: int) -> Wish | None:
        """The command on its way to that session, if any."""
        errand = self._current.get(session_key)
        return None if errand is None else self._wish(errand)

    def wishes(self) -> list[Wish]:
        """All of them, oldest first."""
        errands = sorted(self._current.values(), key=lambda errand: errand.made_ms)
        return [self._wish(errand) for errand in errands]

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
        errand = self._make(session_key, verb, grace_ms)
        if errand is not None:
            self._begin(errand)
            await errand.over.wait()

    async def stop_too(self, intent: Intent) -> None:
        """A Stop was given to the live channel as an answer, which confirms nothing: it is sent by
        REST, too, at its turn, unless it has had its effect by then.

        A Stop or Terminate that is on its way does as much; where that is taken back, or a
        Terminate refused, this is sent. Returns when it is on its way or need not be.
        """
        errand = Errand.of(intent)
        errand.emitted = errand.may_be_done = True
        known = self._current.get(errand.key)
        if known is not None and known.dropped is None and known.verb in KEPT:
            self._courier.mark(errand)
            displaced, known.fallback = known.fallback, errand
            await self._let_be(displaced)
        else:
            self._begin(errand)

    def undo(self, session_key: int) -> bool:
        """Take back what was not sent yet; False where there is nothing to take back."""
        errand = self._current.get(session_key)
        if errand is None or not errand.can_wait:
            return False
        errand.drop(Outcome.REFUSED)
        self._leave(errand)
        self._begin_fallback(errand)
        return True

    def retry_now(self) -> None:
        """The connection is back."""
        for errand in list(self._current.values()):
            if errand.why is WaitReason.CONNECTION:
                errand.nudge()

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
        if self._registry.session(key) is None and not await self._fetch(intent):
            log.warning("a command to a session that cannot be read is left alone")
            return
        errand = Errand.of(intent)
        outcome = self._courier.moot(errand)
        if verb not in KEPT:
            outcome = Outcome.UNKNOWN
        elif key in self._current:
            outcome = Outcome.REFUSED
        if outcome is None:
            self._begin(errand)
        else:
            await self._registry.settle(intent, outcome, Observation(kind=Kind.DELIVERED))

    async def _fetch(self, intent: Intent) -> bool:
        """Bring the session of an old intent into memory."""
        if intent.task is None:
            return False
        try:
            await self._registry.fetch([intent.task.key])
        except LedgerError as error:
            log.warning("a task cannot be read: %s", error)
        return self._registry.session(intent.session.key) is not None

    def _make(self, key: int, verb: StateVerb, grace_ms: int) -> Errand | None:
        session = self._registry.session(key)
        if session is None:
            return None
        now = self._clock.now_ms()
        errand = Errand(key=key, verb=verb, made_ms=now, task_key=session.current_task)
        if grace_ms > 0:
            errand.grace_ms = errand.due_ms = now + grace_ms
            errand.why = WaitReason.UNDO
        return errand

    def _begin(self, errand: Errand) -> None:
        """It takes the place of one that was not sent yet, and goes after one that is being sent.

        A Terminate waits for nothing; where it is taken back, the Stop before it is still wanted.
        """
        known = self._current.get(errand.key)
        if known is not None:
            if errand.verb is not StateVerb.TERMINATE:
                errand.after = known.after if known.can_wait else known
            elif known.verb is StateVerb.STOP and known.dropped is None:
                errand.fallback = known.again()
            known.drop(Outcome.REFUSED)
        self._current[errand.key] = errand
        if errand.emitted:
            self._courier.mark(errand)
        self._tell(errand)
        if self._scope.spawn(f"{errand.verb.value} {errand.key}", self._carry(errand)) is None:
            self._end(errand)

    def _begin_fallback(self, errand: Errand) -> None:
        fallback, errand.fallback = errand.fallback, None
        if fallback is not None:
            self._begin(fallback)

    async def _carry(self, errand: Errand) -> None:
        is_refused = False
        try:
            await self._courier.carry(errand)
            is_refused = errand.has_failed and errand.verb is StateVerb.TERMINATE
            if not is_refused:
                await self._let_be(errand.fallback)
        finally:
            self._end(errand)
            self._doubts.was_carried(errand)
        if is_refused:
            self._begin_fallback(errand)

    async def _let_be(self, errand: Errand | None) -> None:
        """It is not sent by REST: what it did by the channel is not known."""
        if errand is None:
            return
        self._courier.unmark(errand)
        if errand.intent is not None:
            delivered = Observation(kind=Kind.DELIVERED)
            await self._registry.settle(errand.intent, Outcome.UNKNOWN, delivered)

    def _send_again(self, key: int, verb: StateVerb) -> None:
        """What the channel may have lost goes the other way."""
        errand = self._make(key, verb, 0)
        if errand is not None:
            errand.repeats = True
            self._begin(errand)

    def _end(self, errand: Errand) -> None:
        errand.over.set()
        self._leave(errand)

    def _leave(self, errand: Errand) -> None:
        """It stands on its row no longer; perhaps one does that is being sent before it."""
        if self._current.get(errand.key) is not errand:
            return
        del self._current[errand.key]
        if errand.after is not None and errand.waits_for_another:
            self._current[errand.key] = errand.after
        self.changed.emit(errand.key)

    def _wish(self, errand: Errand) -> Wish:
        due = self._budget.due_of(errand) if errand.why is WaitReason.BUDGET else errand.due_ms
        return Wish(
            session_key=errand.key,
            verb=errand.verb,
            why=errand.why,
            made_ms=errand.made_ms,
            due_ms=due,
            attempt=errand.attempt,
            emitted=errand.emitted,
        )

    def _tell(self, errand: Errand) -> None:
        if self._current.get(errand.key) is errand:
            self.changed.emit(errand.key)

    def _follow(self, diff: Diff) -> None:
        """A session ended, a task was done: what was wanted of it need not be sent any more."""
        for errand in list(self._current.values()):
            session = self._registry.session(errand.key)
            tasks = {errand.task_key, session.current_task if session else None}
            touched = errand.key in diff.sessions or not diff.tasks.isdisjoint(tasks)
            if touched and (outcome := self._courier.moot(errand)) is not None:
                errand.drop(outcome)

    def _key_changed(self) -> None:
        for errand in list(self._current.values()):
            errand.alarm.set()

    def _follow_budget(self) -> None:
        """Forecasts move with every call of anybody."""
        for errand in list(self._current.values()):
            if errand.why is WaitReason.BUDGET:
                due, told = self._budget.due_of(errand), errand.due_ms
                if due is not None and (told is None or abs(due - told) >= TELL_MS):
                    errand.due_ms = due
                    self._tell(errand)


def _urgency(intent: Intent) -> tuple[int, int]:
    return RANKS[StateVerb(intent.verb or "")], intent.made_ms
