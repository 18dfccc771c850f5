"""What a screen reader says unasked: sessions' names, kinds, numbers; none of the agent's words."""

from collections.abc import Sequence
from enum import Enum, auto

from enigma_panel.core.models import Session
from enigma_panel.core.questions.kinds import is_about_money
from enigma_panel.services.types import OpenQuestion, PauseReason
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.questions import NAME_LIMIT, asked_title
from enigma_panel.ui.text.waiting import pause_text

tr = Translations("Announcements")


class End(Enum):
    """How a task ended."""

    DONE = auto()
    FAILED = auto()


def questions_text(questions: Sequence[OpenQuestion], session: Session | None) -> str:
    """Return who asks for what, or of several how many. session: of the first."""
    first = questions[0]
    if len(questions) > 1:
        return tr.plural("1 session needs you", "{n} sessions need you", len(questions))
    about_money = is_about_money(first.text)
    return asked_title(session.name if session else "", first.kind, about_money=about_money)


def ends_text(ends: Sequence[End], session: Session | None) -> str:
    """Return how one task ended, or of several how many did. session: of the first."""
    if len(ends) == 1:
        return _end_text(ends[0], _name(session))
    failed = sum(end is not End.DONE for end in ends)
    text = tr.plural("1 task ended", "{n} tasks ended", len(ends))
    if not failed:
        return text
    return tr("{words}, {failed} of them failed", words=text, failed=failed)


def _end_text(end: End, name: str) -> str:
    match end:
        case End.DONE:
            return tr("Done: {name}", name=name)
        case End.FAILED:
            return tr("Failed: {name}", name=name)


def _name(session: Session | None) -> str:
    return shorten(session.name if session else "", NAME_LIMIT) or tr("a task")


def queue_text(reason: PauseReason) -> str:
    """Return why no queued task is started."""
    return tr("{why}. Tasks stay queued.", why=pause_text(reason))


def connection_text(*, is_lost: bool) -> str:
    """Return whether the service can be reached."""
    return tr("No connection to the service") if is_lost else tr("The connection is back")
