"""The transition function: one table of legal moves for tasks, one for sessions, and `fold`.

What a table does not name changes nothing, so a late or repeated fact is harmless and nothing final
ever changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from enigma_panel.core.observation import Kind, Observation, Usage
from enigma_panel.core.records import (
    FINAL_PHASES,
    FINAL_STATUSES,
    Phase,
    Session,
    StateVerb,
    Task,
    TaskStatus,
)

STALE_QUESTION_MS = 15_000
"""How long a poll may repeat a question that was answered, without the agent seen at work."""

TERMINATE_GRACE_MS = 15_000
"""How long a delivered Terminate is believed although polls still report work."""

LIMIT_SLACK_MS = 5_000
"""An end this close to the expected one counts as the session's time limit."""

S = TaskStatus
LIVE = frozenset({S.STARTING, S.WORKING, S.ASKS, S.PAUSED, S.UNCONFIRMED})


def _each(statuses: Iterable[TaskStatus], to: TaskStatus) -> dict[TaskStatus, TaskStatus]:
    return dict.fromkeys(statuses, to)


TASK_MOVES: Mapping[Kind, Mapping[TaskStatus, TaskStatus]] = {
    Kind.ACCEPTED: _each({S.STARTING, S.UNCONFIRMED}, S.WORKING),
    Kind.ACTIVE: _each(LIVE - {S.PAUSED}, S.WORKING),
    Kind.QUEUED: _each({S.STARTING, S.UNCONFIRMED}, S.WORKING),
    Kind.PAUSED: _each(LIVE - {S.ASKS}, S.PAUSED),
    Kind.QUESTION: _each(LIVE, S.ASKS),
    Kind.COMPLETED: _each(LIVE, S.DONE),
    Kind.FAILED: _each(LIVE, S.FAILED),
    Kind.STOPPED: _each(LIVE, S.STOPPED),
    Kind.TERMINATED: _each(LIVE, S.STOPPED),
    Kind.TASK_GONE: _each(LIVE, S.LOST),
    Kind.SESSION_GONE: _each(LIVE, S.LOST),
    Kind.GIVEN_UP: _each(LIVE, S.LOST),
    # A task can be paused or stopped by its session before the service has named it.
    Kind.REFUSED: _each(LIVE - {S.UNCONFIRMED} | {S.QUEUED}, S.FAILED),
    Kind.UNKNOWN: _each(LIVE, S.UNCONFIRMED),
    Kind.PUT_AWAY: {S.UNCONFIRMED: S.LOST},
    Kind.BACK_IN_LINE: _each(LIVE - {S.UNCONFIRMED}, S.QUEUED),
    Kind.TAKEN_BACK: {S.QUEUED: S.STOPPED},
    Kind.PAUSE_SENT: _each({S.STARTING, S.WORKING}, S.PAUSED),
    Kind.RESUME_SENT: {S.PAUSED: S.WORKING},
    Kind.ANSWER_SENT: {S.ASKS: S.WORKING},
    Kind.ANSWER_STOP_SENT: {S.ASKS: S.WORKING},
    Kind.STOP_SENT: _each({S.ASKS, S.PAUSED}, S.WORKING),
    Kind.TERMINATE_SENT: _each({S.ASKS, S.PAUSED}, S.WORKING),
}

P = Phase
_ALIVE = {P.CONNECTION_LOST: P.OPEN, P.EXPIRED_ASSUMED: P.OPEN, P.CLOSED_ASSUMED: P.OPEN}
_ENDED = dict.fromkeys(set(P) - FINAL_PHASES - {P.STARTING, P.PLANNED}, P.CLOSED)

SESSION_MOVES: Mapping[Kind, Mapping[Phase, Phase]] = {
    Kind.OPENED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN},
    Kind.ACCEPTED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN, **_ALIVE},
    Kind.ACTIVE: _ALIVE,
    Kind.QUEUED: _ALIVE,
    Kind.PAUSED: _ALIVE,
    Kind.QUESTION: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN, **_ALIVE},
    Kind.COMPLETED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN},
    Kind.FAILED: {P.STARTING: P.OPEN, P.UNCONFIRMED: P.OPEN},
    Kind.ORPHANED: {P.OPEN: P.CONNECTION_LOST},
    # A run-task's session may end, or its task be stopped, inside the hold of the one call.
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
    Kind.PUT_AWAY: {P.UNCONFIRMED: P.CLOSED_ASSUMED},
    Kind.BACK_IN_LINE: {P.STARTING: P.PLANNED},
    Kind.TAKEN_BACK: {P.PLANNED: P.DROPPED},
}

