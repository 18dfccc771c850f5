"""The tables of transitions: which fact leads from where to where, for tasks and for sessions.

What a table does not name changes nothing, so a late or repeated fact is harmless and nothing final
changes but by a result that is found, or by the person who undoes what they did.
"""

from collections.abc import Iterable, Mapping

from enigma_panel.core.models import FINAL_PHASES, Phase
from enigma_panel.core.observation import STEP_KINDS, Kind
from enigma_panel.core.statuses import TaskStatus
from enigma_panel.core.verbs import ANSWERS, COMMANDS

S = TaskStatus
LIVE = frozenset({S.STARTING, S.WORKING, S.ASKS, S.PAUSED, S.UNCONFIRMED})


def _each(statuses: Iterable[TaskStatus], to: TaskStatus) -> dict[TaskStatus, TaskStatus]:
    return dict.fromkeys(statuses, to)


TASK_TRANSITIONS: Mapping[Kind, Mapping[TaskStatus, TaskStatus]] = {
    Kind.ACCEPTED: _each({S.STARTING, S.UNCONFIRMED}, S.WORKING),
    Kind.ACTIVE: _each(LIVE - {S.PAUSED}, S.WORKING),
    Kind.QUEUED: _each({S.STARTING, S.UNCONFIRMED}, S.WORKING),
    Kind.PAUSED: _each(LIVE - {S.ASKS}, S.PAUSED),
    Kind.QUESTION: _each(LIVE, S.ASKS),
    Kind.COMPLETED: _each(LIVE | {S.LOST, S.STOPPED}, S.DONE),
    Kind.FAILED: _each(LIVE | {S.LOST}, S.FAILED),
    Kind.STOPPED: _each(LIVE, S.STOPPED),
    Kind.TERMINATED: _each(LIVE, S.STOPPED),
    Kind.TASK_GONE: _each(LIVE, S.LOST),
    Kind.SESSION_GONE: _each(LIVE, S.LOST),
    Kind.GIVEN_UP: _each(LIVE, S.LOST),
    # A task can be paused or stopped by its session before the service has named it.
    Kind.REFUSED: _each(LIVE - {S.UNCONFIRMED} | {S.QUEUED}, S.FAILED),
    Kind.UNKNOWN: _each(LIVE - {S.ASKS}, S.UNCONFIRMED),  # a task that asks exists
    Kind.DISMISSED: {S.UNCONFIRMED: S.LOST},
    Kind.BACK_IN_QUEUE: _each(LIVE - {S.UNCONFIRMED}, S.QUEUED),
    Kind.TAKEN_BACK: {S.QUEUED: S.STOPPED},
    Kind.RESTORED: {S.LOST: S.UNCONFIRMED, S.STOPPED: S.QUEUED},
    # What is sent leads where core.verbs says; only a reply proves that it arrived.
    **{rules.sent: rules.leads_to for rules in (*COMMANDS.values(), *ANSWERS.values())},
    **{kind: {S.STARTING: S.WORKING} for kind in STEP_KINDS},
    # Of a task that nothing else reports on.
    Kind.LIVE_LOST: _each({S.WORKING, S.ASKS, S.PAUSED}, S.UNCONFIRMED),
}

P = Phase
_ALIVE = {P.CONNECTION_LOST: P.OPEN, P.EXPIRED_ASSUMED: P.OPEN, P.CLOSED_ASSUMED: P.OPEN}
_ENDED = dict.fromkeys(set(P) - FINAL_PHASES - {P.STARTING, P.PLANNED}, P.CLOSED)

SESSION_TRANSITIONS: Mapping[Kind, Mapping[Phase, Phase]] = {
    Kind.OPENED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN},
    Kind.ACCEPTED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN, **_ALIVE},
    Kind.ACTIVE: _ALIVE,
    Kind.QUEUED: _ALIVE,
    Kind.PAUSED: _ALIVE,
    Kind.QUESTION: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN, **_ALIVE},
    Kind.COMPLETED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN},
    Kind.FAILED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN},
    Kind.ORPHANED: {P.OPEN: P.CONNECTION_LOST},
    Kind.RECONNECTED: {P.CONNECTION_LOST: P.OPEN},
    Kind.SESSION_ENDED: _ENDED,
    # A run-task's session may end, or its task be stopped, during the long poll.
    Kind.TERMINATED: {P.STARTING: P.CLOSED, **_ENDED},
    Kind.SESSION_GONE: {P.STARTING: P.CLOSED, **_ENDED},
    Kind.STOPPED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN},
    Kind.REFUSED: {P.STARTING: P.FAILED},
    Kind.UNKNOWN: {P.STARTING: P.UNCONFIRMED},
    Kind.TERMINATE_SENT: dict.fromkeys(
        {P.OPEN, P.CONNECTION_LOST, P.UNCONFIRMED, P.EXPIRED_ASSUMED}, P.CLOSED_ASSUMED
    ),
    Kind.LIFETIME_OVER: dict.fromkeys(
        {P.OPEN, P.CONNECTION_LOST, P.UNCONFIRMED}, P.EXPIRED_ASSUMED
    ),
    Kind.DISMISSED: {P.UNCONFIRMED: P.CLOSED_ASSUMED},
    Kind.SESSION_DOUBTED: dict.fromkeys(
        {P.OPEN, P.CONNECTION_LOST, P.UNCONFIRMED}, P.CLOSED_ASSUMED
    ),
    Kind.BACK_IN_QUEUE: {P.STARTING: P.PLANNED},
    Kind.TAKEN_BACK: {P.PLANNED: P.DROPPED},
    Kind.RESTORED: {P.CLOSED_ASSUMED: P.UNCONFIRMED, P.DROPPED: P.PLANNED},
}

OF_TASK = frozenset(
    {
        Kind.ACCEPTED,
        Kind.ACTIVE,
        Kind.QUEUED,
        Kind.PAUSED,
        Kind.QUESTION,
        Kind.STOPPED,
        Kind.COMPLETED,
        Kind.FAILED,
    }
)
"""Kinds of facts that come only from a task that the service has accepted."""
