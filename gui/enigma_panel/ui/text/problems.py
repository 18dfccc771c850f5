"""Notices: what one is, its actions, and the texts for files and keys that could not be used."""

from enum import IntEnum, StrEnum, auto

from msgspec import Struct

from enigma_panel.core.service_rules import Dialect
from enigma_panel.services.types import (
    Copy,
    KeyState,
    LedgerError,
    Problem,
    ProblemKind,
    ServiceNotice,
)
from enigma_panel.ui.i18n import Translations
from enigma_panel.ui.text.dialects import switch_label
from enigma_panel.ui.text.states import local_moment

tr = Translations("Notices")


class NoticeAction(StrEnum):
    """An action that a notice offers by a button."""

    SHOW_TASK = "show_task"
    SHOW_SESSION = "show_session"
    ACCOUNT_PAGE = "account_page"
    START_AGAIN = "start_again"
    EDIT_AND_RUN = "edit_and_run"
    SWITCH_DIALECT = "switch_dialect"
    DISMISS_START = "dismiss_start"
    ASK_RESULT = "ask_result"
    TERMINATE = "terminate"
    ENTER_KEY = "enter_key"
    USE_COPY = "use_copy"
    CANCEL_QUIT = "cancel_quit"
    COPY_DIAGNOSTICS = "copy_diagnostics"


class NoticeRank(IntEnum):
    """How much a notice is about money."""

    SMALL = auto()
    """The notice leads to nothing to do, and fades."""
    PLAIN = auto()
    GRAVE = auto()
    """The notice needs the person."""
    COSTS = auto()
    """What is known to be open, or is not shown, may cost money."""
    ENDING = auto()
    """The program is about to end."""
    UNCONFIRMED = auto()
    """The notice says that something may have been started that costs money."""


class Notice(Struct, frozen=True, kw_only=True):
    """One sentence and its buttons.

    rank: the highest stands first. topic: a notice with the same topic replaces it. until_ms: when
    it leaves by itself. notice: what it is about. dialect: the one to switch to.
    """

    text: str
    actions: tuple[NoticeAction, ...] = ()
    rank: NoticeRank = NoticeRank.PLAIN
    session_key: int | None = None
    task_key: int | None = None
    topic: str = ""
    until_ms: int | None = None
    notice: ServiceNotice | None = None
    dialect: Dialect | None = None

    @property
    def grave(self) -> bool:
        """Whether the notice is amber, for it may cost money or needs the person."""
        return self.rank >= NoticeRank.GRAVE

    def label(self, action: NoticeAction) -> str:
        """Return the label of one of the notice's buttons."""
        return notice_action_label(action, self.dialect)


def notice_action_label(action: NoticeAction, dialect: Dialect | None = None) -> str:
    """Return an action's label wherever it is offered. dialect: the one to switch to."""
    if action is NoticeAction.SWITCH_DIALECT and dialect is not None:
        return switch_label(dialect)
    return {
        NoticeAction.SHOW_TASK: tr("Show task"),
        NoticeAction.SHOW_SESSION: tr("Show session"),
        NoticeAction.ACCOUNT_PAGE: tr("Open the account page"),
        NoticeAction.START_AGAIN: tr("Start it again (may run twice)"),
        NoticeAction.EDIT_AND_RUN: tr("Edit and run again"),
        NoticeAction.SWITCH_DIALECT: tr("Start again"),
        NoticeAction.DISMISS_START: tr("Dismiss this start"),
        NoticeAction.ASK_RESULT: tr("Ask the session for its result"),
        NoticeAction.TERMINATE: tr("Terminate"),
        NoticeAction.ENTER_KEY: tr("Enter the key"),
        NoticeAction.USE_COPY: tr("Restart with the copy"),
        NoticeAction.CANCEL_QUIT: tr("Cancel"),
        NoticeAction.COPY_DIAGNOSTICS: tr("Copy diagnostics"),
    }[action]


