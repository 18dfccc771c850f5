"""Texts and actions for the notices of the services."""

from enigma_panel.core.models import Session, Task
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.retry_policy import reply_of
from enigma_panel.services.types import NoticeKind, ServiceNotice
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.text.account_page import account_page
from enigma_panel.ui.text.dialects import dialect_name, offered_dialect, wanted_dialect
from enigma_panel.ui.text.errors import Call, ErrorContext, explain
from enigma_panel.ui.text.problems import Notice, NoticeAction, NoticeRank
from enigma_panel.ui.text.states import duration, local_time, spoken_duration
from enigma_panel.ui.text.verbs import verb_label, verb_text
from enigma_panel.ui.text.ways_out import can_be_asked, ways_out

tr = Translations("Notices")

BAD_REQUEST = 400
PASSING_MS = 70_000
"""How long a notice lasts that comes at most once a minute."""
_PASSING = frozenset({NoticeKind.LIMIT_USED_ELSEWHERE, NoticeKind.WENT_TO_SLEEP})
_ONE_EACH = _PASSING | {NoticeKind.LIMIT_LOWERED, NoticeKind.LEDGER_FAILED}
_REFUSED = frozenset({NoticeKind.START_REFUSED, NoticeKind.CLOSED_FOR_REFUSED_TASK})
Parts = tuple[str, tuple[NoticeAction, ...], NoticeRank]
"""Text, actions, and what the notice means for the money."""


def notice_text(notice: ServiceNotice, services: Services) -> Notice:
    """Return the notice for what a service reports."""
    sessions = services.sessions
    session = sessions.session(notice.session_key) if notice.session_key is not None else None
    task = sessions.task(notice.task_key) if notice.task_key is not None else None
    text, actions, rank = _parts(notice, session, task, services)
    offered = offered_dialect(session, task, services.account)
    passes = notice.kind in _PASSING
    return Notice(
        text=text,
        actions=actions,
        rank=rank,
        session_key=notice.session_key,
        task_key=notice.task_key,
        topic=_topic(notice),
        until_ms=services.clock.now_ms() + PASSING_MS if passes else None,
        notice=notice,
        dialect=offered,
    )


def _topic(notice: ServiceNotice) -> str:
    """Return the topic of a notice.

    Of a refused task the last notice replaces the others: two offers to start it again would start
    it twice.
    """
    if notice.kind in _REFUSED and notice.task_key is not None:
        return f"refused task {notice.task_key}"
    return notice.kind.value if notice.kind in _ONE_EACH else ""


def _context(
    notice: ServiceNotice, services: Services, session: Session | None, task: Task | None
) -> ErrorContext:
    sessions = services.sessions
    known = [s for s in map(sessions.session, sessions.session_keys()) if s is not None]
    named = session is not None and session.service_id is not None
    ends = session.expires_ms if session is not None else None
    start = Call.NEW_TASK if named else Call.START
    return ErrorContext(
        call=Call.COMMAND if notice.kind is NoticeKind.COMMAND_FAILED else start,
        task=task.spec.text if task is not None else "",
        session=session.name if session is not None else "",
        open_sessions=sum(s.occupies_slot for s in known),
        ends_at=local_time(ends) if ends is not None else "",
        has_page=account_page(services.account.base_url) is not None,
        stays_open=session is not None and can_be_asked(session, services),
        is_closed=session is not None and session.is_final,
        dialect=dialect_name(wanted) if (wanted := wanted_dialect(session, task)) else "",
    )


def _parts(
    notice: ServiceNotice, session: Session | None, task: Task | None, services: Services
) -> Parts:
    context = _context(notice, services, session, task)
    why = _why(notice, context)
    name = session.name if session is not None else tr("a session")
    title = shorten(task.spec.text, 60) if task is not None else tr("a task")
    show = (NoticeAction.SHOW_SESSION,)
    match notice.kind:
        case NoticeKind.START_REFUSED:
            text = tr("“{task}” was not started. {why}", task=title, why=why)
            actions = (NoticeAction.SHOW_TASK, *_again(notice, session, task, services))
            return text, actions, NoticeRank.PLAIN
        case NoticeKind.START_UNCONFIRMED:
            return why, ways_out(session, task, services), NoticeRank.UNCONFIRMED
        case NoticeKind.CLOSED_FOR_REFUSED_TASK:
            text = tr(
                "{session} was opened for “{task}”, which was not accepted; "
                "it is closed again. {why}",
                session=name,
                task=title,
                why=why,
            )
            actions = (NoticeAction.SHOW_TASK, *_again(notice, session, task, services))
            return text, actions, NoticeRank.PLAIN
        case NoticeKind.COMMAND_FAILED:
            return _command_failed(notice, name, why), show, NoticeRank.COSTS
        case NoticeKind.ANSWER_SENT_LIVE:
            return _sent_live_text(notice, name), show, NoticeRank.PLAIN
        case _:
            return _ours(notice, name, title, why)


