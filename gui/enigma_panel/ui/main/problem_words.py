"""Words for files of ours that could not be used, and for what that means for the money."""

from enigma_panel.services.types import KeyState
from enigma_panel.store.files import Copy, Problem, ProblemKind
from enigma_panel.store.ledger.errors import LedgerError
from enigma_panel.ui.main.offers import Notice, NoticeAction
from enigma_panel.ui.status_words import local_moment
from enigma_panel.ui.words import tr, tr_n


def problem_text(problem: Problem, now_ms: int) -> Notice:
    """A file that could not be used; where a copy of it is there, that is offered."""
    what = _what(problem)
    if problem.copy is None:
        return Notice(text=what, grave=True)
    return _with_copy(what, problem.copy, now_ms)


def copy_offer_text(copy: Copy, now_ms: int) -> Notice:
    """A copy of a lost ledger that nobody has used or declined so far."""
    return _with_copy(tr("The ledger before this one was lost."), copy, now_ms)


def ledger_text(error: LedgerError) -> Notice:
    """The ledger could not be read: there may be more than is shown."""
    text = tr(
        "The ledger could not be read, so sessions that still cost money may be missing "
        "here: {reason}.",
        reason=error.reason,
    )
    return Notice(text=text, grave=True)


def bad_rows_text(n: int) -> Notice:
    """Rows that make no sense were left out; all others are shown."""
    text = tr_n(
        "1 row of the ledger could not be read; what it was about may still cost money.",
        "{n} rows of the ledger could not be read; what they were about may still cost money.",
        n,
    )
    return Notice(text=text, grave=True, topic="bad rows")


def key_text(state: KeyState) -> Notice | None:
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
    return Notice(text=words, actions=(NoticeAction.ENTER_KEY,), grave=True) if words else None


def copy_text(copy: Copy, now_ms: int) -> str:
    """What a copy holds, and what it does not."""
    time = local_moment(copy.made_ms, now_ms)
    words = tr("A copy of {time} is there", time=time)
    if copy.sessions_open:
        held = tr_n("1 session was open then", "{n} sessions were open then", copy.sessions_open)
        words = tr("{words} ({held})", words=words, held=held)
    return tr(
        "{words}; what was started since then is not in it and may still cost money.", words=words
    )


def _with_copy(what: str, copy: Copy, now_ms: int) -> Notice:
    return Notice(
        text=f"{what} {copy_text(copy, now_ms)}",
        actions=(NoticeAction.USE_COPY, NoticeAction.DECLINE_COPY),
        grave=True,
        topic="copy",
        copy=copy,
        now_ms=now_ms,
    )


def _what(problem: Problem) -> str:
    name = problem.path.name
    match problem.kind:
        case ProblemKind.BROKEN if problem.copy is not None and problem.kept_as is not None:
            return tr("The ledger was damaged and kept as {kept}.", kept=problem.kept_as.name)
        case ProblemKind.BROKEN if problem.kept_as is not None:
            return tr(
                "{name} made no sense. It was kept as {kept}; work goes on with a new one.",
                name=name,
                kept=problem.kept_as.name,
            )
        case ProblemKind.MISSING:
            return tr("The ledger is gone, so a new one was begun.")
        case ProblemKind.NEWER:
            return tr(
                "{name} was written by a newer version of this program and stays as it is.",
                name=name,
            )
        case _:
            return tr(
                "{name} could not be read and stays as it is; changes are not kept.", name=name
            )
