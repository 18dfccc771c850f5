"""The notices that the queue waits, for the person or a free browser, and of a reached cap."""

from decimal import Decimal

from enigma_panel.core.money import MoneyKind, exact_money, format_money
from enigma_panel.services.container import Services
from enigma_panel.services.queue.task_queue import TaskQueue
from enigma_panel.services.types import PauseReason, WaitReason
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.errors import explain
from enigma_panel.ui.text.pages import account_page
from enigma_panel.ui.text.problems import Notice, NoticeAction
from enigma_panel.ui.text.sums import spent_text
from enigma_panel.ui.text.waiting import parked_text

tr = Translations("Notices")

QUEUE_TOPIC, CAP_TOPIC = "queue", "cap"
_OWN_WORDS = frozenset({PauseReason.RESTARTED, PauseReason.UNTAKEN, PauseReason.DIALECT})
"""Pauses that the service's error does not explain."""


def queue_notice(services: Services) -> Notice | None:
    """Return the notice; None while the queue moves by itself."""
    queue = services.queue
    reason, error = queue.pause_reason, queue.pause_error
    if reason is PauseReason.NONE and queue.wants_browser:
        return Notice(
            title=tr("The service has no free browser."),
            text=tr("The program keeps trying."),
            topic=QUEUE_TOPIC,
            actions=(NoticeAction.TRY_NOW,),
            stays=True,
        )
    n = len(concerned(queue))
    if reason in {PauseReason.NONE, PauseReason.CAP} or not n:
        return None
    title = _title(reason, n)
    if error is not None and reason not in _OWN_WORDS:
        title = explain(error).what
    return Notice(
        title=title,
        text=_text(services, reason, n),
        topic=QUEUE_TOPIC,
        actions=(*_actions(services, reason), NoticeAction.REMOVE_ALL),
        stays=True,
    )


def concerned(queue: TaskQueue) -> list[int]:
    """Return the keys of the tasks that are held up: where some are parked, those."""
    old = queue.pause_reason is PauseReason.RESTARTED
    return [e.task_key for e in queue.entries() if not old or e.why is WaitReason.STOPPED]


def at_cap(services: Services) -> Notice | None:
    """Return that nothing more is started today, also where nothing is queued: what runs costs."""
    if not services.caps.is_reached():
        return None
    caps, cap = services.caps, services.settings.value.cap_per_day or Decimal(0)
    amounts = {"spent": spent_today(services), "cap": exact_money(cap)}
    reached = tr("Daily cap reached: {spent} of {cap}.", **amounts)
    ends = (NoticeAction.TERMINATE_RUNNING,) if services.sessions.terminable_keys() else ()
    queue, raised = services.queue, caps.raised()
    queued = len(queue.entries()) if queue.pause_reason is PauseReason.CAP else 0
    text = _text(services, PauseReason.CAP, queued)
    return Notice(
        title=reached if cap else tr("The daily cap can't be read."),
        text=text if raised is not None else f"{_dearest(services)} {text}".strip(),
        topic=CAP_TOPIC,
        actions=(NoticeAction.COSTS if raised is None else NoticeAction.RAISE_CAP, *ends),
        stays=True,
        amount=exact_money(raised) if raised is not None else "",
    )


def spent_today(services: Services) -> str:
    """Return what the day's cap counts, which may be less than the day cost."""
    return spent_text(services.task_search.figures.day, services.caps.spent())


def _dearest(services: Services) -> str:
    """Return what cost most today; never by its text, since the desktop says this, too."""
    task = services.caps.dearest()
    session = services.sessions.session(task.session_key) if task is not None else None
    if task is None or session is None or task.counted_cost is None:
        return ""
    cost = format_money(task.counted_cost, MoneyKind.SUM)
    return tr("{session} cost most: {cost}.", session=session.name, cost=cost)


def _text(services: Services, reason: PauseReason, n: int) -> str:
    """Return what stands below the title: beside a reached cap, that alone says what carries on."""
    if reason is PauseReason.RESTARTED:
        return ""  # its title says all
    queued = tr.plural("1 task is queued.", "{n} tasks are queued.", n) if n else ""
    if reason is not (PauseReason.CAP if services.caps.is_reached() else PauseReason.FUNDS):
        return queued
    costs = len(services.sessions.terminable_keys())
    goes_on = tr.plural("1 session carries on.", "{n} sessions carry on.", costs) if costs else ""
    return f"{goes_on} {queued}".strip()


def _title(reason: PauseReason, n: int) -> str:
    if reason is PauseReason.RESTARTED:
        return parked_text(n)
    return {
        PauseReason.FUNDS: tr("The balance is used up."),
        PauseReason.KEY: tr("The API key was refused."),
        PauseReason.FORBIDDEN: tr("This account can't do that."),
        PauseReason.UNTAKEN: tr("Browsers open but take no task."),
        PauseReason.DIALECT: tr("The service does not understand this dialect."),
    }[reason]


def _actions(services: Services, reason: PauseReason) -> tuple[NoticeAction, ...]:
    match reason:
        case PauseReason.FUNDS:
            has_page = account_page(services.account.base_url) is not None
            page = (NoticeAction.ADD_FUNDS,) if has_page else ()
            return (*page, NoticeAction.FUNDS_ADDED)
        case PauseReason.KEY:
            return (NoticeAction.ENTER_KEY,)
        case PauseReason.DIALECT:
            return (NoticeAction.SETTINGS, NoticeAction.GO_ON)
        case _:
            return (NoticeAction.GO_ON,)
