"""The notice after a start: what was open before it, and what became of that meanwhile."""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import Recovered
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.problems import Notice, NoticeAction

tr = Translations("Notices")

BEFORE_TOPIC = "from before"


class Outcome(StrEnum):
    """What became of a session or a task from before, in the order of the sentence."""

    OPEN = "open"
    UNCONFIRMED = "unconfirmed"  # a start that may not have happened
    UNKNOWN = "unknown"  # the service has not said anything about it in this run
    FINISHED = "finished"
    FAILED = "failed"


_FORMS = tr.mark(
    {
        Outcome.OPEN: (
            "1 session is still open from the last run",
            "{n} sessions are still open from the last run",
        ),
        Outcome.UNCONFIRMED: ("1 start is unconfirmed", "{n} starts are unconfirmed"),
        Outcome.UNKNOWN: (
            "1 session may still be open",
            "{n} sessions may still be open",
        ),
        Outcome.FINISHED: ("1 task finished meanwhile", "{n} tasks finished meanwhile"),
        Outcome.FAILED: ("1 task failed meanwhile", "{n} tasks failed meanwhile"),
    }
)
_ENDS = {TaskStatus.DONE: Outcome.FINISHED, TaskStatus.FAILED: Outcome.FAILED}


class FromBefore:
    """What an earlier run left open; it is counted anew each time that the notice is asked for."""

    def __init__(self, services: Services, recovered: Recovered) -> None:
        self._sessions = services.sessions
        self._recovered = recovered

    def notice(self) -> Notice | None:
        """Return the current notice; None once no browser is open and each result was looked at."""
        keys = dict(self._open_now())
        found = map(self._sessions.task, self._recovered.tasks)
        ended = [task for task in found if task is not None and task.status in _ENDS]
        if not keys and not any(task.is_new for task in ended):
            return None
        counts = Counter([*keys.values(), *(_ENDS[task.status] for task in ended)])
        is_clear = not counts.keys() & {Outcome.UNCONFIRMED, Outcome.UNKNOWN}
        text = tr("Nothing was started twice.")
        unknown = (key for key, outcome in keys.items() if outcome is Outcome.UNKNOWN)
        sessions = tuple(k for k in unknown if self._sessions.can(k, CommandVerb.TERMINATE))
        return Notice(
            title=from_before_text(counts),
            text=text,
            topic=BEFORE_TOPIC,
            actions=(NoticeAction.SHOW_SESSION, NoticeAction.TERMINATE) if sessions else (),
            needs_look=not is_clear,
            sessions=sessions,
        )

    def _open_now(self) -> Iterator[tuple[int, Outcome]]:
        """Yield key and outcome of each session that is or may be open, or whose task is not
        known."""
        for session in filter(None, map(self._sessions.session, self._recovered.sessions)):
            if session.phase is Phase.UNCONFIRMED:
                yield session.key, Outcome.UNCONFIRMED
            elif self._is_unknown(session, self._sessions.current_task(session)):
                yield session.key, Outcome.UNKNOWN
            elif not session.is_ended:
                yield session.key, Outcome.OPEN

    def _is_unknown(self, session: Session, task: Task | None) -> bool:
        if task is None or task.is_final or task.key not in self._recovered.tasks:
            return False
        is_unheard = self._sessions.is_asking(session.key) or self._sessions.is_missing(task)
        return is_unheard or task.status is TaskStatus.UNCONFIRMED


def from_before_text(counts: Mapping[Outcome, int]) -> str:
    """Return the sentence: '1 session is still open from the last run, 1 task failed meanwhile.'"""
    n_each = ((forms, counts[outcome]) for outcome, forms in _FORMS.items() if outcome in counts)
    what = ", ".join(tr.plural(*forms, n) for forms, n in n_each)
    if Outcome.OPEN in counts:  # it comes first, and names the run
        return tr("{what}.", what=what)
    return tr("From the last run: {what}.", what=what)
