"""What stands in the way of quitting: asked of the fleet, for the dialog that asks the person."""

from collections.abc import Iterable
from dataclasses import dataclass

from enigma_panel.core.models import Phase, Session, StateVerb, Task, TaskStatus
from enigma_panel.services.sessions import Sessions
from enigma_panel.services.types import PendingCommand, WaitReason
from enigma_panel.ui.dialogs.quit_words import counts_at_quit

_WORKS = frozenset({TaskStatus.STARTING, TaskStatus.WORKING, TaskStatus.ASKS})
_TO_BE_CLOSED = frozenset({TaskStatus.FAILED, TaskStatus.STOPPED})
_STUCK = frozenset({WaitReason.CONNECTION, WaitReason.KEY, WaitReason.LEDGER})
HOPELESS = 3
"""A Terminate that failed so often in a row is not waited for; the ledger keeps it."""


@dataclass(frozen=True, slots=True)
class Waited:
    """What "Quit when they are done" waits for: tasks, and sessions that are being terminated."""

    tasks: int = 0
    terminates: int = 0

    @property
    def is_over(self) -> bool:
        """Nothing is left to wait for."""
        return not self.tasks and not self.terminates


def open_sessions(fleet: Sessions) -> list[Session]:
    """Sessions that are or may be open, or whose Terminate is still on its way."""
    found = (fleet.session(key) for key in fleet.session_keys())
    return [
        session
        for session in found
        if session is not None and (counts_at_quit(session) or _ends(fleet.pending(session.key)))
    ]


def current_tasks(fleet: Sessions, sessions: Iterable[Session]) -> dict[int, Task]:
    """The sessions' current tasks by session key."""
    pairs = ((session.key, fleet.current_task(session)) for session in sessions)
    return {key: task for key, task in pairs if task is not None}


def waited_for(fleet: Sessions) -> Waited:
    """Tasks that work, ask, or are unconfirmed but named; Terminates that can be sent.

    What waits for the person (a pause, a missing key) or for a connection is not waited for: it
    could last for ever.
    """
    sessions = open_sessions(fleet)
    tasks = current_tasks(fleet, sessions)
    works = [s for s in sessions if s.key in tasks and _works(s, tasks[s.key])]
    ends = [s for s in sessions if _is_being_ended(s, tasks.get(s.key), fleet.pending(s.key))]
    return Waited(len([s for s in works if s not in ends]), len(ends))


def is_stuck(pending: PendingCommand | None) -> bool:
    """Whether a Terminate waits for something that may not come, or did not get through before."""
    return pending is not None and (pending.why in _STUCK or pending.attempt > 0)


def waits_for_key(pending: PendingCommand | None) -> bool:
    """Whether a Terminate cannot be sent because the key is missing."""
    return pending is not None and pending.why is WaitReason.KEY


def _is_hopeless(pending: PendingCommand) -> bool:
    return pending.why in _STUCK or pending.attempt >= HOPELESS


def _works(session: Session, task: Task) -> bool:
    named = task.status is TaskStatus.UNCONFIRMED and task.service_id is not None
    return counts_at_quit(session) and (task.status in _WORKS or named)


def _is_being_ended(session: Session, task: Task | None, pending: PendingCommand | None) -> bool:
    if pending is not None and _ends(pending):
        return not _is_hopeless(pending)
    # A task failed in a session that was to close after it: the program terminates it in a moment.
    failed = task is not None and task.status in _TO_BE_CLOSED
    return session.close_after and session.phase is Phase.OPEN and failed


def _ends(pending: PendingCommand | None) -> bool:
    return pending is not None and pending.verb is StateVerb.TERMINATE
