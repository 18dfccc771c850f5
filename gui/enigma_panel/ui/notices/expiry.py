"""Whether a notice is over: its cause is gone, or what it warned of is settled."""

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.verbs import AnswerVerb, CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.services.types import NotConnectedError, NoticeKind, ServiceNotice, ServiceStatus
from enigma_panel.ui.text.problems import Notice

_ABOUT_A_SESSION = frozenset(
    {
        NoticeKind.COMMAND_FAILED,
        NoticeKind.ANSWER_SENT_LIVE,
        NoticeKind.START_UNCONFIRMED,
    }
)


def is_over(notice: Notice, services: Services) -> bool:
    """Return whether a notice is no longer true, or is of no use to anybody."""
    if notice.until_ms is not None and services.clock.now_ms() >= notice.until_ms:
        return True
    service_notice = notice.notice
    if service_notice is None:
        return False
    if service_notice.kind is NoticeKind.LIMIT_LOWERED:
        return services.queue.limit > int(service_notice.facts.get("places", 0))
    if service_notice.kind not in _ABOUT_A_SESSION:
        return False
    sessions = services.sessions
    session = (
        sessions.session(service_notice.session_key)
        if service_notice.session_key is not None
        else None
    )
    task = sessions.task(service_notice.task_key) if service_notice.task_key is not None else None
    if session is None or session.is_ended:
        return True
    return _is_connected_again(service_notice, services) or _is_settled(
        service_notice, session, task, services
    )


def _is_connected_again(service_notice: ServiceNotice, services: Services) -> bool:
    """Return whether a command that was not sent for want of a connection can be sent now."""
    lost = isinstance(service_notice.error, NotConnectedError)
    return lost and services.health.status in {ServiceStatus.OK, ServiceStatus.FULL}


def _is_settled(
    service_notice: ServiceNotice, session: Session, task: Task | None, services: Services
) -> bool:
    match service_notice.kind:
        case NoticeKind.START_UNCONFIRMED:
            unsure = task is not None and task.status is TaskStatus.UNCONFIRMED
            return session.phase is not Phase.UNCONFIRMED and not unsure
        case NoticeKind.COMMAND_FAILED:
            return _came_true(service_notice, session, services)
        case NoticeKind.ANSWER_SENT_LIVE if (
            service_notice.facts.get("verb") == AnswerVerb.STOP.value
        ):
            pending = services.sessions.pending(session.key)  # it was to be sent once more
            return pending is None or pending.verb is not CommandVerb.STOP
        case _:
            return task is None or task.is_final


def _came_true(service_notice: ServiceNotice, session: Session, services: Services) -> bool:
    """Return whether a verb has had its effect: it can no longer be given, nor is it on its way."""
    verb = CommandVerb(str(service_notice.facts.get("verb", "stop")))
    if verb is CommandVerb.TERMINATE:
        return False  # only an end settles it
    is_on_its_way = services.sessions.pending(session.key) is not None
    return not is_on_its_way and not services.sessions.can(session.key, verb)
