"""One line of the notices and what it offers to do."""

from dataclasses import dataclass, field
from enum import StrEnum

from enigma_panel.services.types import ServiceNotice
from enigma_panel.store.files import Copy
from enigma_panel.ui.status_words import local_moment
from enigma_panel.ui.words import tr


class NoticeAction(StrEnum):
    """What a notice offers to do."""

    SHOW_TASK = "show_task"
    SHOW_SESSION = "show_session"
    ACCOUNT_PAGE = "account_page"
    START_AGAIN = "start_again"
    PUT_AWAY = "put_away"
    ASK_RESULT = "ask_result"
    TERMINATE = "terminate"
    ENTER_KEY = "enter_key"
    USE_COPY = "use_copy"
    DECLINE_COPY = "decline_copy"
    CANCEL_QUIT = "cancel_quit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One line and its offers. grave: shown in amber, for it may cost money or needs the person.

    topic: a line with the same topic takes its place; pinned: it stands before all that are not.
    until_ms: when it leaves by itself. notice, copy: what it is about. now_ms: when it was said.
    """

    text: str
    actions: tuple[NoticeAction, ...] = ()
    grave: bool = False
    session_key: int | None = None
    task_key: int | None = None
    topic: str = ""
    pinned: bool = False
    until_ms: int | None = field(default=None, compare=False)
    notice: ServiceNotice | None = field(default=None, compare=False, repr=False)
    copy: Copy | None = field(default=None, compare=False, repr=False)
    now_ms: int = field(default=0, compare=False)


def notice_action_label(offer: NoticeAction, said: Notice) -> str:
    """The label of an offer."""
    match offer:
        case NoticeAction.SHOW_TASK:
            return tr("Show task")
        case NoticeAction.SHOW_SESSION:
            return tr("Show session")
        case NoticeAction.ACCOUNT_PAGE:
            return tr("Open the account page")
        case NoticeAction.START_AGAIN:
            return tr("Start it again (may run twice)")
        case NoticeAction.PUT_AWAY:
            return tr("Put away")
        case NoticeAction.ASK_RESULT:
            return tr("Ask the session for its result")
        case NoticeAction.TERMINATE:
            return tr("Terminate")
        case NoticeAction.ENTER_KEY:
            return tr("Enter the key")
        case NoticeAction.USE_COPY if said.copy is not None:
            return tr("Use the copy of {time}", time=local_moment(said.copy.made_ms, said.now_ms))
        case NoticeAction.USE_COPY:
            return tr("Use the copy")
        case NoticeAction.DECLINE_COPY:
            return tr("Go on without it")
        case NoticeAction.CANCEL_QUIT:
            return tr("Cancel")
