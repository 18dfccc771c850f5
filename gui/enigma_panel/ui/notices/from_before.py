"""The notice after a start: of what was open before it, what is not known yet."""

from enigma_panel.core.models import Phase, Session, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import Recovered
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.problems import Notice, NoticeAction

tr = Translations("Notices")

BEFORE_TOPIC = "from before"


class FromBefore:
    """What an earlier run left open; it is counted anew each time that the notice is asked for."""

    def __init__(self, services: Services, recovered: Recovered) -> None:
        self._sessions = services.sessions
        self._recovered = recovered

    def notice(self) -> Notice | None:
        """Return the current notice; None once it is known what became of each."""
        found = map(self._sessions.session, self._recovered.sessions)
        sessions = [session for session in found if session is not None]
        starts = [one for one in sessions if one.phase is Phase.UNCONFIRMED]
        others = [one for one in sessions if one not in starts and self._is_unknown(one)]
        if not starts and not others:
            return None
        able = [one for one in others if self._sessions.can(one.key, CommandVerb.TERMINATE)]
        show = (NoticeAction.SHOW_SESSION,)
        return Notice(
            title=from_before_text(len(starts), len(others)),
            text=tr("Nothing was started twice."),
            topic=BEFORE_TOPIC,
            actions=(*show, NoticeAction.TERMINATE) if able else show,
            sessions=tuple(one.key for one in able or (*starts, *others)),
        )

    def _is_unknown(self, session: Session) -> bool:
        task = self._sessions.current_task(session)
        if task is None or task.is_final or task.key not in self._recovered.tasks:
            return False
        is_unheard = self._sessions.is_asking(session.key) or self._sessions.is_missing(task)
        return is_unheard or task.status is TaskStatus.UNCONFIRMED


def from_before_text(starts: int, sessions: int) -> str:
    """Return the sentence: 'From the last run: 1 start is unconfirmed.'"""
    parts = (
        tr.plural("1 start is unconfirmed", "{n} starts are unconfirmed", starts),
        tr.plural("1 session may still be open", "{n} sessions may still be open", sessions),
    )
    what = ", ".join(part for part, n in zip(parts, (starts, sessions), strict=True) if n)
    return tr("From the last run: {what}.", what=what)