_ALIVE_KINDS = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.PAUSED, Kind.QUESTION, Kind.ACCEPTED})
_END_KINDS = frozenset({Kind.TERMINATED, Kind.SESSION_GONE})


def fold(
    session: Session,
    task: Task | None,
    seen: Observation,
    now_ms: int,
    *,
    ending: StateVerb | None = None,
) -> tuple[Session, Task | None]:
    """Fold one fact into a session and (where it is about one) a task of it; pure.

    ending: the Stop or Terminate of ours that is on its way to this session: its effect may be seen
    before its own reply is.

    A fact about a task that is not the session's current one moves that task alone, unless it is
    the proof that the session ended.
    """
    new_task = None
    if task is not None:
        new_task = fold_task(session, task, seen, now_ms, ending=ending is not None)
    if task is not None and task.is_final and seen.kind in _REPORTS:
        return session, new_task
    current = task is None or session.current_task in {None, task.key}
    if not current and seen.kind not in _END_KINDS:
        return session, new_task
    terminating = ending is StateVerb.TERMINATE
    return fold_session(session, new_task, seen, now_ms, ending=terminating), new_task


def fold_task(
    session: Session, task: Task, seen: Observation, now_ms: int, *, ending: bool = False
) -> Task:
    """Fold one fact into a task; returns the same object where nothing changes."""
    if task.is_final:
        return _with_late_figures(task, seen)
    if _is_stale(task, seen, now_ms) or _is_echo(session, seen, now_ms):
        return _named(task, seen)  # it proves nothing but the name
    told = ending or task.stop_sent_ms is not None or session.terminate_sent_ms is not None
    status = _next_status(task, seen, told_to_end=told)
    before = task
    task = _with_facts(task, seen, now_ms, final=status in FINAL_STATUSES)
    if status is task.status:
        return before if task == before else task
    ended = now_ms if status in FINAL_STATUSES else None
    is_news = ended is not None and seen.kind is not Kind.TAKEN_BACK
    return replace(task, status=status, since_ms=now_ms, ended_ms=ended, is_new=is_news)


_REPORTS = {Kind.COMPLETED: S.DONE, Kind.FAILED: S.FAILED}
_BEFORE_NAMES = frozenset({Kind.REFUSED, Kind.UNKNOWN, Kind.BACK_IN_LINE})


def _with_late_figures(task: Task, seen: Observation) -> Task:
    """An inline reply may come without usage (api.md §1.5); a later poll may still tell it.

    Only figures that were never told are filled in.
    """
    if _REPORTS.get(seen.kind) is not task.status:
        return task
    usage = merge_usage(seen.usage, task.usage, final=True)
    return task if usage == task.usage else replace(task, usage=usage)


def _next_status(task: Task, seen: Observation, *, told_to_end: bool) -> TaskStatus:
    status = TASK_MOVES.get(seen.kind, {}).get(task.status, task.status)
    if seen.kind in _BEFORE_NAMES and task.service_id is not None:
        return task.status  # the service has named it since
    if told_to_end and status in {S.FAILED, S.LOST} and seen.kind is not Kind.REFUSED:
        return S.STOPPED
    if seen.kind is Kind.TERMINATED and not told_to_end:
        return S.FAILED if task.status in LIVE else task.status
    return status


def _named(task: Task, seen: Observation) -> Task:
    if task.service_id is not None or seen.task_id is None:
        return task
    return replace(task, service_id=seen.task_id)


def _is_stale(task: Task, seen: Observation, now_ms: int) -> bool:
    """True for the poll that still shows the question that was answered a moment ago."""
    return (
        seen.kind is Kind.QUESTION
        and task.answered_ms is not None
        and seen.text == task.question
        and now_ms - task.answered_ms < STALE_QUESTION_MS
    )


def _is_echo(session: Session, seen: Observation, now_ms: int) -> bool:
    """True for a sign of life so soon after a delivered Terminate that it proves nothing."""
    sent = session.terminate_sent_ms
    return seen.kind in _ALIVE_KINDS and sent is not None and now_ms - sent < TERMINATE_GRACE_MS


