"""What can be done about a start whose outcome is unknown, or whose dialect was refused.

Notice, Details and context menus offer the same, under the same label, with the same warning.
"""

from enigma_panel.core.models import Phase, Session, Task, TaskStatus
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.container import Services
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.dialects import offered_dialect
from enigma_panel.ui.text.pages import account_page
from enigma_panel.ui.text.problems import NoticeAction, notice_action_label
from enigma_panel.ui.text.verbs import verb_text

tr = Translations("Notices")

WAYS = (
    NoticeAction.ACCOUNT_PAGE,
    NoticeAction.START_AGAIN,
    NoticeAction.DISMISS_START,
    NoticeAction.ASK_RESULT,
    NoticeAction.TERMINATE,
    NoticeAction.SWITCH_DIALECT,
)
"""All ways out, in the order in which they stand."""


def ways_out(
    session: Session | None, task: Task | None, services: Services
) -> tuple[NoticeAction, ...]:
    """Return the ways out that are possible now."""
    if session is not None and session.phase is Phase.UNCONFIRMED:
        page = (NoticeAction.ACCOUNT_PAGE,) if account_page(services.account.base_url) else ()
        again = (NoticeAction.START_AGAIN,) if task is not None else ()
        return (*page, *again, NoticeAction.DISMISS_START)
    if task is not None and task.status is TaskStatus.UNCONFIRMED:
        if session is None:
            return ()
        ask = (NoticeAction.ASK_RESULT,) if can_be_asked(session, services) else ()
        can_end = services.sessions.can(session.key, CommandVerb.TERMINATE)
        return (*ask, *((NoticeAction.TERMINATE,) if can_end else ()))
    if offered_dialect(session, task, services.account) is not None:
        return (NoticeAction.SWITCH_DIALECT,)
    return ()


def can_be_asked(session: Session, services: Services) -> bool:
    """Return whether a session can be asked in a new task what became of the one before."""
    return not session.close_after and not session.is_ended and services.sessions.is_ours(session)


def way_out_label(
    action: NoticeAction, session: Session | None, task: Task | None, services: Services
) -> str:
    return notice_action_label(action, offered_dialect(session, task, services.account))


def way_out_tip(action: NoticeAction) -> str:
    """Return what a way out means for the money; empty where the label says it."""
    return {
        NoticeAction.START_AGAIN: tr("If the first one is running too, both cost money."),
        NoticeAction.DISMISS_START: tr("Stops waiting for it. If it runs, it still costs money."),
        NoticeAction.ASK_RESULT: tr("This is a new task in that session and costs money."),
        NoticeAction.TERMINATE: verb_text(CommandVerb.TERMINATE).tip,
    }.get(action, "")
