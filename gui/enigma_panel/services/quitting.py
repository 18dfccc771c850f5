"""What becomes of each session when the program ends, and what a later end waits for."""

from enum import Enum, auto

from msgspec import Struct

from enigma_panel.core.models import Phase, Session, SessionState, Task, TaskStatus, shown_state
from enigma_panel.core.verbs import COMMANDS, CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import PendingCommand, WaitReason

NAME_MS = 70_000
"""How long a task's name is waited for: the service may hold it for 50 s (api.md §1)."""
HOPELESS = 3
"""How many failures in a row end the wait for a Terminate; the ledger keeps it."""
_WORKS = frozenset({TaskStatus.STARTING, TaskStatus.WORKING, TaskStatus.ASKS})
_TO_BE_CLOSED = frozenset({TaskStatus.FAILED, TaskStatus.STOPPED})
_STUCK = frozenset({WaitReason.CONNECTION, WaitReason.KEY, WaitReason.LEDGER})


class QuitOutcome(Enum):
    """What becomes of a session that is or may be open."""

    ENDS = auto()  # its Terminate is on its way
    CLOSES = auto()  # with its task
    RUNS = auto()  # so does its task, and it stays open
    ASKS = auto()  # nobody can answer
    IDLE = auto()
    PAUSED = auto()
    UNKNOWN = auto()  # the service does not find it, or has lost its browser
    UNCONFIRMED = auto()


_OUTCOMES = {
    SessionState.ASKS: QuitOutcome.ASKS,
    SessionState.WORKING: QuitOutcome.RUNS,
    SessionState.STARTING: QuitOutcome.RUNS,
    SessionState.IDLE: QuitOutcome.IDLE,
    SessionState.PAUSED: QuitOutcome.PAUSED,
}


class AtQuit(Struct, frozen=True, kw_only=True):
    """A session, and what becomes of it. is_waited_for: by a quit when all is done."""

    session: Session
    task: Task | None
    outcome: QuitOutcome
    pending: PendingCommand | None
    is_waited_for: bool

    @property
    def is_unnamed(self) -> bool:
        """Whether its task was sent and not named yet: the result cannot be fetched without."""
        return self.task is not None and self.task.is_at_work and self.task.service_id is None

    @property
    def is_unsent(self) -> bool:
        """Whether it has a command that the next start sends, if this run does not."""
        command = self.pending
        waits = command is not None and command.why is not WaitReason.SENDING
        return waits and command is not None and COMMANDS[command.verb].is_durable


class QuitPlan(Struct, frozen=True, kw_only=True):
    """What a quit does. is_unwritten: the ledger lags; offline_ms: since when nothing answers."""

    sessions: tuple[AtQuit, ...]
    queued: int
    is_unwritten: bool
    offline_ms: int | None = None

    @property
    def must_ask(self) -> bool:
        """Whether the person has to decide first."""
        return bool(self.sessions) or self.is_unwritten

    @property
    def waited_for(self) -> list[AtQuit]:
        """The sessions that "Quit when they are done" waits for."""
        return [one for one in self.sessions if one.is_waited_for]

    @property
    def to_end(self) -> list[AtQuit]:
        """The sessions that "Terminate all and quit" waits for: an unconfirmed one has no id."""
        return [one for one in self.sessions if one.outcome is not QuitOutcome.UNCONFIRMED]

    @property
    def lost(self) -> list[AtQuit]:
        """The sessions whose command the ledger could not keep."""
        unsent = [one for one in self.sessions if one.is_unsent and self.is_unwritten]
        return [one for one in unsent if one.pending is not None and not one.pending.is_kept]


def quit_plan(services: Services) -> QuitPlan:
    """Return what a quit would do now."""
    sessions = services.sessions
    known = [one for one in map(sessions.session, sessions.session_keys()) if one is not None]
    found = [_at_quit(services, session) for session in known]
    return QuitPlan(
        sessions=tuple(one for one in found if one is not None),
        queued=len(services.queue.entries()),
        is_unwritten=services.writer.is_failing,
        offline_ms=services.health.unreachable_since_ms,
    )


def _at_quit(services: Services, session: Session) -> AtQuit | None:
    """Return what becomes of a session, None where it has ended for sure."""
    pending, task = services.sessions.pending(session.key), services.sessions.current_task(session)
    ends = pending is not None and pending.verb is CommandVerb.TERMINATE
    if session.is_ended and not ends:
        return None
    return AtQuit(
        session=session,
        task=task,
        outcome=QuitOutcome.ENDS if ends else _outcome(services, session, task),
        pending=pending,
        is_waited_for=not _is_hopeless(pending)
        if ends
        else _works(session, task) or _is_closing(session, task) or _is_being_named(services, task),
    )


def _outcome(services: Services, session: Session, task: Task | None) -> QuitOutcome:
    if session.phase is Phase.UNCONFIRMED:
        return QuitOutcome.UNCONFIRMED
    if services.sessions.is_missing(task):
        return QuitOutcome.UNKNOWN
    outcome = _OUTCOMES.get(shown_state(session, task), QuitOutcome.UNKNOWN)
    return QuitOutcome.CLOSES if outcome is QuitOutcome.RUNS and session.close_after else outcome


def _is_hopeless(pending: PendingCommand | None) -> bool:
    """Return whether a Terminate waits for what may never come: the wait could last for ever."""
    return pending is not None and (pending.why in _STUCK or pending.attempt >= HOPELESS)


def _works(session: Session, task: Task | None) -> bool:
    if task is None or session.is_ended:
        return False
    named = task.status is TaskStatus.UNCONFIRMED and task.service_id is not None
    return task.status in _WORKS or named


def _is_closing(session: Session, task: Task | None) -> bool:
    """Return whether a task failed in a session that was to close: it is ended in a moment."""
    failed = task is not None and task.status in _TO_BE_CLOSED
    return session.close_after and session.phase is Phase.OPEN and failed


def _is_being_named(services: Services, task: Task | None) -> bool:
    if task is None or not task.is_at_work or task.service_id is not None:
        return False
    sent_ms = task.sent_ms if task.sent_ms is not None else task.created_ms
    is_due = services.clock.now_ms() < sent_ms + NAME_MS
    return is_due and services.sessions.is_awaiting_reply(task.key)
