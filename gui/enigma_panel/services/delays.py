"""Why a task in line is not sent now: one answer for the dispatcher and for who shows it."""

from dataclasses import dataclass

from enigma_panel.api.errors import ApiError
from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.services.account import Account
from enigma_panel.services.clock import Clock
from enigma_panel.services.gate import StartGate
from enigma_panel.services.registry import SessionStore
from enigma_panel.services.views import PauseReason, WaitReason

_PAUSE_WAITS = {
    PauseReason.FUNDS: WaitReason.FUNDS,
    PauseReason.KEY: WaitReason.KEY,
    PauseReason.FORBIDDEN: WaitReason.STOPPED,
}
_OPENING = frozenset({Phase.PLANNED, Phase.STARTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """Why a task is not sent now, until when as far as is known (epoch ms), and what was said."""

    why: WaitReason
    due_ms: int | None = None
    attempt: int = 0
    error: ApiError | None = None
    is_own: bool = False
    """It is about this task alone: those behind it need not wait."""


def _lets_on(current: Task, task: Task) -> bool:
    """Whether a task may be sent in a session whose current one is another.

    After one of unknown fate only what was asked for since: it may ask what became of that one.
    """
    asked_since = task.created_ms >= current.since_ms
    return current.is_final or (current.status is TaskStatus.UNCONFIRMED and asked_since)


class Blockers:
    """What holds tasks up. Keys of tasks; `told` are delays of single tasks.

    parked: tasks of an earlier run, which wait for the person. under_way: their calls are being
    made, or they are tried again in the session that was opened for them.
    """

    def __init__(
        self, registry: SessionStore, account: Account, gate: StartGate, clock: Clock
    ) -> None:
        self._registry = registry
        self._account = account
        self._gate = gate
        self._clock = clock
        self.own: dict[int, Blocker] = {}
        self.parked: set[int] = set()
        self.under_way: set[int] = set()
        self.is_leaving = False

    def of(self, task: Task, session: Session, open_now: int | None = None) -> Blocker | None:
        """None where only the calls of the minute may be missing.

        open_now: the number of that name, where the caller asks about many tasks at once.
        """
        told = self.own.get(task.key)
        if told is not None and (told.due_ms is None or told.due_ms > self._clock.now_ms()):
            return told
        if task.key in self.parked or self.is_leaving:
            return Blocker(why=WaitReason.STOPPED, is_own=True)
        if not session.is_planned:
            return self._in(task, session)
        return self._of_planned(session, self.open_now() if open_now is None else open_now)

    def is_sending(self, task_key: int) -> bool:
        """A call for it is under way or was answered: it cannot be taken back."""
        return task_key in self.under_way and task_key not in self.own

    def open_now(self) -> int:
        """How many browsers are open, may be, or are being opened."""
        opening = {session.key for session in self._under_way() if session.is_planned}
        return len(opening | {s.key for s in self._registry.sessions() if s.occupies_slot})

    def _of_planned(self, session: Session, open_now: int) -> Blocker | None:
        gate = self._gate
        if gate.pause_reason is not PauseReason.NONE:
            return Blocker(why=_PAUSE_WAITS[gate.pause_reason], error=gate.error)
        if self._account.client is None:
            return Blocker(why=WaitReason.KEY)
        if session.base_url != self._account.base_url:  # put in line for another address
            return Blocker(why=WaitReason.KEY, is_own=True)
        if gate.why is not None and not gate.is_open(self._clock.now_ms()):
            return Blocker(why=gate.why, due_ms=gate.due_ms, attempt=gate.attempt, error=gate.error)
        if open_now >= gate.limit:
            return Blocker(why=WaitReason.NO_SLOT)
        return Blocker(why=WaitReason.TURN) if gate.one_at_a_time and self._is_opening() else None

    def _in(self, task: Task, session: Session) -> Blocker | None:
        if session.is_ended:
            return Blocker(why=WaitReason.SESSION_ENDED)
        if self._gate.pause_reason in {PauseReason.FUNDS, PauseReason.KEY}:
            return Blocker(why=_PAUSE_WAITS[self._gate.pause_reason], error=self._gate.error)
        if self._account.client_for(session) is None:
            return Blocker(why=WaitReason.KEY)
        current = self._registry.current_task(session)
        is_idle = current is None or _lets_on(current, task) or current.key == task.key
        is_idle = is_idle and not self._has_other(task, session)
        # A Stop that is still on its way ends whatever it finds at work there.
        is_idle = is_idle and session.key not in self._registry.ending
        is_open = session.phase is Phase.OPEN and session.service_id is not None
        return None if is_idle and is_open else Blocker(why=WaitReason.BUSY)

    def _has_other(self, task: Task, session: Session) -> bool:
        """Another task of the session is about to be sent."""
        others = (self._registry.task(key) for key in self.under_way if key != task.key)
        return any(other is not None and other.session_key == session.key for other in others)

    def _is_opening(self) -> bool:
        return any(session.phase in _OPENING for session in self._under_way())

    def _under_way(self) -> list[Session]:
        tasks = (self._registry.task(key) for key in self.under_way)
        sessions = (self._registry.session(task.session_key) for task in tasks if task is not None)
        return [session for session in sessions if session is not None]