def _again(
    notice: ServiceNotice, session: Session | None, task: Task | None, services: Services
) -> tuple[NoticeAction, ...]:
    """Return the actions by which a refused task may still be accepted."""
    if NoticeAction.SWITCH_DIALECT in (ways := ways_out(session, task, services)):
        return ways
    reply = reply_of(notice.error)
    return (NoticeAction.EDIT_AND_RUN,) if reply and reply.status == BAD_REQUEST else ()


def _why(notice: ServiceNotice, context: ErrorContext) -> str:
    if notice.error is None:
        return ""
    words = explain(notice.error, context)
    goes_on = notice.kind is NoticeKind.CLOSED_FOR_WAITING_TASK  # there is nothing to do
    return words.what if goes_on else words.text


def _sent_live_text(notice: ServiceNotice, name: str) -> str:
    if notice.facts.get("verb") == AnswerVerb.STOP.value:
        return tr(
            "Stop was sent to {session} over the live channel, because the calls of this minute "
            "are used up. The channel confirms nothing: Stop is sent once more as soon as a call "
            "is free.",
            session=name,
        )
    return tr(
        "The answer to {session} was sent over the live channel, because the calls of this minute "
        "are used up. The channel confirms nothing: if the agent still asks, the question comes "
        "back.",
        session=name,
    )


def _command_failed(notice: ServiceNotice, name: str, why: str) -> str:
    verb = CommandVerb(str(notice.facts.get("verb", "stop")))
    words = {"verb": verb_label(verb), "session": name, "why": why}
    if notice.error is None or notice.error.nothing_happened:
        text = tr("{verb} did not reach {session}. {why}", **words)
    else:
        text = tr("{verb} may not have reached {session}. {why}", **words)
    return " ".join(part for part in (text, verb_text(verb).failed) if part)


def _ours(notice: ServiceNotice, name: str, title: str, why: str) -> Parts:
    match notice.kind:
        case NoticeKind.CLOSED_FOR_FAILED_TASK:
            text = tr(
                "“{task}” did not succeed, so {session} was closed.", task=title, session=name
            )
            return text, (NoticeAction.SHOW_TASK,), NoticeRank.SMALL
        case NoticeKind.CLOSED_FOR_WAITING_TASK:
            text = tr(
                "{session} was opened for “{task}” and did not take it; it is closed again, and "
                "the task is queued again. {why}",
                session=name,
                task=title,
                why=why,
            )
            return text, (NoticeAction.SHOW_TASK,), NoticeRank.SMALL
        case NoticeKind.LIFE_TOO_LONG:
            text = tr(
                "The service says that {session} lives for {time}, which none of its pages "
                "knows; one hour is assumed.",
                session=name,
                time=spoken_duration(_number(notice) * 1000),
            )
            return text, (NoticeAction.SHOW_SESSION,), NoticeRank.SMALL
        case NoticeKind.LEDGER_FAILED:
            reason = notice.facts.get("reason", "")
            text = tr(
                "The ledger could not be written: {reason}. What is shown is kept in memory and "
                "written as soon as that works.",
                reason=reason,
            )
            return text, (), NoticeRank.GRAVE
        case NoticeKind.MOVED_HERE:
            text = tr("Nothing queued was sent: this ledger comes from another computer.")
            return text, (), NoticeRank.GRAVE
        case _:
            rank = NoticeRank.SMALL if notice.kind in _PASSING else NoticeRank.PLAIN
            return _of_the_program(notice.kind, _number(notice)), (), rank


def _number(notice: ServiceNotice) -> int:
    return next((v for v in notice.facts.values() if isinstance(v, int)), 0)


def _of_the_program(kind: NoticeKind, n: int) -> str:
    match kind:
        case NoticeKind.LIMIT_LOWERED:
            return tr.plural(
                "The service allows no more than 1 browser at the moment; the next one is started "
                "as ours ends.",
                "The service allows no more than {n} browsers at the moment; more are started as "
                "ours end.",
                n,
            )
        case NoticeKind.LIMIT_USED_ELSEWHERE:
            return tr(
                "Another program uses up the calls of this minute; commands may wait up to a "
                "minute."
            )
        case _:  # WENT_TO_SLEEP
            return tr(
                "This computer slept for {time}; the service is asked again for everything.",
                time=duration(n * 1000),
            )
