"""When a session is history: nothing of it changes any more, as far as anybody can know."""

from enigma_panel.core.models import ASSUMED_PHASES, Session

ASSUMED_FOR_MS = 600_000
"""How long a task is asked for after its session's assumed end; so long, too, what is known of an
ended session stays in mind."""


def is_long_ended(session: Session, now_ms: int) -> bool:
    """True where nothing more is to be expected of it, proven or not."""
    ended_ms = session.ended_ms
    return session.is_ended and ended_ms is not None and now_ms - ended_ms > ASSUMED_FOR_MS


def is_history(session: Session, now_ms: int) -> bool:
    """True where its end is some time ago. It is no proof: a task of it may live on.

    One whose end is but assumed is none while the service may keep it running.
    """
    lasts = session.phase in ASSUMED_PHASES and (session.expires_ms or 0) > now_ms
    return not lasts and is_long_ended(session, now_ms)
