"""History: sessions of which no more news is expected."""

from enigma_panel.core.models import ASSUMED_PHASES, Session

ASSUMED_FOR_MS = 600_000
"""How long after its session's assumed end a task is asked for, and the session kept, in ms."""


def is_long_ended(session: Session, now_ms: int) -> bool:
    """True where no more news of the task is expected, proven or not."""
    ended_ms = session.ended_ms
    return session.is_ended and ended_ms is not None and now_ms - ended_ms > ASSUMED_FOR_MS


def is_history(session: Session, now_ms: int) -> bool:
    """True where the session's end is some time ago. It is no proof: a task of it may live on.

    A session whose end is only assumed is none while the service may keep it running.
    """
    lasts = session.phase in ASSUMED_PHASES and (session.expires_ms or 0) > now_ms
    return not lasts and is_long_ended(session, now_ms)
