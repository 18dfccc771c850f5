"""A command on its way to a session, and the rules that decide what becomes of it."""

import asyncio
import random
from dataclasses import dataclass, field

from enigma_panel.api.errors import (
    ApiError,
    InterruptedCallError,
    NotConnectedError,
    ProtocolError,
    RejectedError,
)
from enigma_panel.api.protocols import ServiceClient
from enigma_panel.core.models import Phase, Session, StateVerb, Task, TaskStatus
from enigma_panel.core.rate_limit import Rank
from enigma_panel.services.refusals import TRIES, FailureKind, classify, retry_after_ms
from enigma_panel.services.views import WaitReason
from enigma_panel.store.ledger.intents import Intent, Outcome

DURABLE = frozenset({StateVerb.STOP, StateVerb.TERMINATE})
"""They end what costs money: in the ledger from the click on, tried until they are delivered."""

RANKS = {
    StateVerb.TERMINATE: Rank.TERMINATE,
    StateVerb.STOP: Rank.STOP,
    StateVerb.PAUSE: Rank.PAUSE,
    StateVerb.RESUME: Rank.PAUSE,
}

FIRST_BACKOFF_MS, WORST_BACKOFF_MS = 1_000, 30_000
LEAST_BACKOFF_MS = 100
WORST_WAIT_MS = 60_000

_PAUSABLE = frozenset({TaskStatus.WORKING, TaskStatus.STARTING})
_TIMED_OUT, _SERVER_ERROR = 408, 500


@dataclass(slots=True, eq=False)
class Command:
    """One command. grace_ms: epoch ms until which it can be taken back before it is sent.

    task_key: the task that was the session's current one at the click. after: a command that was
    being sent then; this one goes after it. dropped: set when it is not wanted any more, with what
    that means for its intent. attempt counts the sends that failed in a row. may_be_done: one of
    them may have got through, so that its effect may be seen. emitted: it went out by the live
    channel already, which confirms nothing; broke: that was lost right after. is_delivered: a reply
    confirmed it. repeats: what the channel may have lost is sent again. fallback: a Stop that is
    sent should this one be taken back or, a Terminate, refused; has_failed: it was refused for
    good.
    """

    key: int
    verb: StateVerb
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
            verb=StateVerb(intent.verb or ""),
            made_ms=intent.made_ms,
            task_key=intent.task.key if intent.task else None,
            intent=intent,
        )

    def again(self) -> "Command":
        """The same wish anew, with an intent of its own, for after this one."""
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
        return Outcome.REFUSED  # back in line, or nobody knows which browser it is
    if command.verb is StateVerb.TERMINATE:
        return None
    if task is None or task.key != command.task_key:
        return Outcome.REFUSED
    in_doubt = task.unproven is command.verb
    fits = in_doubt or (not command.repeats and _fits(command.verb, task))
    return None if fits else Outcome.REFUSED


def _fits(verb: StateVerb, task: Task) -> bool:
    match verb:
        case StateVerb.PAUSE:
            return task.status in _PAUSABLE
        case StateVerb.RESUME:
            return task.status is TaskStatus.PAUSED
        case _:
            return not task.is_final and task.status is not TaskStatus.QUEUED


def react(command: Command, error: ApiError, rng: random.Random) -> Reaction | None:
    """After the errand.attempt-th failed send in a row; None: it has failed for good."""
    kept = command.verb in DURABLE
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
