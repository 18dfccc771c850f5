"""Words for what no row says by itself: notices of the fleet, files that could not be used."""

from dataclasses import dataclass
from enum import StrEnum

from enigma_panel.core.records import Session, StateVerb, Task
from enigma_panel.services.bundle import Services
from enigma_panel.services.views import KeyState, Notice, NoticeKind
from enigma_panel.store.problem import Problem, ProblemKind
from enigma_panel.ui.errors_words import Call, ErrorContext, explain
from enigma_panel.ui.status_words import local_time, verb_word
from enigma_panel.ui.words import one_line, tr, tr_n


class Offer(StrEnum):
    """What a notice offers to do."""

    SHOW_TASK = "show_task"
    SHOW_SESSION = "show_session"
    EDIT_AND_RUN = "edit_and_run"
    PUT_AWAY = "put_away"
    ENTER_KEY = "enter_key"


def offer_words(offer: Offer) -> str:
    """The label of an offer."""
    return {
        Offer.SHOW_TASK: tr("Show task"),
        Offer.SHOW_SESSION: tr("Show session"),
        Offer.EDIT_AND_RUN: tr("Start it again (may run twice)"),
        Offer.PUT_AWAY: tr("Put away"),
        Offer.ENTER_KEY: tr("Enter the key"),
    }[offer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line and its offers. grave: shown in amber, for it may cost money or needs the person."""

    text: str
    offers: tuple[Offer, ...] = ()
    grave: bool = False
    session_key: int | None = None
    task_key: int | None = None


def words_for(notice: Notice, services: Services) -> Said:
    """Words and offers for a notice."""
    fleet = services.fleet
    session = fleet.session(notice.session_key) if notice.session_key is not None else None
    task = fleet.task(notice.task_key) if notice.task_key is not None else None
    text, offers, grave = _parts(notice, session, task, _context(notice, services, session, task))
    return Said(
        text=text,
        offers=offers,
        grave=grave,
        session_key=notice.session_key,
        task_key=notice.task_key,
    )


_CALLS = {
    NoticeKind.COMMAND_FAILED: Call.COMMAND,
    NoticeKind.ANSWER_FAILED: Call.ANSWER,
    NoticeKind.ANSWER_UNCONFIRMED: Call.ANSWER,
}


def _context(
    notice: Notice, services: Services, session: Session | None, task: Task | None
) -> ErrorContext:
    fleet = services.fleet
    known = [s for s in map(fleet.session, fleet.session_keys()) if s is not None]
    named = session is not None and session.service_id is not None
    ends = session.expires_ms if session is not None else None
    return ErrorContext(
        call=_CALLS.get(notice.kind, Call.NEW_TASK if named else Call.START),
        task=task.spec.text if task is not None else "",
        session=session.name if session is not None else "",
        open_sessions=sum(not s.is_ended for s in known),
        ends_at=local_time(ends) if ends is not None else "",
    )


def _parts(
    notice: Notice, session: Session | None, task: Task | None, context: ErrorContext
) -> tuple[str, tuple[Offer, ...], bool]:
    why = explain(notice.error, context).text if notice.error is not None else ""
    name = session.name if session is not None else tr("a session")
    title = one_line(task.spec.text, 60) if task is not None else tr("a task")
    show = (Offer.SHOW_SESSION,)
    match notice.kind:
        case NoticeKind.START_REFUSED:
            text = tr("“{task}” was not started. {why}", task=title, why=why)
            return text, (Offer.SHOW_TASK,), False
        case NoticeKind.START_UNCONFIRMED:
            offers = (Offer.EDIT_AND_RUN, Offer.PUT_AWAY)
            return why, show if context.call is Call.NEW_TASK else offers, True
        case NoticeKind.COMMAND_FAILED:
            verb = verb_word(StateVerb(str(notice.facts.get("verb", "stop"))))
            said = tr("{verb} did not reach {session}. {why}", verb=verb, session=name, why=why)
            if notice.facts.get("verb") == StateVerb.TERMINATE:
                said += " " + tr("The browser may still be open and cost money.")
            return said, show, True
        case NoticeKind.ANSWER_FAILED:
            return (
                tr("The answer to {session} was not sent. {why}", session=name, why=why),
                show,
                True,
            )
        case NoticeKind.ANSWER_UNCONFIRMED:
            words = tr(
                "It is not known whether the answer reached {session}. {why}", session=name, why=why
            )
            return words, show, True
        case _:
            return _ours(notice, name, title, why)


def _ours(notice: Notice, name: str, title: str, why: str) -> tuple[str, tuple[Offer, ...], bool]:
    match notice.kind:
        case NoticeKind.CLOSED_FOR_FAILED_TASK:
            text = tr(
                "“{task}” did not succeed, so {session} was closed.", task=title, session=name
            )
            return text, (Offer.SHOW_TASK,), False
        case NoticeKind.CLOSED_FOR_REFUSED_TASK:
            text = tr(
                "{session} was opened for “{task}”, which was not accepted; "
                "it is closed again. {why}",
                session=name,
                task=title,
                why=why,
            )
            return text, (Offer.SHOW_TASK,), False
        case NoticeKind.LEDGER_FAILED:
            reason = notice.facts.get("reason", "")
            text = tr(
                "The ledger could not be written: {reason}. What is shown is kept in memory and "
                "written as soon as that works.",
                reason=reason,
            )
            return text, (), True
        case _:
            n = next((v for v in notice.facts.values() if isinstance(v, int)), 0)
            text = tr_n(
                "1 session that was open is shown again.",
                "{n} sessions that were open are shown again.",
                n,
            )
            return text, (), False


def words_for_problem(problem: Problem) -> Said:
    """A file of ours that could not be used."""
    name = problem.path.name
    match problem.kind:
        case ProblemKind.BROKEN if problem.kept_as is not None:
            text = tr(
                "{name} made no sense. It was kept as {kept}; work goes on with a new one.",
                name=name,
                kept=problem.kept_as.name,
            )
        case ProblemKind.NEWER:
            text = tr(
                "{name} was written by a newer version of this program and stays as it is.",
                name=name,
            )
        case _:
            text = tr(
                "{name} could not be read and stays as it is; changes are not kept.", name=name
            )
    return Said(text=text, grave=True)


def words_for_key(state: KeyState) -> Said | None:
    """Why nothing can be started for want of a key; None while all is well or still looked for."""
    words = {
        KeyState.ABSENT: tr("There is no API key yet, so nothing can be started."),
        KeyState.NO_KEYCHAIN: tr(
            "There is no keychain here: an API key is kept only in memory until you quit."
        ),
        KeyState.LOCKED: tr("The keychain is locked, so the API key could not be read."),
        KeyState.DENIED: tr("The keychain did not hand out the API key."),
        KeyState.FAILED: tr("The API key could not be read from the keychain."),
    }.get(state)
    return Said(text=words, offers=(Offer.ENTER_KEY,), grave=True) if words else None
