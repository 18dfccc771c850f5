"""What the services report, as one table: kind → words, ways out, and when it is over."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from enigma_panel.core.caps import is_near
from enigma_panel.core.models import Phase, TaskStatus
from enigma_panel.core.observation import AT_CAP
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.retry_policy import reply_of
from enigma_panel.services.types import NotConnectedError, NoticeKind, ServiceNotice, ServiceStatus
from enigma_panel.ui.i18n import Translations, shorten
from enigma_panel.ui.notices.queue import spent_today
from enigma_panel.ui.text.dialects import wanted_dialect_name
from enigma_panel.ui.text.errors import Call, ErrorContext, ErrorText, explain
from enigma_panel.ui.text.pages import account_page
from enigma_panel.ui.text.problems import Notice, NoticeAction
from enigma_panel.ui.text.states import duration, local_time
from enigma_panel.ui.text.verbs import verb_label, verb_text
from enigma_panel.ui.text.ways_out import can_be_asked, ways_out

tr = Translations("Notices")

_BACK = frozenset({ServiceStatus.OK, ServiceStatus.FULL})


class About:
    """What a report is about: its session, its task, their names, and why."""

    def __init__(self, notice: ServiceNotice, services: Services) -> None:
        key, task_key = notice.session_key, notice.task_key
        self.notice, self.services = notice, services
        self.session = services.sessions.session(key) if key is not None else None
        self.task = services.sessions.task(task_key) if task_key is not None else None
        self.name = self.session.name if self.session is not None else tr("a session")
        self.title = shorten(self.task.spec.text, 60) if self.task else tr("a task")
        self.facts = notice.facts

    @property
    def why(self) -> ErrorText:
        """The words for the error behind it."""
        error = self.notice.error
        return explain(error, self._context()) if error is not None else ErrorText("")

    def _context(self) -> ErrorContext:
        session, task, sessions = self.session, self.task, self.services.sessions
        known = filter(None, map(sessions.session, sessions.session_keys()))
        named = session is not None and session.service_id is not None
        start = Call.NEW_TASK if named else Call.START
        ends = session.expires_ms if session is not None else None
        is_command = self.notice.kind is NoticeKind.COMMAND_FAILED
        return ErrorContext(
            call=Call.COMMAND if is_command else start,
            task=task.spec.text if task is not None else "",
            session=session.name if session is not None else "",
            open_sessions=sum(one.occupies_slot for one in known),
            ends_at=local_time(ends) if ends is not None else "",
            has_page=account_page(self.services.account.base_url) is not None,
            stays_open=session is not None and can_be_asked(session, self.services),
            is_closed=session is not None and session.was_over_by(self.services.clock.now_ms()),
            dialect=wanted_dialect_name(session, task),
        )


Words = tuple[str, str]
"""What happened, and what it means."""


class Kind(Struct, frozen=True, kw_only=True):
    """How one kind of report is told.

    needs_look: it is kept until it is over or dismissed; any other is said once. is_over: its cause
    is gone.
    """

    words: Callable[[About], Words]
    actions: Callable[[About], tuple[NoticeAction, ...]] = lambda _: ()
    is_over: Callable[[About], bool] = lambda _: False
    needs_look: bool = False


def notice_of(report: ServiceNotice, services: Services) -> Notice:
    """Return the notice for what a service reports."""
    about, kind = About(report, services), KINDS[report.kind]
    title, text = kind.words(about)
    return Notice(
        title=title,
        text=text,
        topic=_topic(report),
        actions=kind.actions(about),
        needs_look=kind.needs_look,
        about=report,
    )


def is_over(report: ServiceNotice, services: Services) -> bool:
    """Return whether the cause of a report is gone."""
    return KINDS[report.kind].is_over(About(report, services))


def _topic(report: ServiceNotice) -> str:
    if report.kind is NoticeKind.LEDGER_FAILED:
        return report.kind.value
    verb = report.facts.get("verb", "")
    return f"{report.kind.value} {report.session_key} {report.task_key} {verb}"


def _is_near_cap(services: Services) -> bool:
    cap = services.settings.value.cap_per_day
    return cap is not None and is_near(services.caps.spent(), cap)


# -- words ----------------------------------------------------------------------------------------


def _unconfirmed(about: About) -> Words:
    return about.why.what, about.why.money


def _command_failed(about: About) -> Words:
    verb, error = about.facts["verb"], about.notice.error
    names = {"verb": verb_label(verb), "session": about.name}
    title = tr("{verb} did not reach {session}.", **names)
    if error is not None and not error.nothing_happened:
        title = tr("{verb} may not have reached {session}.", **names)
    elif reply_of(error) is not None:
        title = tr("{verb} was refused for {session}.", **names)
    cap = about.task.error if about.task is not None and about.task.code == AT_CAP else None
    at_cap = tr("Your cap of {cap} is reached.", cap=cap) if cap is not None else ""
    return title, " ".join(filter(None, (about.why.text, at_cap, verb_text(verb).failed)))


# -- ways out -------------------------------------------------------------------------------------


def _only(action: NoticeAction) -> Callable[[About], tuple[NoticeAction, ...]]:
    return lambda _about: (action,)


# -- ends -----------------------------------------------------------------------------------------


def _is_settled(about: About) -> bool:
    session, task = about.session, about.task
    unsure = task is not None and task.status is TaskStatus.UNCONFIRMED
    if session is None or session.is_ended:
        return True
    return session.phase is not Phase.UNCONFIRMED and not unsure


def _stays_with(about: About, *, at_work: bool) -> bool:
    """Return whether the session is open, and its task the same, at work or not."""
    session, task = about.session, about.task
    if session is None or task is None or session.is_ended or session.current_task != task.key:
        return False
    return task.is_at_work is at_work


def _came_true(about: About) -> bool:
    """Return whether the command has had its effect, or can be sent now."""
    session, verb = about.session, about.facts["verb"]
    if session is None or session.is_ended:
        return True
    if isinstance(about.notice.error, NotConnectedError):
        return about.services.health.status in _BACK
    sessions = about.services.sessions
    is_on_its_way = sessions.pending(session.key) is not None
    is_end = verb is CommandVerb.TERMINATE  # only an end settles it
    return not is_end and not is_on_its_way and not sessions.can(session.key, verb)


KINDS: Mapping[NoticeKind, Kind] = {
    NoticeKind.START_UNCONFIRMED: Kind(
        words=_unconfirmed,
        actions=lambda about: ways_out(about.session, about.task, about.services),
        is_over=_is_settled,
        needs_look=True,
    ),
    NoticeKind.COMMAND_FAILED: Kind(
        words=_command_failed,
        actions=_only(NoticeAction.SHOW_SESSION),
        is_over=_came_true,
        needs_look=True,
    ),
    NoticeKind.LEDGER_FAILED: Kind(
        words=lambda about: (
            tr("The history can't be saved: {reason}.", reason=about.facts["reason"]),
            tr("Changes stay in memory and are saved as soon as possible."),
        ),
        needs_look=True,
    ),
    NoticeKind.CAP_NEAR: Kind(
        words=lambda about: (
            tr(
                "{spent} of {cap} is spent today.",
                spent=spent_today(about.services),
                cap=about.facts["cap"],
            ),
            tr("Nothing more starts at the cap."),
        ),
        is_over=lambda about: not _is_near_cap(about.services),
        needs_look=True,
    ),
    NoticeKind.STOPPED_AT_CAP: Kind(
        words=lambda about: (
            tr("{session} was stopped at your cap and is still billing.", session=about.name),
            "",
        ),
        actions=_only(NoticeAction.TERMINATE),
        is_over=lambda about: not _stays_with(about, at_work=False),
        needs_look=True,
    ),
    NoticeKind.STOP_IN_VAIN: Kind(
        words=lambda about: (
            tr("{session} runs on after its Stop.", session=about.name),
            tr(
                "It costs {cost} by now. Your cap is {cap}.",
                cost=about.facts["cost"],
                cap=about.facts["cap"],
            ),
        ),
        actions=_only(NoticeAction.TERMINATE),
        is_over=lambda about: not _stays_with(about, at_work=True),
        needs_look=True,
    ),
    NoticeKind.START_REFUSED: Kind(
        words=lambda about: (tr("“{task}” was not started.", task=about.title), about.why.text),
        actions=_only(NoticeAction.SHOW_TASK),
    ),
    NoticeKind.CLOSED_FOR_WAITING_TASK: Kind(
        words=lambda about: (
            tr("“{task}” is queued again.", task=about.title),
            tr("{why} Its browser is closed again.", why=about.why.what).strip(),
        ),
        actions=_only(NoticeAction.SHOW_TASK),
    ),
    NoticeKind.CLOSED_FOR_FAILED_TASK: Kind(
        words=lambda about: (
            tr("{session} was closed.", session=about.name),
            tr("“{task}” failed.", task=about.title),
        ),
        actions=_only(NoticeAction.SHOW_TASK),
    ),
    NoticeKind.LIMIT_LOWERED: Kind(
        words=lambda about: (
            tr.plural(
                "The service allows 1 browser for now.",
                "The service allows {n} browsers for now.",
                about.facts["places"],
            ),
            tr("More start when one closes."),
        )
    ),
    NoticeKind.WENT_TO_SLEEP: Kind(
        words=lambda about: (
            tr("This computer slept for {time}.", time=duration(about.facts["seconds"] * 1000)),
            tr("Everything is being checked again."),
        )
    ),
}