def _with_facts(task: Task, seen: Observation, now_ms: int, *, final: bool) -> Task:
    task = replace(_named(task, seen), usage=merge_usage(task.usage, seen.usage, final=final))
    match seen.kind:
        case Kind.QUESTION:
            return _with_question(task, seen, now_ms)
        case Kind.COMPLETED:
            return replace(task, result=seen.text if seen.text is not None else "")
        case Kind.FAILED | Kind.REFUSED | Kind.TERMINATED | Kind.STOPPED | Kind.TAKEN_BACK:
            return replace(task, error=seen.text, code=seen.code)
        case Kind.ACTIVE:
            return replace(task, answered_ms=None, pause_confirmed=False)
        case Kind.PAUSED:
            return replace(task, pause_confirmed=True)
        case Kind.ANSWER_SENT:
            return replace(task, answered_ms=now_ms)
        case Kind.ANSWER_STOP_SENT:
            return replace(task, answered_ms=now_ms, stop_sent_ms=now_ms)
        case Kind.STOP_SENT:
            asked = now_ms if task.status is S.ASKS else task.answered_ms
            return replace(task, stop_sent_ms=now_ms, answered_ms=asked)
        case _:
            return task


def _with_question(task: Task, seen: Observation, now_ms: int) -> Task:
    text = seen.text or ""
    if task.status is S.ASKS and text == task.question:
        return task
    return replace(
        task, question=text, question_n=task.question_n + 1, asked_ms=now_ms, answered_ms=None
    )


def merge_usage(old: Usage, new: Usage, *, final: bool) -> Usage:
    """Newer figures where told. While the task works no figure falls; the final body's wins."""
    return Usage(
        cost=_newer(old.cost, new.cost, final=final),
        tokens_in=_newer(old.tokens_in, new.tokens_in, final=final),
        tokens_out=_newer(old.tokens_out, new.tokens_out, final=final),
        compute_s=_newer(old.compute_s, new.compute_s, final=final),
    )


N = TypeVar("N", int, Decimal)


def _newer(old: N | None, new: N | None, *, final: bool) -> N | None:
    if new is None:
        return old
    if old is None or final:
        return new
    return max(old, new)


def fold_session(
    session: Session,
    task: Task | None,
    seen: Observation,
    now_ms: int,
    *,
    ending: bool = False,
) -> Session:
    """Fold one fact into a session; returns the same object where nothing changes."""
    if session.is_final or _is_echo(session, seen, now_ms):
        return session
    moved = _moved_session(session, task, seen, now_ms, ending=ending)
    return session if moved == session else moved


def _moved_session(
    session: Session, task: Task | None, seen: Observation, now_ms: int, *, ending: bool
) -> Session:
    session = _with_ids(session, seen, now_ms)
    if task is not None and task.service_id is not None and task.spec.close_after:
        session = replace(session, close_after=True)  # the service has accepted to close it
    phase = SESSION_MOVES.get(seen.kind, {}).get(session.phase, session.phase)
    if phase is P.CLOSED:
        phase = _proven_end(session, now_ms, ending=ending)
    if seen.kind is Kind.COMPLETED and _closes_after(session, task):
        phase = P.CLOSED_ASSUMED
    if session.phase is P.EXPIRED_ASSUMED and phase is P.OPEN:
        session = replace(session, expires_ms=None)  # it outlived what we had assumed
    if seen.kind is Kind.TERMINATE_SENT:
        session = replace(session, terminate_sent_ms=now_ms)
    elif phase is P.OPEN and seen.kind in _ALIVE_KINDS:
        session = replace(session, terminate_sent_ms=None)
    return _in_phase(session, phase, now_ms)


def _in_phase(session: Session, phase: Phase, now_ms: int) -> Session:
    if phase is session.phase:
        return session
    session = replace(session, phase=phase, since_ms=now_ms)
    return replace(session, ended_ms=now_ms if session.is_ended else None)


def _closes_after(session: Session, task: Task | None) -> bool:
    return session.close_after and task is not None and task.status is S.DONE


def _proven_end(session: Session, now_ms: int, *, ending: bool) -> Phase:
    if ending or session.terminate_sent_ms is not None:
        return P.ENDED_BY_YOU
    if session.expires_ms is not None and now_ms >= session.expires_ms - LIMIT_SLACK_MS:
        return P.ENDED_BY_LIMIT
    return P.CLOSED


def _with_ids(session: Session, seen: Observation, now_ms: int) -> Session:
    if seen.session_id is None or session.service_id is not None:
        return session
    # The clock starts when we asked: the browser may have been ours since then.
    life = seen.expires_in_ms
    return replace(
        session,
        service_id=seen.session_id,
        opened_ms=now_ms,
        expires_ms=session.expires_ms if life is None else session.created_ms + life,
        socket_url=seen.socket_url,
        web_view_url=seen.web_view_url,
        webrtc_url=seen.webrtc_url,
    )
