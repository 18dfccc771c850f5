"""The session's half of the transition function."""

from dataclasses import replace

from enigma_panel.core.move_tables import OF_TASK, SESSION_MOVES
from enigma_panel.core.observation import STEP_KINDS, Kind, Observation
from enigma_panel.core.records import Phase, Session, Task, TaskStatus

TERMINATE_GRACE_MS = 15_000
"""How long a delivered Terminate is believed although polls still report work."""

IDLE_MS = 300_000
"""The service ends a session in which nothing happens for so long (api.md §2)."""

LIMIT_SLACK_MS = 5_000
"""An end this close to the expected one counts as the session's time limit."""

LATE_MS = 3_000
"""A step that comes within this time after its browser was lost, or its time was over, was on its
way before that."""

P = Phase
ALIVE_KINDS = frozenset({Kind.ACTIVE, Kind.QUEUED, Kind.PAUSED, Kind.QUESTION, Kind.ACCEPTED})


def reduce_session(
    session: Session,
    task: Task | None,
    seen: Observation,
    now_ms: int,
    *,
    ending: bool = False,
) -> Session:
    """Fold one fact into a session; returns the same object where nothing changes."""
    if session.is_final or is_echo(session, seen, now_ms):
        return session
    moved = _moved_session(session, task, seen, now_ms, ending=ending)
    return session if moved == session else moved


def reopened_session(session: Session, now_ms: int) -> Session:
    """A session that was taken for closed because its task was done, which it is not."""
    if session.phase is not P.CLOSED_ASSUMED or session.terminate_sent_ms is not None:
        return session
    return _in_phase(session, P.OPEN, now_ms)


def _moved_session(
    session: Session, task: Task | None, seen: Observation, now_ms: int, *, ending: bool
) -> Session:
    session = _with_ids(session, seen, now_ms)
    taken_on = task is not None and (task.service_id is not None or seen.kind in OF_TASK)
    if task is not None and taken_on and task.spec.close_after:
        session = replace(session, close_after=True)  # the service has accepted to close it
    phase = SESSION_MOVES.get(seen.kind, {}).get(session.phase, session.phase)
    if phase is P.OPEN and _proves_no_return(session, seen, now_ms):
        phase = session.phase
    if phase is P.CLOSED:
        phase = _TOLD_ENDS.get(_reason(seen)) or _proven_end(session, now_ms, ending=ending)
    if seen.kind is Kind.COMPLETED and _closes_after(session, task):
        phase = P.CLOSED_ASSUMED
    is_step = seen.kind in STEP_KINDS
    if session.phase is P.EXPIRED_ASSUMED and phase is P.OPEN:
        # It outlived what we had assumed. Who is not polled needs another end, or stays for ever.
        session = replace(session, expires_ms=now_ms + IDLE_MS if is_step else None)
    if seen.kind is Kind.OUTLIVED:
        session = replace(session, expires_ms=now_ms + IDLE_MS)
    if seen.kind is Kind.TERMINATE_SENT:
        session = replace(session, terminate_sent_ms=now_ms)
    elif phase is P.OPEN and seen.kind in ALIVE_KINDS:
        session = replace(session, terminate_sent_ms=None)
    session = _in_phase(session, phase, now_ms)
    return replace(session, lost_until_ms=_lost_until(session, seen, now_ms))


def _proves_no_return(session: Session, seen: Observation, now_ms: int) -> bool:
    """Whether a sign of life says nothing against a lost browser or a lifetime that is over.

    No page says what a poll shows meanwhile (api.md §11.4); a late step was on its way before.
    """
    if seen.kind in STEP_KINDS:
        is_gone = session.phase in {P.CONNECTION_LOST, P.EXPIRED_ASSUMED}
        return is_gone and now_ms - session.since_ms < LATE_MS
    waits = session.lost_until_ms is not None and now_ms < session.lost_until_ms
    lost = session.phase is P.CONNECTION_LOST and waits
    return lost and seen.kind in {Kind.ACTIVE, Kind.QUEUED}


_TOLD_ENDS = {
    "expired": P.ENDED_BY_LIMIT,
    "instance_lost": P.FAILED,
    "completed": P.CLOSED,
    "terminateoncompletion": P.CLOSED,
}
"""Reasons of end_session that leave no doubt; "terminated" may be us or somebody else."""


def _reason(seen: Observation) -> str:
    return (seen.code or "").lower() if seen.kind is Kind.SESSION_ENDED else ""


def _lost_until(session: Session, seen: Observation, now_ms: int) -> int | None:
    if session.phase is not P.CONNECTION_LOST or seen.kind is Kind.LIVE_LOST:
        return None
    if seen.kind is Kind.ORPHANED and seen.grace_ms is not None and session.lost_until_ms is None:
        return now_ms + seen.grace_ms
    return session.lost_until_ms


def _in_phase(session: Session, phase: Phase, now_ms: int) -> Session:
    if phase is session.phase:
        return session
    session = replace(session, phase=phase, since_ms=now_ms)
    return replace(session, ended_ms=now_ms if session.is_ended else None)


def _closes_after(session: Session, task: Task | None) -> bool:
    return session.close_after and task is not None and task.status is TaskStatus.DONE


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


def is_echo(session: Session, seen: Observation, now_ms: int) -> bool:
    """True for a sign of life so soon after a delivered Terminate that it proves nothing."""
    sent = session.terminate_sent_ms
    return seen.kind in ALIVE_KINDS and sent is not None and now_ms - sent < TERMINATE_GRACE_MS
