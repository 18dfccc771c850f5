"""Why a queued task is not sent now: one answer for the scheduler and for the window."""

from collections.abc import Callable

from msgspec import Struct

from enigma_panel.api.errors import ApiError, FailureKind
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.service_rules import RULES, Field
from enigma_panel.core.validation import unsupported_fields
from enigma_panel.services.context import Service, ServiceContext
from enigma_panel.services.retry_policy import WAITS, Refusal, reply_of, retry_after_ms
from enigma_panel.services.spending import DayCap
from enigma_panel.services.types import PauseReason, SessionStatus, WaitReason

PLACES_AGAIN_MS = 30_000
"""Longest wait after a SESSION_LIMIT_REACHED, in ms; an end of ours shortens it."""

UNREACHED_AGAIN_MS = 30_000

UNTAKEN_MS = 600_000
"""How soon a second browser that takes no task stops the opening of more, in ms."""

_PAUSES = {
    FailureKind.FUNDS: PauseReason.FUNDS,
    FailureKind.KEY: PauseReason.KEY,
    FailureKind.FORBIDDEN: PauseReason.FORBIDDEN,
    FailureKind.DIALECT: PauseReason.DIALECT,
}
_PAUSE_WAITS = {
    PauseReason.FUNDS: WaitReason.FUNDS,
    PauseReason.KEY: WaitReason.KEY,
    PauseReason.FORBIDDEN: WaitReason.STOPPED,
    PauseReason.UNTAKEN: WaitReason.STOPPED,
    PauseReason.DIALECT: WaitReason.STOPPED,
}
_OPENING = frozenset({Phase.PLANNED, Phase.STARTING})


class StartGate:
    """Limit, waits and pauses of the queue. Times are epoch milliseconds.

    most: the setting "Browsers at once". limit: that, or less where the service said no.
    why: None while starts may go out. due_ms: when the next try is made, None: when something else
    happens. one_at_a_time: after a refusal only one start is under way until one succeeds.
    """

    def __init__(self, most: Callable[[], int]) -> None:
        self._most = most
        self._learned: int | None = None
        self._open_then = 0
        self._refused_ms = -1
        self._was_full = False
        self._untaken_ms: int | None = None
        self.pause_reason = PauseReason.NONE
        self.why: WaitReason | None = None
        self.due_ms: int | None = None
        self.attempt = 0
        self.error: ApiError | None = None
        self.one_at_a_time = False

    @property
    def limit(self) -> int:
        """How many browsers may be open at once, as far as we know."""
        most = self._most()
        return most if self._learned is None else max(1, min(self._learned, most))

    def is_open(self, now_ms: int) -> bool:
        """Whether a start may go out now."""
        if self.pause_reason is not PauseReason.NONE:
            return False
        return self.why is None or (self.due_ms is not None and now_ms >= self.due_ms)

    def refused(
        self, refusal: Refusal, open_now: int, now_ms: int, *, begun_ms: int | None = None
    ) -> bool:
        """Learn from a refused start; True where the limit was lowered. open_now: sessions open
        without it. begun_ms: when it went out; several under way together are one refusal."""
        self.one_at_a_time = True
        self.error = refusal.error
        failure = refusal.failure
        if failure in _PAUSES:
            self.pause_reason = _PAUSES[failure]
            return False
        why = WAITS.get(failure)
        if why is None or failure is FailureKind.BUSY:  # that is about one session
            return False
        same_burst = begun_ms is not None and begun_ms <= self._refused_ms
        if self.why is not why:
            self.attempt = 1
        elif not same_burst:
            self.attempt += 1
        self.why, self._refused_ms = why, now_ms
        self._was_full = False
        match failure:
            case FailureKind.PLACES:
                self.due_ms = now_ms + PLACES_AGAIN_MS
                return self._lower(refusal.error, open_now)
            case FailureKind.CONNECTION:
                self.due_ms = now_ms + UNREACHED_AGAIN_MS
            case _:
                self.due_ms = now_ms + retry_after_ms(refusal.error, failure, self.attempt)
        return False

    def took_no_task(self, now_ms: int, *, begun_ms: int) -> None:
        """Note that a browser took no task. begun_ms: those asked for together count once."""
        before = self._untaken_ms
        if before is not None and begun_ms < before:
            return
        if before is not None and now_ms - before <= UNTAKEN_MS:
            self.pause_reason = PauseReason.UNTAKEN
        self._untaken_ms = now_ms

    def opened(self, *, begun_ms: int | None = None) -> None:
        """Note that a start was accepted: others may follow, and one more browser than before."""
        if begun_ms is not None and begun_ms <= self._refused_ms:
            return
        self._reopen()
        self.one_at_a_time = False
        if self._learned is not None:
            self._learned += 1
            if self._learned >= self._most():
                self._learned = None

    def note_open(self, open_now: int) -> None:
        """Note how many sessions are open: one that ended since a refusal left its place free."""
        if self.why is WaitReason.NO_SLOT and open_now < self._open_then:
            self._reopen()

    def note_health(self, asked_ms: int | None, *, is_full: bool) -> None:
        """Note whether a browser is free by the health page: only one that came free counts."""
        if self.why is not WaitReason.NO_BROWSER or (asked_ms or 0) <= self._refused_ms:
            return
        if self._was_full and not is_full:
            self.due_ms = asked_ms
        self._was_full = is_full

    def try_now(self, now_ms: int) -> None:
        """Ask for a browser without the wait."""
        if self.why is WaitReason.NO_BROWSER:
            self.due_ms = now_ms

    def connected(self) -> None:
        """Note that something answered again."""
        if self.why is WaitReason.CONNECTION:
            self._reopen()

    def lift(self, reason: PauseReason) -> None:
        """Lift that pause, as its cause is gone: one start tries, then the rest."""
        if self.pause_reason is reason:
            self.pause_reason = PauseReason.NONE
            self.error = None
            self.one_at_a_time = True

    def _reopen(self) -> None:
        self.why, self.due_ms, self.attempt, self.error = None, None, 0, None

    def _lower(self, error: ApiError, open_now: int) -> bool:
        before = self.limit
        reply = reply_of(error)
        limit = reply.limit if reply is not None and reply.limit is not None else open_now
        self._learned = max(1, min(open_now, limit))
        self._open_then = open_now
        return self.limit < before