def problem_text(problem: Problem, now_ms: int) -> Notice:
    """Return the notice about a file that could not be used, or has damage.

    The copy of a damaged ledger is offered.
    """
    what, rank = _what(problem), NoticeRank.GRAVE
    if problem.kind in {ProblemKind.REPAIRED, ProblemKind.DAMAGED}:
        rank = NoticeRank.COSTS
    if problem.copy is None:
        return Notice(text=what, rank=rank)
    text = f"{what} {copy_text(problem.copy, now_ms)}"
    return Notice(text=text, actions=(NoticeAction.USE_COPY,), rank=rank)


def ledger_text(error: LedgerError) -> Notice:
    """Return the notice that the ledger could not be read: there may be more than is shown."""
    text = tr(
        "The ledger could not be read, so sessions that still cost money may be missing "
        "here: {reason}.",
        reason=error.reason,
    )
    return Notice(text=text, rank=NoticeRank.COSTS)


def bad_rows_text(n: int) -> Notice:
    """Return the notice that rows that make no sense were left out; all others are shown."""
    text = tr.plural(
        "1 row of the ledger could not be read; what it was about may still cost money.",
        "{n} rows of the ledger could not be read; what they were about may still cost money.",
        n,
    )
    return Notice(text=text, rank=NoticeRank.COSTS, topic="bad rows")


def unexpected_text() -> Notice:
    """Return the notice about an unexpected error of the program's own."""
    text = tr("Something went wrong in this program. It goes on, but may not show all there is.")
    actions = (NoticeAction.COPY_DIAGNOSTICS,)
    return Notice(text=text, actions=actions, rank=NoticeRank.GRAVE, topic="unexpected")


def key_text(state: KeyState) -> Notice | None:
    """Return the notice that nothing can be started without a key.

    None while all is well or the key is still looked for.
    """
    text = {
        KeyState.ABSENT: tr("There is no API key yet, so nothing can be started."),
        KeyState.NO_KEYCHAIN: tr(
            "There is no keychain here: an API key is kept only in memory until you quit."
        ),
        KeyState.LOCKED: tr("The keychain is locked, so the API key could not be read."),
        KeyState.DENIED: tr("The keychain did not hand out the API key."),
        KeyState.FAILED: tr("The API key could not be read from the keychain."),
    }.get(state)
    actions = (NoticeAction.ENTER_KEY,)
    return Notice(text=text, actions=actions, rank=NoticeRank.GRAVE) if text else None


def copy_text(copy: Copy, now_ms: int) -> str:
    """Return what a copy holds, and what it does not."""
    time = local_moment(copy.made_ms, now_ms)
    text = tr("A copy of {time} is there", time=time)
    if copy.sessions_open:
        held = tr.plural(
            "1 session was open then", "{n} sessions were open then", copy.sessions_open
        )
        text = tr("{words} ({held})", words=text, held=held)
    return tr(
        "{words}; what was started since then is not in it and may still cost money.", words=text
    )


def _what(problem: Problem) -> str:
    name = problem.path.name
    match problem.kind:
        case ProblemKind.BROKEN if problem.kept_as is not None:
            return tr(
                "{name} made no sense. It was kept as {kept}; work goes on with a new one.",
                name=name,
                kept=problem.kept_as.name,
            )
        case ProblemKind.REPAIRED:
            return tr(
                "Damage in the ledger was mended. Quit and start again: something may be missing "
                "here that still costs money."
            )
        case ProblemKind.DAMAGED:
            return tr(
                "The ledger has damage ({reason}): something may be missing here that still costs "
                "money, and no new copy is made of it.",
                reason=problem.reason,
            )
        case ProblemKind.NEWER:
            return tr(
                "{name} was written by a newer version of this program and stays as it is.",
                name=name,
            )
        case ProblemKind.UNWRITABLE:
            return tr(
                "{name} cannot be written ({reason}); work goes on without it.",
                name=name,
                reason=problem.reason,
            )
        case _:
            return tr(
                "{name} could not be read and stays as it is; changes are not kept.", name=name
            )
