"""Notices: what one is, its actions, and the texts for files and keys that could not be used."""

from enum import StrEnum

from msgspec import Struct

from enigma_panel.core.service_rules import Dialect
from enigma_panel.core.verbs import CommandVerb
from enigma_panel.services.account import Account
from enigma_panel.services.types import (
    Copy,
    KeyCheck,
    KeyState,
    Problem,
    ProblemKind,
    ServiceNotice,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.dialects import switch_label
from enigma_panel.ui.text.states import local_moment
from enigma_panel.ui.text.verbs import bulk_label

tr = Translations("Notices")

KEY_TOPIC, REFUSED_TOPIC = "key", "key refused"


class NoticeAction(StrEnum):
    """An action that a notice offers by a button."""

    SHOW_TASK = "show_task"
    SHOW_SESSION = "show_session"
    ACCOUNT_PAGE = "account_page"
    START_AGAIN = "start_again"
    SWITCH_DIALECT = "switch_dialect"
    DISMISS_START = "dismiss_start"
    ASK_RESULT = "ask_result"
    TERMINATE = "terminate"
    ENTER_KEY = "enter_key"
    USE_COPY = "use_copy"
    CANCEL_QUIT = "cancel_quit"
    COPY_DIAGNOSTICS = "copy_diagnostics"
    GO_ON = "go_on"
    TRY_NOW = "try_now"
    ADD_FUNDS = "add_funds"
    FUNDS_ADDED = "funds_added"
    COSTS = "costs"
    RAISE_CAP = "raise_cap"
    TERMINATE_RUNNING = "terminate_running"
    SETTINGS = "settings"
    REMOVE_ALL = "remove_all"


class Notice(Struct, frozen=True, kw_only=True):
    """What happened, what it means, and its ways out.

    topic: a notice with the same takes its place. needs_look: it is kept; any other is a toast
    alone. stays: it leaves with its cause alone. about: what a service said. amount: to which a cap
    would be raised. sessions: those that its actions are about.
    """

    title: str
    text: str = ""
    topic: str = ""
    actions: tuple[NoticeAction, ...] = ()
    needs_look: bool = True
    stays: bool = False
    about: ServiceNotice | None = None
    amount: str = ""
    sessions: tuple[int, ...] = ()

    @property
    def id(self) -> str:
        """What tells it from all others."""
        return self.topic or self.words

    @property
    def words(self) -> str:
        """All that it says."""
        return f"{self.title} {self.text}".strip()

    def label(self, action: NoticeAction) -> str:
        """Return the label of one of the notice's buttons."""
        if action is NoticeAction.RAISE_CAP:
            return tr("Raise to {amount}", amount=self.amount)
        n = len(self.sessions)
        if n and action is NoticeAction.SHOW_SESSION:
            return tr("Show")
        if n and action is NoticeAction.TERMINATE:
            return bulk_label(CommandVerb.TERMINATE, n, n)
        return notice_action_label(action)


def notice_action_label(action: NoticeAction, dialect: Dialect | None = None) -> str:
    """Return an action's label wherever it is offered. dialect: the one to switch to."""
    if action is NoticeAction.SWITCH_DIALECT and dialect is not None:
        return switch_label(dialect)
    return {
        NoticeAction.SHOW_TASK: tr("Show task"),
        NoticeAction.SHOW_SESSION: tr("Show session"),
        NoticeAction.ACCOUNT_PAGE: tr("Open the account page"),
        NoticeAction.START_AGAIN: tr("Start it again (may run twice)"),
        NoticeAction.SWITCH_DIALECT: tr("Start again"),
        NoticeAction.DISMISS_START: tr("Dismiss this start"),
        NoticeAction.ASK_RESULT: tr("Ask the session for its result"),
        NoticeAction.TERMINATE: tr("Terminate"),
        NoticeAction.ENTER_KEY: tr("Enter the key"),
        NoticeAction.USE_COPY: tr("Restart with the copy"),
        NoticeAction.CANCEL_QUIT: tr("Cancel"),
        NoticeAction.COPY_DIAGNOSTICS: tr("Copy diagnostics"),
        NoticeAction.GO_ON: tr("Go on"),
        NoticeAction.TRY_NOW: tr("Try now"),
        NoticeAction.ADD_FUNDS: tr("Add funds"),
        NoticeAction.FUNDS_ADDED: tr("I have added funds"),
        NoticeAction.COSTS: tr("Costs"),
        NoticeAction.RAISE_CAP: tr("Raise the cap"),
        NoticeAction.TERMINATE_RUNNING: tr("Terminate running ones"),
        NoticeAction.SETTINGS: tr("Settings"),
        NoticeAction.REMOVE_ALL: tr("Remove all"),
    }[action]


def problem_text(problem: Problem, now_ms: int) -> Notice:
    """Return the notice about a file that could not be used, or has damage.

    The copy of a damaged ledger is offered.
    """
    notice = _problem(problem)
    if problem.copy is None:
        return notice
    text = f"{notice.text} {copy_text(problem.copy, now_ms)}"
    return Notice(title=notice.title, text=text, actions=(NoticeAction.USE_COPY,))


def bad_rows_text(n: int) -> Notice:
    """Return the notice that rows that make no sense were left out; all others are shown."""
    title = tr.plural(
        "1 entry of the history can't be read.", "{n} entries of the history can't be read.", n
    )
    text = tr("Something in them may still cost money.")
    return Notice(title=title, text=text, topic="bad rows")


def key_text(account: Account) -> Notice | None:
    """Return the notice that nothing can be started without another key.

    None while all is well or the key is still looked for.
    """
    refused = account.state is KeyState.READY and account.last_check is KeyCheck.REFUSED
    title = {
        KeyState.ABSENT: tr("There is no API key yet."),
        KeyState.NO_KEYCHAIN: tr("There is no keychain on this computer."),
        KeyState.LOCKED: tr("The keychain could not be read."),
        KeyState.DENIED: tr("The keychain denied access to the API key."),
        KeyState.FAILED: tr("The keychain could not be read."),
    }.get(account.state, tr("The API key was refused.") if refused else "")
    if not title:
        return None
    text = tr("Nothing can start until you enter a key.")
    if account.state is KeyState.NO_KEYCHAIN:
        text = tr("A key you enter is kept in memory until you quit.")
    topic = REFUSED_TOPIC if refused else KEY_TOPIC
    actions = (NoticeAction.ENTER_KEY,)
    return Notice(title=title, text=text, topic=topic, actions=actions, stays=True)


def copy_text(copy: Copy, now_ms: int) -> str:
    """Return what a copy holds, and what it does not."""
    time = local_moment(copy.made_ms, now_ms)
    held = tr.plural("1 session was open", "{n} sessions were open", copy.sessions_open)
    text = tr("There is a copy from {time} ({held}).", time=time, held=held)
    lacks = tr("Anything started since is missing, and may still cost money.")
    return f"{text} {lacks}"


def _problem(problem: Problem) -> Notice:
    name = problem.path.name
    caps = tr("The caps per task and per day are off.")
    stays = tr("It stays as it is. Changes are not kept.")
    match problem.kind:
        case ProblemKind.BROKEN if problem.kept_as is not None:
            kept = tr("The damaged file is kept as {kept}.", kept=problem.kept_as.name)
            if problem.path.suffix == ".json":
                return Notice(title=tr("Damaged settings were reset."), text=f"{caps} {kept}")
            return Notice(
                title=tr("The history was damaged and is empty now."),
                text=f"{tr('Earlier sessions may still cost money.')} {kept}",
            )
        case ProblemKind.REPAIRED:
            return Notice(
                title=tr("The history was damaged and has been repaired."),
                text=tr(
                    "Quit and start again. Something that still costs money may be missing here."
                ),
            )
        case ProblemKind.DAMAGED:
            return Notice(
                title=tr("The history is damaged ({reason}).", reason=problem.reason),
                text=tr(
                    "Something that still costs money may be missing here. No new copy is made."
                ),
            )
        case ProblemKind.NEWER:
            return Notice(
                title=tr("{name} was saved by a newer version.", name=name), text=f"{caps} {stays}"
            )
        case ProblemKind.NO_CAP:
            title = tr("Your cap per task could not be read and is off.")
            return Notice(title=title, actions=(NoticeAction.COSTS,))
        case ProblemKind.UNREADABLE:
            return Notice(title=tr("{name} can't be read.", name=name), text=f"{caps} {stays}")
        case ProblemKind.UNWRITABLE:
            return Notice(
                title=tr("{name} can't be written ({reason}).", name=name, reason=problem.reason),
                text=tr("The program carries on without it."),
            )
        case _:
            return Notice(title=tr("{name} can't be read.", name=name), text=stays)