class Blocker(Struct, frozen=True, kw_only=True):
    """Why a task is not sent now, until when as far as is known (epoch ms), and what was said.

    unsupported: the fields of the task that its dialect lacks.
    """

    why: WaitReason
    due_ms: int | None = None
    attempt: int = 0
    error: ApiError | None = None
    unsupported: tuple[Field, ...] = ()
    is_own: bool = False
    """Whether it is about this task alone: those behind it need not wait."""


def _lets_on(current: Task, task: Task) -> bool:
    """Whether a task may be sent beside another; after an unknown outcome, one requested since."""
    asked_since = task.created_ms >= current.since_ms
    return current.is_final or (current.status is TaskStatus.UNCONFIRMED and asked_since)


class Blockers(Service):
    """The reasons that keep tasks from being sent. own: blockers of single tasks, by task key.

    parked: tasks from before a restart or a Terminate all. under_way: tasks whose calls are being
    made, or that are tried again in the session that was opened for them. is_held: it is asked what
    is to end.
    """

    def __init__(
        self, context: ServiceContext, gate: StartGate, status: SessionStatus, day_cap: DayCap
    ) -> None:
        super().__init__(context)
        self.day_cap = day_cap
        self._gate = gate
        self._status = status
        self.own: dict[int, Blocker] = {}
        self.parked: set[int] = set()
        self.under_way: set[int] = set()
        self.is_leaving = False
        self.is_held = False

    def of(self, task: Task, session: Session, open_now: int | None = None) -> Blocker | None:
        """Why the task is not sent now; None where only calls lack. open_now: counted before."""
        own = self.own.get(task.key)
        if own is not None and self._lasts(own, session):
            return own
        if task.key in self.parked or self.is_leaving or self.is_held:
            return Blocker(why=WaitReason.STOPPED, is_own=True)
        if not session.is_planned:
            return self._in(task, session)
        return self._of_planned(task, session, self.open_now() if open_now is None else open_now)

    def _lasts(self, own: Blocker, session: Session) -> bool:
        if own.due_ms is None:
            return True
        is_moot = session.is_ended and own.why is not WaitReason.LEDGER
        return own.due_ms > self._clock.now_ms() and not is_moot

    def is_sending(self, task_key: int) -> bool:
        """Whether a call for the task is under way or was answered: it cannot be taken back."""
        return task_key in self.under_way and task_key not in self.own

    def open_now(self) -> int:
        """The number of browsers that are open, may be, or are being opened."""
        opening = {session.key for session in self._under_way() if session.is_planned}
        return len(opening | {s.key for s in self._store.sessions() if s.occupies_slot})

    def _of_planned(self, task: Task, session: Session, open_now: int) -> Blocker | None:
        gate = self._gate
        if gate.pause_reason is not PauseReason.NONE:
            return Blocker(why=_PAUSE_WAITS[gate.pause_reason], error=gate.error)
        if self._account.client is None:
            return Blocker(why=WaitReason.KEY)
        if session.base_url != self._account.base_url:  # queued for another address
            return Blocker(why=WaitReason.KEY, is_own=True)
        if unsupported := unsupported_fields(task.spec, self._account.rules):
            return Blocker(why=WaitReason.UNSUPPORTED, unsupported=unsupported, is_own=True)
        if self.day_cap.is_reached():
            return Blocker(why=WaitReason.CAP)
        if gate.why is not None and not gate.is_open(self._clock.now_ms()):
            return Blocker(why=gate.why, due_ms=gate.due_ms, attempt=gate.attempt, error=gate.error)
        if open_now >= gate.limit:
            return Blocker(why=WaitReason.NO_SLOT)
        return Blocker(why=WaitReason.TURN) if gate.one_at_a_time and self.is_opening() else None

    def _in(self, task: Task, session: Session) -> Blocker | None:
        if session.is_ended:
            return Blocker(why=WaitReason.SESSION_ENDED)
        if self._gate.pause_reason in {PauseReason.FUNDS, PauseReason.KEY}:
            return Blocker(why=_PAUSE_WAITS[self._gate.pause_reason], error=self._gate.error)
        if self._account.client_for(session) is None:
            return Blocker(why=WaitReason.KEY)
        if unsupported := unsupported_fields(task.spec, RULES[session.dialect]):
            return Blocker(why=WaitReason.UNSUPPORTED, unsupported=unsupported)
        if self.day_cap.is_reached():
            return Blocker(why=WaitReason.CAP)
        if self._status.is_ending(session.key):
            return Blocker(why=WaitReason.CLOSING)
        current = self._store.current_task(session)
        is_idle = current is None or _lets_on(current, task) or current.key == task.key
        is_idle = is_idle and not self._has_other(task, session)
        # A Stop that is still on its way ends whatever it finds at work there.
        is_idle = is_idle and session.key not in self._store.ending
        is_open = session.phase is Phase.OPEN and session.service_id is not None
        return None if is_idle and is_open else Blocker(why=WaitReason.BUSY)

    def _has_other(self, task: Task, session: Session) -> bool:
        others = (self._store.task(key) for key in self.under_way if key != task.key)
        return any(other is not None and other.session_key == session.key for other in others)

    def is_held_by_questions(self) -> bool:
        """Whether the person's answers alone free a browser: each that may be open asks."""
        tasks = [self._store.current_task(s) for s in self._store.sessions() if s.occupies_slot]
        asking = sum(task is not None and task.open_since_ms is not None for task in tasks)
        return asking >= self._gate.limit and asking == self.open_now()

    def is_opening(self) -> bool:
        """Whether a call that opens a browser is under way."""
        return any(session.phase in _OPENING for session in self._under_way())

    def _under_way(self) -> list[Session]:
        tasks = (self._store.task(key) for key in self.under_way)
        sessions = (self._store.session(task.session_key) for task in tasks if task is not None)
        return [session for session in sessions if session is not None]
