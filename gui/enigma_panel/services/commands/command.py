"""One command to a session: how far it got, when it is not wanted any more, what an error means."""

import asyncio
import random
from enum import IntEnum

from msgspec import Struct, field

from enigma_panel.api.errors import (
    ApiError,
    FailureKind,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
)
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.verbs import COMMANDS, CommandRules, CommandVerb
from enigma_panel.services.retry_policy import TRIES, backoff_ms, classify, retry_after_ms
from enigma_panel.services.types import WaitReason
from enigma_panel.store.ledger.intents import Intent, Outcome

LEAST_WAIT_MS = 100

_TIMED_OUT, _SERVER_ERROR = 408, 500


class Reach(IntEnum):
    """How far a command got, as far as is known; that only grows."""

    UNSENT = 0
    MAYBE = 1  # a call may have got through: its outcome is unknown
    CHANNEL = 2  # the live channel took it, which confirms nothing
    CONFIRMED = 3  # a reply said so


class Command(Struct, eq=False):
    """One command, from the click until it is confirmed, dropped or refused for good.

    task_key: the task that was the session's current one at the click. after: a command that was
    being sent then; this one goes after it. fallback: a Stop that is sent should this Terminate be
    taken back or refused. why, due_ms: what it waits for, and until when (epoch ms). attempt counts
    the sends that failed in a row. dropped: set when it is not wanted any more, with what that
    means for its intent. refused_client: the service refused that client's key for it. alarm: rung
    when a wait may be over; over: set at its end; waiting: what waits for something that takes no
    alarm.
    """

    key: int
    verb: CommandVerb
    made_ms: int
    task_key: int | None
    intent: Intent | None = None
    after: "Command | None" = None
    fallback: "Command | None" = None
    why: WaitReason = WaitReason.TURN
    due_ms: int | None = None
    attempt: int = 0
    reach: Reach = Reach.UNSENT
    dropped: Outcome | None = None
    refused_client: ServiceClient | None = None
    alarm: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: asyncio.Timeout | None = None

    @classmethod
    def of(cls, intent: Intent) -> "Command":
        """The command that an intent of the ledger asks for."""
        return cls(
            key=intent.session.key,
            verb=CommandVerb(intent.verb or ""),
            made_ms=intent.made_ms,
            task_key=intent.task.key if intent.task else None,
            intent=intent,
        )

    def again(self) -> "Command":
        """Return a copy of the command, with an intent of its own, to follow this one."""
        return Command(
            key=self.key,
            verb=self.verb,
            made_ms=self.made_ms,
            task_key=self.task_key,
            after=self,
            reach=self.reach if self.reach is Reach.CHANNEL else min(self.reach, Reach.MAYBE),
        )

    @property
    def rules(self) -> CommandRules:
        return COMMANDS[self.verb]

    @property
    def can_wait(self) -> bool:
        """True before its bytes are on their way."""
        return self.why is not WaitReason.SENDING and self.reach is not Reach.CHANNEL

    @property
    def may_be_done(self) -> bool:
        """True where the command may have had its effect."""
        return self.reach is not Reach.UNSENT

    @property
    def waits_for_another(self) -> bool:
        """True while another command to the session is being sent before it."""
        return self.after is not None and not self.after.over.is_set()

    @property
    def is_done_already(self) -> bool:
        """True where the command before it was the same one and was confirmed."""
        return self._reach_before is Reach.CONFIRMED

    @property
    def _reach_before(self) -> Reach:
        """How far the same command got before it, if there was one."""
        before = self.after
        return before.reach if before is not None and before.verb is self.verb else Reach.UNSENT

    def advance(self, reach: Reach) -> None:
        """Note that it got that far, or is known to have got farther."""
        self.reach = max(self.reach, reach)

    def learn(self) -> bool:
        """Note that the same command before it may have got through; then so may this one have."""
        if self._reach_before is Reach.UNSENT:
            return False
        self.advance(Reach.MAYBE)
        return True

    def nudge(self) -> None:
        """Try now: the connection is back, or the person clicked again."""
        if self.why in {WaitReason.UNDO, WaitReason.CONNECTION}:
            self.due_ms = None
        self.alarm.set()

    def drop(self, outcome: Outcome) -> None:
        """Note that it is not wanted any more. A send under way goes on, but is not repeated."""
        if self.dropped is not None:
            return
        self.dropped = outcome
        self.alarm.set()
        self.interrupt()

    def interrupt(self) -> None:
        """End a wait that takes no alarm."""
        if self.waiting is not None and not self.waiting.expired():
            self.waiting.reschedule(0)


class Reaction(Struct, frozen=True, kw_only=True):
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
        return Outcome.REFUSED  # queued again, or it is unknown which browser it is
    if command.verb is CommandVerb.TERMINATE:
        return None
    if task is None or task.key != command.task_key:
        return Outcome.REFUSED
    return None if _fits(command.verb, task) else Outcome.REFUSED


def _fits(verb: CommandVerb, task: Task) -> bool:
    """Whether it may still be wanted; what ends a cost is, where the task's state is unknown."""
    is_unsure = task.status is TaskStatus.UNCONFIRMED
    return task.takes(verb) or (COMMANDS[verb].is_durable and is_unsure)


def react(command: Command, error: ApiError, rng: random.Random) -> Reaction | None:
    """The reaction to the command.attempt-th failed send in a row; None: it has failed for good."""
    kept = command.rules.is_durable
    if isinstance(error, NotConnectedError | InterruptedCallError):
        wait = max(LEAST_WAIT_MS, backoff_ms(command.attempt, rng))
        return Reaction(why=WaitReason.CONNECTION, wait_ms=wait) if kept else None
    failure = classify(error)
    if failure is FailureKind.KEY:
        return Reaction(why=WaitReason.KEY, wait_ms=None) if kept else None
    if failure is not FailureKind.LIMITED and not _is_passing(error):
        return None
    if not kept and command.attempt >= TRIES:
        return None
    wait = retry_after_ms(error, failure, command.attempt)
    why = WaitReason.LIMITED if failure is FailureKind.LIMITED else WaitReason.NO_BROWSER
    return Reaction(why=why, wait_ms=wait)


def _is_passing(error: ApiError) -> bool:
    if isinstance(error, RejectedError):
        return error.reply.status >= _SERVER_ERROR or error.reply.status == _TIMED_OUT
    return isinstance(error, ProtocolError)
